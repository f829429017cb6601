"""Gzip for the API's whole JSON answers; nothing that comes bit by bit is held back.

A council of hundreds is a megabyte of JSON that says the same words again and again. The event
stream, logs, exports and the page's files (compressed when they are built) pass as they are: only
JSON that the application sends in one piece is compressed.

Compression tells of what it hides: whoever can have somebody's browser ask for chosen words, and
sees how long the encrypted answers are, learns what else is in them (BREACH, CVE-2013-3587). A
browser says which site caused a request; what another site caused is answered as it is, and bears
no session either (its cookie is SameSite=Strict). Secrets of tokens are told only to a POST.
"""

from __future__ import annotations

import asyncio
import gzip
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conselho.api.codings import accepted

# A smaller answer fits into one packet of the network as it is.
LEAST_BYTES: Final = 1_000
# Above this the event loop has others to serve meanwhile.
THREAD_BYTES: Final = 64_000
# 2.3 MB of 200 councilors become a tenth in 7 ms; level 6 leaves a sixth less, in 15 ms.
LEVEL: Final = 1
# `none`: typed by the person. Without the header it is no browser, or nothing is encrypted.
OWN_SITES: Final = frozenset({"", "same-origin", "none"})


class Compressed:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and _takes_gzip(scope):
            send = _Compressing(send)
        await self._app(scope, receive, send)


class _Compressing:
    """A `send` that compresses an answer which is JSON and comes in one piece."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_json(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            start, self._start = self._start, None
            body = message.get("body", b"")
            if not message.get("more_body", False) and len(body) >= LEAST_BYTES:
                body = await _gzipped(body)
                start, message = _with_gzip(start, len(body)), {**message, "body": body}
            await self._send(start)
            await self._send(message)
        else:
            await self._send(message)


def _takes_gzip(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    is_own = headers.get("sec-fetch-site", "") in OWN_SITES
    return is_own and "gzip" in accepted(headers.get("accept-encoding", ""))


def _is_json(start: Message) -> bool:
    headers = Headers(raw=start.get("headers", []))
    kind = headers.get("content-type", "").partition(";")[0].strip()
    return kind == "application/json" and "content-encoding" not in headers


async def _gzipped(body: bytes) -> bytes:
    if len(body) < THREAD_BYTES:
        return gzip.compress(body, LEVEL, mtime=0)
    return await asyncio.to_thread(gzip.compress, body, LEVEL, mtime=0)


def _with_gzip(start: Message, size: int) -> Message:
    headers = MutableHeaders(raw=list(start.get("headers", [])))
    headers["content-encoding"] = "gzip"
    headers["content-length"] = str(size)
    headers.add_vary_header("accept-encoding")
    return {**start, "headers": headers.raw}
