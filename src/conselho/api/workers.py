"""Who runs tasks, and what waits for whom."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from conselho.api.context import InContext
from conselho.models.task import iso, utc_text
from conselho.models.worker import Worker

router = APIRouter(tags=["health"])


@router.get("/api/workers")
async def read_workers(context: InContext) -> dict[str, Any]:
    """The workers that were heard of in the last seven days, and every queue.

    A queue with `workers` 0 is served by nobody: its runs wait, and end as an error of the kind
    `no_worker` after `no_worker_seconds`. `queue` null is that of agents without one.
    """
    now = context.clock.now()
    roster = context.system.roster
    agents = await context.store.agents(is_councilor=True)
    return {
        "workers": [
            _document(worker) | {"live": worker.is_live(now)}
            for worker in await roster.workers(now)
        ],
        "queues": [state.document() for state in await roster.queues(now, agents)],
        "no_worker_seconds": context.system.settings.no_worker_seconds,
        "now": utc_text(now),
    }


def _document(worker: Worker) -> dict[str, Any]:
    return {
        "worker_id": worker.worker_id,
        "host": worker.host,
        "queues": list(worker.queues),
        "serves_any": worker.serves_any,
        "concurrency": worker.concurrency,
        "running": worker.running,
        "version": worker.version,
        "started_at": iso(worker.started_at),
        "beat_at": iso(worker.beat_at),
        "left_at": iso(worker.left_at),
    }
