"""What became of attempts that were followed by another one. Of the last one its Task tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from conselho.models.ids import TaskId
from conselho.models.task import PastAttempt, Status, Task
from conselho.stores.sql.portable import bound, given
from conselho.stores.sql.rows import micros, moment_of, storable, storable_or_none
from conselho.stores.sql.schema import attempts

MOST_OF_ERROR = 1_000


def keep(conn: sa.Connection, changes: Sequence[tuple[Task, Task]], now: datetime) -> None:
    """Keep the attempts that these changes give up; each pair is (as read, as it is now)."""
    rows = [
        {
            "task_id": before.task_id,
            "attempt": before.attempt,
            "started_at": micros(before.started_at or now),
            "ended_at": micros(now),
            "error_kind": storable_or_none(after.error_kind),
            "error_cause": storable_or_none(after.error_cause),
            "error": storable((after.error or "")[:MOST_OF_ERROR]),
        }
        for before, after in changes
        if before.status is Status.PROCESSING and after.status is Status.PENDING
    ]
    if rows:
        conn.execute(sa.insert(attempts), rows)


def keep_past(conn: sa.Connection, past: Mapping[TaskId, Sequence[PastAttempt]]) -> None:
    """Keep the attempts of Tasks that are new here."""
    rows = [
        {
            "task_id": task_id,
            "attempt": one.attempt,
            "started_at": micros(one.started_at),
            "ended_at": micros(one.ended_at),
            "error_kind": storable_or_none(one.error_kind),
            "error_cause": storable_or_none(one.error_cause),
            "error": storable(one.error),
        }
        for task_id, attempts_of_task in past.items()
        for one in attempts_of_task
    ]
    if rows:
        conn.execute(sa.insert(attempts), rows)


def past_attempts(conn: sa.Connection, task_id: TaskId) -> list[PastAttempt]:
    return [
        PastAttempt(
            attempt=attempt,
            started_at=moment_of(started_at),
            ended_at=moment_of(ended_at),
            error_kind=error_kind,
            error_cause=error_cause,
            error=error,
        )
        for attempt, started_at, ended_at, error_kind, error_cause, error in conn.execute(
            _OF_TASK, {"id": storable(task_id)}
        )
    ]


_OF_TASK = (
    sa.select(
        attempts.c.attempt,
        attempts.c.started_at,
        attempts.c.ended_at,
        attempts.c.error_kind,
        attempts.c.error_cause,
        attempts.c.error,
    )
    .where(attempts.c.task_id == sa.bindparam("id"))
    .order_by(attempts.c.attempt)
)


def forget(conn: sa.Connection, ids: Sequence[TaskId]) -> None:
    conn.execute(_forget(conn.dialect.name), {"ids": bound(ids)})


@cache
def _forget(dialect: str) -> sa.Delete:
    return sa.delete(attempts).where(attempts.c.task_id.in_(sa.select(given(dialect).c.id)))
