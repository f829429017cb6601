"""uvicorn's HTTP protocol, with bounds on the head of a request, and a door for streams.

The parser bounds neither how long a head is nor how long it takes, and uvicorn's time-out counts
only between two requests: one client could fill the memory, or hold connections that say nothing.

ASGI's `send` costs three times what the write costs that it leads to, for each message to each
client. So the event stream finds its connection in `scope["conselho.connection"]`, sends the head
of its answer through ASGI like everybody, and writes the rest straight into the transport.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from asyncio import TimerHandle
from collections.abc import Mapping
from typing import Any, Final, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from conselho.api.doors import Doors, Full
from conselho.api.sockets import BoundedSocket

MAX_HEAD_BYTES: Final = 64 * 1024
HEAD_SECONDS: Final = 20.0
# What the system holds for a stream that is not read. Its own bound is some megabytes for each.
STREAM_BUFFER_BYTES: Final = 128 * 1024
# A stream whose client has vanished acknowledges nothing: the heartbeat asks it every 15 s.
UNACKNOWLEDGED_SECONDS: Final = 30
# When others may have left.
FULL_SECONDS: Final = 30
_FULL: Final[Mapping[Full, tuple[bytes, str]]] = {
    "server": (b"503 Service Unavailable", "This server has as many connections as it can hold."),
    "address": (b"429 Too Many Requests", "There are too many connections from this address."),
}


class Listener(Protocol):
    """Who writes a stream, and is told what becomes of its connection."""

    def paused(self) -> None:
        """The connection takes no more: what is written now waits in our memory."""
        ...

    def resumed(self) -> None: ...

    def lost(self) -> None:
        """The connection is closed, by whomever. Nothing may be written any more."""
        ...


class BoundedProtocol(HttpToolsProtocol):
    """Closes a connection that is one too many (503, 429), whose head is too long (431) or too
    slow (408), and lends itself to a stream.
    """

    _head_bytes = 0
    _in_head = True
    _head_timer: TimerHandle | None = None
    _listener: Listener | None = None
    _address: str | None = None

    def __init__(self, *args: Any, doors: Doors, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._doors = doors

    def stream_to(self, listener: Listener, *, is_chunked: bool) -> None:
        """Tell `listener` of this connection from now on, to its end. It writes into `transport`
        when the head of the answer is sent, and says whether it does so in chunks.
        """
        self._listener = listener
        cycle: RequestResponseCycle = self.cycle
        if cycle.disconnected:
            listener.lost()
            return
        if not is_chunked:
            # uvicorn would promise chunks to HTTP/1.0 too, which does not know them.
            cycle.chunked_encoding = False
        # Full as soon as the system takes no more: what waits then is one write, and no more.
        self.transport.set_write_buffer_limits(high=0)
        connection = self.transport.get_extra_info("socket")
        with contextlib.suppress(OSError):  # macOS, when the client has just left
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STREAM_BUFFER_BYTES)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # not on macOS
                connection.setsockopt(
                    socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_SECONDS * 1000
                )

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._listener is not None:
            self._listener.paused()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._listener is not None:
            self._listener.resumed()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        full = self._doors.enter(address)
        if full is not None:
            self._turn_away(full)
            return
        self._address = address
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_timer()
        self._leave()
        super().connection_lost(exc)
        if self._listener is not None:
            self._listener.lost()
            self._listener = None
        self._untie()

    def _untie(self) -> None:
        """Forget what leads back to here: such circles are looked for rarely (serve.py)."""
        self.pipeline.clear()
        if self.scope is not None:
            self.scope.pop("conselho.connection", None)  # type: ignore[typeddict-item]

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        self._untie()
        self.parser = None  # type: ignore[assignment]  # it has read its last
        successor = self.transport.get_protocol()
        assert isinstance(successor, BoundedSocket)
        successor.on_lost = self._leave

    def _leave(self) -> None:
        if self._address is not None:
            self._doors.leave(self._address)
            self._address = None

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._listener is not None:
            # Whoever listens has nothing to say; what came would wait in memory for an answer.
            self.transport.abort()
            return
        super().data_received(data)
        if not self._in_head:
            return
        # What was of the body before it is counted too: it is at most one read of the socket.
        self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._close_with(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["conselho.connection"] = self  # type: ignore[typeddict-unknown-key]
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._end_timer()
        self._in_head = False
        self._head_bytes = 0
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        self._listener = None
        super().on_response_complete()
        # What is left of a body that nobody reads, and blank lines, end uvicorn's own time-out.
        if self.cycle.response_complete and self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _expect_head(self) -> None:
        self._end_timer()
        self._in_head = True
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _end_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        if not self.transport.is_closing():
            self._close_with(b"408 Request Timeout")

    def _turn_away(self, full: Full) -> None:
        """Answer before anything is asked: reading it would cost what is to be saved."""
        status, detail = _FULL[full]
        body = json.dumps({"detail": f"{detail} Try again in {FULL_SECONDS} seconds."}).encode()
        self.transport.write(
            b"HTTP/1.1 %b\r\ncontent-type: application/json\r\nretry-after: %d\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%b"
            % (status, FULL_SECONDS, len(body), body)
        )
        self.transport.close()

    def _close_with(self, status: bytes) -> None:
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        is_answering = cycle is not None and not cycle.response_complete
        # Browsers open connections ahead of need: those are let go without a word.
        if self._head_bytes and not is_answering:
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
        self.transport.close()
