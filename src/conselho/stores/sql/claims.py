"""Claims: which due tasks a worker is given, in which order, and what their lanes have room for.

    _candidates   due tasks in the order of rank, a portion at a time
    lanes.Room    what is left in each lane, counted from the rows
    _take         one conditional write for those that are chosen

A task whose lanes are full is passed over, and what bears the same lanes is left out of the next
portion: a full lane hides nothing that stands behind it. Source: docs/adr/0012-claims-and-lanes.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from conselho.models.event import Announce
from conselho.models.ids import WorkerId
from conselho.models.task import Status, Task
from conselho.store import PRIORITY_STEP, ClaimLimits
from conselho.stores.sql.lanes import Room, is_limited
from conselho.stores.sql.outbox import tell
from conselho.stores.sql.portable import bound, given, take_turn
from conselho.stores.sql.rows import COLUMNS, lanes_of, micros, rank_us, task_of
from conselho.stores.sql.schema import tasks, waits_for

NO_LIMITS: Final = ClaimLimits()
# What looks at lanes takes its turn under this name.
CLAIM: Final = "claim"

# Each portion is so much larger than the one before, up to a bound: many lanes may be full.
_GROWTH = 4
_LARGEST_PORTION = 1_000
# So many tasks are looked at in one claim, those that bear the same full lanes counted once.
_MOST_LOOKED_AT = 10_000

_now = sa.bindparam("now", type_=sa.BigInteger)


def claim(
    conn: sa.Connection,
    worker: WorkerId,
    now: datetime,
    limit: int,
    lease: timedelta,
    limits: ClaimLimits | None,
    announce: Announce,
) -> list[Task]:
    limits = limits or NO_LIMITS
    has_turn = limits != NO_LIMITS and take_turn(conn, CLAIM)
    found = _candidates(conn, now, max(limit, 0))
    if is_limited(limits, _lanes(found)):
        # Also without limits a lane may hold only one; that is seldom, so a turn is taken then.
        if not has_turn and take_turn(conn, CLAIM):
            found = _candidates(conn, now, limit)
        found = _with_room(conn, now, limit, Room.now(conn, limits, now), found)
    return _take(conn, found, worker, now, lease, announce) if found else []


def _lanes(found: Sequence[sa.Row[Any]]) -> list[tuple[str, ...]]:
    return [lanes_of(row.lanes) for row in found]


def _with_room(
    conn: sa.Connection, now: datetime, limit: int, room: Room, found: Sequence[sa.Row[Any]]
) -> list[sa.Row[Any]]:
    """The first `limit` tasks that have room in their lanes; `found` is the first portion."""
    chosen: list[sa.Row[Any]] = []
    full: set[str] = set()
    size, looked_at = limit, 0
    while room.is_open:
        for row in found:
            if row.lanes in full:
                continue
            if room.take(lanes_of(row.lanes)):
                chosen.append(row)
            elif row.lanes is not None:
                full.add(row.lanes)
            if len(chosen) == limit or not room.is_open:
                return chosen
        looked_at += len(found)
        if len(found) < size or looked_at >= _MOST_LOOKED_AT:
            return chosen
        size = min(size * _GROWTH, _LARGEST_PORTION)
        found = _candidates(conn, now, size, full, [row.task_id for row in chosen])
    return chosen


def _candidates(
    conn: sa.Connection,
    now: datetime,
    limit: int,
    full: Collection[str] = (),
    chosen: Collection[str] = (),
) -> Sequence[sa.Row[Any]]:
    """The due tasks that wait longest, without those with `full` lanes and the `chosen` ones."""
    parameters: dict[str, Any] = {
        "now": micros(now),
        "latest": micros(now + _LATEST),
        "max": limit,
    }
    if not full and not chosen:
        return conn.execute(_FIRST_CANDIDATES, parameters).all()
    parameters |= {"full": bound(full), "chosen": bound(chosen)}
    return conn.execute(_more_candidates(conn.dialect.name), parameters).all()


# What a task of the lowest priority stands behind its time at most.
_LATEST = 4 * PRIORITY_STEP


def _due() -> sa.Select[Any]:
    holder, earlier = tasks.alias("holder"), tasks.alias("earlier")
    agent_is_free = ~sa.exists().where(
        holder.c.active_key == tasks.c.agent_id, holder.c.ended_at.is_(None)
    )
    is_first = ~sa.exists().where(
        waits_for(earlier, tasks.c.agent_id),
        *_may_start(earlier, status=sa.func.nullif(earlier.c.status, "")),
        # A rank may be shared, an active key is not.
        sa.tuple_(earlier.c.rank, earlier.c.active_key)
        < sa.tuple_(tasks.c.rank, tasks.c.active_key),
    )
    return (
        sa.select(tasks.c.task_id, tasks.c.lanes)
        .where(
            # Bounds the part of the index that is read: what is not due for long is behind it.
            tasks.c.rank <= sa.bindparam("latest", type_=sa.BigInteger),
            *_may_start(tasks, status=tasks.c.status),
            sa.or_(~_waits, sa.and_(agent_is_free, is_first)),
        )
        .order_by(tasks.c.rank)
        .limit(sa.bindparam("max"))
    )


def _may_start(
    rows: sa.FromClause, status: sa.ColumnElement[str]
) -> Sequence[sa.ColumnElement[bool]]:
    """With the `status` hidden in an expression the planner does not look for an index of it."""
    return (
        rows.c.ended_at.is_(None),
        status == Status.PENDING.value,
        rows.c.not_before <= _now,
        rows.c.cancel_requested.is_(sa.false()),
    )


_waits = waits_for(tasks, tasks.c.agent_id)
# Claimants on a server pass each other; SQLite has one writer and needs no lock.
_FIRST_CANDIDATES = _due().with_for_update(skip_locked=True, of=tasks)


@cache
def _more_candidates(dialect: str) -> sa.Select[Any]:
    # Not locked: most of them are left alone. The write asks again whether they may be taken.
    full, chosen = given(dialect, "full"), given(dialect, "chosen")
    return _due().where(
        sa.or_(tasks.c.lanes.is_(None), tasks.c.lanes.not_in(sa.select(full.c.id))),
        tasks.c.task_id.not_in(sa.select(chosen.c.id)),
    )


def _take(
    conn: sa.Connection,
    chosen: Sequence[sa.Row[Any]],
    worker: WorkerId,
    now: datetime,
    lease: timedelta,
    announce: Announce,
) -> list[Task]:
    parameters = {
        "ids": bound(row.task_id for row in chosen),
        "now": micros(now),
        "lease": micros(now + lease),
        "worker": worker,
    }
    claimed = list(map(task_of, conn.execute(_taking(conn.dialect.name), parameters)))
    claimed.sort(key=lambda task: (rank_us(task), task.created_at))
    tell(conn, claimed, announce, now)
    return claimed


@cache
def _taking(dialect: str) -> sa.UpdateBase:
    return (
        sa.update(tasks)
        .where(
            tasks.c.task_id.in_(sa.select(given(dialect).c.id)),
            # In a form that leaves the planner nothing but the ids.
            sa.func.nullif(tasks.c.status, "") == Status.PENDING.value,
            tasks.c.cancel_requested.is_(sa.false()),
        )
        .values(
            status=Status.PROCESSING.value,
            active_key=sa.case((_waits, tasks.c.agent_id), else_=tasks.c.active_key),
            worker_id=sa.bindparam("worker"),
            lease_until=sa.bindparam("lease"),
            fence=tasks.c.fence + 1,
            attempt=tasks.c.attempt + 1,
            started_at=_now,
            updated_at=_now,
        )
        .returning(*COLUMNS)
    )
