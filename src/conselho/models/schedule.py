"""Schedules as people write them: `30m`, `0 9 * * 1` in a time zone, or one moment."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from conselho.clock import find_zone
from conselho.errors import InvalidSchedule
from conselho.models.cron import parse_cron
from conselho.models.moments import looks_like_a_moment, moment_text
from conselho.models.quiet import excluded_date, parse_active_hours


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

    `value` is as it was written: an interval (`10s`, `30m`, `1h`, `2d`), five cron fields or their
    name (`@daily`), or one moment (`2026-12-24T18:00`, by the clock on the wall in `timezone`
    unless it tells an offset).
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


_INTERVAL = re.compile(r"([0-9]+)([smhd])")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST_INTERVAL = timedelta(days=3660)
LONGEST_JITTER_SECONDS = 86_400


def parse_schedule(value: str, *, kind: ScheduleType | None = None, **rules: Any) -> Schedule:
    """The Schedule that `value` stands for, normalised (blanks folded).

    The type is told by the text unless given. `rules` are the other fields of Schedule; each is
    checked. Whether it ever fires within `starts_at` and `ends_at` is for services.slots to say.
    Raises InvalidSchedule with the field and a sentence.
    """
    text = " ".join(value.split())
    kind = kind or _kind_of(text)
    match kind:
        case ScheduleType.INTERVAL:
            parse_interval(text)
        case ScheduleType.CRON:
            parse_cron(text)
        case ScheduleType.AT:
            text = moment_text(text, "schedule.value")
    schedule = Schedule(type=kind, value=text, **rules)
    check_timezone(schedule.timezone)
    _check_jitter(schedule)
    _check_bounds(schedule)
    hours = dict.fromkeys(str(parse_active_hours(one)) for one in schedule.active_hours)
    dates = dict.fromkeys(excluded_date(one) for one in schedule.excluded_dates)
    return replace(schedule, active_hours=tuple(hours), excluded_dates=tuple(dates))


def _kind_of(text: str) -> ScheduleType:
    if looks_like_a_moment(text):
        return ScheduleType.AT
    return ScheduleType.CRON if " " in text or text.startswith("@") else ScheduleType.INTERVAL


def _check_jitter(schedule: Schedule) -> None:
    seconds = schedule.jitter_seconds
    field = "schedule.jitter_seconds"
    if not 0 <= seconds <= LONGEST_JITTER_SECONDS:
        raise InvalidSchedule(field, f"must be between 0 and {LONGEST_JITTER_SECONDS}")
    if seconds and schedule.type is ScheduleType.INTERVAL:
        interval = parse_interval(schedule.value)
        if timedelta(seconds=seconds) >= interval:
            raise InvalidSchedule(field, f"must be shorter than the interval {schedule.value}")


def _check_bounds(schedule: Schedule) -> None:
    start, end = schedule.starts_at, schedule.ends_at
    if start is not None and end is not None and end < start:
        raise InvalidSchedule("schedule.ends_at", "lies before starts_at")


def check_timezone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises InvalidSchedule when there is none."""
    zone = find_zone(name)
    if zone is None:
        raise InvalidSchedule(
            "schedule.timezone",
            f"there is no time zone {name!r}; use an IANA name such as America/Sao_Paulo",
        )
    return zone


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
