"""How one thread writes to thousands of clients: a loop of its own, in slices.

Were each client a coroutine that waits for news, an event would wake them all at once: the event
loop would run every one of them before anything else, and other requests would wait for the last.
Waking, a time-out and ASGI's `send` also cost three times what the write itself does. So no client
is woken: `run` goes through all that lack something and writes into their connections, for a
millisecond at a time, and lets everybody else have their turn in between. While somebody waits for
an answer it pauses for longer than a turn: an answer is made in threads too, and Python's lock goes
to a thread only when the loop lets go of it for longer than the thread takes to wake up.

A connection that takes no more (the system's buffer is full) says so; its client is passed over
until the connection is free again, and then gets what it lacks in few writes. None waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Final

from conselho.api.batches import Batch, Readers
from conselho.api.courtesy import Courtesy
from conselho.api.ring import Ring
from conselho.api.stream_figures import StreamFigures
from conselho.api.stream_request import Filter
from conselho.clock import Clock

# With shorter ones, most of the time goes into turns; how long an event takes to the last client
# hardly depends on it, how long a request waits does.
SLICE_SECONDS: Final = 0.001
PAUSE_SECONDS: Final = 0.001
# Asking for the time costs a tenth of a write, so not after each.
WRITES_PER_LOOK: Final = 16
# A connection that takes nothing for that long has a client that does not read.
SEND_SECONDS: Final = 10.0


class Client:
    """One reader: where it stands in the ring, and whether its connection takes anything.

    `cursor` holds while it is among those who are delivered to; `seq` is the newest event that it
    has, or that its filter kept from it.
    """

    __slots__ = (
        "_delivery", "_happened", "abort", "cursor", "is_gone", "is_live", "is_stuck", "readers",
        "seq", "write",
    )  # fmt: skip

    def __init__(
        self,
        delivery: Delivery,
        readers: Readers,
        *,
        seq: int,
        write: Callable[[bytes], None],
        abort: Callable[[], None],
    ) -> None:
        self.readers = readers
        self.seq = seq
        self.cursor = 0
        self.write = write
        self.abort = abort
        self.is_live = False
        self.is_stuck = False
        self.is_gone = False
        self._delivery = delivery
        self._happened: asyncio.Future[None] | None = None

    def tell(self, data: bytes, *, events: int = 0) -> None:
        """Write what concerns this client alone."""
        if data and not self.is_gone:
            chunk = self.readers.chunk(data)
            self.write(chunk)
            self._delivery.figures.sent(len(chunk), events=events)

    # What its connection tells (connections.Listener).

    def paused(self) -> None:
        self.is_stuck = True
        self._delivery.stuck(self)

    def resumed(self) -> None:
        self.is_stuck = False
        self._delivery.freed(self)
        self.wake()

    def lost(self) -> None:
        self.is_gone = True
        self.is_live = False
        self._delivery.freed(self)
        self.wake()

    async def changed(self) -> None:
        """Return when something has happened to it: it left, is free again, or must be served."""
        self._happened = asyncio.get_running_loop().create_future()
        await self._happened

    def wake(self) -> None:
        if self._happened is not None and not self._happened.done():
            self._happened.set_result(None)


class Delivery:
    """Everybody who is written to from the ring, and the loop that does it."""

    def __init__(
        self, ring: Ring, figures: StreamFigures, clock: Clock, courtesy: Courtesy
    ) -> None:
        self._ring = ring
        self._courtesy = courtesy
        self.figures = figures
        self._clock = clock
        self._live: dict[Client, None] = {}
        self._due: list[Client] = []
        self._are_all_due = False
        self._work = asyncio.Event()
        self._written: list[Batch] = []
        self._is_closed = False
        # Since when; who got stuck first stands first.
        self._stuck: dict[Client, float] = {}
        self._readers: dict[tuple[Filter, bool], Readers] = {}

    # -- who is here ---------------------------------------------------------------------------

    def readers(self, wanted: Filter, *, is_chunked: bool) -> Readers:
        """Those who read the same, with one more among them; to be given back with `leave`."""
        key = wanted, is_chunked
        found = self._readers.setdefault(key, Readers(wanted, is_chunked))
        found.clients += 1
        return found

    def leave(self, readers: Readers) -> None:
        readers.clients -= 1
        if not readers.clients:
            del self._readers[readers.filter, readers.is_chunked]

    async def serve(self, client: Client) -> None:
        """Deliver to a client that stands in the ring, until something needs its own attention:
        it is gone, it fell out of the ring, or somebody woke it.
        """
        self._live[client] = None
        client.is_live = True
        self._is_due(client)
        try:
            while not self._ends(client):
                await client.changed()
        finally:
            client.is_live = False
            del self._live[client]

    async def until_free(self, client: Client) -> None:
        """Return when a client takes something again, or is no longer served."""
        while client.is_stuck and not client.is_gone and not self._is_closed:
            await client.changed()

    def _ends(self, client: Client) -> bool:
        return client.is_gone or self._is_closed or client.cursor < self._ring.start

    def close(self) -> None:
        """Let everybody go."""
        self._is_closed = True
        for client in (*self._live, *self._stuck):
            client.wake()

    def stuck(self, client: Client) -> None:
        self._stuck[client] = self._clock.read().awake

    def freed(self, client: Client) -> None:
        self._stuck.pop(client, None)
        if client.is_live:
            self._is_due(client)

    def cut_off_stuck(self) -> None:
        """End the connections that have taken nothing for SEND_SECONDS."""
        latest = self._clock.read().awake - SEND_SECONDS
        for client, since in list(self._stuck.items()):
            if since > latest:
                break
            del self._stuck[client]
            self.figures.evictions += 1
            client.abort()

    # -- writing -------------------------------------------------------------------------------

    def ring_has_grown(self) -> None:
        """Everybody lacks something now."""
        for readers in self._readers.values():
            readers.batches.clear()
        self._are_all_due = True
        self._work.set()

    async def run(self) -> None:
        """Write to everybody what they lack, until cancelled."""
        fresh = self._ring.end
        while True:
            await self._work.wait()
            self._work.clear()
            end = self._ring.end
            await self._write_to(self._take_due(), fresh)
            fresh = end

    def _take_due(self) -> list[Client]:
        due, self._due = self._due, []
        if self._are_all_due:
            self._are_all_due = False
            return list(self._live)
        return due

    async def _write_to(self, due: list[Client], fresh: int) -> None:
        slice_ends = perf_counter() + SLICE_SECONDS
        for number, client in enumerate(due, 1):
            self._write_next(client)
            if not number % WRITES_PER_LOOK and perf_counter() >= slice_ends:
                self._count(fresh)
                await asyncio.sleep(PAUSE_SECONDS if self._courtesy.is_due() else 0)
                slice_ends = perf_counter() + SLICE_SECONDS
        self._count(fresh)

    def _write_next(self, client: Client) -> None:
        """Write one batch to a client, if it lacks something and takes it."""
        ring, cursor = self._ring, client.cursor
        if cursor == ring.end or client.is_stuck or not client.is_live:
            return
        if cursor < ring.start:
            client.wake()
            return
        readers = client.readers
        batch = readers.batches.get(cursor) or readers.join(ring, cursor)
        client.cursor, client.seq = batch.cursor, batch.seq
        if batch.data:
            client.write(batch.data)
            if not batch.writes:
                self._written.append(batch)
            batch.writes += 1
        if batch.cursor != ring.end:
            self._is_due(client)

    def _is_due(self, client: Client) -> None:
        self._due.append(client)
        self._work.set()

    def _count(self, fresh: int) -> None:
        now = self._clock.now().timestamp()
        for batch in self._written:
            self.figures.written(batch, now, is_live=batch.first >= fresh)
        self._written.clear()
