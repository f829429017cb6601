"""The journal: what happened to timetables, to the clock and to the server, in the order of seq.

A document that changes has the entries that tell of it in `entries`, in the same write. Afterwards
they become documents of the journal, numbered (`_id`), by whoever comes first: `told` by the writer
itself, `catch_up` at each reading for what a crash left. `entry` is unique, so that one is stored
once. Entries that stand for themselves are written so as well: the first of them has the others in
its `entries`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from pymongo.errors import PyMongoError

from conselho.models.documents import agent_document, agent_from_document
from conselho.models.event import EventDraft
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.stores.mongodb import numbers
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import AGENTS, JOURNAL, MAINTENANCE, Document
from conselho.stores.mongodb.outbox import deliver, drafts
from conselho.stores.sql.rows import micros, moment_of, storable, storable_or_none, to_json

log = structlog.get_logger(__name__)

# Collections whose documents may have entries to tell.
TELLING: Final = (AGENTS, MAINTENANCE, JOURNAL)
_AT_ONCE: Final = 500
_EVER: Final = -(2**62)
_LIGHT: Final = {"former": 0, "outbox": 0, "entries": 0}


def elements(entries: Sequence[JournalEntry]) -> list[Document]:
    """Elements of `entries`, in order."""
    token = secrets.token_hex(8)
    return [_element(entry) | {"entry": f"{token}-{n}"} for n, entry in enumerate(entries)]


def _element(entry: JournalEntry) -> Document:
    # What is settled owes nothing: the agent of that time may be forgotten.
    former = None if entry.settled else entry.former
    return {
        "at": micros(entry.at),
        "kind": entry.kind.value,
        "settled": entry.settled,
        "agent_id": storable_or_none(entry.agent_id),
        "display_name": storable_or_none(entry.display_name),
        "detail": storable(entry.detail),
        "former": former and to_json(agent_document(former)),
        "seconds": entry.seconds,
    }


def told_with(entries: Sequence[JournalEntry], events: Sequence[EventDraft], at: datetime) -> Any:
    """What a change has to tell, as `$push` takes it."""
    parts = {"outbox": drafts(events, at), "entries": elements(entries)}
    return {name: {"$each": part} for name, part in parts.items() if part}


async def told(db: Database, collection: str, document: Mapping[str, Any]) -> None:
    """Tell what this document has to: entries first, then events. It bears `_id` and both lists.

    The change is stored already: when the server is lost now, whoever reads next tells the rest.
    """
    try:
        await _enter(db, collection, [document])
    except PyMongoError as exc:
        log.warning("journal.delayed", place=db.place, reason=str(exc)[:300])
    await deliver(db, collection, [document])


async def catch_up(db: Database) -> None:
    """Enter what is left in documents."""
    for collection in TELLING:
        while True:
            owing = await (
                db[collection]
                .find({"entries.at": {"$gte": _EVER}}, {"entries": 1})
                .limit(_AT_ONCE)
                .to_list()
            )
            await _enter(db, collection, owing)
            if len(owing) < _AT_ONCE:
                break


async def _enter(db: Database, collection: str, documents: Iterable[Mapping[str, Any]]) -> None:
    owing = [document for document in documents if document.get("entries")]
    if not owing:
        return
    entries = [entry for document in owing for entry in document["entries"]]
    await numbers.insert(db, JOURNAL, entries, unique="entry")
    for document in owing:
        await db[collection].update_one(
            {"_id": document["_id"]}, {"$pullAll": {"entries": document["entries"]}}
        )


async def write_journal(
    db: Database, entries: Sequence[JournalEntry], events: Sequence[EventDraft]
) -> None:
    if not entries:
        return
    head, *others = elements(entries)
    at = max(entry.at for entry in entries)
    # One write: the first of them has all that is to be told.
    first = head | {"entries": others, "outbox": drafts(events, at)}
    await numbers.insert(db, JOURNAL, [first], unique="entry")
    stored = await db[JOURNAL].find_one({"entry": head["entry"]})
    if stored is not None:  # otherwise it is pruned already
        await told(db, JOURNAL, stored)


async def newest(
    db: Database, agent_id: AgentId | None, limit: int, before_seq: int | None
) -> list[JournalEntry]:
    await catch_up(db)
    where: Document = {}
    if agent_id is not None:
        where["agent_id"] = storable(agent_id)
    if before_seq is not None:
        where["_id"] = {"$lt": before_seq}
    if limit <= 0:
        return []
    rows = db[JOURNAL].find(where, _LIGHT).sort("_id", -1).limit(limit)
    return [_entry_of(document) async for document in rows]


async def unsettled(db: Database, agent_id: AgentId | None) -> list[JournalEntry]:
    await catch_up(db)
    where: Document = {"settled": False}
    if agent_id is not None:
        where["agent_id"] = storable(agent_id)
    return [_entry_of(document) async for document in db[JOURNAL].find(where).sort("_id", 1)]


async def settle(db: Database, seqs: Collection[int]) -> None:
    if seqs:
        await db[JOURNAL].update_many(
            {"_id": {"$in": sorted(seqs)}}, {"$set": {"settled": True, "former": None}}
        )


async def prune_journal(db: Database, before: datetime, limit: int) -> int:
    if limit <= 0:
        return 0
    where = {
        "settled": True,
        "at": {"$lt": micros(before)},
        # What still has something to tell stays until that is told.
        "outbox.at": {"$exists": False},
        "entries.at": {"$exists": False},
    }
    old = await db[JOURNAL].find(where, {"_id": 1}).sort("_id", 1).limit(limit).to_list()
    ids = [document["_id"] for document in old]
    return (await db[JOURNAL].delete_many({"_id": {"$in": ids}})).deleted_count


def _entry_of(document: Mapping[str, Any]) -> JournalEntry:
    former = document.get("former")
    return JournalEntry(
        seq=document["_id"],
        at=moment_of(document["at"]),
        kind=JournalKind(document["kind"]),
        settled=document["settled"],
        agent_id=document["agent_id"],
        display_name=document["display_name"],
        detail=document["detail"],
        seconds=document["seconds"],
        former=agent_from_document(json.loads(former)) if former else None,
    )
