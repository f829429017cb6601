"""Figures over time, for charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from conselho.api.context import InContext
from conselho.api.zones import zone_of
from conselho.errors import Invalid, NotFound
from conselho.models.ids import AgentId
from conselho.models.statistics import Tally
from conselho.services.spans import By, Span, spans
from conselho.store import Store

router = APIRouter(tags=["kpis"])

MOST_BUCKETS: Final = 400
DEFAULT_LENGTH: Final = {By.HOUR: timedelta(hours=24), By.DAY: timedelta(days=30)}
# Beyond these the arithmetic of zones leaves the calendar.
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(2999, 12, 31, tzinfo=UTC)


class Metric(StrEnum):
    RUNS = "runs"
    SEVERITY = "severity"
    DURATION = "duration"
    COST = "cost"
    LOST = "lost"


@router.get("/api/series")
async def series(
    context: InContext,
    metric: Metric,
    by: By = By.DAY,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    agent_id: Annotated[str | None, Query(max_length=128)] = None,
    timezone: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """One metric in buckets of an hour or a day, oldest first, at most 400 of them.

    Buckets are whole: the first is the one that `since` lies in, the last the one before `until`
    (exclusive; now unless given). Without `since` they are the last 24 hours or 30 days. They begin
    by the clock of `timezone` (the server's own unless given), so a day may have 23 or 25 hours.
    """
    zone = zone_of(timezone or context.system.settings.timezone)
    buckets = _buckets(since, until or context.clock.now(), by, zone)
    agent = AgentId(agent_id) if agent_id else None
    if agent is not None:
        await _require(context.store, agent)
    values = await _values(context.store, metric, buckets, agent)
    return {
        "metric": metric,
        "by": by,
        "agent_id": agent,
        "timezone": zone.key,
        "buckets": [
            {"start": _local(start, zone), "end": _local(end, zone), **value}
            for (start, end), value in zip(buckets, values, strict=True)
        ],
    }


def _buckets(since: datetime | None, until: datetime, by: By, zone: ZoneInfo) -> list[Span]:
    """Raises Invalid naming the field."""
    for field, moment in (("since", since), ("until", until)):
        if moment is not None and not _EARLIEST <= moment <= _LATEST:
            raise Invalid(field, "must lie between the years 1970 and 2999")
    since = since or max(until - DEFAULT_LENGTH[by], _EARLIEST)
    if since >= until:
        raise Invalid("since", "must lie before `until`, which is now unless it is given")
    found = spans(since, until, by, zone, most=MOST_BUCKETS + 1)
    if len(found) > MOST_BUCKETS:
        shorter = "a later `since`, or by=day" if by is By.HOUR else "a later `since`"
        raise Invalid(
            "since", f"is more than {MOST_BUCKETS} {by}s before `until`; ask for {shorter}"
        )
    return found


async def _require(store: Store, agent_id: AgentId) -> None:
    """Raises NotFound for an id that nobody has and nobody had."""
    try:
        await store.agent(agent_id)
    except NotFound:
        # One that is gone left its tasks.
        if not await store.recent([agent_id], limit=1):
            raise


async def _values(
    store: Store, metric: Metric, buckets: Sequence[Span], agent: AgentId | None
) -> list[dict[str, Any]]:
    if metric is Metric.LOST:
        return [
            {
                "missed": sum(one.missed.values()),
                "skipped": sum(one.skipped.values()),
                "missed_by_reason": one.missed,
                "skipped_by_reason": one.skipped,
            }
            for one in await store.lost(buckets, agent_id=agent)
        ]
    tallies = await store.tallies(buckets, agent_id=agent)
    if metric is not Metric.DURATION:
        return [_counted(metric, tally) for tally in tallies]
    return [
        {
            "runs": lengths.runs,
            "average_ms": tally.average_duration_ms,
            "p50_ms": lengths.p50_ms,
            "p95_ms": lengths.p95_ms,
        }
        for tally, lengths in zip(
            tallies, await store.durations(buckets, agent_id=agent), strict=True
        )
    ]


def _counted(metric: Metric, tally: Tally) -> dict[str, Any]:
    if metric is Metric.COST:
        return {"runs": tally.runs, "cost_usd": tally.cost_microusd / 1_000_000}
    if metric is Metric.SEVERITY:
        return {
            "success": tally.success,
            "info": tally.info,
            "warning": tally.warning,
            "error": tally.severity_error,
        }
    return {
        "runs": tally.runs,
        "completed": tally.completed,
        "error": tally.error,
        "cancelled": tally.cancelled,
        "success_rate": tally.success_rate,
    }


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat()
