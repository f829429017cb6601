"""Folding what tasks count into the counters, a batch at a time (documents.py, Counters).

The one document that tells of it stands in `meta`:

    number   grows by one with each batch
    open     whether that batch is still to be finished, by whoever finds it so
    kind     fold, prune or rebuild
    tasks    what it is about: {_id, rev, share}
    sums     what it adds: {counter, add: [{path, amount}], newest}
    beat     grows while somebody is at it

Anybody may finish a batch at any time, but when all did they would all do the same work: a recount
reads every task. So the others wait while the beat grows. When it has not for a while, by their own
count of looks and no clock of anybody, the one that makes it grow is at it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import structlog
from bson import Int64
from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import OperationFailure, PyMongoError

from conselho.models.ids import TaskId
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import COUNTERS, META, TASKS, Document
from conselho.stores.mongodb.failures import is_duplicate
from conselho.stores.mongodb.figures import (
    COUNTED_FIELDS,
    GONE,
    Share,
    Sums,
    identity_of,
    merge,
    newest_of,
    share_of,
    sums_of,
    without_zeros,
)
from conselho.stores.mongodb.log_chunks import forget as forget_logs

T = TypeVar("T")
log = structlog.get_logger(__name__)

FOLDING: Final = "folding"
FOLD: Final = "fold"
PRUNE: Final = "prune"
REBUILD: Final = "rebuild"
# So many tasks make a batch, which is one document.
BATCH: Final = 500
# A reader among writers that never rest gives up on a moment of rest after so many tries.
TRIES: Final = 4
_AT_ONCE: Final = 16
# FerretDB 1.24 holds a connection to its backend for each update of a command, until that has
# ended, and hangs for want of one at the hundred and first.
_UPDATES_AT_ONCE: Final = 25
# So many looks without a beat in between, and nobody is at a batch.
LOOKS: Final = 25
_PAUSE_SECONDS: Final = 0.04
# Most batches are finished before the first one.
_BEAT_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    number: int
    kind: str
    tasks: Sequence[Document]
    sums: Sequence[Document]


async def at_rest(db: Database, read: Callable[[], Awaitable[T]]) -> T:
    """What `read` says of the counters when all that ended before is in them."""
    for _ in range(TRIES - 1):
        number = await fold(db)
        found = await read()
        if await _number(db) == number:
            return found
    await fold(db)
    return await read()


async def fold(db: Database) -> int:
    """Fold all that is not counted by now; the number of the last batch, which is finished."""
    async with db.folding:
        while True:
            number = await finish_open(db)
            owing = await db[TASKS].find({"counted": False}, _OWING).limit(BATCH).to_list()
            if not owing:
                return number
            # What ends from here on is somebody else's matter.
            is_all = len(owing) < BATCH
            if await begin(db, fold_of(owing, number + 1)) and is_all:
                return number + 1


_OWING: Final = {**COUNTED_FIELDS, "rev": 1, "folded": 1}


def fold_of(owing: Iterable[Mapping[str, Any]], number: int) -> Batch:
    sums: Sums = {}
    tasks = []
    for document in owing:
        share = share_of(document)
        merge(sums, sums_of(share))
        merge(sums, sums_of(share_in(document), -1))
        tasks.append({"_id": document["_id"], "rev": document["rev"], "share": share})
    shares = [task["share"] for task in tasks]
    return Batch(number=number, kind=FOLD, tasks=tasks, sums=stored_sums(sums, shares))


def prune_of(documents: Iterable[Mapping[str, Any]], number: int) -> Batch:
    """The batch that deletes these tasks, and leaves what they counted to the part of the gone."""
    sums: Sums = {}
    tasks = []
    for document in documents:
        share = share_in(document)
        merge(sums, sums_of(share, -1))
        merge(sums, sums_of(share, part=GONE))
        tasks.append({"_id": document["_id"]})
    return Batch(number=number, kind=PRUNE, tasks=tasks, sums=stored_sums(sums, ()))


def share_in(document: Mapping[str, Any]) -> Share:
    """What the counters have of a task."""
    return (document.get("folded") or {}).get("share") or {}


def stored_sums(sums: Sums, shares: Iterable[Share]) -> list[Document]:
    newest = newest_of(shares)
    return [
        {
            "counter": counter,
            "add": [
                {"path": ".".join(path), "amount": Int64(amount)}
                for path, amount in amounts.items()
            ],
            "newest": newest.get(counter, 0),
        }
        for counter, amounts in without_zeros(sums).items()
    ]


async def finish_open(db: Database) -> int:
    """See that no batch is open: finish it when nobody is at it; the number of the last one."""
    seen, looks = None, 0
    while True:
        state = await look(db)
        if state is None:
            await _create_state(db)
            return 0
        if not state["open"]:
            return int(state["number"])
        if state != seen:
            seen, looks = state, 0
        looks += 1
        if looks < LOOKS:
            await asyncio.sleep(_PAUSE_SECONDS)
            continue
        left = await db[META].find_one_and_update(
            state, {"$inc": {"beat": 1}}, return_document=ReturnDocument.AFTER
        )
        if left is not None:
            await finish(db, _batch(left))


async def look(db: Database) -> Document | None:
    """The batch that is open, or was last, and its beat; None before the first one."""
    found = await db[META].find_one({"_id": FOLDING}, {"number": 1, "open": 1, "beat": 1})
    return found and {"beat": None, **found}


async def _create_state(db: Database) -> None:
    try:
        await db[META].insert_one({"_id": FOLDING, "number": 0, "open": False})
    except OperationFailure as exc:
        if not is_duplicate(exc):
            raise


async def _number(db: Database) -> int | None:
    """The number of the last batch; None while it is open."""
    state = await look(db)
    return None if state is None or state["open"] else int(state["number"])


def _batch(state: Mapping[str, Any]) -> Batch:
    return Batch(
        number=int(state["number"]),
        kind=state["kind"],
        tasks=state["tasks"],
        sums=state["sums"],
    )


async def begin(db: Database, batch: Batch) -> bool:
    """Open a batch and finish it; False when another one was opened first: nothing is changed."""
    opened = await open_batch(db, batch)
    if opened:
        await finish(db, batch)
    return opened


async def open_batch(db: Database, batch: Batch) -> bool:
    opened = await db[META].update_one(
        {"_id": FOLDING, "number": batch.number - 1, "open": False},
        {
            "$set": {
                "number": batch.number,
                "open": True,
                "kind": batch.kind,
                "tasks": batch.tasks,
                "sums": batch.sums,
            }
        },
    )
    return opened.modified_count == 1


async def finish(db: Database, batch: Batch) -> None:
    """Do what is left of a batch; again, or by many at once, does nothing more."""
    async with _beating(db, batch.number):
        if batch.kind == REBUILD:
            # Imported here: it reads batches as well.
            from conselho.stores.mongodb.recounting import rebuild

            await rebuild(db, batch.number)
        else:
            await _add_all(db, batch.number, batch.sums)
            await (_mark(db, batch) if batch.kind == FOLD else _delete(db, batch))
    await db[META].update_one(
        {"_id": FOLDING, "number": batch.number},
        {"$set": {"open": False, "tasks": [], "sums": []}},
    )


@asynccontextmanager
async def _beating(db: Database, number: int) -> AsyncIterator[None]:
    """Keep others off a batch for as long as somebody is at it here."""
    done = asyncio.Event()
    beats = asyncio.create_task(_beat(db, number, done))
    try:
        yield
    finally:
        done.set()  # no command is cut short
        await beats


async def _beat(db: Database, number: int, done: asyncio.Event) -> None:
    while True:
        try:
            async with asyncio.timeout(_BEAT_SECONDS):
                await done.wait()
            return
        except TimeoutError:
            pass
        try:
            await db[META].update_one(
                {"_id": FOLDING, "number": number, "open": True}, {"$inc": {"beat": 1}}
            )
        except PyMongoError as exc:
            # Then another one may come to help, which does no harm.
            log.warning("counters.beat_failed", place=db.place, reason=str(exc)[:300])


async def _add_all(db: Database, number: int, sums: Sequence[Document]) -> None:
    """Change counters that are there together; the others are made one by one."""
    if not sums:
        return
    updates = [
        UpdateOne(_without(added["counter"], number), _adding(number, added)) for added in sums
    ]
    if await update_each(db, COUNTERS, updates) == len(sums):
        return
    those = {"_id": {"$in": [added["counter"] for added in sums]}, "batch": {"$gte": number}}
    done = {counter["_id"] async for counter in db[COUNTERS].find(those, {"_id": 1})}
    left = [added for added in sums if added["counter"] not in done]
    await each(left, lambda added: add(db, number, added))


async def add(db: Database, number: int, added: Mapping[str, Any]) -> None:
    await set_once(db, added["counter"], number, _adding(number, added))


def _adding(number: int, added: Mapping[str, Any]) -> Document:
    change: Document = {"$set": {**identity_of(added["counter"]), "batch": number}}
    if added["add"]:
        change["$inc"] = {part["path"]: Int64(part["amount"]) for part in added["add"]}
    if added["newest"]:
        change["$max"] = {"newest": Int64(added["newest"])}
    return change


async def set_once(db: Database, counter: str, number: int, change: Document) -> None:
    """Change a counter unless this batch, or a later one, has done so."""
    try:
        await db[COUNTERS].update_one(_without(counter, number), change, upsert=True)
    except OperationFailure as exc:
        if not is_duplicate(exc):  # it is there, and has it
            raise


def _without(counter: str, number: int) -> Document:
    """A counter that neither this batch nor a later one has changed."""
    return {"_id": counter, "batch": {"$lt": number}}


async def _mark(db: Database, batch: Batch) -> None:
    if not batch.tasks:
        return
    marked = await update_each(
        db,
        TASKS,
        [
            UpdateOne(
                _unmarked(task, batch) | {"rev": task["rev"]},
                {"$set": {"folded": _folded(task, batch), "counted": True}},
            )
            for task in batch.tasks
        ],
    )
    if marked < len(batch.tasks):
        # Some were changed meanwhile: that is still to be counted.
        await update_each(
            db,
            TASKS,
            [
                UpdateOne(_unmarked(task, batch), {"$set": {"folded": _folded(task, batch)}})
                for task in batch.tasks
            ],
        )


async def update_each(db: Database, collection: str, updates: Sequence[UpdateOne]) -> int:
    """Carry out these updates, in any order; how many documents they met."""
    met = 0
    for first in range(0, len(updates), _UPDATES_AT_ONCE):
        part = updates[first : first + _UPDATES_AT_ONCE]
        met += (await db[collection].bulk_write(part, ordered=False)).matched_count
    return met


def _folded(task: Mapping[str, Any], batch: Batch) -> Document:
    return {"batch": batch.number, "share": task["share"]}


def _unmarked(task: Mapping[str, Any], batch: Batch) -> Document:
    """Not one that a later batch has folded anew while this writer stood still."""
    return {"_id": task["_id"], "folded.batch": {"$not": {"$gte": batch.number}}}


async def _delete(db: Database, batch: Batch) -> None:
    ids = [task["_id"] for task in batch.tasks]
    # Not one that was imported again under an id that was free.
    going = {"_id": {"$in": ids}, "folded.batch": {"$lt": batch.number}}
    # First what they printed: without its task nobody would find it any more.
    found = await db[TASKS].find(going, {"task_id": 1}).to_list()
    await forget_logs(db, [TaskId(document["task_id"]) for document in found])
    await db[TASKS].delete_many(going)


async def each(items: Iterable[T], do: Callable[[T], Awaitable[None]]) -> None:
    """Do it for each of them, some at a time."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def in_place(item: T) -> None:
        async with places:
            await do(item)

    await asyncio.gather(*map(in_place, items))
