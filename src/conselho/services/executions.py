"""Runs that somebody asks for: start one now, wait for its end, cancel it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from conselho.bus import EventBus
from conselho.clock import Clock
from conselho.dispatch import Dispatcher
from conselho.errors import AlreadyRunning, BudgetSpent, NotACouncilor
from conselho.models.agent import Agent
from conselho.models.ids import AgentId, TaskId
from conselho.models.task import FINAL, Task
from conselho.services.announcements import announce
from conselho.services.budget import Budget
from conselho.services.submission import manual_task, request_task
from conselho.store import Store, Submitted

log = structlog.get_logger(__name__)


class Executions:
    def __init__(
        self,
        store: Store,
        bus: EventBus,
        dispatcher: Dispatcher,
        clock: Clock,
        *,
        budget: Budget | None = None,
    ) -> None:
        self._store = store
        self._budget = budget or Budget(store)
        self._bus = bus
        self._dispatcher = dispatcher
        self._clock = clock
        self._deadlines: set[asyncio.Timeout] = set()
        self.stopping = False

    async def run_now(self, agent_id: AgentId) -> Task:
        """Submit a run of the councilor, due at once; the pending Task.

        Raises NotFound, NotACouncilor, AlreadyRunning (naming the active run), BudgetSpent.
        """
        agent = await self._store.agent(agent_id)
        if not agent.is_councilor:
            raise NotACouncilor(agent_id)
        return await self._submit(agent, manual_task(agent, now=self._clock.now()))

    async def run_prompt(self, agent: Agent, prompt: str, *, instance_id: str) -> Task:
        """Submit a run of an agent, with a seat or without, that is no run of the council.

        Raises BudgetSpent.
        """
        now = self._clock.now()
        task = request_task(agent, prompt, instance_id=instance_id, now=now)
        return await self._submit(agent, task)

    async def _submit(self, agent: Agent, task: Task) -> Task:
        objections = await self._budget.objections([agent], now=task.created_at)
        if objection := objections.get(agent.agent_id):
            raise BudgetSpent(agent.agent_id, objection)
        [submission] = await self._store.submit([task], announce=announce)
        if submission.result is Submitted.OVERLAP:
            raise AlreadyRunning(agent.agent_id, submission.holder or "")
        self._dispatcher.wake([task])
        return task

    async def wait(self, task_id: TaskId, *, seconds: float) -> Task:
        """The Task when it has ended, or as it is after `seconds`, or at `let_go`.

        Raises NotFound.
        """
        # Subscribed before the first look: an end between the two is not missed.
        async with self._bus.subscribe() as news:
            task = await self._store.task(task_id)
            with contextlib.suppress(TimeoutError, StopAsyncIteration):
                async with self._at_most(seconds):
                    while task.status not in FINAL:
                        events = await anext(news)
                        if any(event.data.get("execution_id") == task_id for event in events):
                            task = await self._store.task(task_id)
        return task

    def let_go(self) -> None:
        """Nobody waits any more: the server is about to stop."""
        self.stopping = True
        for deadline in self._deadlines:
            deadline.reschedule(0)

    @asynccontextmanager
    async def _at_most(self, seconds: float) -> AsyncIterator[None]:
        async with asyncio.timeout(0 if self.stopping else seconds) as deadline:
            self._deadlines.add(deadline)
            try:
                yield
            finally:
                self._deadlines.discard(deadline)

    async def cancel(self, task_id: TaskId) -> Task:
        """Cancel a run: at once when it waits, through its owner when it is on its way.

        Raises NotFound; IllegalTransition when it ended otherwise.
        """
        task = await self._store.cancel(task_id, now=self._clock.now(), announce=announce)
        log.info("run.cancel_requested", task_id=task_id, agent_id=task.agent_id)
        if task.status not in FINAL:
            self._dispatcher.cancel(task_id)
        return task
