"""Which slots are accounted for, and the rows of those that did not run.

Each agent has one document in the collection `ledger`, its book:

    covered    the newest slot that is accounted for: by a Task of its own, or by a lost row
    todo       the lost row that was decided on and may not be stored yet
    rev        grows with every write

All decisions on slots behind `covered` are conditional writes of this one document, so of two
replicas one decides first and the other one sees it:

- A Task for a slot is stored unsettled, then the book covers its slot, then it is settled
  (`submission`). A crash in between leaves a Task that anybody can settle.
- Lost slots: the book covers them and holds the row to be stored, or what makes a row longer, in
  one write; then the row is stored, and `todo` is emptied. Whoever finds a `todo` stores it first.
  Storing twice does nothing: a row is found by its id, a longer one by its former `rev`.

A council without any book has them made from its tasks when it is opened; `meta` has a mark when
all are.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from pymongo.errors import BulkWriteError, OperationFailure

from conselho.models.event import Announce
from conselho.models.ids import AgentId, TaskId
from conselho.models.task import LOST_SLOT, Task
from conselho.store import Loss
from conselho.stores.lost_rows import Row, accounted, first
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import LEDGER, META, TASKS, Document, task_from_document
from conselho.stores.mongodb.failures import is_duplicate, refused_places
from conselho.stores.mongodb.outbox import deliver, drafts
from conselho.stores.mongodb.writing import READ, new_document, step_back
from conselho.stores.sql.rows import micros, moment_of, storable

# Before any slot: only numbers are compared with it.
_EVER: Final = -(2**62)
# In `meta` while every agent of the tasks has a book.
_RESTORED: Final = {"_id": "ledger"}
_LOST = [status.value for status in sorted(LOST_SLOT)]


class Book(NamedTuple):
    """An agent's book, with nothing left to do."""

    agent_id: str
    covered: int | None
    rev: int

    def has(self, slot: int) -> bool:
        """Whether a slot is not behind all that is accounted for."""
        return self.covered is not None and slot <= self.covered


class Span(NamedTuple):
    """The oldest and the newest of some slots."""

    oldest: int
    newest: int


async def watermarks(db: Database, agents: Sequence[AgentId]) -> dict[AgentId, datetime]:
    found = await books(db, agents)
    return {
        agent_id: moment_of(slot)
        for agent_id in agents
        if (slot := found[storable(agent_id)].covered) is not None
    }


async def books(db: Database, agents: Collection[str]) -> dict[str, Book]:
    """The book of each agent, as `read` gives it."""
    names = {storable(agent_id) for agent_id in agents}
    there = {
        document["_id"]: document
        async for document in db[LEDGER].find({"_id": {"$in": sorted(names)}})
    }
    made = await _make(db, dict.fromkeys(names - there.keys()))
    found = {name: Book(name, None, 1) for name in made}
    for name in names - made:
        document = there.get(name)
        is_done = document is not None and not document["todo"]
        found[name] = _book(document) if document and is_done else await read(db, name)
    return found


async def read(db: Database, agent_id: str) -> Book:
    """The book of an agent, made when it is not there; what was left to do is done."""
    name = storable(agent_id)
    while True:
        document = await db[LEDGER].find_one({"_id": name})
        if document is None:
            await _make(db, {name: None})
        elif document["todo"]:
            await _carry_out(db, document)
        else:
            return _book(document)


def _book(document: Document) -> Book:
    return Book(document["_id"], document["covered"], document["rev"])


async def _make(db: Database, covered: Mapping[str, int | None]) -> set[str]:
    """Make books, unless they are there; those that were made."""
    made: list[Document] = [
        {"_id": name, "covered": slot, "todo": [], "rev": 1} for name, slot in covered.items()
    ]
    refused: set[int] = set()
    try:
        if made:
            await db[LEDGER].insert_many(made, ordered=False)
    except BulkWriteError as exc:
        refused = set(refused_places(exc))
    return {name for number, name in enumerate(covered) if number not in refused}


async def restore(db: Database) -> None:
    """Make the books from the tasks, where a backup or a person left them out.

    Nobody goes on to read a book before all of them are there: who opens the store in the midst of
    it, or after a crash in it, makes them as well.
    """
    # In this order: who begins anew takes the mark away before there is a book.
    has_books = await db[LEDGER].find_one({}, {"_id": 1}) is not None
    if await db[META].find_one(_RESTORED) is not None:
        if has_books:
            return
        await db[META].delete_one(_RESTORED)
    known = {
        book["_id"] async for book in db[LEDGER].find({"covered": {"$gte": _EVER}}, {"_id": 1})
    }
    for name in await db[TASKS].distinct("agent_id"):
        # The former system's may be any, and owe nothing.
        if isinstance(name, str) and name not in known:
            await _restore(db, name)
    await db[META].update_one(_RESTORED, {"$set": {"is_whole": True}}, upsert=True)


