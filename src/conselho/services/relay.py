"""Carries stored events to the bus, in order: the reading end of the outbox."""

from __future__ import annotations

import asyncio

import structlog

from conselho.bus import EventBus
from conselho.clock import Clock, sleep_unless
from conselho.errors import Unavailable
from conselho.store import EventLog

log = structlog.get_logger(__name__)

BATCH = 500
# Events that another process stored make no noise here: they are found by looking.
LOOK_SECONDS = 1.0
# After a look that found something: what comes meanwhile is read in one. Each look costs a
# transaction, and under load there would be four for every run; nobody sees this delay.
GATHER_SECONDS = 0.02


class Relay:
    """Publishes every event with a higher seq than the one it started from, once per process."""

    def __init__(
        self,
        events: EventLog,
        bus: EventBus,
        clock: Clock,
        *,
        after: int,
        look_seconds: float | None = None,
    ) -> None:
        """`look_seconds`: instead of LOOK_SECONDS."""
        self._events = events
        self._bus = bus
        self._clock = clock
        self._cursor = after
        self._look_seconds = look_seconds or LOOK_SECONDS
        self._woken = asyncio.Event()
        # Why nothing can be read now; None when it can.
        self.trouble: str | None = None

    def wake(self) -> None:
        """Events were stored. Never blocks."""
        self._woken.set()

    async def tick(self) -> int:
        """Publish what is stored and not published yet; how many events that was."""
        published = 0
        while True:
            # What came from other servers meanwhile need not be read.
            self._cursor = max(self._cursor, self._bus.carried)
            events = await self._events.events_after(self._cursor, limit=BATCH)
            if not events:
                return published
            await self._bus.publish(events)
            self._cursor = events[-1].seq
            published += len(events)
            if len(events) < BATCH:
                return published

    async def run(self) -> None:
        """Tick at each wake-up, and every so often without one, until cancelled.

        The first event after a pause is published at once.
        """
        while True:
            try:
                published = await self.tick()
                self.trouble = None
                if published:
                    await self._clock.sleep(GATHER_SECONDS)
            except Unavailable as error:
                self.trouble = error.reason
                log.warning("relay.unavailable", service=error.service, reason=error.reason)
                await self._clock.sleep(LOOK_SECONDS)
            await sleep_unless(self._woken, self._clock, self._look_seconds)
