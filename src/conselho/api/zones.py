"""The time zone that a query names."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from conselho.errors import Invalid, InvalidSchedule
from conselho.models.schedule import check_timezone


def zone_of(name: str) -> ZoneInfo:
    """Raises Invalid naming the query's field."""
    try:
        return check_timezone(name)
    except InvalidSchedule as error:
        raise Invalid("timezone", error.reason) from error
