"""The whole council over time, in one answer: what ran, what was lost, what is to come."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from conselho.api.context import Context, InContext
from conselho.api.zones import zone_of
from conselho.errors import Invalid
from conselho.models.journal import JournalKind
from conselho.models.lanes import Steps
from conselho.models.task import utc_text
from conselho.models.uptime import absences
from conselho.services.maintenance_windows import window_document
from conselho.services.timeline import (
    FARTHEST_AHEAD,
    LONGEST_SPAN,
    Known,
    Planner,
    lane_documents,
    shares,
    steps_of,
)

router = APIRouter(tags=["council"])

DAY: Final = timedelta(days=1)
# Beyond these the arithmetic of zones leaves the calendar.
_EARLIEST: Final = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST: Final = datetime(2999, 12, 31, tzinfo=UTC)
_ABSENT: Final = {
    JournalKind.SERVER_STARTED: "away",
    JournalKind.SUSPENDED: "suspended",
    JournalKind.BLOCKED: "blocked",
}


@router.get("/api/timeline")
async def timeline(
    context: InContext,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    timezone: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """A lane a councilor, oldest seat first: the 24 hours before now and those after, unless given.

    The span is widened to whole steps of 15 minutes, an hour, 6 hours or a day, by the clock of
    `timezone` (the server's own unless given). It is 60 days long at most, and ends 8 days from
    now at the latest. A lane with few runs tells each of them; one with many tells how many there
    were in each step and the newest of each kind of trouble. Slots to come are told one by one
    too, or as stretches with the time between two.
    """
    last_event_id = await context.last_event_id()
    now = context.clock.now()
    zone = zone_of(timezone or context.system.settings.timezone)
    since, until = _span(since or now - DAY, until or now + DAY, now)
    steps = steps_of(since, until, zone)
    past = replace(steps, until=max(steps.since, min(steps.until, now)))
    agents = await context.store.agents(is_councilor=True)
    share = shares(len(agents))
    ids = [agent.agent_id for agent in agents]
    known = Known(
        lanes=await context.store.lanes(ids, past, rows=share.rows, troubles=share.troubles),
        active=await context.store.active(ids),
    )
    planner = Planner(steps, now, context.quiet, share.slots)
    # As in schedules.py: in a thread, and one at a time; a form waits for none of them.
    async with context.planning:
        lanes = await asyncio.to_thread(lane_documents, agents, known, planner, past)
    return {
        "since": utc_text(steps.since),
        "until": utc_text(steps.until),
        "step_seconds": round(steps.length.total_seconds()),
        "timezone": zone.key,
        "lanes": lanes,
        "maintenance": await _maintenance(context, steps, now),
        "absences": await _absences(context, past),
        "last_event_id": last_event_id,
        "now": utc_text(now),
    }


def _span(since: datetime, until: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Raises Invalid naming the field."""
    for field, moment in (("since", since), ("until", until)):
        if not _EARLIEST <= moment <= _LATEST:
            raise Invalid(field, "must lie between the years 1970 and 2999")
    if until - now > FARTHEST_AHEAD:
        raise Invalid(
            "until", f"lies more than {FARTHEST_AHEAD.days} days ahead: ask for an earlier end"
        )
    if since >= until:
        raise Invalid(
            "since", "must lie before `until`, which is 24 hours from now unless it is given"
        )
    if until - since > LONGEST_SPAN:
        raise Invalid("since", f"is more than {LONGEST_SPAN.days} days before `until`")
    return since, until


async def _maintenance(context: Context, steps: Steps, now: datetime) -> list[dict[str, Any]]:
    """Windows that touch the span, also those that are over."""
    windows = await context.store.maintenance(until_after=steps.since)
    return [
        window_document(window, now)
        for window in windows
        if window.starts_at < steps.until
        and (window.ends_at is None or window.ends_at > max(window.starts_at, steps.since))
    ]


async def _absences(context: Context, past: Steps) -> list[dict[str, Any]]:
    """When no scheduler fired; nothing is known of that where this server has none."""
    if not context.system.settings.scheduler_enabled:
        return []
    signs = await context.store.signs(since=past.since)
    return [
        {"kind": _ABSENT[one.kind], "from": utc_text(one.start), "until": utc_text(one.end)}
        for one in absences(signs, since=past.since, until=past.until)
    ]
