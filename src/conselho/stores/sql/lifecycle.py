"""The life of a Task: every write that moves one from state to state, but the claim (`claims`).

Each function is one transaction's work over an open connection; its caller commits. Writes are
conditional on the state that they leave, so that the loser of a race changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.errors import IllegalTransition, LeaseLost, NotFound
from conselho.models.event import Announce
from conselho.models.ids import AgentId, TaskId, WorkerId
from conselho.models.task import (
    ACTIVE,
    FINAL,
    Outcome,
    Status,
    Task,
    check_transition,
    queued_key,
)
from conselho.models.worker import Queue
from conselho.store import Held, LogPiece, Renewal, Submission, Submitted
from conselho.stores.changes import cancelled, failed, given_back, having_spent, released, swept
from conselho.stores.sql.attempts import keep as keep_attempts
from conselho.stores.sql.claims import of_queues, queue_texts
from conselho.stores.sql.counters import count
from conselho.stores.sql.coverage import LEDGER, covered
from conselho.stores.sql.log_chunks import keep_piece
from conselho.stores.sql.outbox import tell
from conselho.stores.sql.portable import bound, given, insert, take_turn
from conselho.stores.sql.rows import (
    COLUMNS,
    LIGHT_COLUMNS,
    SLOT_TRIGGERS,
    WHOLE_COLUMNS,
    Values,
    changeable_values,
    micros,
    outcome_values,
    storable,
    storable_or_none,
    task_of,
    task_values,
    usage_values,
)
from conselho.stores.sql.schema import is_active, is_pending, is_processing, tasks, waits_for
from conselho.stores.sql.spending import count_usage

_now = sa.bindparam("now", type_=sa.BigInteger)


def submit(conn: sa.Connection, submitted: Sequence[Task], announce: Announce) -> list[Submission]:
    waiting = dict(enumerate(submitted))
    answers = _accounted_for(conn, waiting)
    for place in answers:
        del waiting[place]
    while waiting:
        created = insert_new(conn, [task_values(task) for task in waiting.values()])
        for place in [place for place, task in waiting.items() if task.task_id in created]:
            created.discard(waiting[place].task_id)
            answers[place] = Submission(
                result=Submitted.CREATED, task_id=waiting.pop(place).task_id
            )
        # On a server the holder may have ended between the two statements: then it is tried again.
        for place, answer in _refusals(conn, waiting).items():
            answers[place] = answer
            del waiting[place]
    stored = [submitted[i] for i in sorted(answers) if answers[i].result is Submitted.CREATED]
    if stored:
        count(conn, added=stored)
        count_usage(conn, added=stored)
        tell(conn, stored, announce, max(task.created_at for task in stored))
    return [answers[place] for place in range(len(submitted))]


def _accounted_for(conn: sa.Connection, submitted: dict[int, Task]) -> dict[int, Submission]:
    """The answers for slots that are lost already."""
    slots = [task for task in submitted.values() if task.trigger in SLOT_TRIGGERS]
    if not slots:
        return {}
    # A replica that tells the slot as lost at this moment is waited for, or waits.
    take_turn(conn, LEDGER, shared=True)
    holders = covered(conn, slots)
    return {
        place: Submission(
            result=Submitted.DUPLICATE, task_id=task.task_id, holder=holders[task.task_id]
        )
        for place, task in submitted.items()
        if task.task_id in holders
    }


@cache
def _submission(dialect: str) -> Any:
    statement = insert(dialect, tasks).on_conflict_do_nothing()
    return statement.returning(tasks.c.task_id)


def insert_new(conn: sa.Connection, rows: Sequence[Values]) -> set[TaskId]:
    """Insert rows of `tasks` that collide with none by any unique key; the ids of these."""
    return set(conn.execute(_submission(conn.dialect.name), rows).scalars())


def _refusals(conn: sa.Connection, refused: dict[int, Task]) -> dict[int, Submission]:
    if not refused:
        return {}
    # As they were stored: a key with a NUL in it is another key there.
    slots = {place: storable(task.idempotency_key) for place, task in refused.items()}
    active = {place: storable(task.active_key) for place, task in refused.items()}
    keys = {
        "ids": bound(task.task_id for task in refused.values()),
        "slots": bound(slots.values()),
        "active": bound(active.values()),
    }
    same_slot: dict[str, TaskId] = {}
    same_agent: dict[str, TaskId] = {}
    for row in conn.execute(_holders(conn.dialect.name), keys):
        same_slot[row.idempotency_key] = same_slot[row.task_id] = row.task_id
        if row.ended_at is None:
            same_agent[row.active_key] = row.task_id
    answers = {}
    for place, task in refused.items():
        duplicate = same_slot.get(slots[place]) or same_slot.get(task.task_id)
        holder = duplicate or same_agent.get(active[place])
        if holder is not None:
            result = Submitted.DUPLICATE if duplicate else Submitted.OVERLAP
            answers[place] = Submission(result=result, task_id=task.task_id, holder=holder)
    return answers


@cache
def _holders(dialect: str) -> sa.CompoundSelect[Any]:
    """The tasks that stand in the way, by each of the three unique keys."""

    def holding(column: sa.Column[str], name: str, *conditions: Any) -> sa.Select[Any]:
        return sa.select(
            tasks.c.task_id, tasks.c.idempotency_key, tasks.c.active_key, tasks.c.ended_at
        ).where(column.in_(sa.select(given(dialect, name).c.id)), *conditions)

    return sa.union_all(
        holding(tasks.c.task_id, "ids"),
        holding(tasks.c.idempotency_key, "slots"),
        holding(tasks.c.active_key, "active", is_active),
    )


def held_by(conn: sa.Connection, worker: WorkerId) -> list[Task]:
    return [task_of(row) for row in conn.execute(_HELD_BY, {"worker": worker})]


_HELD_BY = (
    sa.select(*LIGHT_COLUMNS)
    .where(is_processing, tasks.c.worker_id == sa.bindparam("worker"))
    .order_by(tasks.c.task_id)
)


def renew(
    conn: sa.Connection, worker: WorkerId, held: Sequence[Held], now: datetime, lease: timedelta
) -> Renewal:
    asked = {claim.task_id: claim.fence for claim in held}
    if not asked:
        return Renewal()
    parameters = {
        "worker": worker,
        "lease": micros(now + lease),
        "claims": list(asked.items()),
    }
    standing = {row.task_id: row.cancel_requested for row in conn.execute(_RENEW, parameters)}
    return Renewal(
        lost=frozenset(asked.keys() - standing.keys()),
        cancel=frozenset(task_id for task_id, cancel in standing.items() if cancel),
    )


_RENEW = (
    sa.update(tasks)
    .where(
        is_processing,
        tasks.c.worker_id == sa.bindparam("worker"),
        sa.tuple_(tasks.c.task_id, tasks.c.fence).in_(sa.bindparam("claims", expanding=True)),
    )
    .values(lease_until=sa.bindparam("lease"))
    .returning(tasks.c.task_id, tasks.c.cancel_requested)
)


def finish(
    conn: sa.Connection,
    held: Held,
    outcome: Outcome,
    log: LogPiece | None,
    now: datetime,
    announce: Announce,
) -> Task:
    check_transition(held.task_id, Status.PROCESSING, outcome.status)
    if outcome.status not in FINAL:
        raise IllegalTransition(held.task_id, Status.PROCESSING, outcome.status)
    values = outcome_values(outcome)
    said = values.pop("error")
    values |= {"sent_prompt": storable_or_none(outcome.sent_prompt)}
    before = None
    if outcome.usage is not None:
        # The first claim of a Task has no earlier attempt to add to, so it need not be read.
        before = locked(conn, held.task_id) if held.fence > 1 else None
        values |= _spent_values(before, outcome.usage, now)
    row = conn.execute(
        _FINISH,
        values
        | {
            "now": micros(now),
            "id": held.task_id,
            "held": held.fence,
            "final": outcome.status.value,
            "said": said,
        },
    ).one_or_none()
    if row is None:
        raise LeaseLost(held.task_id)
    if log is not None:
        keep_piece(conn, held.task_id, log.offset, log.data)
    task = task_of(row)
    count(conn, added=[task])
    if outcome.usage is not None:
        count_usage(conn, added=[task], removed=[before] if before else [])
    tell(conn, [task], announce, now)
    return task


def _spent_values(before: Task | None, usage: dict[str, Any], now: datetime) -> Values:
    """The columns of what a Task spent, the attempt that ends now included."""
    if before is None:
        return usage_values(usage, now if usage else None)
    spent = having_spent(before, usage, now)
    return usage_values(spent.usage, spent.spent_at)


# The outcome's columns are set by the parameters that bear their names.
_FINISH = (
    sa.update(tasks)
    .where(
        tasks.c.task_id == sa.bindparam("id"), tasks.c.fence == sa.bindparam("held"), is_processing
    )
    .values(
        status=sa.bindparam("final"),
        active_key=tasks.c.task_id,
        updated_at=_now,
        completed_at=_now,
        ended_at=_now,
        duration_us=sa.case((_now > tasks.c.started_at, _now - tasks.c.started_at), else_=0),
        lease_until=None,
        rank=None,
        # Why it was asked to stop is known here; its owner knows only that it was.
        error=sa.case(
            (
                sa.bindparam("final") == Status.CANCELLED.value,
                sa.func.coalesce(tasks.c.cancel_reason, sa.bindparam("said", type_=sa.Text)),
            ),
            else_=sa.bindparam("said", type_=sa.Text),
        ),
    )
    .returning(*WHOLE_COLUMNS)
)


def retry(
    conn: sa.Connection,
    held: Held,
    not_before: datetime,
    error_kind: str,
    error_cause: str | None,
    error: str,
    usage: dict[str, Any] | None,
    now: datetime,
    announce: Announce,
) -> Task:
    task = locked(conn, held.task_id)
    if task is None or task.status is not Status.PROCESSING or task.fence != held.fence:
        raise LeaseLost(held.task_id)
    spent = having_spent(task, usage, now)
    if task.cancel_requested:
        # Pending, it would never be due and nobody would be left to end it.
        changed = cancelled(spent, now)
    else:
        changed = replace(
            given_back(spent, now, not_before, error_kind, error), error_cause=error_cause
        )
    return store(conn, [(task, changed)], now, announce)[0]


def release(conn: sa.Connection, held: Held, now: datetime, announce: Announce) -> Task:
    task = locked(conn, held.task_id)
    if task is None or task.status is not Status.PROCESSING or task.fence != held.fence:
        raise LeaseLost(held.task_id)
    if task.cancel_requested:
        return store(conn, [(task, cancelled(task, now))], now, announce)[0]
    changed = released(task, now)
    conn.execute(_WRITE_BACK, [changeable_values(changed) | {"id": task.task_id}])
    tell(conn, [changed], announce, now)
    return changed


def give_up(
    conn: sa.Connection,
    queue: Queue,
    due_before: datetime,
    error_kind: str,
    error: str,
    limit: int,
    now: datetime,
    announce: Announce,
) -> list[Task]:
    parameters = {
        "wanted_queues": queue_texts([queue]), "before": micros(due_before), "max": limit
    }  # fmt: skip
    given_up = [task_of(row) for row in conn.execute(_OVERDUE, parameters)]
    changes = [(task, failed(task, now, error_kind, storable(error))) for task in given_up]
    return store(conn, changes, now, announce)


_OVERDUE = (
    sa.select(*COLUMNS)
    .where(
        is_pending,
        of_queues(),
        tasks.c.not_before < sa.bindparam("before"),
        tasks.c.created_at < sa.bindparam("before"),
    )
    .order_by(tasks.c.not_before, tasks.c.task_id)
    .limit(sa.bindparam("max"))
    .with_for_update(skip_locked=True)
)


def cancel(
    conn: sa.Connection, task_id: TaskId, reason: str | None, now: datetime, announce: Announce
) -> Task:
    task = locked(conn, task_id)
    if task is None:
        raise NotFound("task", task_id)
    if task.status is Status.CANCELLED or (task.status in ACTIVE and task.cancel_requested):
        return task
    check_transition(task_id, task.status, Status.CANCELLED)
    changed = replace(task, cancel_reason=reason and storable(reason))
    if task.status is Status.PENDING:
        changed = cancelled(changed, now)
    else:
        changed = replace(changed, cancel_requested=True, updated_at=now)
    return store(conn, [(task, changed)], now, announce)[0]


def cancel_waiting(
    conn: sa.Connection, agent_id: AgentId, reason: str, now: datetime, announce: Announce
) -> list[Task]:
    waiting = [task_of(row) for row in conn.execute(_WAITING, {"agent": storable(agent_id)})]
    changes = [
        (task, cancelled(replace(task, cancel_reason=storable(reason)), now)) for task in waiting
    ]
    return store(conn, changes, now, announce)


_agent = sa.bindparam("agent", type_=tasks.c.agent_id.type)
_WAITING = (
    sa.select(*COLUMNS)
    .where(
        is_pending,
        waits_for(tasks, _agent),
        tasks.c.active_key != _agent + queued_key(AgentId("")),
    )
    .order_by(tasks.c.active_key)
    .with_for_update()
)


def sweep(
    conn: sa.Connection, now: datetime, announce: Announce, workers_gone: str | None
) -> list[Task]:
    ended = tasks.c.lease_until < micros(now)
    if workers_gone is not None:
        ended = sa.or_(
            ended,
            sa.func.substr(tasks.c.worker_id, 1, len(workers_gone)) == workers_gone,
        )
    statement = (
        sa.select(*COLUMNS)
        .where(is_processing, ended)
        .order_by(tasks.c.lease_until, tasks.c.task_id)
        .with_for_update()
    )
    lost = [task_of(row) for row in conn.execute(statement)]
    return store(conn, [(task, swept(task, now)) for task in lost], now, announce)


def locked(conn: sa.Connection, task_id: TaskId) -> Task | None:
    """One Task, held until the transaction ends: nobody else changes it meanwhile."""
    row = conn.execute(_LOCKED, {"id": storable(task_id)}).one_or_none()
    return None if row is None else task_of(row)


_LOCKED = sa.select(*COLUMNS).where(tasks.c.task_id == sa.bindparam("id")).with_for_update()


def store(
    conn: sa.Connection, changes: Sequence[tuple[Task, Task]], now: datetime, announce: Announce
) -> list[Task]:
    """Write changed tasks with their counters and events; each pair is (as read, as it is now)."""
    if not changes:
        return []
    rows = [changeable_values(task) | {"id": task.task_id} for _, task in changes]
    conn.execute(_WRITE_BACK, rows)
    keep_attempts(conn, changes, now)
    read = [before for before, _ in changes]
    stored = [after for _, after in changes]
    count(conn, added=stored, removed=read)
    count_usage(conn, added=stored, removed=read)
    tell(conn, stored, announce, now)
    return stored


# Sets the columns whose names the parameters bear.
_WRITE_BACK = sa.update(tasks).where(tasks.c.task_id == sa.bindparam("id"))
