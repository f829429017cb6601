"""The event stream: one ring of ready-made frames, one integer cursor per client.

    store -> relay -> bus -> run -> ring -> Delivery --------> client 1 (cursor 41)
                                                     \\------> client 2 (cursor 41)
                       store -> _catch_up ------------------> client 3 (fell out of the ring)

Each event is serialised once (frames.py), and joined once with others for all who lack the same
(batches.py). A client owns nothing but its cursor: no queue that could grow, no event that could be
dropped singly. One loop writes to all (delivery.py); a client's own coroutine, below, brings it to
its place in the ring and then sleeps. Who asks for events that are no longer in the ring reads on
from the store (history.py); when they are not there either, it is told by `reset`. Who does not
read is cut off after some seconds, and resumes with Last-Event-ID.

docs/stream.md tells clients and operators of it; docs/adr/0006-stream.md why it is made so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from itertools import count
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from conselho.api.batches import JOINED_FRAMES, pieces
from conselho.api.connections import BoundedProtocol
from conselho.api.courtesy import Courtesy
from conselho.api.delivery import Client, Delivery
from conselho.api.frames import frame_of, framed, heartbeat
from conselho.api.history import History
from conselho.api.ring import FRAMES, Ring
from conselho.api.security import refuse
from conselho.api.stream_figures import StreamFigures
from conselho.api.stream_request import read_request
from conselho.bus import EventBus
from conselho.clock import Clock
from conselho.errors import BusUnavailable, ConselhoError, Invalid, NotFound, StoreUnavailable
from conselho.models.event import Event, EventType
from conselho.models.ids import AgentId
from conselho.services.run_traces import RunTraces
from conselho.store import Store

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
LOOKS_PER_HEARTBEAT: Final = 15
CATCH_UP_SECONDS: Final = 5.0
PAGE: Final = 500
RETRY_MS: Final = 5000

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class FellBehind(Exception):
    """A reader of the ring was too slow: what it has to read next is no longer there."""


class Hub:
    """Everything that this process streams. `run`, `deliver` and `tend` must be running."""

    def __init__(
        self,
        store: Store,
        identity: str,
        clock: Clock,
        *,
        ring: int = FRAMES,
        catch_up_seconds: float = CATCH_UP_SECONDS,
        late: Callable[[], str | None] = lambda: None,
        traces: RunTraces | None = None,
    ) -> None:
        """`identity` is the store's: event ids of another one are told apart by it."""
        self._store = store
        self._identity = identity
        self._clock = clock
        self._ring_size = ring
        self._catch_up_seconds = catch_up_seconds
        self._traces = traces or RunTraces(clock)
        self.ring = Ring(frames=ring)
        self.figures = StreamFigures()
        self.clients = 0
        self.courtesy = Courtesy()
        self._delivery = Delivery(self.ring, self.figures, clock, self.courtesy)
        self._history = History(store)
        self._news = asyncio.Event()
        self._loaded = asyncio.Event()
        self._closed = False
        self._late = late
        self._told_late: str | None = None

    # -- filling the ring ----------------------------------------------------------------------

    async def run(self, bus: EventBus) -> None:
        """Load the newest stored events, then append what the bus brings, until it is closed."""
        while not self._closed:
            try:
                async with bus.subscribe() as news:
                    await self._load()
                    async for events in news:
                        self._append(events)
                        self._traces.published(events)
                return
            except (BusUnavailable, StoreUnavailable) as error:
                log.warning("stream.interrupted", reason=error.reason)
                await self._clock.sleep(1.0)

    async def reaches(self, seq: int) -> None:
        """Return when the ring holds the event `seq`; the caller bounds the wait."""
        while self.ring.newest < seq:
            await self._news.wait()

    async def _load(self) -> None:
        oldest, newest = await self._store.event_span()
        if not self._loaded.is_set():
            self.ring.skip_to(max(newest - self._ring_size, oldest - 1))
        while events := await self._store.events_after(self.ring.newest, limit=PAGE):
            self._append(events)
        if self.ring.newest < newest:
            # Pruned while nobody listened: clients before it must hear of the gap.
            self.ring.skip_to(newest)
        self._loaded.set()

    def _append(self, events: Iterable[Event]) -> None:
        self.ring.append(map(frame_of, events))
        self._grown()

    def _grown(self) -> None:
        self._delivery.ring_has_grown()
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news.clear()

    # -- writing to all ------------------------------------------------------------------------

    async def deliver(self) -> None:
        """Write to every client what it lacks, until cancelled."""
        await self._delivery.run()

    async def tend(self) -> None:
        """Send heartbeats, and cut off who does not read, until cancelled: one timer for all.

        That events are late, or no longer, is told with one at once.
        """
        for look in count(1):
            await self._clock.sleep(LOOK_SECONDS)
            self._delivery.cut_off_stuck()
            if self._late() != self._told_late or not look % LOOKS_PER_HEARTBEAT:
                self._beat()

    def _beat(self) -> None:
        now, newest = self._clock.now().timestamp(), self.ring.newest
        late = self._told_late = self._late()
        self.ring.append_heartbeat(heartbeat(newest, self.event_id(newest), now, late=late))
        self._grown()

    def close(self) -> None:
        """Let all clients go, so that the server can stop."""
        self._closed = True
        self._loaded.set()
        self._delivery.close()
        self._wake()

    # -- one client ----------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client (ASGI) until it leaves, stops reading, or the hub is closed."""
        try:
            wanted = read_request(scope)
            await self._require_known(wanted.filter.councilors)
        except ConselhoError as error:
            await refuse(scope, send, error.http_status, str(error))
            return
        await self._loaded.wait()
        connection: BoundedProtocol | None = scope.get("conselho.connection")
        if connection is None:
            return  # it has left meanwhile
        is_chunked = scope["http_version"] != "1.0"
        readers = self._delivery.readers(wanted.filter, is_chunked=is_chunked)
        client = Client(
            self._delivery,
            readers,
            # Before the first byte: who sees the answer begin hears all that happens after.
            seq=self.ring.newest,
            write=connection.transport.write,
            abort=scope["conselho.abort"],
        )
        self.clients += 1
        self.figures.opened += 1
        try:
            connection.stream_to(client, is_chunked=is_chunked)
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            client.tell(b"retry: %d\n\n" % RETRY_MS)
            await self._serve(client, wanted.resume)
            if client.is_stuck:
                client.abort()  # a polite end would wait for it
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except StoreUnavailable:
            client.abort()  # it resumes
        finally:
            self.clients -= 1
            self._delivery.leave(readers)

    async def _require_known(self, councilors: Iterable[str]) -> None:
        """Raises Invalid for an id that nobody has: such a stream would be silent for ever."""
        for agent_id in sorted(councilors):
            try:
                await self._store.agent(AgentId(agent_id))
            except NotFound as error:
                raise Invalid("councilor_id", f"there is no agent {agent_id[:100]!r}.") from error

    async def _serve(self, client: Client, resume: str | None) -> None:
        if resume is not None:
            await self._resume(client, resume)
        while not (client.is_gone or self._closed):
            await self._catch_up(client)
            client.cursor = self.ring.cursor_after(client.seq)
            await self._delivery.serve(client)

    async def _resume(self, client: Client, event_id: str) -> None:
        """Let a client go on from `event_id`, which it says that it has heard of."""
        seq = self._seq_of(event_id)
        if seq is None:
            self._reset(client, "foreign", "this id is not of this store")
            return
        with contextlib.suppress(TimeoutError):
            # The client may have heard of an event elsewhere sooner than this ring did.
            async with asyncio.timeout(self._catch_up_seconds):
                while self.ring.newest < seq and not self._closed:
                    await self._news.wait()
        if self.ring.newest < seq:
            self._reset(client, "ahead", "this id is newer than the store")
            return
        client.seq = seq
        self.figures.resumes["store" if seq < self.ring.floor else "ring"] += 1

    async def _catch_up(self, client: Client) -> None:
        """Write what the ring no longer has, out of the store."""
        while client.seq < self.ring.floor and not (client.is_gone or self._closed):
            frames = await self._history.after(client.seq)
            if not frames or frames[0].seq != client.seq + 1:
                self._reset(client, "pruned", "the events after this id are no longer kept")
                return
            # Not what the store has beyond: the ring brings that, too.
            lost = [frame for frame in frames if frame.seq <= self.ring.floor]
            for piece in pieces(client.readers.filter.choose(lost)):
                client.tell(b"".join([frame.data for frame in piece]), events=len(piece))
                await self._delivery.until_free(client)
            client.seq = lost[-1].seq

    def _reset(self, client: Client, kind: str, reason: str) -> None:
        """Tell a client to read the snapshots again; it goes on from now."""
        now, newest = self._clock.now().timestamp(), self.ring.newest
        event_id = self.event_id(newest)
        data: dict[str, object] = {"reason": reason, "ts": now, "event_id": event_id}
        client.tell(framed(EventType.RESET, data, event_id))
        client.seq = newest
        self.figures.resets[kind] += 1

    # -- ids -----------------------------------------------------------------------------------

    def event_id(self, seq: int) -> str:
        return f"{self._identity}-{seq}"

    def _seq_of(self, event_id: str) -> int | None:
        """The seq that an event id of this store stands for; None for any other text."""
        identity, _, number = event_id.rpartition("-")
        if identity != self._identity or not (number.isascii() and number.isdigit()):
            return None
        return int(number) if len(number) <= 18 else None

    # -- readers that speak another protocol ---------------------------------------------------

    async def loaded(self) -> None:
        """Return when the ring is filled, or the hub closed."""
        await self._loaded.wait()

    def follow(self) -> AsyncIterator[list[bytes]]:
        """The frames from this call on, until the hub is closed. Call when it is `loaded`.

        Raises FellBehind, in the iteration.
        """
        return self._frames_from(self.ring.end)

    async def _frames_from(self, cursor: int) -> AsyncIterator[list[bytes]]:
        while not self._closed:
            if cursor < self.ring.start:
                raise FellBehind
            if frames := self.ring.read(cursor, JOINED_FRAMES):
                cursor += len(frames)
                yield [frame.data for frame in frames]
            else:
                await self._news.wait()
