"""What the ring no longer has, out of the store.

Clients that were away for long often come back together (a proxy was down, say), and lack the same.
So the store is read in pages that are the same for all, and the newest ones read are kept a while:
a thousand clients cost as many reads as one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from conselho.api.frames import Frame, frame_of
from conselho.store import EventLog

PAGE: Final = 100
KEPT_BYTES: Final = 8 << 20
# So many pages are read at a time: others need the store, too.
READERS: Final = 2


class History:
    def __init__(self, events: EventLog) -> None:
        self._events = events
        self._kept: OrderedDict[int, Sequence[Frame]] = OrderedDict()
        self._kept_bytes = 0
        self._reading: dict[int, asyncio.Lock] = {}
        self._readers = asyncio.Semaphore(READERS)

    async def after(self, seq: int) -> Sequence[Frame]:
        """The next events after `seq`, some at a time; none when there are none any more.

        Raises StoreUnavailable.
        """
        number = seq // PAGE
        if number not in self._kept:
            async with self._reading.setdefault(number, asyncio.Lock()):
                # Somebody else may have read it meanwhile.
                page = self._kept.get(number) or await self._read(number)
            self._reading.pop(number, None)
        else:
            page = self._kept[number]
            self._kept.move_to_end(number)
        return [frame for frame in page if frame.seq > seq]

    async def _read(self, number: int) -> Sequence[Frame]:
        first, last = number * PAGE, (number + 1) * PAGE
        async with self._readers:
            events = await self._events.events_after(first, limit=PAGE)
        page = [frame_of(event) for event in events if event.seq <= last]
        if len(page) == PAGE:  # it will never be another one
            self._keep(number, page)
        return page

    def _keep(self, number: int, page: Sequence[Frame]) -> None:
        self._kept[number] = page
        self._kept_bytes += _size(page)
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= _size(oldest)


def _size(page: Sequence[Frame]) -> int:
    return sum(len(frame.data) for frame in page)
