"""Answers by idempotency key (`_id`), claimed by their insertion."""

from __future__ import annotations

from datetime import datetime

from pymongo.errors import OperationFailure

from conselho.store import Answer
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import ANSWERS
from conselho.stores.mongodb.failures import is_duplicate
from conselho.stores.sql.rows import micros, moment_of, storable


async def first_answer(db: Database, key: str, request: str, now: datetime) -> Answer | None:
    claim = {
        "_id": storable(key),
        "request": storable(request),
        "status": None,
        "created_at": micros(now),
        "body": "",
    }
    while True:
        try:
            await db[ANSWERS].insert_one(claim)
        except OperationFailure as exc:
            if not is_duplicate(exc):
                raise
        else:
            return None
        known = await db[ANSWERS].find_one({"_id": claim["_id"]})
        if known is not None:
            return Answer(
                request=known["request"],
                status=known["status"],
                body=known["body"],
                created_at=moment_of(known["created_at"]),
            )
        # Forgotten between the two: the key is free again.


async def keep_answer(db: Database, key: str, status: int, body: str) -> None:
    await db[ANSWERS].update_one(
        {"_id": storable(key)}, {"$set": {"status": status, "body": storable(body)}}
    )


async def forget_answer(db: Database, key: str) -> None:
    await db[ANSWERS].delete_one({"_id": storable(key)})


async def prune_answers(db: Database, before: datetime, limit: int) -> int:
    if limit <= 0:
        return 0
    where = {"created_at": {"$lt": micros(before)}}
    old = await db[ANSWERS].find(where, {"_id": 1}).sort("created_at", 1).limit(limit).to_list()
    ids = [document["_id"] for document in old]
    # One that was claimed anew meanwhile stays.
    return (await db[ANSWERS].delete_many({"_id": {"$in": ids}, **where})).deleted_count
