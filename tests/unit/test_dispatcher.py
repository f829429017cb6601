"""The local pool over a real store: what it claims it owns, and lets go of once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from conselho.dispatchers.local import LOOK_SECONDS
from conselho.errors import StoreUnavailable
from conselho.models.ids import AgentId, TaskId
from conselho.models.task import Status
from conselho.store import ClaimLimits, Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON
from tests.support.deaf_store import DeafStore
from tests.support.factories import LEASE, OTHER_WORKER, WORKER, make_task, one_event
from tests.support.pool import DEADLINE, NO_GRACE, RENEW, Pool


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


@pytest.fixture
async def pool(store: Store) -> AsyncIterator[Pool]:
    pool = Pool(store)
    yield pool
    await pool.dispatcher.drain(NO_GRACE)


async def test_it_claims_only_what_it_has_room_for(pool: Pool) -> None:
    tasks = await pool.submit("ana", "bia", "caio")

    assert await pool.dispatcher.tick() == 2
    assert await pool.dispatcher.tick() == 0

    statuses = [(await pool.store.task(task.task_id)).status for task in tasks]
    assert sorted(statuses) == [Status.PENDING, Status.PROCESSING, Status.PROCESSING]
    assert pool.dispatcher.running == 2


async def test_it_claims_only_what_the_limits_have_room_for(store: Store) -> None:
    pool = Pool(store, ClaimLimits(at_once={"tag:slow": 1}))
    slow, also_slow, quick = (make_task(AgentId(name)) for name in ("ana", "bia", "caio"))
    slow, also_slow = (replace(task, lanes=("tag:slow",)) for task in (slow, also_slow))
    await store.submit([slow, also_slow, quick], announce=one_event)

    assert await pool.dispatcher.tick() == 2
    await pool.until(2)

    started = {work.task.task_id for work in pool.started}
    assert quick.task_id in started
    assert len(started & {slow.task_id, also_slow.task_id}) == 1
    await pool.dispatcher.drain(NO_GRACE)


async def test_a_place_that_becomes_free_is_taken_at_once(pool: Pool) -> None:
    await pool.submit("ana", "bia", "caio")
    loop = asyncio.ensure_future(pool.dispatcher.run())
    await pool.until(2)

    pool.started[0].over.set()

    await pool.until(3)
    await stop(loop)


async def test_a_wake_up_and_a_look_each_find_what_is_due(pool: Pool) -> None:
    loop = asyncio.ensure_future(pool.dispatcher.run())
    await pool.clock.until_asleep()
    await pool.submit("ana")
    pool.dispatcher.wake()
    await pool.until(1)

    await pool.clock.until_asleep()
    await pool.submit("bia")  # by another process: nobody says so
    await pool.clock.advance(LOOK_SECONDS)
    await pool.until(2)
    await stop(loop)


async def test_its_first_look_is_one_that_the_store_answered(store: Store) -> None:
    """Who is told before that work is taken would ask a worker that cannot say so yet."""
    deaf = DeafStore(store)
    deaf.refused = True
    pool = Pool(cast(Store, deaf))
    looked = asyncio.ensure_future(pool.dispatcher.first_look())
    loop = asyncio.ensure_future(pool.dispatcher.run())
    await pool.clock.until_asleep()
    assert not looked.done()

    deaf.refused = False
    await pool.clock.advance(LOOK_SECONDS)

    async with asyncio.timeout(DEADLINE):
        await looked
    assert pool.dispatcher.looked_at == pool.clock.now()
    await stop(loop)


async def test_claims_are_renewed_while_runs_last(pool: Pool) -> None:
    [task] = await pool.submit("ana")
    await pool.dispatcher.tick()

    assert await pool.dispatcher.renew(NOON + RENEW) == 1

    assert (await pool.store.task(task.task_id)).lease_until == NOON + RENEW + LEASE


async def test_a_run_that_lost_its_lease_is_ended(pool: Pool) -> None:
    await pool.submit("ana", "bia")
    await pool.dispatcher.tick()
    await pool.until(2)
    late = NOON + 2 * LEASE
    [lost] = [work for work in pool.started if work.task.agent_id == "ana"]
    [kept] = [work for work in pool.started if work.task.agent_id == "bia"]
    await pool.store.renew(WORKER, [kept.held], now=late, lease=LEASE)
    await pool.store.sweep(now=late, announce=one_event)

    assert await pool.dispatcher.renew(late) == 1

    assert (lost.told, kept.told) == (["lose"], [])


async def test_a_cancellation_reaches_the_run_at_once_and_at_the_latest_with_a_renewal(
    pool: Pool,
) -> None:
    here, elsewhere = await pool.submit("ana", "bia")
    await pool.dispatcher.tick()
    await pool.until(2)
    works = {work.task.task_id: work for work in pool.started}

    pool.dispatcher.cancel(here.task_id)
    await pool.store.cancel(elsewhere.task_id, now=NOON, announce=one_event)
    assert works[here.task_id].told == ["cancel"]
    assert works[elsewhere.task_id].told == []

    await pool.dispatcher.renew(NOON + RENEW)
    assert works[elsewhere.task_id].told == ["cancel"]


async def test_a_cancel_that_is_hearsay_is_asked_of_the_store(pool: Pool) -> None:
    asked, other = await pool.submit("ana", "bia")
    await pool.dispatcher.tick()
    await pool.until(2)
    works = {work.task.task_id: work for work in pool.started}

    await pool.dispatcher.heard_of_cancel(other.task_id)
    assert works[other.task_id].told == []
    await pool.store.cancel(asked.task_id, now=NOON, announce=one_event)
    await pool.dispatcher.heard_of_cancel(TaskId("of-somebody-else"))
    assert works[asked.task_id].told == []
    await pool.dispatcher.heard_of_cancel(asked.task_id)
    assert works[asked.task_id].told == ["cancel"]


async def test_the_next_attempt_may_be_claimed_before_the_last_one_is_let_go_of(
    pool: Pool,
) -> None:
    """The retry is stored, but the pool has not heard yet that the first attempt is over."""
    [task] = await pool.submit("ana")
    await pool.dispatcher.tick()
    await pool.until(1)
    [first] = pool.started
    await pool.store.retry(
        first.held, not_before=NOON, error_kind="exit", error="", now=NOON, announce=one_event
    )

    await pool.dispatcher.tick()
    await pool.until(2)
    second = pool.started[1]
    assert (second.task.task_id, second.task.attempt) == (task.task_id, 2)
    assert await pool.dispatcher.renew(NOON + RENEW) == 1, "only the second still stands"
    assert (first.told, second.told) == (["lose"], [])

    second.over.set()
    await pool.until_idle()
    assert (await pool.store.task(task.task_id)).status is Status.COMPLETED


async def test_draining_lets_runs_end_by_themselves(pool: Pool) -> None:
    [task] = await pool.submit("ana")
    await pool.dispatcher.tick()
    await pool.until(1)
    draining = asyncio.ensure_future(pool.dispatcher.drain(timedelta(seconds=DEADLINE)))
    await asyncio.sleep(0)

    pool.started[0].over.set()
    await draining

    assert pool.started[0].told == []
    assert (await pool.store.task(task.task_id)).status is Status.COMPLETED


async def test_draining_ends_what_does_not_and_starts_nothing_more(pool: Pool) -> None:
    await pool.submit("ana")
    await pool.dispatcher.tick()
    await pool.until(1)

    await pool.dispatcher.drain(NO_GRACE)

    assert pool.started[0].told == ["shut down"]
    await pool.submit("bia")
    assert await pool.dispatcher.tick() == 0


async def test_draining_waits_for_a_claim_on_its_way(pool: Pool) -> None:
    """Otherwise the stop would leave a Task with an owner that never started it."""
    [task] = await pool.submit("ana")
    claiming = asyncio.ensure_future(pool.dispatcher.tick())
    await asyncio.sleep(0)  # the claim is with the store, its answer is not here

    await pool.dispatcher.drain(NO_GRACE)

    assert await claiming == 1
    assert pool.dispatcher.running == 0
    assert (await pool.store.task(task.task_id)).status is Status.COMPLETED


async def test_a_store_that_is_away_is_told_and_runs_go_on(pool: Pool) -> None:
    await pool.submit("ana")
    await pool.dispatcher.tick()
    await pool.until(1)
    await pool.store.close()

    with pytest.raises(StoreUnavailable):
        await pool.dispatcher.tick()
    with pytest.raises(StoreUnavailable):
        await pool.dispatcher.renew(NOON)

    assert pool.started[0].told == []
    pool.started[0].lose()
    await pool.until_idle()


async def test_two_pools_never_hold_the_same_task(pool: Pool) -> None:
    await pool.submit("ana", "bia")
    await pool.store.claim(OTHER_WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)

    assert await pool.dispatcher.tick() == 1


async def test_it_claims_only_for_the_queues_that_it_serves(store: Store) -> None:
    pool = Pool(store, queues=["gpu"])
    plain, routed = make_task(AgentId("ana")), make_task(AgentId("bia"), queue="gpu")
    await store.submit([plain, routed], announce=one_event)

    assert await pool.dispatcher.tick() == 1
    assert await pool.dispatcher.offer(plain.task_id)

    await pool.until(1)
    assert [work.task.task_id for work in pool.started] == [routed.task_id]
    await pool.dispatcher.drain(NO_GRACE)


async def test_what_is_offered_runs_before_what_waits_longer(pool: Pool) -> None:
    _, named = await pool.submit("ana", "bia")

    assert await pool.dispatcher.offer(named.task_id)
    assert await pool.dispatcher.offer(named.task_id), "once more does nothing"

    await pool.until(1)
    assert [work.task.task_id for work in pool.started] == [named.task_id]


async def test_an_offer_waits_for_room_and_is_refused_when_none_will_come(pool: Pool) -> None:
    *_, third, fourth = await pool.submit("ana", "bia", "caio", "dora")
    await pool.dispatcher.tick()
    await pool.until(2)
    waiting = asyncio.ensure_future(pool.dispatcher.offer(third.task_id))
    await asyncio.sleep(0)
    assert not waiting.done()

    pool.started[0].over.set()

    async with asyncio.timeout(DEADLINE):
        assert await waiting
    await pool.until(3)
    refused = asyncio.ensure_future(pool.dispatcher.offer(fourth.task_id))
    await asyncio.sleep(0)
    pool.dispatcher.close()
    async with asyncio.timeout(DEADLINE):
        assert not await refused
    assert (await pool.store.task(fourth.task_id)).status is Status.PENDING


async def stop(loop: asyncio.Future[None]) -> None:
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
