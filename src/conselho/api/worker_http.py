"""What `conselho worker` answers where --metrics-port says: whether it takes runs, and its figures.

    /livez     200 while the process answers at all
    /healthz   200 while it claims runs, 503 with the reason when it does not
    /metrics   for Prometheus; where others than this machine may ask, with a token as on a server

Loaded only when a port is asked for, and without what a server needs for its API.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from conselho.api.connections import BoundedProtocol
from conselho.api.doors import Doors
from conselho.api.families import MEDIA_TYPE, exposition
from conselho.api.gate import Gate
from conselho.api.process_metrics import process_families
from conselho.api.rate_limits import RateLimits
from conselho.api.security import Guard
from conselho.api.serve import listen
from conselho.api.sockets import BoundedSocket
from conselho.config import Settings, is_loopback
from conselho.dispatchers.local import LOOK_SECONDS, SELDOM_SECONDS
from conselho.models.lengths import length_text
from conselho.services.access import FRESH, Access
from conselho.services.loop_delay import LoopDelay
from conselho.wiring.system import System

# Scrapers and probes: more at one time is none of them.
CONNECTIONS: Final = 64
GRACEFUL_SECONDS: Final = 1
# So many looks for work in a row may fail, and so long, before a worker counts as taking none.
SILENT_LOOKS: Final = 3
SILENCE: Final = timedelta(seconds=15)

Answer = tuple[int, str, bytes]


class WorkerHttp:
    """The ASGI application; `url` is where it answers."""

    def __init__(self, settings: Settings, url: str) -> None:
        self.url = url
        self._settings = settings
        self._system: System | None = None
        self._figures: ASGIApp | None = None
        self._loop_delay: LoopDelay | None = None
        self._stops = False
        look = LOOK_SECONDS if settings.broker_url is None else SELDOM_SECONDS
        self._patience = max(SILENCE, timedelta(seconds=SILENT_LOOKS * look))

    def opened(self, system: System) -> None:
        """There are figures from now on."""
        settings = self._settings
        self._system = system
        self._loop_delay = LoopDelay(system.clock)
        system.spawn("loop_delay", self._loop_delay.run)
        access = Access(
            system.store,
            system.clock,
            admin_token=settings.admin_token,
            login_required=settings.require_login or not is_loopback(settings.metrics_host),
            fresh=FRESH,
        )
        limits = RateLimits(settings.rate_limits, max_streams=CONNECTIONS)
        gate = Gate(self._tell_figures, access, limits, system.clock)
        self._figures = Guard(gate, hosts=[settings.metrics_host, *settings.hosts])

    def stops(self) -> None:
        """It takes no more runs."""
        self._stops = True

    def not_claiming(self) -> str | None:
        """Why it takes no runs; None while it does, or would if it were not full."""
        if self._stops:
            return "it stops, and takes no more runs"
        looked_at = self._system.pool.looked_at if self._system is not None else None
        if self._system is None or looked_at is None:
            return "it has not asked the store for work yet"
        silent = self._system.clock.now() - looked_at
        if silent <= self._patience:
            return None
        return f"it last asked the store for work {length_text(int(silent.total_seconds()))} ago"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # before it was accepted: answers 403
        elif scope["type"] == "http" and scope["path"] == "/metrics" and self._figures is not None:
            await self._figures(scope, receive, send)
        elif scope["type"] == "http":
            await _send(scope, send, self._answer(scope["method"], scope["path"]))

    def _answer(self, method: str, path: str) -> Answer:
        if path not in ("/livez", "/healthz", "/metrics"):
            return _json(404, detail="A worker answers /livez, /healthz and /metrics.")
        if method not in ("GET", "HEAD"):
            return _json(405, detail="It can only be read.")
        if path == "/livez":
            return _json(200, status="ok")
        if path == "/metrics":
            return _json(503, detail="The worker is not ready; try again.")
        reason = self.not_claiming()
        return _json(
            200 if reason is None else 503,
            status="ok" if reason is None else "not claiming",
            claims=reason is None,
            detail=reason or "ok",
        )

    async def _tell_figures(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._system is not None
        assert self._loop_delay is not None
        if scope["method"] not in ("GET", "HEAD"):
            await _send(scope, send, _json(405, detail="It can only be read."))
            return
        families = list(process_families(self._system, self._loop_delay))
        await _send(scope, send, (200, MEDIA_TYPE, exposition(families)))


@contextlib.asynccontextmanager
async def answering(settings: Settings, port: int) -> AsyncIterator[WorkerHttp]:
    """Answer during the block. Raises InvalidSettings when the address cannot be had."""
    with listen(settings.metrics_host, port, setting="metrics_port") as listener:
        host, port = listener.getsockname()[:2]
        app = WorkerHttp(settings, f"http://{f'[{host}]' if ':' in host else host}:{port}")
        server = _Server(_config(app))
        serving = asyncio.ensure_future(server.serve([listener]))
        try:
            yield app
        finally:
            server.should_exit = True
            await serving


def _config(app: ASGIApp) -> uvicorn.Config:
    doors = Doors(CONNECTIONS, of_address=CONNECTIONS)
    return uvicorn.Config(
        app,
        # A class to uvicorn, which only calls it.
        http=cast("type[BoundedProtocol]", partial(BoundedProtocol, doors=doors)),
        ws=BoundedSocket,
        proxy_headers=False,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        server_header=False,
    )


class _Server(uvicorn.Server):
    """uvicorn, with signals in the hands of the worker."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _json(code: int, **fields: Any) -> Answer:
    return code, "application/json", json.dumps(fields).encode()


async def _send(scope: Scope, send: Send, answer: Answer) -> None:
    status, media_type, body = answer
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
