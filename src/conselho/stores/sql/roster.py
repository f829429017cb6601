"""The register of workers."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.models.ids import WorkerId
from conselho.models.worker import Worker
from conselho.stores.sql.portable import insert
from conselho.stores.sql.rows import micros, storable, worker_of, worker_values
from conselho.stores.sql.schema import workers


def beat(conn: sa.Connection, worker: Worker) -> None:
    conn.execute(_beat(conn.dialect.name), worker_values(worker))


@cache
def _beat(dialect: str) -> Any:
    statement = insert(dialect, workers)
    others = {
        column.name: statement.excluded[column.name]
        for column in workers.columns
        if not column.primary_key
    }
    return statement.on_conflict_do_update(index_elements=[workers.c.worker_id], set_=others)


def leave(conn: sa.Connection, worker_id: WorkerId, now: datetime) -> None:
    conn.execute(_LEAVE, {"id": storable(worker_id), "now": micros(now)})


_LEAVE = (
    sa.update(workers)
    .where(workers.c.worker_id == sa.bindparam("id"), workers.c.left_at.is_(None))
    .values(left_at=sa.bindparam("now"), running=0)
)


def workers_since(conn: sa.Connection, since: datetime) -> list[Worker]:
    return [worker_of(row) for row in conn.execute(_SINCE, {"since": micros(since)})]


_SINCE = (
    sa.select(workers)
    .where(workers.c.beat_at >= sa.bindparam("since"))
    .order_by(workers.c.host, workers.c.worker_id)
)


def prune_workers(conn: sa.Connection, before: datetime, limit: int) -> int:
    return conn.execute(_PRUNE, {"before": micros(before), "max": limit}).rowcount


_OLDEST = (
    sa.select(workers.c.worker_id)
    .where(workers.c.beat_at < sa.bindparam("before"))
    .order_by(workers.c.beat_at)
    .limit(sa.bindparam("max"))
)
_PRUNE = sa.delete(workers).where(workers.c.worker_id.in_(_OLDEST))
