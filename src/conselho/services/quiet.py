"""Why a slot that is due shall not run: outside the active hours, or on an excluded date."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from conselho.models.quiet import ActiveHours, parse_active_hours
from conselho.models.schedule import Schedule
from conselho.models.task import SkipReason
from conselho.services.calendars import Calendars

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January February March April May June July August September October November December"
).split()


class Quiet:
    """Answers from memory, by the clock on the wall in the schedule's zone."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars

    def reason(self, schedule: Schedule, slot: datetime) -> tuple[SkipReason, str] | None:
        """Why this slot is to be skipped, with a sentence for people; None: it may run.

        An excluded date goes before active hours.
        """
        dates = schedule.excluded_dates or schedule.excluded_calendars
        if not (dates or schedule.active_hours):
            return None
        wall = slot.astimezone(ZoneInfo(schedule.timezone))
        excluded = self._excluded(schedule, wall) if dates else None
        if excluded is not None:
            return SkipReason.EXCLUDED_DATE, excluded
        if schedule.active_hours and not _active(schedule.active_hours, wall):
            hours = ", ".join(schedule.active_hours)
            when = f"{_WEEKDAYS[wall.weekday()]} {wall:%H:%M} ({schedule.timezone})"
            return SkipReason.QUIET_HOURS, f"{when} is outside the active hours {hours}."
        return None

    def unknown_calendars(self, schedule: Schedule) -> list[str]:
        """The calendars that a schedule names and that are not there."""
        known = self._calendars.names() if schedule.excluded_calendars else set()
        return [name for name in schedule.excluded_calendars if name not in known]

    def _excluded(self, schedule: Schedule, wall: datetime) -> str | None:
        day = f"{wall.day} {_MONTHS[wall.month - 1]}"
        date = f"{wall:%Y-%m-%d}"
        if date in schedule.excluded_dates:
            return f"{day} {wall.year} is excluded."
        if date[5:] in schedule.excluded_dates:
            return f"{day} is excluded."
        for name in schedule.excluded_calendars:
            title = self._calendars.excluded(name, wall.date())
            if title is not None:
                which = ", ".join([*([title] if title else []), f"calendar {name}"])
                return f"{day} is excluded ({which})."
        return None


def _active(texts: tuple[str, ...], wall: datetime) -> bool:
    return any(hours.hold(wall) for hours in _parsed(texts))


@lru_cache(maxsize=512)
def _parsed(texts: tuple[str, ...]) -> tuple[ActiveHours, ...]:
    return tuple(map(parse_active_hours, texts))
