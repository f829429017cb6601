"""Deleting old final tasks without changing any figure: a batch as those of folding are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conselho.models.ids import TaskId
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import TASKS, Document
from conselho.stores.mongodb.folding import BATCH, begin, fold, prune_of
from conselho.stores.mongodb.outbox import confirm
from conselho.stores.sql.rows import micros

_FIELDS = {"task_id": 1, "agent_id": 1, "us.covers_until": 1, "folded": 1}


async def prune(db: Database, before: datetime, limit: int) -> list[TaskId]:
    gone: list[TaskId] = []
    await confirm(db)
    while len(gone) < limit:
        number = await fold(db)
        old = await _old(db, micros(before), min(limit - len(gone), BATCH))
        if not old:
            break
        if await begin(db, prune_of(old, number + 1)):
            gone += [TaskId(document["task_id"]) for document in old]
    return gone


async def _old(db: Database, before_us: int, limit: int) -> list[Document]:
    """The oldest final tasks that may go: they are counted, and have told all that they had to."""
    newest_slots: dict[str, int | None] = {}
    found: list[Document] = []
    where = {
        "us.ended_at": {"$lt": before_us},
        "counted": True,
        "folded.batch": {"$gte": 0},
        "outbox.at": {"$exists": False},
    }
    async for document in db[TASKS].find(where, _FIELDS).sort("us.ended_at", 1):
        if not await _holds_watermark(db, document, newest_slots):
            found.append(document)
        if len(found) == limit:
            break
    return found


async def _holds_watermark(
    db: Database, document: Mapping[str, Any], newest_slots: dict[str, int | None]
) -> bool:
    covers = document["us"].get("covers_until")
    if covers is None:
        return False
    agent_id = document["agent_id"]
    if agent_id not in newest_slots:
        # A newer one may come, never an older one: whoever is below it may go.
        newest = (
            db[TASKS]
            .find({"agent_id": agent_id, "us.covers_until": {"$gte": covers}}, _FIELDS)
            .sort("us.covers_until", -1)
            .limit(1)
        )
        [row] = await newest.to_list()
        newest_slots[agent_id] = row["us"]["covers_until"]
    newest_slot = newest_slots[agent_id]
    return newest_slot is None or covers >= newest_slot
