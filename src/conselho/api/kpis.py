"""The council in figures: now, today, in 7 and in 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.api.context import InContext
from conselho.api.views import tally_view
from conselho.api.zones import zone_of
from conselho.models.durations import Durations
from conselho.models.statistics import Lost, Tally
from conselho.models.task import utc_text
from conselho.models.uptime import Sign, uptime

router = APIRouter(tags=["kpis"])

# Whole days, today included.
WINDOWS = {"today": 1, "days_7": 7, "days_30": 30}
# The newest quarter of an hour is still being counted: the end of a window lies behind it.
QUARTER = timedelta(minutes=15)


@router.get("/api/kpis")
async def kpis(
    context: InContext, timezone: Annotated[str | None, Query(max_length=64)] = None
) -> dict[str, Any]:
    """Councilors, active runs, and the windows today, 7 and 30 days (today included).

    `timezone` (IANA) says where the day begins; the server's own unless given. Every figure is
    explained in docs/kpis.md.
    """
    last_event_id = await context.last_event_id()
    zone = zone_of(timezone or context.system.settings.timezone)
    now = context.clock.now()
    midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
    begins = [midnight - timedelta(days=days - 1) for days in WINDOWS.values()]
    store = context.store
    councilors = await store.agents(is_councilor=True)
    active = sum(agent.is_due_sometimes for agent in councilors)
    activity = await store.activity()
    spans = [(since, now + QUARTER) for since in begins]
    figures = zip(
        await store.tallies(spans), await store.durations(spans), await store.lost(spans),
        strict=True,
    )  # fmt: skip
    windows = [_window(*one) for one in figures]
    fires = context.system.settings.scheduler_enabled
    signs = await store.signs(since=min(begins)) if fires else None
    return {
        "councilors": {
            "total": len(councilors),
            "active": active,
            "paused": len(councilors) - active,
        },
        "running": activity.processing,
        "pending": activity.pending,
        "queued": activity.queued,
        **{
            name: window | {"uptime": _uptime(signs, since, now)}
            for name, since, window in zip(WINDOWS, begins, windows, strict=True)
        },
        "timezone": zone.key,
        "last_event_id": last_event_id,
        "now": utc_text(now),
    }


def _window(tally: Tally, durations: Durations, lost: Lost) -> dict[str, Any]:
    return tally_view(tally) | {
        "p50_duration_ms": durations.p50_ms,
        "p95_duration_ms": durations.p95_ms,
        "missed_by_reason": lost.missed,
        "skipped_by_reason": lost.skipped,
    }


def _uptime(signs: Sequence[Sign] | None, since: datetime, now: datetime) -> dict[str, Any] | None:
    """None where this server has no scheduler."""
    if signs is None:
        return None
    known = uptime(signs, since=since, now=now)
    return {
        "percent": known.percent,
        "away_seconds": round(known.away_seconds, 1),
        "since": utc_text(known.since),
    }
