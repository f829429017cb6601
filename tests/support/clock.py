"""A clock that a test moves by hand."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import count

from conselho.clock import Reading

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

# How often the others may run after each waking, before time goes on. What a woken sleeper does
# beyond that (threads, files, sockets) must be waited for by its effect.
TURNS = 20


class FakeClock:
    """Stands still until `advance`; sleepers wake in the order of their times."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start
        self._awake = self._running = 1_000.0
        self._order = count()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._fell_asleep = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def read(self) -> Reading:
        return Reading(wall=self._now, awake=self._awake, running=self._running)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        wake_at = self._now + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (wake_at, next(self._order), woken))
        self._fell_asleep.set()
        await woken

    async def advance(self, seconds: float) -> None:
        """Let time pass: each sleeper wakes at its own moment, and may sleep again in between."""
        await _let_others_run()
        end = self._now + timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= end:
            wake_at, _, woken = heapq.heappop(self._sleepers)
            if woken.done():  # cancelled
                continue
            self._pass(wake_at)
            woken.set_result(None)
            await _let_others_run()
        self._pass(end)

    def jump(self, seconds: float) -> None:
        """Time passes without waking anybody, as for an event loop that is blocked."""
        self._pass(self._now + timedelta(seconds=seconds))

    def suspend(self, seconds: float) -> None:
        """The machine sleeps: nobody is woken, and seconds awake are not counted."""
        self._now += timedelta(seconds=seconds)
        self._running += seconds

    def set(self, moment: datetime) -> None:
        """Somebody sets the hands; no time passes."""
        self._now = moment

    def _pass(self, until: datetime) -> None:
        seconds = max((until - self._now).total_seconds(), 0.0)
        self._now = max(self._now, until)
        self._awake += seconds
        self._running += seconds

    async def until_asleep(self, sleepers: int = 1) -> None:
        """Wait until so many tasks sleep on this clock; TimeoutError after 10 real seconds."""
        async with asyncio.timeout(10):
            while self.asleep < sleepers:
                self._fell_asleep.clear()
                await self._fell_asleep.wait()

    @property
    def asleep(self) -> int:
        return sum(not woken.done() for _, _, woken in self._sleepers)


class FakeUTC(tzinfo):
    """UTC as a library reads it that asks for `datetime.now(zone)`: by the hands of a FakeClock.

    Python asks a zone the same thing for the present moment and for any other: only what is close
    to the real now is taken for it, so the fake clock must be far from there.
    """

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def fromutc(self, dt: datetime) -> datetime:
        moment = dt.replace(tzinfo=UTC)
        is_now = abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
        return (self._clock.now() if is_now else moment).replace(tzinfo=self)

    def utcoffset(self, dt: datetime | None) -> timedelta:
        return timedelta(0)

    def dst(self, dt: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, dt: datetime | None) -> str:
        return "UTC"


async def _let_others_run() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)
