"""The council in figures."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.api.context import InContext
from conselho.api.views import tally_view
from conselho.api.zones import zone_of
from conselho.models.task import utc_text

router = APIRouter(tags=["kpis"])


@router.get("/api/kpis")
async def kpis(
    context: InContext, timezone: Annotated[str | None, Query(max_length=64)] = None
) -> dict[str, Any]:
    """Councilors, active runs, and the windows today, 7 and 30 days (today included).

    `timezone` (IANA) says where the day begins; the server's own unless given.
    """
    last_event_id = await context.last_event_id()
    zone = zone_of(timezone or context.system.settings.timezone)
    now = context.clock.now()
    midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
    councilors = await context.store.agents(is_councilor=True)
    active = sum(agent.is_due_sometimes for agent in councilors)
    activity = await context.store.activity()

    async def window(days: int) -> dict[str, Any]:
        since = midnight - timedelta(days=days - 1)
        # The newest quarter of an hour is still being counted: `until` lies behind it.
        until = now + timedelta(minutes=15)
        return tally_view(await context.store.tally(since=since, until=until))

    return {
        "councilors": {
            "total": len(councilors),
            "active": active,
            "paused": len(councilors) - active,
        },
        "running": activity.processing,
        "pending": activity.pending,
        "today": await window(1),
        "days_7": await window(7),
        "days_30": await window(30),
        "last_event_id": last_event_id,
        "now": utc_text(now),
    }
