"""The moments at which the clock on the wall of a zone shows the times that a cron line names.

Time falls into spans in which the zone keeps one offset. A moment of a span is a time on the wall
less that offset; what needs care is the beginning of a span, where the clock was changed:

    set forward   02:00 -> 03:00   02:30 is shown by no clock. run_after: it comes as much later as
                                   the clock leaps, where it is 03:30 by then; skip: it does not.
    set back      02:00 -> 01:00   01:30 is shown twice. once: the first time; twice: both times.

A line for every hour just goes on, which is the same as `skip` and `twice`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from conselho.models.cron import LAST, CronFields, some_day_exists
from conselho.models.schedule import Fold, Gap

INSTANT = timedelta(microseconds=1)
# No clock on a wall is further from UTC.
_DAY = timedelta(days=1)
_LAST_YEAR = 9_990
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_POSITIONS = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th", LAST: "last"}


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to `end` the zone keeps `offset`; up to `start` it kept `before`."""

    start: datetime
    end: datetime
    before: timedelta
    offset: timedelta


class CronSlots:
    """The slots of a cron line in a zone; see the head of this file."""

    def __init__(self, fields: CronFields, zone: ZoneInfo, *, gap: Gap, fold: Fold) -> None:
        goes_on = len(fields.hours) == 24
        self._zone = zone
        self._runs_after = gap is Gap.RUN_AFTER and not goes_on
        self._twice = fold is Fold.TWICE or goes_on
        # The time on the wall is searched as if it were UTC, which has no leaps.
        self._trigger = cron_trigger(fields)

    def after(self, moment: datetime) -> datetime | None:
        start: datetime | None = moment + INSTANT
        while start is not None and start.year < _LAST_YEAR:
            span = _span(self._zone, start)
            found = self._first(span, start)
            if found is not None:
                return found
            start = self._not_before(span.end)
        return None

    def _not_before(self, moment: datetime) -> datetime | None:
        """From where to look on, so that the years of which a line names nothing cost nothing."""
        wall = self._at_or_after(moment - _DAY, timedelta(0))
        return None if wall is None else max(moment, wall - _DAY)

    def _first(self, span: Span, start: datetime) -> datetime | None:
        """The first slot of the span that is not before `start`, itself a moment of the span."""
        wall = start + span.offset
        if not self._twice:
            wall = max(wall, span.start + span.before)
        slot = self._at_or_after(wall, span.offset)
        if self._runs_after and start < span.start + (span.offset - span.before):
            leapt = self._at_or_after(start + span.before, span.before)
            # A later one is no time that the clock left out.
            if leapt is not None and leapt < span.start + (span.offset - span.before):
                slot = leapt if slot is None else min(slot, leapt)
        return slot if slot is not None and slot < span.end else None

    def _at_or_after(self, wall: datetime, offset: timedelta) -> datetime | None:
        found: datetime | None = self._trigger.get_next_fire_time(None, wall)
        return None if found is None else found - offset


def _span(zone: ZoneInfo, moment: datetime) -> Span:
    return next(span for span in _spans(zone, moment.year) if moment < span.end)


@lru_cache(maxsize=512)
def _spans(zone: ZoneInfo, year: int) -> tuple[Span, ...]:
    """The spans of a year; the first begins and the last ends with it, changed clock or not."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    starts = [begin]
    day = begin
    while day < end:
        tomorrow = day + timedelta(days=1)
        if _offset(zone, tomorrow) != _offset(zone, day):
            starts.append(_change(zone, day, tomorrow))
        day = tomorrow
    ends = [*starts[1:], end]
    return tuple(
        Span(start, stop, _offset(zone, start - INSTANT), _offset(zone, start))
        for start, stop in zip(starts, ends, strict=True)
        if start < stop
    )


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second at which the offset of `low` ends; `high` has another one."""
    old = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(zone, middle) == old else (low, middle)
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def cron_trigger(fields: CronFields) -> Any:
    """The line as APScheduler's trigger, by a clock that is never changed."""
    common = {
        "minute": _expression(fields.minutes, 60),
        "hour": _expression(fields.hours, 24),
        "month": _expression(fields.months, 12),
        "timezone": UTC,
    }
    kinds = _day_kinds(fields)
    triggers = [CronTrigger(**kind, **common) for kind in kinds]
    return triggers[0] if len(triggers) == 1 else OrTrigger(triggers)


def _day_kinds(fields: CronFields) -> list[dict[str, str]]:
    """The days of a line: a day that is of any of these kinds is one.

    Both restricted: either matches (POSIX), where APScheduler alone would ask for both.
    """
    days = ["last"] if fields.last_day else []
    days += [_expression(fields.days, 31)] if fields.days else []
    day = ",".join(days)
    names = ",".join(_WEEKDAYS[number] for number in fields.weekdays)
    weekday = "*" if len(fields.weekdays) == 7 else names
    positions = ",".join(
        f"{_POSITIONS[position]} {_WEEKDAYS[number]}" for position, number in fields.nth_weekdays
    )
    kinds = []
    if fields.any_day or fields.any_weekday:
        kinds += [{"day": day, "day_of_week": weekday}] if weekday else []
    else:
        # 31 April or a Monday: the library would look for that 31 April until the year 9999.
        kinds += [{"day": day}] if some_day_exists(fields) else []
        kinds += [{"day_of_week": weekday}] if weekday else []
    kinds += [{"day": positions}] if positions else []
    return kinds


def _expression(numbers: tuple[int, ...], size: int) -> str:
    """As short as can be: the library keeps and asks one object for each part of a list."""
    if len(numbers) == size:
        return "*"
    steps = {after - before for before, after in pairwise(numbers)}
    if len(numbers) > 2 and len(steps) == 1:
        return f"{numbers[0]}-{numbers[-1]}/{steps.pop()}"
    return ",".join(map(str, numbers))
