"""A schedule as a sentence, in English and in Brazilian Portuguese.

Here is what a schedule says; how each language says it stands in services.words_en and words_pt.
A line that is too odd for a smooth sentence gets a bumpy one, but never a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from conselho.models.cron import CronFields, parse_cron
from conselho.models.moments import instants
from conselho.models.quiet import ActiveHours, parse_active_hours
from conselho.models.schedule import Schedule, ScheduleType, parse_interval
from conselho.services.words_en import English
from conselho.services.words_pt import Portuguese

# So many times of the day are listed; more are told as a rhythm.
_MOST_TIMES = 6
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


class Language(Protocol):
    """The pieces of a sentence. Times are (hour, minute); weekdays count from 0 = Sunday."""

    def every(self, number: int, unit: str) -> str:
        """`unit` is one of s, m, h, d."""
        ...

    def at(self, times: Sequence[tuple[int, int]]) -> str: ...

    def between(self, first: tuple[int, int], last: tuple[int, int]) -> str: ...

    def past(self, minutes: Sequence[int]) -> str:
        """In every hour at these minutes."""
        ...

    def past_hours(self, minutes: Sequence[int], hours: Sequence[int]) -> str: ...

    def every_day(self) -> str: ...

    def weekdays(self, days: Sequence[int]) -> str:
        """Where a sentence begins with them: every Monday."""
        ...

    def on_weekdays(self, days: Sequence[int]) -> str:
        """Where they follow: on Mondays, Monday to Friday."""
        ...

    def month_days(self, days: Sequence[int], last: bool, months: Sequence[int]) -> str:
        """`days` of the month, and its `last` one; no months means all."""
        ...

    def nth_weekdays(self, positions: Sequence[tuple[int, int]], months: Sequence[int]) -> str:
        """`positions` are as in CronFields."""
        ...

    def in_months(self, months: Sequence[int]) -> str: ...

    def either(self, parts: Sequence[str]) -> str:
        """On days that are any of these."""
        ...

    def both(self, days: str, weekdays: Sequence[int]) -> str:
        """On `weekdays`, but only when they fall on `days`, which is a phrase."""
        ...

    def once(self, when: str) -> str: ...

    def moment(self, moment: datetime, *, whole_day: bool) -> str: ...

    def active(self, hours: Sequence[ActiveHours]) -> str: ...

    def excluded(self, days: Sequence[date | tuple[int, int]], calendars: Sequence[str]) -> str:
        """A day of every year is (month, day)."""
        ...

    def since(self, moment: str) -> str: ...

    def until(self, moment: str) -> str: ...

    def later(self, seconds: int) -> str:
        """How much later slots may come."""
        ...


LANGUAGES: dict[str, Language] = {"en": English(), "pt-BR": Portuguese()}


def sentences(schedule: Schedule) -> dict[str, str]:
    """The sentence in each language, by its name; without the zone: its reader may be in it."""
    return {name: sentence(schedule, name, timezone=schedule.timezone) for name in LANGUAGES}


def sentence(schedule: Schedule, language: str, *, timezone: str = "UTC") -> str:
    """`every Monday at 09:00 (America/Sao_Paulo), until 31 December 2026`: no full stop.

    `language` is `en` or `pt-BR`; the zone is told unless it is `timezone`, or does not matter.
    """
    say = LANGUAGES[language]
    zone = ZoneInfo(schedule.timezone)
    main = _main(schedule, say, zone)
    if schedule.timezone != timezone and _zone_matters(schedule):
        main += f" ({schedule.timezone})"
    parts = [main]
    if schedule.jitter_seconds:
        parts.append(say.later(schedule.jitter_seconds))
    if schedule.active_hours:
        parts.append(say.active([parse_active_hours(text) for text in schedule.active_hours]))
    if schedule.excluded_dates or schedule.excluded_calendars:
        days = [_day(text) for text in schedule.excluded_dates]
        parts.append(say.excluded(days, schedule.excluded_calendars))
    if schedule.starts_at is not None:
        start = schedule.starts_at.astimezone(zone)
        parts.append(say.since(say.moment(start, whole_day=start.time() == time(0))))
    if schedule.ends_at is not None:
        end = schedule.ends_at.astimezone(zone)
        parts.append(say.until(say.moment(end, whole_day=end.time() == time(23, 59, 59))))
    return ", ".join(parts)


def _zone_matters(schedule: Schedule) -> bool:
    by_wall = schedule.active_hours or schedule.excluded_dates or schedule.excluded_calendars
    bounds = schedule.starts_at or schedule.ends_at
    return schedule.type is not ScheduleType.INTERVAL or bool(by_wall or bounds)


def _main(schedule: Schedule, say: Language, zone: ZoneInfo) -> str:
    match schedule.type:
        case ScheduleType.INTERVAL:
            return _interval(schedule.value, say)
        case ScheduleType.AT:
            return say.once(_moment(schedule.value, say, zone))
        case ScheduleType.CRON:
            return _cron(parse_cron(schedule.value), say)


def _interval(text: str, say: Language) -> str:
    seconds = int(parse_interval(text).total_seconds())
    # As it was written: 60m is not made an hour.
    size = dict(_UNITS)[text[-1]]
    return say.every(seconds // size, text[-1])


def _moment(text: str, say: Language, zone: ZoneInfo) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment = instants(text, zone)[0].astimezone(zone)
    return say.moment(moment, whole_day=False)


def _day(text: str) -> date | tuple[int, int]:
    if len(text) == 5:
        return int(text[:2]), int(text[3:])
    return date.fromisoformat(text)


def _cron(cron: CronFields, say: Language) -> str:
    times = [(hour, minute) for hour in cron.hours for minute in cron.minutes]
    if len(cron.hours) < 24 and len(times) <= _MOST_TIMES:
        return f"{_first_days(cron, say)} {say.at(times)}"
    days = _days(cron, say)
    return _rhythm(cron, say) + (f", {days}" if days else "")


def _rhythm(cron: CronFields, say: Language) -> str:
    """More than a few times a day."""
    minutes, hours = cron.minutes, cron.hours
    minute_step = _round_step(minutes, 60)
    if len(hours) == 24:
        if minutes == (0,):
            return say.every(1, "h")
        return say.every(minute_step, "m") if minute_step else say.past(minutes)
    hour_step = _even_step(hours)
    whole = say.between((hours[0], minutes[0]), (hours[-1], minutes[-1]))
    if len(minutes) == 1 and hour_step:
        every = say.every(hour_step, "h")
        all_day = minutes == (0,) and _round_step(hours, 24)
        return every if all_day else f"{every} {whole}"
    if minute_step and hour_step == 1:
        return f"{say.every(minute_step, 'm')} {whole}"
    return say.past_hours(minutes, hours)


def _round_step(numbers: Sequence[int], size: int) -> int | None:
    """The step with which the numbers go round from 0, over and over; None when they do not."""
    step = size // len(numbers)
    return step if tuple(numbers) == tuple(range(0, size, step)) and size % step == 0 else None


def _even_step(numbers: Sequence[int]) -> int | None:
    """The one step between all these numbers; 1 for a single one, None when they differ."""
    steps = {after - before for before, after in pairwise(numbers)} or {1}
    return steps.pop() if len(steps) == 1 else None


def _first_days(cron: CronFields, say: Language) -> str:
    """The days where the sentence begins with them."""
    if _days_named(cron) or cron.nth_weekdays:
        return _days(cron, say)
    days = say.every_day() if len(cron.weekdays) == 7 else say.weekdays(cron.weekdays)
    return days if len(cron.months) == 12 else f"{days} {say.in_months(cron.months)}"


def _days(cron: CronFields, say: Language) -> str:
    """The days where they follow; empty for every day."""
    months = () if len(cron.months) == 12 else cron.months
    named = _days_named(cron)
    some_weekdays = bool(cron.weekdays) and len(cron.weekdays) < 7
    if named and some_weekdays and (cron.any_day or cron.any_weekday):
        days = say.month_days(cron.days, cron.last_day, months)
        return say.both(days, cron.weekdays)
    parts = [say.month_days(cron.days, cron.last_day, months)] if named else []
    if some_weekdays:
        weekdays = say.on_weekdays(cron.weekdays)
        parts.append(f"{weekdays} {say.in_months(months)}" if months else weekdays)
    if cron.nth_weekdays:
        parts.append(say.nth_weekdays(cron.nth_weekdays, months))
    if parts:
        return say.either(parts)
    return say.in_months(months) if months else ""


def _days_named(cron: CronFields) -> bool:
    return cron.last_day or 0 < len(cron.days) < 31
