"""The audit: what people changed, in the order of seq (`_id`). Nothing here is ever updated."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from conselho.models.access import Role
from conselho.models.audit import AuditEntry
from conselho.stores.mongodb import numbers
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import AUDIT, Document
from conselho.stores.sql.rows import micros, moment_of, storable, storable_or_none, to_json


async def write_audit(db: Database, entries: Sequence[AuditEntry]) -> None:
    await numbers.insert(db, AUDIT, list(map(_document, entries)))


async def newest(
    db: Database, limit: int, before_seq: int | None, actor: str | None, target: str | None
) -> list[AuditEntry]:
    if limit <= 0:
        return []
    where: Document = {}
    if before_seq is not None:
        where["_id"] = {"$lt": before_seq}
    if actor is not None:
        where["actor"] = storable(actor)
    if target is not None:
        where["target"] = storable(target)
    rows = db[AUDIT].find(where).sort("_id", -1).limit(limit)
    return [_entry(document) async for document in rows]


async def prune_audit(db: Database, before: datetime, limit: int) -> int:
    if limit <= 0:
        return 0
    where = {"at": {"$lt": micros(before)}}
    old = await db[AUDIT].find(where, {"_id": 1}).sort("at", 1).limit(limit).to_list()
    ids = [document["_id"] for document in old]
    return (await db[AUDIT].delete_many({"_id": {"$in": ids}})).deleted_count


def _document(entry: AuditEntry) -> Document:
    return {
        "at": micros(entry.at),
        "actor": storable(entry.actor),
        "role": entry.role.value,
        "action": storable(entry.action),
        "target": storable_or_none(entry.target),
        "address": storable(entry.address),
        # Texts: keys of any kind are as they were.
        "before": None if entry.before is None else to_json(entry.before),
        "after": None if entry.after is None else to_json(entry.after),
    }


def _entry(document: Mapping[str, Any]) -> AuditEntry:
    before, after = document["before"], document["after"]
    return AuditEntry(
        seq=document["_id"],
        at=moment_of(document["at"]),
        actor=document["actor"],
        role=Role(document["role"]),
        action=document["action"],
        target=document["target"],
        address=document["address"],
        before=None if before is None else json.loads(before),
        after=None if after is None else json.loads(after),
    )
