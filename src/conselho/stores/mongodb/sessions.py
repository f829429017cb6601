"""Browsers that are logged in: a document each, its `_id` the digest of what its cookie holds."""

from __future__ import annotations

from conselho.models.access import Session
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import SESSIONS, Document
from conselho.stores.sql.rows import micros, moment_of, storable

# Over a bound there is one, unless a bound was lowered: then some go with each new one.
_AT_ONCE = 100


async def open_session(db: Database, session: Session, most: int, most_of_token: int) -> None:
    document = {
        "_id": storable(session.digest),
        "token": storable(session.token_digest),
        "created_at": micros(session.created_at),
        "ends_at": micros(session.ends_at),
    }
    await db[SESSIONS].replace_one({"_id": document["_id"]}, document, upsert=True)
    await db[SESSIONS].delete_many({"ends_at": {"$lte": document["created_at"]}})
    await _forget_oldest(db, {"token": document["token"]}, most_of_token)
    await _forget_oldest(db, {}, most)


async def _forget_oldest(db: Database, where: Document, kept: int) -> None:
    newest_first = db[SESSIONS].find(where, {"_id": 1}).sort([("created_at", -1), ("_id", 1)])
    old = [document["_id"] async for document in newest_first.skip(kept).limit(_AT_ONCE)]
    if old:
        await db[SESSIONS].delete_many({"_id": {"$in": old}})


async def session_of(db: Database, digest: str) -> Session | None:
    document = await db[SESSIONS].find_one({"_id": storable(digest)})
    if document is None:
        return None
    return Session(
        digest=document["_id"],
        token_digest=document["token"],
        created_at=moment_of(document["created_at"]),
        ends_at=moment_of(document["ends_at"]),
    )


async def close_session(db: Database, digest: str) -> None:
    await db[SESSIONS].delete_one({"_id": storable(digest)})
