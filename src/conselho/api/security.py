"""What every request must pass before any code of ours sees it, as plain ASGI.

A page on another site can make a browser send requests to a loopback server: the Host check stops
DNS rebinding, the Origin check stops requests that such a page sends. Bodies are bounded. Who sends
a request, and whether they may, is asked behind this (gate.py).
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conselho.api.bodies import (
    MAX_BODY_BYTES,
    BodyRefused,
    ClientGone,
    replayed,
    too_large,
    whole_body,
)

_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        b" font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none';"
        b" form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
# What these answer is of the moment, and not for everybody: no cache keeps it, unless the answer
# itself says how.
_NOT_KEPT = ("/api/", "/metrics", "/readyz", "/mcp", "/openapi.json")
_NO_STORE = (b"cache-control", b"no-store")
# What is left of a body that was refused is not read on.
_CLOSE = (b"connection", b"close")

Headers = list[tuple[bytes, bytes]]


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
        refusal = self._refusal(headers, _own_address(scope))
        if refusal is not None:
            await refuse(scope, send, *refusal)
            return
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            # Not in ASGI: how the hub gets rid of a client that does not read (stream.py).
            scope["conselho.abort"] = partial(_abort, transport)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        if b"transfer-encoding" in headers or headers.get(b"content-length", "0") != "0":
            try:
                receive = replayed(await whole_body(receive), receive)
            except ClientGone:
                return
            except BodyRefused as error:
                await refuse(scope, send, error.status_code, error.detail, [_CLOSE])
                return
        await self._app(scope, receive, _with_headers(scope, send))

    def _refusal(self, headers: dict[bytes, str], own: str | None) -> tuple[int, str] | None:
        host = headers.get(b"host", "")
        name = _host_name(host)
        # The address that the connection came to is no name that somebody else's DNS could give.
        if name is None or (name not in self._hosts and name != own):
            return 400, f"This server does not answer to the host {host[:200]!r}."
        origin = headers.get(b"origin")
        if origin is not None and _netloc(origin) != host.lower():
            return 403, f"Requests from pages of {origin[:200]!r} are not accepted."
        length = headers.get(b"content-length", "0")
        if length.isascii() and length.isdigit() and int(length[:12]) > MAX_BODY_BYTES:
            error = too_large()
            return error.status_code, error.detail
        return None


async def refuse(
    scope: Scope, send: Send, status: int, detail: str, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Answer with an error; a WebSocket that was not accepted yet too, by an extension of ASGI."""
    body = json.dumps({"detail": detail}).encode()
    answer = "http.response" if scope["type"] == "http" else "websocket.http.response"
    given: Headers = [(b"content-type", b"application/json"), _NO_STORE, *headers, *_HEADERS]
    await send({"type": f"{answer}.start", "status": status, "headers": given})
    await send({"type": f"{answer}.body", "body": body})


def _with_headers(scope: Scope, send: Send) -> Send:
    not_kept = scope["path"].startswith(_NOT_KEPT)

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given: Headers = list(message.get("headers", ()))
            if not_kept and not any(name == b"cache-control" for name, _ in given):
                given.append(_NO_STORE)
            known = {name for name, _ in given}
            given += [header for header in _HEADERS if header[0] not in known]
            message["headers"] = given
        await send(message)

    return send_with_headers


def _abort(transport: asyncio.Transport) -> None:
    """End a connection at once, and drop what the system still holds for a client that is stuck."""
    connection = transport.get_extra_info("socket")
    # One that has ended by itself has no socket any more.
    if connection is not None and connection.fileno() != -1:
        now = struct.pack("ii", 1, 0)  # linger: on, for no second
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
    transport.abort()


def _netloc(origin: str) -> str | None:
    """host[:port] of an Origin header in lower case; None for `null` and other oddities."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _own_address(scope: Scope) -> str | None:
    """The address that the client's connection came to."""
    server = scope.get("server")
    return server[0] if server else None


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
