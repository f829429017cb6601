"""The journal: what happened to schedules, to the clock and to the server."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.api.context import InContext
from conselho.models.ids import AgentId
from conselho.services.journal import entry_document

router = APIRouter(tags=["journal"])

# No store counts further.
MOST_ENTRIES = 2**63 - 1


@router.get("/api/journal")
async def read_journal(
    context: InContext,
    agent_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(ge=1, le=MOST_ENTRIES)] = None,
) -> dict[str, Any]:
    """Entries, the newest first; `next_before` as `before` asks for older ones, null at the end."""
    entries = await context.store.journal(
        AgentId(agent_id) if agent_id else None, limit=limit + 1, before_seq=before
    )
    page = entries[:limit]
    return {
        "entries": [entry_document(entry) for entry in page],
        "count": len(page),
        "next_before": page[-1].seq if len(entries) > limit else None,
    }
