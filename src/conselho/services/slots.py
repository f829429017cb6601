"""The due slots of a schedule, and the APScheduler trigger that fires at them.

Intervals count from their anchor: slots are `anchor + k * interval`, k >= 1, whenever one asks.
Cron lines are expanded by models.cron, so that weekdays mean what the standard says whatever the
library thinks of them; APScheduler's CronTrigger then finds the times on the wall, and
services.wall_clock the moments at which the clock shows them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger

from conselho.errors import InvalidSchedule
from conselho.models.agent import Agent
from conselho.models.cron import parse_cron
from conselho.models.ids import AgentId
from conselho.models.moments import instants
from conselho.models.schedule import Fold, Gap, Schedule, ScheduleType, parse_interval
from conselho.services.wall_clock import INSTANT, CronSlots

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_DAY = datetime(3000, 1, 1, tzinfo=UTC)


class Slots(Protocol):
    def after(self, moment: datetime) -> datetime | None:
        """The first slot later than `moment`, aware UTC; None when there is none any more.

        A function of its argument alone: whoever asks, and from wherever, finds the same slots.
        """
        ...


class IntervalSlots:
    def __init__(self, interval: timedelta, anchor: datetime) -> None:
        self._interval = interval
        self._anchor = anchor

    def after(self, moment: datetime) -> datetime | None:
        steps = max((moment - self._anchor) // self._interval + 1, 1)
        return self._anchor + steps * self._interval


class MomentSlots:
    """One moment, or two where the clock shows it twice; none where it leaps over it."""

    def __init__(self, moments: tuple[datetime, ...]) -> None:
        self._moments = moments

    def after(self, moment: datetime) -> datetime | None:
        return next((one for one in self._moments if one > moment), None)


class LaterSlots:
    """Other slots, all later by one length."""

    def __init__(self, slots: Slots, by: timedelta) -> None:
        self._slots = slots
        self._by = by

    def after(self, moment: datetime) -> datetime | None:
        slot = self._slots.after(moment - self._by)
        return None if slot is None else slot + self._by


class BoundedSlots:
    """Other slots, none before `start` and none after `end`."""

    def __init__(self, slots: Slots, start: datetime | None, end: datetime | None) -> None:
        self._slots = slots
        self._before = start - INSTANT if start else None
        self._end = end

    def after(self, moment: datetime) -> datetime | None:
        if self._before is not None:
            moment = max(moment, self._before)
        slot = self._slots.after(moment)
        return None if slot is None or (self._end is not None and slot > self._end) else slot


def slots_of(schedule: Schedule, anchor: datetime, agent_id: AgentId) -> Slots:
    """The slots of a valid schedule, whether it is enabled or not.

    `anchor` is where an interval counts from; `agent_id` decides on the jitter.
    """
    slots = _without_rules(schedule, anchor)
    offset = jitter(schedule, agent_id)
    if offset:
        slots = LaterSlots(slots, offset)
    if schedule.starts_at is not None or schedule.ends_at is not None:
        slots = BoundedSlots(slots, schedule.starts_at, schedule.ends_at)
    return slots


def slots_of_agent(agent: Agent) -> Slots:
    """The slots of a councilor's present schedule, from whenever. Raises ValueError for others."""
    return slots_of(agent.seat.schedule, agent.anchor_at or agent.created_at, agent.agent_id)


def jitter(schedule: Schedule, agent_id: AgentId) -> timedelta:
    """How much later this agent's slots come: whole seconds, 0 up to `jitter_seconds`.

    The same on every machine and after every restart, which `hash` would not be.
    """
    if not schedule.jitter_seconds:
        return timedelta(0)
    number = int.from_bytes(hashlib.sha256(agent_id.encode()).digest()[:8])
    return timedelta(seconds=number % (schedule.jitter_seconds + 1))


