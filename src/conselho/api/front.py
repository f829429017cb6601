"""The outermost ASGI app: answers /healthz at once, everything else when the server has loaded.

Loading (imports, the store, what a former server left) takes most of a cold start. A supervisor
that asks whether the process serves need not wait for it; whoever asks for more does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

STREAM_PATH = "/api/councilors/events/stream"
SOCKET_PATH = "/ws/gamification"
LOAD_SECONDS = 60.0


class Loaded(Protocol):
    """A server that has loaded."""

    @property
    def app(self) -> ASGIApp: ...

    @property
    def stream(self) -> ASGIApp: ...

    @property
    def socket(self) -> ASGIApp: ...

    async def stop(self) -> None: ...


class Front:
    def __init__(
        self, load: Callable[[], Awaitable[Loaded]], failed: Callable[[BaseException], None]
    ) -> None:
        """`load` runs once, at startup; `failed` is told when it raises."""
        self._load = load
        self._failed = failed
        self._loading: asyncio.Task[Loaded] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == "/healthz":
            await _json(send, 200, b'{"status":"ok"}')
        elif scope["type"] == "websocket" and scope["path"] != SOCKET_PATH:
            await send({"type": "websocket.close"})  # before it was accepted: answers 403
        else:
            await self._forward(scope, receive, send)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._loading is not None, "the lifespan starts before requests"
        try:
            # Shielded: a client that leaves must not cancel the start of the server.
            loaded = await asyncio.wait_for(asyncio.shield(self._loading), LOAD_SECONDS)
        except Exception:  # noqa: BLE001  # whatever stopped the start is told by `failed`
            if scope["type"] == "http":
                await _json(send, 503, b'{"detail":"The server is not ready; try again."}')
            return
        is_stream = scope.get("path") == STREAM_PATH and scope.get("method") == "GET"
        target = loaded.stream if is_stream else loaded.app
        if scope["type"] == "websocket":
            target = loaded.socket
        await target(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._loading = asyncio.ensure_future(self._load())
        self._loading.add_done_callback(self._loaded)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if not self._loading.done():
            self._loading.cancel()
            await asyncio.wait({self._loading})
        if not self._loading.cancelled() and self._loading.exception() is None:
            await self._loading.result().stop()
        await send({"type": "lifespan.shutdown.complete"})

    def _loaded(self, loading: asyncio.Task[Loaded]) -> None:
        if not loading.cancelled() and (error := loading.exception()) is not None:
            self._failed(error)


async def _json(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
