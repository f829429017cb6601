"""Claims: which due tasks a worker is given, in which order, and what their lanes have room for.

    _candidates   due tasks in the order of rank, a portion at a time
    lanes.Room    what is left in each lane, counted from the rows
    _take         one conditional write for those that are chosen

A worker may ask for tasks of its queues only, or for single ones by id: `Wanted` narrows what the
candidates are, and nothing else.

A task that finds one of its lanes full is passed over, and what is in that lane is left out of the
next portion: a full lane hides nothing that stands behind it. So it is with the tasks that wait
behind one councilor, of which only the first may start. Source: docs/adr/0012-claims-and-lanes.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from conselho.models.event import Announce
from conselho.models.ids import TaskId, WorkerId
from conselho.models.task import Status, Task
from conselho.models.worker import Queue
from conselho.store import PAST_LANE, PRIORITY_STEP, ClaimLimits
from conselho.stores.sql.lanes import Room, is_limited
from conselho.stores.sql.outbox import tell
from conselho.stores.sql.portable import bound, given, has_part, take_turn
from conselho.stores.sql.rows import (
    COLUMNS,
    lane_text,
    lanes_of,
    micros,
    rank_us,
    storable,
    task_of,
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tasks are candidates: those of these queues ("" for none), those of these ids."""

    queues: tuple[str, ...] | None = None
    only: tuple[str, ...] | None = None

    @property
    def kind(self) -> tuple[bool, bool]:
        """What a statement must be narrowed by."""
        return self.queues is not None, self.only is not None

    @property
    def parameters(self) -> dict[str, Any]:
        given = {"wanted_queues": self.queues, "wanted_ids": self.only}
        return {name: values for name, values in given.items() if values is not None}


def queue_texts(queues: Collection[Queue]) -> tuple[str, ...]:
    """As `of_queues` wants them."""
    return tuple(sorted(storable(queue or "") for queue in queues))


def claim(
    conn: sa.Connection,
    worker: WorkerId,
    now: datetime,
    limit: int,
    lease: timedelta,
    limits: ClaimLimits | None,
    queues: Collection[Queue] | None,
    only: Collection[TaskId] | None,
    announce: Announce,
) -> list[Task]:
    limits = limits or NO_LIMITS
    wanted = Wanted(
        queues=None if queues is None else queue_texts(queues),
        only=None if only is None else tuple(map(storable, only)),
    )
    has_turn = _bounds_many(limits) and take_turn(conn, CLAIM)
    found = _candidates(conn, now, max(limit, 0), wanted)
    if _is_bounded(found, limits):
        # Also without such limits: that is seldom, so a turn is taken only then.
        if not has_turn and take_turn(conn, CLAIM):
            found = _candidates(conn, now, limit, wanted)
        found = _choose(conn, now, limit, wanted, Room.now(conn, limits, now), found)
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
    conn: sa.Connection, now: datetime, limit: int, wanted: Wanted, room: Room, found: Portion
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
            wanted,
            chosen=[row.task_id for row in chosen],
            had_turn=had_turn,
            full=map(lane_text, room.full),
        )
    return chosen


def _candidates(
    conn: sa.Connection, now: datetime, limit: int, wanted: Wanted, **without: Iterable[str]
) -> Portion:
    """The due tasks that wait longest, of those that are wanted.

    Those `without` the ones that are `chosen`, the waiting ones of councilors that `had_turn`, and
    those in `full` lanes; all of them when it is not given.
    """
    parameters: dict[str, Any] = {
        "now": micros(now),
        "latest": micros(now + _LATEST),
        "max": limit,
    }
    parameters |= wanted.parameters
    if not without:
        return conn.execute(_first_candidates(*wanted.kind), parameters).all()
    parameters |= {name: bound(texts) for name, texts in without.items()}
    return conn.execute(_more_candidates(conn.dialect.name, *wanted.kind), parameters).all()


# What a task of the lowest priority stands behind its time at most.
_LATEST = 4 * PRIORITY_STEP


_waits = waits_for(tasks, tasks.c.agent_id)


def of_queues() -> sa.ColumnElement[bool]:
    """Tasks of the queues that `wanted_queues` is bound to; see `queue_texts`."""
    name = sa.func.coalesce(tasks.c.queue, "")
    return name.in_(sa.bindparam("wanted_queues", expanding=True))


def _wanted(by_queue: bool, by_id: bool) -> list[sa.ColumnElement[bool]]:
    conditions = []
    if by_queue:
        conditions.append(of_queues())
    if by_id:
        conditions.append(tasks.c.task_id.in_(sa.bindparam("wanted_ids", expanding=True)))
    if conditions:
        # Otherwise the order of candidates sees to it; here the first may not be among them.
        conditions.append(sa.or_(~_waits, ~_is_behind_another()))
    return conditions


def _is_behind_another() -> sa.ColumnElement[bool]:
    """Whether another due task waits for the same agent, before this one."""
    other = tasks.alias("other")
    return sa.exists().where(
        other.c.ended_at.is_(None),
        other.c.status == "pending",
        waits_for(other, tasks.c.agent_id),
        other.c.not_before <= _now,
        other.c.cancel_requested.is_(sa.false()),
        sa.tuple_(other.c.rank, other.c.active_key) < sa.tuple_(tasks.c.rank, tasks.c.active_key),
    )


def _due(by_queue: bool, by_id: bool) -> sa.Select[Any]:
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
            *_wanted(by_queue, by_id),
        )
        # A rank may be shared. Of one councilor's the key then tells which slot is older.
        .order_by(tasks.c.rank, tasks.c.active_key)
        .limit(sa.bindparam("max"))
    )


@cache
def _first_candidates(by_queue: bool, by_id: bool) -> sa.Select[Any]:
    # Claimants on a server pass each other: without SKIP LOCKED eight workers that look at one
    # moment would all choose the same rows, wait for the first one's commit, and seven would go
    # away with nothing. SQLite has one writer and needs no lock.
    return _due(by_queue, by_id).with_for_update(skip_locked=True, of=tasks)


@cache
def _more_candidates(dialect: str, by_queue: bool, by_id: bool) -> sa.Select[Any]:
    # Not locked: most of them are left alone. The write asks again whether they may be taken.
    chosen, had_turn = given(dialect, "chosen"), given(dialect, "had_turn")
    full = given(dialect, "full")
    is_in_it = has_part(dialect, sa.func.coalesce(tasks.c.lanes, ""), full.c.id)
    return _due(by_queue, by_id).where(
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
