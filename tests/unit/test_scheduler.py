"""The scheduler over a real store: slots become Tasks, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.buses.local import LocalBus
from conselho.errors import StoreUnavailable
from conselho.models.agent import Agent, CatchUp, Overlap
from conselho.models.event import Event, EventType
from conselho.models.maintenance import Maintenance
from conselho.models.task import Outcome, SkipReason, Status, Task, Trigger
from conselho.services.announcements import announce
from conselho.services.ledger import PORTION
from conselho.services.scheduler import Scheduler
from conselho.services.seats import recorded, seated
from conselho.store import Held, Store, TaskFilter
from conselho.stores.sql import open_sql_store
from tests.support.clock import FakeClock, FakeUTC
from tests.support.factories import ANA, LEASE, WORKER, make_councilor

# Far ahead: the timer under the scheduler goes by the real clock, and must not find slots due.
START = datetime(2054, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


class Council:
    """A scheduler by a clock that the test moves."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.woken = 0
        self.cancelled: list[str] = []
        self.scheduler = Scheduler(
            store, clock, wake=self._wake, cancel=self.cancelled.append, timezone=FakeUTC(clock)
        )

    def _wake(self, _: Sequence[Task]) -> None:
        self.woken += 1

    def at(self, moment: datetime) -> None:
        self.clock.jump((moment - self.clock.now()).total_seconds())

    async def fire(self) -> None:
        """Let the alarm look at the clock, and serve those for whom it rings."""
        await self.ring()
        await self.scheduler.tick()

    async def ring(self) -> None:
        self.scheduler.look()
        await asyncio.sleep(0)  # the alarm looks in the next turn of the loop

    async def rows(self) -> list[Task]:
        page = await self.store.tasks(TaskFilter(), limit=500)
        return sorted(page.tasks, key=lambda task: (task.due_at or START, task.created_at))


@pytest.fixture
async def council(store: Store) -> AsyncIterator[Council]:
    council = Council(store, FakeClock(START))
    yield council
    council.scheduler.stop()


async def seat(store: Store, **fields: Any) -> Agent:
    agent = make_councilor(created_at=START, **fields)
    await store.create_agent(agent, events=[])
    return agent


async def test_a_due_slot_becomes_one_pending_task(council: Council) -> None:
    agent = await seat(council.store, schedule="10s")
    await council.scheduler.start()
    council.at(START + timedelta(seconds=10))

    await council.fire()

    [task] = await council.rows()
    assert (task.status, task.trigger) == (Status.PENDING, Trigger.SCHEDULE)
    assert task.due_at == START + timedelta(seconds=10)
    assert task.idempotency_key == f"{agent.agent_id}@2054-11-23T12:00:10Z"
    assert council.woken == 1


async def test_the_same_slot_twice_is_still_one_task(council: Council) -> None:
    await seat(council.store, schedule="10s")
    await council.scheduler.start()
    slot = START + timedelta(seconds=10)
    council.at(slot)

    await council.fire()
    await council.fire()

    assert len(await council.rows()) == 1


async def test_a_slot_during_a_run_is_recorded_as_skipped(council: Council) -> None:
    await seat(council.store, schedule="10s")
    await council.scheduler.start()
    for seconds in (10, 20, 30):
        council.at(START + timedelta(seconds=seconds))
        await council.fire()

    run, skipped = await council.rows()

    assert run.status is Status.PENDING
    assert (skipped.status, skipped.skip_reason) == (Status.SKIPPED, SkipReason.OVERLAP)
    assert skipped.slot_count == 2, "slots lost in a row for one reason are one row"


async def test_overlap_allow_runs_beside_and_overlap_queue_waits_once(council: Council) -> None:
    allowed = await seat(council.store, agent_id="allow", schedule="10s", overlap=Overlap.ALLOW)
    queued = await seat(council.store, agent_id="queue", schedule="10s", overlap=Overlap.QUEUE)
    await council.scheduler.start()
    for seconds in (10, 20, 30):
        council.at(START + timedelta(seconds=seconds))
        await council.fire()

    rows = await council.rows()
    found = {
        agent.agent_id: [row.status for row in rows if row.agent_id == agent.agent_id]
        for agent in (allowed, queued)
    }

    assert found[allowed.agent_id] == [Status.PENDING] * 3
    assert found[queued.agent_id] == [Status.PENDING, Status.SKIPPED]


