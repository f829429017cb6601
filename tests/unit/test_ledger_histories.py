"""Random histories of a council through the real scheduler: no slot is lost, none is there twice.

Schedules, pauses, edits, crashes between two writes, stops, suspends, clocks that are set, two
replicas: whatever happens, each due slot is covered by exactly one row, and no row covers what was
not due. What was due is computed by the test itself (tests/support/owed.py).

CONSELHO_TEST_HISTORIES sets how many are tried; 150 unless given.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from conselho.models.agent import Agent, CatchUp, Overlap
from conselho.models.ids import AgentId
from conselho.models.maintenance import Maintenance
from conselho.models.schedule import Fold, Gap, Schedule, ScheduleType
from conselho.models.task import LOST_SLOT, Task, Trigger
from conselho.services.announcements import announce
from conselho.services.council import Council, nobody
from conselho.services.forms import ConfigPatch, PromoteForm
from conselho.services.scheduler import Scheduler
from conselho.store import Held, Store, TaskFilter
from conselho.stores.sql import open_sql_store
from tests.support.clock import FakeClock, FakeUTC
from tests.support.factories import LEASE, WORKER, make_councilor, make_outcome
from tests.support.owed import INTERVALS, LINES, Timetable

HISTORIES = int(os.environ.get("CONSELHO_TEST_HISTORIES", "150"))
# The day before the clocks are set forward in New York, far from the real now (see FakeUTC); in
# November they are set back, and on Lord Howe by half an hour.
SPRING = datetime(2054, 3, 7, 12, 0, tzinfo=UTC)
AUTUMN = datetime(2054, 10, 31, 20, 0, tzinfo=UTC)
LORD_HOWE = datetime(2054, 4, 4, 6, 0, tzinfo=UTC)
ZONES = ("UTC", "America/New_York", "America/Sao_Paulo", "Europe/Lisbon", "Australia/Lord_Howe")
AGENTS = ("ana", "bia")

timetables = st.builds(
    Timetable,
    value=st.sampled_from([*INTERVALS, *LINES]),
    zone=st.sampled_from(ZONES),
    gap=st.sampled_from(["run_after", "skip"]),
    fold=st.sampled_from(["once", "twice"]),
)
lengths = st.sampled_from([1, 40, 600, 3_600, 5 * 3_600, 26 * 3_600]).flatmap(
    lambda seconds: st.integers(1, seconds)
)
agents = st.sampled_from(AGENTS)
quiet = st.sampled_from([(), ("09:00-18:00",), ("22:00-06:00", "mon-fri 12:00-13:00")])
events = st.one_of(
    st.tuples(st.just("live"), st.integers(60, 12 * 3_600)),
    st.tuples(st.just("live"), st.integers(60, 12 * 3_600)),
    st.tuples(st.just("stand_still"), lengths),
    st.tuples(st.just("pass_unserved"), lengths),
    st.tuples(st.just("down"), lengths),
    st.tuples(st.just("set_clock"), st.integers(-7_200, 7_200)),
    st.tuples(st.just("work"), st.integers(1, 4)),
    st.tuples(st.just("pause"), agents),
    st.tuples(st.just("resume"), agents),
    st.tuples(st.just("edit"), agents, timetables),
    st.tuples(st.just("quiet"), agents, quiet),
    st.tuples(st.just("crash_after_edit"), agents, timetables),
    st.tuples(st.just("crash_after_pause"), agents),
    st.tuples(st.just("edit_while_down"), agents, timetables),
    st.tuples(st.just("demote"), agents),
    st.tuples(st.just("promote"), agents, timetables),
    st.tuples(st.just("maintenance"), lengths),
    st.tuples(st.just("second_server"), st.booleans()),
    st.tuples(st.just("die_while_starting"), st.integers(0, 3), lengths),
    st.tuples(st.just("die_while_serving"), st.integers(0, 3), lengths),
)


class Died(Exception):
    """The server is killed here."""


class DyingStore:
    """A store whose server is killed right before one of its next writes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.writes_left: float = float("inf")

    def __getattr__(self, name: str) -> Any:
        what = getattr(self._store, name)
        if name not in ("submit", "record_lost", "settle", "cancel", "cancel_waiting"):
            return what

        async def write(*args: Any, **kwargs: Any) -> Any:
            if self.writes_left <= 0:
                raise Died
            self.writes_left -= 1
            return await what(*args, **kwargs)

        return write


