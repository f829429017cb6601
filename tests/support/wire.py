"""A stream without a socket: the server's real protocol at one end, a test's client at the other.

The transport stands in for that of the event loop: when a client does not read, it fills up.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from conselho.api.connections import BoundedProtocol
from conselho.api.doors import Doors
from conselho.api.security import Guard

DEADLINE = 10
STREAM = "/api/councilors/events/stream"


class Told(NamedTuple):
    """One event as a client reads it."""

    type: str
    event_id: str | None
    data: dict[str, Any]


class Wire(asyncio.Transport):
    """What is written lies in `written`, or in `waiting` while the client does not read."""

    def __init__(self) -> None:
        super().__init__({"socket": socket.socket(), "peername": ("127.0.0.1", 7)})
        self.protocol: asyncio.Protocol | None = None
        self.written: list[bytes] = []
        self.waiting: list[bytes] = []
        self.news = asyncio.Event()
        self.aborted = asyncio.Event()
        self._reads = True
        self._high = 65_536
        self._paused = False
        self._closing = False

    @property
    def reads(self) -> bool:
        return self._reads

    @reads.setter
    def reads(self, reads: bool) -> None:
        self._reads = reads
        if reads:
            self.written += self.waiting
            self.waiting.clear()
            self.news.set()
            if self._paused and self.protocol is not None:
                self._paused = False
                self.protocol.resume_writing()

    def write(self, data: Any) -> None:
        assert not self._closing or self.protocol is not None, "the connection is closed"
        (self.written if self._reads else self.waiting).append(data)
        self.news.set()
        if not self._paused and self.get_write_buffer_size() > self._high and self.protocol:
            self._paused = True
            self.protocol.pause_writing()

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self._lost)

    def abort(self) -> None:
        self.aborted.set()
        self.close()

    def _lost(self) -> None:
        assert self.protocol is not None
        self.protocol.connection_lost(None)
        self.protocol = None
        self.get_extra_info("socket").close()
        self.news.set()

    def is_closing(self) -> bool:
        return self._closing

    def get_write_buffer_size(self) -> int:
        return sum(map(len, self.waiting))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert high is not None
        self._high = high

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class StreamServer:
    """Serves an ASGI app over wires."""

    def __init__(self, app: ASGIApp) -> None:
        self._config = uvicorn.Config(Guard(app), log_config=None, lifespan="off", ws="none")
        self._config.load()
        self._state = ServerState()
        self._wires: list[Wire] = []
        self.doors = Doors(10_000, of_address=10_000)

    def connect(self, request: bytes) -> Wire:
        wire = Wire()
        self._wires.append(wire)
        protocol = BoundedProtocol(self._config, self._state, {}, doors=self.doors)
        wire.protocol = protocol
        protocol.connection_made(wire)
        protocol.data_received(request)
        return wire

    async def close(self) -> None:
        for wire in self._wires:
            wire.close()
        await asyncio.sleep(0)
        for task in self._state.tasks:
            task.cancel()
        await asyncio.gather(*self._state.tasks, return_exceptions=True)


class StreamClient:
    """A client of the stream. It takes everything at once, unless `wire.reads` is False."""

    def __init__(
        self,
        server: StreamServer,
        last_event_id: str | None = None,
        *,
        version: str = "1.1",
        headers: str = "",
        body: str = "",
        **query: str | list[str],
    ) -> None:
        if last_event_id is not None:
            query["last_event_id"] = last_event_id
        target = f"{STREAM}?{urlencode(query, doseq=True)}"
        head = f"GET {target} HTTP/{version}\r\nHost: localhost\r\n{headers}\r\n"
        self.wire = server.connect(head.encode() + body.encode())

    # -- what came -----------------------------------------------------------------------------

    @property
    def head(self) -> str:
        return b"".join(self.wire.written).partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def status(self) -> int:
        return int(self.head.split(" ", 2)[1])

    @property
    def content(self) -> bytes:
        """What came behind the head, out of its chunks."""
        rest = b"".join(self.wire.written).partition(b"\r\n\r\n")[2]
        if "chunked" not in self.head:
            return rest
        content = b""
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            content += rest[: int(size, 16)]
            rest = rest[int(size, 16) + 2 :]
        return content

    @property
    def frames(self) -> list[Told]:
        frames = []
        for text in self.content.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in text.split("\n") if line)
            if "data" in fields:
                event = Told(fields["event"], fields.get("id"), json.loads(fields["data"]))
                frames.append(event)
        return frames

    @property
    def seqs(self) -> list[int]:
        return [data["seq"] for _, _, data in self.frames if "seq" in data]

    @property
    def is_ended_properly(self) -> bool:
        return b"".join(self.wire.written).endswith(b"\r\n0\r\n\r\n")

    # -- waiting -------------------------------------------------------------------------------

    async def until_open(self) -> None:
        await self.until_that(lambda: b"retry: 5000\n\n" in self.content)

    async def until(self, count: int) -> None:
        """Wait until so many events have come."""
        await self.until_that(lambda: len(self.frames) >= count)

    async def until_seq(self, seq: int) -> None:
        """Wait until this event has come."""
        await self.until_that(lambda: seq in self.seqs)

    async def until_answered(self) -> None:
        await self.until_that(lambda: bool(self.wire.written))

    async def until_closed(self) -> None:
        await self.until_that(lambda: self.wire.protocol is None)

    async def until_ended(self) -> None:
        await self.until_that(lambda: self.is_ended_properly or self.wire.protocol is None)

    async def until_that(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not met():
                self.wire.news.clear()
                await self.wire.news.wait()

    # -- doing ---------------------------------------------------------------------------------

    def say(self, data: bytes) -> None:
        assert self.wire.protocol is not None
        self.wire.protocol.data_received(data)

    def leave(self) -> None:
        if self.wire.protocol is not None:
            self.wire.close()
