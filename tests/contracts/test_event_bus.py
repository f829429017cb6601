"""The contract of event buses (conselho/bus.py)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conselho.bus import EventBus
from conselho.buses.local import LocalBus
from conselho.clock import SystemClock
from conselho.errors import BusUnavailable
from conselho.models.event import Event, EventType
from conselho.stores import open_store
from tests.support.redis import RedisServer, running_redis, why_missing

DEADLINE = 10
# Without Redis one test of test_redis_bus.py says so, instead of each skipping.
BUSES = ("local",) if why_missing() else ("local", "redis", "redis is away")

MakeBus = Callable[..., Awaitable[EventBus]]


def event(seq: int) -> Event:
    return Event(
        event_id=f"s-{seq}",
        seq=seq,
        type=EventType.EXECUTION,
        agent_id="a",
        data={"n": seq},
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(params=BUSES)
async def make_bus(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MakeBus]:
    """Makes a bus with what it needs, running."""
    async with AsyncExitStack() as stack:

        async def make(bound: int = 20_000) -> EventBus:
            if request.param == "local":
                bus = LocalBus(bound=bound)
                stack.push_async_callback(bus.close)
                return bus
            url = "redis://127.0.0.1:1"
            if request.param == "redis":
                url = request.getfixturevalue("redis").url
            return await stack.enter_async_context(_redis_bus(url, tmp_path, bound))

        yield make


@asynccontextmanager
async def _redis_bus(url: str, folder: Path, bound: int) -> AsyncIterator[EventBus]:
    from conselho.buses.redis_streams import RedisBus

    store = await open_store(f"sqlite:///{folder / 'conselho.db'}")
    bus = RedisBus(url, store, SystemClock(), identity=store.identity, after=0, bound=bound)
    connected = asyncio.Event()
    running = asyncio.ensure_future(bus.run(connected.set))
    if not url.endswith(":1"):
        await asyncio.wait_for(connected.wait(), DEADLINE)
    yield bus
    running.cancel()
    await asyncio.wait({running}, timeout=DEADLINE)
    assert running.cancelled()
    await bus.close()
    await store.close()


@pytest.fixture
async def bus(make_bus: MakeBus) -> EventBus:
    return await make_bus()


async def take(news: AsyncIterator[list[Event]], count: int) -> list[int]:
    seqs: list[int] = []
    async with asyncio.timeout(DEADLINE):
        while len(seqs) < count:
            seqs += [one.seq for one in await anext(news)]
    return seqs


async def test_a_subscriber_hears_everything_since_it_entered_in_order(bus: EventBus) -> None:
    await bus.publish([event(1)])
    async with bus.subscribe() as news:
        await bus.publish([event(2), event(3)])
        await bus.publish([event(4)])

        assert await take(news, 3) == [2, 3, 4]


async def test_every_subscriber_hears_every_event(bus: EventBus) -> None:
    async with bus.subscribe() as first, bus.subscribe() as second:
        await bus.publish([event(1), event(2)])

        assert await take(first, 2) == await take(second, 2) == [1, 2]


async def test_a_waiting_subscriber_is_woken(bus: EventBus) -> None:
    async with bus.subscribe() as news:
        waiting = asyncio.ensure_future(take(news, 1))
        await asyncio.sleep(0)
        await bus.publish([event(7)])

        assert await waiting == [7]


async def test_closing_ends_all_subscriptions_after_what_they_were_owed(bus: EventBus) -> None:
    async with bus.subscribe() as news:
        await bus.publish([event(1)])
        await bus.close()

        async with asyncio.timeout(DEADLINE):
            heard = [one.seq async for batch in news for one in batch]

    assert heard == [1]


async def test_a_closed_bus_refuses_to_publish(bus: EventBus) -> None:
    await bus.close()

    with pytest.raises(BusUnavailable):
        await bus.check()
    with pytest.raises(BusUnavailable):
        await bus.publish([event(1)])


async def test_it_tells_up_to_where_it_has_carried(bus: EventBus) -> None:
    await bus.publish([event(1), event(2)])

    assert bus.carried == 2


async def test_what_keeps_it_from_carrying_is_told(bus: EventBus) -> None:
    if bus.trouble is None:
        await bus.check()
    else:
        with pytest.raises(BusUnavailable, match="up to a second late"):
            await bus.check()


async def test_a_subscriber_that_left_costs_nothing_more(make_bus: MakeBus) -> None:
    bus = await make_bus(bound=2)
    async with bus.subscribe():
        pass

    for seq in range(1, 100):
        await bus.publish([event(seq)])

    async with bus.subscribe() as news:
        await bus.publish([event(200)])
        assert await take(news, 1) == [200]


async def test_a_subscriber_that_falls_behind_is_told_instead_of_losing_events(
    make_bus: MakeBus,
) -> None:
    bus = await make_bus(bound=2)
    async with bus.subscribe() as slow:
        await bus.publish([event(1), event(2)])
        await bus.publish([event(3)])

        with pytest.raises(BusUnavailable, match="behind"):
            await anext(slow)
