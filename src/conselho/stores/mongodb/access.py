"""Tokens: a few documents, found by the digest of what a client shows. Times are microseconds.

Of two tokens with one name only one holds at a time. `holds` is unique: the name while the token
holds it. One that was revoked lets go of it at once, one that has expired when another takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import OperationFailure

from conselho.errors import AlreadyExists, NotFound
from conselho.models.access import AccessToken, Role
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import TOKENS, Document
from conselho.stores.mongodb.failures import is_duplicate
from conselho.stores.sql.rows import micros, micros_or_none, moment_of, moment_or_none, storable


async def add_token(db: Database, token: AccessToken) -> None:
    document = _document(token)
    await _free(db, token)
    try:
        await db[TOKENS].insert_one(document)
    except OperationFailure as exc:
        if not is_duplicate(exc):
            raise
        taken = await db[TOKENS].find_one({"holds": document["holds"]})
        raise AlreadyExists("token", token.name if taken else token.token_id) from exc


async def _free(db: Database, token: AccessToken) -> None:
    """Take the name from one that has expired. Raises AlreadyExists when its token still holds."""
    name = _name(token.name)
    holder = await db[TOKENS].find_one({"holds": name})
    if holder is None:
        return
    if _token(holder).holds_at(token.created_at):
        raise AlreadyExists("token", token.name)
    await db[TOKENS].update_one(
        {"_id": holder["_id"], "holds": name}, {"$set": {"holds": _nothing(holder["_id"])}}
    )


def _name(name: str) -> str:
    return f"name:{storable(name)}"


def _nothing(token_id: str) -> str:
    """What one holds that holds no name."""
    return f"token:{token_id}"


async def all_tokens(db: Database) -> list[AccessToken]:
    rows = db[TOKENS].find().sort([("created_at", 1), ("_id", 1)])
    return [_token(document) async for document in rows]


async def token_of(db: Database, digest: str) -> AccessToken | None:
    document = await db[TOKENS].find_one({"digest": storable(digest)})
    return None if document is None else _token(document)


async def revoke_token(db: Database, token_id: str, now: datetime) -> AccessToken:
    key = storable(token_id)
    # Again is no error, and does not move the time of the first.
    document = await db[TOKENS].find_one_and_update(
        {"_id": key, "revoked_at": None},
        {"$set": {"revoked_at": micros(now), "holds": _nothing(key)}},
        return_document=ReturnDocument.AFTER,
    ) or await db[TOKENS].find_one({"_id": key})
    if document is None:
        raise NotFound("token", token_id)
    return _token(document)


async def token_used(db: Database, token_id: str, now: datetime) -> None:
    await db[TOKENS].update_one(
        {"_id": storable(token_id)}, {"$set": {"last_used_at": micros(now)}}
    )


def _document(token: AccessToken) -> Document:
    return {
        "_id": storable(token.token_id),
        "holds": _name(token.name) if token.revoked_at is None else _nothing(token.token_id),
        "name": storable(token.name),
        "role": token.role.value,
        "digest": storable(token.digest),
        "created_at": micros(token.created_at),
        "expires_at": micros_or_none(token.expires_at),
        "revoked_at": micros_or_none(token.revoked_at),
        "last_used_at": micros_or_none(token.last_used_at),
    }


def _token(document: Mapping[str, Any]) -> AccessToken:
    return AccessToken(
        token_id=document["_id"],
        name=document["name"],
        role=Role(document["role"]),
        digest=document["digest"],
        created_at=moment_of(document["created_at"]),
        expires_at=moment_or_none(document["expires_at"]),
        revoked_at=moment_or_none(document["revoked_at"]),
        last_used_at=moment_or_none(document["last_used_at"]),
    )
