"""HTTP to one server for callers that await: what transport.py does, in the same words.

On asyncio's own streams and the parser that the server is built on. Nothing has to be awaited to
close an answer, so that an iterator over the stream may be left at any event.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import closing
from functools import cached_property

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from conselho.client.address import Address
from conselho.client.calls import MAX_ANSWER_BYTES, Call, JsonObject, answered, refused
from conselho.client.faults import (
    BROKE_OFF,
    CLOSED,
    no_http,
    too_long,
    translated,
    unavailable,
)
from conselho.errors import ConselhoError

_PIECE_BYTES = 64 * 1024
_MAX_HEAD_BYTES = 256 * 1024


class AsyncTransport:
    """Requests to the server at `address`, each wait bounded by `timeout_seconds`.

    Every method raises Unavailable when nothing answers or the answer breaks off, a Refused when
    the answer is an error, and NotConselho when it cannot be understood.
    """

    def __init__(self, address: Address, *, timeout_seconds: float) -> None:
        self._address = address
        self._timeout = timeout_seconds

    async def json(self, call: Call) -> JsonObject:
        """The JSON object that the server answers."""
        with closing(await self.open(call)) as response:
            return answered(call, self._address.url, await response.whole())

    async def open(self, call: Call, *, silence_seconds: float | None = None) -> Response:
        """The answer, when its status is good; its body is still to be read. The caller closes it.

        `silence_seconds` replaces the bound on each wait once the connection stands.
        """
        address = self._address
        with translated(address):
            async with asyncio.timeout(self._timeout):
                reader, writer = await asyncio.open_connection(
                    address.host, address.port, ssl=self._trust
                )
        wait = silence_seconds or max(self._timeout, call.patience_seconds)
        response = Response(address, reader, writer, wait_seconds=wait)
        try:
            await response.begin(call)
            if not 200 <= response.status < 300:
                content = await response.whole()
                url, status, reason = address.url, response.status, response.reason
                raise refused(call, url, status, reason, response.headers, content)
        except BaseException:
            response.close()
            raise
        return response

    @cached_property
    def _trust(self) -> ssl.SSLContext | None:
        return ssl.create_default_context() if self._address.scheme == "https" else None


class Response:
    """The answer to one request, over a connection of its own. Names of `headers` are in
    lower case.
    """

    def __init__(
        self,
        address: Address,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        wait_seconds: float,
    ) -> None:
        self.status = 0
        self.reason = ""
        self.headers: dict[str, str] = {}
        self._address = address
        self._reader = reader
        self._writer = writer
        self._wait = wait_seconds
        self._parser = HttpResponseParser(self)
        self._has_head = self._has_end = False
        self._head_bytes = 0
        self._body = bytearray()

    def close(self) -> None:
        self._writer.transport.abort()

    async def begin(self, call: Call) -> None:
        """Send the request, and read the head of its answer."""
        with translated(self._address):
            # Not waited for: a server that refuses a large body may answer before it has read it.
            self._writer.write(_request(call, self._address))
            while not self._has_head:
                await self._receive()

    async def piece(self) -> bytes:
        """More of the body, as it arrives; b"" when it is complete."""
        with translated(self._address):
            while not self._body and not self._has_end:
                await self._receive()
        piece = bytes(self._body)
        self._body.clear()
        return piece

    async def whole(self) -> bytes:
        content = bytearray()
        while piece := await self.piece():
            content += piece
            if len(content) >= MAX_ANSWER_BYTES:
                raise too_long(self._address)
        return bytes(content)

    async def _receive(self) -> None:
        async with asyncio.timeout(self._wait):
            received = await self._reader.read(_PIECE_BYTES)
        if not received:
            self._ended()
            return
        try:
            self._parser.feed_data(received)
        except (HttpParserError, HttpParserUpgrade) as exc:
            raise self._broken() from exc
        self._head_bytes += 0 if self._has_head else len(received)
        if self._head_bytes > _MAX_HEAD_BYTES:
            raise self._broken()

    def _ended(self) -> None:
        """The server has said all that it will say."""
        if not self._has_head and not self._head_bytes:
            raise unavailable(self._address, CLOSED)
        # An answer that tells no length ends where its connection ends.
        if not self._has_head or {"content-length", "transfer-encoding"} & self.headers.keys():
            raise self._broken()
        self._has_end = True

    def _broken(self) -> ConselhoError:
        if self._has_head:
            return unavailable(self._address, BROKE_OFF)
        return no_http(self._address)

    # -- what the parser finds -----------------------------------------------------------------

    def on_status(self, reason: bytes) -> None:
        self.reason += reason.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self._has_head = True

    def on_body(self, piece: bytes) -> None:
        self._body += piece

    def on_message_complete(self) -> None:
        self._has_end = True


def _request(call: Call, address: Address) -> bytes:
    content = call.content()
    headers = {"Host": address.netloc, **call.headers(address)}
    if content is not None:
        headers["Content-Length"] = str(len(content))
    lines = [f"{call.method} {call.target(address)} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + (content or b"")
