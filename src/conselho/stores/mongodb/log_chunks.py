"""Logs of runs, piece by piece, where several machines read what one of them writes.

The `_id` of a piece is `<task_id>:<byte at which it begins, 12 digits>`: the pieces of one Task are
a range of it, in their order, without another index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pymongo.errors import OperationFailure

from conselho.errors import LeaseLost
from conselho.models.ids import TaskId
from conselho.models.task import Status
from conselho.store import Held
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import LOG_CHUNKS, TASKS, Document, key_of
from conselho.stores.mongodb.failures import is_duplicate
from conselho.stores.sql.rows import storable

# Looked through in one reading: a run that prints a little every second makes as many in ten
# minutes.
_MOST_CHUNKS: Final = 600
# Each is a range of the index.
_FORGOTTEN_AT_ONCE: Final = 100


async def append_log(db: Database, held: Held, start: int, piece: bytes) -> None:
    # A new owner right behind this look loses nothing: the piece was printed before.
    own = {"_id": key_of(held.task_id), "fence": held.fence, "status": Status.PROCESSING.value}
    if await db[TASKS].find_one(own, {"_id": 1}) is None:
        raise LeaseLost(held.task_id)
    await keep_piece(db, held.task_id, start, piece)


async def keep_piece(db: Database, task_id: TaskId, start: int, piece: bytes) -> None:
    """For who has just seen that the claim stands."""
    chunk = {
        "_id": f"{storable(task_id)}:{start:012}",
        "start": start,
        "end": start + len(piece),
        "data": piece,
    }
    try:
        await db[LOG_CHUNKS].insert_one(chunk)
    except OperationFailure as exc:
        if not is_duplicate(exc):
            raise


async def log_size(db: Database, task_id: TaskId) -> int:
    newest = db[LOG_CHUNKS].find(_of_task(task_id), {"end": 1}).sort("_id", -1).limit(1)
    return next((int(chunk["end"]) for chunk in await newest.to_list()), 0)


async def read_log(db: Database, task_id: TaskId, offset: int, limit: int) -> bytes:
    where = _of_task(task_id) | {"end": {"$gt": offset}}
    chunks = db[LOG_CHUNKS].find(where, {"start": 1, "end": 1}).sort("_id", 1)
    found = await chunks.limit(_MOST_CHUNKS).to_list()
    if not found:
        return b""
    wanted = [chunk["_id"] for chunk in found if chunk["start"] < offset + limit]
    pieces = db[LOG_CHUNKS].find({"_id": {"$gte": wanted[0], "$lte": wanted[-1]}}, {"data": 1})
    text = b"".join([bytes(chunk["data"]) async for chunk in pieces.sort("_id", 1)])
    skipped = offset - int(found[0]["start"])
    return text[skipped : skipped + limit]


async def forget(db: Database, ids: Sequence[TaskId]) -> None:
    for place in range(0, len(ids), _FORGOTTEN_AT_ONCE):
        some = ids[place : place + _FORGOTTEN_AT_ONCE]
        await db[LOG_CHUNKS].delete_many({"$or": [_of_task(task_id) for task_id in some]})


def _of_task(task_id: TaskId) -> Document:
    prefix = storable(task_id)
    return {"_id": {"$gte": f"{prefix}:", "$lt": f"{prefix};"}}
