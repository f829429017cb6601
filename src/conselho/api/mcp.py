"""/mcp: the tools of mcp_tools.py over streamable HTTP, for agents that speak to the server.

A call of a tool goes through the server's own API, with the headers of whoever called: the same
checks, the same roles. The SDK takes most of a second and some memory to load, so it is loaded when
somebody asks for the first time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from conselho.api.problems import problem

if TYPE_CHECKING:
    import httpx
    from mcp.server.mcpserver import Context
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH: Final = "/mcp"
# Who calls, and what shows it: nothing else of the request reaches the API.
_CREDENTIALS: Final = ("authorization", "cookie")
_NOBODY: Final = ("", 0)
# Host and port that the request at work came from: the audit names them, not this server's own.
_CALLER: Final[ContextVar[tuple[str, int]]] = ContextVar("mcp_caller", default=_NOBODY)


class Mcp:
    """An ASGI app for the one path; `close` when the server stops."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is the server as clients see it, with all its checks."""
        self._app = app
        self._loading = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._running: asyncio.Task[None] | None = None
        self._stopped = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            # A GET would wait without end for messages of the server, which sends none.
            answer = problem(405, "Clients speak to /mcp with POST.")
            answer.headers["Allow"] = "POST"
            await answer(scope, receive, send)
            return
        manager = await self._started()
        caller = _CALLER.set(scope.get("client") or _NOBODY)
        try:
            await manager.handle_request(scope, receive, send)
        finally:
            _CALLER.reset(caller)

    async def close(self) -> None:
        """Let nothing of it run on. Calling twice is no error."""
        self._stopped.set()
        if self._running is not None:
            await self._running

    async def _started(self) -> StreamableHTTPSessionManager:
        async with self._loading:
            if self._manager is None:
                manager = await asyncio.to_thread(self._make)
                begun = asyncio.Event()
                # In a task of its own: the manager must be entered and left in the same one.
                self._running = asyncio.create_task(self._run(manager, begun), name="mcp")
                await begun.wait()
                self._manager = manager
            return self._manager

    async def _run(self, manager: StreamableHTTPSessionManager, begun: asyncio.Event) -> None:
        async with manager.run():
            begun.set()
            await self._stopped.wait()

    def _make(self) -> StreamableHTTPSessionManager:
        from mcp.server.transport_security import TransportSecuritySettings

        from conselho.mcp_tools import council_server

        server = council_server(self._client)
        # Host and Origin are checked before anything comes here (security.py). Without sessions
        # nothing has to be kept between two requests, and any replica may answer.
        server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        return server.session_manager

    @asynccontextmanager
    async def _client(self, context: Context[Any, Any]) -> AsyncIterator[httpx.AsyncClient]:
        import httpx

        sent = context.headers or {}
        credentials = {name: sent[name] for name in _CREDENTIALS if name in sent}
        transport = httpx.ASGITransport(app=self._app, client=_CALLER.get())
        # Within one process there is no way to shorten.
        headers = credentials | {"Accept-Encoding": "identity"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as client:
            yield client
