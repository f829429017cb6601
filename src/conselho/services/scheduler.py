"""Sees to it that every due slot of every councilor is accounted for by a Task.

    Alarm (APScheduler): whose slot has come ─► tick ─► ledger: run or lost ─► bookkeeper: rows

A slot is accounted for exactly once, in ascending order per councilor. So the newest covered slot
(the watermark) tells, after any stop, which slots nobody accounted for. What a schedule owed until
it was changed is in the journal, written with the change: see `_settle_changes`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from itertools import islice

import structlog

from conselho.bus import EventBus
from conselho.clock import Clock, sleep_unless
from conselho.dispatch import Wake
from conselho.errors import NotFound, StoreUnavailable
from conselho.models.agent import Agent
from conselho.models.event import EventType
from conselho.models.ids import AgentId, TaskId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.maintenance import Maintenance
from conselho.models.task import SkipReason, utc_text
from conselho.services.alarm import Alarm
from conselho.services.announcements import announce
from conselho.services.bookkeeper import CATCH_UP_PER_MINUTE, Account, Bookkeeper
from conselho.services.budget import Budget
from conselho.services.calendars import Calendars
from conselho.services.ledger import Circumstances, account, left_out_for
from conselho.services.quiet import Quiet
from conselho.services.slot_figures import SlotFigures
from conselho.services.slots import next_slot, slots_between, slots_of_agent
from conselho.store import Store

log = structlog.get_logger(__name__)

# A slot served within this time is served; beyond it, catching up is a matter of policy.
ON_TIME = timedelta(seconds=30)
RETRY_SECONDS = 1.0
LOOK_SECONDS = 5.0
# A slot that waits longer for the store makes the scheduler unready.
OVERDUE = timedelta(seconds=10)
TOGETHER = 250
# After these, what waits for its turn is taken back.
_GONE = frozenset({JournalKind.PAUSED, JournalKind.DEMOTED, JournalKind.DELETED})


class Scheduler:
    """Keeps the alarm set for each councilor that is not paused, and serves its slots."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        wake: Wake,
        cancel: Callable[[TaskId], None] = lambda _: None,
        budget: Budget | None = None,
        quiet: Quiet | None = None,
        catch_up_per_minute: int = CATCH_UP_PER_MINUTE,
        timezone: tzinfo = UTC,
    ) -> None:
        """`wake` is called with Tasks that were stored, `cancel` when one was asked to stop.

        Without a `budget` none is kept; `timezone` is for the alarm, see there.
        """
        self._store = store
        self._clock = clock
        self._quiet = quiet or Quiet(Calendars(None))
        self._books = Bookkeeper(
            store,
            clock,
            wake=wake,
            cancel=cancel,
            budget=budget,
            catch_up_per_minute=catch_up_per_minute,
        )
        self._agents: dict[AgentId, Agent] = {}
        # Up to where each councilor's slots are accounted for, and whose alarm has rung since when.
        self._served: dict[AgentId, datetime] = {}
        self._due: dict[AgentId, datetime] = {}
        # Those that could not be served in the tick that is under way, or not at all, and why.
        self._unserved: dict[AgentId, datetime] = {}
        self._at_work: dict[AgentId, datetime] = {}
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
        # In time is in time, whoever serves it: this may be a second server.
        councilors = await self._settle(now, fresh=ON_TIME)
        self._alarm.start()
        for agent in councilors:
            self._put(agent, after=now)
        self._alarm.resume()
        self._ticked_at = self._clock.now()

    async def settle(self, *, fresh: timedelta = timedelta(0)) -> None:
        """Account for the slots since the last stop, and serve none after.

        For whoever changes schedules while no server runs: it need not know of the journal then.
        `fresh`: for so long a slot is in time, where servers elsewhere may be about to serve it.
        """
        await self._settle(self._clock.now(), fresh=fresh)

    async def run(self) -> None:
        """Serve due slots until cancelled."""
        while True:
            await sleep_unless(self._pending, self._clock, LOOK_SECONDS)
            await self._persist("serve due slots", self.tick)

    def look(self) -> None:
        """Let the alarm look at the clock now; to be called every few seconds.

        It counts in time that the machine was awake: after a suspend, or a clock that was set
        forward, it would be hours late.
        """
        self._alarm.wake()

    async def follow(self, bus: EventBus) -> None:
        """Obey changes of councilors, those made by other processes too, until cancelled."""
        async with bus.subscribe() as news:
            await self._persist("compare with the store", self.reconcile)
            heard = 0
            async for events in news:
                if events[-1].seq != (heard or events[0].seq - 1) + len(events):
                    # Pruned before they were read: this server was held up for very long.
                    await self._persist("compare with the store", self.reconcile)
                    await self._persist("look for maintenance", self.refresh_maintenance)
                heard = events[-1].seq
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

    @property
    def figures(self) -> SlotFigures:
        """How many slots became Tasks, and how late."""
        return self._books.figures

    def overdue(self) -> list[tuple[Agent, datetime]]:
        """Councilors whose slot should be stored by now, with that slot; the oldest first."""
        limit = self._clock.now() - OVERDUE
        waiting = dict(self._alarm.late(limit))
        rung = {**self._due, **self._unserved, **self._at_work}
        waiting |= {agent_id: slot for agent_id, slot in rung.items() if slot <= limit}
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
                await self._cancel_waiting(agent_id)
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
        """Know the windows that are open or still to come, and those of slots that wait."""
        async with self._serving:
            await self._look_for_windows()

    async def _look_for_windows(self) -> None:
        now = self._clock.now()
        # After a suspend, a window that is over now may hold for slots that nobody served yet.
        waiting = self._due.keys() | {agent_id for agent_id, _ in self._alarm.late(now)}
        served = [self._served[one] for one in waiting if one in self._served]
        self._windows = await self._store.maintenance(until_after=min(served, default=now))

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
                self._at_work = rung
                try:
                    await self._serve(rung)
                except BaseException:
                    # The older ring counts: it says since when a councilor is overdue.
                    self._due = self._due | rung
                    raise
                finally:
                    self._at_work = {}
            self._due = self._due | self._unserved
            self._unserved = {}
            self._ticked_at = self._clock.now()
            return count

    async def _serve(self, due: dict[AgentId, datetime]) -> None:
        now = self._clock.now()
        how = Circumstances(now=now, fresh=ON_TIME, lost_for=SkipReason.LATE)
        served = [self._agents[agent_id] for agent_id in due if agent_id in self._agents]

        def accounts(agents: Iterable[Agent]) -> Iterator[Account]:
            for agent in agents:
                since = self._served[agent.agent_id]
                yield self._accounted(agent, since, now, how, self._windows)

        failed = await self._books.write_each(served, accounts)
        # Looked at again with the next slots; until then it is overdue, which readiness tells.
        self._unserved |= {agent_id: due[agent_id] for agent_id in failed}
        for agent in served:
            if agent.agent_id in failed:
                continue
            # After a clock that was set back, what it has served is still ahead of it.
            self._served[agent.agent_id] = max(self._served[agent.agent_id], now)

    async def _settle(self, now: datetime, *, fresh: timedelta) -> list[Agent]:
        """Account for all slots up to `now` that no Task covers yet."""
        async with self._serving:
            await self._settle_changes()
            councilors = await self._store.agents(is_councilor=True)
            owing = [agent for agent in councilors if agent.is_due_sometimes]
            since = await self._covered(owing)
            windows = await self._store.maintenance(until_after=min(since.values(), default=now))
            how = Circumstances(now=now, fresh=fresh, lost_for=SkipReason.SERVER_DOWN)

            def accounts(agents: Iterable[Agent]) -> Iterator[Account]:
                for agent in agents:
                    yield self._accounted(agent, since[agent.agent_id], now, how, windows)

            # In portions: of each councilor that is open, a thousand slots are held in memory.
            for first in range(0, len(owing), TOGETHER):
                portion = owing[first : first + TOGETHER]
                self._broken |= await self._books.write_each(portion, accounts)
            await self._look_for_windows()
        return councilors

    async def _settle_changes(self, agent_id: AgentId | None = None) -> None:
        """Account for what schedules owed until they were changed, of one agent or of all.

        The changes are in the journal, so nothing is lost by a crash right after one. One that
        cannot be told, for a defect of ours, stays there: it must not keep its schedule from being
        mended, nor the server from starting.
        """
        settled = []
        for entry in await self._store.unsettled(agent_id):
            try:
                await self._settle_change(entry)
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("scheduler.change_not_settled", agent_id=entry.agent_id)
            else:
                settled.append(entry.seq)
        if settled:
            await self._store.settle(settled)

    async def _settle_change(self, entry: JournalEntry) -> None:
        former = entry.former
        if former is None or not former.is_due_sometimes:
            return
        await self._tell_owed(entry, former)
        if entry.kind in _GONE:
            await self._cancel_waiting(former.agent_id)

    async def _tell_owed(self, entry: JournalEntry, former: Agent) -> None:
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
        await self._books.write([self._accounted(former, since, entry.at, how, windows)])

    async def _cancel_waiting(self, agent_id: AgentId) -> None:
        await self._store.cancel_waiting(
            agent_id,
            reason="Cancelled before its turn came: the councilor was paused or removed.",
            now=self._clock.now(),
            announce=announce,
        )

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
    ) -> Account:
        passed = slots_between(slots_of_agent(agent), since, until)
        left_out = left_out_for(agent, self._quiet, windows)
        return Account(agent, account(agent, passed, left_out, how))

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
