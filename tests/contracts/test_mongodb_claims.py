"""Claims and backlogs over MongoDB: cut off in the middle, and beside queues that nobody serves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import AutoReconnect

from conselho.errors import StoreUnavailable
from conselho.models.ids import AgentId
from conselho.models.task import Status, Task
from conselho.models.worker import Backlog, Queue
from conselho.store import PRIORITY_STEP, ClaimLimits
from conselho.stores.mongodb import MongoStore, backlog, claims, open_mongodb_store, turns
from conselho.stores.mongodb.connection import Database
from tests.support import mongodb
from tests.support.clock import NOON
from tests.support.factories import LEASE, OTHER_WORKER, WORKER, make_task, no_events
from tests.support.network import a_link
from tests.support.pool import NO_GRACE, Pool
from tests.support.stores import store_url

DEADLINE = 60
SECOND = timedelta(seconds=1)
FORMER = [("status", 1), ("us.rank", 1), ("active_key", 1)]


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


async def submitted(store: MongoStore, *names: str, **fields: Any) -> list[Task]:
    tasks = [make_task(AgentId(name), **fields) for name in names]
    await store.submit(tasks, announce=no_events)
    return tasks


async def claim(store: MongoStore, *, limit: int = 9, **how: Any) -> list[str]:
    claimed = await store.claim(
        WORKER, now=NOON, limit=limit, lease=LEASE, announce=no_events, **how
    )
    return [task.agent_id for task in claimed]


def cut_off(*_: object) -> Any:
    raise AutoReconnect("connection closed")


# -- cut off ---------------------------------------------------------------------------------------


async def test_a_claim_whose_write_was_not_answered_is_given_back_and_begins(
    store: MongoStore, url: str
) -> None:
    [task] = await submitted(store, "ana")
    parts = urlsplit(url)
    with a_link(str(parts.hostname), parts.port or 27017) as link:
        far = await open_mongodb_store(parts._replace(netloc=f"127.0.0.1:{link.port}").geturl())
        pool = Pool(far)
        link.swallow_after(b"findAndModify")
        claiming = asyncio.ensure_future(pool.dispatcher.tick())
        async with asyncio.timeout(DEADLINE):
            while not await store.held_by(WORKER):
                pass
            link.heal()  # what was open ends
            with pytest.raises(StoreUnavailable):
                await claiming
            assert await pool.dispatcher.tick() == 1
        begun = await store.task(task.task_id)
        assert (begun.status, begun.fence, begun.attempt) == (Status.PROCESSING, 2, 1)
        await pool.dispatcher.drain(NO_GRACE)
        await far.close()


async def test_what_an_earlier_look_claimed_is_told_when_the_next_one_is_cut_off(
    store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = await submitted(store, "ana", "bia")
    choice, whole = claims._choice, claims._whole

    async def another_is_first(db: Database, chosen: Any) -> Any:
        found = await whole(db, chosen)
        monkeypatch.setattr(claims, "_whole", whole)
        monkeypatch.setattr(claims, "_choice", cut_off)
        # Whoever writes it now: the claim finds it changed, and looks again.
        await store.cancel(tasks[0].task_id, now=NOON, announce=no_events)
        return found

    monkeypatch.setattr(claims, "_whole", another_is_first)
    assert await claim(store) == ["bia"]
    assert await store.held_by(WORKER) != []
    monkeypatch.setattr(claims, "_choice", choice)


async def test_a_turn_that_cannot_be_left_hides_nothing_that_was_claimed(
    store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await submitted(store, "ana", "bia", lanes=("tag:a",))
    limits = ClaimLimits(at_once={"tag:a": 1})
    with monkeypatch.context() as patched:
        patched.setattr(turns, "leave", cut_off)
        [first] = await claim(store, limits=limits)
    assert await claim(store, limits=limits) == []
    other = await store.claim(
        OTHER_WORKER, now=NOON + 6 * SECOND, limit=9, lease=LEASE, limits=limits,
        announce=no_events,
    )  # fmt: skip
    assert other == [], f"{first} is in the only place"


# -- beside queues that nobody serves --------------------------------------------------------------


async def test_a_store_of_an_earlier_release_gets_the_index_of_the_queues(url: str) -> None:
    """Each write would go on paying for the former one."""
    async with AsyncMongoClient[dict[str, Any]](url) as client:
        db = client.get_default_database()
        await db.tasks.create_index(FORMER, name="conselho_status_1_us.rank_1_active_key_1")
        await db.agents.create_index([("theirs", 1)], name="theirs")

        stores = await asyncio.gather(*(open_mongodb_store(url) for _ in range(2)))

        keys = [index["key"] for index in (await db.tasks.index_information()).values()]
        assert [*FORMER[:1], ("queue", 1), *FORMER[1:]] in keys
        assert FORMER not in keys
        assert "theirs" in await db.agents.index_information()
    for store in stores:
        await store.close()


async def test_an_index_that_somebody_else_made_stays(url: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](url) as client:
        db = client.get_default_database()
        await db.tasks.create_index(FORMER, name="theirs")
        store = await open_mongodb_store(url)
        assert "theirs" in await db.tasks.index_information()
    await store.close()


async def test_what_waits_before_in_other_queues_hides_nothing_of_ours(store: MongoStore) -> None:
    foreign = [f"foreign-{n}" for n in range(120)]
    await submitted(store, *foreign, queue="gpu", created_at=NOON - 60 * SECOND)
    await submitted(store, "later", created_at=NOON - SECOND)
    await submitted(store, "ours", queue="mac", created_at=NOON - 2 * SECOND)

    assert [one.queue for one in await store.waiting(now=NOON, queues=[None, "mac"], limit=9)] == [
        "mac",
        None,
    ]
    assert await store.backlogs(now=NOON) == [
        Backlog(queue=None, waiting=1, oldest=NOON - SECOND),
        Backlog(queue="gpu", waiting=120, oldest=NOON - 60 * SECOND),
        Backlog(queue="mac", waiting=1, oldest=NOON - 2 * SECOND),
    ]
    assert await claim(store, queues=["mac", None]) == ["ours", "later"]
    assert await claim(store, queues=["mac", None]) == []


@pytest.mark.parametrize("seed", range(4))
async def test_the_oldest_of_a_queue_is_found_wherever_it_stands(
    store: MongoStore, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Neither when it was made nor when it is due says so alone, and priorities turn the order."""
    monkeypatch.setattr(backlog, "_PORTION", 2)
    dice = random.Random(seed)
    queues: tuple[Queue, ...] = (None, "gpu")
    tasks = [
        make_task(
            AgentId(f"agent-{n}"),
            queue=dice.choice(queues),
            priority=dice.randint(1, 9),
            created_at=NOON - dice.randint(0, 12) * PRIORITY_STEP,
            not_before=NOON - dice.randint(-2, 12) * PRIORITY_STEP,
        )
        for n in range(40)
    ]
    await store.submit(tasks, announce=no_events)
    due = [task for task in tasks if task.not_before <= NOON]

    told = await store.backlogs(now=NOON)

    assert told == [
        Backlog(
            queue=queue,
            waiting=sum(task.queue == queue for task in due),
            oldest=min(
                max(task.not_before, task.created_at) for task in due if task.queue == queue
            ),
        )
        for queue in queues
    ]
