"""The pieces of a sentence about a schedule in English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from conselho.models.cron import LAST
from conselho.models.quiet import ActiveHours

_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
_WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_POSITIONS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", LAST: "last"}


class English:
    """See services.schedule_words.Language."""

    def every(self, number: int, unit: str) -> str:
        return f"every {_UNITS[unit]}" if number == 1 else f"every {number} {_UNITS[unit]}s"

    def at(self, times: Sequence[tuple[int, int]]) -> str:
        return f"at {_and(list(map(_clock, times)))}"

    def between(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        return f"from {_clock(first)} to {_clock(last)}"

    def past(self, minutes: Sequence[int]) -> str:
        return f"every hour at {_numbered('minute', minutes)}"

    def past_hours(self, minutes: Sequence[int], hours: Sequence[int]) -> str:
        return f"at {_numbered('minute', minutes)} of {_numbered('hour', hours)}"

    def every_day(self) -> str:
        return "every day"

    def weekdays(self, days: Sequence[int]) -> str:
        if tuple(days) == (1, 2, 3, 4, 5):
            return "weekdays"
        return f"every {_and([_WEEKDAYS[day] for day in _from_monday(days)])}"

    def on_weekdays(self, days: Sequence[int]) -> str:
        days = _from_monday(days)
        if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
            return f"{_WEEKDAYS[days[0]]} to {_WEEKDAYS[days[-1]]}"
        return f"on {_and([f'{_WEEKDAYS[day]}s' for day in days])}"

    def month_days(self, days: Sequence[int], last: bool, months: Sequence[int]) -> str:
        if len(days) == 1 and len(months) == 1 and not last:
            return f"on {days[0]} {_MONTHS[months[0] - 1]}"
        of = f"of {_and([_MONTHS[month - 1] for month in months])}" if months else "of the month"
        parts = [_numbered("day", days)] if days else []
        parts += ["the last day"] if last else []
        return f"on {_and(parts)} {of}"

    def nth_weekdays(self, positions: Sequence[tuple[int, int]], months: Sequence[int]) -> str:
        of = f"of {_and([_MONTHS[month - 1] for month in months])}" if months else "of the month"
        named = [f"the {_POSITIONS[position]} {_WEEKDAYS[day]}" for position, day in positions]
        return f"on {_and(named)} {of}"

    def in_months(self, months: Sequence[int]) -> str:
        return f"in {_and([_MONTHS[month - 1] for month in months])}"

    def either(self, parts: Sequence[str]) -> str:
        return " and ".join(parts)

    def both(self, days: str, weekdays: Sequence[int]) -> str:
        named = _and([f"{_WEEKDAYS[day]}s" for day in _from_monday(weekdays)])
        return f"on {named} that fall {days}"

    def once(self, when: str) -> str:
        return f"once, on {when}"

    def moment(self, moment: datetime, *, whole_day: bool) -> str:
        day = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
        clock = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
        return day if whole_day else f"{day} at {clock}"

    def active(self, hours: Sequence[ActiveHours]) -> str:
        return f"only {_and([_hours(self, one) for one in hours])}"

    def excluded(self, days: Sequence[date | tuple[int, int]], calendars: Sequence[str]) -> str:
        named = [f"on {_day(day)}" for day in days]
        named += [f"on days of the calendar {name}" for name in calendars]
        return f"not {_and(named)}"

    def since(self, moment: str) -> str:
        return f"from {moment}"

    def until(self, moment: str) -> str:
        return f"until {moment}"

    def later(self, seconds: int) -> str:
        return f"up to {seconds} s later"


def _hours(english: English, hours: ActiveHours) -> str:
    text = english.between(divmod(hours.start, 60), divmod(hours.end, 60))
    if len(hours.days) == 7:
        return text
    return f"{text} {english.on_weekdays(sorted((day + 1) % 7 for day in hours.days))}"


def _day(day: date | tuple[int, int]) -> str:
    if isinstance(day, date):
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day[1]} {_MONTHS[day[0] - 1]}"


def _clock(time: tuple[int, int]) -> str:
    return f"{time[0]:02}:{time[1]:02}"


def _from_monday(days: Sequence[int]) -> list[int]:
    return sorted(days, key=lambda day: (day - 1) % 7)


def _numbered(noun: str, numbers: Sequence[int]) -> str:
    return f"{noun}{'s' if len(numbers) > 1 else ''} {_and(list(map(str, numbers)))}"


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