def check_fires(schedule: Schedule) -> None:
    """Raise InvalidSchedule when no slot of a schedule exists, whatever agent it is for."""
    if schedule.type is ScheduleType.AT and not _moments(schedule):
        raise InvalidSchedule(
            "schedule.value",
            f"never fires: the clock in {schedule.timezone} leaps over {schedule.value}",
        )
    if schedule.type is ScheduleType.INTERVAL:
        return
    bounded = BoundedSlots(
        _without_rules(schedule, _LONG_AGO), schedule.starts_at, schedule.ends_at
    )
    # From the start: an end that has passed is no fault of the schedule, but told by its preview.
    if bounded.after(_LONG_AGO) is None:
        start, end = schedule.starts_at, schedule.ends_at
        field = "ends_at" if end else "starts_at"
        when = f"before {field}" if end else f"after {field}"
        if start and end:
            when = "between starts_at and ends_at"
        raise InvalidSchedule(
            f"schedule.{field}", f"{schedule.value!r} never fires {when}: change one of them"
        )


def shortest_wait(schedule: Schedule) -> timedelta:
    """From one slot to the next, at the least; for a cron line as its next hundred slots have it.

    Never less than a minute for a cron line, and without end for a single moment.
    """
    match schedule.type:
        case ScheduleType.INTERVAL:
            return parse_interval(schedule.value)
        case ScheduleType.AT:
            return timedelta.max
        case ScheduleType.CRON:
            # By a clock that is never changed: a line is not refused for one night of the year.
            line = _cron_slots(schedule.value, "UTC", Gap.SKIP, Fold.TWICE)
            slots = [*islice(slots_between(line, _LONG_AGO, _LAST_DAY), 100)]
            return min(b - a for a, b in pairwise(slots))


def next_slot(agent: Agent, after: datetime) -> datetime | None:
    """The agent's first due slot later than `after`; None for a paused one or no councilor."""
    config = agent.councilor_config
    if config is None or not config.schedule.enabled:
        return None
    floor = agent.slots_from or agent.created_at
    return slots_of_agent(agent).after(max(after, floor))


def slots_between(slots: Slots, after: datetime, until: datetime) -> Iterator[datetime]:
    """The slots in (after, until], ascending."""
    slot = slots.after(after)
    while slot is not None and slot <= until:
        yield slot
        slot = slots.after(slot)


def trigger_text(agent: Agent) -> str | None:
    """The schedule as APScheduler writes triggers: `interval[0:30:00]`, `cron[...]`."""
    config = agent.councilor_config
    if config is None:
        return None
    if config.schedule.type is ScheduleType.INTERVAL:
        return f"interval[{parse_interval(config.schedule.value)}]"
    kind = "date" if config.schedule.type is ScheduleType.AT else "cron"
    return f"{kind}[{config.schedule.value}, {config.schedule.timezone}]"


class SlotTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 carries no types
    """Fires at the given slots, so that APScheduler and the ledger never disagree on one."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        # With a previous time the next one may already be past: APScheduler then collects it too.
        return self._slots.after(previous_fire_time or now)


def _without_rules(schedule: Schedule, anchor: datetime) -> Slots:
    match schedule.type:
        case ScheduleType.INTERVAL:
            return IntervalSlots(parse_interval(schedule.value), anchor)
        case ScheduleType.AT:
            return MomentSlots(_moments(schedule))
        case ScheduleType.CRON:
            return _cron_slots(schedule.value, schedule.timezone, schedule.gap, schedule.fold)


# Councilors share lines; what is their own, such as the jitter, is put around this.
@lru_cache(maxsize=4096)
def _cron_slots(line: str, timezone: str, gap: Gap, fold: Fold) -> CronSlots:
    return CronSlots(parse_cron(line), ZoneInfo(timezone), gap=gap, fold=fold)


def _moments(schedule: Schedule) -> tuple[datetime, ...]:
    first, second = instants(schedule.value, ZoneInfo(schedule.timezone))
    if first < second and schedule.fold is Fold.TWICE:
        return first, second
    return () if second < first and schedule.gap is Gap.SKIP else (first,)
