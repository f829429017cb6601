"""Questions about tasks: single ones, and what is active. Lists are in pages.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conselho.errors import NotFound
from conselho.models.ids import AgentId, TaskId
from conselho.models.statistics import Activity
from conselho.models.task import ACTIVE, PastAttempt, Status, Task
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import TASKS, Document, key_of, task_from_document
from conselho.stores.mongodb.writing import READ, find
from conselho.stores.sql.rows import moment_of, storable

_ACTIVE = [status.value for status in sorted(ACTIVE)]


async def task_by_id(db: Database, task_id: TaskId) -> Task:
    document = await find(db, task_id)
    if document is None:
        raise NotFound("task", task_id)
    return task_from_document(document)


async def past_attempts(db: Database, task_id: TaskId) -> list[PastAttempt]:
    document = await db[TASKS].find_one({"_id": key_of(task_id)}, {"past_attempts": 1})
    past = document.get("past_attempts", []) if document else []
    return sorted(map(_past_attempt, past), key=lambda one: one.attempt)


def _past_attempt(element: Document) -> PastAttempt:
    return PastAttempt(
        attempt=element["attempt"],
        started_at=moment_of(element["started_at"]),
        ended_at=moment_of(element["ended_at"]),
        error_kind=element["error_kind"],
        error_cause=element["error_cause"],
        error=element["error"],
    )


async def statuses(db: Database, idempotency_keys: Sequence[str]) -> dict[str, Status]:
    keys = list(idempotency_keys)
    found = db[TASKS].find({"idempotency_key": {"$in": keys}}, {"idempotency_key": 1, "status": 1})
    return {document["idempotency_key"]: Status(document["status"]) async for document in found}


async def active(db: Database, agents: Sequence[AgentId]) -> dict[AgentId, Task]:
    where = {
        "status": {"$in": _ACTIVE},
        "agent_id": {"$in": [storable(agent_id) for agent_id in agents]},
    }
    looked_at = {"status": 1, "agent_id": 1, "active_key": 1, "us.created_at": 1, "task_id": 1}
    # Thousands may wait behind one councilor: only the first of them is read whole.
    first: dict[str, tuple[Any, ...]] = {}
    async for document in db[TASKS].find(where, looked_at):
        agent_id = document["agent_id"]
        place = (
            document["status"] != Status.PROCESSING.value,
            document["active_key"] != agent_id,
            document["us"]["created_at"],
            document["task_id"],
            document["_id"],
        )
        first[agent_id] = min(first.get(agent_id, place), place)
    ids = [place[-1] for place in first.values()]
    whole = await db[TASKS].find({"_id": {"$in": ids}}, READ).to_list() if ids else []
    return {task.agent_id: task for task in map(task_from_document, whole)}


async def activity(db: Database) -> Activity:
    tasks = db[TASKS]
    pending = {"status": Status.PENDING.value}
    return Activity(
        pending=await tasks.count_documents(pending),
        processing=await tasks.count_documents({"status": Status.PROCESSING.value}),
        queued=await tasks.count_documents(pending | {"waits": True}),
    )
