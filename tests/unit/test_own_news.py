"""What a worker tells its own services, and how a cancel finds the process that owns the run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from conselho.buses.local import LocalBus
from conselho.models.event import Event
from conselho.models.ids import AgentId, TaskId
from conselho.services.announcements import announce
from conselho.services.cancels import follow_cancels
from conselho.services.own_news import OwnNews
from conselho.services.relay import Relay
from conselho.store import Held, Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import LEASE, WORKER, make_outcome, make_task

DEADLINE = 10


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


async def test_a_worker_hears_of_what_it_does_and_of_nothing_else(store: Store) -> None:
    bus = LocalBus()
    news = OwnNews(bus, FakeClock())
    watched = news.watching(store)
    mine, others = make_task(AgentId("ana")), make_task(AgentId("bia"))
    async with bus.subscribe() as told:
        await watched.submit([mine, others], announce=announce)
        await store.cancel(others.task_id, now=NOON, announce=announce)
        [claimed] = await watched.claim(WORKER, now=NOON, limit=5, lease=LEASE, announce=announce)
        held = Held(task_id=claimed.task_id, fence=claimed.fence)
        await watched.renew(WORKER, [held], now=NOON, lease=LEASE)
        ended = await watched.finish(held, make_outcome(), now=NOON, announce=announce)
        await bus.close()
        heard: list[Event] = [event for events in [one async for one in told] for event in events]

    expected = [*announce(claimed), *announce(ended)]
    assert [event.data for event in heard] == [draft.data for draft in expected]
    assert [event.seq for event in heard] == list(range(1, len(expected) + 1))
    assert news.newest == len(expected)


async def test_a_cancel_that_another_process_was_asked_for_reaches_the_owner(store: Store) -> None:
    bus, clock = LocalBus(), FakeClock()
    relay = Relay(store, bus, clock, after=0)
    asked: asyncio.Queue[TaskId] = asyncio.Queue()
    following = asyncio.ensure_future(follow_cancels(bus, asked.put))
    await asyncio.sleep(0)  # it listens
    waiting, running = make_task(AgentId("ana")), make_task(AgentId("bia"))
    await store.submit([waiting, running], announce=announce)
    await store.claim(
        WORKER, now=NOON, limit=1, lease=LEASE, only=[running.task_id], announce=announce
    )
    await relay.tick()
    assert asked.empty(), "a start is no cancel"

    for task in (waiting, running):
        later = NOON + timedelta(seconds=1)
        await store.cancel(task.task_id, now=later, announce=announce)
    await relay.tick()

    async with asyncio.timeout(DEADLINE):
        assert await asked.get() == running.task_id
    assert asked.empty(), "what waits is cancelled in the store alone"
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
