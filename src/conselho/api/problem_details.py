"""Errors as `application/problem+json` (RFC 9457), for who asks for that. Plain ASGI.

Older clients know `{"detail": sentence}` only, and get no other thing unless their `Accept` names
the media type. Then the same answer has `type`, `title` and `status` as well.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE: Final = "application/problem+json"


class ProblemDetails:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and MEDIA_TYPE in Headers(scope=scope).get("accept", ""):
            send = _Telling(send)
        await self._app(scope, receive, send)


class _Telling:
    """A `send` that holds an error back until it is whole, and sends it as a problem."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_error(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._tell(self._start)
        else:
            await self._send(message)

    async def _tell(self, start: Message) -> None:
        status: int = start["status"]
        told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
        body = json.dumps(told | json.loads(self._body), ensure_ascii=False).encode()
        headers = MutableHeaders(raw=list(start.get("headers", [])))
        headers["content-type"] = MEDIA_TYPE
        headers["content-length"] = str(len(body))
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})


def _is_error(start: Message) -> bool:
    kind = Headers(raw=start.get("headers", [])).get("content-type", "")
    return start["status"] >= 400 and kind.partition(";")[0] == "application/json"
