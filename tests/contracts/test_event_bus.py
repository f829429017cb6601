"""The contract of event buses (conselho/bus.py)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from conselho.bus import EventBus
from conselho.buses.local import LocalBus
from conselho.errors import BusUnavailable
from conselho.models.event import Event, EventType

DEADLINE = 10


def event(seq: int) -> Event:
    return Event(
        event_id=f"s-{seq}",
        seq=seq,
        type=EventType.EXECUTION,
        agent_id="a",
        data={"n": seq},
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.fixture(params=["local"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[EventBus]:
    bus = LocalBus()
    yield bus
    await bus.close()


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
    await bus.check()
    await bus.close()

    with pytest.raises(BusUnavailable):
        await bus.check()
    with pytest.raises(BusUnavailable):
        await bus.publish([event(1)])


async def test_a_subscriber_that_left_costs_nothing_more() -> None:
    bus = LocalBus(bound=2)
    async with bus.subscribe():
        pass

    for seq in range(100):
        await bus.publish([event(seq)])

    async with bus.subscribe() as news:
        await bus.publish([event(200)])
        assert await take(news, 1) == [200]


async def test_a_subscriber_that_falls_behind_is_told_instead_of_losing_events() -> None:
    bus = LocalBus(bound=2)
    async with bus.subscribe() as slow:
        await bus.publish([event(1), event(2)])
        await bus.publish([event(3)])

        with pytest.raises(BusUnavailable, match="behind"):
            await anext(slow)