async def test_slots_that_a_blocked_loop_collected_are_told_as_missed(council: Council) -> None:
    await seat(council.store, schedule="10s")
    await council.scheduler.start()
    slots = [START + timedelta(seconds=10 * n) for n in range(1, 7)]
    council.at(slots[-1] + timedelta(seconds=1))

    await council.fire()

    missed, run = await council.rows()
    assert (missed.status, missed.skip_reason) == (Status.MISSED, SkipReason.LATE)
    assert (missed.slot_from, missed.slot_to, missed.slot_count) == (slots[0], slots[4], 5)
    assert (run.status, run.due_at) == (Status.PENDING, slots[5])


async def test_slots_of_a_stop_are_one_missed_row_and_one_catch_up(council: Council) -> None:
    await seat(council.store, schedule="1m")
    council.at(START + timedelta(hours=24, seconds=50))

    await council.scheduler.start()

    missed, run = await council.rows()
    assert (missed.status, missed.skip_reason) == (Status.MISSED, SkipReason.SERVER_DOWN)
    assert missed.slot_count == 1_439
    assert (missed.slot_from, missed.slot_to) == (
        START + timedelta(minutes=1),
        START + timedelta(hours=24, minutes=-1),
    )
    assert (run.trigger, run.due_at) == (Trigger.CATCH_UP, START + timedelta(hours=24))


async def test_a_second_start_at_the_same_moment_adds_nothing(council: Council) -> None:
    await seat(council.store, schedule="1m")
    council.at(START + timedelta(hours=1))
    await council.scheduler.start()
    before = await council.rows()
    replica = Scheduler(council.store, council.clock, wake=lambda _: None)

    await replica.start()
    replica.stop()

    assert await council.rows() == before


async def test_what_a_schedule_owed_is_settled_before_it_changes_without_a_server(
    council: Council,
) -> None:
    agent = await seat(council.store, schedule="10s", catch_up=CatchUp.NONE)
    changed_at = START + timedelta(seconds=35)
    council.at(changed_at)

    await council.scheduler.settle()
    changed = make_councilor(created_at=START, schedule="1h", now=changed_at)
    await council.store.save_agent(changed, events=[])
    council.at(START + timedelta(minutes=10))
    await council.scheduler.start()

    [missed] = await council.rows()
    assert (missed.agent_id, missed.slot_count) == (agent.agent_id, 3)
    assert missed.skip_reason == SkipReason.SERVER_DOWN


async def test_without_catch_up_every_slot_of_a_stop_is_missed(council: Council) -> None:
    await seat(council.store, schedule="1m", catch_up=CatchUp.NONE)
    council.at(START + timedelta(minutes=3, seconds=50))

    await council.scheduler.start()

    [missed] = await council.rows()
    assert (missed.status, missed.slot_count) == (Status.MISSED, 3)


async def test_a_second_server_that_starts_does_not_take_a_slot_for_missed(
    council: Council,
) -> None:
    await seat(council.store, schedule="1m", catch_up=CatchUp.NONE)
    await council.scheduler.start()
    council.at(START + timedelta(seconds=60.1))
    second = Scheduler(council.store, council.clock, wake=lambda _: None)

    await second.start()  # before the first one's tick
    second.stop()
    await council.fire()

    [run] = await council.rows()
    assert (run.status, run.trigger) == (Status.PENDING, Trigger.SCHEDULE)


async def test_a_slot_older_than_the_maximum_age_is_not_caught_up(council: Council) -> None:
    await seat(council.store, schedule="1d", catch_up_max_age_seconds=3600)
    council.at(START + timedelta(days=1, hours=2))

    await council.scheduler.start()

    [missed] = await council.rows()
    assert missed.status is Status.MISSED


