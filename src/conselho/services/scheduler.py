"""Turns due slots into Tasks. APScheduler only says when; the store decides what exists.

    APScheduler timer -> SlotExecutor (collects) -> Scheduler.tick -> store.submit
                                                                   -> store.record_lost

A slot is accounted for exactly once, by a run or by a lost row, in ascending order per councilor.
So the newest covered slot (the watermark) tells, after any stop, which slots nobody accounted for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.executors.base import BaseExecutor
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from conselho.bus import EventBus
from conselho.clock import Clock, sleep_unless
from conselho.errors import NotFound, StoreUnavailable
from conselho.models.agent import Agent, CatchUp, Policies
from conselho.models.event import EventType
from conselho.models.ids import AgentId
from conselho.models.task import SkipReason, Trigger, utc_text
from conselho.services.announcements import announce
from conselho.services.budget import Budget
from conselho.services.slots import Slots, SlotTrigger, next_slot, slots_between, slots_of
from conselho.services.submission import lost_task, slot_task
from conselho.store import Store, Submitted

log = structlog.get_logger(__name__)

# A slot served within this time is served; beyond it, catching up is a matter of policy.
ON_TIME = timedelta(seconds=30)
# Lost slots of a long stop are written in portions, so that nothing else waits for them.
LOST_PORTION = 1_000
RETRY_SECONDS = 1.0
LOOK_SECONDS = 5.0
# Time servers correct a clock by less; more is somebody setting it.
STEP_BACK = timedelta(minutes=1)
# A slot that waits longer for the store makes the scheduler unready.
OVERDUE = timedelta(seconds=10)

_Run = tuple[Agent, datetime, Trigger]


class SlotExecutor(BaseExecutor):  # type: ignore[misc]  # APScheduler 3 carries no types
    """An APScheduler executor that runs nothing: it hands (agent id, slots) on.

    `submit_job` is overridden whole, since the library's own would count instances and refuse.
    """

    def __init__(self, due: Callable[[AgentId, list[datetime]], None]) -> None:
        super().__init__()
        self._due = due

    def submit_job(self, job: Job, run_times: list[datetime]) -> None:
        self._due(AgentId(job.id), run_times)

    def _do_submit_job(self, job: Job, run_times: list[datetime]) -> None:
        raise NotImplementedError("submit_job hands the slots on")


class Scheduler:
    """Keeps one APScheduler job per councilor that is not paused, and serves their slots."""

    def __init__(
        self, store: Store, clock: Clock, *, wake: Callable[[], None], budget: Budget | None = None
    ) -> None:
        """`wake` is called when Tasks were submitted. Without a `budget` none is kept."""
        self._store = store
        self._budget = budget or Budget(store)
        self._clock = clock
        self._wake = wake
        self._agents: dict[AgentId, Agent] = {}
        self._due: dict[AgentId, list[datetime]] = {}
        self._pending = asyncio.Event()
        self._looked_at = clock.now()
        # Slots of one councilor are accounted for in ascending order: one server of them at a time.
        self._serving = asyncio.Lock()
        self._timer = AsyncIOScheduler(
            timezone=UTC,
            executors={"default": SlotExecutor(self.collect)},
            job_defaults={"coalesce": False, "misfire_grace_time": None},
        )

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Account for the slots since the last stop, then let the timer run."""
        now = self._clock.now()
        councilors = await self._settle(now)
        self._timer.start(paused=True)
        for agent in councilors:
            self._put(agent, after=now)
        self._timer.resume()

    async def settle(self) -> None:
        """Account for the slots since the last stop, and serve none after.

        For whoever changes schedules while no server runs: what the former ones owed could not be
        told afterwards.
        """
        await self._settle(self._clock.now())

    async def run(self) -> None:
        """Serve due slots until cancelled."""
        while True:
            await sleep_unless(self._pending, self._clock, LOOK_SECONDS)
            self.follow_clock()
            await self._persist("serve due slots", self.tick)

    def follow_clock(self) -> None:
        """Wake the timer, whatever the clock did since the last look.

        The timer counts in time that the machine was awake: after a suspend, or a clock set
        forward, its slots would be hours late; after a clock set back it would sleep for hours.
        """
        now = self._clock.now()
        if self._looked_at - now > STEP_BACK:
            log.warning("scheduler.clock_went_back", from_=utc_text(self._looked_at))
            for agent in list(self._agents.values()):
                self._unschedule(agent.agent_id)
                self._put(agent, after=now)
        self._looked_at = now
        if self._timer.running:
            self._timer.wakeup()

    async def follow(self, bus: EventBus) -> None:
        """Obey changes of councilors, those made by other processes too, until cancelled."""
        async with bus.subscribe() as news:
            await self._persist("compare with the store", self.reconcile)
            async for events in news:
                changed = {e.agent_id for e in events if e.type == EventType.UPDATED}
                for agent_id in sorted(changed):
                    await self._persist("obey a change", partial(self.reload, AgentId(agent_id)))

    def stop(self) -> None:
        """No slot fires any more."""
        if self._timer.running:
            self._timer.shutdown(wait=False)

    def check(self) -> str | None:
        """What is wrong, in one sentence; None when slots are served in time."""
        if not self._timer.running:
            return "the scheduler does not run"
        now = self._clock.now()
        waiting = [slots[0] for slots in self._due.values() if slots]
        if waiting and now - min(waiting) > OVERDUE:
            return f"slots wait to be stored since {utc_text(min(waiting))}"
        late = [due for _, due in self.jobs() if due is not None and now - due > OVERDUE]
        if late:
            return f"the timer is late: a slot of {utc_text(min(late))} has not fired"
        return None

    # -- councilors ----------------------------------------------------------------------------

    async def reload(self, agent_id: AgentId) -> None:
        """Obey the stored state of one agent, at once.

        Slots that the former schedule owed up to the change are accounted for first.
        """
        async with self._serving:
            known = self._agents.get(agent_id)
            try:
                agent = await self._store.agent(agent_id)
            except NotFound:
                self._remove(agent_id)
                return
            # Versions count the writes of one agent; one made anew begins again at 1.
            same = known is not None and known.created_at == agent.created_at
            if known is not None and same and known.version >= agent.version:
                return
            if known is not None and known.timetable == agent.timetable:
                self._agents[agent_id] = agent
                return
            if known is not None:
                await self._account([known], agent.updated_at, SkipReason.LATE, grace=ON_TIME)
            self._remove(agent_id)
            self._put(agent, after=agent.slots_from or agent.updated_at)

    async def obey(self, agent_id: AgentId) -> None:
        """`reload` for who just stored a change: what is stored is not undone by a late obedience.

        When the store does not answer now, the change's event brings it here again.
        """
        try:
            await self.reload(agent_id)
        except StoreUnavailable as error:
            log.warning("scheduler.obeys_later", agent_id=agent_id, reason=error.reason)

    async def reconcile(self) -> None:
        """Obey every agent whose stored version is not the known one."""
        stored = {
            agent.agent_id: (agent.created_at, agent.version)
            for agent in await self._store.agents(is_councilor=True)
        }
        known = {
            agent_id: (agent.created_at, agent.version) for agent_id, agent in self._agents.items()
        }
        for agent_id in stored.keys() | known.keys():
            if stored.get(agent_id) != known.get(agent_id):
                await self.reload(agent_id)

    def jobs(self) -> list[tuple[Agent, datetime | None]]:
        """Each known councilor with the time its timer is set to; None for a paused one."""
        timer = {job.id: job.next_run_time for job in self._timer.get_jobs()}
        return [(agent, timer.get(agent.agent_id)) for agent in self._agents.values()]

    def _put(self, agent: Agent, *, after: datetime) -> None:
        if not agent.is_councilor:
            return
        self._agents[agent.agent_id] = agent
        due_next = next_slot(agent, after)
        if due_next is not None:
            trigger = SlotTrigger(_slots(agent))
            # A slot that passed since `after` fires at once: APScheduler collects it as late.
            self._timer.add_job(_never_called, trigger, id=agent.agent_id, next_run_time=due_next)

    def _remove(self, agent_id: AgentId) -> None:
        self._agents.pop(agent_id, None)
        self._due.pop(agent_id, None)
        self._unschedule(agent_id)

    def _unschedule(self, agent_id: AgentId) -> None:
        if self._timer.get_job(agent_id) is not None:
            self._timer.remove_job(agent_id)

    # -- slots ---------------------------------------------------------------------------------

    def collect(self, agent_id: AgentId, slots: list[datetime]) -> None:
        """Slots of one councilor have passed, ascending; the next tick serves them."""
        self._due.setdefault(agent_id, []).extend(slot.astimezone(UTC) for slot in slots)
        self._pending.set()

    async def tick(self) -> int:
        """Store all slots that the timer collected; how many there were.

        The slots of one instant go into one transaction. On StoreUnavailable they stay collected.
        """
        async with self._serving:
            due, self._due = self._due, {}
            try:
                await self._serve(due)
            except BaseException:
                # In front of what arrived meanwhile: slots are served in ascending order.
                self._due = {
                    agent_id: due.get(agent_id, []) + self._due.get(agent_id, [])
                    for agent_id in {**due, **self._due}
                }
                raise
            return sum(map(len, due.values()))

    async def _serve(self, due: dict[AgentId, list[datetime]]) -> None:
        now = self._clock.now()
        runs: list[_Run] = []
        for agent_id, slots in due.items():
            agent = self._agents.get(agent_id)
            if agent is not None:
                lost, run = plan(slots, agent.seat.policies, now, grace=ON_TIME)
                await self._lose(agent, lost, SkipReason.LATE)
                runs += [(agent, *run)] if run else []
        await self._submit(runs)

    async def _submit(self, runs: list[_Run]) -> None:
        if not runs:
            return
        now = self._clock.now()
        objections = await self._budget.objections((agent for agent, _, _ in runs), now=now)
        for agent, slot, _ in runs:
            if agent.agent_id in objections:
                reason = objections[agent.agent_id]
                await self._lose(agent, [slot], SkipReason.BUDGET, error=reason)
        runs = [run for run in runs if run[0].agent_id not in objections]
        if not runs:
            return
        tasks = [slot_task(agent, slot, now=now, trigger=trigger) for agent, slot, trigger in runs]
        submissions = await self._store.submit(tasks, announce=announce)
        self._wake()
        for (agent, slot, _), submission in zip(runs, submissions, strict=True):
            if submission.result is Submitted.OVERLAP:
                await self._lose(agent, [slot], SkipReason.OVERLAP)

    async def _lose(
        self, agent: Agent, slots: list[datetime], reason: SkipReason, *, error: str | None = None
    ) -> None:
        """Account for slots that do not run; `error` is a sentence for people on why."""
        if slots:
            now = self._clock.now()
            row = replace(lost_task(agent, slots[0], now=now, reason=reason), error=error)
            since = agent.slots_from or agent.created_at
            await self._store.record_lost(row, slots, since=since, now=now, announce=announce)

    async def _settle(self, now: datetime) -> list[Agent]:
        councilors = await self._store.agents(is_councilor=True)
        async with self._serving:
            await self._account(councilors, now, SkipReason.SERVER_DOWN, grace=timedelta(0))
        return councilors

    async def _account(
        self, agents: list[Agent], until: datetime, reason: SkipReason, *, grace: timedelta
    ) -> None:
        """Account for all slots up to `until` that no Task covers yet."""
        owing = [agent for agent in agents if agent.is_due_sometimes]
        watermarks = await self._store.watermarks([agent.agent_id for agent in owing])
        runs: list[_Run] = []
        for agent in owing:
            since = agent.slots_from or agent.created_at
            since = max(since, watermarks.get(agent.agent_id, since))
            passed: list[datetime] = []
            for slot in slots_between(_slots(agent), since, until):
                passed.append(slot)
                if len(passed) > LOST_PORTION:
                    await self._lose(agent, passed[:-1], reason)
                    passed = [slot]
            if passed:
                lost, run = plan(passed, agent.seat.policies, until, grace=grace)
                await self._lose(agent, lost, reason)
                runs += [(agent, *run)] if run else []
        await self._submit(runs)

    async def _persist(self, what: str, act: Callable[[], Awaitable[object]]) -> None:
        """Do `act`, again and again while the store does not answer."""
        while True:
            try:
                await act()
            except StoreUnavailable as error:
                log.warning("scheduler.store_unavailable", what=what, reason=error.reason)
                await self._clock.sleep(RETRY_SECONDS)
            except Exception:
                log.exception("scheduler.failed", what=what)
                return
            else:
                return


def plan(
    slots: list[datetime], policies: Policies, now: datetime, *, grace: timedelta
) -> tuple[list[datetime], tuple[datetime, Trigger] | None]:
    """Which of these passed slots are lost, and which one runs, if any. `slots` ascend.

    The newest runs as if in time when it is not older than `grace`; beyond that it is a matter of
    the councilor's `catch_up`.
    """
    *older, newest = slots
    age = now - newest
    if age <= grace:
        return older, (newest, Trigger.SCHEDULE)
    young = age <= timedelta(seconds=policies.catch_up_max_age_seconds)
    if policies.catch_up is CatchUp.ONE and young:
        return older, (newest, Trigger.CATCH_UP)
    return slots, None


def _slots(agent: Agent) -> Slots:
    return slots_of(agent.seat.schedule, agent.anchor_at or agent.created_at)


def _never_called() -> None:
    """The target that APScheduler wants of a job; SlotExecutor does not call it."""
