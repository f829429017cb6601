"""ETags for lists that clients poll: who has the list already is answered 304, without a body.

The tag is made from the content without the fields that change by themselves (VOLATILE), so it is
a weak one: two answers with one tag say the same of the council. Whoever polls keeps the `now` and
the `last_event_id` of the answer that came whole; to resume the stream from an older event only
repeats some.

The database is read all the same. What is saved is the way, and the work of who reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from pydantic_core import from_json, to_json
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_TAGGED_BYTES: Final = 1_000_000

# Fields of the answers that say nothing of what is listed, as dotted paths.
_SNAPSHOT: Final = ("now", "last_event_id")
VOLATILE: Final[Mapping[str, tuple[str, ...]]] = {
    "/api/councilors": _SNAPSHOT,
    "/api/tasks": _SNAPSHOT,
    # A part of the time since midnight changes with each moment; the seconds it is made of do not.
    "/api/kpis": (
        *_SNAPSHOT,
        *("today.uptime.percent", "days_7.uptime.percent", "days_30.uptime.percent"),
    ),
    "/api/timeline": _SNAPSHOT,
    "/api/agents": (),
    "/api/agents/instances": (),
    "/api/tasks/processing": (),
}


class ETags:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in VOLATILE:
            known = Headers(scope=scope).getlist("if-none-match")
            send = _Tagging(send, VOLATILE[scope["path"]], known)
        await self._app(scope, receive, send)


class _Tagging:
    """A `send` that holds an answer back until it is whole, and gives it a tag or 304."""

    def __init__(self, send: Send, volatile: tuple[str, ...], known: list[str]) -> None:
        self._send = send
        self._volatile = volatile
        self._known = known
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_tagged(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            whole = not message.get("more_body", False)
            if whole or len(self._body) > MOST_TAGGED_BYTES:
                await self._answer(self._start, whole=whole)
                self._start = None
        else:
            await self._send(message)

    async def _answer(self, start: Message, *, whole: bool) -> None:
        body = bytes(self._body)
        if whole and len(body) <= MOST_TAGGED_BYTES:
            tag = _tag(body, self._volatile)
            headers = MutableHeaders(raw=list(start.get("headers", [])))
            headers["etag"] = tag
            if _is_known(tag, self._known):
                body = b""
                for name in ("content-type", "content-length"):
                    del headers[name]
                start = {**start, "status": 304}
            start = {**start, "headers": headers.raw}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": not whole})


def _is_tagged(start: Message) -> bool:
    kind = Headers(raw=start.get("headers", [])).get("content-type", "")
    return start["status"] == 200 and kind.startswith("application/json")


def _tag(body: bytes, volatile: tuple[str, ...]) -> str:
    content = body
    if volatile:
        document: Any = from_json(body)
        for path in volatile:
            _drop(document, *path.split("."))
        content = to_json(document)
    return f'W/"{blake2b(content, digest_size=16).hexdigest()}"'


def _drop(document: Any, name: str, *deeper: str) -> None:
    if not isinstance(document, dict):
        return
    if deeper:
        _drop(document.get(name), *deeper)
    else:
        document.pop(name, None)


def _is_known(tag: str, known: list[str]) -> bool:
    """By the weak comparison of RFC 9110, 8.8.3.2; our tags hold no comma."""
    tags = [each.strip() for line in known for each in line.split(",")]
    return "*" in tags or tag.removeprefix("W/") in [each.removeprefix("W/") for each in tags]
