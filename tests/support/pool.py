"""A local pool over a real store, whose runs end when the test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection
from datetime import timedelta

from conselho.dispatchers.local import LOOK_SECONDS, LocalDispatcher
from conselho.models.ids import AgentId
from conselho.models.task import Task
from conselho.models.worker import Queue
from conselho.store import ClaimLimits, Held, Store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import LEASE, WORKER, make_outcome, make_task, one_event

DEADLINE = 10
RENEW = timedelta(seconds=4)
NO_GRACE = timedelta(0)


class Work:
    """A run that ends when the test says so, or when the pool ends it."""

    def __init__(self, pool: Pool, task: Task) -> None:
        self._pool = pool
        self.task = task
        self.told: list[str] = []
        self.over = asyncio.Event()

    @property
    def held(self) -> Held:
        return Held(task_id=self.task.task_id, fence=self.task.fence)

    def cancel(self) -> None:
        self._end("cancel")

    def lose(self) -> None:
        self._end("lose")

    def shut_down(self) -> None:
        self._end("shut down")

    def _end(self, why: str) -> None:
        self.told.append(why)
        self.over.set()

    async def run(self) -> None:
        self._pool.started.append(self)
        self._pool.news.set()
        await self.over.wait()
        if "lose" not in self.told:
            await self._pool.store.finish(self.held, make_outcome(), now=NOON, announce=one_event)


class Pool:
    """A dispatcher with two places, and the runs that it started."""

    def __init__(
        self,
        store: Store,
        limits: ClaimLimits | None = None,
        queues: Collection[Queue] | None = None,
        *,
        clock: FakeClock | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self.store = store
        self.clock = clock or FakeClock()
        self.started: list[Work] = []
        self.news = asyncio.Event()
        self.dispatcher = LocalDispatcher(
            store,
            self.clock,
            worker=WORKER,
            max_runs=2,
            lease=LEASE,
            renew_every=RENEW,
            begin=self._begin,
            announce=one_event,
            limits=limits,
            queues=queues,
            look_seconds=look_seconds,
        )

    def _begin(self, task: Task) -> tuple[Work, Awaitable[None]]:
        work = Work(self, task)
        return work, work.run()

    async def submit(self, *names: str) -> list[Task]:
        tasks = [make_task(AgentId(name)) for name in names]
        await self.store.submit(tasks, announce=one_event)
        return tasks

    async def until(self, count: int) -> None:
        """Wait until so many runs have started."""
        async with asyncio.timeout(DEADLINE):
            while len(self.started) < count:
                self.news.clear()
                await self.news.wait()

    async def until_idle(self) -> None:
        async with asyncio.timeout(DEADLINE):
            while self.dispatcher.running:  # noqa: ASYNC110 - nobody is told of it
                await asyncio.sleep(0)
