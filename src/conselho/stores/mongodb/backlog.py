"""What waits for a worker, by queue."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from conselho.models.ids import TaskId
from conselho.models.worker import Backlog, Queue
from conselho.store import Waiting
from conselho.stores.mongodb.claims import IN_ORDER, Wanted, due
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import TASKS, Document
from conselho.stores.sql.rows import moment_of

_LOOKED_AT = {
    "task_id": 1, "queue": 1, "attempt": 1, "us.not_before": 1, "us.created_at": 1
}  # fmt: skip


async def waiting(
    db: Database, now: datetime, queues: Collection[Queue] | None, limit: int
) -> list[Waiting]:
    if limit <= 0:
        return []
    where = due(now) | Wanted.of(queues, None).where
    found = db[TASKS].find(where, _LOOKED_AT).sort(IN_ORDER).limit(limit)
    return [_waiting(document) async for document in found]


def _waiting(document: Document) -> Waiting:
    not_before, created_at = document["us"]["not_before"], document["us"]["created_at"]
    return Waiting(
        task_id=TaskId(document["task_id"]),
        queue=document["queue"],
        since=moment_of(max(not_before, created_at)),
        deferred=document["attempt"] > 0 or not_before > created_at,
    )


async def backlogs(db: Database, now: datetime) -> list[Backlog]:
    """Counted here: a group by the later of two fields is more than every server can do."""
    found: dict[Queue, Backlog] = {}
    async for document in db[TASKS].find(due(now), _LOOKED_AT):
        task = _waiting(document)
        former = found.get(task.queue)
        found[task.queue] = Backlog(
            queue=task.queue,
            waiting=former.waiting + 1 if former else 1,
            oldest=min(former.oldest, task.since) if former else task.since,
        )
    return sorted(found.values(), key=lambda one: one.queue or "")
