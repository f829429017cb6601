"""Tells servers over Redis that there is something new in the store, for who reads no events.

A worker stores events and needs none: were it to read them in order to carry them, it would read
those of all other workers too. So it only says that there are some; every server then looks.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from conselho.buses.redis_client import FAILURES, make_client, news_key, place_of, reason_of
from conselho.clock import Clock

log = structlog.get_logger(__name__)

# They say nothing but "look": who was away looks anyway.
KEPT: Final = 16
# What is stored meanwhile is told with it.
GATHER_SECONDS: Final = 0.02
PAUSE_SECONDS: Final = 1.0


class RedisNews:
    """`run` must be running. While Redis is away servers find what is new by looking."""

    def __init__(self, url: str, clock: Clock, *, identity: str) -> None:
        """Raises InvalidSettings for a URL that Redis's client does not take."""
        self._redis = make_client(url)
        self._place = place_of(url)
        self._clock = clock
        self._key = news_key(identity)
        self._fresh = asyncio.Event()
        self._is_lost = False

    def tell(self) -> None:
        """Events were stored. Never blocks."""
        self._fresh.set()

    async def run(self) -> None:
        """Say so, until cancelled."""
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            try:
                await self._redis.xadd(self._key, {"look": 1}, maxlen=KEPT, approximate=True)
            except FAILURES as exc:
                if not self._is_lost:
                    log.warning("bus.unavailable", reason=f"{self._place}: {reason_of(exc)}")
                self._is_lost = True
                await self._clock.sleep(PAUSE_SECONDS)
            else:
                if self._is_lost:
                    log.info("bus.connected", stream=self._key)
                self._is_lost = False
                await self._clock.sleep(GATHER_SECONDS)

    async def close(self) -> None:
        await self._redis.aclose()
