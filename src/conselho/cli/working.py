"""The life of a worker process, from its data directory to its last run."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from conselho.config import Settings
from conselho.errors import ConselhoError
from conselho.logs import complain
from conselho.services.data_dir import DataDir
from conselho.wiring.system import System, open_system

if TYPE_CHECKING:
    from conselho.api.worker_http import WorkerHttp


def work(settings: Settings) -> int:
    """Work until SIGINT, SIGTERM or SIGHUP; the exit code of the process."""
    data_dir = DataDir(settings.data_dir)
    try:
        data_dir.acquire()
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(_work(settings, data_dir))
        finally:
            data_dir.release()
    except ConselhoError as error:
        return complain(settings, error)
    return 0


async def _work(settings: Settings, data_dir: DataDir) -> None:
    """Work until SIGINT, SIGTERM or SIGHUP. Raises ConselhoError when it cannot begin."""
    asked = asyncio.Event()
    system: System | None = None

    def stop() -> None:
        if asked.is_set() and system is not None:
            # Asked twice: runs get no more time to end by themselves.
            system.pool.hurry()
        if http is not None:
            http.stops()
        asked.set()

    async with _answering(settings) as http:
        loop = asyncio.get_running_loop()
        # SIGHUP too: a closed terminal must not leave agents behind that nobody follows.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop)
        system = await open_system(settings, data_dir)
        if http is not None:
            http.opened(system)
        await _until(asked, system, settings, http)


async def _until(
    asked: asyncio.Event, system: System, settings: Settings, http: WorkerHttp | None
) -> None:
    """Start, work until it is asked for the end, and stop."""
    stopping = asyncio.ensure_future(asked.wait())
    starting = asyncio.ensure_future(_begin(system))
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            _say_ready(settings, http)
            await stopping
    finally:
        starting.cancel()
        stopping.cancel()
        await asyncio.gather(starting, stopping, return_exceptions=True)
        await system.stop()


async def _begin(system: System) -> None:
    """Return when tasks are taken: not before the store was asked for some, and answered."""
    await system.start(())
    await system.pool.first_look()


@contextlib.asynccontextmanager
async def _answering(settings: Settings) -> AsyncIterator[WorkerHttp | None]:
    """Where the settings say so; what that needs is loaded only then."""
    if settings.metrics_port is None:
        yield None
        return
    from conselho.api.worker_http import answering

    async with answering(settings, settings.metrics_port) as http:
        yield http


def _say_ready(settings: Settings, http: WorkerHttp | None) -> None:
    """One line on stdout, when tasks are taken: whoever starts a worker may wait for it."""
    names = [*settings.queues, *(["tasks without a queue"] if settings.serves_any else [])]
    most = settings.max_concurrent_runs
    tells = f"; its figures: {http.url}/metrics" if http is not None else ""
    sys.stdout.write(f"Conselho works for {', '.join(names)}: at most {most} at a time{tells}\n")
    sys.stdout.flush()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is there, as for the server."""
    try:
        import uvloop
    except ModuleNotFoundError:
        return None
    return uvloop.new_event_loop