async def test_a_paused_councilor_owes_no_slots(council: Council) -> None:
    await seat(council.store, schedule="10s", enabled=False)
    council.at(START + timedelta(hours=1))

    await council.scheduler.start()

    assert await council.rows() == []
    assert [due for _, due in council.scheduler.jobs()] == [None]


async def test_a_changed_schedule_first_settles_what_the_old_one_owed(council: Council) -> None:
    agent = await seat(council.store, schedule="10s")
    await council.scheduler.start()
    changed_at = START + timedelta(seconds=15)
    council.at(changed_at)
    changed = make_councilor(created_at=START, schedule="1h", now=changed_at)
    await council.store.save_agent(
        changed, events=[], journal=[recorded(agent, changed, changed_at)]
    )

    await council.scheduler.reload(agent.agent_id)

    [task] = await council.rows()
    assert task.due_at == START + timedelta(seconds=10), "its timer had not fired yet"
    [(_, due)] = council.scheduler.jobs()
    assert due == changed_at + timedelta(hours=1)


async def test_a_councilor_that_was_made_anew_is_obeyed(council: Council) -> None:
    agent = await seat(council.store, schedule="1h")
    await council.scheduler.start()
    again = make_councilor(created_at=START + timedelta(seconds=1), schedule="2h")
    await council.store.delete_agent(agent.agent_id, now=START, events=[])
    await council.store.create_agent(again, events=[])

    await council.scheduler.reconcile()

    [(known, due)] = council.scheduler.jobs()
    assert known.seat.schedule.value == "2h"
    assert due == START + timedelta(seconds=1, hours=2)


async def test_after_a_clock_was_set_back_slots_that_ran_do_not_run_again(council: Council) -> None:
    await seat(council.store, schedule="10m")
    await council.scheduler.start()
    council.at(START + timedelta(minutes=10))
    await council.fire()
    council.clock.set(START + timedelta(minutes=9))
    await council.fire()
    council.at(START + timedelta(minutes=10))
    await council.fire()

    assert [row.due_at for row in await council.rows()] == [START + timedelta(minutes=10)]

    council.at(START + timedelta(minutes=20))
    await council.fire()
    assert len(await council.rows()) == 2, "it goes on with the next slot"


async def test_a_councilor_seated_after_a_clock_was_set_back_is_served(council: Council) -> None:
    await council.scheduler.start()
    council.clock.set(START - timedelta(hours=20))
    agent = await seat(
        council.store, agent_id="older", schedule="10m", now=START - timedelta(days=2)
    )

    await council.scheduler.reload(agent.agent_id)

    [(_, due)] = council.scheduler.jobs()
    assert due == START - timedelta(days=2) + timedelta(minutes=10), "what is owed comes first"
    await council.fire()
    [missed, run] = await council.rows()
    assert missed.skip_reason == SkipReason.LATE
    assert run.due_at == START - timedelta(hours=20)


async def test_a_slot_that_does_not_fire_makes_the_scheduler_unready(council: Council) -> None:
    await seat(council.store, schedule="10m")
    await council.scheduler.start()
    assert council.scheduler.check() is None

    council.at(START + timedelta(minutes=11))

    assert "is overdue since" in (council.scheduler.check() or "")


async def test_losses_before_and_after_a_pause_are_two_rows(council: Council) -> None:
    agent = await seat(council.store, schedule="1m", catch_up=CatchUp.NONE)
    council.at(START + timedelta(minutes=2, seconds=50))
    await council.scheduler.start()
    council.scheduler.stop()
    resumed_at = START + timedelta(hours=1)
    stored = await council.store.agent(agent.agent_id)
    await council.store.save_agent(
        replace(stored, slots_from=resumed_at, updated_at=resumed_at), events=[]
    )
    council.at(resumed_at + timedelta(minutes=2, seconds=50))
    later = Scheduler(council.store, council.clock, wake=lambda _: None)

    await later.start()
    later.stop()

    assert [row.slot_count for row in await council.rows()] == [2, 2]


