"""Logs of runs, piece by piece, where several machines read what one of them writes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.errors import LeaseLost
from conselho.models.ids import TaskId
from conselho.models.task import Status
from conselho.store import Held
from conselho.stores.sql.portable import bound, given, insert
from conselho.stores.sql.rows import storable
from conselho.stores.sql.schema import log_chunks, tasks

# Looked through in one reading: a run that prints a little every second makes as many in ten
# minutes.
_MOST_CHUNKS = 600


def append_log(conn: sa.Connection, held: Held, start: int, piece: bytes) -> None:
    if conn.execute(_HELD, {"id": held.task_id, "held": held.fence}).first() is None:
        raise LeaseLost(held.task_id)
    keep_piece(conn, held.task_id, start, piece)


# Locked, so that nobody else becomes its owner before the piece is there.
_HELD = (
    sa.select(tasks.c.task_id)
    .where(
        tasks.c.task_id == sa.bindparam("id"),
        tasks.c.fence == sa.bindparam("held"),
        tasks.c.status == Status.PROCESSING.value,
    )
    .with_for_update(read=True)
)


def keep_piece(conn: sa.Connection, task_id: TaskId, start: int, piece: bytes) -> None:
    """For who has proved that the claim stands, in this transaction."""
    values = {"task_id": task_id, "start": start, "size": len(piece), "data": piece}
    conn.execute(_append(conn.dialect.name), values)


@cache
def _append(dialect: str) -> Any:
    return insert(dialect, log_chunks).on_conflict_do_nothing()


def log_size(conn: sa.Connection, task_id: TaskId) -> int:
    size: int = conn.execute(_SIZE, {"id": storable(task_id)}).scalar() or 0
    return size


_of_task = log_chunks.c.task_id == sa.bindparam("id")
_SIZE = (
    sa.select(log_chunks.c.start + log_chunks.c.size)
    .where(_of_task)
    .order_by(log_chunks.c.start.desc())
    .limit(1)
)


def read_log(conn: sa.Connection, task_id: TaskId, offset: int, limit: int) -> bytes:
    key = {"id": storable(task_id)}
    found = conn.execute(_FROM, key | {"offset": offset}).all()
    if not found:
        return b""
    last = next((start for start, size in found if start + size >= offset + limit), found[-1].start)
    pieces = conn.execute(_PIECES, key | {"first": found[0].start, "last": last}).scalars()
    skipped = offset - found[0].start
    return b"".join(pieces)[skipped : skipped + limit]


_FROM = (
    sa.select(log_chunks.c.start, log_chunks.c.size)
    .where(_of_task, log_chunks.c.start + log_chunks.c.size > sa.bindparam("offset"))
    .order_by(log_chunks.c.start)
    .limit(_MOST_CHUNKS)
)
_PIECES = (
    sa.select(log_chunks.c.data)
    .where(_of_task, log_chunks.c.start.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(log_chunks.c.start)
)


def forget(conn: sa.Connection, ids: Sequence[TaskId]) -> None:
    conn.execute(_forget(conn.dialect.name), {"ids": bound(ids)})


@cache
def _forget(dialect: str) -> sa.Delete:
    return sa.delete(log_chunks).where(log_chunks.c.task_id.in_(sa.select(given(dialect).c.id)))
