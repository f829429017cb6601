"""The bus of one process: events go straight to its own subscribers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from conselho.errors import BusUnavailable
from conselho.models.event import Event

# A subscriber that falls this far behind has hung: it must start again from the store.
BOUND = 20_000


class LocalBus:
    def __init__(self, *, bound: int = BOUND) -> None:
        self.carried = 0
        self.trouble: str | None = None
        self._bound = bound
        self._subscribers: set[_Subscription] = set()
        self._closed = False

    async def publish(self, events: Sequence[Event]) -> None:
        if self._closed:
            raise BusUnavailable("it is closed")
        if not events:
            return
        self.carried = events[-1].seq
        for subscriber in self._subscribers:
            subscriber.put(events)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[list[Event]]]:
        subscription = _Subscription(self._bound)
        if self._closed:
            subscription.close()
        self._subscribers.add(subscription)
        try:
            yield subscription
        finally:
            self._subscribers.discard(subscription)

    async def check(self) -> None:
        if self._closed:
            raise BusUnavailable("it is closed")

    async def run(self, missed: Callable[[], None]) -> None:
        """Return at once: there are no other processes."""

    async def close(self) -> None:
        self._closed = True
        for subscriber in self._subscribers:
            subscriber.close()


class _Subscription:
    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._waiting: deque[Event] = deque()
        self._ready = asyncio.Event()
        self._overrun = False
        self._closed = False

    def put(self, events: Sequence[Event]) -> None:
        if len(self._waiting) + len(events) > self._bound:
            self._overrun = True
            self._waiting.clear()
        if not self._overrun:
            self._waiting.extend(events)
        self._ready.set()

    def close(self) -> None:
        self._closed = True
        self._ready.set()

    def __aiter__(self) -> _Subscription:
        return self

    async def __anext__(self) -> list[Event]:
        while True:
            if self._overrun:
                raise BusUnavailable(f"a subscriber fell more than {self._bound} events behind")
            if self._waiting:
                batch = list(self._waiting)
                self._waiting.clear()
                return batch
            if self._closed:
                raise StopAsyncIteration
            self._ready.clear()
            await self._ready.wait()
