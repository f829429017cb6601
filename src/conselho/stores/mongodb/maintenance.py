"""Maintenance windows: a few documents, read whole. Their times are microseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.errors import OperationFailure

from conselho.errors import AlreadyExists, Conflict, NotFound
from conselho.models.event import EventDraft
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry
from conselho.models.maintenance import Maintenance
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import MAINTENANCE, Document
from conselho.stores.mongodb.failures import is_duplicate
from conselho.stores.mongodb.journal import elements, told, told_with
from conselho.stores.mongodb.outbox import drafts
from conselho.stores.sql.rows import micros, micros_or_none, moment_of, moment_or_none, storable

_IN_ORDER: Final = [("starts_at", 1), ("_id", 1)]


async def add_maintenance(
    db: Database,
    window: Maintenance,
    events: Sequence[EventDraft],
    journal: Sequence[JournalEntry],
) -> None:
    document = _document(window) | {
        "outbox": drafts(events, window.created_at),
        "entries": elements(journal),
    }
    try:
        await db[MAINTENANCE].insert_one(document)
    except OperationFailure as exc:
        if is_duplicate(exc):
            raise AlreadyExists("maintenance window", window.window_id) from exc
        raise
    await told(db, MAINTENANCE, document)


async def end_maintenance(
    db: Database,
    window_id: str,
    now: datetime,
    events: Sequence[EventDraft],
    journal: Sequence[JournalEntry],
) -> Maintenance:
    while True:
        found = await db[MAINTENANCE].find_one({"_id": storable(window_id)})
        if found is None:
            raise NotFound("maintenance window", window_id)
        window = _window(found)
        # One that is still to come is left without any time between its start and its end.
        ends_at = max(now, window.starts_at)
        if window.ends_at is not None and window.ends_at <= ends_at:
            raise Conflict(f"The maintenance window {window_id!r} has ended already.")
        change: Document = {"$set": {"ends_at": micros(ends_at)}}
        if to_tell := told_with(journal, events, now):
            change["$push"] = to_tell
        stored = await db[MAINTENANCE].find_one_and_update(
            {"_id": found["_id"], "ends_at": found["ends_at"]},
            change,
            return_document=ReturnDocument.AFTER,
        )
        if stored is not None:
            await told(db, MAINTENANCE, stored)
            return replace(window, ends_at=ends_at)


async def windows(db: Database, until_after: datetime | None) -> list[Maintenance]:
    where: Document = {}
    if until_after is not None:
        still = {"ends_at": {"$gt": micros(until_after)}}
        where = {"$or": [{"ends_at": None}, still]}
    return [_window(document) async for document in db[MAINTENANCE].find(where).sort(_IN_ORDER)]


def _document(window: Maintenance) -> Document:
    return {
        "_id": storable(window.window_id),
        "starts_at": micros(window.starts_at),
        "ends_at": micros_or_none(window.ends_at),
        "created_at": micros(window.created_at),
        "reason": storable(window.reason),
        "tags": list(map(storable, window.tags)),
        "agent_ids": list(map(storable, window.agent_ids)),
    }


def _window(document: Mapping[str, Any]) -> Maintenance:
    return Maintenance(
        window_id=document["_id"],
        starts_at=moment_of(document["starts_at"]),
        ends_at=moment_or_none(document["ends_at"]),
        created_at=moment_of(document["created_at"]),
        reason=document["reason"],
        tags=tuple(document["tags"]),
        agent_ids=tuple(map(AgentId, document["agent_ids"])),
    )
