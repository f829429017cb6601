"""Agents: documents that the system before this one wrote too, guarded by their version.

    {agent_id, name, ..., councilor_config, customization, definition, persona, version,
     created_at, updated_at, us, outbox, entries}

The fields are those of models.documents, beside `definition` and `persona` for old readers.
`created_at` and `updated_at` are dates; exact are those in `us`, in microseconds. An agent that the
former system left (it has no version) is not listed here; making one of that id takes it over.

One that is deleted still has to tell so: for that long it stands under another `agent_id`, and
then goes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from pymongo import ReturnDocument
from pymongo.errors import OperationFailure

from conselho.errors import AlreadyExists, NotFound, StaleVersion
from conselho.models.agent import Agent
from conselho.models.documents import agent_document, agent_from_document
from conselho.models.event import EventDraft
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry
from conselho.models.task import utc_text
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import AGENTS, Document, plain
from conselho.stores.mongodb.failures import is_duplicate
from conselho.stores.mongodb.journal import elements, told, told_with
from conselho.stores.mongodb.outbox import drafts
from conselho.stores.sql.rows import micros, moment_of, storable

_OURS: Final = {"version": {"$exists": True}}
_FIELDS: Final = {"outbox": 0, "entries": 0}


async def create_agent(
    db: Database, agent: Agent, events: Sequence[EventDraft], journal: Sequence[JournalEntry]
) -> None:
    fields = agent_fields(agent) | {
        "outbox": drafts(events, agent.updated_at),
        "entries": elements(journal),
    }
    try:
        # What it finds is of the former system; otherwise the index of ids decides.
        stored = await db[AGENTS].find_one_and_update(
            {"agent_id": storable(agent.agent_id), "version": {"$exists": False}},
            {"$set": fields},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
    except OperationFailure as exc:
        if is_duplicate(exc):
            raise AlreadyExists("agent", agent.agent_id) from exc
        raise
    assert stored is not None, "an upsert makes it"
    await told(db, AGENTS, stored)


async def save_agent(
    db: Database, agent: Agent, events: Sequence[EventDraft], journal: Sequence[JournalEntry]
) -> Agent:
    saved = replace(agent, version=agent.version + 1)
    change: Document = {"$set": agent_fields(saved)}
    if to_tell := told_with(journal, events, saved.updated_at):
        change["$push"] = to_tell
    stored = await db[AGENTS].find_one_and_update(
        {"agent_id": storable(agent.agent_id), "version": agent.version},
        change,
        return_document=ReturnDocument.AFTER,
    )
    if stored is None:
        await agent_by_id(db, agent.agent_id)  # raises NotFound when that is the cause
        raise StaleVersion(agent.agent_id)
    await told(db, AGENTS, stored)
    return saved


async def delete_agent(
    db: Database,
    agent_id: AgentId,
    now: datetime,
    events: Sequence[EventDraft],
    journal: Sequence[JournalEntry],
) -> None:
    known = storable(agent_id)
    change: Document = {
        # No agent's id has this sign.
        "$set": {"agent_id": f"{known}#{secrets.token_hex(8)}", "is_councilor": False},
        "$unset": {"version": ""},
    }
    change["$set"]["deleted"] = True
    if to_tell := told_with(journal, events, now):
        change["$push"] = to_tell
    stored = await db[AGENTS].find_one_and_update(
        {"agent_id": known, **_OURS}, change, return_document=ReturnDocument.AFTER
    )
    if stored is None:
        raise NotFound("agent", agent_id)
    await told(db, AGENTS, stored)
    await forget_deleted(db)


async def forget_deleted(db: Database) -> None:
    """Delete what has told that it is deleted."""
    await db[AGENTS].delete_many(
        {
            "deleted": True,
            "outbox.at": {"$exists": False},
            "entries.at": {"$exists": False},
        }
    )


async def agent_by_id(db: Database, agent_id: AgentId) -> Agent:
    document = await db[AGENTS].find_one({"agent_id": storable(agent_id), **_OURS}, _FIELDS)
    if document is None:
        raise NotFound("agent", agent_id)
    return agent_of(document)


async def all_agents(db: Database, is_councilor: bool | None) -> list[Agent]:
    where: Document = dict(_OURS)
    if is_councilor is not None:
        where["is_councilor"] = is_councilor
    found = [agent_of(document) async for document in db[AGENTS].find(where, _FIELDS)]
    return sorted(found, key=lambda agent: (agent.created_at, agent.agent_id))


def agent_fields(agent: Agent) -> Document:
    """All fields of an agent's document but `_id`, `outbox` and `entries`."""
    document: Document = plain(agent_document(agent))
    del document["_id"]
    config = document["councilor_config"]
    if config is not None:
        config["timeout"] = agent.policies.timeout_seconds
    return document | {
        "definition": {
            name: document[name] for name in ("name", "emoji", "description", "model", "tags")
        },
        "persona": {"content": document["instructions"] or ""},
        "created_at": agent.created_at,
        "updated_at": agent.updated_at,
        "us": {"created_at": micros(agent.created_at), "updated_at": micros(agent.updated_at)},
    }


def agent_of(document: Mapping[str, Any]) -> Agent:
    exact = {name: utc_text(moment_of(value)) for name, value in document["us"].items()}
    return agent_from_document({**document, **exact})
