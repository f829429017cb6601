"""How many runs took how long, by quarter of an hour and again by day (UTC).

The days are there for long spans: a month is thirty of them, where its quarters are 2,880. A span
takes the days that lie whole in it and the quarters at its two ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from conselho.models.durations import STEPS, Durations, bucket_us
from conselho.stores.sql.schema import duration_counters, is_final, tasks
from conselho.stores.sql.spending import Span
from conselho.stores.sql.sums import QUARTER_US, quarter_of, total

DAY_US = 96 * QUARTER_US
GRAINS = (QUARTER_US, DAY_US)
RUNS = ("completed", "error")

Key = tuple[int, int, int]


def keys_of(quarter: int, duration_us: int) -> Iterator[Key]:
    """Where a run counts that ended in this quarter: (grain, start, bucket)."""
    for grain in GRAINS:
        yield grain, quarter - quarter % grain, bucket_us(duration_us)


def durations_in(conn: sa.Connection, span: Span) -> Durations:
    """Of the whole council; the bounds of the span are floored to a quarter of an hour."""
    return Durations.of({row.bucket: row.runs for row in conn.execute(_IN_SPAN, _bounds(span))})


def _bounds(span: Span) -> dict[str, int]:
    since, until = quarter_of(span.since_us), quarter_of(span.until_us)
    first_day, last_day = -(-since // DAY_US) * DAY_US, until // DAY_US * DAY_US
    if first_day >= last_day:
        first_day = last_day = until
    return {"since": since, "first_day": first_day, "last_day": last_day, "until": until}


def _part(grain: int, since: str, until: str) -> sa.Select[Any]:
    counted = duration_counters.c
    return sa.select(counted.bucket, counted.runs).where(
        counted.grain == sa.literal_column(str(grain)),
        counted.start >= sa.bindparam(since),
        counted.start < sa.bindparam(until),
    )


def _in_span() -> sa.Select[Any]:
    parts = sa.union_all(
        _part(QUARTER_US, "since", "first_day"),
        _part(DAY_US, "first_day", "last_day"),
        _part(QUARTER_US, "last_day", "until"),
    ).subquery()
    return sa.select(parts.c.bucket, total(parts.c.runs).label("runs")).group_by(parts.c.bucket)


_IN_SPAN = _in_span()


def bucket(duration: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """models.durations.bucket_us, in SQL."""
    widths = ((duration < _number(end), _number(width)) for end, width in STEPS)
    return duration - duration % sa.case(*widths, else_=_number(STEPS[-1][1]))


def _number(value: int) -> sa.ColumnElement[int]:
    # In the text: PostgreSQL takes two parameters for two expressions, and does not group by one.
    return sa.literal_column(str(value), sa.BigInteger)


def durations_from_tasks() -> sa.CompoundSelect[Any]:
    """The rows of duration_counters as the tasks that are there would have them."""
    return sa.union_all(*(_from_tasks(grain) for grain in GRAINS))


def _from_tasks(grain: int) -> sa.Select[Any]:
    start = tasks.c.ended_at - tasks.c.ended_at % _number(grain)
    length = bucket(tasks.c.duration_us)
    return (
        sa.select(_number(grain), start, length, sa.false(), sa.func.count())
        .where(is_final, tasks.c.status.in_(RUNS), tasks.c.duration_us.is_not(None))
        .group_by(start, length)
    )
