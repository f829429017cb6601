"""Spans of time as days that lie whole in them, and quarters of an hour at their two ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from conselho.stores.mongodb.figures import DAY_US, QUARTER_US
from conselho.stores.sql.rows import micros

Span = tuple[datetime, datetime]
T = TypeVar("T")


class Stretch(NamedTuple):
    """Counters of one grain (`quarter`, `day`) that start in [since, until), in microseconds."""

    grain: str
    since: int
    until: int


def floored(span: Span) -> tuple[int, int]:
    """A span in microseconds; its bounds are exact to a quarter of an hour."""
    since, until = map(micros, span)
    return since - since % QUARTER_US, until - until % QUARTER_US


def stretches(span: Span) -> Iterator[Stretch]:
    since, until = floored(span)
    first_day, last_day = -(-since // DAY_US) * DAY_US, until // DAY_US * DAY_US
    if first_day >= last_day:
        first_day = last_day = until
    for stretch in (
        Stretch("quarter", since, first_day),
        Stretch("day", first_day, last_day),
        Stretch("quarter", last_day, until),
    ):
        if stretch.since < stretch.until:
            yield stretch


def joined(parts: Iterable[Stretch]) -> list[Stretch]:
    """Stretches without gap and overlap between them that hold all of these."""
    found: list[Stretch] = []
    for part in sorted(parts):
        last = found[-1] if found else None
        if last and last.grain == part.grain and part.since <= last.until:
            found[-1] = last._replace(until=max(last.until, part.until))
        else:
            found.append(part)
    return found


def wanted(spans: Iterable[Span]) -> list[Stretch]:
    """What has to be read for these spans, each part once."""
    return joined(part for span in spans for part in stretches(span))


def within(found: Mapping[tuple[str, int], T], spans: Iterable[Span]) -> Iterator[list[T]]:
    """For each span what was found in it, by grain and start."""
    starts: dict[str, list[int]] = {}
    for grain, start in sorted(found):
        starts.setdefault(grain, []).append(start)
    for span in spans:
        yield [
            found[part.grain, start]
            for part in stretches(span)
            for start in _between(starts.get(part.grain, []), part.since, part.until)
        ]


def _between(ascending: Sequence[int], since: int, until: int) -> Sequence[int]:
    return ascending[bisect_left(ascending, since) : bisect_left(ascending, until)]
