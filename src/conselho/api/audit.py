"""The audit: who changed what. Handlers say what they did when it is done (services/audits.py)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.api.context import Context, InContext
from conselho.api.journal import MOST_ENTRIES
from conselho.models.access import Identity
from conselho.services.audits import Act, audit_document, of_agent

__all__ = ("Act", "audited", "of_agent", "router")

router = APIRouter(tags=["audit"])


@router.get("/api/audit")
async def read_audit(
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(ge=1, le=MOST_ENTRIES)] = None,
    actor: Annotated[str | None, Query(max_length=200)] = None,
    target: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """Who changed what, the newest first; for administrators.

    `next_before` as `before` asks for older ones, null at the end. `actor` is the name of a token,
    `target` the id of an agent, execution, maintenance window or token. `before` and `after` in an
    entry are the parts that differ, without secrets.
    """
    entries = await context.store.audit(
        limit=limit + 1, before_seq=before, actor=actor or None, target=target or None
    )
    page = entries[:limit]
    return {
        "entries": [audit_document(entry) for entry in page],
        "count": len(page),
        "next_before": page[-1].seq if len(entries) > limit else None,
    }


async def audited(context: Context, actor: Identity, *acts: Act) -> None:
    """Write down what was just done. Never fails."""
    await context.audits.write(actor, *acts)
