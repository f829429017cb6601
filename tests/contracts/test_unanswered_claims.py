"""A claim that is stored and not answered: what it took is given back, as if it had never been."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast

import pytest

from conselho.dispatchers.local import LOOK_SECONDS, SELDOM_SECONDS
from conselho.errors import StoreUnavailable
from conselho.models.ids import AgentId, TaskId
from conselho.models.task import Status, Task
from conselho.store import Store
from tests.support.clock import NOON
from tests.support.deaf_store import DeafStore
from tests.support.factories import (
    LEASE,
    OTHER_WORKER,
    WORKER,
    make_task,
    no_events,
    one_event,
)
from tests.support.pool import DEADLINE, NO_GRACE, RENEW, Pool

SECOND = timedelta(seconds=1)


@pytest.fixture
def deaf(store: Store) -> DeafStore:
    return DeafStore(store)


@pytest.fixture
async def pool(deaf: DeafStore) -> AsyncIterator[Pool]:
    pool = Pool(cast(Store, deaf))
    yield pool
    deaf.refused = False
    await pool.dispatcher.drain(NO_GRACE)


async def lose_a_claim(pool: Pool, deaf: DeafStore) -> None:
    deaf.cut = 1
    with pytest.raises(StoreUnavailable):
        await pool.dispatcher.tick()


async def refused(pool: Pool, deaf: DeafStore) -> None:
    deaf.refused = True
    with pytest.raises(StoreUnavailable):
        await pool.dispatcher.tick()
    deaf.refused = False


async def carried_out(store: Store, task_id: TaskId) -> None:
    """What the pool asked for at noon reaches the store only now."""
    claimed = await store.claim(
        WORKER, now=NOON, limit=1, lease=LEASE, only=[task_id], announce=no_events
    )
    assert len(claimed) == 1


async def submitted(store: Store, *names: str) -> list[Task]:
    tasks = [make_task(AgentId(name)) for name in names]
    await store.submit(tasks, announce=one_event)
    return tasks


async def test_a_store_tells_what_a_worker_holds(store: Store) -> None:
    ana, bia, caio, _ = await submitted(store, "ana", "bia", "caio", "dora")
    await store.claim(
        WORKER, now=NOON, limit=2, lease=LEASE, only=[ana.task_id, bia.task_id], announce=no_events
    )
    await store.claim(
        OTHER_WORKER, now=NOON, limit=1, lease=LEASE, only=[caio.task_id], announce=no_events
    )

    held = await store.held_by(WORKER)

    assert {task.task_id for task in held} == {ana.task_id, bia.task_id}
    assert {(task.started_at, task.fence, task.status) for task in held} == {
        (NOON, 1, Status.PROCESSING)
    }


async def test_what_a_lost_answer_told_of_begins_as_if_it_was_claimed_once(
    pool: Pool, deaf: DeafStore, store: Store
) -> None:
    tasks = await submitted(store, "ana", "bia")
    await lose_a_claim(pool, deaf)
    assert len(await store.held_by(WORKER)) == 2, "nobody runs them"

    assert await pool.dispatcher.tick() == 2
    await pool.until(2)

    for task in tasks:
        stored = await store.task(task.task_id)
        assert (stored.status, stored.attempt, stored.fence) == (Status.PROCESSING, 1, 2)
        assert await store.past_attempts(task.task_id) == []
    # The second claim is none of those that were lost, even if the clock stood still.
    assert await pool.dispatcher.tick() == 0
    assert [work.told for work in pool.started] == [[], []]


async def test_a_full_pool_gives_back_too(pool: Pool, deaf: DeafStore, store: Store) -> None:
    await submitted(store, "ana", "bia", "caio")
    await refused(pool, deaf)
    await pool.clock.advance(LOOK_SECONDS)
    assert await pool.dispatcher.tick() == 2
    [waiting] = await store.waiting(now=NOON, limit=9)
    await carried_out(store, waiting.task_id)

    assert await pool.dispatcher.tick() == 0

    stored = await store.task(waiting.task_id)
    assert (stored.status, stored.attempt) == (Status.PENDING, 0)
    assert pool.dispatcher.running == 2


async def test_a_run_that_was_given_up_is_left_to_the_sweeper(
    pool: Pool, deaf: DeafStore, store: Store
) -> None:
    """It began: to begin again as if it had not would be one attempt more than it may have."""
    [begun] = await submitted(store, "ana")
    await pool.dispatcher.tick()
    await pool.until(1)
    pool.started[0].lose()
    await pool.until_idle()
    await submitted(store, "bia")
    await pool.clock.advance(LOOK_SECONDS)
    await lose_a_claim(pool, deaf)
    await pool.clock.advance(LOOK_SECONDS)

    assert await pool.dispatcher.tick() == 1

    assert (await store.task(begun.task_id)).status is Status.PROCESSING
    assert (await store.task(begun.task_id)).fence == 1


async def test_a_claim_that_is_carried_out_behind_the_cut_is_found_for_a_lease(
    pool: Pool, deaf: DeafStore, store: Store
) -> None:
    [early] = await submitted(store, "ana")
    await refused(pool, deaf)
    await pool.clock.advance(LOOK_SECONDS)
    await refused(pool, deaf)
    await carried_out(store, early.task_id)
    await refused(pool, deaf)
    assert (await store.task(early.task_id)).status is Status.PENDING
    await store.cancel(early.task_id, now=NOON, announce=no_events)

    await pool.clock.advance(2 * LEASE.total_seconds())
    assert await pool.dispatcher.tick() == 0
    [late] = await submitted(store, "bia")
    await carried_out(store, late.task_id)
    assert await pool.dispatcher.tick() == 0
    assert (await store.task(late.task_id)).status is Status.PROCESSING, "a sweep decides on it"


async def test_a_claim_that_took_too_long_is_given_back(
    pool: Pool, deaf: DeafStore, store: Store
) -> None:
    """Its lease would end before the first renewal."""
    [task] = await submitted(store, "ana")

    async def wait() -> None:
        await pool.clock.advance((LEASE - RENEW).total_seconds())

    deaf.meanwhile = wait
    assert await pool.dispatcher.tick() == 0
    assert pool.started == []
    stored = await store.task(task.task_id)
    assert (stored.status, stored.attempt) == (Status.PENDING, 0)

    assert await pool.dispatcher.tick() == 1
    stored = await store.task(task.task_id)
    assert stored.lease_until == NOON + LEASE - RENEW + LEASE


async def test_a_lease_counts_from_when_it_is_asked_for(
    pool: Pool, deaf: DeafStore, store: Store
) -> None:
    """A claim waits for the one before it, for as long as that takes."""
    [task] = await submitted(store, "ana")
    go_on = asyncio.Event()
    deaf.meanwhile = go_on.wait
    first = asyncio.ensure_future(pool.dispatcher.tick())
    async with asyncio.timeout(DEADLINE):
        await deaf.claimed.wait()
    second = asyncio.ensure_future(pool.dispatcher.tick())
    await asyncio.sleep(0)  # it waits for the first one
    await pool.clock.advance(60)
    go_on.set()

    assert (await first, await second) == (0, 1)
    stored = await store.task(task.task_id)
    assert stored.lease_until == NOON + 60 * SECOND + LEASE


async def test_a_stop_gives_back_what_nobody_told_it_of(
    pool: Pool, deaf: DeafStore, store: Store
) -> None:
    [task] = await submitted(store, "ana")
    await lose_a_claim(pool, deaf)

    await pool.dispatcher.drain(NO_GRACE)

    assert (await store.task(task.task_id)).status is Status.PENDING


async def test_one_that_was_offered_is_seen_to_without_another_offer(
    deaf: DeafStore, store: Store
) -> None:
    """With a broker a worker looks by itself less often than a lease ends."""
    pool = Pool(cast(Store, deaf), look_seconds=SELDOM_SECONDS)
    looking = asyncio.ensure_future(pool.dispatcher.run())
    await pool.clock.until_asleep()
    [task] = await submitted(store, "ana")
    deaf.cut = 2  # the offer, and the look for what became of it
    with pytest.raises(StoreUnavailable):
        await pool.dispatcher.offer(task.task_id)
    async with asyncio.timeout(DEADLINE):
        while deaf.cut:  # noqa: ASYNC110 - nobody is told of it
            await asyncio.sleep(0)
    await pool.clock.until_asleep()

    await pool.clock.advance(LOOK_SECONDS)

    await pool.until(1)
    assert (await store.task(task.task_id)).attempt == 1
    await pool.dispatcher.drain(NO_GRACE)
    looking.cancel()
    await asyncio.wait({looking})
