"""What every request must pass before any code of ours sees it, as plain ASGI.

A page on another site can make a browser send requests to a loopback server: the Host check stops
DNS rebinding, the Origin check stops requests that such a page sends. Bodies are bounded.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000

_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: https:;"
        b" font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none';"
        b" form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class BodyTooLarge(HTTPException):
    """More came than MAX_BODY_BYTES. An HTTPException, since FastAPI answers 400 for any other."""

    def __init__(self) -> None:
        super().__init__(413, f"The body is larger than {MAX_BODY_BYTES} bytes.")


class Guard:
    """Wraps an ASGI app with the checks above and the security headers of every answer."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] = ()) -> None:
        """`hosts`: names that this server answers to, beside those of the loopback interface."""
        self._app = app
        self._hosts = _LOCAL_HOSTS | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(headers)
        if refusal is not None:
            await _answer(send, *refusal, scope_type=scope["type"])
            return
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            # Not in ASGI: how the hub gets rid of a client that does not read (stream.py).
            scope["conselho.abort"] = partial(_abort, transport)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        bounded = _Bounded(receive)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        try:
            await self._app(scope, bounded, send_with_headers)
        except BodyTooLarge as error:
            if not started:
                await _answer(send, error.status_code, error.detail)

    def _refusal(self, headers: dict[bytes, str]) -> tuple[int, str] | None:
        host = headers.get(b"host", "")
        if _host_name(host) not in self._hosts:
            return 400, f"This server does not answer to the host {host[:200]!r}."
        origin = headers.get(b"origin")
        if origin is not None and _netloc(origin) != host.lower():
            return 403, f"Requests from pages of {origin[:200]!r} are not accepted."
        length = headers.get(b"content-length", "0")
        if length.isascii() and length.isdigit() and int(length[:12]) > MAX_BODY_BYTES:
            error = BodyTooLarge()
            return error.status_code, error.detail
        return None


class _Bounded:
    """A `receive` that stops reading a body beyond the bound, announced length or not."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > MAX_BODY_BYTES:
            raise BodyTooLarge
        return message


def _abort(transport: asyncio.Transport) -> None:
    """End a connection at once, and drop what the system still holds for a client that is stuck."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        now = struct.pack("ii", 1, 0)  # linger: on, for no second
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
    transport.abort()


def _netloc(origin: str) -> str | None:
    """host[:port] of an Origin header in lower case; None for `null` and other oddities."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


async def _answer(send: Send, status: int, detail: str, *, scope_type: str = "http") -> None:
    body = json.dumps({"detail": detail}).encode()
    headers: list[Any] = [(b"content-type", b"application/json"), *_HEADERS]
    # A WebSocket that is refused is answered in plain HTTP, by an extension of ASGI.
    answer = "http.response" if scope_type == "http" else "websocket.http.response"
    await send({"type": f"{answer}.start", "status": status, "headers": headers})
    await send({"type": f"{answer}.body", "body": body})
