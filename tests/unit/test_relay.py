"""The relay over a real store and bus: every stored event is published once, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conselho.buses.local import LocalBus
from conselho.errors import BusUnavailable
from conselho.models.event import EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.services.relay import BATCH, GATHER_SECONDS, LOOK_SECONDS, Relay
from conselho.store import Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import FakeClock
from tests.support.factories import make_agent

DEADLINE = 10


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


@pytest.fixture
async def bus() -> AsyncIterator[LocalBus]:
    bus = LocalBus()
    yield bus
    await bus.close()


async def tell(store: Store, agent_id: str, count: int) -> None:
    """Store so many events."""
    drafts = [
        EventDraft(type=EventType.UPDATED, agent_id=agent_id, data={"n": n}) for n in range(count)
    ]
    await store.create_agent(make_agent(AgentId(agent_id)), events=drafts)


async def test_stored_events_are_published_in_order_and_once(store: Store, bus: LocalBus) -> None:
    relay = Relay(store, bus, FakeClock(), after=0)
    await tell(store, "ana", BATCH + 7)
    async with bus.subscribe() as news:
        published = await relay.tick()
        again = await relay.tick()
        await bus.close()
        seqs = [event.seq async for batch in news for event in batch]

    assert (published, again) == (BATCH + 7, 0)
    assert seqs == list(range(1, BATCH + 8))


async def test_what_was_stored_before_the_start_is_history(store: Store, bus: LocalBus) -> None:
    await tell(store, "ana", 3)
    relay = Relay(store, bus, FakeClock(), after=3)
    await tell(store, "bia", 1)

    assert await relay.tick() == 1


async def test_a_bus_that_refuses_keeps_the_place(store: Store, bus: LocalBus) -> None:
    relay = Relay(store, bus, FakeClock(), after=0)
    await tell(store, "ana", 2)
    await bus.close()

    with pytest.raises(BusUnavailable):
        await relay.tick()
    with pytest.raises(BusUnavailable):
        await relay.tick()


async def test_a_commit_wakes_the_loop(store: Store, bus: LocalBus) -> None:
    relay = Relay(store, bus, clock := FakeClock(), after=0)
    store.listen(relay.wake)
    async with bus.subscribe() as news:
        loop = asyncio.ensure_future(relay.run())
        await clock.until_asleep()

        await tell(store, "ana", 1)

        async with asyncio.timeout(DEADLINE):
            [event] = await anext(news)
        await stop(loop)
    assert event.seq == 1


async def test_events_of_another_process_are_found_by_looking(store: Store, bus: LocalBus) -> None:
    relay = Relay(store, bus, clock := FakeClock(), after=0)
    async with bus.subscribe() as news:
        loop = asyncio.ensure_future(relay.run())
        await clock.until_asleep()
        await tell(store, "ana", 1)  # nobody told the relay

        await clock.advance(LOOK_SECONDS)

        async with asyncio.timeout(DEADLINE):
            [event] = await anext(news)
        await stop(loop)
    assert event.seq == 1


async def test_events_that_come_fast_are_published_together(store: Store, bus: LocalBus) -> None:
    relay = Relay(store, bus, clock := FakeClock(), after=0)
    store.listen(relay.wake)
    async with bus.subscribe() as news:
        loop = asyncio.ensure_future(relay.run())
        await clock.until_asleep()
        async with asyncio.timeout(DEADLINE):
            await tell(store, "ana", 1)
            alone = await anext(news)
            rest = asyncio.ensure_future(anext(news))
            await tell(store, "bia", 1)
            for _ in range(10):  # time in which a hasty relay would read and publish
                await store.event_span()
            await tell(store, "caio", 1)
            await clock.advance(GATHER_SECONDS)
            together = await rest
        await stop(loop)
    assert [[event.seq for event in batch] for batch in (alone, together)] == [[1], [2, 3]]


async def stop(loop: asyncio.Future[None]) -> None:
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_that_nothing_can_be_read_is_told_until_it_can(tmp_path: Path, bus: LocalBus) -> None:
    clock = FakeClock()
    database = tmp_path / "conselho.db"
    store = await open_sql_store(f"sqlite:///{database}?busy_timeout=10")
    relay = Relay(store, bus, clock, after=0)
    running = asyncio.ensure_future(relay.run())
    await clock.until_asleep()
    before = relay.trouble
    assert before is None
    await store.close()

    async with asyncio.timeout(DEADLINE):
        while relay.trouble is None:
            await clock.advance(LOOK_SECONDS)
    assert "closed" in relay.trouble

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
