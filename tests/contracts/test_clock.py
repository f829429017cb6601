"""The Clock contract, for the machine's clock and for the one that tests move by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

import pytest

from conselho.clock import Clock, SystemClock, sleep_unless
from tests.support.clock import NOON, FakeClock

Pass = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Timed:
    """A clock, and how `seconds` of its time pass."""

    clock: Clock
    let_pass: Pass


async def _by_itself(seconds: float) -> None:
    """The machine's time passes without us."""


@pytest.fixture(params=["system", "fake"])
async def timed(request: pytest.FixtureRequest) -> Timed:
    if request.param == "system":
        return Timed(SystemClock(), _by_itself)
    fake = FakeClock()
    return Timed(fake, fake.advance)


async def ended(task: asyncio.Task[object]) -> None:
    async with asyncio.timeout(10):
        await task


async def test_now_is_aware_and_in_utc(timed: Timed) -> None:
    assert timed.clock.now().tzinfo is UTC


async def test_a_sleeper_wakes_when_its_time_has_come(timed: Timed) -> None:
    began = timed.clock.now()
    sleeper = asyncio.ensure_future(timed.clock.sleep(0.05))
    await timed.let_pass(0.05)
    await ended(sleeper)
    # The machine's two clocks, of the day and of the loop, may differ by a hair.
    assert timed.clock.now() - began >= timedelta(seconds=0.049)


@pytest.mark.parametrize("seconds", [0, -1])
async def test_no_time_to_sleep_is_no_sleep(timed: Timed, seconds: float) -> None:
    async with asyncio.timeout(10):
        await timed.clock.sleep(seconds)


async def test_sleepers_wake_in_the_order_of_their_times(timed: Timed) -> None:
    woken: list[float] = []

    async def sleeper(seconds: float) -> None:
        await timed.clock.sleep(seconds)
        woken.append(seconds)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for seconds in (0.3, 0.001, 0.15):
            group.create_task(sleeper(seconds))
        await timed.let_pass(0.3)
    assert woken == [0.001, 0.15, 0.3]


async def test_a_sleeper_can_be_cancelled(timed: Timed) -> None:
    sleeper = asyncio.ensure_future(timed.clock.sleep(3600))
    await asyncio.sleep(0)
    sleeper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ended(sleeper)
    await timed.let_pass(3600)


async def test_an_event_ends_a_wait_early_and_is_cleared(timed: Timed) -> None:
    event = asyncio.Event()
    waiter = asyncio.ensure_future(sleep_unless(event, timed.clock, 3600))
    await asyncio.sleep(0)
    event.set()
    async with asyncio.timeout(10):
        assert await waiter is True
    assert not event.is_set()


async def test_an_event_that_came_before_ends_the_wait_at_once(timed: Timed) -> None:
    event = asyncio.Event()
    event.set()
    async with asyncio.timeout(10):
        assert await sleep_unless(event, timed.clock, 3600) is True
    assert not event.is_set()


async def test_without_the_event_the_wait_ends_with_its_time(timed: Timed) -> None:
    waiter = asyncio.ensure_future(sleep_unless(asyncio.Event(), timed.clock, 0.01))
    await timed.let_pass(0.01)
    async with asyncio.timeout(10):
        assert await waiter is False


async def test_the_fake_clock_stands_still_until_it_is_moved() -> None:
    clock = FakeClock()
    sleeper = asyncio.ensure_future(clock.sleep(10))
    await clock.until_asleep()
    await clock.advance(9.999)
    assert not sleeper.done()
    assert clock.now() == NOON + timedelta(seconds=9.999)
    await clock.advance(0.001)
    assert sleeper.done()


async def test_the_fake_clock_wakes_a_loop_as_often_as_it_would_have_woken() -> None:
    clock = FakeClock()
    ticks: list[float] = []

    async def loop() -> None:
        while True:
            await clock.sleep(10)
            ticks.append((clock.now() - NOON).total_seconds())

    looping = asyncio.ensure_future(loop())
    await clock.advance(35)
    assert ticks == [10, 20, 30]
    assert clock.now() == NOON + timedelta(seconds=35)
    assert clock.asleep == 1
    looping.cancel()
    await asyncio.gather(looping, return_exceptions=True)
    assert clock.asleep == 0


async def test_the_fake_clock_can_jump_over_its_sleepers() -> None:
    clock = FakeClock()
    sleeper = asyncio.ensure_future(clock.sleep(10))
    await clock.until_asleep()
    clock.jump(3600)
    assert not sleeper.done()
    await clock.advance(0)
    assert sleeper.done()
    assert clock.now() == NOON + timedelta(hours=1)
