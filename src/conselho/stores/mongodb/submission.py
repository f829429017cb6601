"""New tasks: stored when no unique key of theirs is taken and no lost row covers their slot.

What is for no slot is one insertion. A Task for a slot must not slip in beside a row of lost slots
that another replica writes at this moment, and no lock spans two documents. So it is stored
unsettled first: no worker takes it and nothing is told. Then its agent's ledger decides (`ledger`),
and the Task is settled, or taken away again. Whoever finds one that was left behind by a crash does
the same with it, and comes to the same decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
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
from conselho.stores.mongodb.writing import READ, new_document
from conselho.stores.sql.rows import SLOT_TRIGGERS, micros, storable

# So old is what a crash left unsettled; until then its own process is at it.
LEFT_BEHIND: Final = timedelta(seconds=10)


async def submit(db: Database, tasks: Sequence[Task], announce: Announce) -> list[Submission]:
    waiting = dict(enumerate(tasks))
    # Read before anything is stored: what these books say is decided on below.
    books = await ledger.books(db, {task.agent_id for task in tasks if _for_slot(task)})
    answers = await _accounted_for(db, waiting, books)
    for place in answers:
        del waiting[place]
    while waiting:
        made = {place: _document(waiting[place], announce) for place in _apart(waiting)}
        stored = await _insert(db, made)
        answers |= await _settle_all(db, {place: waiting[place] for place in stored}, books)
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


async def _accounted_for(
    db: Database, submitted: Mapping[int, Task], books: Mapping[str, ledger.Book]
) -> dict[int, Submission]:
    """The answers for slots that are lost already."""
    behind = {
        place: (storable(task.agent_id), _slot(task))
        for place, task in submitted.items()
        if _for_slot(task) and books[storable(task.agent_id)].has(_slot(task))
    }
    holders = await ledger.lost_rows_over(db, set(behind.values()))
    return {
        place: _answer(submitted[place], Submitted.DUPLICATE, holders[slot])
        for place, slot in behind.items()
        if slot in holders
    }


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


async def _settle_all(
    db: Database, stored: Mapping[int, Task], books: Mapping[str, ledger.Book]
) -> dict[int, Submission]:
    """Let the ledger decide on tasks that are stored unsettled; the others are created.

    `books` are those that were read before.
    """
    slots = {place: task for place, task in stored.items() if _for_slot(task)}
    newest: dict[str, int] = {}
    for task in slots.values():
        name = storable(task.agent_id)
        newest[name] = max(newest.get(name, _slot(task)), _slot(task))
    behind = {name: slot for name, slot in newest.items() if not books[name].has(slot)}
    # Slots up to what was covered when the books were read are no lost ones, and never will be.
    decided = newest.keys() - behind.keys()
    decided |= await ledger.cover_all(db, behind)
    keys = [key_of(task.task_id) for task in slots.values() if storable(task.agent_id) in decided]
    if keys:
        await db[TASKS].update_many({"_id": {"$in": keys}, "settled": False}, _SETTLED)
    answers = {}
    for place, task in stored.items():
        holder = None
        if place in slots and storable(task.agent_id) not in decided:
            holder = await _settle(db, task)
        result = Submitted.CREATED if holder is None else Submitted.DUPLICATE
        answers[place] = _answer(task, result, holder)
    return answers


_SETTLED: Final[Document] = {"$set": {"settled": True}, "$inc": {"rev": 1}}


async def _settle(db: Database, task: Task) -> TaskId | None:
    """Decide on one unsettled Task; the lost row that covers its slot, for which it is gone."""
    slot, mine = _slot(task), {"_id": key_of(task.task_id), "settled": False}
    while True:
        book = await ledger.read(db, task.agent_id)
        if book.has(slot):
            holders = await ledger.lost_rows_over(db, [(task.agent_id, slot)])
            if holders:
                await db[TASKS].delete_one(mine)
                return next(iter(holders.values()))
            break
        if await ledger.cover(db, book, slot):
            break
    await db[TASKS].update_one(mine, _SETTLED)
    return None


async def settle_left_behind(db: Database, now: datetime) -> None:
    """Settle what the end of a process left unsettled; `outbox.catch_up` tells of it."""
    where = {"settled": False, "us.created_at": {"$lt": micros(now - LEFT_BEHIND)}}
    for document in await db[TASKS].find(where, READ).to_list():
        await _settle(db, task_from_document(document))


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
    return answers
