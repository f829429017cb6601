"""Whether the councilors can run: examined by the server, in the environment of their agents."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.api.context import InContext
from conselho.wiring.parts import make_doctor

router = APIRouter(tags=["doctor"])

MOST_IDS = 500


@router.get("/api/doctor")
async def doctor(
    context: InContext,
    agent_id: Annotated[list[str] | None, Query(max_length=MOST_IDS)] = None,
    provider: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """Every provider, every councilor, and what surrounds them; no model is called.

    `agent_id` (several may be given) and `provider` narrow it down. `ok` is whether every councilor
    that was examined can run. 404 for an id that is no councilor's.
    """
    system = context.system
    found = make_doctor(
        system.settings, system.providers, budget=system.budget, roster=system.roster
    )
    checkup = await found.examine(
        await context.store.agents(is_councilor=True),
        now=context.clock.now(),
        agent_ids=agent_id or (),
        provider=provider,
    )
    return {"examined_by": "server", "council": "store"} | checkup.document()
