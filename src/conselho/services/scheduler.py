"""Sees to it that every due slot of every councilor is accounted for by a Task.

    Alarm (APScheduler): whose slot has come ─► tick ─► ledger: run or lost ─► store.submit
                                                                           ─► store.record_lost

A slot is accounted for exactly once, in ascending order per councilor. So the newest covered slot
(the watermark) tells, after any stop, which slots nobody accounted for. What a schedule owed until
it was changed is in the journal, written with the change: see `_settle_changes`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from itertools import islice

import structlog

from conselho.bus import EventBus
from conselho.clock import Clock, sleep_unless
from conselho.errors import IllegalTransition, NotFound, StoreUnavailable
from conselho.models.agent import Agent, Overlap
from conselho.models.event import EventType
from conselho.models.ids import AgentId, TaskId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.maintenance import Maintenance
from conselho.models.task import SkipReason, Task, Trigger, utc_text
from conselho.services.alarm import Alarm
from conselho.services.announcements import announce
from conselho.services.budget import Budget
from conselho.services.calendars import Calendars
from conselho.services.ledger import Circumstances, Lost, Run, Step, account, left_out_for
from conselho.services.quiet import Quiet
from conselho.services.slots import next_slot, slots_between, slots_of_agent
from conselho.services.submission import Waiting, lost_task, slot_task
from conselho.store import Loss, Store, Submitted

log = structlog.get_logger(__name__)

# A slot served within this time is served; beyond it, catching up is a matter of policy.
ON_TIME = timedelta(seconds=30)
RETRY_SECONDS = 1.0
LOOK_SECONDS = 5.0
# A slot that waits longer for the store makes the scheduler unready.
OVERDUE = timedelta(seconds=10)
CATCH_UP_PER_MINUTE = 30
TOGETHER = 250


@dataclass(slots=True)
class _Account:
    """Passed slots of one councilor on their way into the store, step by step."""

    agent: Agent
    steps: Iterator[Step]
    step: Step | None = None

    def __post_init__(self) -> None:
        self.advance()

    def advance(self) -> None:
        self.step = next(self.steps, None)


class Scheduler:
    """Keeps the alarm set for each councilor that is not paused, and serves its slots."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        wake: Callable[[], None],
        cancel: Callable[[TaskId], None] = lambda _: None,
        budget: Budget | None = None,
        quiet: Quiet | None = None,
        catch_up_per_minute: int = CATCH_UP_PER_MINUTE,
        timezone: tzinfo = UTC,
    ) -> None:
        """`wake` is called when Tasks were submitted, `cancel` when one was asked to stop.

        Without a `budget` none is kept; `timezone` is for the alarm, see there.
        """
        self._store = store
        self._budget = budget or Budget(store)
        self._quiet = quiet or Quiet(Calendars(None))
        self._clock = clock
        self._wake = wake
        self._cancel = cancel
        self._between_catch_ups = timedelta(minutes=1) / catch_up_per_minute
        self._next_catch_up = clock.now()
        self._agents: dict[AgentId, Agent] = {}
        # Up to where each councilor's slots are accounted for, and whose alarm has rung since when.
        self._served: dict[AgentId, datetime] = {}
        self._due: dict[AgentId, datetime] = {}
        # Those that could not be served in the tick that is under way, or not at all, and why.
        self._unserved: dict[AgentId, datetime] = {}
        self._broken: dict[AgentId, str] = {}
        self._windows: list[Maintenance] = []
        self._pending = asyncio.Event()
        self._ticked_at = clock.now()
        # Slots of one councilor are accounted for in ascending order: one server of them at a time.
        self._serving = asyncio.Lock()
        self._alarm = Alarm(self.ring, timezone=timezone)

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Account for the slots since the last stop, then let the alarm ring."""
        now = self._clock.now()
        councilors = await self._settle(now)
        self._alarm.start()
        for agent in councilors:
            self._put(agent, after=now)
        self._alarm.resume()
        self._ticked_at = self._clock.now()

    async def settle(self) -> None:
        """Account for the slots since the last stop, and serve none after.

        For whoever changes schedules while no server runs: it need not know of the journal then.
        """
        await self._settle(self._clock.now())

    async def run(self) -> None:
        """Serve due slots until cancelled."""
        while True:
            await sleep_unless(self._pending, self._clock, LOOK_SECONDS)
            # The alarm counts in time that the machine was awake: after a suspend, or a clock that
            # was set forward, it would be hours late.
            self._alarm.wake()
            await self._persist("serve due slots", self.tick)

    def look(self) -> None:
        """Let the alarm look at the clock now, whatever the clock did."""
        self._alarm.wake()

    async def follow(self, bus: EventBus) -> None:
        """Obey changes of councilors, those made by other processes too, until cancelled."""
        async with bus.subscribe() as news:
            await self._persist("compare with the store", self.reconcile)
            async for events in news:
                if any(event.type == EventType.JOURNAL for event in events):
                    await self._persist("look for maintenance", self.refresh_maintenance)
                changed = {e.agent_id for e in events if e.type == EventType.UPDATED}
                for agent_id in sorted(changed):
                    await self._persist("obey a change", partial(self.reload, AgentId(agent_id)))

    def stop(self) -> None:
        """No slot comes any more."""
        self._alarm.stop()

    @property
    def ticked_at(self) -> datetime:
        """When due slots were last looked for, with success."""
        return self._ticked_at

    def overdue(self) -> list[tuple[Agent, datetime]]:
        """Councilors whose slot should be stored by now, with that slot; the oldest first."""
        limit = self._clock.now() - OVERDUE
        waiting = dict(self._alarm.late(limit))
        waiting |= {agent_id: slot for agent_id, slot in self._due.items() if slot <= limit}
        known = [(self._agents[one], slot) for one, slot in waiting.items() if one in self._agents]
        return sorted(known, key=lambda one: one[1])

    def check(self) -> str | None:
        """What is wrong, in one sentence; None when slots are served in time."""
        if not self._alarm.runs:
            return "the scheduler does not run"
        found = []
        if self._clock.now() - self._ticked_at > OVERDUE + timedelta(seconds=LOOK_SECONDS):
            found.append(f"it has not looked for due slots since {utc_text(self._ticked_at)}")
        for agent_id, why in self._broken.items():
            found.append(f"{agent_id} cannot be scheduled ({why})")
        late = self.overdue()
        if late:
            agent, slot = late[0]
            more = f", and {len(late) - 1} more are late" if len(late) > 1 else ""
            found.append(f"{agent.agent_id} is overdue since {utc_text(slot)}{more}")
        return "; ".join(found) or None

    # -- councilors ----------------------------------------------------------------------------

    async def reload(self, agent_id: AgentId) -> None:
        """Obey the stored state of one agent, at once.

        Slots that the former schedule owed up to the change are accounted for first.
        """
        async with self._serving:
            try:
                agent = await self._store.agent(agent_id)
            except NotFound:
                agent = None
            known = self._agents.get(agent_id)
            # Versions count the writes of one agent; one made anew begins again at 1.
            same = known and agent and known.created_at == agent.created_at
            if known and agent and same and known.version >= agent.version:
                return
            await self._settle_changes(agent_id)
            if known and agent and same and known.timetable == agent.timetable:
                self._agents[agent_id] = agent
                return
            self._remove(agent_id)
            if agent is None or not agent.is_due_sometimes:
                await self._store.cancel_waiting(
                    agent_id,
                    reason="Cancelled before its turn came: the councilor was paused or removed.",
                    now=self._clock.now(),
                    announce=announce,
                )
            if agent is not None:
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

    async def refresh_maintenance(self) -> None:
        """Know the windows that are open or still to come."""
        self._windows = await self._store.maintenance(until_after=self._clock.now())

    def jobs(self) -> list[tuple[Agent, datetime | None]]:
        """Each known councilor with the time its alarm is set to; None for a paused one."""
        return [(agent, self._alarm.due(agent.agent_id)) for agent in self._agents.values()]

    def _put(self, agent: Agent, *, after: datetime) -> None:
        if not agent.is_councilor:
            return
        self._agents[agent.agent_id] = agent
        self._served[agent.agent_id] = after
        try:
            # A slot that passed since `after` rings at once.
            self._alarm.set(agent.agent_id, slots_of_agent(agent), next_slot(agent, after))
        except Exception as error:
            # A defect of ours, or a time zone that this machine has no more: the others go on.
            log.exception("scheduler.councilor_failed", agent_id=agent.agent_id)
            self._broken[agent.agent_id] = f"{type(error).__name__}: {error}"

    def _remove(self, agent_id: AgentId) -> None:
        for known in (self._agents, self._served, self._due, self._broken):
            known.pop(agent_id, None)
        self._alarm.remove(agent_id)

    # -- slots ---------------------------------------------------------------------------------

    def ring(self, agent_id: AgentId, slot: datetime) -> None:
        """A slot of the councilor has come, and maybe others since; the next tick serves them."""
        self._due.setdefault(agent_id, slot)
        self._pending.set()

    async def tick(self) -> int:
        """Account for the slots of all councilors whose alarm has rung; how many these were.

        On StoreUnavailable those that are not accounted for stay rung.
        """
        async with self._serving:
            count = len(self._due)
            while self._due:
                # In portions, so that the first of a thousand runs while the last is stored.
                portion = list(islice(self._due, TOGETHER))
                rung = {agent_id: self._due.pop(agent_id) for agent_id in portion}
                try:
                    await self._serve(rung)
                except BaseException:
                    self._due = rung | self._due
                    raise
            self._due |= self._unserved
            self._unserved = {}
            self._ticked_at = self._clock.now()
            return count

    async def _serve(self, due: dict[AgentId, datetime]) -> None:
        now = self._clock.now()
        how = Circumstances(now=now, fresh=ON_TIME, lost_for=SkipReason.LATE)
        served = [self._agents[agent_id] for agent_id in due if agent_id in self._agents]

        def accounts(agents: Iterable[Agent]) -> Iterator[_Account]:
            for agent in agents:
                since = self._served[agent.agent_id]
                yield self._accounted(agent, since, now, how, self._windows)

        failed = await self._write_each(served, accounts)
        # Looked at again with the next slots; until then it is overdue, which readiness tells.
        self._unserved |= {agent_id: due[agent_id] for agent_id in failed}
        for agent in served:
            if agent.agent_id in failed:
                continue
            # After a clock that was set back, what it has served is still ahead of it.
            self._served[agent.agent_id] = max(self._served[agent.agent_id], now)

    async def _settle(self, now: datetime) -> list[Agent]:
        """Account for all slots up to `now` that no Task covers yet."""
        async with self._serving:
            await self._settle_changes()
            councilors = await self._store.agents(is_councilor=True)
            owing = [agent for agent in councilors if agent.is_due_sometimes]
            since = await self._covered(owing)
            windows = await self._store.maintenance(until_after=min(since.values(), default=now))
            how = Circumstances(now=now, fresh=timedelta(0), lost_for=SkipReason.SERVER_DOWN)

            def accounts(agents: Iterable[Agent]) -> Iterator[_Account]:
                for agent in agents:
                    yield self._accounted(agent, since[agent.agent_id], now, how, windows)

            self._broken |= await self._write_each(owing, accounts)
            await self.refresh_maintenance()
        return councilors

    async def _settle_changes(self, agent_id: AgentId | None = None) -> None:
        """Account for what schedules owed until they were changed, of one agent or of all.

        The changes are in the journal, so nothing is lost by a crash right after one.
        """
        entries = await self._store.unsettled(agent_id)
        for entry in entries:
            if entry.former is not None and entry.former.is_due_sometimes:
                await self._settle_change(entry, entry.former)
        if entries:
            await self._store.settle([entry.seq for entry in entries])

    async def _settle_change(self, entry: JournalEntry, former: Agent) -> None:
        since = (await self._covered([former]))[former.agent_id]
        if since >= entry.at:
            return
        how = Circumstances(
            now=self._clock.now(),
            fresh=ON_TIME,
            lost_for=SkipReason.CHANGED,
            may_run=entry.kind is JournalKind.EDITED,
            may_catch_up=False,
        )
        windows = await self._store.maintenance(until_after=since)
        await self._write([self._accounted(former, since, entry.at, how, windows)])

    async def _covered(self, agents: list[Agent]) -> dict[AgentId, datetime]:
        """Up to where the slots of each agent's schedule are accounted for, or nobody's debt."""
        watermarks = await self._store.watermarks([agent.agent_id for agent in agents])
        begin = {agent.agent_id: agent.slots_from or agent.created_at for agent in agents}
        return {one: max(since, watermarks.get(one, since)) for one, since in begin.items()}

    def _accounted(
        self,
        agent: Agent,
        since: datetime,
        until: datetime,
        how: Circumstances,
        windows: Iterable[Maintenance],
    ) -> _Account:
        passed = slots_between(slots_of_agent(agent), since, until)
        left_out = left_out_for(agent, self._quiet, windows)
        return _Account(agent, account(agent, passed, left_out, how))

    async def _write_each(
        self, agents: Sequence[Agent], accounts: Callable[[Iterable[Agent]], Iterable[_Account]]
    ) -> dict[AgentId, str]:
        """Store the accounts of these councilors; why it failed for those for whom it did.

        A councilor whose slots cannot be told, for a defect of ours, must not silence the others.
        """
        try:
            await self._write(accounts(agents))
            return {}
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("scheduler.batch_failed", councilors=len(agents))
        failed = {}
        for agent in agents:
            try:
                await self._write(accounts([agent]))
            except StoreUnavailable:
                raise
            except Exception as error:
                log.exception("scheduler.councilor_failed", agent_id=agent.agent_id)
                failed[agent.agent_id] = f"{type(error).__name__}: {error}"
        return failed

    async def _write(self, accounts: Iterable[_Account]) -> None:
        """Store all steps: in ascending order for each councilor, of all of them together.

        What is lost before a run is stored before it, and what is lost behind it afterwards: after
        a crash in between, the newest covered slot still tells what is missing.
        """
        open_accounts = [one for one in accounts if one.step is not None]
        while open_accounts:
            losses: list[Loss] = []
            runs: list[tuple[Agent, Run]] = []
            for one in open_accounts:
                if isinstance(one.step, Lost):
                    losses.append(self._loss(one.agent, one.step))
                    one.advance()
                while isinstance(one.step, Run):
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
        if losses:
            await self._store.record_lost(losses, now=self._clock.now(), announce=announce)

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
        refused = [
            (agent, run, submission.holder)
            for (agent, run), submission in zip(paid, submissions, strict=True)
            if submission.result is Submitted.OVERLAP
        ]
        for agent, run, holder in refused:
            if not await self._take_over(agent, run, holder):
                lost.append((agent, Lost(SkipReason.OVERLAP, None, [run.slot])))
        if tasks:
            self._wake()
        await self._lose([self._loss(agent, step) for agent, step in lost])

    def _task(self, agent: Agent, run: Run, now: datetime) -> Task:
        if run.trigger is not Trigger.CATCH_UP:
            return slot_task(agent, run.slot, now=now, trigger=run.trigger)
        # Spread, so that a restart does not start everything at once.
        start = max(now, self._next_catch_up)
        self._next_catch_up = start + self._between_catch_ups
        return slot_task(
            agent,
            run.slot,
            now=now,
            trigger=run.trigger,
            waiting=Waiting.IN_TURN,
            not_before=start,
        )

    async def _take_over(self, agent: Agent, run: Run, holder: TaskId | None) -> bool:
        """Queue the slot and cancel the run that is in its way, where the councilor wants that.

        False when it does not, or one is queued already. Queued first: should the run end by itself
        meanwhile, nothing is lost.
        """
        if agent.seat.policies.overlap is not Overlap.CANCEL_RUNNING or holder is None:
            return False
        queued = slot_task(
            agent,
            run.slot,
            now=self._clock.now(),
            trigger=run.trigger,
            waiting=Waiting.QUEUED,
        )
        [submission] = await self._store.submit([queued], announce=announce)
        if submission.result is Submitted.OVERLAP:
            return False
        await self._cancel_running(agent.agent_id, holder)
        return True

    async def _cancel_running(self, agent_id: AgentId, task_id: TaskId) -> None:
        reason = "Its councilor's next slot came while it was on its way (overlap: cancel_running)."
        try:
            await self._store.cancel(
                task_id, reason=reason, now=self._clock.now(), announce=announce
            )
        except (NotFound, IllegalTransition):
            return  # it has ended by itself
        self._cancel(task_id)

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
