"""Schedules as people write them: `30m`, or `0 9 * * 1` in a time zone.

Cron follows the standard: five fields, 0 and 7 are Sunday, 1 is Monday, names are accepted, and
when day-of-month and weekday are both restricted a day that matches either is a match.
Source: POSIX crontab(5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from conselho.errors import InvalidSchedule


class ScheduleType(StrEnum):
    INTERVAL = "interval"
    CRON = "cron"
    AT = "at"


class Gap(StrEnum):
    """What becomes of a time that the clock on the wall leaps over when it is set forward.

    run_after: it comes as much later as the clock leaps (02:30 comes at 03:30). skip: it does not
    come that day.
    """

    RUN_AFTER = "run_after"
    SKIP = "skip"


class Fold(StrEnum):
    """What becomes of a time that the clock shows twice when it is set back.

    once: it comes the first time. twice: it comes both times.
    """

    ONCE = "once"
    TWICE = "twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a councilor is due.

    `value` is an interval (`10s`, `30m`, `1h`, `2d`), five cron fields, or one moment
    (`2026-12-24T18:00`, by the clock on the wall in `timezone` unless it tells an offset).
    `timezone` is an IANA name: of cron lines, moments, active hours and excluded dates. `enabled`
    False means paused: no slot is due.

    `gap` and `fold` are for cron lines that name hours, and for a moment: a line for every hour
    just goes on, and so does an interval. `jitter_seconds`: every slot comes later by a number of
    seconds up to this, always the same for one agent. There is no slot before `starts_at` and none
    after `ends_at`.

    Slots outside all `active_hours` (`09:00-18:00`, `mon-fri 22:00-06:00`; none means always) and
    on excluded dates are due, but recorded as skipped. `excluded_dates` are `2026-12-25`, or
    `12-25` for every year; `excluded_calendars` name files of the council's calendars folder.
    """

    type: ScheduleType
    value: str
    enabled: bool = True
    timezone: str = "UTC"
    gap: Gap = Gap.RUN_AFTER
    fold: Fold = Fold.ONCE
    jitter_seconds: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    active_hours: tuple[str, ...] = ()
    excluded_dates: tuple[str, ...] = ()
    excluded_calendars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CronFields:
    """A cron line expanded to the numbers it names. `weekdays` counts from 0 = Sunday to 6."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    any_day: bool
    any_weekday: bool


_INTERVAL = re.compile(r"([0-9]+)([smhd])")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST_INTERVAL = timedelta(days=3660)

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse_schedule(
    value: str, *, enabled: bool = True, timezone: str = "UTC", kind: ScheduleType | None = None
) -> Schedule:
    """The Schedule that `value` stands for, normalised (blanks folded).

    The type is told by the text unless given. Raises InvalidSchedule with a sentence.
    """
    text = " ".join(value.split())
    if kind is None:
        kind = ScheduleType.CRON if " " in text or text.startswith("@") else ScheduleType.INTERVAL
    check_timezone(timezone)
    if kind is ScheduleType.INTERVAL:
        parse_interval(text)
    else:
        parse_cron(text)
    return Schedule(type=kind, value=text, enabled=enabled, timezone=timezone)


def check_timezone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises InvalidSchedule when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        raise InvalidSchedule(
            "schedule.timezone",
            f"there is no time zone {name!r}; use an IANA name such as America/Sao_Paulo",
        ) from exc


def parse_interval(text: str) -> timedelta:
    """The length of `30m` and the like. Raises InvalidSchedule."""
    match = _INTERVAL.fullmatch(text.strip())
    if match is None:
        raise InvalidSchedule(
            "schedule.value",
            f"{text!r} is not an interval; write a number and a unit: 10s, 30m, 1h or 2d",
        )
    number, unit = match.groups()
    # Nine digits of any unit fit a timedelta; more would overflow it.
    length = timedelta(**{_UNIT[unit]: int(number)}) if len(number) <= 9 else timedelta.max
    if not length:
        raise InvalidSchedule("schedule.value", f"the interval {text!r} must be at least 1s")
    if length > LONGEST_INTERVAL:
        raise InvalidSchedule("schedule.value", f"the interval {text!r} is longer than ten years")
    return length


def parse_cron(text: str) -> CronFields:
    """A cron line expanded. Raises InvalidSchedule naming the field that cannot be read."""
    fields = text.split()
    if len(fields) != 5:
        raise InvalidSchedule(
            "schedule.value",
            f"a cron schedule has five fields (minute hour day month weekday), {text!r}"
            f" has {len(fields)}",
        )
    weekdays = {day % 7 for day in _expand("weekday", fields[4], 0, 7, _WEEKDAYS, 0)}
    cron = CronFields(
        minutes=_expand("minute", fields[0], 0, 59),
        hours=_expand("hour", fields[1], 0, 23),
        days=_expand("day", fields[2], 1, 31),
        months=_expand("month", fields[3], 1, 12, _MONTHS, 1),
        weekdays=tuple(sorted(weekdays)),
        # As in cron itself, a field that begins with a star does not restrict the day.
        any_day=fields[2].startswith("*"),
        any_weekday=fields[4].startswith("*"),
    )
    if cron.any_weekday and not some_day_exists(cron):
        raise InvalidSchedule(
            "schedule.value",
            f"{text!r} never fires: there is no day {_listed(cron.days)}"
            f" in month {_listed(cron.months)}",
        )
    return cron


def some_day_exists(cron: CronFields) -> bool:
    """Whether its days exist in any of its months, whatever the weekday."""
    return any(cron.days[0] <= _DAYS_IN_MONTH[month - 1] for month in cron.months)


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _expand(
    name: str, text: str, low: int, high: int, names: list[str] | None = None, first: int = 0
) -> tuple[int, ...]:
    """The sorted numbers of one cron field: stars, lists, ranges, steps and names."""
    numbers: set[int] = set()
    # Open-ended weekday steps stop at 6: with 7 too, `*/2` would name Saturday and Sunday both.
    last = 6 if name == "weekday" else high
    for part in text.lower().split(","):
        span, slash, step_text = part.partition("/")
        step = _number(name, text, step_text, 1, high) if slash else 1
        if span == "*":
            start, end = low, last
        else:
            left, dash, right = span.partition("-")
            start = _number(name, text, left, low, high, names, first)
            end = _number(name, text, right, low, high, names, first) if dash else start
            if slash and not dash:
                end = max(start, last)
            if end < start and name == "weekday" and end == 0:
                end = 7
        if end < start:
            raise _bad_field(name, text, f"the range {span!r} runs backwards")
        numbers.update(range(start, end + 1, step))
    return tuple(sorted(numbers))


def _number(
    name: str,
    field: str,
    text: str,
    low: int,
    high: int,
    names: list[str] | None = None,
    first: int = 0,
) -> int:
    if names is not None and text in names:
        return names.index(text) + first
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise _bad_field(name, field, f"{text!r} is not a number")
    if not low <= int(text) <= high:
        raise _bad_field(name, field, f"{text} is not between {low} and {high}")
    return int(text)


def _bad_field(name: str, field: str, reason: str) -> InvalidSchedule:
    return InvalidSchedule("schedule.value", f"the {name} field {field!r} cannot be read: {reason}")
