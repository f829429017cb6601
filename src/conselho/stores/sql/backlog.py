"""What waits for a worker, by queue."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.models.worker import Backlog, Queue
from conselho.store import Waiting
from conselho.stores.sql.claims import of_queues, queue_texts
from conselho.stores.sql.rows import micros, moment_of
from conselho.stores.sql.schema import is_pending, tasks

# Since when a Task is due and there.
_since = sa.case(
    (tasks.c.not_before > tasks.c.created_at, tasks.c.not_before), else_=tasks.c.created_at
)
_is_due = sa.and_(
    is_pending,
    tasks.c.not_before <= sa.bindparam("now", type_=sa.BigInteger),
    tasks.c.cancel_requested.is_(sa.false()),
)


def waiting(
    conn: sa.Connection, now: datetime, queues: Collection[Queue] | None, limit: int
) -> list[Waiting]:
    parameters: dict[str, Any] = {"now": micros(now), "max": limit}
    if queues is not None:
        parameters["wanted_queues"] = queue_texts(queues)
    return [
        Waiting(task_id=task_id, queue=queue, since=moment_of(since), deferred=bool(deferred))
        for task_id, queue, since, deferred in conn.execute(
            _waiting(queues is not None), parameters
        )
    ]


@cache
def _waiting(by_queue: bool) -> sa.Select[Any]:
    deferred = sa.or_(tasks.c.attempt > 0, tasks.c.not_before > tasks.c.created_at)
    return (
        sa.select(tasks.c.task_id, tasks.c.queue, _since, deferred)
        .where(_is_due, *([of_queues()] if by_queue else []))
        .order_by(tasks.c.rank, tasks.c.active_key)
        .limit(sa.bindparam("max"))
    )


def backlogs(conn: sa.Connection, now: datetime) -> list[Backlog]:
    found = [
        Backlog(queue=queue, waiting=count, oldest=moment_of(oldest))
        for queue, count, oldest in conn.execute(_BACKLOGS, {"now": micros(now)})
    ]
    return sorted(found, key=lambda one: one.queue or "")


_BACKLOGS = (
    sa.select(tasks.c.queue, sa.func.count(), sa.func.min(_since))
    .where(_is_due)
    .group_by(tasks.c.queue)
)
