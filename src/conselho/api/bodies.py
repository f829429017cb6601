"""The body of a request, read whole before any code of ours sees it, within bounds.

Bounded are its size, the time it may take and, for JSON, how deep it goes: a parser and everything
behind it go as deep as their input.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

MAX_BODY_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 64
BODY_SECONDS: Final = 30.0

# Brackets outside of texts; a text that does not end swallows the rest, as it does for a parser.
# Each way through a text succeeds, and possessively: one that failed at the end would be tried
# again from each quote on, for hours.
_TOKENS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
# From here on it is looked through beside the event loop.
_LARGE_BYTES: Final = 50_000


class BodyRefused(HTTPException):
    """A body that is not taken: 408, 413 or 422, with a sentence."""


class ClientGone(Exception):
    """The client left before its body was complete."""


def too_large() -> BodyRefused:
    return BodyRefused(413, f"The body is larger than {MAX_BODY_BYTES} bytes.")


async def whole_body(receive: Receive) -> bytes:
    """Everything that is sent. Raises BodyRefused, or ClientGone."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _received(receive)
    except TimeoutError:
        detail = f"The body did not arrive within {BODY_SECONDS:g} seconds."
        raise BodyRefused(408, detail) from None
    is_deep = (
        await asyncio.to_thread(is_too_deep, body)
        if len(body) > _LARGE_BYTES
        else is_too_deep(body)
    )
    if is_deep:
        raise BodyRefused(422, f"The body is nested deeper than {MAX_DEPTH} levels.")
    return body


async def _received(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise too_large()
        if not message.get("more_body", False):
            return bytes(body)


def is_too_deep(body: bytes) -> bool:
    """Whether JSON like this goes deeper than MAX_DEPTH."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _TOKENS.finditer(body):
        if token[0] in (b"[", b"{"):
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif token[0] in (b"]", b"}"):
            depth -= 1
    return False


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body at once, then whatever comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
