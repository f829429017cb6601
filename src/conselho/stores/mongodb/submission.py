"""New tasks: stored when no unique key of theirs is taken and no lost row covers their slot.

What is for no slot is one insertion. A Task for a slot must not slip in beside a row of lost slots
that another replica writes at this moment, and no lock spans two documents. So it is stored
unsettled first: no worker sees it (it has no rank) and nothing is told. Then its agent's ledger
decides (`ledger`), and the Task is made claimable, or taken away again. Whoever finds one that was
left behind by a crash does the same with it, and comes to the same decision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.errors import BulkWriteError

from conselho.models.event import Announce
from conselho.models.ids import TaskId
from conselho.models.task import ACTIVE, Status, Task
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
from conselho.stores.mongodb.outbox import deliver, drafts
from conselho.stores.mongodb.writing import READ, new_document
from conselho.stores.sql.rows import SLOT_TRIGGERS, micros, rank_us, storable

# So old is what a crash left unsettled; until then its own process is at it.
LEFT_BEHIND: Final = timedelta(seconds=10)


async def submit(db: Database, tasks: Sequence[Task], announce: Announce) -> list[Submission]:
    waiting = dict(enumerate(tasks))
    answers = await _accounted_for(db, waiting)
    for place in answers:
        del waiting[place]
    while waiting:
        made = {place: _document(waiting[place], announce) for place in _apart(waiting)}
        stored = await _insert(db, made)
        answers |= await _settle_all(db, {place: waiting[place] for place in stored}, announce)
        for place in stored:
            del waiting[place]
        # A holder may have ended between the two: then it is tried again.
        for place, answer in (await _refusals(db, waiting)).items():
            answers[place] = answer
            del waiting[place]
    return [answers[place] for place in range(len(tasks))]


def _for_slot(task: Task) -> bool:
    return task.trigger in SLOT_TRIGGERS and task.due_at is not None


async def _accounted_for(db: Database, submitted: Mapping[int, Task]) -> dict[int, Submission]:
    """The answers for slots that are lost already."""
    slots = {place: task for place, task in submitted.items() if _for_slot(task)}
    if not slots:
        return {}
    covered = await ledger.covered(db, {task.agent_id for task in slots.values()}, make=False)
    answers = {}
    for place, task in slots.items():
        slot = _slot(task)
        if slot <= covered.get(task.agent_id, slot - 1):
            holder = await ledger.lost_row_over(db, task.agent_id, slot)
            if holder is not None:
                answers[place] = _answer(task, Submitted.DUPLICATE, holder)
    return answers


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
    document = new_document(task, announce)
    if _for_slot(task) and task.status in ACTIVE:
        document |= {"settled": False, "outbox": []}
        document["us"]["rank"] = None
    return document


async def _insert(db: Database, documents: Mapping[int, Document]) -> list[int]:
    """Insert those that collide with none by any unique key; their places."""
    refused: set[int] = set()
    try:
        await db[TASKS].insert_many(list(documents.values()), ordered=False)
    except BulkWriteError as exc:
        refused = set(refused_places(exc))
    return [place for number, place in enumerate(documents) if number not in refused]


async def _settle_all(
    db: Database, stored: Mapping[int, Task], announce: Announce
) -> dict[int, Submission]:
    """Settle what was stored, agents side by side, and tell of it in the order of submission."""
    by_agent: dict[str, list[int]] = {}
    for place, task in stored.items():
        by_agent.setdefault(task.agent_id, []).append(place)
    settled: dict[int, Document] = {}

    async def settle_agent(places: Iterable[int]) -> dict[int, Submission]:
        answers = {}
        for place in places:
            task = stored[place]
            holder = None
            if _for_slot(task):
                holder, document = await _settle(db, task, announce)
                if document is not None:
                    settled[place] = document
            result = Submitted.CREATED if holder is None else Submitted.DUPLICATE
            answers[place] = _answer(task, result, holder)
        return answers

    answers: dict[int, Submission] = {}
    for part in await asyncio.gather(*map(settle_agent, by_agent.values())):
        answers |= part
    at_once = [task for task in stored.values() if not _for_slot(task)]
    if at_once:
        keys = [key_of(task.task_id) for task in at_once]
        found = await db[TASKS].find({"_id": {"$in": keys}}, {"outbox": 1}).to_list()
        place_of = {key_of(task.task_id): place for place, task in stored.items()}
        settled |= {place_of[document["_id"]]: document for document in found}
    await deliver(db, TASKS, [settled[place] for place in sorted(settled)])
    return answers


async def _settle(
    db: Database, task: Task, announce: Announce
) -> tuple[TaskId | None, Document | None]:
    """Let the ledger decide on a Task that is stored unsettled.

    The lost row that covers its slot, if there is one: then the Task is gone. Otherwise its
    document as it is now, or None when somebody else settled it.
    """
    slot, mine = _slot(task), {"_id": key_of(task.task_id), "settled": False}
    while True:
        book = await ledger.read(db, task.agent_id)
        if book.covered is not None and slot <= book.covered:
            holder = await ledger.lost_row_over(db, task.agent_id, slot)
            if holder is not None:
                await db[TASKS].delete_one(mine)
                return holder, None
            break
        if await ledger.cover(db, book, slot):
            break
    told = drafts(announce(task), task.created_at)
    document = await db[TASKS].find_one_and_update(
        mine | {"status": Status.PENDING.value},
        {
            "$set": {"settled": True, "us.rank": rank_us(task)},
            "$push": {"outbox": {"$each": told}},
            "$inc": {"rev": 1},
        },
        return_document=ReturnDocument.AFTER,
    )
    if document is None:
        # Somebody else settled it, or it was cancelled before it could be.
        await db[TASKS].update_one(mine, {"$set": {"settled": True}, "$inc": {"rev": 1}})
    return None, document


async def settle_left_behind(db: Database, now: datetime, announce: Announce) -> None:
    """Settle what the end of a process left unsettled."""
    where = {"settled": False, "us.created_at": {"$lt": micros(now - LEFT_BEHIND)}}
    for document in await db[TASKS].find(where, READ).to_list():
        _, settled = await _settle(db, task_from_document(document), announce)
        await deliver(db, TASKS, [settled] if settled else [])


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
