"""The pieces of a sentence about a schedule in Brazilian Portuguese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from conselho.models.cron import LAST
from conselho.models.quiet import ActiveHours

_UNITS = {"s": "segundo", "m": "minuto", "h": "hora", "d": "dia"}
_WEEKDAYS = (
    "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado"
).split()
_MONTHS = (
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
).split()
_POSITIONS = {1: "primeir", 2: "segund", 3: "terceir", 4: "quart", 5: "quint", LAST: "últim"}


class Portuguese:
    """See services.schedule_words.Language."""

    def every(self, number: int, unit: str) -> str:
        return f"a cada {_UNITS[unit]}" if number == 1 else f"a cada {number} {_UNITS[unit]}s"

    def at(self, times: Sequence[tuple[int, int]]) -> str:
        return _and([f"{_to(time)} {_clock(time)}" for time in times])

    def between(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        return f"{_from(first)} {_clock(first)} {_to(last)} {_clock(last)}"

    def past(self, minutes: Sequence[int]) -> str:
        return f"a cada hora, {_in_the_minute(minutes)}"

    def past_hours(self, minutes: Sequence[int], hours: Sequence[int]) -> str:
        of = "das horas" if len(hours) > 1 else "da hora"
        return f"{_in_the_minute(minutes)} {of} {_and(list(map(str, hours)))}"

    def every_day(self) -> str:
        return "todos os dias"

    def weekdays(self, days: Sequence[int]) -> str:
        if tuple(days) == (1, 2, 3, 4, 5):
            return "de segunda a sexta-feira"
        return _and([f"{'todo' if _is_he(d) else 'toda'} {_WEEKDAYS[d]}" for d in _ordered(days)])

    def on_weekdays(self, days: Sequence[int]) -> str:
        days = _ordered(days)
        if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
            first = _WEEKDAYS[days[0]].removesuffix("-feira")
            return f"de {first} a {_WEEKDAYS[days[-1]]}"
        return _and([f"{'aos' if _is_he(day) else 'às'} {_plural(day)}" for day in days])

    def month_days(self, days: Sequence[int], last: bool, months: Sequence[int]) -> str:
        if len(days) == 1 and len(months) == 1 and not last:
            return f"em {_of_month(days[0], months[0])}"
        parts = [_day_numbers(days)] if days else []
        parts += ["no último dia"] if last else []
        return f"{_and(parts)} {_of_months(months)}"

    def nth_weekdays(self, positions: Sequence[tuple[int, int]], months: Sequence[int]) -> str:
        named = [
            f"{'no' if _is_he(day) else 'na'} {_POSITIONS[position]}{'o' if _is_he(day) else 'a'}"
            f" {_WEEKDAYS[day]}"
            for position, day in positions
        ]
        return f"{_and(named)} {_of_months(months)}"

    def in_months(self, months: Sequence[int]) -> str:
        return f"em {_and([_MONTHS[month - 1] for month in months])}"

    def either(self, parts: Sequence[str]) -> str:
        return " e ".join(parts)

    def both(self, days: str, weekdays: Sequence[int]) -> str:
        named = [f"{'aos' if _is_he(day) else 'às'} {_plural(day)}" for day in _ordered(weekdays)]
        return f"{_and(named)} que caem {days}"

    def once(self, when: str) -> str:
        return f"uma vez, em {when}"

    def moment(self, moment: datetime, *, whole_day: bool) -> str:
        day = f"{_of_month(moment.day, moment.month)} de {moment.year}"
        clock = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
        return day if whole_day else f"{day} {_to((moment.hour, moment.minute))} {clock}"

    def active(self, hours: Sequence[ActiveHours]) -> str:
        return f"somente {_and([_hours(self, one) for one in hours])}"

    def excluded(self, days: Sequence[date | tuple[int, int]], calendars: Sequence[str]) -> str:
        named = [f"em {_day(day)}" for day in days]
        named += [f"em dias do calendário {name}" for name in calendars]
        return f"exceto {_and(named)}"

    def since(self, moment: str) -> str:
        return f"a partir de {moment}"

    def until(self, moment: str) -> str:
        return f"até {moment}"

    def later(self, seconds: int) -> str:
        return f"até {seconds} s mais tarde"


def _hours(portuguese: Portuguese, hours: ActiveHours) -> str:
    text = portuguese.between(divmod(hours.start, 60), divmod(hours.end, 60))
    if len(hours.days) == 7:
        return text
    return f"{text} {portuguese.on_weekdays(sorted((day + 1) % 7 for day in hours.days))}"


def _day(day: date | tuple[int, int]) -> str:
    if isinstance(day, date):
        return f"{_of_month(day.day, day.month)} de {day.year}"
    return _of_month(day[1], day[0])


def _of_month(day: int, month: int) -> str:
    return f"{_ordinal(day)} de {_MONTHS[month - 1]}"


def _of_months(months: Sequence[int]) -> str:
    return f"de {_and([_MONTHS[month - 1] for month in months])}" if months else "do mês"


def _day_numbers(days: Sequence[int]) -> str:
    return f"{'nos dias' if len(days) > 1 else 'no dia'} {_and(list(map(_ordinal, days)))}"


def _ordinal(day: int) -> str:
    """The first of a month is told as such, the others are counted."""
    return "1º" if day == 1 else str(day)


def _in_the_minute(minutes: Sequence[int]) -> str:
    noun = "nos minutos" if len(minutes) > 1 else "no minuto"
    return f"{noun} {_and(list(map(str, minutes)))}"


def _is_he(weekday: int) -> bool:
    return weekday in (0, 6)


def _plural(weekday: int) -> str:
    return "-".join(f"{word}s" for word in _WEEKDAYS[weekday].split("-"))


def _to(time: tuple[int, int]) -> str:
    return "à" if time[0] == 1 else "às"


def _from(time: tuple[int, int]) -> str:
    return "da" if time[0] == 1 else "das"


def _clock(time: tuple[int, int]) -> str:
    return f"{time[0]:02}:{time[1]:02}"


def _ordered(days: Sequence[int]) -> list[int]:
    """From Monday on."""
    return sorted(days, key=lambda day: (day - 1) % 7)


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} e {parts[-1]}"
