"""What goes on for long ends when the token that it was let in with holds no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from conselho.clock import Clock
from conselho.services.access import Access, Pass

Abort = Callable[[], None]


class Watch:
    """Looks every few seconds, once for each token however many streams it has, and never in the
    way of what is sent. It looks only while there is something to watch.
    """

    def __init__(self, access: Access, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._open: dict[str, tuple[Pass, dict[Abort, None]]] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def over(self, shown: Pass, abort: Abort) -> Iterator[None]:
        """`abort` is called if what was shown stops to hold within the block."""
        _, aborts = self._open.setdefault(shown.digest, (shown, {}))
        aborts[abort] = None
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._look())
        try:
            yield
        finally:
            del aborts[abort]
            if not aborts:
                del self._open[shown.digest]
            if not self._open and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _look(self) -> None:
        while True:
            await self._clock.sleep(self._access.fresh.total_seconds())
            for shown, aborts in list(self._open.values()):
                if not await self._access.still_holds(shown):
                    for abort in list(aborts):
                        abort()
