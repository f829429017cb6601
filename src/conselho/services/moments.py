"""Moments and lengths of time as people and programs send them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import PlainValidator

from conselho.errors import InvalidSchedule
from conselho.models.schedule import parse_interval

_EXAMPLE = "2026-11-30T22:00:00Z"


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
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value.isoformat()!r} lies too far away") from None


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
