"""From settings to running objects: the only module that knows every implementation."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from conselho.buses.local import LocalBus
from conselho.clock import Clock, SystemClock
from conselho.config import Settings
from conselho.dispatchers.local import LocalDispatcher
from conselho.models.ids import WorkerId
from conselho.models.task import Task
from conselho.provider import Provider
from conselho.providers.command import CommandProvider
from conselho.services.announcements import announce
from conselho.services.council import Changed, Council, nobody
from conselho.services.council_files import CouncilFile, read_council
from conselho.services.data_dir import DataDir
from conselho.services.executions import Executions
from conselho.services.logs import RunLogs
from conselho.services.process import become_subreaper, reap_survivors
from conselho.services.pruner import Pruner
from conselho.services.relay import Relay
from conselho.services.runner import Run, Runner
from conselho.services.scheduler import Scheduler
from conselho.services.sweeper import Sweeper
from conselho.store import Store
from conselho.stores.sql import open_sql_store

log = structlog.get_logger(__name__)

RESTART_SECONDS = 1.0


def make_providers(server_url: str | None = None) -> dict[str, Provider]:
    """Every provider by its name; their children may speak to the server at `server_url`."""
    return {provider.name: provider for provider in [CommandProvider(server_url=server_url)]}


@dataclass(kw_only=True)
class System:
    """One server's running parts, and their order of life."""

    settings: Settings
    clock: Clock
    home: str
    worker: WorkerId
    store: Store
    bus: LocalBus
    relay: Relay
    logs: RunLogs
    dispatcher: LocalDispatcher
    scheduler: Scheduler
    sweeper: Sweeper
    pruner: Pruner
    council: Council
    executions: Executions
    _loops: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self, files: Sequence[CouncilFile]) -> None:
        """Settle what a former server left, seat the council, and go to work.

        The order matters: what still runs unowned is ended before its Task may start again, and
        slots since the last stop are accounted for under the schedules of that time, before files
        change them.
        """
        become_subreaper()
        survivors = await asyncio.to_thread(reap_survivors, self.home)
        now = self.clock.now()
        dead = f"{_worker_prefix(self.home)}:"
        swept = await self.store.sweep(now=now, announce=announce, workers_gone=dead)
        if survivors or swept:
            log.warning("server.recovered", processes_ended=survivors, runs_decided=len(swept))
        self.store.listen(self.relay.wake)
        self.spawn("relay", self.relay.run)
        if self.settings.scheduler_enabled:
            await self.scheduler.start()
            self.spawn("scheduler", self.scheduler.run)
            self.spawn("scheduler.follow", lambda: self.scheduler.follow(self.bus))
        await self.council.apply(files, prune=False, force=False)
        self.spawn("dispatcher", self.dispatcher.run)
        self.spawn("leases", self.dispatcher.keep_leases)
        self.spawn("sweeper", self.sweeper.run)
        self.spawn("pruner", self.pruner.run)
        self.dispatcher.wake()

    async def stop(self) -> None:
        """End everything in order: no new slots, no new runs, the present ones recorded."""
        self.scheduler.stop()
        await self.dispatcher.drain(timedelta(seconds=self.settings.shutdown_grace_seconds))
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self.bus.close()
        await self.store.close()

    def spawn(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Keep a loop running until `stop`, whatever it raises."""
        self._loops.append(asyncio.create_task(_keep_running(name, loop), name=name))


async def open_system(settings: Settings, data_dir: DataDir) -> System:
    """The parts of a server over an acquired data directory; nothing runs before `start`."""
    clock = SystemClock()
    store = await open_sql_store(settings.database_url)
    bus = LocalBus()
    home = data_dir.home
    worker = WorkerId(f"{_worker_prefix(home)}:{secrets.token_hex(4)}")
    lease = timedelta(seconds=settings.lease_seconds)
    logs = RunLogs(data_dir.logs)
    server = data_dir.server()
    providers = make_providers(server.get("url") if server else None)
    runner = Runner(store, providers, logs, clock, home=home)

    def begin(task: Task) -> tuple[Run, Awaitable[None]]:
        run = Run(task=task)
        return run, runner.run(run)

    dispatcher = LocalDispatcher(
        store,
        clock,
        worker=worker,
        max_runs=settings.max_concurrent_runs,
        lease=lease,
        renew_every=timedelta(seconds=settings.renew_seconds),
        begin=begin,
        announce=announce,
    )
    scheduler = Scheduler(store, clock, wake=dispatcher.wake)
    _, newest = await store.event_span()
    return System(
        settings=settings,
        clock=clock,
        home=home,
        worker=worker,
        store=store,
        bus=bus,
        relay=Relay(store, bus, clock, after=newest),
        logs=logs,
        dispatcher=dispatcher,
        scheduler=scheduler,
        sweeper=Sweeper(
            store,
            clock,
            lease=lease,
            every=timedelta(seconds=settings.sweep_seconds),
            wake=dispatcher.wake,
        ),
        pruner=Pruner(
            store,
            logs,
            clock,
            retention=timedelta(days=settings.retention_days),
            events_kept=settings.events_kept,
        ),
        council=make_council(settings, store, clock, changed=scheduler.obey),
        executions=Executions(store, bus, dispatcher, clock),
    )


def make_council(
    settings: Settings, store: Store, clock: Clock, *, changed: Changed = nobody
) -> Council:
    """The council over a store; `changed` is awaited after each write."""
    return Council(
        store,
        clock,
        known_providers=make_providers(),
        workspaces=settings.workspaces,
        default_timezone=settings.timezone,
        changed=changed,
    )


def read_files(settings: Settings, directory: Path) -> tuple[CouncilFile, ...]:
    """The council files of a directory. Raises Invalid, naming file, line and field."""
    reading = read_council(
        directory, known_providers=make_providers(), workspaces=settings.workspaces
    )
    return reading.accepted()


@asynccontextmanager
async def open_offline(settings: Settings) -> AsyncIterator[Council]:
    """The council of a data directory that no server holds, for one command.

    The slots that passed since the last stop are accounted for before anything changes.
    Raises DataDirInUse when a server does.
    """
    data_dir = DataDir(settings.data_dir)
    data_dir.acquire()
    try:
        store = await open_sql_store(settings.database_url)
        try:
            clock = SystemClock()
            if settings.scheduler_enabled:
                await Scheduler(store, clock, wake=lambda: None).settle()
            yield make_council(settings, store, clock)
        finally:
            await store.close()
    finally:
        data_dir.release()


def _worker_prefix(home: str) -> str:
    return f"{socket.gethostname()}:{home}"


async def _keep_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run a service's loop; one that fails is reported and started again."""
    while True:
        try:
            await loop()
            return
        except Exception:
            log.exception("service.failed", service=name)
            await asyncio.sleep(RESTART_SECONDS)
