"""Moments and lengths of time as people and programs send them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import PlainValidator

from conselho.errors import InvalidSchedule
from conselho.models.schedule import parse_interval

_EXAMPLE = "2026-11-30T22:00:00Z"
# As for schedules: nobody means a time beyond, and reckoning there leaves the calendar.
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


def read_moment(value: object) -> datetime:
    """An aware moment in UTC. Raises ValueError with a sentence."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"{value!r} is not a moment; write it as {_EXAMPLE}") from None
    if not isinstance(value, datetime):
        raise ValueError(f"must be a text such as {_EXAMPLE}")
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()!r} tells no time zone; write it as {_EXAMPLE}")
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(
            f"the year of {value.isoformat()!r} is not between {_FIRST_YEAR} and {_LAST_YEAR}"
        )
    return value.astimezone(UTC)


def read_length(value: object) -> timedelta:
    """`90m`, `2h`, `3d`. Raises ValueError with a sentence."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError("must be a text such as 90m, 2h or 3d")
    try:
        return parse_interval(value)
    except InvalidSchedule:
        raise ValueError(
            f"{value!r} is not a length of time; write a number and a unit: 90m, 2h or 3d"
        ) from None


Moment = Annotated[datetime, PlainValidator(read_moment)]
Length = Annotated[timedelta, PlainValidator(read_length)]
