"""Hours and days by the clock on the wall, as spans of real time.

by hour   each full hour of the zone; where the clock is changed by half an hour, one of 90 min
by day    from midnight to midnight; 23 or 25 hours long on the days when the clock is changed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
_HOUR = timedelta(hours=1)


class By(StrEnum):
    HOUR = "hour"
    DAY = "day"


def spans(since: datetime, until: datetime, by: By, zone: ZoneInfo, *, most: int) -> list[Span]:
    """The whole hours or days that [since, until) touches, in UTC, oldest first; `most` at most.

    They follow each other without a gap. Empty when `until` does not lie behind `since`.
    """
    first, following = (_hour, _next_hour) if by is By.HOUR else (_midnight, _next_midnight)
    return list(islice(_spans(first(since, zone), until, zone, following), most))


def _spans(
    start: datetime,
    until: datetime,
    zone: ZoneInfo,
    following: Callable[[datetime, ZoneInfo], datetime],
) -> Iterator[Span]:
    while start < until:
        end = following(start, zone)
        yield start, end
        start = end


def _hour(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - past


def _next_hour(start: datetime, zone: ZoneInfo) -> datetime:
    end = start + _HOUR
    return end + timedelta(minutes=-end.astimezone(zone).minute % 60)


def _midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    # A midnight that the clock leaps over is the moment of the leap, one that comes twice the first
    # of them: just what arithmetic in the zone makes of it.
    date = moment.astimezone(zone).date()
    return datetime.combine(date, time(), tzinfo=zone).astimezone(UTC)


def _next_midnight(start: datetime, zone: ZoneInfo) -> datetime:
    # Of a day that a zone left out of its calendar nothing is left.
    date = start.astimezone(zone).date() + timedelta(days=1)
    while (end := datetime.combine(date, time(), tzinfo=zone).astimezone(UTC)) <= start:
        date += timedelta(days=1)
    return end
