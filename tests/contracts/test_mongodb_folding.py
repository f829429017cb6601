"""Folding into counters over MongoDB: by batches that anybody can finish, at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.models.ids import AgentId
from conselho.models.statistics import Tally
from conselho.models.task import Task
from conselho.models.verdict import Severity
from conselho.stores.mongodb import MongoStore, folding, open_mongodb_store, recounting
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import COUNTERS, LOG_CHUNKS, TASKS
from tests.support import mongodb
from tests.support.clock import NOON
from tests.support.factories import ANA, BIA, failed, make_ended, make_outcome
from tests.support.stores import store_url

DEADLINE = 60
MINUTE = timedelta(minutes=1)
EVER = (NOON - timedelta(days=1), NOON + timedelta(days=9))
TWO = Tally(completed=1, error=1, success=1, severity_error=1, duration_ms=120_000)


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    if missing := mongodb.why_missing():
        pytest.skip(missing)
    async with store_url("mongodb", tmp_path) as where:
        yield where


@pytest.fixture
async def store(url: str) -> AsyncIterator[MongoStore]:
    opened = await open_mongodb_store(url)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is taken up at once, also in the midst of it."""
    monkeypatch.setattr(folding, "LOOKS", 3)


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Database]:
    db = Database(url)
    await db.connect()
    yield db
    await db.close()


def two() -> list[Task]:
    return [make_ended(ANA, NOON, make_outcome()), make_ended(ANA, NOON + MINUTE, failed())]


async def opened_batch(db: Database) -> folding.Batch:
    """A batch with all that is to be counted, as one leaves it that is killed at that moment."""
    number = await folding.finish_open(db)
    owing = await db[TASKS].find({"counted": False}).to_list()
    batch = folding.fold_of(owing, number + 1)
    assert await folding.open_batch(db, batch)
    return batch


@pytest.mark.parametrize("done", [0, 1, 3, 99])
async def test_a_batch_that_was_left_is_finished_by_the_next_reader(
    store: MongoStore, url: str, done: int
) -> None:
    await store.import_tasks(two())
    async with database(url) as db:
        batch = await opened_batch(db)
        for added in batch.sums[:done]:
            await folding.add(db, batch.number, added)

        assert await store.tallies([EVER]) == [TWO]
        assert (await store.statistics([ANA]))[ANA].tally == TWO
        assert await store.recount()


async def test_one_that_wakes_late_adds_nothing(store: MongoStore, url: str) -> None:
    await store.import_tasks(two())
    async with database(url) as db:
        batch = await opened_batch(db)
        assert await store.tallies([EVER]) == [TWO]
        await store.import_tasks([make_ended(BIA, NOON, make_outcome(Severity.WARNING))])
        before = await store.tallies([EVER]), await store.statistics([ANA, BIA])

        await folding.finish(db, batch)

        assert (await store.tallies([EVER]), await store.statistics([ANA, BIA])) == before
        assert await store.recount()


async def test_a_deletion_that_was_left_leaves_no_logs_behind(store: MongoStore, url: str) -> None:
    tasks = two()
    await store.import_tasks(tasks)
    await store.statistics([ANA])
    async with database(url) as db:
        await db[LOG_CHUNKS].insert_many(
            {"_id": f"{task.task_id}:{0:012}", "start": 0, "end": 2, "data": b"hi"}
            for task in tasks
        )
        number = await folding.finish_open(db)
        batch = folding.prune_of(await db[TASKS].find().to_list(), number + 1)
        assert await folding.open_batch(db, batch)

        await store.statistics([ANA])

        assert await db[TASKS].count_documents({}) == 0
        assert await db[LOG_CHUNKS].count_documents({}) == 0


async def test_one_that_wakes_late_deletes_nothing_that_came_back(
    store: MongoStore, url: str
) -> None:
    tasks = two()
    await store.import_tasks(tasks)
    await store.statistics([ANA])
    async with database(url) as db:
        number = await folding.finish_open(db)
        old = await db[TASKS].find().to_list()
        batch = folding.prune_of(old, number + 1)
        assert await folding.open_batch(db, batch)
        assert await store.tallies([EVER]) == [TWO]
        assert await store.import_tasks(tasks) == {task.task_id for task in tasks}

        await folding.finish(db, batch)

        assert len(await db[TASKS].find().to_list()) == 2
        assert await store.tallies([EVER]) == [TWO + TWO]
        assert await store.recount()


async def test_many_who_read_at_once_count_once(store: MongoStore, url: str) -> None:
    others = [await open_mongodb_store(url) for _ in range(2)]
    for round_ in range(3):
        at = NOON + round_ * MINUTE
        tasks = [make_ended(AgentId(f"agent-{n}"), at, make_outcome()) for n in range(9)]
        await store.import_tasks(tasks)
        told = await asyncio.gather(
            *(reader.tallies([EVER]) for reader in (store, *others) for _ in range(3))
        )
        assert {tally.completed for [tally] in told} == {9 * (round_ + 1)}
    assert await store.recount()
    for other in others:
        await other.close()


async def test_more_than_a_batch_is_counted_whole(
    store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "BATCH", 4)
    tasks = [make_ended(ANA, NOON + n * MINUTE, make_outcome()) for n in range(10)]
    await store.import_tasks(tasks)
    assert (await store.statistics([ANA]))[ANA].tally.completed == 10
    assert await store.recount()


