"""Documents with numbers that grow (`_id`), for entries that are read in their order."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import ReturnDocument
from pymongo.errors import BulkWriteError

from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import META, Document
from conselho.stores.mongodb.failures import refused_places


async def take(db: Database, collection: str, count: int) -> int:
    """The first of `count` numbers that nobody else gets, from 1 on."""
    head = await db[META].find_one_and_update(
        {"_id": _head(collection)},
        {"$inc": {"newest": count}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    assert head is not None, "an upsert makes it"
    newest: int = head["newest"]
    return newest - count + 1


def _head(collection: str) -> str:
    return f"numbers of {collection}"


async def insert(
    db: Database, collection: str, documents: Sequence[Document], *, unique: str | None = None
) -> None:
    """Insert documents under numbers of their own; those whose `unique` field is there stay out."""
    waiting = list(documents)
    while waiting:
        first = await take(db, collection, len(waiting))
        numbered = [document | {"_id": first + n} for n, document in enumerate(waiting)]
        try:
            await db[collection].insert_many(numbered, ordered=False)
        except BulkWriteError as exc:
            waiting = [waiting[place] for place in refused_places(exc)]
        else:
            return
        if unique is not None:
            there = await _there(db, collection, waiting, unique)
            waiting = [document for document in waiting if document[unique] not in there]
        await _pass_by(db, collection)


async def _there(
    db: Database, collection: str, documents: Sequence[Document], unique: str
) -> set[str]:
    keys = [document[unique] for document in documents]
    found = db[collection].find({unique: {"$in": keys}}, {unique: 1})
    return {document[unique] async for document in found}


async def _pass_by(db: Database, collection: str) -> None:
    """Give no number that is there: `meta` may be of an older backup than the collection."""
    last = await db[collection].find({}, {"_id": 1}).sort("_id", -1).limit(1).to_list()
    if last:
        await db[META].update_one(
            {"_id": _head(collection)}, {"$max": {"newest": last[0]["_id"]}}, upsert=True
        )
