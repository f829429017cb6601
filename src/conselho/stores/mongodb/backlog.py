"""What waits for a worker, by queue."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from conselho.models.ids import TaskId
from conselho.models.worker import Backlog, Queue
from conselho.store import Waiting
from conselho.stores.mongodb.claims import IN_ORDER, LATEST, Wanted, due
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import TASKS, Document
from conselho.stores.sql.rows import micros, moment_of

_LOOKED_AT = {
    "task_id": 1, "queue": 1, "attempt": 1, "us.not_before": 1, "us.created_at": 1
}  # fmt: skip
_TIMES = {"us.not_before": 1, "us.created_at": 1}
_PORTION = 100


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
    """Counted by the server: what waits may be very much."""
    counting = [{"$match": due(now)}, {"$group": {"_id": "$queue", "waiting": {"$sum": 1}}}]
    found = []
    async for group in await db[TASKS].aggregate(counting):
        oldest = await _oldest(db, now, group["_id"])
        # None when all of them were claimed since they were counted.
        if oldest is not None:
            found.append(Backlog(queue=group["_id"], waiting=group["waiting"], oldest=oldest))
    return sorted(found, key=lambda one: one.queue or "")


async def _oldest(db: Database, now: datetime, queue: Queue) -> datetime | None:
    """The earliest `since` in a queue: the later of two fields, which no index has.

    It is near the beginning of the order of claims. Any that is found bounds where an earlier one
    can be, so a portion or two are all that is read.
    """
    oldest: datetime | None = None
    where = due(now) | {"queue": queue}
    while True:
        found = await db[TASKS].find(where, _LOOKED_AT).sort(IN_ORDER).limit(_PORTION).to_list()
        oldest = min((_waiting(document).since for document in found), default=oldest)
        if oldest is None or len(found) < _PORTION:
            return oldest
        earlier = {"$lt": micros(oldest)}
        where = {
            "$and": [
                due(now) | {"queue": queue},
                {"us.not_before": earlier, "us.created_at": earlier},
                {"us.rank": {"$lt": micros(oldest + LATEST)}},
            ]
        }
