"""The due slots of a schedule, and the APScheduler trigger that fires at them.

Intervals count from their anchor: slots are `anchor + k * interval`, k >= 1, whenever one asks.
Cron lines are expanded by models.schedule, so that weekdays mean what the standard says whatever
the library thinks of them; APScheduler's CronTrigger then finds the moments.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from conselho.models.agent import Agent
from conselho.models.schedule import (
    CronFields,
    Schedule,
    ScheduleType,
    parse_cron,
    parse_interval,
    some_day_exists,
)

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_INSTANT = timedelta(microseconds=1)
_LONGEST_LEAP = timedelta(hours=3)


class Slots(Protocol):
    def after(self, moment: datetime) -> datetime | None:
        """The first slot later than `moment`, aware UTC; None when there is none any more."""
        ...


class IntervalSlots:
    def __init__(self, interval: timedelta, anchor: datetime) -> None:
        self._interval = interval
        self._anchor = anchor

    def after(self, moment: datetime) -> datetime | None:
        steps = max((moment - self._anchor) // self._interval + 1, 1)
        return self._anchor + steps * self._interval


class CronSlots:
    """The slots of a cron line, by the rules of cron itself for a changing clock.

    A line that names hours means the clock on the wall: a time that the clock leaps over comes
    right after the leap, one that it shows twice comes once. A line for every hour just goes on.
    """

    def __init__(self, fields: CronFields, zone: ZoneInfo) -> None:
        self._zone = zone
        self._by_wall = len(fields.hours) < 24
        # By the wall: the wall's time is searched as if it were UTC, which has no leaps.
        self._trigger = _cron_trigger(fields, UTC if self._by_wall else zone)

    def after(self, moment: datetime) -> datetime | None:
        return self._after_by_wall(moment) if self._by_wall else self._next(moment)

    def _after_by_wall(self, moment: datetime) -> datetime | None:
        local = moment.astimezone(self._zone)
        # Shortly after a leap forward, times that it left out are still to come.
        leapt = local.utcoffset() != (moment - _LONGEST_LEAP).astimezone(self._zone).utcoffset()
        wall = local.replace(tzinfo=UTC) - (_LONGEST_LEAP if leapt else timedelta(0))
        while (found := self._next(wall)) is not None:
            slot = found.replace(tzinfo=self._zone).astimezone(UTC)
            if slot > moment:
                return slot
            wall = found
        return None

    def _next(self, moment: datetime) -> datetime | None:
        found: datetime | None = self._trigger.get_next_fire_time(None, moment + _INSTANT)
        return None if found is None else found.astimezone(UTC)


@lru_cache(maxsize=4096)
def slots_of(schedule: Schedule, anchor: datetime) -> Slots:
    """The slots of a valid schedule, whether it is enabled or not."""
    if schedule.type is ScheduleType.INTERVAL:
        return IntervalSlots(parse_interval(schedule.value), anchor)
    return CronSlots(parse_cron(schedule.value), ZoneInfo(schedule.timezone))


def next_slot(agent: Agent, after: datetime) -> datetime | None:
    """The agent's first due slot later than `after`; None for a paused one or no councilor."""
    config = agent.councilor_config
    if config is None or not config.schedule.enabled:
        return None
    floor = agent.slots_from or agent.created_at
    return slots_of(config.schedule, agent.anchor_at or agent.created_at).after(max(after, floor))


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
    return f"cron[{config.schedule.value}, {config.schedule.timezone}]"


class SlotTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 carries no types
    """Fires at the given slots, so that APScheduler and the ledger never disagree on one."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        # With a previous time the next one may already be past: APScheduler then collects it too.
        return self._slots.after(previous_fire_time or now)


def _cron_trigger(fields: CronFields, zone: tzinfo) -> Any:
    common = {
        "minute": _expression(fields.minutes, 60),
        "hour": _expression(fields.hours, 24),
        "month": _expression(fields.months, 12),
        "timezone": zone,
    }
    day = _expression(fields.days, 31)
    names = ",".join(_WEEKDAYS[number] for number in fields.weekdays)
    weekday = "*" if len(fields.weekdays) == 7 else names
    if fields.any_day or fields.any_weekday:
        return CronTrigger(day=day, day_of_week=weekday, **common)
    if not some_day_exists(fields):
        # 31 April or a Monday: the library would look for that 31 April until the year 9999.
        return CronTrigger(day_of_week=weekday, **common)
    # Both restricted: either matches (POSIX), where APScheduler alone would ask for both.
    return OrTrigger([CronTrigger(day=day, **common), CronTrigger(day_of_week=weekday, **common)])


def _expression(numbers: tuple[int, ...], size: int) -> str:
    return "*" if len(numbers) == size else ",".join(map(str, numbers))