async def test_a_batch_of_many_agents_is_counted_again(store: MongoStore, url: str) -> None:
    # More counters than the server takes updates in one command.
    names = [AgentId(f"agent-{number}") for number in range(101)]
    for round_ in range(2):
        at = NOON + round_ * MINUTE
        await store.import_tasks([make_ended(name, at, make_outcome()) for name in names])
        [tally] = await store.tallies([EVER])
        assert tally.completed == len(names) * (round_ + 1)
    async with database(url) as db:
        assert await db[COUNTERS].count_documents({}) > 100


async def test_what_ends_is_counted_now_and_then_though_nobody_reads(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "BATCH", 4)
    store = await open_mongodb_store(url)
    for n in range(5):
        await store.import_tasks([make_ended(ANA, NOON + n * MINUTE, make_outcome())])
    await store.close()  # waits for what was begun
    async with database(url) as db:
        assert await db[TASKS].count_documents({"counted": True}) >= 4


async def test_counters_that_went_wrong_are_told_and_made_right(
    store: MongoStore, url: str
) -> None:
    await store.import_tasks(two())
    assert len(await store.prune(before=NOON + timedelta(seconds=1), limit=1)) == 1
    assert await store.recount()
    async with database(url) as db:
        await db[COUNTERS].update_one({"_id": f"agent:{ANA}"}, {"$unset": {"here": ""}})
        await db[COUNTERS].delete_one({"_id": "kinds"})
        await db[COUNTERS].insert_one({"_id": "usage_day:0:caio", "batch": 0, "here": {"runs": 3}})

    assert not await store.recount()

    assert await store.recount()
    assert await store.tallies([EVER]) == [TWO]
    assert (await store.statistics([ANA]))[ANA].tally == TWO


async def test_a_recount_that_was_left_is_finished(store: MongoStore, url: str) -> None:
    await store.import_tasks(two())
    await store.statistics([ANA])
    async with database(url) as db:
        await db[COUNTERS].delete_many({"of": "day"})
        number = await folding.finish_open(db)
        batch = folding.Batch(number=number + 1, kind=folding.REBUILD, tasks=(), sums=())
        assert await folding.open_batch(db, batch)
    assert await store.tallies([EVER]) == [TWO]
    assert await store.recount()


@pytest.fixture
async def readers(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[MongoStore]]:
    """Servers that look at a batch, and beat, as fast as they can."""
    monkeypatch.setattr(folding, "LOOKS", 25)
    monkeypatch.setattr(folding, "_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(folding, "_BEAT_SECONDS", 0.001)
    opened = [await open_mongodb_store(url) for _ in range(3)]
    yield opened
    for one in opened:
        await one.close()


async def test_while_one_makes_the_counters_anew_the_others_wait(
    store: MongoStore, url: str, readers: list[MongoStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuilds, looks = 0, 0
    begun, long_after = asyncio.Event(), asyncio.Event()
    rebuild, look = recounting.rebuild, folding.look

    async def slow(db: Database, number: int) -> None:
        nonlocal rebuilds
        rebuilds += 1
        begun.set()
        await long_after.wait()
        await rebuild(db, number)

    async def counted(db: Database) -> dict[str, Any] | None:
        nonlocal looks
        looks += 1
        if looks > 3 * len(readers) * folding.LOOKS:
            long_after.set()
        return await look(db)

    await store.import_tasks(two())
    await store.statistics([ANA])
    async with database(url) as db:
        await db[COUNTERS].delete_many({"of": "day"})
    monkeypatch.setattr(recounting, "rebuild", slow)
    recount = asyncio.create_task(store.recount())
    try:
        async with asyncio.timeout(DEADLINE):
            await begun.wait()
            monkeypatch.setattr(folding, "look", counted)
            await asyncio.gather(*(reader.tallies([EVER]) for reader in readers))
    finally:
        long_after.set()
        agreed = await recount
    assert (agreed, rebuilds) == (False, 1)
    assert await store.tallies([EVER]) == [TWO]


async def test_of_many_who_wait_one_finishes_what_was_left(
    store: MongoStore, url: str, readers: list[MongoStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = []
    finish = folding.finish

    async def counted(db: Database, batch: folding.Batch) -> None:
        finished.append(batch.number)
        await finish(db, batch)

    await store.import_tasks(two())
    async with database(url) as db:
        batch = await opened_batch(db)
    monkeypatch.setattr(folding, "finish", counted)
    told = await asyncio.gather(*(reader.tallies([EVER]) for reader in readers))
    assert told == [[TWO]] * len(readers)
    assert finished == [batch.number]


async def test_what_changes_while_it_is_folded_is_counted_again(
    store: MongoStore, url: str
) -> None:
    await store.import_tasks(two())
    async with database(url) as db:
        batch = await opened_batch(db)
        # As a row of lost slots does that grows meanwhile.
        await db[TASKS].update_one(
            {"status": "completed"},
            {"$set": {"us.duration": 90_000_000, "counted": False}, "$inc": {"rev": 1}},
        )
        await folding.finish(db, batch)
    [tally] = await store.tallies([EVER])
    assert tally.duration_ms == 150_000
    assert await store.recount()
