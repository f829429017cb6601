"""The next slots of a schedule, for people who want to see what they wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from conselho.models.ids import AgentId
from conselho.models.moments import instants
from conselho.models.schedule import Gap, Schedule, ScheduleType
from conselho.models.task import SkipReason
from conselho.services.quiet import Quiet
from conselho.services.slots import jitter, slots_of

# A second's interval on a holiday would be looked at for ever; this many looks take half a second.
MOST_LOOKS = 20_000
FAR_AWAY = timedelta(days=5 * 365)
# A line that comes once in years is not followed for ever.
HORIZON = timedelta(days=10 * 366)

Note = Literal["gap", "fold_first", "fold_second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSlot:
    """`at` is aware UTC, `local` ISO text with the offset of the schedule's zone.

    `note` tells what is odd about the local time. gap: the clock leaps over the time that was
    meant, and this is as much later. fold_first, fold_second: it is shown twice that day.
    """

    at: datetime
    local: str
    note: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that the author of a schedule should know.

    `code` is one of past, ended, far_away, all_left_out, unknown_calendar.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The next slots that run, ascending, and how many of those between them do not, and why.

    `more`: whether slots come after those that were looked at.
    """

    slots: tuple[PreviewSlot, ...]
    left_out: Mapping[SkipReason, int]
    more: bool
    warnings: tuple[Warned, ...] = ()


def preview(
    schedule: Schedule,
    *,
    anchor: datetime,
    agent_id: AgentId,
    after: datetime,
    count: int = 10,
    quiet: Quiet,
) -> Preview:
    """The first `count` slots later than `after` that run, paused or not.

    Stops after MOST_LOOKS slots, run or not, and after the first beyond HORIZON.
    """
    runs: list[datetime] = []
    left_out: Counter[SkipReason] = Counter()
    looks = _slots(schedule, anchor, agent_id, after)
    first = last = None
    for looked, slot in enumerate(looks):
        first, last = first or slot, slot
        beyond = looked > 0 and slot - after > HORIZON
        if len(runs) == count or looked == MOST_LOOKS or beyond:
            more = True
            break
        reason = quiet.reason(schedule, slot)
        if reason is None:
            runs.append(slot)
        else:
            left_out[reason[0]] += 1
    else:
        more = False
    offset = jitter(schedule, agent_id)
    return Preview(
        slots=tuple(_shown(schedule, slot, offset) for slot in runs),
        left_out=dict(left_out),
        more=more,
        warnings=tuple(_warnings(schedule, after, first, None if runs else last, quiet)),
    )


def _slots(
    schedule: Schedule, anchor: datetime, agent_id: AgentId, after: datetime
) -> Iterator[datetime]:
    slots = slots_of(schedule, anchor, agent_id)
    slot = slots.after(after)
    while slot is not None:
        yield slot
        slot = slots.after(slot)


def _shown(schedule: Schedule, slot: datetime, offset: timedelta) -> PreviewSlot:
    zone = ZoneInfo(schedule.timezone)
    local = slot.astimezone(zone).isoformat()
    return PreviewSlot(at=slot, local=local, note=_note(schedule, zone, slot - offset))


def _note(schedule: Schedule, zone: ZoneInfo, slot: datetime) -> Note | None:
    """What is odd about a slot, jitter apart."""
    if schedule.type is not ScheduleType.INTERVAL:
        # A slot that comes only because a leap puts it off is none of the same line with `skip`.
        strict = replace(schedule, gap=Gap.SKIP, jitter_seconds=0, starts_at=None, ends_at=None)
        if slots_of(strict, slot, AgentId("")).after(slot - timedelta.resolution) != slot:
            return "gap"
    first, second = instants(slot.astimezone(zone).replace(tzinfo=None).isoformat(), zone)
    if first == second:
        return None
    return "fold_first" if slot == first else "fold_second"


def _warnings(
    schedule: Schedule,
    after: datetime,
    first: datetime | None,
    left_out_to: datetime | None,
    quiet: Quiet,
) -> Iterator[Warned]:
    """`first`: the first slot. `left_out_to`: the last that was looked at, when none runs."""
    for name in quiet.unknown_calendars(schedule):
        message = f"There is no calendar {name!r}: it excludes nothing."
        yield Warned(code="unknown_calendar", message=message)
    if first is None:
        if schedule.ends_at is not None and schedule.ends_at <= after:
            yield Warned(code="ended", message="The schedule has ended: ends_at has passed.")
        elif schedule.type is ScheduleType.AT:
            yield Warned(code="past", message=f"{schedule.value} has passed: it does not run.")
        else:
            yield Warned(code="ended", message="No slot comes any more before ends_at.")
    elif left_out_to is not None:
        wall = left_out_to.astimezone(ZoneInfo(schedule.timezone))
        message = (
            f"No slot up to {wall:%Y-%m-%d %H:%M} runs:"
            " all are on excluded dates or outside the active hours."
        )
        yield Warned(code="all_left_out", message=message)
    elif first - after > FAR_AWAY:
        message = f"The first slot is more than five years away, in {first.year}."
        yield Warned(code="far_away", message=message)
