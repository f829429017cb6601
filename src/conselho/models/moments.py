"""Moments as people write them, and what a time on the wall means where the clock changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from conselho.errors import InvalidSchedule

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    rf"({_DATE.pattern})"
    r"[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r" ?([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
# Far enough for any plan, and far enough from the ends of the calendar that no zone leads over.
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


def looks_like_a_moment(text: str) -> bool:
    """Whether a text begins with a date, whatever follows."""
    return _DATE.match(text) is not None


def moment_text(text: str, field: str) -> str:
    """`2026-12-24T18:00`, with seconds and an offset only where they were given.

    Raises InvalidSchedule for `field`.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise InvalidSchedule(
            field, f"{text!r} is not a moment; write date and time, such as 2026-12-24T18:00"
        )
    day, clock, offset = match.groups()
    found = f"{day}T{clock}{(offset or '').upper()}"
    try:
        year = datetime.fromisoformat(found).year
    except ValueError as exc:
        raise InvalidSchedule(field, f"{text!r} is not a moment: {exc}") from exc
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        reason = f"the year of {text!r} is not between {_FIRST_YEAR} and {_LAST_YEAR}"
        raise InvalidSchedule(field, reason)
    return found


def instants(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments, aware UTC, that a text of `moment_text` stands for in a zone.

    Both are the same, but where the clock changes. A time that it shows twice: the first and the
    second one. A time that it leaps over: the first is as much later as the clock leaps, the
    second as much earlier, so that it comes before the first.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return (moment.astimezone(UTC),) * 2
    # PEP 495: fold=0 counts with the offset before the change, fold=1 with the one after it.
    before, after = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return before.astimezone(UTC), after.astimezone(UTC)


def leap(moment: datetime, zone: ZoneInfo) -> timedelta:
    """How far the clock on the wall was just set at this very moment; zero at nearly all."""
    local, before = moment.astimezone(zone), (moment - timedelta(microseconds=1)).astimezone(zone)
    return (local.utcoffset() or timedelta(0)) - (before.utcoffset() or timedelta(0))
