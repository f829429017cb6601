"""Agents that clients have run with a prompt: the council's own tasks are not run twice.

Pages of an older front end run a timer of their own for each councilor, and post its task's prompt
whenever that rings, each open page for itself. The scheduler runs it already. So a prompt that is
the councilor's task is answered with the council's own run, as long as that is active or younger
than one interval; only beyond that it is a run that somebody asked for. Any other prompt is the
client's own, and runs beside the council.

What keeps it to one run: the pages of this server take turns, a councilor has one active run (the
store's key), and a slot that is due in this second is waited for. The scheduler then has it, and
its run is found.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from conselho.clock import Clock
from conselho.errors import AlreadyRunning, Conflict
from conselho.models.agent import Agent
from conselho.models.ids import AgentId, TaskId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.schedule import ScheduleType, parse_interval
from conselho.models.task import COUNCIL_TRIGGERS, LOST_SLOT, SkipReason, Status, Task, iso
from conselho.services.executions import Executions
from conselho.services.slots import next_slot
from conselho.store import Store, TaskFilter

log = structlog.get_logger(__name__)

# A slot this near is the scheduler's, which needs a moment for it.
NEAR: Final = timedelta(seconds=1)
LOOK_SECONDS: Final = 0.1
# A scheduler that has not served its slot by then is broken; the client is not.
LOOKS: Final = 100

_HELD_OFF: Final[dict[str, str]] = {
    SkipReason.MAINTENANCE: "a maintenance window holds it off",
    SkipReason.QUIET_HOURS: "it is outside its active hours",
    SkipReason.EXCLUDED_DATE: "the day is excluded from its schedule",
}
_RUNS = frozenset(Status) - LOST_SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client's prompt became. `coalesced`: it is a run that was there without it."""

    task: Task
    coalesced: bool


class Coalescing:
    """`count` is how many prompts were answered with a run that was there, since the start."""

    def __init__(
        self, store: Store, clock: Clock, executions: Executions, *, scheduler_runs: bool = True
    ) -> None:
        self._store = store
        self._clock = clock
        self._executions = executions
        self._scheduler_runs = scheduler_runs
        self._turns: dict[AgentId, asyncio.Lock] = {}
        self._told: dict[AgentId, TaskId] = {}
        self.count = 0

    async def execute(self, agent_id: AgentId, prompt: str, *, instance_id: str) -> Asked:
        """The Task that answers this prompt; it may have ended long ago, or not have begun.

        Raises NotFound, BudgetSpent, and Conflict when its slot was left out on purpose.
        """
        agent = await self._store.agent(agent_id)
        if not await self._is_own_task(agent, prompt):
            task = await self._executions.run_prompt(agent, prompt, instance_id=instance_id)
            return Asked(task=task, coalesced=False)
        async with self._turns.setdefault(agent_id, asyncio.Lock()):
            asked = await self._own_run(agent)
            if asked.coalesced:
                await self._record(agent, asked.task)
            return asked

    async def _is_own_task(self, agent: Agent, prompt: str) -> bool:
        """Whether it is the councilor's task: as it is, or as a page still knows it."""
        if agent.councilor_config is None:
            return False
        text = prompt.strip()
        if text == agent.seat.task.prompt.strip():
            return True
        newest = await self._newest(agent.agent_id)
        return newest is not None and newest.snapshot.prompt.strip() == text

    async def _own_run(self, agent: Agent) -> Asked:
        for _ in range(LOOKS):
            # In this order: a slot that is served between the two is then seen as a run.
            is_near = await self._slot_is_near(agent)
            if run := await self._standing(agent):
                return Asked(task=run, coalesced=True)
            if not is_near:
                break
            await self._clock.sleep(LOOK_SECONDS)
        await self._check_held_off(agent)
        try:
            task = await self._executions.run_now(agent.agent_id)
        except AlreadyRunning as error:
            running = await self._store.task(TaskId(error.task_id))
            return Asked(task=running, coalesced=True)
        return Asked(task=task, coalesced=False)

    async def _standing(self, agent: Agent) -> Task | None:
        """The run that answers for now: the active one, or the newest if it is young enough."""
        active = (await self._store.active([agent.agent_id])).get(agent.agent_id)
        if active is not None and active.is_councilor_execution:
            return active
        newest = await self._newest(agent.agent_id)
        if newest is None:
            return None
        return newest if self._is_young(agent, newest) else None

    def _is_young(self, agent: Agent, run: Task) -> bool:
        interval = _interval(agent)
        return interval is not None and self._clock.now() - run.created_at < interval

    async def _newest(self, agent_id: AgentId) -> Task | None:
        where = TaskFilter(agent_id=agent_id, statuses=_RUNS, triggers=COUNCIL_TRIGGERS)
        page = await self._store.tasks(where, limit=1)
        return page.tasks[0] if page.tasks else None

    async def _slot_is_near(self, agent: Agent) -> bool:
        """Whether the scheduler is about to serve a slot of this councilor."""
        if not self._scheduler_runs or not agent.is_due_sometimes:
            return False
        due = next_slot(agent, await self._served(agent))
        return due is not None and due <= self._clock.now() + NEAR

    async def _check_held_off(self, agent: Agent) -> None:
        """Raise Conflict when the last slot was left out on purpose: a page's timer knows nothing
        of maintenance, active hours and holidays.
        """
        interval = _interval(agent)
        if interval is None or not agent.is_due_sometimes:
            return
        where = TaskFilter(agent_id=agent.agent_id, statuses=frozenset({Status.SKIPPED}))
        for row in (await self._store.tasks(where, limit=1)).tasks:
            slot, why = row.slot_to, _HELD_OFF.get(row.skip_reason or "")
            if why and slot and self._clock.now() - slot < interval:
                raise Conflict(
                    f"{agent.display_name} was not run at {iso(slot)}: {why}."
                    " To run it all the same, use execute-now."
                )

    async def _served(self, agent: Agent) -> datetime:
        begin = agent.slots_from or agent.created_at
        watermarks = await self._store.watermarks([agent.agent_id])
        return max(begin, watermarks.get(agent.agent_id, begin))

    async def _record(self, agent: Agent, run: Task) -> None:
        self.count += 1
        log.info("execution.coalesced", agent_id=agent.agent_id, task_id=run.task_id)
        if self._told.get(agent.agent_id) == run.task_id:
            return
        self._told[agent.agent_id] = run.task_id
        entry = JournalEntry(
            at=self._clock.now(),
            kind=JournalKind.COALESCED,
            agent_id=agent.agent_id,
            display_name=agent.display_name,
            detail=(
                f"A client asked for the task of {agent.display_name} and got the result of"
                f" execution {run.task_id} instead of a second run."
                " Does an open page still run timers of its own?"
            ),
        )
        await self._store.write_journal([entry])


def _interval(agent: Agent) -> timedelta | None:
    """None for a councilor whose schedule is no interval."""
    schedule = agent.seat.schedule
    if schedule.type is not ScheduleType.INTERVAL:
        return None
    return parse_interval(schedule.value)
