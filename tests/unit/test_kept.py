"""What is asked of the store once for many, and who works for a council among it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from conselho.api.kept import KEPT_SECONDS, Kept
from conselho.api.workers import Attendance
from conselho.errors import StoreUnavailable
from conselho.models.ids import WorkerId
from conselho.models.worker import Worker
from conselho.services.roster import Roster
from conselho.store import Store
from tests.support.clock import NOON, FakeClock
from tests.support.stores import open_store

HOUR = timedelta(hours=1)


def attendance(store: Store, clock: FakeClock) -> Attendance:
    roster = Roster(store, clock, own=None, no_worker_after=HOUR)
    return Attendance(store, clock, roster, no_worker_seconds=3600)


async def come(store: Store, name: str) -> None:
    worker = Worker(
        worker_id=WorkerId(f"host:{name}"), host="host", queues=(name,), serves_any=False,
        concurrency=4, version="1", council="c", started_at=NOON, beat_at=NOON,
    )  # fmt: skip
    await store.beat(worker)


async def test_who_works_is_read_again_only_after_a_while(tmp_path: Path) -> None:
    clock = FakeClock()
    async with open_store("sqlite", tmp_path) as store:
        kept = attendance(store, clock)
        before = await kept.read()
        assert [queue["queue"] for queue in before["queues"]] == [None]
        await come(store, "gpu")

        clock.jump(KEPT_SECONDS - 0.1)
        assert await kept.read() == before
        clock.jump(0.1)
        after = await kept.read()

    assert [queue["queue"] for queue in after["queues"]] == [None, "gpu"]
    assert [worker["live"] for worker in after["workers"]] == [True]
    assert (before["now"], after["now"]) == ("2026-11-22T12:00:00Z", "2026-11-22T12:00:05Z")


async def test_many_at_one_time_ask_once() -> None:
    asked = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return asked

    kept = Kept(FakeClock(), ask)
    assert await asyncio.gather(*(kept.get() for _ in range(20))) == [1] * 20


async def test_a_store_that_is_away_is_not_asked_by_everybody() -> None:
    clock, asked = FakeClock(), 0

    async def ask() -> str:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise StoreUnavailable("the disk is gone")
        return "it is back"

    kept = Kept(clock, ask)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match="the disk is gone"):
            await kept.get()
    assert asked == 1
    clock.jump(KEPT_SECONDS)
    assert await kept.get() == "it is back"


async def test_one_who_leaves_costs_the_others_nothing() -> None:
    gate, asked = asyncio.Event(), 0

    async def ask() -> str:
        nonlocal asked
        asked += 1
        await gate.wait()
        return "all is well"

    kept = Kept(FakeClock(), ask)
    first, second = (asyncio.create_task(kept.get()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert await asyncio.wait_for(second, 10) == "all is well"
    assert first.cancelled()
    assert asked == 2