@dataclass
class Span:
    """A time in which a councilor had one timetable: it owes the slots in (since, until]."""

    timetable: Timetable
    anchor: datetime
    since: datetime
    until: datetime | None = None


@dataclass
class World:
    """The council, its clock, and what the test knows of both."""

    store: Store
    clock: FakeClock
    scheduler: Scheduler = field(init=False)
    council: Council = field(init=False)
    replica: Scheduler | None = None
    spans: dict[str, list[Span]] = field(default_factory=dict)
    seen: dict[str, Agent | None] = field(default_factory=dict)
    # Where a clock was set back, a time comes again: an edit meanwhile may leave slots behind that
    # lie before the newest one that was accounted for.
    newest_now: datetime = SPRING
    lived_again: list[tuple[datetime, datetime]] = field(default_factory=list)

    async def begin(self) -> None:
        self.scheduler = self._new_scheduler()
        self.council = self._council(obeyed=True)
        await self.scheduler.start()

    def _new_scheduler(self, store: Store | None = None) -> Scheduler:
        zone = FakeUTC(self.clock)
        return Scheduler(store or self.store, self.clock, wake=_nothing, timezone=zone)

    def _council(self, *, obeyed: bool) -> Council:
        changed = self._obey if obeyed else nobody
        return Council(self.store, self.clock, known_providers=["command"], changed=changed)

    async def _obey(self, agent_id: AgentId) -> None:
        for scheduler in self._schedulers():
            await scheduler.obey(agent_id)

    def _schedulers(self) -> list[Scheduler]:
        return [self.scheduler, *([self.replica] if self.replica else [])]

    # -- what happens --------------------------------------------------------------------------

    async def live(self, seconds: int) -> None:
        """The server serves each slot when it comes."""
        end = self.clock.now() + timedelta(seconds=seconds)
        while True:
            await self._serve()
            coming = [due for _, due in self.scheduler.jobs() if due is not None]
            if not coming or min(coming) > end:
                break
            self._jump_to(min(coming))
        self._jump_to(end)
        await self._serve()

    async def stand_still(self, seconds: int) -> None:
        """A suspend, or an event loop that does not turn."""
        self.clock.suspend(seconds)
        await self._serve()

    async def pass_unserved(self, seconds: int) -> None:
        """Slots come, and what happens next happens before any is served."""
        self.clock.jump(seconds)

    async def down(self, seconds: int) -> None:
        await self._crash()
        self.clock.jump(seconds)
        await self._restart()

    async def die_while_starting(self, writes: int, seconds: int) -> None:
        await self._crash()
        self.clock.jump(seconds)
        store = DyingStore(self.store)
        store.writes_left = writes
        await self._die(store)

    async def die_while_serving(self, writes: int, seconds: int) -> None:
        await self._crash()
        store = DyingStore(self.store)
        await self._die(store, seconds=seconds, writes=writes)

    async def _die(self, store: DyingStore, *, seconds: int = 0, writes: int = 0) -> None:
        """A server begins, serves if it lives so long, and is killed; another one follows."""
        self.scheduler = self._new_scheduler(cast("Store", store))
        with contextlib.suppress(Died):
            await self.scheduler.start()
            store.writes_left = writes
            self.clock.jump(seconds)
            await self._serve()
        self.scheduler.stop()
        await self._restart()

    async def set_clock(self, seconds: int) -> None:
        now = self.clock.now()
        self.clock.set(now + timedelta(seconds=seconds))
        if seconds < 0:
            self.lived_again.append((self.clock.now(), max(now, self.newest_now)))
        await self._serve()

    async def work(self, runs: int) -> None:
        now = self.clock.now()
        claimed = await self.store.claim(
            WORKER, now=now, limit=runs, lease=LEASE, announce=announce
        )
        for task in claimed:
            held = Held(task_id=task.task_id, fence=task.fence)
            await self.store.finish(held, make_outcome(), now=now, announce=announce)

    async def pause(self, agent_id: str) -> None:
        if self._is_seated(agent_id):
            await self.council.set_enabled(AgentId(agent_id), False)

    async def resume(self, agent_id: str) -> None:
        if self._is_seated(agent_id):
            await self.council.set_enabled(AgentId(agent_id), True)

    async def edit(self, agent_id: str, timetable: Timetable) -> None:
        if self._is_seated(agent_id):
            await self.council.edit(AgentId(agent_id), _patch(timetable))

    async def quiet(self, agent_id: str, hours: tuple[str, ...]) -> None:
        if self._is_seated(agent_id):
            patch = ConfigPatch(schedule={"active_hours": list(hours)})
            await self.council.edit(AgentId(agent_id), patch)

    async def crash_after_edit(self, agent_id: str, timetable: Timetable) -> None:
        """The change is stored, and the server dies before its scheduler hears of it."""
        if self._is_seated(agent_id):
            await self._council(obeyed=False).edit(AgentId(agent_id), _patch(timetable))
            await self.down(40)

    async def crash_after_pause(self, agent_id: str) -> None:
        if self._is_seated(agent_id):
            await self._council(obeyed=False).set_enabled(AgentId(agent_id), False)
            await self.down(40)

    async def edit_while_down(self, agent_id: str, timetable: Timetable) -> None:
        """As `conselho apply` does on a data directory that no server holds."""
        if self._is_seated(agent_id):
            await self._crash()
            self.clock.jump(1_000)
            await self._new_scheduler().settle()
            await self._council(obeyed=False).edit(AgentId(agent_id), _patch(timetable))
            self.clock.jump(1_000)
            await self._restart()

    async def demote(self, agent_id: str) -> None:
        if self._is_seated(agent_id):
            await self.council.demote(AgentId(agent_id))

    async def promote(self, agent_id: str, timetable: Timetable) -> None:
        if not self._is_seated(agent_id):
            form = PromoteForm.model_validate(
                {
                    "councilor_config": {
                        "title": "Back",
                        "schedule": _schedule(timetable),
                        "task": {"name": "look", "prompt": "Look."},
                    }
                }
            )
            await self.council.promote(AgentId(agent_id), form)

    async def maintenance(self, seconds: int) -> None:
        now = self.clock.now()
        window = Maintenance(
            window_id=secrets.token_hex(8),
            starts_at=now,
            ends_at=now + timedelta(seconds=seconds),
            created_at=now,
        )
        await self.store.add_maintenance(window, events=[], journal=[])
        for scheduler in self._schedulers():
            await scheduler.refresh_maintenance()

    async def second_server(self, comes: bool) -> None:
        if self.replica is not None:
            self.replica.stop()
            self.replica = None
        if comes:
            self.replica = self._new_scheduler()
            await self.replica.start()

    async def _crash(self) -> None:
        for scheduler in self._schedulers():
            scheduler.stop()
        self.replica = None

    async def _restart(self) -> None:
        self.scheduler = self._new_scheduler()
        await self.scheduler.start()

    async def _serve(self) -> None:
        for scheduler in self._schedulers():
            scheduler.look()
        await asyncio.sleep(0)
        for scheduler in self._schedulers():
            await scheduler.tick()

    def _jump_to(self, moment: datetime) -> None:
        self.clock.jump(max((moment - self.clock.now()).total_seconds(), 0))

    # -- what is owed --------------------------------------------------------------------------

    def _is_seated(self, agent_id: str) -> bool:
        agent = self.seen.get(agent_id)
        return agent is not None and agent.is_councilor

    async def note(self) -> None:
        """Take down since when each councilor has which timetable."""
        self.newest_now = max(self.newest_now, self.clock.now())
        for agent_id in AGENTS:
            before = self.seen.get(agent_id)
            after = await self.store.agent(AgentId(agent_id))
            self.seen[agent_id] = after
            if before is not None and before.timetable == after.timetable:
                continue
            spans = self.spans.setdefault(agent_id, [])
            if spans and spans[-1].until is None:
                spans[-1].until = after.updated_at
            if after.is_due_sometimes:
                schedule = after.seat.schedule
                assert after.anchor_at is not None
                assert after.slots_from is not None
                timetable = Timetable(
                    schedule.value, schedule.timezone, schedule.gap.value, schedule.fold.value
                )
                spans.append(Span(timetable, after.anchor_at, after.slots_from))

    def owed(self, agent_id: str) -> set[datetime]:
        found: set[datetime] = set()
        for span in self.spans.get(agent_id, []):
            until = span.until or max(self.newest_now, self.clock.now())
            found |= span.timetable.slots(span.anchor, span.since, until)
        return found

    def excused(self, slot: datetime) -> bool:
        return any(back < slot <= newest for back, newest in self.lived_again)


