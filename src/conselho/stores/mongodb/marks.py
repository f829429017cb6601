"""The newest tasks of agents, for marks, for what was found last and for what is known by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from conselho.models.ids import AgentId, TaskId
from conselho.models.task import FINAL, Status, Task, Trigger
from conselho.models.verdict import Severity, VerdictSource
from conselho.store import TaskFilter
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import FOUND, LIGHT, TASKS, Document, task_from_document
from conselho.stores.mongodb.folding import each
from conselho.stores.mongodb.pages import NEWEST_FIRST, condition
from conselho.stores.sql.rows import storable

# So many rows of an agent are looked through for those that concluded something.
LOOKED_THROUGH: Final = 5_000


async def recent(db: Database, agents: Sequence[AgentId], limit: int) -> dict[AgentId, list[Task]]:
    found: dict[AgentId, list[Task]] = {}
    if limit <= 0:
        return found

    async def read(agent_id: AgentId) -> None:
        where = {"agent_id": storable(agent_id), "status": {"$in": sorted(FINAL)}}
        rows = await db[TASKS].find(where, LIGHT).sort(NEWEST_FIRST).limit(limit).to_list()
        if rows:
            found[agent_id] = [task_from_document(document) for document in reversed(rows)]

    await each(set(agents), read)
    return found


async def last_verdict(db: Database, agent_id: AgentId) -> Task | None:
    where = {
        "agent_id": storable(agent_id),
        "status": Status.COMPLETED.value,
        "trigger": {"$ne": Trigger.API.value},
        "verdict": {"$ne": None},
    }
    rows = await db[TASKS].find(where, FOUND).sort(NEWEST_FIRST).limit(1).to_list()
    return task_from_document(rows[0]) if rows else None


async def concluded(
    db: Database, agent_id: AgentId, limit: int, older_than: tuple[datetime, TaskId] | None
) -> list[Task]:
    if limit <= 0:
        return []
    runs: Document = condition(TaskFilter(agent_id=agent_id, older_than=older_than)) | {
        "status": {"$in": [Status.COMPLETED.value, Status.ERROR.value]},
        "trigger": {"$ne": Trigger.API.value},
    }
    last = (
        db[TASKS]
        .find(runs, {"_id": 0, "us.created_at": 1})
        .sort(NEWEST_FIRST)
        .skip(LOOKED_THROUGH - 1)
        .limit(1)
    )
    said = {
        "verdict": {"$ne": None},
        "$or": [
            {"verdict.source": VerdictSource.CONTRACT.value},
            {"findings.0": {"$exists": True}},
            {"status": Status.COMPLETED.value, "severity": Severity.SUCCESS.value},
        ],
    }
    parts: list[Document] = [runs, said]
    parts += [{"us.created_at": {"$gte": document["us"]["created_at"]}} async for document in last]
    rows = db[TASKS].find({"$and": parts}, FOUND).sort(NEWEST_FIRST).limit(limit)
    return [task_from_document(document) async for document in rows]
