"""Queues, workers and what waits for them: what every store promises (conselho/store.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from conselho.errors import LeaseLost
from conselho.models.ids import AgentId, TaskId, WorkerId
from conselho.models.task import Status, Task, Trigger, waiting_key
from conselho.models.verdict import Severity
from conselho.models.worker import Backlog, Queue, Worker
from conselho.store import ClaimLimits, Held, Store, Waiting
from conselho.stores import open_store
from tests.support.clock import NOON
from tests.support.factories import (
    LEASE,
    OTHER_WORKER,
    WORKER,
    make_outcome,
    make_task,
    one_event,
)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def task(name: str, queue: Queue = None, *, age: timedelta = timedelta(0), **fields: Any) -> Task:
    return make_task(AgentId(name), queue=queue, created_at=NOON - age, **fields)


def in_turn(name: str, slot: datetime, **fields: Any) -> Task:
    """A Task that waits for its turn behind others of its councilor."""
    key = waiting_key(AgentId(name), Trigger.CATCH_UP, slot)
    return make_task(
        AgentId(name), trigger=Trigger.CATCH_UP, due_at=slot, not_before=slot, active_key=key,
        **fields,
    )  # fmt: skip


async def submit(store: Store, *tasks: Task) -> None:
    await store.submit(tasks, announce=one_event)


async def claim(
    store: Store,
    *,
    queues: Collection[Queue] | None = None,
    only: Collection[TaskId] | None = None,
    limit: int = 10,
    at: datetime = NOON,
    worker: WorkerId = WORKER,
    limits: ClaimLimits | None = None,
) -> list[str]:
    """The councilors whose tasks were claimed."""
    claimed = await store.claim(
        worker, now=at, limit=limit, lease=LEASE, limits=limits, queues=queues, only=only,
        announce=one_event,
    )  # fmt: skip
    return [one.agent_id for one in claimed]


class TestQueues:
    @pytest.fixture(autouse=True)
    async def tasks(self, store: Store) -> None:
        await submit(
            store,
            task("anywhere", age=3 * SECOND),
            task("on a gpu", "gpu", age=2 * SECOND),
            task("on a mac", "mac", age=SECOND),
        )

    async def test_a_worker_claims_what_its_queues_hold(self, store: Store) -> None:
        assert await claim(store, queues=["gpu"]) == ["on a gpu"]
        assert await claim(store, queues=["gpu"]) == []
        assert await claim(store, queues=["mac", None]) == ["anywhere", "on a mac"]

    async def test_one_that_serves_only_what_has_no_queue(self, store: Store) -> None:
        assert await claim(store, queues=[None]) == ["anywhere"]

    async def test_without_queues_it_claims_everything(self, store: Store) -> None:
        assert await claim(store) == ["anywhere", "on a gpu", "on a mac"]

    async def test_with_no_queue_at_all_it_claims_nothing(self, store: Store) -> None:
        assert await claim(store, queues=[]) == []

    async def test_a_task_tells_its_queue(self, store: Store) -> None:
        names = [AgentId(name) for name in ("anywhere", "on a gpu", "on a mac")]
        active = await store.active(names)
        assert [active[name].queue for name in names] == [None, "gpu", "mac"]

    async def test_what_stands_before_in_another_queue_hides_nothing(self, store: Store) -> None:
        assert await claim(store, queues=["mac"], limit=1) == ["on a mac"]


class TestById:
    async def test_only_the_named_tasks_are_claimed(self, store: Store) -> None:
        first, second = task("first", age=MINUTE), task("second")
        await submit(store, first, second)
        assert await claim(store, only=[second.task_id]) == ["second"]
        assert await claim(store, only=[second.task_id]) == [], "a message that comes twice"
        assert await claim(store, only=[TaskId("nowhere")]) == []
        assert await claim(store, only=[]) == []
        assert await claim(store) == ["first"]

    async def test_of_those_alone_that_the_worker_serves(self, store: Store) -> None:
        one = task("one", "gpu")
        await submit(store, one)
        assert await claim(store, only=[one.task_id], queues=[None]) == []
        assert await claim(store, only=[one.task_id], queues=["gpu"]) == ["one"]

    async def test_none_before_its_time(self, store: Store) -> None:
        late = replace(task("late"), not_before=NOON + MINUTE)
        await submit(store, late)
        assert await claim(store, only=[late.task_id]) == []
        assert await claim(store, only=[late.task_id], at=NOON + MINUTE) == ["late"]

    @pytest.mark.parametrize("queue", [None, "gpu"])
    async def test_none_before_its_turn(self, store: Store, queue: Queue) -> None:
        """The first may be of another queue, since an edit moved the councilor."""
        first = in_turn("ana", NOON - MINUTE, queue="mac")
        second = in_turn("ana", NOON, queue=queue)
        await submit(store, first, second)
        assert await claim(store, only=[second.task_id]) == []
        assert await claim(store, queues=[queue]) == []
        assert await claim(store, only=[first.task_id]) == ["ana"]
        assert await claim(store, only=[second.task_id]) == [], "the first one runs"
        held = Held(task_id=first.task_id, fence=1)
        await store.finish(held, make_outcome(), now=NOON, announce=one_event)
        assert await claim(store, only=[second.task_id]) == ["ana"]

    async def test_none_that_its_lanes_have_no_room_for(self, store: Store) -> None:
        limits = ClaimLimits(at_once={"tag:slow": 1})
        running, asked = (task(name, lanes=("tag:slow",)) for name in ("running", "asked"))
        await submit(store, running, asked)
        assert await claim(store, only=[running.task_id], limits=limits) == ["running"]
        assert await claim(store, only=[asked.task_id], limits=limits) == []

    async def test_of_many_who_ask_for_one_at_once_one_gets_it(
        self, store: Store, url: str
    ) -> None:
        one = task("one")
        await submit(store, one)
        stores = [await open_store(url) for _ in range(3)]
        answers = await asyncio.gather(
            *(
                claim(stores[n % 3], only=[one.task_id], worker=WorkerId(f"host:{n}"))
                for n in range(12)
            )
        )
        assert sorted(answers) == [[]] * 11 + [["one"]]
        for other in stores:
            await other.close()


class TestRelease:
    async def test_what_was_not_begun_is_as_it_was(self, store: Store) -> None:
        one = task("one", "gpu")
        await submit(store, one)
        await claim(store)
        before = (await store.event_span())[1]

        released = await store.release(
            Held(task_id=one.task_id, fence=1), now=NOON + SECOND, announce=one_event
        )

        assert released == await store.task(one.task_id)
        assert released == replace(one, fence=1, updated_at=NOON + SECOND)
        assert await store.past_attempts(one.task_id) == []
        [told] = await store.events_after(before, limit=10)
        assert told.data["status"] == Status.PENDING
        assert await claim(store, worker=OTHER_WORKER) == ["one"]
        again = await store.task(one.task_id)
        assert (again.attempt, again.fence) == (1, 2)

    async def test_one_that_was_asked_to_stop_ends(self, store: Store) -> None:
        one = task("one")
        await submit(store, one)
        await claim(store)
        await store.cancel(one.task_id, now=NOON, announce=one_event)
        released = await store.release(
            Held(task_id=one.task_id, fence=1), now=NOON, announce=one_event
        )
        assert released.status is Status.CANCELLED

    async def test_a_lost_claim_changes_nothing(self, store: Store) -> None:
        one = task("one")
        await submit(store, one)
        await claim(store)
        late = NOON + 2 * LEASE
        await store.sweep(now=late, announce=one_event)
        stored = await store.task(one.task_id)
        with pytest.raises(LeaseLost):
            await store.release(Held(task_id=one.task_id, fence=1), now=late, announce=one_event)
        assert await store.task(one.task_id) == stored


class TestWaiting:
    async def test_due_tasks_are_told_in_the_order_of_claims(self, store: Store) -> None:
        old, important = task("old", age=MINUTE), task("important", "gpu", priority=9)
        later = replace(task("later"), not_before=NOON + MINUTE)
        running = task("running")
        await submit(store, old, important, later, running)
        await claim(store, only=[running.task_id])

        found = await store.waiting(now=NOON, limit=10)

        assert found == [
            Waiting(task_id=important.task_id, queue="gpu", since=NOON, deferred=False),
            Waiting(task_id=old.task_id, queue=None, since=NOON - MINUTE, deferred=False),
        ]
        assert await store.waiting(now=NOON, limit=1) == found[:1]
        assert await store.waiting(now=NOON, queues=[None], limit=10) == found[1:]
        assert await store.waiting(now=NOON, queues=["gpu", "mac"], limit=10) == found[:1]

    async def test_what_was_not_due_when_it_was_stored_is_deferred(self, store: Store) -> None:
        later = replace(task("later"), not_before=NOON + MINUTE)
        again = task("again", max_attempts=3)
        slot = task("slot", age=-SECOND, not_before=NOON - MINUTE)
        await submit(store, later, again, slot)
        await claim(store, only=[again.task_id])
        await store.retry(
            Held(task_id=again.task_id, fence=1), not_before=NOON, error_kind="exit", error="",
            now=NOON, announce=one_event,
        )  # fmt: skip
        found = await store.waiting(now=NOON + MINUTE, limit=10)
        assert {one.task_id: (one.since, one.deferred) for one in found} == {
            later.task_id: (NOON + MINUTE, True),
            again.task_id: (NOON, True),
            slot.task_id: (NOON + SECOND, False),
        }

    async def test_backlogs_count_what_is_due_by_queue(self, store: Store) -> None:
        assert await store.backlogs(now=NOON) == []
        await submit(
            store,
            task("a", age=MINUTE),
            task("b", "gpu", age=SECOND),
            task("c", "gpu", age=MINUTE),
            replace(task("d", "mac"), not_before=NOON + MINUTE),
        )
        assert await store.backlogs(now=NOON) == [
            Backlog(queue=None, waiting=1, oldest=NOON - MINUTE),
            Backlog(queue="gpu", waiting=2, oldest=NOON - MINUTE),
        ]
        await claim(store, queues=[None])
        assert [one.queue for one in await store.backlogs(now=NOON + MINUTE)] == ["gpu", "mac"]

    async def test_what_nobody_came_for_is_given_up(self, store: Store) -> None:
        gone = task("gone", "gpu", age=2 * MINUTE)
        oldest = task("oldest", "gpu", age=3 * MINUTE)
        young, elsewhere = task("young", "gpu"), task("elsewhere", age=3 * MINUTE)
        await submit(store, gone, oldest, young, elsewhere)

        async def give_up() -> list[Task]:
            return await store.give_up(
                "gpu", due_before=NOON - MINUTE, error_kind="no_worker", error="Nobody came.",
                limit=1, now=NOON, announce=one_event,
            )  # fmt: skip

        [first] = await give_up()
        assert first.task_id == oldest.task_id
        assert [one.task_id for one in await give_up()] == [gone.task_id]
        assert await give_up() == []
        ended = await store.task(gone.task_id)
        assert (ended.status, ended.severity) == (Status.ERROR, Severity.ERROR)
        assert (ended.error_kind, ended.error) == ("no_worker", "Nobody came.")
        assert (ended.completed_at, ended.active_key) == (NOON, gone.task_id)
        for left in (young, elsewhere):
            assert (await store.task(left.task_id)).status is Status.PENDING
        statistics = await store.statistics([gone.agent_id])
        assert statistics[gone.agent_id].tally.error == 1
        assert await store.recount()


def make_worker(worker_id: WorkerId = WORKER, **fields: Any) -> Worker:
    defaults: dict[str, Any] = {
        "host": "host-1", "queues": ("gpu", "mac"), "serves_any": False, "concurrency": 8,
        "running": 3, "version": "1.0", "council": "c", "started_at": NOON, "beat_at": NOON,
    }  # fmt: skip
    return Worker(worker_id=worker_id, **(defaults | fields))


class TestRegister:
    async def test_the_newest_beat_counts(self, store: Store) -> None:
        assert await store.workers(since=NOON) == []
        await store.beat(make_worker())
        newer = make_worker(
            running=1, queues=(), serves_any=True, schedules=True, beat_at=NOON + SECOND
        )
        await store.beat(newer)
        assert await store.workers(since=NOON) == [newer]
        assert await store.workers(since=NOON + SECOND) == [newer]
        assert await store.workers(since=NOON + MINUTE) == []

    async def test_they_are_told_by_host(self, store: Store) -> None:
        far, near = make_worker(host="b"), make_worker(OTHER_WORKER, host="a")
        for worker in (far, near):
            await store.beat(worker)
        assert await store.workers(since=NOON) == [near, far]

    async def test_one_that_left_is_known_as_such(self, store: Store) -> None:
        await store.beat(make_worker())
        for after in (SECOND, MINUTE):
            await store.leave(WORKER, now=NOON + after)
        await store.leave(OTHER_WORKER, now=NOON)
        [left] = await store.workers(since=NOON)
        assert left == make_worker(running=0, left_at=NOON + SECOND)
        assert not left.is_live(NOON + SECOND)
        await store.beat(make_worker())
        assert await store.workers(since=NOON) == [make_worker()]

    async def test_old_ones_are_forgotten_in_portions(self, store: Store) -> None:
        for n in range(4):
            await store.beat(make_worker(WorkerId(f"host:{n}"), beat_at=NOON + n * SECOND))
        before = NOON + 3 * SECOND
        assert await store.prune_workers(before=before, limit=2) == 2
        assert [one.worker_id for one in await store.workers(since=NOON)] == ["host:2", "host:3"]
        assert await store.prune_workers(before=before, limit=2) == 1
        assert await store.prune_workers(before=before, limit=2) == 0
