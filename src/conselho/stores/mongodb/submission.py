"""New tasks: stored when no unique key of theirs is taken and no lost row covers their slot.

What is for no slot is one insertion. A Task for a slot must not slip in beside a row of lost slots
that another replica writes at this moment, and no lock spans two documents. So it is stored
unsettled first: no worker takes it and nothing is told. Then its agent's ledger decides (`ledger`),
and the Task is settled, or taken away again. Whoever finds one that was left behind by a crash does
the same with it, and comes to the same decision.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from pymongo.errors import BulkWriteError

from conselho.models.event import Announce
from conselho.models.ids import TaskId
from conselho.models.task import Task
from conselho.store import Submission, Submitted
from conselho.stores.mongodb import ledger
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import (
    TASKS,
    Document,
    key_of,
    stored_active_key,
    task_from_document,
)
from conselho.stores.mongodb.failures import refused_places
from conselho.stores.mongodb.outbox import deliver
from conselho.stores.mongodb.writing import READ, new_document, step_back
from conselho.stores.sql.rows import SLOT_TRIGGERS, micros, storable

# So old is what a crash left unsettled; until then its own process is at it.
LEFT_BEHIND: Final = timedelta(seconds=10)


async def submit(db: Database, tasks: Sequence[Task], announce: Announce) -> list[Submission]:
    waiting = dict(enumerate(tasks))
    answers: dict[int, Submission] = {}
    while waiting:
        made = {place: _document(waiting[place], announce) for place in _apart(waiting)}
        stored = await _insert(db, made)
        answers |= await _settle(db, {place: waiting[place] for place in stored})
        created = [place for place in stored if answers[place].result is Submitted.CREATED]
        await deliver(db, TASKS, [made[place] for place in created])
        for place in stored:
            del waiting[place]
        # A holder may have ended between the two: then it is tried again.
        for place, answer in (await _refusals(db, waiting)).items():
            answers[place] = answer
            del waiting[place]
    return [answers[place] for place in range(len(tasks))]


def _for_slot(task: Task) -> bool:
    return task.trigger in SLOT_TRIGGERS and task.due_at is not None


def _slot(task: Task) -> int:
    assert task.due_at is not None, "`_for_slot` asks for it"
    return micros(task.due_at)


def _answer(task: Task, result: Submitted, holder: TaskId | None = None) -> Submission:
    return Submission(result=result, task_id=task.task_id, holder=holder)


def _apart(waiting: Mapping[int, Task]) -> Iterable[int]:
    """Those that collide with none before them; the others have their turn after these."""
    taken: set[str] = set()
    for place, task in waiting.items():
        keys = {
            f"id {task.task_id}",
            f"slot {storable(task.idempotency_key)}",
            f"active {stored_active_key(task.active_key, task.task_id)}",
        }
        if taken.isdisjoint(keys):
            yield place
        taken |= keys


def _document(task: Task, announce: Announce) -> Document:
    return new_document(task, announce) | {"settled": not _for_slot(task)}


async def _insert(db: Database, documents: Mapping[int, Document]) -> list[int]:
    """Insert those that collide with none by any unique key; their places."""
    refused: set[int] = set()
    try:
        await db[TASKS].insert_many(list(documents.values()), ordered=False)
    except BulkWriteError as exc:
        refused = set(refused_places(exc))
    return [place for number, place in enumerate(documents) if number not in refused]


_SETTLED: Final[Document] = {"$set": {"settled": True}, "$inc": {"rev": 1}}


async def _settle(db: Database, stored: Mapping[int, Task]) -> dict[int, Submission]:
    """Let the ledger decide on tasks that are stored unsettled; the others are created."""
    slots = {place: task for place, task in stored.items() if _for_slot(task)}
    lost = await _account(db, slots)
    if lost:
        gone = [key_of(slots[place].task_id) for place in lost]
        await db[TASKS].delete_many({"_id": {"$in": gone}, "settled": False})
    kept = {place: task for place, task in slots.items() if place not in lost}
    missing = await _settle_those(db, kept)
    # A slot whose Task is there no more is accounted for by whoever took it away.
    return {
        place: _answer(task, Submitted.DUPLICATE, lost.get(place))
        if place in lost or place in missing
        else _answer(task, Submitted.CREATED)
        for place, task in stored.items()
    }


async def _settle_those(db: Database, tasks: Mapping[int, Task]) -> set[int]:
    """Settle these, unless somebody else did; those of them that are not there any more."""
    if not tasks:
        return set()
    these = {"_id": {"$in": [key_of(task.task_id) for task in tasks.values()]}}
    settled = await db[TASKS].update_many(these | {"settled": False}, _SETTLED)
    if settled.matched_count == len(tasks):
        return set()
    there = {document["_id"] async for document in db[TASKS].find(these, {"_id": 1})}
    return {place for place, task in tasks.items() if key_of(task.task_id) not in there}


async def _account(db: Database, slots: Mapping[int, Task]) -> dict[int, TaskId]:
    """Have the books account for the slots of unsettled tasks; of those that were lost, the rows
    that cover them.

    Nearly always nobody has decided on any of them, and one write for all says that they are run.
    Otherwise the books tell which ones were decided on, and the rest is tried again.
    """
    undecided = dict(slots)
    lost: dict[int, TaskId] = {}
    for look in count():
        if look > 1:
            await step_back()
        covered = await ledger.cover_all(db, _spans(undecided))
        undecided = {
            place: task
            for place, task in undecided.items()
            if storable(task.agent_id) not in covered
        }
        if not undecided:
            break
        behind, rows = await _decided(db, undecided)
        lost |= rows
        undecided = {place: task for place, task in undecided.items() if place not in behind}
    return lost


def _spans(slots: Mapping[int, Task]) -> dict[str, ledger.Span]:
    """The oldest and the newest slot of each agent."""
    spans: dict[str, ledger.Span] = {}
    for task in slots.values():
        name, slot = storable(task.agent_id), _slot(task)
        oldest, newest = spans.get(name, (slot, slot))
        spans[name] = ledger.Span(min(oldest, slot), max(newest, slot))
    return spans


async def _decided(
    db: Database, slots: Mapping[int, Task]
) -> tuple[Collection[int], dict[int, TaskId]]:
    """The slots of tasks that are accounted for, and of those that are lost, the rows."""
    if not slots:
        return (), {}
    books = await ledger.books(db, {task.agent_id for task in slots.values()})
    behind = {
        place: (storable(task.agent_id), _slot(task))
        for place, task in slots.items()
        if books[storable(task.agent_id)].has(_slot(task))
    }
    rows = await ledger.lost_rows_over(db, set(behind.values()))
    return behind, {place: rows[slot] for place, slot in behind.items() if slot in rows}


async def settle_left_behind(db: Database, now: datetime) -> None:
    """Settle what the end of a process left unsettled; `outbox.catch_up` tells of it."""
    where = {"settled": False, "us.created_at": {"$lt": micros(now - LEFT_BEHIND)}}
    found = await db[TASKS].find(where, READ).to_list()
    await _settle(db, dict(enumerate(map(task_from_document, found))))


async def _refusals(db: Database, refused: Mapping[int, Task]) -> dict[int, Submission]:
    """The answers for tasks whose keys others have, as far as these are still there."""
    if not refused:
        return {}
    # As they were stored: a key with a NUL in it is another key there.
    ids = {place: key_of(task.task_id) for place, task in refused.items()}
    slots = {place: storable(task.idempotency_key) for place, task in refused.items()}
    active = {
        place: stored_active_key(task.active_key, task.task_id) for place, task in refused.items()
    }
    same_id: dict[Any, TaskId] = {}
    same_slot: dict[str, TaskId] = {}
    same_agent: dict[str, TaskId] = {}
    found = db[TASKS].find(
        {
            "$or": [
                {"_id": {"$in": list(ids.values())}},
                {"idempotency_key": {"$in": list(slots.values())}},
                {"active_key": {"$in": list(active.values())}},
            ]
        },
        {"task_id": 1, "idempotency_key": 1, "active_key": 1},
    )
    async for holder in found:
        task_id = TaskId(holder["task_id"])
        same_id[holder["_id"]] = task_id
        same_slot[holder["idempotency_key"]] = task_id
        same_agent[holder["active_key"]] = task_id
    answers = {}
    for place, task in refused.items():
        duplicate = same_slot.get(slots[place]) or same_id.get(ids[place])
        holder_id = duplicate or same_agent.get(active[place])
        if holder_id is not None:
            result = Submitted.DUPLICATE if duplicate else Submitted.OVERLAP
            answers[place] = _answer(task, result, holder_id)
    # That its slot is lost comes first.
    overlapping = {
        place: refused[place]
        for place, answer in answers.items()
        if answer.result is Submitted.OVERLAP and _for_slot(refused[place])
    }
    _, lost = await _decided(db, overlapping)
    return answers | {
        place: _answer(refused[place], Submitted.DUPLICATE, row) for place, row in lost.items()
    }