async def _restore(db: Database, name: str) -> None:
    where = {"agent_id": name, "us.covers_until": {"$gte": _EVER}, "settled": {"$ne": False}}
    found = db[TASKS].find(where, {"us.covers_until": 1}).sort("us.covers_until", -1).limit(1)
    newest = [document["us"]["covers_until"] for document in await found.to_list()]
    made = await _make(db, {name: newest[0] if newest else None})
    if newest and not made:
        # By one who looked for it before it was restored.
        await db[LEDGER].update_one(
            {"_id": name, "covered": None}, {"$set": {"covered": newest[0]}, "$inc": {"rev": 1}}
        )


async def cover(db: Database, book: Book, slot: int, todo: Iterable[Document] = ()) -> bool:
    """Account for slots up to this one; False when somebody else wrote in the book."""
    written = await db[LEDGER].update_one(
        {"_id": book.agent_id, "rev": book.rev},
        {"$set": {"covered": slot, "todo": list(todo)}, "$inc": {"rev": 1}},
    )
    return written.matched_count > 0


async def cover_all(db: Database, spans: Mapping[str, Span]) -> set[str]:
    """Account for the slots of tasks, by agent; those of whom no slot from the oldest on was
    decided, and now all are.

    Whatever else was written meanwhile: with a lost row over one of these slots the book would
    cover the oldest.
    """
    by_span: dict[Span, list[str]] = {}
    for name, span in spans.items():
        by_span.setdefault(span, []).append(name)
    done: set[str] = set()
    for (oldest, newest), names in by_span.items():
        token = secrets.token_hex(8)
        written = await db[LEDGER].update_many(
            {"_id": {"$in": names}, "$or": [{"covered": None}, {"covered": {"$lt": oldest}}]},
            {"$set": {"covered": newest, "token": token}, "$inc": {"rev": 1}},
        )
        if written.matched_count == len(names):
            done.update(names)
        elif written.matched_count:
            own = db[LEDGER].find({"_id": {"$in": names}, "token": token}, {"_id": 1})
            done |= {document["_id"] async for document in own}
    return done


async def lost_rows_over(
    db: Database, slots: Collection[tuple[str, int]]
) -> dict[tuple[str, int], TaskId]:
    """Of these slots of agents, those that rows of lost slots cover, each with the row's id."""
    if not slots:
        return {}
    moments = [slot for _, slot in slots]
    where = {
        "agent_id": {"$in": sorted({storable(agent_id) for agent_id, _ in slots})},
        "us.covers_until": {"$gte": min(moments)},
        "us.slot_from": {"$lte": max(moments)},
        "status": {"$in": _LOST},
    }
    spans: dict[str, list[tuple[int, int, TaskId]]] = {}
    async for row in db[TASKS].find(where, {"task_id": 1, "agent_id": 1, "us": 1}):
        span = (row["us"]["slot_from"], row["us"]["covers_until"], TaskId(row["task_id"]))
        spans.setdefault(row["agent_id"], []).append(span)
    return {
        (agent_id, slot): row
        for agent_id, slot in slots
        for since, until, row in spans.get(storable(agent_id), ())
        if since <= slot <= until
    }


async def record_lost(
    db: Database, losses: Sequence[Loss], now: datetime, announce: Announce
) -> list[Task]:
    by_agent: dict[AgentId, list[tuple[int, Loss]]] = {}
    for place, loss in enumerate(losses):
        by_agent.setdefault(loss.row.agent_id, []).append((place, loss))
    changed: dict[int, Task] = {}
    for agent_id, own in by_agent.items():
        changed |= await _record(db, agent_id, own, now, announce)
    return [changed[place] for place in sorted(changed)]


