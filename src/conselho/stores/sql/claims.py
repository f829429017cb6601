"""Claims: which due tasks a worker is given, in which order, and what their lanes have room for.

    _candidates   due tasks in the order of rank, a portion at a time
    lanes.Room    what is left in each lane, counted from the rows
    _take         one conditional write for those that are chosen

A task that finds one of its lanes full is passed over, and what is in that lane is left out of the
next portion: a full lane hides nothing that stands behind it. So it is with the tasks that wait
behind one councilor, of which only the first may start. Source: docs/adr/0012-claims-and-lanes.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from conselho.models.event import Announce
from conselho.models.ids import WorkerId
from conselho.models.task import Status, Task
from conselho.store import PAST_LANE, PRIORITY_STEP, ClaimLimits
from conselho.stores.sql.lanes import Room, is_limited
from conselho.stores.sql.outbox import tell
from conselho.stores.sql.portable import bound, given, has_part, take_turn
from conselho.stores.sql.rows import COLUMNS, lane_text, lanes_of, micros, rank_us, task_of
from conselho.stores.sql.schema import is_pending, tasks, waits_for

NO_LIMITS: Final = ClaimLimits()
# What looks at lanes takes its turn under this name.
CLAIM: Final = "claim"

# Each portion is so much larger than the one before: many lanes may be full.
_GROWTH = 4
_LARGEST_PORTION = 1_000
# Each of them meets lanes that are full, or councilors that had their turn, for the first time.
_MOST_PORTIONS = 20

_now = sa.bindparam("now", type_=sa.BigInteger)

Portion = Sequence[sa.Row[Any]]


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
    has_turn = _bounds_many(limits) and take_turn(conn, CLAIM)
    found = _candidates(conn, now, max(limit, 0))
    if _is_bounded(found, limits):
        # Also without such limits: that is seldom, so a turn is taken only then.
        if not has_turn and take_turn(conn, CLAIM):
            found = _candidates(conn, now, limit)
        found = _choose(conn, now, limit, Room.now(conn, limits, now), found)
    return _take(conn, found, worker, now, lease, announce) if found else []


def _bounds_many(limits: ClaimLimits) -> bool:
    """Whether these are likely to bound what is claimed; runs of the past are few."""
    return bool(limits.at_once or limits.per_minute.keys() - {PAST_LANE})


def _is_bounded(found: Portion, limits: ClaimLimits) -> bool:
    """Whether not just all of these may be taken."""
    return any(row.waits for row in found) or is_limited(
        limits, [lanes_of(row.lanes) for row in found]
    )


def _choose(
    conn: sa.Connection, now: datetime, limit: int, room: Room, found: Portion
) -> list[sa.Row[Any]]:
    """The first `limit` tasks whose turn it is and that have room; `found` is the first portion."""
    chosen: list[sa.Row[Any]] = []
    # Councilors of whom one that waits was looked at: the others are behind it.
    had_turn: set[str] = set()
    size = limit
    for _ in range(_MOST_PORTIONS):
        for row in found:
            if len(chosen) == limit or not room.is_open:
                return chosen
            if row.waits and row.agent_id in had_turn:
                continue
            lanes = lanes_of(row.lanes)
            if room.take(lanes):
                chosen.append(row)
            elif PAST_LANE in room.full.intersection(lanes):
                continue  # what comes in time need not wait behind it
            if row.waits:
                had_turn.add(row.agent_id)
        if len(found) < size:
            break
        size = min(size * _GROWTH, _LARGEST_PORTION)
        found = _candidates(
            conn,
            now,
            size,
            chosen=[row.task_id for row in chosen],
            had_turn=had_turn,
            full=map(lane_text, room.full),
        )
    return chosen


def _candidates(
    conn: sa.Connection, now: datetime, limit: int, **without: Iterable[str]
) -> Portion:
    """The due tasks that wait longest.

    Those `without` the ones that are `chosen`, the waiting ones of councilors that `had_turn`, and
    those in `full` lanes; all of them when it is not given.
    """
    parameters: dict[str, Any] = {
        "now": micros(now),
        "latest": micros(now + _LATEST),
        "max": limit,
    }
    if not without:
        return conn.execute(_FIRST_CANDIDATES, parameters).all()
    parameters |= {name: bound(texts) for name, texts in without.items()}
    return conn.execute(_more_candidates(conn.dialect.name), parameters).all()


# What a task of the lowest priority stands behind its time at most.
_LATEST = 4 * PRIORITY_STEP


_waits = waits_for(tasks, tasks.c.agent_id)


def _due() -> sa.Select[Any]:
    holder = tasks.alias("holder")
    agent_is_free = ~sa.exists().where(
        holder.c.active_key == tasks.c.agent_id, holder.c.ended_at.is_(None)
    )
    return (
        sa.select(tasks.c.task_id, tasks.c.agent_id, tasks.c.lanes, _waits.label("waits"))
        .where(
            is_pending,
            # Bounds the part of the index that is read: what is not due for long is behind it.
            tasks.c.rank <= sa.bindparam("latest", type_=sa.BigInteger),
            tasks.c.not_before <= _now,
            tasks.c.cancel_requested.is_(sa.false()),
            sa.or_(~_waits, agent_is_free),
        )
        # A rank may be shared. Of one councilor's the key then tells which slot is older.
        .order_by(tasks.c.rank, tasks.c.active_key)
        .limit(sa.bindparam("max"))
    )


# Claimants on a server pass each other; SQLite has one writer and needs no lock.
_FIRST_CANDIDATES = _due().with_for_update(skip_locked=True, of=tasks)


@cache
def _more_candidates(dialect: str) -> sa.Select[Any]:
    # Not locked: most of them are left alone. The write asks again whether they may be taken.
    chosen, had_turn = given(dialect, "chosen"), given(dialect, "had_turn")
    full = given(dialect, "full")
    is_in_it = has_part(dialect, sa.func.coalesce(tasks.c.lanes, ""), full.c.id)
    return _due().where(
        tasks.c.task_id.not_in(sa.select(chosen.c.id)),
        ~sa.and_(_waits, tasks.c.agent_id.in_(sa.select(had_turn.c.id))),
        ~sa.exists().select_from(full).where(is_in_it),
    )


def _take(
    conn: sa.Connection,
    chosen: Portion,
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