async def test_slots_wait_while_the_store_is_away_and_are_served_then(council: Council) -> None:
    await seat(council.store, schedule="10s")
    await council.scheduler.start()
    slot = START + timedelta(seconds=10)
    council.at(slot)
    await council.ring()
    await council.store.close()

    with pytest.raises(Exception, match="does not answer"):
        await council.scheduler.tick()

    council.at(slot + timedelta(minutes=1))
    assert "is overdue since" in (council.scheduler.check() or "")


async def test_catch_up_all_runs_each_slot_of_a_stop_one_after_the_other(council: Council) -> None:
    await seat(council.store, schedule="1h", catch_up=CatchUp.ALL, catch_up_max_age_seconds=8_000)
    council.at(START + timedelta(hours=5, minutes=30))

    await council.scheduler.start()

    too_old, *runs = await council.rows()
    assert (too_old.status, too_old.skip_reason) == (Status.MISSED, SkipReason.TOO_OLD)
    assert (too_old.slot_from, too_old.slot_count) == (START + timedelta(hours=1), 3)
    assert [run.due_at for run in runs] == [START + timedelta(hours=h) for h in (4, 5)]
    assert {run.trigger for run in runs} == {Trigger.CATCH_UP}
    one, other = await claim(council, 2), await claim(council, 2)
    assert (len(one), len(other)) == (1, 0), "the second takes its turn when the first has ended"


async def test_catch_ups_of_the_whole_council_are_spread(council: Council) -> None:
    for number in range(3):
        await seat(council.store, agent_id=f"a{number}", schedule="1h")
    council.at(START + timedelta(hours=1, minutes=30))

    await council.scheduler.start()

    now = council.clock.now()
    starts = sorted(row.not_before for row in await council.rows())
    # 30 in a minute, unless set otherwise
    assert starts == [now, now + timedelta(seconds=2), now + timedelta(seconds=4)]


async def test_what_waits_to_be_caught_up_does_not_stand_in_the_way_of_a_slot(
    council: Council,
) -> None:
    await seat(council.store, agent_id="a0", schedule="1h")
    await seat(council.store, agent_id="a1", schedule="1h")
    council.at(START + timedelta(hours=1, minutes=59, seconds=59))
    await council.scheduler.start()
    council.at(START + timedelta(hours=2))

    await council.fire()

    rows = await council.rows()
    assert {row.status for row in rows} == {Status.PENDING}
    assert len(rows) == 4


async def test_a_pause_takes_back_what_waits_to_be_caught_up(council: Council) -> None:
    agent = await seat(council.store, schedule="1h", catch_up=CatchUp.ALL)
    council.at(START + timedelta(hours=3, minutes=30))
    await council.scheduler.start()
    await change(council, agent, enabled=False)

    await council.scheduler.reload(agent.agent_id)

    rows = await council.rows()
    assert [row.status for row in rows] == [Status.CANCELLED] * 3
    assert "paused or removed" in (rows[0].error or "")


async def test_overlap_cancel_running_makes_room_for_the_newest_slot(council: Council) -> None:
    await seat(council.store, schedule="10s", overlap=Overlap.CANCEL_RUNNING)
    await council.scheduler.start()
    council.at(START + timedelta(seconds=10))
    await council.fire()
    [running] = await claim(council, 1)

    for seconds in (20, 30):
        council.at(START + timedelta(seconds=seconds))
        await council.fire()

    first, second, third = await council.rows()
    assert first.cancel_requested
    assert "next slot came" in (first.cancel_reason or "")
    assert council.cancelled == [running.task_id]
    assert second.status is Status.PENDING
    assert (third.status, third.skip_reason) == (Status.SKIPPED, SkipReason.OVERLAP)
    assert await claim(council, 1) == [], "the other has to end first"
    held = Held(task_id=running.task_id, fence=running.fence)
    ended = Outcome(status=Status.CANCELLED)
    await council.store.finish(held, ended, now=council.clock.now(), announce=announce)
    [next_one] = await claim(council, 1)
    assert next_one.task_id == second.task_id


