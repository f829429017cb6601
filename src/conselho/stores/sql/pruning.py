"""Deleting old final tasks without changing any figure."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.models.ids import TaskId
from conselho.stores.sql.attempts import forget as forget_attempts
from conselho.stores.sql.counters import count, settle_newest
from conselho.stores.sql.log_chunks import forget as forget_logs
from conselho.stores.sql.portable import bound, given, take_turn
from conselho.stores.sql.rows import LIGHT_COLUMNS, micros, task_of
from conselho.stores.sql.schema import is_final, tasks
from conselho.stores.sql.spending import count_usage


def prune(conn: sa.Connection, before: datetime, limit: int) -> list[TaskId]:
    take_turn(conn, "prune")
    rows = conn.execute(_OLD, {"before": micros(before), "max": limit})
    old = [task_of(row) for row in rows]
    if not old:
        return []
    ids = [task.task_id for task in old]
    conn.execute(_delete(conn.dialect.name), {"ids": bound(ids)})
    forget_attempts(conn, ids)
    forget_logs(conn, ids)
    count(conn, removed=old)
    count(conn, added=old, pruned=True)
    count_usage(conn, removed=old)
    count_usage(conn, added=old, pruned=True)
    settle_newest(conn, old)
    return ids


def _old() -> sa.Select[Any]:
    other = tasks.alias("other")
    newest_slot = (
        sa.select(sa.func.max(other.c.covers_until))
        .where(other.c.agent_id == tasks.c.agent_id, other.c.covers_until.is_not(None))
        .scalar_subquery()
    )
    return (
        sa.select(*LIGHT_COLUMNS)
        .where(
            is_final,
            tasks.c.ended_at < sa.bindparam("before"),
            sa.or_(tasks.c.covers_until.is_(None), tasks.c.covers_until < newest_slot),
        )
        .order_by(tasks.c.ended_at)
        .limit(sa.bindparam("max"))
        .with_for_update(of=tasks)
    )


_OLD = _old()


@cache
def _delete(dialect: str) -> sa.Delete:
    return sa.delete(tasks).where(tasks.c.task_id.in_(sa.select(given(dialect).c.id)))
