"""What time it is, and waiting for a time: the one door to the clock for services.

Stores never read a clock: their calls take `now` from the caller.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

# They lie beside the zones, but differ from machine to machine, or count leap seconds.
_NO_ZONES = ("localtime", "posixrules", "Factory", "posix/", "right/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Three clocks at one moment: what they disagree on tells what happened in between.

    `wall` is the time of day, which people and time servers set. `awake` and `running` are seconds
    that only grow: the first stands still while the machine sleeps, the second does not.
    """

    wall: datetime
    awake: float
    running: float


class Clock(Protocol):
    """The time of day for services; a test passes one that it moves by hand."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock's time; at once when not positive."""
        ...

    def read(self) -> Reading:
        """All three clocks, now."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def read(self) -> Reading:
        running = time.clock_gettime(_RUNNING)
        return Reading(wall=self.now(), awake=time.monotonic(), running=running)


# Linux: the one counts through a suspend, the other does not. macOS: the other way round.
_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


async def sleep_unless(event: asyncio.Event, clock: Clock, seconds: float) -> bool:
    """Wait for `event`, at most `seconds`; True when the event came first. Clears the event."""
    if event.is_set():
        event.clear()
        return True
    woken = asyncio.ensure_future(event.wait())
    slept = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({woken, slept}, return_when=asyncio.FIRST_COMPLETED)
        return woken.done()
    finally:
        woken.cancel()
        slept.cancel()
        event.clear()


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, the same on every machine; None when there is none."""
    if name.startswith(_NO_ZONES):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
