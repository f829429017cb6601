"""Which due tasks a claim gives: in order, one at a time behind a councilor, within the limits."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from conselho.models.ids import AgentId, WorkerId
from conselho.models.task import Status, Task, Trigger, queued_key, waiting_key
from conselho.store import PAST_LANE, PRIORITY_STEP, ClaimLimits, Held, Store
from conselho.stores import open_store
from tests.support import store_child
from tests.support.clock import NOON
from tests.support.factories import ANA, BIA, LEASE, WORKER, make_outcome, make_task, one_event

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)


def task(name: str, *lanes: str, waits_for: timedelta = timedelta(0), **fields: Any) -> Task:
    """A due Task of this councilor in these lanes, due for so long already."""
    return make_task(AgentId(name), lanes=lanes, not_before=NOON - waits_for, **fields)


def waiting(
    slot: datetime, agent_id: AgentId = ANA, trigger: Trigger = Trigger.CATCH_UP, **fields: Any
) -> Task:
    key = waiting_key(agent_id, trigger, slot)
    return make_task(
        agent_id,
        **{"trigger": trigger, "due_at": slot, "active_key": key, "not_before": slot} | fields,
    )


async def claim(
    store: Store,
    limits: ClaimLimits | None = None,
    *,
    limit: int = 10,
    at: datetime = NOON,
    worker: WorkerId = WORKER,
) -> list[Task]:
    return await store.claim(
        worker, now=at, limit=limit, lease=LEASE, limits=limits, announce=one_event
    )


async def names(
    store: Store, limits: ClaimLimits | None = None, *, limit: int = 10, at: datetime = NOON
) -> list[str]:
    """The councilors whose tasks a claim gives, in its order."""
    return [owned.agent_id for owned in await claim(store, limits, limit=limit, at=at)]


async def finish(store: Store, owned: Task, *, at: datetime = NOON) -> Task:
    held = Held(task_id=owned.task_id, fence=owned.fence)
    return await store.finish(held, make_outcome(), now=at, announce=one_event)


async def submit(store: Store, *tasks: Task) -> None:
    answers = await store.submit(tasks, announce=one_event)
    assert {answer.holder for answer in answers} <= {None}


class TestOrder:
    async def test_a_step_of_priority_is_worth_its_time_of_waiting(self, store: Store) -> None:
        tasks = [
            task("usual"),
            task("important", priority=9),
            task("waits longer", waits_for=4 * PRIORITY_STEP + SECOND),
            task("waits less", waits_for=4 * PRIORITY_STEP - SECOND),
            task("humble", waits_for=PRIORITY_STEP + SECOND, priority=4),
            task("humbler", waits_for=PRIORITY_STEP - SECOND, priority=4),
        ]
        await submit(store, *tasks)
        assert await names(store) == [
            "waits longer", "important", "waits less", "humble", "usual", "humbler",
        ]  # fmt: skip

    @pytest.mark.parametrize("priority", [1, 5, 9])
    async def test_a_priority_makes_nothing_due_earlier_or_later(
        self, store: Store, priority: int
    ) -> None:
        await submit(store, task("ana", priority=priority, waits_for=-SECOND))
        assert await names(store) == []
        assert await names(store, at=NOON + SECOND) == ["ana"]

    async def test_a_priority_is_kept_when_a_task_is_given_back(self, store: Store) -> None:
        await submit(store, task("ana", priority=9), task("bia", waits_for=HALF_HOUR))
        [ana] = await claim(store, limit=1)
        assert (ana.agent_id, ana.priority) == ("ana", 9)
        held = Held(task_id=ana.task_id, fence=ana.fence)
        await store.retry(
            held, not_before=NOON + MINUTE, error_kind="x", error="x", now=NOON, announce=one_event
        )
        assert await names(store, at=NOON + MINUTE) == ["ana", "bia"]

    async def test_what_stands_still_longest_is_not_overtaken_for_ever(self, store: Store) -> None:
        """Tasks of the highest priority keep coming; the lowest has its turn after two hours."""
        await submit(store, task("humble", priority=1))
        for minutes in range(7, 200, 7):
            at = NOON + timedelta(minutes=minutes)
            await submit(store, task(f"important-{minutes}", priority=9, waits_for=NOON - at))
            [owned] = await claim(store, limit=1, at=at)
            if owned.agent_id == "humble":
                break
            await finish(store, owned, at=at)
        assert timedelta(minutes=minutes) - 8 * PRIORITY_STEP == 6 * MINUTE


class TestWaiting:
    async def test_those_behind_one_councilor_take_their_turns_in_order(self, store: Store) -> None:
        slots = [NOON - n * HALF_HOUR for n in range(4)]
        await submit(store, *map(waiting, slots))
        done = []
        for _ in slots:
            [owned] = await claim(store)
            assert owned.active_key == ANA
            assert await claim(store) == []
            done.append(owned.due_at)
            await finish(store, owned)
        assert done == sorted(slots)
        assert await claim(store) == []

    async def test_of_one_moment_the_older_slot_comes_first(self, store: Store) -> None:
        """As a backfill makes them: all are due at once."""
        slots = [NOON - n * HALF_HOUR for n in range(4)]
        make = [
            waiting(slot, trigger=Trigger.BACKFILL, idempotency_key=str(slot), not_before=NOON)
            for slot in slots
        ]
        await submit(store, *make)
        done = []
        for _ in slots:
            [owned] = await claim(store)
            done.append(owned.due_at)
            await finish(store, owned)
        assert done == sorted(slots)

    async def test_the_run_that_holds_the_key_comes_before_all_that_wait(
        self, store: Store
    ) -> None:
        await submit(store, task("ana", waits_for=-MINUTE, due_at=None), waiting(NOON - DAY))
        assert await claim(store) == []
        [manual] = await claim(store, at=NOON + MINUTE)
        assert manual.trigger is Trigger.MANUAL
        await finish(store, manual)
        [late] = await claim(store)
        assert late.trigger is Trigger.CATCH_UP

    async def test_one_that_is_not_due_yet_does_not_hold_up_the_others(self, store: Store) -> None:
        later = waiting(NOON - HALF_HOUR, priority=9, not_before=NOON + MINUTE)
        await submit(store, later, waiting(NOON, not_before=NOON))
        [owned] = await claim(store)
        assert owned.due_at == NOON

    async def test_a_queued_run_takes_its_turn_among_them(self, store: Store) -> None:
        queued = make_task(due_at=NOON - HALF_HOUR, active_key=queued_key(ANA))
        queued = replace(queued, not_before=NOON - HALF_HOUR)
        await submit(store, waiting(NOON), queued, waiting(NOON - DAY))
        done = []
        for _ in range(3):
            [owned] = await claim(store)
            done.append(owned.due_at)
            await finish(store, owned)
        assert done == [NOON - DAY, NOON - HALF_HOUR, NOON]

    async def test_councilors_whose_names_begin_alike_do_not_wait_for_each_other(
        self, store: Store
    ) -> None:
        await submit(store, *(waiting(NOON, AgentId(name)) for name in ("a", "a-b", "a.b", "aa")))
        assert sorted(await names(store)) == ["a", "a-b", "a.b", "aa"]

    async def test_two_claimants_at_once_take_one_of_them(self, url: str) -> None:
        stores = [await open_store(url) for _ in range(3)]
        agents = [ANA, BIA, AgentId("caio")]
        for agent_id in agents:
            await submit(stores[0], *(waiting(NOON - n * HALF_HOUR, agent_id) for n in range(3)))
        claims = await asyncio.gather(*(claim(store) for _ in range(4) for store in stores))
        owned = [task for batch in claims for task in batch]
        assert sorted(task.agent_id for task in owned) == sorted(agents)
        assert {task.due_at for task in owned} == {NOON - 2 * HALF_HOUR}
        for store in stores:
            await store.close()


class TestLanes:
    async def test_one_writes_in_a_folder_at_a_time(self, store: Store) -> None:
        here, there = "write:/srv/here", "write:/srv/there"
        await submit(
            store, task("ana", here, waits_for=SECOND), task("bia", here), task("caio", there)
        )
        ana, caio = await claim(store)
        assert (ana.agent_id, caio.agent_id) == ("ana", "caio")
        assert ana.lanes == (here,)
        assert await names(store) == []
        await finish(store, ana)
        assert await names(store) == ["bia"]

    async def test_a_lane_without_a_limit_does_not_bound(self, store: Store) -> None:
        await submit(store, *(task(f"agent-{n}", "tag:a", "provider:b") for n in range(9)))
        assert len(await claim(store, ClaimLimits(at_once={"tag:other": 1}))) == 9

    async def test_a_limited_lane_bounds_what_is_at_work_in_it(self, store: Store) -> None:
        await submit(store, *(task(f"agent-{n}", "tag:a") for n in range(5)))
        limits = ClaimLimits(at_once={"tag:a": 2})
        first, _ = await claim(store, limits)
        assert await claim(store, limits) == []
        await finish(store, first)
        assert len(await claim(store, limits)) == 1

    async def test_the_council_is_a_lane_of_all(self, store: Store) -> None:
        await submit(store, *(task(f"agent-{n}") for n in range(5)))
        limits = ClaimLimits(at_once={"council": 3})
        assert len(await claim(store, limits, limit=2)) == 2
        assert len(await claim(store, limits)) == 1
        assert await claim(store, limits) == []

    async def test_a_task_needs_room_in_each_of_its_lanes(self, store: Store) -> None:
        limits = ClaimLimits(at_once={"tag:a": 1, "tag:b": 2, "tag:c": 0})
        await submit(
            store,
            task("both", "tag:a", "tag:b", waits_for=4 * SECOND),
            task("a again", "tag:a", waits_for=3 * SECOND),
            task("b again", "tag:b", "tag:b", waits_for=2 * SECOND),
            task("none", "tag:c"),
        )
        assert await names(store, limits) == ["both", "b again"]

    async def test_a_full_lane_hides_nothing_behind_it(self, store: Store, backend: str) -> None:
        """However many stand before: with one lane, and with another one each beside it."""
        # For each write FerretDB looks through all that is there.
        size = 150 if backend == "mongodb" else 600
        slow = [
            task(f"slow-{n}", "provider:slow", f"tag:{n % 150}", waits_for=DAY - n * SECOND)
            for n in range(size)
        ]
        await submit(store, *slow, task("quick", "provider:quick"))
        limits = ClaimLimits(at_once={"provider:slow": 1})
        assert await names(store, limits, limit=2) == ["slow-0", "quick"]
        assert await names(store, limits, limit=2) == []

    async def test_what_is_in_a_full_lane_is_looked_at_once(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("conselho.stores.sql.claims._LARGEST_PORTION", 8)
        monkeypatch.setattr("conselho.stores.sql.claims._MOST_PORTIONS", 2)
        slow = [task(f"slow-{n}", f"tag:{n}", "provider:slow", waits_for=MINUTE) for n in range(50)]
        await submit(store, *slow, task("quick"))
        limits = ClaimLimits(at_once={"provider:slow": 0})
        assert await names(store, limits, limit=2) == ["quick"]

    async def test_the_oldest_of_a_lane_has_its_next_place(self, store: Store) -> None:
        await submit(store, *(task(f"agent-{n}", "tag:a", waits_for=n * SECOND) for n in range(6)))
        limits = ClaimLimits(at_once={"tag:a": 1})
        order = []
        for _ in range(6):
            [owned] = await claim(store, limits)
            order.append(owned.agent_id)
            await finish(store, owned)
        assert order == [f"agent-{n}" for n in reversed(range(6))]

    async def test_one_that_needs_two_lanes_is_not_overtaken_for_ever(self, store: Store) -> None:
        """Its lanes are never free at one moment, while others need only one of them."""
        limits = ClaimLimits(at_once={"tag:a": 1, "tag:b": 1})
        await submit(store, task("a-0", "tag:a", waits_for=DAY))
        running = await claim(store, limits)
        await submit(store, task("both", "tag:a", "tag:b", waits_for=HALF_HOUR))
        for n in range(1, 4):
            await submit(store, task(f"a-{n}", "tag:a"), task(f"b-{n}", "tag:b"))
            running += await claim(store, limits)
            await finish(store, running.pop(0))
            running += await claim(store, limits)
            if "both" in [owned.agent_id for owned in running]:
                break
        assert [owned.agent_id for owned in running] == ["both"]

    async def test_so_many_begin_within_a_minute(self, store: Store) -> None:
        await submit(store, *(task(f"agent-{n}", "tag:a") for n in range(9)))
        limits = ClaimLimits(per_minute={"tag:a": 3})
        first, second, _ = await claim(store, limits)
        await finish(store, first, at=NOON + SECOND)
        assert await claim(store, limits, at=NOON + MINUTE - SECOND) == []
        assert len(await claim(store, limits, limit=2, at=NOON + MINUTE)) == 2
        # The start counts, not the end.
        await finish(store, second, at=NOON + MINUTE)
        assert len(await claim(store, limits, at=NOON + MINUTE)) == 1
        assert await claim(store, limits, at=NOON + 2 * MINUTE - SECOND) == []
        assert len(await claim(store, limits, at=NOON + 2 * MINUTE)) == 3

    async def test_so_many_of_the_council_begin_within_a_minute(self, store: Store) -> None:
        await submit(store, *(task(f"agent-{n}") for n in range(4)))
        limits = ClaimLimits(per_minute={"council": 2})
        assert len(await claim(store, limits)) == 2
        assert await claim(store, limits, at=NOON + 30 * SECOND) == []
        assert len(await claim(store, limits, at=NOON + MINUTE)) == 2

    async def test_runs_of_the_past_keep_no_place_from_those_in_time(self, store: Store) -> None:
        limits = ClaimLimits(at_once={"provider:slow": 2}, per_minute={PAST_LANE: 1})
        caught_up = [
            task(f"late-{n}", "provider:slow", PAST_LANE, waits_for=HALF_HOUR) for n in range(3)
        ]
        await submit(store, *caught_up, task("in time", "provider:slow"))
        assert sorted(await names(store, limits)) == ["in time", "late-0"]

    async def test_who_is_queued_does_not_wait_for_the_pace_of_the_past(self, store: Store) -> None:
        limits = ClaimLimits(per_minute={PAST_LANE: 1})
        caught_up = [waiting(NOON - n * SECOND, lanes=(PAST_LANE,)) for n in (3, 2)]
        queued = make_task(active_key=queued_key(ANA))
        await submit(store, *caught_up, queued)
        [owned] = await claim(store, limits)
        assert owned.task_id == caught_up[0].task_id
        await finish(store, owned)
        [owned] = await claim(store, limits)
        assert owned.task_id == queued.task_id
        await finish(store, owned)
        assert await claim(store, limits) == []
        [owned] = await claim(store, limits, at=NOON + MINUTE)
        assert owned.task_id == caught_up[1].task_id

    async def test_a_clock_that_was_set_back_does_not_close_a_lane(self, store: Store) -> None:
        limits = ClaimLimits(per_minute={"council": 1})
        await submit(store, task("ana"), task("bia"))
        [owned] = await claim(store, limits, at=NOON + DAY)
        await finish(store, owned, at=NOON + DAY)
        assert len(await claim(store, limits)) == 1

    async def test_waiting_runs_keep_to_lanes_too(self, store: Store) -> None:
        lanes = ("provider:slow",)
        await submit(
            store,
            *(waiting(NOON - n * HALF_HOUR, agent, lanes=lanes) for agent in (ANA, BIA)
              for n in range(2)),
        )  # fmt: skip
        limits = ClaimLimits(at_once={"provider:slow": 1})
        order = []
        for _ in range(4):
            [owned] = await claim(store, limits)
            order.append(owned.due_at)
            await finish(store, owned)
        assert order == [NOON - HALF_HOUR] * 2 + [NOON] * 2

    async def test_limits_hold_with_claimants_at_once(self, url: str, backend: str) -> None:
        stores = [await open_store(url) for _ in range(4)]
        tasks = [
            task(f"agent-{n}", f"write:/srv/{n % 5}", "provider:slow" if n % 2 else "provider:b")
            for n in range(24 if backend == "mongodb" else 60)
        ]
        await submit(stores[0], *tasks)
        limits = ClaimLimits(at_once={"council": 7, "provider:slow": 2})
        owned: dict[str, Task] = {}
        done: list[str] = []
        for _ in range(30):
            batches = await asyncio.gather(
                *(
                    claim(store, limits, limit=3, worker=WorkerId(str(n)))
                    for n, store in enumerate(stores)
                )
            )
            new = [task for batch in batches for task in batch]
            assert not owned.keys() & {task.task_id for task in new}
            owned |= {task.task_id: task for task in new}
            taken = Counter(lane for task in owned.values() for lane in task.lanes)
            assert len(owned) <= 7
            assert taken["provider:slow"] <= 2
            assert all(taken[f"write:/srv/{n}"] <= 1 for n in range(5))
            for task_id in list(owned)[:3]:
                await finish(stores[0], owned.pop(task_id))
                done.append(task_id)
            if len(done) == len(tasks):
                break
        assert sorted(done) == sorted(task.task_id for task in tasks)
        for store in stores:
            await store.close()

    async def test_limits_hold_between_processes(self, store: Store, url: str) -> None:
        """Each claims until nothing is due to it, and finishes nothing."""
        await submit(store, *(task(f"agent-{n}", f"write:/srv/{n % 7}") for n in range(80)))
        with (
            store_child.start("claim", url, "one") as one,
            store_child.start("claim", url, "two") as two,
        ):
            try:
                said = await asyncio.gather(
                    *(asyncio.to_thread(child.communicate, timeout=60) for child in (one, two))
                )
            finally:
                one.kill()
                two.kill()
        owned = [line.split()[1] for out, _ in said for line in out.splitlines()]
        assert len(owned) == len(set(owned)) == 7
        assert (await store.activity()).processing == 7

    async def test_a_cancelled_candidate_is_not_claimed(self, store: Store) -> None:
        await submit(store, task("ana", "write:/srv"), task("bia", "write:/srv", waits_for=SECOND))
        [bia] = await claim(store, limit=1)
        page = await store.active([ANA])
        await store.cancel(page[ANA].task_id, now=NOON, announce=one_event)
        await finish(store, bia)
        assert await claim(store) == []
        assert (await store.task(page[ANA].task_id)).status is Status.CANCELLED
