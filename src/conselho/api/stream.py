"""The event stream: one ring of ready-made frames, one integer cursor per client.

    store -> relay -> bus -> Hub.run -> ring of frames ----> client 1 (cursor 41)
                                             |  \\----------> client 2 (cursor 41)
                                             \\-------------> client 3 (cursor 17, behind: joined)

Each event is serialised once. A client owns nothing but its cursor: no queue that could grow, no
event that could be dropped singly. Who is behind gets several frames in one write; who fell out of
the ring reads on from the store; whose write does not finish in SEND_SECONDS is cut off, and
resumes with Last-Event-ID. Why not a queue per client: docs/adr/0006-stream.md has the figures.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import parse_qs

import structlog
from starlette.types import Receive, Scope, Send

from conselho.bus import EventBus
from conselho.clock import Clock
from conselho.errors import BusUnavailable, StoreUnavailable
from conselho.models.event import Event, EventType
from conselho.store import EventLog

log = structlog.get_logger(__name__)

RING = 2048
RING_BYTES = 16 << 20
JOINED = 64
SEND_SECONDS = 10.0
HEARTBEAT_SECONDS = 15.0
CATCH_UP_SECONDS = 5.0
PAGE = 500
RETRY_MS = 5000

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class FellBehind(Exception):
    """A reader of the ring was too slow: what it has to read next is no longer there."""


class Hub:
    """Everything that this process streams. `run` must be running for clients to be served."""

    def __init__(
        self,
        events: EventLog,
        identity: str,
        clock: Clock,
        *,
        ring: int = RING,
        send_seconds: float = SEND_SECONDS,
        catch_up_seconds: float = CATCH_UP_SECONDS,
    ) -> None:
        """`identity` is the store's: event ids of another one are told apart by it."""
        self._events = events
        self._identity = identity
        self._clock = clock
        self._size = ring
        self._send_seconds = send_seconds
        self._catch_up_seconds = catch_up_seconds
        # frames[i] has the absolute index base + i; seqs[i] is the newest seq up to that frame.
        self._frames: list[bytes] = []
        self._seqs: list[int] = []
        self._base = 0
        # The ring holds every event with floor < seq <= newest. A heartbeat bears the number of
        # the event before it, so the first frame alone does not tell.
        self._floor = 0
        self._newest = 0
        self._bytes = 0
        self._news = asyncio.Event()
        self._loaded = asyncio.Event()
        self._closed = False
        self.clients = 0

    # -- filling the ring ----------------------------------------------------------------------

    async def run(self, bus: EventBus) -> None:
        """Load the newest stored events, then append what the bus brings, until it is closed."""
        while not self._closed:
            try:
                async with bus.subscribe() as news:
                    await self._load()
                    async for events in news:
                        self._append(events)
                return
            except (BusUnavailable, StoreUnavailable) as error:
                log.warning("stream.interrupted", reason=error.reason)
                await self._clock.sleep(1.0)

    async def beat(self) -> None:
        """Send a heartbeat to all clients from one timer, until cancelled."""
        while True:
            await self._clock.sleep(HEARTBEAT_SECONDS)
            now = self._clock.now().timestamp()
            data = {"timestamp": now, "ts": now, "event_id": self.event_id(self._newest)}
            self._push([(self._newest, frame(EventType.HEARTBEAT, data))])

    async def reaches(self, seq: int) -> None:
        """Return when the ring holds the event `seq`; the caller bounds the wait."""
        while self._newest < seq:
            await self._news.wait()

    def close(self) -> None:
        """Let all clients go, so that the server can stop."""
        self._closed = True
        self._loaded.set()
        self._wake()

    async def _load(self) -> None:
        oldest, newest = await self._events.event_span()
        after = self._newest
        if not self._loaded.is_set():
            after = self._floor = max(newest - self._size, oldest - 1)
        while events := await self._events.events_after(after, limit=PAGE):
            self._append(events)
            after = events[-1].seq
        self._newest = max(self._newest, newest)
        self._loaded.set()

    def _append(self, events: Iterable[Event]) -> None:
        # A repeated event (a relay that lost its place) stops here.
        fresh = [event for event in events if event.seq > self._newest]
        if fresh and fresh[0].seq != self._newest + 1:
            # Pruned before they came through: clients below the gap must hear of it.
            self._cut(len(self._frames))
            self._floor = fresh[0].seq - 1
        self._push((event.seq, event_frame(event)) for event in fresh)

    def _push(self, frames: Iterable[tuple[int, bytes]]) -> None:
        for seq, data in frames:
            self._frames.append(data)
            self._seqs.append(seq)
            self._newest = seq
            self._bytes += len(data)
        # Half at a time: cutting one off the front at each append would copy the list.
        if len(self._frames) > 2 * self._size:
            self._cut(len(self._frames) - self._size)
        elif self._bytes > RING_BYTES:
            self._cut((len(self._frames) + 1) // 2)
        self._wake()

    def _cut(self, count: int) -> None:
        if not count:
            return
        self._floor = self._seqs[count - 1]
        self._bytes -= sum(map(len, self._frames[:count]))
        del self._frames[:count], self._seqs[:count]
        self._base += count

    def _wake(self) -> None:
        self._news.set()
        self._news.clear()

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
        return self._frames_from(self._base + len(self._frames))

    async def _frames_from(self, cursor: int) -> AsyncIterator[list[bytes]]:
        while not self._closed:
            if cursor < self._base:
                raise FellBehind
            first = cursor - self._base
            frames = self._frames[first : first + JOINED]
            if frames:
                cursor += len(frames)
                yield frames
            else:
                await self._news.wait()

    # -- one client ----------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client (ASGI) until it leaves, stops reading, or the hub is closed."""
        serving = asyncio.ensure_future(self._serve(_resume_point(scope), send))
        watching = asyncio.ensure_future(_gone(receive))
        self.clients += 1
        try:
            await asyncio.wait({serving, watching}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done() and not serving.cancelled() and serving.exception() is not None:
                _cut_off(scope, serving.exception())
        finally:
            self.clients -= 1
            for task in (serving, watching):
                task.cancel()
            await asyncio.gather(serving, watching, return_exceptions=True)

    async def _serve(self, resume: str | None, send: Send) -> None:
        await self._loaded.wait()
        # Before the first byte: a client that sees the answer begin hears all that happens after.
        seq = self._newest
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await self._write(send, f"retry: {RETRY_MS}\n\n".encode())
        if resume is not None:
            seq = await self._resume(resume, send)
        cursor = self._cursor_after(seq)
        while not self._closed:
            if cursor < self._base:
                # It fell out of the ring while it was written to.
                seq = await self._from_store(seq, send)
                cursor = self._cursor_after(seq)
            first = cursor - self._base
            joined = self._frames[first : first + JOINED]
            if joined:
                cursor += len(joined)
                seq = self._seqs[first + len(joined) - 1]
                await self._write(send, b"".join(joined))
            else:
                await self._news.wait()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _cursor_after(self, seq: int) -> int:
        """Where a client goes on that has everything up to `seq`; before the ring if it lacks some.

        Only valid until the next await.
        """
        if seq < self._floor:
            return self._base - 1
        return self._base + bisect_right(self._seqs, seq)

    async def _resume(self, event_id: str, send: Send) -> int:
        """The seq to go on from for a client that has heard of `event_id`."""
        seq = self._seq_of(event_id)
        if seq is None:
            return await self._reset("this id is not of this store", send)
        with contextlib.suppress(TimeoutError):
            # The client may have heard of an event elsewhere sooner than this ring did.
            async with asyncio.timeout(self._catch_up_seconds):
                while self._newest < seq and not self._closed:
                    await self._news.wait()
        if self._newest < seq:
            return await self._reset("this id is newer than the store", send)
        return seq

    async def _from_store(self, seq: int, send: Send) -> int:
        """Send the events after `seq` that the ring has lost; the seq that the client has then."""
        while seq < self._floor:
            events = await self._events.events_after(seq, limit=PAGE)
            if not events or events[0].seq != seq + 1:
                return await self._reset("the events after this id are no longer kept", send)
            # Not what the store has beyond: the ring brings that, too.
            lost = [event for event in events if event.seq <= self._floor]
            await self._write(send, b"".join(map(event_frame, lost)))
            seq = lost[-1].seq
        return seq

    async def _reset(self, reason: str, send: Send) -> int:
        now = self._clock.now().timestamp()
        newest = self._newest
        event_id = self.event_id(newest)
        data = {"reason": reason, "ts": now, "event_id": event_id}
        await self._write(send, frame(EventType.RESET, data, event_id))
        return newest

    async def _write(self, send: Send, data: bytes) -> None:
        async with asyncio.timeout(self._send_seconds):
            await send({"type": "http.response.body", "body": data, "more_body": True})


def frame(event_type: str, data: dict[str, object], event_id: str | None = None) -> bytes:
    """One event as the stream sends it. JSON keeps the data on one line."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    head = f"id: {event_id}\n" if event_id else ""
    # A lone surrogate (from a file name, say) has no UTF-8 form; readers would reject the frame.
    return f"{head}event: {event_type}\ndata: {text}\n\n".encode("utf-8", "replace")


def unframe(data: bytes) -> tuple[str, dict[str, Any]]:
    """The type and the data of a frame."""
    fields = dict(line.split(b": ", 1) for line in data.rstrip(b"\n").split(b"\n"))
    return fields[b"event"].decode(), json.loads(fields[b"data"])


def event_frame(event: Event) -> bytes:
    """A stored event as the stream sends it, live or replayed."""
    head = {"event_id": event.event_id, "seq": event.seq, "ts": event.created_at.timestamp()}
    return frame(event.type, head | event.data, event.event_id)


def _resume_point(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"last-event-id":
            return value.decode("utf-8", "replace").strip() or None
    given = parse_qs(scope["query_string"].decode("latin-1")).get("last_event_id", [""])[0]
    return given.strip() or None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _cut_off(scope: Scope, error: BaseException | None) -> None:
    """Abort the connection of a client that does not read: closing politely would wait for it."""
    if not isinstance(error, TimeoutError | StoreUnavailable):
        log.error("stream.failed", exc_info=error)
    abort = scope.get("conselho.abort")
    if abort is not None:
        abort()