async def test_a_slot_does_not_pass_the_one_that_waits_for_a_place(council: Council) -> None:
    await seat(council.store, schedule="10s", overlap=Overlap.CANCEL_RUNNING)
    await council.scheduler.start()
    council.at(START + timedelta(seconds=10))
    await council.fire()
    [running] = await claim(council, 1)
    council.at(START + timedelta(seconds=20))
    await council.fire()
    held = Held(task_id=running.task_id, fence=running.fence)
    ended = Outcome(status=Status.CANCELLED)
    await council.store.finish(held, ended, now=council.clock.now(), announce=announce)

    council.at(START + timedelta(seconds=30))
    await council.fire()  # nobody has room to claim the second one yet

    _, second, third = await council.rows()
    assert (third.status, third.skip_reason) == (Status.SKIPPED, SkipReason.OVERLAP)
    assert [task.task_id for task in await claim(council, 1)] == [second.task_id]
    council.at(START + timedelta(seconds=40))
    await council.fire()
    assert council.cancelled == [running.task_id, second.task_id]


async def test_slots_in_a_maintenance_window_are_skipped_for_that_reason(council: Council) -> None:
    await seat(council.store, agent_id="ana", schedule="10s", tags=("night",))
    await seat(council.store, agent_id="bia", schedule="10s")
    await council.scheduler.start()
    window = Maintenance(
        window_id="w1",
        starts_at=START,
        ends_at=START + timedelta(seconds=20),
        reason="The disk is being exchanged.",
        tags=("night",),
        created_at=START,
    )
    await council.store.add_maintenance(window, events=[], journal=[])
    await council.scheduler.refresh_maintenance()
    for seconds in (10, 20):
        council.at(START + timedelta(seconds=seconds))
        await council.fire()

    ana = [row for row in await council.rows() if row.agent_id == "ana"]
    assert [row.status for row in ana] == [Status.SKIPPED, Status.PENDING]
    assert (ana[0].skip_reason, ana[0].error) == (SkipReason.MAINTENANCE, window.reason)
    assert ana[1].due_at == window.ends_at, "the end is not in it"


async def test_quiet_hours_are_told_apart_from_a_server_that_was_down(council: Council) -> None:
    agent = make_councilor(created_at=START, schedule="1h", catch_up=CatchUp.ONE)
    schedule = replace(agent.seat.schedule, active_hours=("12:00-18:00",))
    agent = replace(agent, councilor_config=replace(agent.seat, schedule=schedule))
    await council.store.create_agent(agent, events=[])
    council.at(START + timedelta(hours=9, minutes=30))

    await council.scheduler.start()

    down, at_night = await council.rows()
    assert (down.skip_reason, down.slot_count) == (SkipReason.SERVER_DOWN, 5)
    assert (at_night.skip_reason, at_night.slot_count) == (SkipReason.QUIET_HOURS, 4)
    assert at_night.status is Status.SKIPPED, "nobody wants it caught up at night"


async def test_what_a_deleted_councilor_owed_is_on_record(council: Council) -> None:
    agent = await seat(council.store, schedule="10s")
    await council.scheduler.start()
    council.at(START + timedelta(seconds=25))
    deleted = recorded(agent, None, council.clock.now())
    await council.store.delete_agent(
        agent.agent_id, now=council.clock.now(), events=[], journal=[deleted]
    )
    council.scheduler.stop()  # killed before it heard of that
    council.at(START + timedelta(hours=1))

    await Scheduler(council.store, council.clock, wake=lambda _: None).settle()

    [missed] = await council.rows()
    assert (missed.status, missed.skip_reason) == (Status.MISSED, SkipReason.CHANGED)
    assert missed.slot_count == 2
    assert await council.store.unsettled() == []


