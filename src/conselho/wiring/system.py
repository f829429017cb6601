"""A process that serves, schedules or works: its parts, and their order of life."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from conselho.bus import EventBus
from conselho.clock import Clock, SystemClock
from conselho.config import Settings
from conselho.dispatch import Dispatcher
from conselho.dispatchers.local import LOOK_SECONDS, SELDOM_SECONDS, LocalDispatcher
from conselho.errors import StoreUnavailable
from conselho.models.ids import WorkerId
from conselho.models.task import Task
from conselho.models.worker import serving
from conselho.provider import Provider
from conselho.redaction import Redactor
from conselho.services.announcements import announce
from conselho.services.attendance import came, went
from conselho.services.budget import Budget
from conselho.services.cancels import follow_cancels
from conselho.services.council import Council, nobody
from conselho.services.council_files import CouncilFile
from conselho.services.data_dir import DataDir
from conselho.services.executions import Executions
from conselho.services.logs import RunLogs
from conselho.services.old_logs import OldLogs
from conselho.services.own_news import OwnNews
from conselho.services.pinger import Pinger
from conselho.services.pruner import Pruner
from conselho.services.quiet import Quiet
from conselho.services.relay import Relay
from conselho.services.roster import Roster
from conselho.services.run_figures import RunFigures
from conselho.services.run_traces import RunTraces
from conselho.services.runner import Run, Runner
from conselho.services.scheduler import Scheduler
from conselho.services.store_latency import StoreLatency
from conselho.services.sweeper import Sweeper
from conselho.services.timekeeper import Timekeeper
from conselho.services.worker_family import Family
from conselho.services.workplace import Workplace
from conselho.store import Store
from conselho.tracing import Tracer
from conselho.wiring.links import (
    make_bus,
    make_carrier,
    make_news,
    make_roster,
    make_tracer,
    open_patiently,
    refuse_half_a_copy,
)
from conselho.wiring.parts import (
    claim_limits,
    make_budget,
    make_calendars,
    make_council,
    make_providers,
    make_redactor,
)

if TYPE_CHECKING:
    from conselho.buses.redis_news import RedisNews
    from conselho.dispatchers.dramatiq import Carrier

log = structlog.get_logger(__name__)

RESTART_SECONDS = 1.0
# What other processes stored is known within a second, all in all, also without a bus to say so.
RELAY_LOOK_SECONDS = 0.5
# A dead-man switch that does not answer at the stop is not waited for any longer.
LAST_PINGS = timedelta(seconds=2)
# Nor is a collector of traces.
LAST_SPANS = timedelta(seconds=2)


@dataclass(kw_only=True)
class System:
    """The running parts of a process, and their order of life. Its roles say which of them run.

    `pool` runs tasks here, when the process is a worker; `dispatcher` is whom services tell of due
    tasks: the pool itself, or the `carrier` when a broker carries the news. `own_news`: the bus
    tells only of what this process does.
    """

    settings: Settings
    clock: Clock
    family: Family
    workplace: Workplace
    worker: WorkerId
    store: Store
    bus: EventBus
    news: RedisNews | None
    relay: Relay
    logs: RunLogs
    providers: dict[str, Provider]
    pool: LocalDispatcher
    dispatcher: Dispatcher
    carrier: Carrier | None
    roster: Roster
    own_news: OwnNews | None
    quiet: Quiet
    scheduler: Scheduler
    timekeeper: Timekeeper
    sweeper: Sweeper
    pinger: Pinger
    pruner: Pruner
    council: Council
    executions: Executions
    budget: Budget
    redactor: Redactor
    run_figures: RunFigures
    store_latency: StoreLatency
    tracer: Tracer
    traces: RunTraces
    _loops: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def schedules(self) -> bool:
        """Whether this process sees to slots, lost workers and what is old."""
        return "scheduler" in self.settings.role

    @property
    def late(self) -> str | None:
        """What events are late for: `store` (none can be read), `bus` (those of other servers come
        by looking); None when they come at once.
        """
        if self.relay.trouble is not None:
            return "store"
        return "bus" if self.bus.trouble is not None else None

    @property
    def works(self) -> bool:
        """Whether this process runs tasks."""
        return "worker" in self.settings.role

    async def start(self, files: Sequence[CouncilFile]) -> None:
        """Settle what a former process left, seat the council, and go to work.

        The order matters: what still runs unowned is ended before its Task may start again, and
        slots since the last stop are accounted for under the schedules of that time, before files
        change them. Raises BrokerUnavailable when there is one that does not answer.
        """
        if self.carrier is not None:
            await self.carrier.connect()
        await self._recover()
        # It listens before the relay begins: what was just decided is told to the switches, too.
        self.spawn("pinger", lambda: self.pinger.follow(self.bus))
        self.spawn("cancels", lambda: follow_cancels(self.bus, self.pool.heard_of_cancel))
        if self.own_news is None:
            self.store.listen(self.relay.wake)
            self.spawn("relay", self.relay.run)
            self.spawn("bus", lambda: self.bus.run(self.relay.wake))
        if self.news is not None:
            self.store.listen(self.news.tell)
            self.spawn("news", self.news.run)
            self.spawn("news.cancels", self._follow_cancels_of_others)
        if self.carrier is not None:
            self.spawn("broker", self.carrier.sender.run)
        if self.schedules:
            await self._start_schedules()
        if self.schedules or self.works:
            await self.roster.beat(self.clock.now())
            self.spawn("roster", self.roster.run)
        if self.store.is_shared and not self.schedules:
            self.spawn("roster.meet", self.roster.meet)
        if self.settings.council_dir is not None or self.schedules:
            await self.council.apply(files, prune=False, force=False)
        if self.works:
            await self._start_work()

    async def _follow_cancels_of_others(self) -> None:
        assert self.news is not None
        await self.news.follow_cancels(self.pool.heard_of_cancel)

    async def _recover(self) -> None:
        """End what a former process of this data directory left, and decide on its runs."""
        survivors = await self.workplace.open() if self.works else 0
        swept: list[Task] = []
        for dead in self.family.dead:
            swept += await self.store.sweep(
                now=self.clock.now(), announce=announce, workers_gone=dead
            )
        if survivors or swept:
            log.warning("server.recovered", processes_ended=survivors, runs_decided=len(swept))
        self.dispatcher.wake(swept)

    async def _start_schedules(self) -> None:
        if self.settings.scheduler_enabled:
            await self.scheduler.start()
            self.spawn("scheduler", self.scheduler.run)
            self.spawn("scheduler.follow", lambda: self.scheduler.follow(self.bus))
            self.spawn("timekeeper", self.timekeeper.run)
        now = self.clock.now()
        await came(
            self.store,
            now=now,
            is_alone=await self.roster.is_alone(now),
            may_be_several=self.store.is_shared,
        )
        self.spawn("sweeper", self.sweeper.run)
        self.spawn("pruner", self.pruner.run)
        self.spawn("roster.watch", self.roster.watch)
        if self.carrier is not None:
            self.spawn("broker.watch", self.carrier.sender.watch)
        # Who asks whether a server that has started is ready is not told of this.
        await self.sweeper.first_look()

    async def _start_work(self) -> None:
        self.spawn("leases", self.pool.keep_leases)
        if self.store.is_shared:
            retention = timedelta(days=self.settings.retention_days)
            old_logs = OldLogs(self.logs, self.clock, retention=retention)
            self.spawn("old_logs", old_logs.run)
        self.spawn("dispatcher", self.pool.run)
        self.pool.wake()
        if self.carrier is not None:
            await self.carrier.receive()

    async def stop(self) -> None:
        """End everything in order: no new slots, no new runs, the present ones recorded."""
        self.scheduler.stop()
        self.pool.close()
        if self.carrier is not None:
            await self.carrier.stop_receiving()
        await self.pool.drain(timedelta(seconds=self.settings.shutdown_grace_seconds))
        await self._last_pings()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self.roster.leave()
        if self.carrier is not None:
            await self.carrier.close()
        await self.tracer.close(LAST_SPANS)
        if self.schedules:
            await went(self.store, now=self.clock.now(), is_alone=self.roster.is_alone)
        await self.bus.close()
        if self.news is not None:
            await self.news.close()
        await self.store.close()
        await self.workplace.close()

    async def _last_pings(self) -> None:
        """Let the dead-man switches know how the last runs ended."""
        if self.own_news is not None:
            await self.pinger.settle(self.own_news.newest, within=LAST_PINGS)
            return
        try:
            _, newest = await self.store.event_span()
        except StoreUnavailable:
            return
        await self.pinger.settle(newest, within=LAST_PINGS)

    def spawn(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Keep a loop running until `stop`, whatever it raises."""
        self._loops.append(asyncio.create_task(_keep_running(name, loop), name=name))


