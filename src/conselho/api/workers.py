"""Who runs tasks, and what waits for whom."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from conselho.api.context import Context
from conselho.api.kept import Kept
from conselho.clock import Clock
from conselho.models.task import iso, utc_text
from conselho.models.worker import Worker
from conselho.services.roster import Roster
from conselho.store import Store


def make_router(context: Context) -> APIRouter:
    """The route of one application, with what it keeps."""
    router = APIRouter(tags=["health"])
    attendance = Attendance(
        context.store,
        context.clock,
        context.system.roster,
        no_worker_seconds=context.system.settings.no_worker_seconds,
    )

    @router.get("/api/workers")
    async def read_workers() -> dict[str, Any]:
        """The workers that were heard of in the last seven days, and every queue.

        A queue with `workers` 0 is served by nobody: its runs wait, and end as an error of the kind
        `no_worker` after `no_worker_seconds`. `queue` null is that of agents without one. The
        answer is that of `now`, which is at most five seconds ago.
        """
        return await attendance.read()

    return router


class Attendance:
    """What `GET /api/workers` answers. Every open page asks for it while a run waits."""

    def __init__(
        self, store: Store, clock: Clock, roster: Roster, *, no_worker_seconds: float
    ) -> None:
        self._store = store
        self._clock = clock
        self._roster = roster
        self._no_worker_seconds = no_worker_seconds
        self._kept = Kept(clock, self._ask)

    async def read(self) -> dict[str, Any]:
        """As of at most KEPT_SECONDS ago. Raises StoreUnavailable."""
        return await self._kept.get()

    async def _ask(self) -> dict[str, Any]:
        now = self._clock.now()
        agents = await self._store.agents(is_councilor=True)
        return {
            "workers": [
                _document(worker) | {"live": worker.is_live(now)}
                for worker in await self._roster.workers(now)
            ],
            "queues": [state.document() for state in await self._roster.queues(now, agents)],
            "no_worker_seconds": self._no_worker_seconds,
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
