"""From what becomes of slots to rows: the store's writes, in the order that keeps the ledger whole.

What is lost before a run is stored before it, and what is lost behind it afterwards: after a crash
in between, the newest covered slot still tells what is missing (docs/adr/0011-ledger.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from conselho.clock import Clock
from conselho.dispatch import Wake
from conselho.errors import IllegalTransition, NotFound, StoreUnavailable
from conselho.models.agent import Agent, Overlap
from conselho.models.ids import AgentId, TaskId
from conselho.models.task import SkipReason, Status, Task, Trigger, queued_key, utc_text
from conselho.services.announcements import announce
from conselho.services.budget import Budget
from conselho.services.ledger import PORTION, Lost, Run, Step
from conselho.services.pace import Pace
from conselho.services.slot_figures import SlotFigures
from conselho.services.submission import Waiting, lost_task, slot_task
from conselho.store import Loss, Store, Submitted

log = structlog.get_logger(__name__)

CATCH_UP_PER_MINUTE: Final = 30
_MADE_ROOM = "Its councilor's next slot came while it was on its way (overlap: cancel_running)."


@dataclass(slots=True)
class Account:
    """Passed slots of one councilor on their way into the store, step by step."""

    agent: Agent
    steps: Iterator[Step]
    step: Step | None = None

    def __post_init__(self) -> None:
        self.advance()

    def advance(self) -> None:
        self.step = next(self.steps, None)


class Bookkeeper:
    """Stores runs as Tasks and lost slots as rows; keeps budget, overlap and pace."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        wake: Wake,
        cancel: Callable[[TaskId], None],
        budget: Budget | None = None,
        catch_up_per_minute: int = CATCH_UP_PER_MINUTE,
    ) -> None:
        """`wake` is called with Tasks that were stored, `cancel` when one was asked to stop.

        Without a `budget` none is kept.
        """
        self._store = store
        self._clock = clock
        self._wake = wake
        self._cancel = cancel
        self._budget = budget or Budget(store)
        self._pace = Pace(clock, per_minute=catch_up_per_minute)
        self.figures = SlotFigures()

    async def write_each(
        self, agents: Sequence[Agent], accounts: Callable[[Iterable[Agent]], Iterable[Account]]
    ) -> dict[AgentId, str]:
        """Store the accounts of these councilors; why it failed for those for whom it did.

        A councilor whose slots cannot be told, for a defect of ours, must not silence the others.
        """
        try:
            await self.write(accounts(agents))
            return {}
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("scheduler.batch_failed", councilors=len(agents))
        failed = {}
        for agent in agents:
            try:
                await self.write(accounts([agent]))
            except StoreUnavailable:
                raise
            except Exception as error:
                log.exception("scheduler.councilor_failed", agent_id=agent.agent_id)
                failed[agent.agent_id] = f"{type(error).__name__}: {error}"
        return failed

    async def write(self, accounts: Iterable[Account]) -> None:
        """Store all steps: in ascending order for each councilor, of all of them together."""
        open_accounts = [one for one in accounts if one.step is not None]
        while open_accounts:
            losses: list[Loss] = []
            runs: list[tuple[Agent, Run]] = []
            for one in open_accounts:
                if isinstance(one.step, Lost):
                    losses.append(self._loss(one.agent, one.step))
                    one.advance()
                while isinstance(one.step, Run) and len(runs) < PORTION:
                    runs.append((one.agent, one.step))
                    one.advance()
            await self._lose(losses)
            await self._submit(runs)
            open_accounts = [one for one in open_accounts if one.step is not None]

    def _loss(self, agent: Agent, lost: Lost) -> Loss:
        row = lost_task(agent, lost.slots[0], now=self._clock.now(), reason=lost.reason)
        since = agent.slots_from or agent.created_at
        return Loss(row=replace(row, error=lost.error), slots=lost.slots, since=since)

    async def _lose(self, losses: list[Loss]) -> None:
        if not losses:
            return
        rows = await self._store.record_lost(losses, now=self._clock.now(), announce=announce)
        for row in rows:
            say = log.warning if row.status is Status.MISSED else log.info
            say(
                "slot.missed" if row.status is Status.MISSED else "slot.skipped",
                task_id=row.task_id,
                agent_id=row.agent_id,
                reason=row.skip_reason,
                slot=utc_text(row.slot_to) if row.slot_to else None,
                slots=row.slot_count,
            )

    async def _submit(self, runs: list[tuple[Agent, Run]]) -> None:
        """Store the runs as Tasks; those that must not or cannot wait are lost instead."""
        if not runs:
            return
        now = self._clock.now()
        objections = await self._budget.objections((agent for agent, _ in runs), now=now)
        lost: list[tuple[Agent, Lost]] = []
        paid: list[tuple[Agent, Run]] = []
        for agent, run in runs:
            objection = objections.get(agent.agent_id)
            if objection is None:
                paid.append((agent, run))
            else:
                lost.append((agent, Lost(SkipReason.BUDGET, objection, [run.slot])))
        tasks = [self._task(agent, run, now) for agent, run in paid]
        submissions = await self._store.submit(tasks, announce=announce) if tasks else []
        created = [
            task
            for task, submission in zip(tasks, submissions, strict=True)
            if submission.result is Submitted.CREATED
        ]
        self.figures.stored(created)
        lost += [
            (agent, Lost(SkipReason.OVERLAP, None, [run.slot]))
            for (agent, run), submission in zip(paid, submissions, strict=True)
            if submission.result is Submitted.OVERLAP
        ]
        await self._make_room(
            task
            for (agent, _), task, submission in zip(paid, tasks, submissions, strict=True)
            if agent.seat.policies.overlap is Overlap.CANCEL_RUNNING
            and submission.result is Submitted.CREATED
        )
        if created:
            self._wake(created)
        await self._lose([self._loss(agent, step) for agent, step in lost])

    def _task(self, agent: Agent, run: Run, now: datetime) -> Task:
        if run.trigger is not Trigger.CATCH_UP:
            return slot_task(agent, run.slot, now=now, trigger=run.trigger)
        return slot_task(
            agent,
            run.slot,
            now=now,
            trigger=run.trigger,
            waiting=Waiting.IN_TURN,
            # Spread, so that a restart does not start everything at once.
            not_before=self._pace.next_start(),
        )

    async def _make_room(self, stored: Iterable[Task]) -> None:
        """Cancel what is in the way of these, for councilors that want that.

        They are queued by now: should the run end by itself meanwhile, nothing is lost.
        """
        queued = {
            one.agent_id: one.task_id
            for one in stored
            if one.active_key == queued_key(one.agent_id)
        }
        if not queued:
            return
        for agent_id, task in (await self._store.active(list(queued))).items():
            # Another that waits is not in the way; and by now the queued one itself may be at work.
            if task.active_key == agent_id and task.task_id != queued[agent_id]:
                await self._cancel_running(task.task_id)

    async def _cancel_running(self, task_id: TaskId) -> None:
        try:
            await self._store.cancel(
                task_id, reason=_MADE_ROOM, now=self._clock.now(), announce=announce
            )
        except (NotFound, IllegalTransition):
            return  # it has ended by itself
        self._cancel(task_id)
