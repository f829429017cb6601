"""Active hours and excluded dates as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from conselho.errors import InvalidSchedule

DAY_MINUTES = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(?:(\S+) )?(\d{1,2}):(\d{2}) ?- ?(\d{1,2}):(\d{2})", re.ASCII)
_DATE = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})", re.ASCII)
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveHours:
    """From `start` up to, but without `end`, in minutes of the day, on `days` (0 is Monday).

    An `end` that is not after `start` is on the day after: the hours belong to the day on which
    they begin.
    """

    days: frozenset[int]
    start: int
    end: int

    def hold(self, wall: datetime) -> bool:
        """Whether a time of the clock on the wall lies in these hours."""
        minute, day = wall.hour * 60 + wall.minute, wall.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        began_yesterday = minute < self.end and (day - 1) % 7 in self.days
        return began_yesterday or (day in self.days and minute >= self.start)

    def __str__(self) -> str:
        hours = f"{_clock(self.start)}-{_clock(self.end)}"
        return hours if len(self.days) == 7 else f"{days_text(self.days)} {hours}"


def parse_active_hours(text: str) -> ActiveHours:
    """`09:00-18:00`, `mon-fri 09:00-18:00`, `sat,sun 22:00-06:00`. Raises InvalidSchedule."""
    match = _HOURS.fullmatch(" ".join(text.lower().replace(", ", ",").split()))
    if match is None:
        raise _bad_hours(text, "write them like 09:00-18:00 or mon-fri 09:00-18:00")
    days = _days(text, match[1]) if match[1] else frozenset(range(7))
    start, end = (_minutes(text, match[at], match[at + 1]) for at in (2, 4))
    if start == DAY_MINUTES:
        raise _bad_hours(text, "they cannot begin at 24:00; write 00:00")
    if start == end:
        raise _bad_hours(text, "they end when they begin; for the whole day write 00:00-24:00")
    return ActiveHours(days=days, start=start, end=end)


def excluded_date(text: str) -> str:
    """`2026-12-25`, or `12-25` for every year, as given. Raises InvalidSchedule."""
    found = text.strip()
    match = _DATE.fullmatch(found)
    if match is None:
        reason = f"{text!r} is not a date; write 2026-12-25, or 12-25 for every year"
        raise InvalidSchedule("schedule.excluded_dates", reason)
    try:
        date(int(match[1] or _LEAP_YEAR), int(match[2]), int(match[3]))
    except ValueError as exc:
        reason = f"there is no day {text!r}: {exc}"
        raise InvalidSchedule("schedule.excluded_dates", reason) from exc
    return found


def days_text(days: frozenset[int]) -> str:
    """The days from Monday on, runs of three or more as a range: `mon-fri`, `sat,sun`."""
    parts: list[str] = []
    day = 0
    while day < 7:
        last = day
        while last + 1 in days:
            last += 1
        if day not in days:
            day += 1
            continue
        if last - day >= 2:
            parts.append(f"{WEEKDAYS[day]}-{WEEKDAYS[last]}")
        else:
            parts += WEEKDAYS[day : last + 1]
        day = last + 1
    return ",".join(parts)


def _days(text: str, field: str) -> frozenset[int]:
    days: set[int] = set()
    for part in field.split(","):
        first, dash, last = part.partition("-")
        for name in (first, last) if dash else (first,):
            if name not in WEEKDAYS:
                raise _bad_hours(text, f"{name!r} is no weekday; there are {', '.join(WEEKDAYS)}")
        start = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last or first) - start) % 7
        days.update((start + step) % 7 for step in range(length + 1))
    return frozenset(days)


def _minutes(text: str, hour: str, minute: str) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > DAY_MINUTES:
        raise _bad_hours(text, f"there is no time {hour}:{minute}")
    return total


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _bad_hours(text: str, reason: str) -> InvalidSchedule:
    return InvalidSchedule(
        "schedule.active_hours", f"the active hours {text!r} cannot be read: {reason}"
    )
