"""The life of a Task: every write that moves one from state to state, but the claim (`claims`).

Each is computed from a reading and written only if nobody else wrote in between (`writing`): the
loser of a race looks again, and changes nothing that is no longer so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

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
from conselho.store import Held, LogPiece, Renewal
from conselho.stores import changes
from conselho.stores.mongodb import submission
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import (
    LIGHT,
    TASKS,
    Document,
    key_of,
    task_from_document,
)
from conselho.stores.mongodb.log_chunks import keep_piece
from conselho.stores.mongodb.outbox import catch_up, deliver
from conselho.stores.mongodb.writing import READ, change, find, write
from conselho.stores.sql.rows import micros, storable, storable_or_none


async def held_by(db: Database, worker: WorkerId) -> list[Task]:
    own = {"status": Status.PROCESSING.value, "worker_id": storable(worker)}
    found = db[TASKS].find(own, LIGHT).sort("task_id", 1)
    return [task_from_document(document) async for document in found]


async def renew(
    db: Database, worker: WorkerId, held: Sequence[Held], now: datetime, lease: timedelta
) -> Renewal:
    asked = {claim.task_id: claim.fence for claim in held}
    if not asked:
        return Renewal()
    own = {"status": Status.PROCESSING.value, "worker_id": storable(worker)}
    claims = [{"_id": key_of(task_id), "fence": fence} for task_id, fence in asked.items()]
    await db[TASKS].update_many(
        own | {"$or": claims},
        # The number of writes grows, so that a sweep that read the former lease changes nothing.
        {"$set": {"us.lease_until": micros(now + lease)}, "$inc": {"rev": 1}},
    )
    found = db[TASKS].find(
        own | {"_id": {"$in": [claim["_id"] for claim in claims]}},
        {"task_id": 1, "fence": 1, "cancel_requested": 1},
    )
    standing = {
        TaskId(document["task_id"]): document["cancel_requested"]
        async for document in found
        if asked.get(TaskId(document["task_id"])) == document["fence"]
    }
    return Renewal(
        lost=frozenset(asked.keys() - standing.keys()),
        cancel=frozenset(task_id for task_id, cancel in standing.items() if cancel),
    )


async def finish(
    db: Database,
    held: Held,
    outcome: Outcome,
    log: LogPiece | None,
    now: datetime,
    announce: Announce,
) -> Task:
    check_transition(held.task_id, Status.PROCESSING, outcome.status)
    if outcome.status not in FINAL:
        raise IllegalTransition(held.task_id, Status.PROCESSING, outcome.status)
    document = await find(db, held.task_id)
    if document is None:
        raise LeaseLost(held.task_id)
    task = _still_owned(task_from_document(document), held)
    if log is not None:
        # One look says for both that the claim stands.
        await keep_piece(db, held.task_id, log.offset, log.data)

    def decide(task: Task) -> Task:
        return changes.finished(task, outcome, now)

    owing: list[Document] = []
    stored = await write(db, document, task, decide(task), now=now, announce=announce, owing=owing)
    # What is over is written by nobody else, but for its figures.
    await deliver(db, TASKS, owing, is_own=True)
    return stored or await _owned(db, held, decide, now=now, announce=announce)


async def retry(
    db: Database,
    held: Held,
    not_before: datetime,
    error_kind: str,
    error_cause: str | None,
    error: str,
    usage: dict[str, Any] | None,
    now: datetime,
    announce: Announce,
) -> Task:
    def decide(task: Task) -> Task:
        spent = changes.having_spent(task, usage, now)
        if task.cancel_requested:
            # Pending, it would never be due and nobody would be left to end it.
            return changes.cancelled(spent, now)
        given_back = changes.given_back(spent, now, not_before, error_kind, error)
        return replace(given_back, error_cause=error_cause)

    return await _owned(db, held, decide, now=now, announce=announce)


async def release(db: Database, held: Held, now: datetime, announce: Announce) -> Task:
    def decide(task: Task) -> Task:
        if task.cancel_requested:
            return changes.cancelled(task, now)
        return changes.released(task, now)

    return await _owned(db, held, decide, now=now, announce=announce, keeps_attempt=False)


async def _owned(
    db: Database,
    held: Held,
    decide: Callable[[Task], Task],
    *,
    now: datetime,
    announce: Announce,
    keeps_attempt: bool = True,
) -> Task:
    """A write of the owner. Raises LeaseLost when the claim does not stand.

    Without a look at worker_id: the fence says it all, see Held.
    """

    def still(task: Task | None) -> Task:
        return decide(_still_owned(task, held))

    changed = await change(
        db, held.task_id, still, now=now, announce=announce, keeps_attempt=keeps_attempt
    )
    assert changed is not None, "`still` raises or gives a Task"
    return changed


def _still_owned(task: Task | None, held: Held) -> Task:
    if task is None or task.status is not Status.PROCESSING or task.fence != held.fence:
        raise LeaseLost(held.task_id)
    return task


async def cancel(
    db: Database, task_id: TaskId, reason: str | None, now: datetime, announce: Announce
) -> Task:
    seen: list[Task] = []

    def decide(task: Task | None) -> Task | None:
        if task is None:
            raise NotFound("task", task_id)
        seen.append(task)
        if task.status is Status.CANCELLED or (task.status in ACTIVE and task.cancel_requested):
            return None
        check_transition(task_id, task.status, Status.CANCELLED)
        changed = replace(task, cancel_reason=storable_or_none(reason))
        if task.status is Status.PENDING:
            return changes.cancelled(changed, now)
        return replace(changed, cancel_requested=True, updated_at=now)

    changed = await change(db, task_id, decide, now=now, announce=announce)
    return changed or seen[-1]


async def cancel_waiting(
    db: Database, agent_id: AgentId, reason: str, now: datetime, announce: Announce
) -> list[Task]:
    where = {
        "status": Status.PENDING.value,
        "agent_id": storable(agent_id),
        "waits": True,
        "active_key": {"$ne": queued_key(AgentId(storable(agent_id)))},
    }

    def decide(task: Task) -> Task:
        return changes.cancelled(replace(task, cancel_reason=storable(reason)), now)

    found = await db[TASKS].find(where, READ).sort("active_key", 1).to_list()
    return await _each(db, found, decide, now=now, announce=announce)


async def give_up(
    db: Database,
    queue: Queue,
    due_before: datetime,
    error_kind: str,
    error: str,
    limit: int,
    now: datetime,
    announce: Announce,
) -> list[Task]:
    before = {"$lt": micros(due_before)}
    where = {
        "status": Status.PENDING.value,
        "queue": storable_or_none(queue),
        "us.not_before": before,
        "us.created_at": before,
    }

    def decide(task: Task) -> Task:
        return changes.failed(task, now, error_kind, storable(error))

    if limit <= 0:
        return []
    order = [("us.not_before", 1), ("task_id", 1)]
    found = await db[TASKS].find(where, READ).sort(order).limit(limit).to_list()
    return await _each(db, found, decide, now=now, announce=announce)


async def sweep(
    db: Database, now: datetime, announce: Announce, workers_gone: str | None
) -> list[Task]:
    await submission.settle_left_behind(db, now)
    await catch_up(db)
    ended: list[Document] = [{"us.lease_until": {"$lt": micros(now)}}]
    if workers_gone is not None:
        prefix = storable(workers_gone)
        ended.append({"worker_id": {"$gte": prefix, "$lt": prefix + chr(0x10FFFF)}})
    where = {"status": Status.PROCESSING.value, "$or": ended}
    order = [("us.lease_until", 1), ("task_id", 1)]
    found = await db[TASKS].find(where, READ).sort(order).to_list()
    return await _each(db, found, lambda task: changes.swept(task, now), now=now, announce=announce)


async def _each(
    db: Database,
    documents: Iterable[Document],
    decide: Callable[[Task], Task],
    *,
    now: datetime,
    announce: Announce,
) -> list[Task]:
    """Change each of these tasks, unless somebody else wrote since they were read."""
    stored = []
    owing: list[Document] = []
    for document in documents:
        task = task_from_document(document)
        changed = await write(
            db, document, task, decide(task), now=now, announce=announce, owing=owing
        )
        if changed is not None:
            stored.append(changed)
    await deliver(db, TASKS, owing)
    return stored
