"""The sweeper over a real store: runs whose worker is gone are decided on, never too early."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from conselho.errors import StoreUnavailable
from conselho.models.task import ErrorKind, Status, Task
from conselho.services.sweeper import OVERDUE, Sweeper
from conselho.store import Held, Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON, FakeClock
from tests.support.deaf_store import DeafStore
from tests.support.factories import ANA, LEASE, WORKER, make_task, one_event

DEADLINE_SECONDS = 10
EVERY = timedelta(seconds=2)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


class Wakes:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, tasks: Sequence[Task]) -> None:
        assert tasks
        self.count += 1


@pytest.fixture
def wakes() -> Wakes:
    return Wakes()


@pytest.fixture
def sweeper(store: Store, wakes: Wakes) -> Sweeper:
    return Sweeper(store, FakeClock(), lease=LEASE, every=EVERY, wake=wakes)


async def running(store: Store, **fields: object) -> Task:
    """A Task that a worker has claimed at noon, and will not renew."""
    await store.submit([make_task(ANA, **fields)], announce=one_event)
    [task] = await store.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)
    return task


async def settle(sweeper: Sweeper) -> None:
    """Past the hold of a sweeper that has just begun, up to a lease after noon."""
    moment = NOON
    while moment < NOON + LEASE:
        assert await sweeper.tick(moment) == 0
        moment += EVERY


async def test_a_lost_run_ends_as_worker_lost(store: Store, sweeper: Sweeper, wakes: Wakes) -> None:
    lost = await running(store)
    await settle(sweeper)

    assert await sweeper.tick(NOON + LEASE + EVERY) == 1

    task = await store.task(lost.task_id)
    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.WORKER_LOST)
    assert "stopped answering in attempt 1 of 1: it was killed" in (task.error or "")
    assert wakes.count == 1


async def test_a_lost_run_with_an_attempt_left_is_due_again(
    store: Store, sweeper: Sweeper, wakes: Wakes
) -> None:
    lost = await running(store, max_attempts=2)
    await settle(sweeper)

    await sweeper.tick(NOON + LEASE + EVERY)

    task = await store.task(lost.task_id)
    assert (task.status, task.attempt) == (Status.PENDING, 1)
    assert wakes.count == 1


async def test_a_renewed_run_is_left_alone(store: Store, sweeper: Sweeper, wakes: Wakes) -> None:
    task = await running(store)
    await settle(sweeper)
    held = Held(task_id=task.task_id, fence=task.fence)
    await store.renew(WORKER, [held], now=NOON + LEASE, lease=LEASE)

    assert await sweeper.tick(NOON + LEASE + EVERY) == 0
    assert wakes.count == 0


async def test_after_a_start_it_lets_one_lease_pass(store: Store, sweeper: Sweeper) -> None:
    await running(store)

    assert await sweeper.tick(NOON + timedelta(hours=1)) == 0


async def test_after_a_suspension_workers_may_renew_before_anything_is_taken(
    store: Store, sweeper: Sweeper
) -> None:
    """The machine slept with its workers: their leases ended through no fault of theirs."""
    await running(store)
    await sweeper.tick(NOON)
    woken = NOON + timedelta(hours=8)

    assert await sweeper.tick(woken) == 0
    assert await sweeper.tick(woken + EVERY) == 0
    for seconds in range(4, 12, 2):
        assert await sweeper.tick(woken + timedelta(seconds=seconds)) == 0
    assert await sweeper.tick(woken + LEASE) == 1


class AwayStore:
    """A store that cannot be written until it is `back`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.back = False

    async def check(self) -> None:
        if not self.back:
            raise StoreUnavailable("somebody else holds it")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_after_the_store_was_away_workers_may_renew_before_anything_is_taken(
    store: Store,
) -> None:
    away: Any = AwayStore(store)
    sweeper = Sweeper(away, FakeClock(), lease=LEASE, every=EVERY, wake=lambda _: None)
    await running(store)
    for seconds in (0, 60):
        with pytest.raises(StoreUnavailable):
            await sweeper.tick(NOON + timedelta(seconds=seconds))
    away.back = True
    back = NOON + timedelta(seconds=62)

    for seconds in range(0, 12, 2):
        assert await sweeper.tick(back + timedelta(seconds=seconds)) == 0
    assert await sweeper.tick(back + LEASE) == 1


# -- whether it is late ----------------------------------------------------------------------------


def test_before_its_first_look_it_says_so(sweeper: Sweeper) -> None:
    assert sweeper.ticked_at is None
    assert sweeper.check(NOON) == "the sweeper has not looked for lost runs yet"


async def test_a_sweeper_that_looks_is_well_also_while_it_holds_back(sweeper: Sweeper) -> None:
    await sweeper.tick(NOON)

    assert sweeper.ticked_at == NOON
    assert sweeper.check(NOON + OVERDUE) is None


async def test_a_sweeper_that_stopped_looking_is_told(sweeper: Sweeper) -> None:
    await sweeper.tick(NOON)

    wrong = sweeper.check(NOON + OVERDUE + timedelta(seconds=1))

    assert wrong == "the sweeper has not looked for lost runs since 2026-11-22T12:00:00Z"


async def test_a_sweeper_that_looks_seldom_is_late_after_three_looks(
    store: Store, wakes: Wakes
) -> None:
    sweeper = Sweeper(store, FakeClock(), lease=LEASE, every=timedelta(minutes=1), wake=wakes)
    await sweeper.tick(NOON)

    assert sweeper.check(NOON + timedelta(minutes=3)) is None
    assert sweeper.check(NOON + timedelta(minutes=3, seconds=1)) is not None


async def test_a_look_that_the_store_refused_is_none(tmp_path: Path, wakes: Wakes) -> None:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'refusing.db'}?busy_timeout=50")
    sweeper = Sweeper(store, FakeClock(), lease=LEASE, every=EVERY, wake=wakes)
    await settle(sweeper)
    await sweeper.tick(NOON + LEASE)
    holder = sqlite3.connect(tmp_path / "refusing.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        await sweeper.tick(NOON + LEASE + EVERY)
    holder.close()
    await store.close()

    assert sweeper.ticked_at == NOON + LEASE


async def test_its_first_look_is_over_also_when_the_store_was_away(
    store: Store, wakes: Wakes
) -> None:
    """A start waits for it: one that failed is told by /readyz, and made up for by the next."""
    clock = FakeClock()
    deaf = DeafStore(store)
    deaf.refused = True
    sweeper = Sweeper(cast(Store, deaf), clock, lease=LEASE, every=EVERY, wake=wakes)
    looked = asyncio.ensure_future(sweeper.first_look())
    loop = asyncio.ensure_future(sweeper.run())
    async with asyncio.timeout(DEADLINE_SECONDS):
        await looked
        await clock.until_asleep()
        assert sweeper.check(clock.now()) == "the sweeper has not looked for lost runs yet"

        deaf.refused = False
        await clock.advance(EVERY.total_seconds())
        await clock.until_asleep()
        assert sweeper.check(clock.now()) is None
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_its_first_look_is_over_also_when_it_fails_in_an_unexpected_way(
    store: Store, wakes: Wakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(store, "check", broken)
    sweeper = Sweeper(store, FakeClock(), lease=LEASE, every=EVERY, wake=wakes)
    with pytest.raises(RuntimeError):
        await sweeper.run()
    async with asyncio.timeout(DEADLINE_SECONDS):
        await sweeper.first_look()