async def _record(
    db: Database,
    agent_id: AgentId,
    losses: Sequence[tuple[int, Loss]],
    now: datetime,
    announce: Announce,
) -> dict[int, Task]:
    """The rows that the losses of one agent make, or make longer, by the place of the first loss
    of each.
    """
    while True:
        book = await read(db, agent_id)
        document = await _holder(db, book)
        rows = {
            place: row
            for place, found in _rows(document, book, losses, now).items()
            if (row := await _with_own_key(db, found)) is not None
        }
        if not rows:
            return {}
        last = max(micros(row.task.slot_to) for row in rows.values() if row.task.slot_to)
        todo = [_entry(document, row, now, announce) for row in rows.values()]
        if await cover(db, book, last, todo):
            entered = {"_id": book.agent_id, "todo": todo, "rev": book.rev + 1}
            stored = await _carry_out(db, entered)
            return {
                place: task_from_document(document)
                for place, document in zip(rows, stored, strict=True)
                if document is not None
            }
        await step_back()


async def _holder(db: Database, book: Book) -> Document | None:
    """The row that holds the agent's watermark."""
    if book.covered is None:
        return None
    where = {"agent_id": book.agent_id, "us.covers_until": book.covered}
    return await db[TASKS].find_one(where, READ)


def _rows(
    document: Document | None, book: Book, losses: Sequence[tuple[int, Loss]], now: datetime
) -> dict[int, Row]:
    """The rows to write, in order, by the place of the first loss of each; the first of them may
    be there already.
    """
    holder = None if document is None else Row(task_from_document(document), [])
    watermark = None if book.covered is None else moment_of(book.covered)
    changed: dict[int, Row] = {}
    place_of: dict[TaskId, int] = {}
    for place, loss in losses:
        row = accounted(holder, watermark, loss, now)
        if row is not None:
            holder, watermark = row, row.task.slot_to
            changed[place_of.setdefault(row.task.task_id, place)] = row
    return changed


async def _with_own_key(db: Database, row: Row) -> Row | None:
    """The row from its first slot on whose key no Task bears: those before are accounted for."""
    while row.slots:
        bearing = {"idempotency_key": storable(row.task.idempotency_key), "settled": {"$ne": False}}
        if await db[TASKS].find_one(bearing, {"_id": 1}) is None:
            return row
        if not row.slots[1:]:
            return None
        row = first(row.task, row.slots[1:])
    return row


def _entry(document: Document | None, row: Row, now: datetime, announce: Announce) -> Document:
    """What `_carry_out` has to do for a row: store a new one, or make the stored one longer."""
    if row.slots:
        return {"new": new_document(row.task, announce, told_at=now)}
    assert document is not None, "only a row that is there grows"
    assert row.task.slot_to is not None, "it is a row of lost slots"
    return {
        "longer": document["_id"],
        "rev": document["rev"],
        "slot_to": micros(row.task.slot_to),
        "slot_count": row.task.slot_count,
        "updated_at": micros(now),
        "told": drafts(announce(row.task), now),
    }


async def _carry_out(db: Database, book: Document) -> list[Document | None]:
    """Store what a book has to do, and say in the book that it is done; the rows as stored."""
    stored = [
        await (_store_new(db, entry["new"]) if "new" in entry else _lengthen(db, entry))
        for entry in book["todo"]
    ]
    await db[LEDGER].update_one(
        {"_id": book["_id"], "rev": book["rev"]}, {"$set": {"todo": []}, "$inc": {"rev": 1}}
    )
    await deliver(db, TASKS, [document for document in stored if document is not None])
    return stored


async def _store_new(db: Database, row: Document) -> Document | None:
    while True:
        try:
            await db[TASKS].insert_one(row)
        except OperationFailure as exc:
            if not is_duplicate(exc):
                raise
            there = await db[TASKS].find_one({"_id": row["_id"]})
            if there is not None:
                return there
            # The key of its first slot is borne by a Task that the book has decided against, or by
            # one that was submitted by this key at this very moment: then the row takes another.
            key = row["idempotency_key"]
            gone = await db[TASKS].delete_one({"idempotency_key": key, "settled": False})
            if not gone.deleted_count:
                row = row | {"idempotency_key": f"{key}#{row['task_id']}"}
        else:
            return row


async def _lengthen(db: Database, entry: Document) -> Document | None:
    update: Document = {
        "$set": {
            "slot_count": entry["slot_count"],
            "updated_at": moment_of(entry["updated_at"]),
            "counted": False,
            "us.updated_at": entry["updated_at"],
            "us.slot_to": entry["slot_to"],
            "us.ended_at": entry["slot_to"],
            "us.covers_until": entry["slot_to"],
        },
        "$inc": {"rev": 1},
    }
    if entry["told"]:
        update["$push"] = {"outbox": {"$each": entry["told"]}}
    await db[TASKS].update_one({"_id": entry["longer"], "rev": entry["rev"]}, update)
    # Also when somebody else was first.
    return await db[TASKS].find_one({"_id": entry["longer"]})
