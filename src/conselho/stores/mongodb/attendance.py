"""When servers came and went, and what is known of those that did not say so."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from conselho.models.journal import JournalKind
from conselho.models.uptime import Sign
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import JOURNAL, TASKS, Document
from conselho.stores.mongodb.figures import RUNS
from conselho.stores.mongodb.journal import catch_up
from conselho.stores.sql.rows import micros, moment_of

# A server that is started again each second would fill a month with millions of them.
MOST_SIGNS: Final = 2_000
_BOUNDARIES = (JournalKind.SERVER_STARTED, JournalKind.SERVER_STOPPED)
_TROUBLES = (JournalKind.SUSPENDED, JournalKind.BLOCKED)


async def signs(db: Database, since: datetime) -> list[Sign]:
    """The newest MOST_SIGNS, oldest first."""
    await catch_up(db)
    found: list[Sign] = []
    before: JournalKind | None = None
    for document in reversed(await _signs(db, micros(since))):
        kind = JournalKind(document["kind"])
        alive_at = None
        if (kind, before) == (JournalKind.SERVER_STARTED, JournalKind.SERVER_STARTED):
            alive_at = await _alive_before(db, document["_id"], document["at"])
        found.append(
            Sign(
                at=moment_of(document["at"]),
                kind=kind,
                seconds=document["seconds"],
                alive_at=alive_at,
            )
        )
        before = kind if kind in _BOUNDARIES else before
    return found


async def _signs(db: Database, since: int) -> list[Document]:
    boundaries = {"agent_id": None, "kind": {"$in": list(_BOUNDARIES)}}
    last = await (
        db[JOURNAL]
        .find(boundaries | {"at": {"$lt": since}}, {"_id": 1})
        .sort("_id", -1)
        .limit(1)
        .to_list()
    )
    where = {
        "agent_id": None,
        "kind": {"$in": [*_BOUNDARIES, *_TROUBLES]},
        "_id": {"$gte": last[0]["_id"] if last else 0},
    }
    fields = {"at": 1, "kind": 1, "seconds": 1}
    return await db[JOURNAL].find(where, fields).sort("_id", -1).limit(MOST_SIGNS).to_list()


async def _alive_before(db: Database, seq: int, at: int) -> datetime | None:
    entry = await (
        db[JOURNAL]
        .find({"_id": {"$lt": seq}, "at": {"$lt": at}}, {"at": 1})
        .sort("_id", -1)
        .limit(1)
        .to_list()
    )
    # Before, not up to: what the start itself decided on ended at that very moment.
    run = await (
        db[TASKS]
        .find({"us.ended_at": {"$lt": at}, "status": {"$in": list(RUNS)}}, {"us.ended_at": 1})
        .sort("us.ended_at", -1)
        .limit(1)
        .to_list()
    )
    known = [document["at"] for document in entry] + [task["us"]["ended_at"] for task in run]
    return moment_of(max(known)) if known else None
