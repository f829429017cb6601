"""The register of workers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conselho.models.ids import WorkerId
from conselho.models.worker import Worker
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import WORKERS, Document
from conselho.stores.sql.rows import micros, micros_or_none, moment_of, moment_or_none, storable


async def beat(db: Database, worker: Worker) -> None:
    document = _document(worker)
    await db[WORKERS].replace_one({"_id": document["_id"]}, document, upsert=True)


async def leave(db: Database, worker_id: WorkerId, now: datetime) -> None:
    there = {"_id": storable(worker_id), "left_at": None}
    await db[WORKERS].update_one(there, {"$set": {"left_at": micros(now), "running": 0}})


async def workers_since(db: Database, since: datetime) -> list[Worker]:
    found = db[WORKERS].find({"beat_at": {"$gte": micros(since)}})
    return [_worker(document) async for document in found.sort([("host", 1), ("_id", 1)])]


async def prune_workers(db: Database, before: datetime, limit: int) -> int:
    if limit <= 0:
        return 0
    old = {"beat_at": {"$lt": micros(before)}}
    found = await db[WORKERS].find(old, {"_id": 1}).sort("beat_at", 1).limit(limit).to_list()
    ids = [document["_id"] for document in found]
    return (await db[WORKERS].delete_many(old | {"_id": {"$in": ids}})).deleted_count


def _document(worker: Worker) -> Document:
    return {
        "_id": storable(worker.worker_id),
        "host": storable(worker.host),
        "queues": [storable(queue) for queue in worker.queues],
        "serves_any": worker.serves_any,
        "concurrency": worker.concurrency,
        "running": worker.running,
        "version": storable(worker.version),
        "council": storable(worker.council),
        "started_at": micros(worker.started_at),
        "beat_at": micros(worker.beat_at),
        "left_at": micros_or_none(worker.left_at),
        "schedules": worker.schedules,
    }


def _worker(document: Mapping[str, Any]) -> Worker:
    return Worker(
        worker_id=WorkerId(document["_id"]),
        host=document["host"],
        queues=tuple(document["queues"]),
        serves_any=document["serves_any"],
        concurrency=document["concurrency"],
        running=document["running"],
        version=document["version"],
        council=document["council"],
        started_at=moment_of(document["started_at"]),
        beat_at=moment_of(document["beat_at"]),
        left_at=moment_or_none(document["left_at"]),
        schedules=document.get("schedules", False),
    )
