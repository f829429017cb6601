"""Cron lines: five fields, or a name such as `@daily`.

They follow the standard: 0 and 7 are Sunday, 1 is Monday, names are accepted, and when day-of-month
and weekday are both restricted a day that matches either is a match. Beyond it, as Quartz and
croniter have them: `L` is the last day of the month, `5L` or `friL` its last Friday, `fri#3` or
`5#3` its third one.
Source: POSIX crontab(5), and crontab(5) of Vixie cron for the names with `@`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from conselho.errors import InvalidSchedule

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
LAST = -1

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class CronFields:
    """A cron line expanded to what it names.

    `weekdays` counts from 0 = Sunday to 6. `last_day`: the last one of the month. `nth_weekdays`
    are pairs of a position, 1 to 5 or LAST, and a weekday: the days that are that in their month.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    any_day: bool
    any_weekday: bool
    last_day: bool = False
    nth_weekdays: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=1024)
def parse_cron(text: str) -> CronFields:
    """A cron line expanded. Raises InvalidSchedule naming the field that cannot be read."""
    fields = _five_fields(text)
    days, last_day = _days(fields[2])
    weekdays, nth_weekdays = _weekdays(fields[4])
    cron = CronFields(
        minutes=_expand("minute", fields[0], 0, 59),
        hours=_expand("hour", fields[1], 0, 23),
        days=days,
        months=_expand("month", fields[3], 1, 12, _MONTHS, 1),
        weekdays=weekdays,
        # As in cron itself, a field that begins with a star does not restrict the day.
        any_day=fields[2].startswith("*"),
        any_weekday=fields[4].startswith("*"),
        last_day=last_day,
        nth_weekdays=nth_weekdays,
    )
    _check_days(text, cron, fields[2])
    return cron


def some_day_exists(cron: CronFields) -> bool:
    """Whether its days exist in any of its months, whatever the weekday."""
    if cron.last_day:
        return True
    return any(cron.days[0] <= _DAYS_IN_MONTH[month - 1] for month in cron.months)


def _five_fields(text: str) -> list[str]:
    if text.startswith("@"):
        line = NICKNAMES.get(text.lower())
        if line is None:
            known = ", ".join(NICKNAMES)
            raise InvalidSchedule("schedule.value", f"there is no {text!r}; there are {known}")
        return line.split()
    fields = text.split()
    if len(fields) != 5:
        raise InvalidSchedule(
            "schedule.value",
            f"a cron schedule has five fields (minute hour day month weekday), {text!r}"
            f" has {len(fields)}",
        )
    return fields


def _check_days(text: str, cron: CronFields, day_field: str) -> None:
    if cron.any_weekday and not some_day_exists(cron):
        raise InvalidSchedule(
            "schedule.value",
            f"{text!r} never fires: there is no day {_listed(cron.days)}"
            f" in month {_listed(cron.months)}",
        )
    if cron.nth_weekdays and cron.any_day and len(cron.days) < 31:
        reason = "beside a weekday with L or #, write '*' or days"
        raise _bad_field("day", day_field, reason)


def _days(field: str) -> tuple[tuple[int, ...], bool]:
    """The numbers of the day field, and whether it names the last day of the month too."""
    parts = field.split(",")
    numbers = [part for part in parts if part.lower() != "l"]
    days = _expand("day", ",".join(numbers), 1, 31) if numbers else ()
    return days, len(numbers) < len(parts)


def _weekdays(field: str) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """The numbers of the weekday field, and the positions in the month that it names."""
    plain, positions = [], set()
    for part in field.lower().split(","):
        name, mark, position = part.partition("#")
        if mark:
            positions.add((_number("weekday", field, position, 1, 5), _weekday(field, name)))
        elif len(part) > 1 and part.endswith("l"):
            positions.add((LAST, _weekday(field, part[:-1])))
        else:
            plain.append(part)
    numbers = _expand("weekday", ",".join(plain), 0, 7, _WEEKDAYS) if plain else ()
    return tuple(sorted({day % 7 for day in numbers})), tuple(sorted(positions))


def _weekday(field: str, text: str) -> int:
    return _number("weekday", field, text, 0, 7, _WEEKDAYS) % 7


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
