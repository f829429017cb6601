"""`conselho serve`: one process that serves, schedules and runs, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import signal
import socket
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import structlog
import uvicorn

from conselho.api.connections import BoundedProtocol
from conselho.api.doors import open_doors
from conselho.api.front import Front
from conselho.api.sockets import BoundedSocket
from conselho.config import Problem, Settings
from conselho.errors import ConselhoError, InvalidSettings
from conselho.logs import complain, configure_logs, say
from conselho.services.data_dir import DataDir

if TYPE_CHECKING:
    from conselho.api.loaded import LoadedServer

log = structlog.get_logger(__name__)

# So many may knock at one moment: all clients come back at once after a restart.
BACKLOG = 4096
# Asked after a minute of silence, and gone half a minute later.
KEEPALIVE: Final = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
# Streams are told to end first; this bounds the wait for clients that do not go.
GRACEFUL_SECONDS = 3
# Clients send short commands. One that answers no ping for this long is gone.
SOCKET_MESSAGE_BYTES = 16 * 1024
SOCKET_PING_SECONDS = 20


def serve(settings: Settings, warnings: Iterable[Problem] = ()) -> int:
    """Serve until SIGINT or SIGTERM; the exit code of the process.

    Foreseeable trouble is one line on stderr, with the exit code of its kind.
    """
    configure_logs(settings, lasting=True)
    say(settings, warnings)
    data_dir = DataDir(settings.data_dir)
    try:
        data_dir.acquire()
        try:
            require_a_way_in(settings)
            return _Server(settings, data_dir).hold()
        finally:
            data_dir.release()
    except ConselhoError as error:
        return complain(settings, error)


def require_a_way_in(settings: Settings) -> None:
    """Raises InvalidSettings when a login is asked for and no token holds."""
    if not settings.login_required or settings.admin_token is not None:
        return
    # Before anything listens: nobody shall reach a server that is about to refuse.
    wiring: Any = importlib.import_module("conselho.wiring.commands")
    if asyncio.run(wiring.has_token(settings)):
        return
    where = f"{settings.host} is not a loopback address"
    name, why = ("host", where) if not settings.require_login else ("require_login", "it is on")
    raise InvalidSettings(
        name,
        f"{why}, and no token holds, so nobody could log in. Make one with `conselho token create"
        " --role admin --name NAME` on this data directory, or set CONSELHO_ADMIN_TOKEN.",
    )


class _Server(uvicorn.Server):
    """uvicorn, with signals and the end of streams in our hands."""

    def __init__(self, settings: Settings, data_dir: DataDir) -> None:
        self._settings = settings
        self._data_dir = data_dir
        self._loaded: LoadedServer | None = None
        self._exit_code = 0
        self._url = ""
        self._doors = open_doors(settings)
        super().__init__(
            uvicorn.Config(
                Front(self._load, self._failed),
                # A class to uvicorn, which only calls it.
                http=cast("type[BoundedProtocol]", partial(BoundedProtocol, doors=self._doors)),
                # uvicorn sets it again on our socket.
                backlog=BACKLOG,
                # uvicorn by itself believes every proxy on this machine.
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
                log_config=None,
                access_log=False,
                lifespan="on",
                timeout_graceful_shutdown=GRACEFUL_SECONDS,
                server_header=False,
                # Not "auto": another library in the environment must not change how we speak.
                ws=BoundedSocket,
                ws_max_size=SOCKET_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                ws_ping_interval=SOCKET_PING_SECONDS,
                ws_ping_timeout=SOCKET_PING_SECONDS,
            )
        )

    def hold(self) -> int:
        """Serve from the first to the last moment; the exit code.

        Raises InvalidSettings when the address cannot be had.
        """
        listener = listen(self._settings.host, self._settings.port)
        with listener:
            host, port = listener.getsockname()[:2]
            self._url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            self._data_dir.announce(self._url, now=datetime.now(UTC))
            with asyncio.Runner(loop_factory=self.config.get_loop_factory()) as runner:
                runner.run(self.serve([listener]))
        return self._exit_code

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # Only now: who reads the line may send requests and signals at once.
        sys.stdout.write(f"Conselho is in session: {self._url}\n")
        sys.stdout.flush()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again at the end; a stop that was asked for is no failure.
        loop = asyncio.get_running_loop()
        # SIGHUP too: a closed terminal must not leave agents behind that nobody follows.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop, number)
        yield

    def _asked_to_stop(self, number: int) -> None:
        if self._loaded is not None:
            if self.should_exit:
                # Asked twice: runs get no more time to end by themselves.
                self._loaded.hurry()
            self._loaded.close_streams()
        self.should_exit = True

    async def _load(self) -> LoadedServer:
        module: Any = await asyncio.to_thread(importlib.import_module, "conselho.api.loaded")
        self._loaded = await module.load(self._settings, self._data_dir, self._doors)
        _collect_rarely()
        if self.should_exit:
            self._loaded.close_streams()
        return self._loaded

    def _failed(self, error: BaseException) -> None:
        self._exit_code = complain(self._settings, error)
        self.should_exit = True


def _collect_rarely() -> None:
    """Keep the search for reference cycles from holding everybody up.

    It looks at every object there is: 265 ms with 8,000 connections, and five times while they
    come, with the thresholds that Python begins with. What was made up to now stays for good and
    need not be looked at again; little of what comes is in a cycle.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def listen(host: str, port: int, *, setting: str = "port") -> socket.socket:
    """A socket that listens there. Raises InvalidSettings, naming the setting of the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as exc:
        raise InvalidSettings(
            setting,
            f"cannot listen on {host}:{port}: {exc.strerror}."
            f" Is another server there? Choose another with --{setting.replace('_', '-')}.",
        ) from exc
    listener.setblocking(False)
    _notice_vanished_clients(listener)
    return listener


def _notice_vanished_clients(listener: socket.socket) -> None:
    """Have the system ask silent connections whether anybody is there: a machine that lost its
    network says no goodbye. Accepted sockets inherit it.
    """
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):  # macOS has other names for some
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
