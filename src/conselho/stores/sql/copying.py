"""What is carried from store to store beside the tasks: the mark of a copy, logs, old figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.models.ids import AgentId
from conselho.models.pruned import DAY_US, PrunedDay, PrunedKind, day_of
from conselho.store import CopyMark, LogPiece
from conselho.stores.sql.durations import GRAINS
from conselho.stores.sql.portable import bound, given, insert
from conselho.stores.sql.rows import micros, micros_or_none, moment_of, moment_or_none, storable
from conselho.stores.sql.schema import (
    agent_counters,
    duration_counters,
    log_chunks,
    lost_counters,
    meta,
    quarter_counters,
    usage_counters,
)
from conselho.stores.sql.sums import QUARTER_US, Groups, add, measures_of

_MARK = "copy"


def copy_mark(conn: sa.Connection) -> CopyMark | None:
    text = conn.execute(sa.select(meta.c.value).where(meta.c.key == _MARK)).scalar_one_or_none()
    if text is None:
        return None
    mark = json.loads(text)
    return CopyMark(
        source=mark["source"],
        source_seq=mark["source_seq"],
        begun_at=moment_of(mark["begun_at"]),
        finished_at=moment_or_none(mark["finished_at"]),
    )


def mark_copy(conn: sa.Connection, mark: CopyMark) -> None:
    value = json.dumps(
        {
            "source": mark.source,
            "source_seq": mark.source_seq,
            "begun_at": micros(mark.begun_at),
            "finished_at": micros_or_none(mark.finished_at),
        }
    )
    statement = insert(conn.dialect.name, meta).values(key=_MARK, value=value)
    conn.execute(
        statement.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value})
    )


def carry_logs(conn: sa.Connection, pieces: Sequence[LogPiece]) -> None:
    if pieces:
        rows = [
            {
                "task_id": storable(piece.task_id),
                "start": piece.offset,
                "size": len(piece.data),
                "data": piece.data,
            }
            for piece in pieces
        ]
        conn.execute(insert(conn.dialect.name, log_chunks).on_conflict_do_nothing(), rows)


def pruned_kinds(conn: sa.Connection) -> list[PrunedKind]:
    return [
        PrunedKind(**{name: value for name, value in row._asdict().items() if name != "pruned"})
        for row in conn.execute(_KINDS)
    ]


_KINDS = sa.select(agent_counters).where(
    agent_counters.c.pruned.is_(sa.true()), agent_counters.c.tasks != 0
)


def pruned_days(conn: sa.Connection, after: int | None, limit: int) -> list[PrunedDay]:
    since = -(2**62) if after is None else after + DAY_US
    days = [row.day for row in conn.execute(_DAYS, {"since": since, "limit": max(limit, 0)})]
    if not days:
        return []
    span = {"since": days[0], "until": days[-1] + DAY_US}
    found: dict[int, dict[str, dict[Any, int]]] = {
        day: {name: {} for name in ("figures", "durations", "lost", "usage")} for day in days
    }
    for row in conn.execute(_of(quarter_counters), span):
        for name, amount in _measured(quarter_counters, row):
            found[day_of(row.quarter)]["figures"][row.quarter, name] = amount
    for row in conn.execute(_of(duration_counters), span):
        if row.grain == QUARTER_US:
            found[day_of(row.start)]["durations"][row.start, row.bucket] = row.runs
    for row in conn.execute(_of(lost_counters), span):
        found[day_of(row.quarter)]["lost"][row.quarter, row.status, row.reason] = row.slots
    for row in conn.execute(_of(usage_counters), span):
        for name, amount in _measured(usage_counters, row):
            found[day_of(row.quarter)]["usage"][row.quarter, row.agent_id, name] = amount
    return [PrunedDay(day=day, **parts) for day, parts in found.items()]


def _measured(table: sa.Table, row: sa.Row[Any]) -> Iterator[tuple[str, int]]:
    for name in measures_of(table):
        if amount := getattr(row, name):
            yield name, amount


def _not_zero(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.or_(*(table.c[name] != 0 for name in measures_of(table)))


def _days() -> sa.Select[Any]:
    parts = [
        sa.select((table.c.quarter - table.c.quarter % DAY_US).label("day")).where(
            table.c.pruned.is_(sa.true()),
            table.c.quarter >= sa.bindparam("since", type_=sa.BigInteger),
            _not_zero(table),
        )
        for table in (quarter_counters, usage_counters)
    ]
    days = sa.union(*parts).subquery()
    return sa.select(days.c.day).order_by(days.c.day).limit(sa.bindparam("limit"))


_DAYS = _days()


def _start_of(table: sa.Table) -> sa.ColumnElement[int]:
    return table.c.start if table is duration_counters else table.c.quarter


def _in_span(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    """The pruned part of a table over a span that begins and ends with a day."""
    start = _start_of(table)
    return [
        table.c.pruned.is_(sa.true()),
        start >= sa.bindparam("since", type_=sa.BigInteger),
        start < sa.bindparam("until", type_=sa.BigInteger),
    ]


@cache
def _of(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).where(*_in_span(table), _not_zero(table))


def carry_pruned(
    conn: sa.Connection, kinds: Sequence[PrunedKind], days: Sequence[PrunedDay]
) -> None:
    if kinds:
        ids = {"ids": bound(sorted({storable(kind.agent_id) for kind in kinds}))}
        conn.execute(_forget_kinds(conn.dialect.name), ids)
        add(conn, agent_counters, _kind_groups(kinds))
    for day in days:
        _replace_day(conn, day)


@cache
def _forget_kinds(dialect: str) -> sa.Delete:
    return sa.delete(agent_counters).where(
        agent_counters.c.pruned.is_(sa.true()),
        agent_counters.c.agent_id.in_(sa.select(given(dialect).c.id)),
    )


def _kind_groups(kinds: Iterable[PrunedKind]) -> Groups:
    return {
        (storable(kind.agent_id), kind.trigger, kind.status, kind.severity, True): {
            name: getattr(kind, name) for name in measures_of(agent_counters)
        }
        for kind in kinds
    }


def _replace_day(conn: sa.Connection, day: PrunedDay) -> None:
    groups: dict[sa.Table, Groups] = {
        table: {} for table in (quarter_counters, duration_counters, lost_counters, usage_counters)
    }
    for (quarter, name), amount in day.figures.items():
        groups[quarter_counters].setdefault((quarter, True), {})[name] = amount
    for (quarter, bucket), runs in day.durations.items():
        for grain in GRAINS:
            key = (grain, quarter - quarter % grain, bucket, True)
            group = groups[duration_counters].setdefault(key, {"runs": 0})
            group["runs"] += runs
    for (quarter, status, reason), slots in day.lost.items():
        groups[lost_counters][quarter, status, reason, True] = {"slots": slots}
    for (quarter, agent_id, name), amount in day.usage.items():
        key_of_agent = (AgentId(storable(agent_id)), quarter, True)
        groups[usage_counters].setdefault(key_of_agent, {})[name] = amount
    for table, amounts in groups.items():
        span = {"since": day.day, "until": day.day + DAY_US}
        conn.execute(sa.delete(table).where(*_in_span(table)), span)
        if amounts:
            add(conn, table, amounts)
