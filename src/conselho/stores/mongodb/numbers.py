"""Numbers that grow, for entries that are read in their order."""

from __future__ import annotations

from pymongo import ReturnDocument

from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import META


async def take(db: Database, collection: str, count: int) -> int:
    """The first of `count` numbers that nobody else gets, from 1 on."""
    head = await db[META].find_one_and_update(
        {"_id": f"numbers of {collection}"},
        {"$inc": {"newest": count}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    assert head is not None, "an upsert makes it"
    newest: int = head["newest"]
    return newest - count + 1
