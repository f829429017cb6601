"""Idempotency-Key: a POST that is sent twice is carried out once. Plain ASGI, around the routers.

    first request   claim the key -> carry it out -> keep the answer -> send it
    sent again      the kept answer, with `Idempotency-Replayed: true`
                    422 when it is another request, 409 while the first is being carried out

Keys belong to who sends them. An answer is kept before it is sent, so that nobody who has it can
come too early with the next one. What is kept and for how long: docs/api-requests.md.
Source: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from typing import Final

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conselho.api.context import identity_of
from conselho.api.problems import problem
from conselho.clock import Clock
from conselho.errors import StoreUnavailable
from conselho.store import Answer, AnswerStore

log = structlog.get_logger(__name__)

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
MOST_KEPT_BYTES: Final = 64 * 1024
RETRY_AFTER_SECONDS: Final = 2
# No request takes this long: the server that was asked first is gone.
ABANDONED_AFTER: Final = timedelta(minutes=15)
# Their answers hold a secret that is shown once, and are kept nowhere.
NEVER_KEPT: Final = ("/api/tokens", "/api/session")

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


class Idempotency:
    def __init__(self, app: ASGIApp, *, store: AnswerStore, clock: Clock, alone: bool) -> None:
        """`alone`: no other server answers over this store, so what this one does not carry out,
        nobody does.
        """
        self._app = app
        self._store = store
        self._clock = clock
        self._alone = alone
        self._busy: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_have_key(scope):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).getlist(HEADER)
        if not given:
            await self._app(scope, receive, send)
        elif len(given) > 1 or not _KEY.fullmatch(given[0]):
            detail = f"{HEADER}: give one key of 1 to 255 visible ASCII characters."
            await problem(422, detail)(scope, receive, send)
        else:
            await self._once(_own_key(scope, given[0]), scope, receive, send)

    async def _once(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await Request(scope, receive).body()
            digest = _digest(scope, body)
            now = self._clock.now()
            first = await self._store.first_answer(key, request=digest, now=now)
        except ClientDisconnect:
            return
        except HTTPException as error:  # the body is too large
            await problem(error.status_code, error.detail)(scope, receive, send)
            return
        except StoreUnavailable as error:
            await problem(error.http_status, str(error))(scope, receive, send)
            return
        if first is not None:
            is_busy = key in self._busy or not (
                self._alone or now - first.created_at >= ABANDONED_AFTER
            )
            await _again(first, digest, is_busy=is_busy)(scope, receive, send)
            return
        keeping = _Keeping(self._store, key, send)
        # Before anything is awaited: who asks meanwhile, and is told of the claim, must find it.
        self._busy.add(key)
        try:
            await self._app(scope, _replayed(body, receive), keeping)
        except Exception:
            # Whoever is cancelled, as at the end of the server, leaves the key as it is: nobody
            # knows how much was done.
            await keeping.forget()
            raise
        finally:
            self._busy.discard(key)


class _Keeping:
    """A `send` that keeps the answer, or forgets the key, before the last part goes out."""

    def __init__(self, store: AnswerStore, key: str, send: Send) -> None:
        self._store = store
        self._key = key
        self._send = send
        self._status = 500
        self._is_kept = False
        self._body = bytearray()
        self._settled = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._is_kept = _is_kept(self._status, Headers(raw=message.get("headers", [])))
        elif message["type"] == "http.response.body":
            if self._is_kept and len(self._body) <= MOST_KEPT_BYTES:
                self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._settle()
        await self._send(message)

    async def forget(self) -> None:
        if not self._settled:
            self._is_kept = False
            await self._settle()

    async def _settle(self) -> None:
        self._settled = True
        try:
            if not self._is_kept:
                await self._store.forget_answer(self._key)
            elif len(self._body) > MOST_KEPT_BYTES:
                status, body = 409, _too_long(self._status)
                await self._store.keep_answer(self._key, status=status, body=body)
            else:
                text = self._body.decode()
                await self._store.keep_answer(self._key, status=self._status, body=text)
        except StoreUnavailable as error:
            log.warning("idempotency.not_kept", reason=error.reason)


def _may_have_key(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    path: str = scope["path"]
    return path.startswith("/api/") and not path.startswith(NEVER_KEPT)


def _own_key(scope: Scope, key: str) -> str:
    """The key of this client: no client meets the keys of another."""
    identity = identity_of(HTTPConnection(scope))
    owner = f"name {identity.name}" if identity.token_id is None else f"token {identity.token_id}"
    # In a digest: what clients choose as a key may tell something.
    return sha256(f"{owner} {key}".encode()).hexdigest()


def _digest(scope: Scope, body: bytes) -> str:
    head = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n"
    return sha256(head + body).hexdigest()


def _is_kept(status: int, headers: Headers) -> bool:
    """An answer that stands: not what a try a moment later may turn into another."""
    is_final = 200 <= status < 300 or 400 <= status < 500
    kind = headers.get("content-type", "").partition(";")[0].strip()
    is_json = kind == "application/json" or kind.endswith("+json")
    return is_final and is_json and "set-cookie" not in headers


def _too_long(status: int) -> str:
    response = problem(
        409,
        f"This request was carried out before, with status {status}; its answer was too long to be"
        " kept. Read what became of it, and use a new key for a new request.",
    )
    return bytes(response.body).decode()


def _again(first: Answer, digest: str, *, is_busy: bool) -> Response:
    """What a request is answered whose key was used before."""
    if first.request != digest:
        return problem(
            422, f"This {HEADER} was used for another request; use a new key for a new request."
        )
    if first.status is not None:
        return Response(
            first.body,
            first.status,
            headers={REPLAYED: "true"},
            media_type="application/json",
        )
    if not is_busy:
        return problem(
            409,
            "Nobody knows how far the first request with this key came: the server stopped in the"
            " middle of it, or could not keep its answer. See whether it was done, and use a new"
            " key to ask again.",
        )
    busy = problem(409, "The first request with this key is being carried out; ask again.")
    busy.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return busy


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read already, then what comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