async def open_system(settings: Settings, data_dir: DataDir) -> System:
    """The parts of a process over an acquired data directory; nothing runs before `start`.

    Raises InvalidSettings when a broker is asked for that this installation cannot speak to,
    StoreUnavailable when the store cannot be had.
    """
    clock = SystemClock()
    store_latency = StoreLatency(clock)
    store = store_latency.measured(await open_patiently(settings, clock))
    await refuse_half_a_copy(store)
    family = data_dir.family(is_shared=store.is_shared)
    former = data_dir.remember_store(store.identity)
    if former is not None:
        log.warning(
            "store.another_one",
            former=former,
            now=store.identity,
            advice="This data directory's server had another database before. If that is not meant,"
            " stop it and give it the database_url of before, or that of the other servers: here is"
            " another council.",
        )
    _, newest = await store.event_span()
    bus = make_bus(settings, store, clock, after=newest)
    home = data_dir.home
    worker = WorkerId(f"{family.own}:{secrets.token_hex(4)}")
    tracer = await asyncio.to_thread(make_tracer, settings, os.environ, worker)
    traces = RunTraces(clock, tracer)
    store = traces.watching(store)
    own_news = OwnNews(bus, clock) if settings.role == ("worker",) else None
    if own_news is not None:
        store = own_news.watching(store)
    lease = timedelta(seconds=settings.lease_seconds)
    logs = RunLogs(data_dir.logs)
    server = data_dir.server()
    providers = make_providers(
        settings, server_url=server.get("url") if server else None, clock=clock
    )
    budget = make_budget(settings, store, providers)
    redactor = make_redactor(settings, os.environ)
    calendars = make_calendars(settings)
    for problem in calendars.problems():
        log.warning("calendar.unusable", problem=problem)
    run_figures = RunFigures()
    runner = Runner(
        store,
        providers,
        logs,
        clock,
        home=home,
        scratch=data_dir.scratch,
        redactor=redactor,
        spending=budget,
        figures=run_figures,
        traces=traces,
    )

    workplace = Workplace(home=home, scratch=data_dir.scratch)

    def begin(task: Task) -> tuple[Run, Awaitable[None]]:
        run = Run(task=task)
        return run, runner.run(run)

    pool = LocalDispatcher(
        store,
        clock,
        worker=worker,
        max_runs=settings.max_concurrent_runs,
        lease=lease,
        renew_every=timedelta(seconds=settings.renew_seconds),
        begin=begin,
        limits=claim_limits(settings),
        queues=serving(settings.queues, serves_any=settings.serves_any),
        look_seconds=LOOK_SECONDS if settings.broker_url is None else SELDOM_SECONDS,
        announce=announce,
        tell_lease=workplace.expect_word if store.is_shared else None,
    )
    own = worker if {"worker", "scheduler"} & set(settings.role) else None
    roster = make_roster(settings, store, clock, worker=own, running=lambda: pool.running)
    carrier = make_carrier(settings, store, clock, roster=roster, pool=pool)
    dispatcher: Dispatcher = carrier.sender if carrier is not None else pool
    quiet = Quiet(calendars)
    scheduler = Scheduler(
        store,
        clock,
        wake=dispatcher.wake,
        cancel=dispatcher.cancel,
        budget=budget,
        quiet=quiet,
        catch_up_per_minute=settings.catch_up_per_minute,
    )
    return System(
        settings=settings,
        clock=clock,
        family=family,
        workplace=workplace,
        worker=worker,
        store=store,
        bus=bus,
        news=make_news(settings, store, clock) if own_news is not None else None,
        relay=Relay(
            store,
            bus,
            clock,
            after=newest,
            look_seconds=RELAY_LOOK_SECONDS if settings.is_shared else None,
        ),
        logs=logs,
        providers=providers,
        pool=pool,
        dispatcher=dispatcher,
        carrier=carrier,
        roster=roster,
        own_news=own_news,
        quiet=quiet,
        scheduler=scheduler,
        timekeeper=Timekeeper(store, clock, look=scheduler.look, is_alone=roster.is_alone),
        sweeper=Sweeper(
            store,
            clock,
            lease=lease,
            every=timedelta(seconds=settings.sweep_seconds),
            wake=dispatcher.wake,
        ),
        pinger=Pinger(
            store,
            clock,
            worker=worker,
            family=family.all,
            after=newest if own_news is None else 0,
            remembers=own_news is None,
            redact=redactor.text,
        ),
        pruner=Pruner(
            store,
            logs,
            clock,
            retention=timedelta(days=settings.retention_days),
            events_kept=settings.events_kept,
        ),
        council=make_council(
            settings,
            store,
            clock,
            calendars=calendars,
            changed=scheduler.obey if "scheduler" in settings.role else nobody,
        ),
        executions=Executions(store, bus, dispatcher, clock, budget=budget),
        budget=budget,
        redactor=redactor,
        run_figures=run_figures,
        store_latency=store_latency,
        tracer=tracer,
        traces=traces,
    )


async def _keep_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run a service's loop; one that fails is reported and started again."""
    while True:
        try:
            await loop()
            return
        except Exception:
            log.exception("service.failed", service=name)
            await asyncio.sleep(RESTART_SECONDS)
