"""Which slots a schedule has, computed on its own: minute by minute, without the product's code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Line:
    """A cron line and what it means, in other words: does it match this local minute?"""

    text: str
    matches: Callable[[datetime], bool]
    names_hours: bool


LINES = {
    line.text: line
    for line in (
        Line("*/15 * * * *", lambda at: at.minute % 15 == 0, names_hours=False),
        Line("40 * * * *", lambda at: at.minute == 40, names_hours=False),
        Line("30 2 * * *", lambda at: (at.hour, at.minute) == (2, 30), names_hours=True),
        Line("30 1 * * *", lambda at: (at.hour, at.minute) == (1, 30), names_hours=True),
        Line("*/20 1-2 * * *", lambda at: at.hour in (1, 2) and at.minute % 20 == 0, True),
        Line(
            "0 9-17/2 * * 1-5",
            lambda at: at.minute == 0 and at.hour in (9, 11, 13, 15, 17) and at.weekday() < 5,
            names_hours=True,
        ),
    )
}
INTERVALS = {
    "7m": timedelta(minutes=7),
    "25m": timedelta(minutes=25),
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "1d": timedelta(days=1),
}


@dataclass(frozen=True)
class Timetable:
    """A schedule as the test means it. `value` is a key of INTERVALS or LINES."""

    value: str
    zone: str = "UTC"
    gap: str = "run_after"
    fold: str = "once"

    def slots(self, anchor: datetime, after: datetime, until: datetime) -> set[datetime]:
        """Those in (after, until], in UTC."""
        if self.value in INTERVALS:
            every = _interval(anchor, INTERVALS[self.value], until)
        elif LINES[self.value].names_hours:
            every = self._by_the_wall(after, until)
        else:
            every = self._as_it_goes(after, until)
        return {slot for slot in every if after < slot <= until}

    def _as_it_goes(self, after: datetime, until: datetime) -> Iterator[datetime]:
        zone, line = ZoneInfo(self.zone), LINES[self.value]
        minute = after.replace(second=0, microsecond=0)
        while minute <= until:
            if line.matches(minute.astimezone(zone)):
                yield minute
            minute += MINUTE

    def _by_the_wall(self, after: datetime, until: datetime) -> Iterator[datetime]:
        zone, line = ZoneInfo(self.zone), LINES[self.value]
        wall = (after - timedelta(days=1)).replace(second=0, microsecond=0, tzinfo=None)
        while wall <= (until + timedelta(days=1)).replace(tzinfo=None):
            if line.matches(wall):
                yield from self._moments(wall, zone)
            wall += MINUTE

    def _moments(self, wall: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        shown = first.astimezone(zone).replace(tzinfo=None) == wall
        if shown or self.gap == "run_after":
            yield first
        if shown and second != first and self.fold == "twice":
            yield second


def _interval(anchor: datetime, length: timedelta, until: datetime) -> Iterator[datetime]:
    slot = anchor + length
    while slot <= until:
        yield slot
        slot += length
