"""`conselho worker`: a process that runs tasks and serves nobody."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conselho.cli.options import Choices, pass_choices

if TYPE_CHECKING:
    from conselho.config import Settings
    from conselho.services.data_dir import DataDir
    from conselho.wiring import System


@click.command()
@click.option(
    "--queue",
    "queues",
    metavar="NAME",
    multiple=True,
    help="Run tasks of agents with this queue; may be given several times.",
)
@click.option(
    "--any/--no-any",
    "serve_any",
    default=None,
    help="Run tasks without a queue, too. [default: only when no queue is named]",
)
@click.option("--concurrency", type=int, metavar="N", help="Runs at one time. [default: 4]")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where this worker keeps its own files; no other process may use it. [default: .conselho]",
)
@click.option(
    "--log-format",
    type=click.Choice(["console", "json"]),
    help="Log lines for people, or one JSON object each. [default: console]",
)
@pass_choices
def worker(
    choices: Choices,
    queues: tuple[str, ...],
    serve_any: bool | None,
    concurrency: int | None,
    data_dir: Path | None,
    log_format: str | None,
) -> int:
    """Run what is due, for the servers of the same database.

    The database (CONSELHO_DATABASE_URL: postgresql:// or mongodb://) is where tasks are taken from;
    with a broker (CONSELHO_BROKER_URL) they are taken within milliseconds. SIGTERM lets running
    work end within shutdown_grace_seconds and hands the rest back; a second one does so at once.
    """
    from conselho.config import load_settings
    from conselho.errors import ConselhoError, InvalidSettings
    from conselho.logs import complain, configure_logs, say
    from conselho.services.data_dir import DataDir

    settings, warnings = load_settings(
        {
            "queues": list(queues) or None,
            "serve_any": serve_any,
            "max_concurrent_runs": concurrency,
            "data_dir": data_dir or choices.data_dir,
            "log_format": log_format,
            "role": "worker",
        }
    )
    if not settings.is_shared:
        raise InvalidSettings(
            "database_url",
            "SQLite is the store of one process, and `conselho serve` runs tasks itself (more at a"
            " time with --max-concurrent-runs). For workers of their own set CONSELHO_DATABASE_URL"
            " to postgresql://... or mongodb://..., for the servers and the workers alike.",
        )
    configure_logs(settings, lasting=True)
    say(settings, warnings)
    held = DataDir(settings.data_dir)
    try:
        held.acquire()
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(_work(settings, held))
        finally:
            held.release()
    except ConselhoError as error:
        return complain(settings, error)
    return 0


async def _work(settings: Settings, data_dir: DataDir) -> None:
    """Work until SIGINT, SIGTERM or SIGHUP. Raises ConselhoError when it cannot begin."""
    from conselho.wiring import open_system

    asked = asyncio.Event()
    system: System | None = None

    def stop() -> None:
        if asked.is_set() and system is not None:
            # Asked twice: runs get no more time to end by themselves.
            system.pool.hurry()
        asked.set()

    loop = asyncio.get_running_loop()
    # SIGHUP too: a closed terminal must not leave agents behind that nobody follows.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    system = await open_system(settings, data_dir)
    stopping = asyncio.ensure_future(asked.wait())
    starting = asyncio.ensure_future(system.start(()))
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            _say_ready(settings)
            await stopping
    finally:
        starting.cancel()
        stopping.cancel()
        await asyncio.gather(starting, stopping, return_exceptions=True)
        await system.stop()


def _say_ready(settings: Settings) -> None:
    """One line on stdout, when tasks are taken: whoever starts a worker may wait for it."""
    names = [*settings.queues, *(["tasks without a queue"] if settings.serves_any else [])]
    most = settings.max_concurrent_runs
    sys.stdout.write(f"Conselho works for {', '.join(names)}: at most {most} at a time\n")
    sys.stdout.flush()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is there, as for the server."""
    try:
        import uvloop
    except ModuleNotFoundError:
        return None
    return uvloop.new_event_loop
