"""Answers that many ask for and that may be a few seconds old."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from conselho.clock import Clock
from conselho.errors import StoreUnavailable

KEPT_SECONDS: Final = 5.0

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """What `ask` answers, asked for at most every KEPT_SECONDS however many want it.

    That the store did not answer is kept as well: those who wait would else ask it one after the
    other, each for as long as that takes.
    """

    def __init__(self, clock: Clock, ask: Callable[[], Awaitable[Answer]]) -> None:
        self._clock = clock
        self._ask = ask
        self._asking = asyncio.Lock()
        self._asked_at: float | None = None
        self._found: Callable[[], Answer] | None = None

    async def get(self) -> Answer:
        """Raises StoreUnavailable, and whatever else `ask` raises."""
        async with self._asking:
            awake = self._clock.read().awake
            fresh = self._asked_at is not None and awake - self._asked_at < KEPT_SECONDS
            if self._found is None or not fresh:
                self._found = await self._look()
                self._asked_at = awake
            return self._found()

    async def _look(self) -> Callable[[], Answer]:
        try:
            answer = await self._ask()
        except StoreUnavailable as error:
            reason = error.reason

            def fail() -> Answer:
                raise StoreUnavailable(reason)

            return fail
        return lambda: answer