async def _check(world: World) -> None:
    page = await world.store.tasks(TaskFilter(), limit=100_000)
    assert page.total == len(page.tasks)
    for agent_id in AGENTS:
        owed = world.owed(agent_id)
        rows = [task for task in page.tasks if task.agent_id == agent_id]
        covered = Counter(slot for row in rows for slot in _covers(row, owed))
        missing = {slot for slot in owed - covered.keys() if not world.excused(slot)}
        doubled = {slot for slot, times in covered.items() if times > 1}
        invented = {slot for slot in covered.keys() - owed if not world.excused(slot)}
        assert not missing, f"{agent_id}: nobody accounts for {sorted(missing)[:3]}"
        assert not doubled, f"{agent_id}: {sorted(doubled)[:3]} are there twice"
        assert not invented, f"{agent_id}: {sorted(invented)[:3]} were never due"
        for row in rows:
            if row.status in LOST_SLOT and not world.lived_again:
                spanned = _covers(row, owed)
                assert row.slot_count == len(spanned), f"{agent_id}: {row} counts wrong"


def _covers(row: Task, owed: set[datetime]) -> list[datetime]:
    if row.status in LOST_SLOT:
        assert row.slot_from is not None
        assert row.slot_to is not None
        inside = {slot for slot in owed if row.slot_from <= slot <= row.slot_to}
        return sorted(inside | {row.slot_from, row.slot_to})
    if row.trigger in (Trigger.SCHEDULE, Trigger.CATCH_UP):
        assert row.due_at is not None
        return [row.due_at]
    return []


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated store without rows, to copy: migrating one for each history would take longest."""
    path = tmp_path_factory.mktemp("empty") / "conselho.db"

    async def make() -> None:
        await (await open_sql_store(f"sqlite:///{path}")).close()

    asyncio.run(make())
    return path


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.target, Phase.shrink),
)
@given(
    start=st.sampled_from([SPRING, AUTUMN, LORD_HOWE]),
    first=st.tuples(timetables, timetables),
    policies=st.tuples(
        st.sampled_from(Overlap),
        st.sampled_from(CatchUp),
        st.sampled_from([1_800, 86_400]),
    ),
    history=st.lists(events, min_size=2, max_size=10),
)
def test_every_due_slot_is_accounted_for_once(
    empty_store: Path,
    start: datetime,
    first: tuple[Timetable, Timetable],
    policies: tuple[Overlap, CatchUp, int],
    history: list[tuple[Any, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "conselho.db"
        shutil.copy(empty_store, path)
        asyncio.run(_history(path, start, first, policies, history))


async def _history(
    path: Path,
    start: datetime,
    first: tuple[Timetable, Timetable],
    policies: tuple[Overlap, CatchUp, int],
    history: list[tuple[Any, ...]],
) -> None:
    store = await open_sql_store(f"sqlite:///{path}")
    world = World(store, FakeClock(start))
    overlap, catch_up, max_age = policies
    try:
        for agent_id, timetable in zip(AGENTS, first, strict=True):
            agent = make_councilor(
                agent_id,
                created_at=start,
                overlap=overlap,
                catch_up=catch_up,
                catch_up_max_age_seconds=max_age,
            )
            seat = replace(agent.seat, schedule=_stored(timetable))
            await store.create_agent(replace(agent, councilor_config=seat), events=[])
        await world.begin()
        await world.note()
        for what, *with_ in history:
            act: Callable[..., Awaitable[None]] = getattr(
                world, what.replace("replica", "replica_")
            )
            await act(*with_)
            await world.note()
        await world.down(1)
        await world.note()
        await _check(world)
    finally:
        for scheduler in world._schedulers():
            scheduler.stop()
        await store.close()


def _stored(timetable: Timetable) -> Schedule:
    kind = ScheduleType.INTERVAL if timetable.value in INTERVALS else ScheduleType.CRON
    return Schedule(
        type=kind,
        value=timetable.value,
        timezone=timetable.zone,
        gap=Gap(timetable.gap),
        fold=Fold(timetable.fold),
    )


def _schedule(timetable: Timetable) -> dict[str, Any]:
    return {
        "value": timetable.value,
        "timezone": timetable.zone,
        "gap": timetable.gap,
        "fold": timetable.fold,
    }


def _patch(timetable: Timetable) -> ConfigPatch:
    return ConfigPatch(schedule=_schedule(timetable))


def _nothing(_: Sequence[Task]) -> None:
    """Nobody runs what is submitted, but for `work`."""
