"""What a process that only works says and hears over Redis.

It stores events and needs none: were it to read them in order to carry them, it would read those of
all other workers too. So it only says that there are some, and every server looks. It hears of runs
that were asked to stop; whether that is so it asks the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog

from conselho.buses.redis_client import (
    BLOCK_SECONDS,
    FAILURES,
    KEPT,
    cancels_key,
    end_tasks,
    make_client,
    news_key,
    place_of,
    reason_of,
)
from conselho.clock import Clock
from conselho.models.ids import TaskId

log = structlog.get_logger(__name__)

# What is stored meanwhile is told with it.
GATHER_SECONDS: Final = 0.02
PAUSE_SECONDS: Final = 1.0


class RedisNews:
    """`run` must be running. While Redis is away servers find what is new by looking."""

    def __init__(self, url: str, clock: Clock, *, identity: str) -> None:
        """Raises InvalidSettings for a URL that Redis's client does not take."""
        self._redis = make_client(url)
        self._reader = make_client(url, patience_seconds=BLOCK_SECONDS)
        self._place = place_of(url)
        self._clock = clock
        self._key = news_key(identity)
        self._cancels_key = cancels_key(identity)
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

    async def follow_cancels(self, asked: Callable[[TaskId], Awaitable[None]]) -> None:
        """Call `asked` with each run that is said to have been asked to stop, until cancelled.

        While Redis is away its owner learns of it when it renews its lease.
        """
        while True:
            reading = asyncio.ensure_future(self._read_cancels(asked))
            try:
                await asyncio.wait({reading})
                reading.result()
            except FAILURES:
                await self._clock.sleep(PAUSE_SECONDS)  # `run` says so
            finally:
                await end_tasks({reading})

    async def _read_cancels(self, asked: Callable[[TaskId], Awaitable[None]]) -> None:
        cursor: bytes | str = "$"
        while True:
            answer: Any = await self._reader.xread(
                {self._cancels_key: cursor}, block=round(BLOCK_SECONDS * 1000)
            )
            for entry_id, fields in answer[0][1] if answer else ():
                cursor = entry_id
                await asked(TaskId(fields.get(b"task", b"").decode("utf-8", "replace")))

    async def close(self) -> None:
        for client in (self._redis, self._reader):
            await client.aclose()