class Away:
    """A store that cannot be written while it is `away`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False
        self.meanwhile: Callable[[], None] = lambda: None
        self.most_at_once = 0

    async def submit(self, *args: Any, **kwargs: Any) -> Any:
        self.most_at_once = max(self.most_at_once, len(args[0]))
        if self.away:
            self.meanwhile()
            raise StoreUnavailable("it is being moved")
        return await self._store.submit(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_the_oldest_slot_says_since_when_a_councilor_is_overdue(store: Store) -> None:
    away: Any = Away(store)
    council = Council(away, FakeClock(START))
    await seat(store, schedule="10s")
    await council.scheduler.start()
    away.away = True
    seen: list[list[datetime]] = []
    for seconds in (10, 20, 30, 60):
        at = START + timedelta(seconds=seconds)
        council.at(at)
        await council.ring()

        # The alarm does not wait for the store: it rings on while that is asked.
        def meanwhile(at: datetime = at) -> None:
            council.scheduler.ring(ANA, at + timedelta(seconds=5))
            seen.append([since for _, since in council.scheduler.overdue()])

        away.meanwhile = meanwhile
        with pytest.raises(StoreUnavailable):
            await council.scheduler.tick()

    [(agent, since)] = council.scheduler.overdue()
    assert (agent.agent_id, since) == ("ana", START + timedelta(seconds=10))
    assert seen[-1] == [since], "also while the store is being asked"
    away.away = False
    await council.scheduler.tick()
    assert council.scheduler.overdue() == []
    council.scheduler.stop()


async def test_a_long_catch_up_of_all_slots_is_stored_in_portions(store: Store) -> None:
    watched: Any = Away(store)
    council = Council(watched, FakeClock(START))
    await seat(store, schedule="1m", catch_up=CatchUp.ALL, catch_up_max_age_seconds=10 * 86_400)
    council.at(START + timedelta(days=1, seconds=50))

    await council.scheduler.start()
    council.scheduler.stop()

    assert (await store.tasks(TaskFilter(), limit=1)).total == 24 * 60
    assert watched.most_at_once == PORTION


async def test_years_of_slots_are_told_in_one_row_and_hold_up_nobody(council: Council) -> None:
    await seat(council.store, schedule="1h", catch_up=CatchUp.NONE)
    await council.scheduler.start()
    council.at(START + timedelta(days=3 * 365))

    await council.fire()

    missed, run = await council.rows()
    assert (missed.skip_reason, missed.slot_count) == (SkipReason.LATE, 3 * 365 * 24 - 1)
    assert run.due_at == council.clock.now(), "the newest is in time"


async def test_a_councilor_that_cannot_be_served_does_not_silence_the_others(
    council: Council,
) -> None:
    broken = make_councilor("broken", created_at=START, schedule="0 * * * *")
    schedule = replace(broken.seat.schedule, timezone="Atlantis/Poseidonis")
    await council.store.create_agent(
        replace(broken, councilor_config=replace(broken.seat, schedule=schedule)), events=[]
    )
    await seat(council.store, schedule="10m")
    council.at(START + timedelta(minutes=10))

    await council.scheduler.start()

    assert [row.agent_id for row in await council.rows()] == ["ana"]
    council.at(START + timedelta(minutes=20))
    await council.fire()
    assert len(await council.rows()) == 2
    assert "broken cannot be scheduled" in (council.scheduler.check() or "")


async def claim(council: Council, limit: int) -> list[Task]:
    return await council.store.claim(
        WORKER, now=council.clock.now(), limit=limit, lease=LEASE, announce=announce
    )


async def change(council: Council, agent: Agent, *, enabled: bool) -> None:
    now = council.clock.now()
    schedule = replace(agent.seat.schedule, enabled=enabled)
    changed = seated(agent, replace(agent.seat, schedule=schedule), now)
    await council.store.save_agent(changed, events=[], journal=[recorded(agent, changed, now)])


async def save(store: Store, before: Agent, after: Agent, now: datetime) -> Agent:
    """Store a change as the council does, with nobody there to hear of it."""
    after = replace(after, updated_at=now)
    return await store.save_agent(after, events=[], journal=[recorded(before, after, now)])


async def test_a_pause_takes_back_what_waits_also_after_a_crash(store: Store) -> None:
    agent = await seat(store, schedule="10m", catch_up=CatchUp.ALL)
    clock = FakeClock(START + timedelta(hours=1, minutes=1))
    former = Council(store, clock)
    await former.scheduler.start()
    former.scheduler.stop()
    off = replace(agent.seat, schedule=replace(agent.seat.schedule, enabled=False))
    await save(store, agent, seated(agent, off, clock.now()), clock.now())

    council = Council(store, clock)
    await council.scheduler.start()
    council.scheduler.stop()

    rows = await council.rows()
    assert {(row.trigger, row.status) for row in rows} == {(Trigger.CATCH_UP, Status.CANCELLED)}


async def test_a_schedule_that_cannot_be_told_can_be_mended(council: Council) -> None:
    sound = make_councilor(created_at=START, schedule="0 9 * * *")
    gone = replace(sound.seat, schedule=replace(sound.seat.schedule, timezone="Mars/Base"))
    broken = replace(sound, councilor_config=gone)
    await council.store.create_agent(broken, events=[])
    await council.scheduler.start()
    assert "cannot be scheduled" in (council.scheduler.check() or "")

    now = council.clock.now()
    await save(council.store, broken, seated(broken, sound.seat, now), now)
    await council.scheduler.obey(sound.agent_id)

    assert council.scheduler.check() is None
    again = Council(council.store, council.clock)
    await again.scheduler.start()  # what cannot be told does not keep the server from starting
    again.scheduler.stop()


async def test_a_window_that_ended_in_a_suspend_holds_for_its_slots(council: Council) -> None:
    await seat(council.store, schedule="10m")
    window = Maintenance(
        window_id="disks",
        starts_at=START + timedelta(minutes=5),
        ends_at=START + timedelta(minutes=55),
        created_at=START,
    )
    await council.store.add_maintenance(window, events=[], journal=[])
    await council.scheduler.start()

    council.at(START + timedelta(minutes=56))
    await council.ring()
    await council.scheduler.refresh_maintenance()  # as the journal's news of the suspend asks for
    await council.scheduler.tick()

    [lost] = await council.rows()
    assert (lost.skip_reason, lost.slot_count) == (SkipReason.MAINTENANCE, 5)


async def test_a_clock_set_ahead_for_a_while_does_not_keep_catch_ups_waiting(
    council: Council,
) -> None:
    await seat(council.store, schedule="10m")
    await council.scheduler.start()
    council.clock.set(START + timedelta(days=365, minutes=5))
    await council.fire()
    council.clock.set(START)
    other = await seat(council.store, agent_id="bia", schedule="10m")
    await council.scheduler.obey(other.agent_id)

    council.at(START + timedelta(minutes=11))
    await council.fire()

    [task] = [row for row in await council.rows() if row.agent_id == other.agent_id]
    assert (task.trigger, task.not_before) == (Trigger.CATCH_UP, council.clock.now())


async def test_a_gap_in_the_events_has_the_store_compared(council: Council) -> None:
    """A server that was held up for so long that events were pruned before it read them."""
    await council.scheduler.start()
    bus = LocalBus()
    following = asyncio.ensure_future(council.scheduler.follow(bus))

    async def tell(seq: int) -> None:
        told = Event(
            event_id=f"s-{seq}",
            seq=seq,
            type=EventType.SKIPPED,
            agent_id="nobody",
            data={},
            created_at=START,
        )
        await bus.publish([told])

    async with asyncio.timeout(20):
        while not bus._subscribers:
            await council.store.agents()
        await tell(1)
        agent = await seat(council.store, schedule="10s")
        await tell(2)
        await tell(9)
        while not council.scheduler.jobs():
            await council.store.agents()
    assert [known.agent_id for known, _ in council.scheduler.jobs()] == [agent.agent_id]
    await bus.close()
    await following
