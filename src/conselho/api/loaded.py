"""The heavy half of a server's start: imported in a thread, while the front already answers."""

from __future__ import annotations

from starlette.routing import Route
from starlette.types import ASGIApp

from conselho.api.app import make_app
from conselho.api.context import Context
from conselho.api.doors import Doors
from conselho.api.gamification import Gamification
from conselho.api.gate import Gate
from conselho.api.mcp import PATH as MCP_PATH
from conselho.api.mcp import Mcp
from conselho.api.problem_details import ProblemDetails
from conselho.api.security import Guard
from conselho.api.stream import Hub
from conselho.config import Settings
from conselho.services.data_dir import DataDir
from conselho.wiring.parts import read_files
from conselho.wiring.system import System, open_system


class LoadedServer:
    """A running system with its HTTP side."""

    def __init__(self, system: System, hub: Hub, doors: Doors) -> None:
        context = Context(system, hub, doors)
        app = make_app(context)

        def guarded(inner: ASGIApp) -> Guard:
            gate = Gate(
                inner,
                context.access,
                context.rate_limits,
                system.clock,
                read_only_council=system.settings.read_only_council,
            )
            # Before the gate, so that its refusals are told as problems too.
            return Guard(ProblemDetails(gate), hosts=[system.settings.host, *system.settings.hosts])

        self.app = hub.courtesy.towards(guarded(app))
        self._mcp = Mcp(self.app)
        self._has_api = "api" in system.settings.role
        if self._has_api:
            # Before the page, which answers for every path that nobody else has.
            app.router.routes.insert(0, Route(MCP_PATH, self._mcp, include_in_schema=False))
            self.stream = guarded(hub)
            self.socket = guarded(Gamification(hub, system.store, system.clock))
        else:
            self.stream = self.socket = guarded(app)
        self._system = system
        self._hub = hub
        self._loop_delay = context.loop_delay

    def spawn(self) -> None:
        """Set the loops of the HTTP side going: before the system starts, so that none of its
        events is missed.
        """
        hub, system = self._hub, self._system
        if self._has_api:
            system.spawn("stream", lambda: hub.run(system.bus))
            system.spawn("stream.deliver", hub.deliver)
            system.spawn("stream.tend", hub.tend)
        system.spawn("loop_delay", self._loop_delay.run)

    def close_streams(self) -> None:
        """Let clients go that wait: a server waits for its open connections before it stops."""
        self._hub.close()
        self._system.executions.let_go()

    async def stop(self) -> None:
        self._hub.close()
        await self._mcp.close()
        await self._system.stop()

    def hurry(self) -> None:
        """Give a stop no more grace."""
        self._system.pool.hurry()


async def load(settings: Settings, data_dir: DataDir, doors: Doors) -> LoadedServer:
    """Open the store, recover, seat the council, start all services.

    Raises ConselhoError; for a council file that is refused, with nothing changed.
    """
    files = read_files(settings, settings.council_dir) if settings.council_dir else ()
    system = await open_system(settings, data_dir)
    hub = Hub(
        system.store,
        system.store.identity,
        system.clock,
        late=lambda: system.late,
        traces=system.traces,
    )
    server = LoadedServer(system, hub, doors)
    server.spawn()
    try:
        await system.start(files)
    except BaseException:
        await server.stop()
        raise
    return server
