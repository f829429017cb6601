"""From settings to running objects: the only module that knows every implementation."""

from __future__ import annotations

import asyncio
import importlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from conselho import __version__
from conselho.bus import EventBus
from conselho.buses.local import LocalBus
from conselho.clock import Clock, SystemClock
from conselho.config import Settings
from conselho.dispatch import Dispatcher
from conselho.dispatchers.local import LOOK_SECONDS, SELDOM_SECONDS, LocalDispatcher
from conselho.errors import Conflict, InvalidSettings, StoreTooNew, StoreUnavailable
from conselho.models.agent import Agent
from conselho.models.ids import AgentId, WorkerId
from conselho.models.task import Task
from conselho.models.worker import Worker, serving
from conselho.provider import Examination, Provider
from conselho.providers.command import CommandProvider
from conselho.providers.declared import DeclaredProvider
from conselho.providers.environment import absolute_path, child_environment
from conselho.providers.providers_file import read_providers_file
from conselho.providers.shipped import SHIPPED
from conselho.redaction import Redactor, environment_secrets
from conselho.services.agent_rules import SeatRules
from conselho.services.announcements import announce
from conselho.services.attendance import came, went
from conselho.services.audits import Audits
from conselho.services.budget import Budget, Limits
from conselho.services.calendars import Calendars
from conselho.services.cancels import follow_cancels
from conselho.services.copy_checks import half_a_copy
from conselho.services.copy_logs import LogFiles, StoredLogs
from conselho.services.council import Changed, Council, nobody
from conselho.services.council_files import CouncilFile, read_council
from conselho.services.data_dir import DataDir
from conselho.services.doctor import Doctor
from conselho.services.executions import Executions
from conselho.services.legacy import LegacyImport, Rejection
from conselho.services.legacy_agents import AgentMaker
from conselho.services.legacy_sources import Source
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
from conselho.services.scheduler import ON_TIME, Scheduler
from conselho.services.seats import file_over, new_agent
from conselho.services.store_copy import Progress, Side, StoreCopy
from conselho.services.store_latency import StoreLatency
from conselho.services.submission import snapshot
from conselho.services.sweeper import Sweeper
from conselho.services.timekeeper import Timekeeper
from conselho.services.tokens import Tokens, holds_any
from conselho.services.worker_family import Family
from conselho.services.workplace import Workplace
from conselho.store import PAST_LANE, ClaimLimits, Store
from conselho.stores import open_store
from conselho.tracing import NoTracer, Tracer, traces_refused, traces_wanted

if TYPE_CHECKING:
    from conselho.buses.redis_news import RedisNews
    from conselho.dispatchers.dramatiq import Carrier

log = structlog.get_logger(__name__)

RESTART_SECONDS = 1.0
STORE_TRIES = 5
STORE_PAUSE_SECONDS = 2.0
# What other processes stored is known within a second, all in all, also without a bus to say so.
RELAY_LOOK_SECONDS = 0.5
# A dead-man switch that does not answer at the stop is not waited for any longer.
LAST_PINGS = timedelta(seconds=2)
# Nor is a collector of traces.
LAST_SPANS = timedelta(seconds=2)


def make_providers(
    settings: Settings, *, server_url: str | None = None, clock: Clock | None = None
) -> dict[str, Provider]:
    """Every provider by its name: `command`, the shipped agents, those of the user's file.

    Programs that are no agents may speak to the server at `server_url`.
    Raises Invalid for a file that cannot be used, naming the field.
    """
    specs = dict(SHIPPED)
    if settings.providers_file is not None:
        specs = read_providers_file(settings.providers_file, SHIPPED)
    command: Provider = CommandProvider(server_url=server_url)
    declared = {
        name: DeclaredProvider(spec, clock=clock, server_url=server_url)
        for name, spec in specs.items()
    }
    return {command.name: command, **declared}


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


async def open_patiently(settings: Settings, clock: Clock) -> Store:
    """The store, for a start. A server that others share may be starting itself: it is waited for.

    Raises StoreUnavailable after some tries, StoreTooNew and InvalidSettings at once.
    """
    for attempt in range(1, STORE_TRIES):
        try:
            return await open_store(settings.database_url)
        except StoreTooNew:
            raise
        except StoreUnavailable as error:
            if not settings.is_shared:
                raise
            log.warning("store.not_there_yet", attempt=attempt, reason=error.reason)
            await clock.sleep(STORE_PAUSE_SECONDS)
    return await open_store(settings.database_url)


def make_roster(
    settings: Settings,
    store: Store,
    clock: Clock,
    *,
    worker: WorkerId | None = None,
    running: Callable[[], int] = lambda: 0,
) -> Roster:
    """Who works for this council; `worker` is this process's own, when it has the role."""
    now = clock.now()
    works = "worker" in settings.role
    own = worker and Worker(
        worker_id=worker,
        host=socket.gethostname(),
        queues=settings.queues if works else (),
        serves_any=works and settings.serves_any,
        concurrency=settings.max_concurrent_runs if works else 0,
        schedules="scheduler" in settings.role and settings.scheduler_enabled,
        version=__version__,
        council=store.identity,
        started_at=now,
        beat_at=now,
    )
    return Roster(
        store,
        clock,
        own=own or None,
        running=running,
        no_worker_after=timedelta(seconds=settings.no_worker_seconds),
    )


def make_carrier(
    settings: Settings, store: Store, clock: Clock, *, roster: Roster, pool: LocalDispatcher
) -> Carrier | None:
    """What speaks to the broker; None without one. Raises InvalidSettings, naming what lacks."""
    if settings.broker_url is None or not settings.is_shared:
        return None
    try:
        from conselho.dispatchers.dramatiq import Carrier
    except ModuleNotFoundError as error:
        raise InvalidSettings(
            "broker_url", f"it needs the package {error.name!r}: install conselho[dramatiq]"
        ) from error
    return Carrier(
        settings.broker_url,
        store,
        clock,
        council=store.identity,
        queues=serving(settings.queues, serves_any=settings.serves_any),
        resend_after=timedelta(seconds=settings.resend_seconds),
        live_queues=roster.live_queues,
        pool=pool,
    )


def make_tracer(settings: Settings, environ: Mapping[str, str], worker: WorkerId) -> Tracer:
    """Where spans go; nowhere unless that is asked for. Trouble is told and costs no run.

    To load OpenTelemetry takes a moment: call it in a thread.
    """
    if not traces_wanted(settings.traces, environ):
        return NoTracer()
    refusal = traces_refused(environ)
    if refusal is None:
        try:
            from conselho.tracers.otlp import OtlpTracer

            return OtlpTracer(instance=worker, environ=environ)
        except ModuleNotFoundError as error:
            refusal = f"they need the package {error.name!r}: install conselho[otel]"
        except Exception as error:  # noqa: BLE001 - a variable may name a plug-in of anybody's
            told = make_redactor(settings, environ).text(f"{type(error).__name__}: {error}")
            refusal = f"a variable of OpenTelemetry cannot be used: {told}"
    log.warning("traces.off", reason=refusal)
    return NoTracer()


def make_bus(settings: Settings, store: Store, clock: Clock, *, after: int) -> EventBus:
    """The bus of this process, or the one over Redis; `after` is the newest event's seq."""
    if settings.redis_url is None or settings.role == ("worker",):
        return LocalBus()
    redis = _redis_module("redis_streams")
    bus: EventBus = redis.RedisBus(
        settings.redis_url, store, clock, identity=store.identity, after=after
    )
    return bus


def make_news(settings: Settings, store: Store, clock: Clock) -> RedisNews | None:
    """How a process that reads no events says that it has stored some."""
    if settings.redis_url is None:
        return None
    redis = _redis_module("redis_news")
    news: RedisNews = redis.RedisNews(settings.redis_url, clock, identity=store.identity)
    return news


def _redis_module(name: str) -> Any:
    """Imported when it is used: most servers have no Redis."""
    try:
        return importlib.import_module(f"conselho.buses.{name}")
    except ModuleNotFoundError as exc:
        raise InvalidSettings(
            "redis_url", f"Redis needs the package {exc.name!r}: install conselho[redis]"
        ) from exc


def make_calendars(settings: Settings) -> Calendars:
    """The files of excluded dates: where the settings say, else beside the council files."""
    beside = settings.council_dir / "calendars" if settings.council_dir else None
    return Calendars(settings.calendars_dir or beside)


def claim_limits(settings: Settings) -> ClaimLimits:
    """How much may run and start at one time, by what runs share."""
    at_once = _lanes(settings.max_runs_per_provider, settings.max_runs_per_tag)
    per_minute = _lanes(
        settings.max_starts_per_minute_per_provider, settings.max_starts_per_minute_per_tag
    )
    # Their Tasks are spread, but a restart or a suspend lets many of these moments pass at once.
    per_minute[PAST_LANE] = settings.catch_up_per_minute
    if settings.max_starts_per_minute is not None:
        per_minute["council"] = settings.max_starts_per_minute
    return ClaimLimits(at_once=at_once, per_minute=per_minute)


def _lanes(providers: Mapping[str, int], tags: Mapping[str, int]) -> dict[str, int]:
    return {f"provider:{name}": number for name, number in providers.items()} | {
        f"tag:{name}": number for name, number in tags.items()
    }


def make_budget(settings: Settings, store: Store, providers: Mapping[str, Provider]) -> Budget:
    """The limits of this council; programs without a model cost nothing."""
    return Budget(
        store,
        timezone=settings.timezone,
        council=council_limits(settings),
        free=[name for name, provider in providers.items() if not provider.is_agent],
    )


def council_limits(settings: Settings) -> Limits:
    """What all agents together may spend."""
    return Limits(per_day=settings.max_cost_usd_per_day, per_month=settings.max_cost_usd_per_month)


def make_redactor(settings: Settings, environ: Mapping[str, str]) -> Redactor:
    """Knows the secrets of this server: its token, its URLs' passwords, its credentials."""
    own = [settings.admin_token.reveal()] if settings.admin_token else []
    urls = {"database_url": settings.database_url, "redis_url": settings.redis_url or ""}
    urls["broker_url"] = settings.broker_url or ""
    return Redactor([*own, *environment_secrets({**environ, **urls}, urls)])


def make_seat_rules(
    settings: Settings,
    providers: Mapping[str, Provider],
    *,
    calendars: Calendars | None = None,
) -> SeatRules:
    """What these settings ask of a seat; `calendars` are read anew when not given."""
    return SeatRules(
        min_interval_seconds=settings.min_interval_seconds,
        min_agent_interval_seconds=settings.min_agent_interval_seconds,
        agent_providers=[name for name, provider in providers.items() if provider.is_agent],
        calendars=calendars or make_calendars(settings),
        default_timezone=settings.timezone,
    )


def make_council(
    settings: Settings,
    store: Store,
    clock: Clock,
    *,
    calendars: Calendars | None = None,
    changed: Changed = nobody,
) -> Council:
    """The council over a store; `changed` is awaited after each write."""
    providers = make_providers(settings)
    return Council(
        store,
        clock,
        known_providers=providers,
        workspaces=settings.workspaces,
        default_timezone=settings.timezone,
        rules=make_seat_rules(settings, providers, calendars=calendars),
        changed=changed,
    )


def read_files(settings: Settings, directory: Path) -> tuple[CouncilFile, ...]:
    """The council files of a directory, for a start. Raises Invalid, naming file, line and field.

    A calendar that is gone keeps nobody from work: it excludes nothing, which the log says.
    """
    providers = make_providers(settings)
    rules = make_seat_rules(settings, providers)
    reading = read_council(
        directory,
        known_providers=providers,
        workspaces=settings.workspaces,
        rules=replace(rules, calendars=None),
    )
    files = reading.accepted()
    known = rules.calendars.names() if rules.calendars else set()
    for file in files:
        for name in file.form.schedule.excluded_calendars:
            if name not in known:
                log.warning("calendar.missing", file=file.name, calendar=name)
    return files


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """What a command works with that needs no server."""

    store: Store
    council: Council
    audits: Audits


@asynccontextmanager
async def open_offline(settings: Settings) -> AsyncIterator[Offline]:
    """The council of a data directory that no server holds, for one command.

    The slots that passed since the last stop are accounted for before anything changes.
    Raises DataDirInUse when a server does.
    """
    data_dir = DataDir(settings.data_dir)
    data_dir.acquire()
    try:
        store = await open_store(settings.database_url)
        try:
            await refuse_half_a_copy(store)
            clock = SystemClock()
            calendars = make_calendars(settings)
            if settings.scheduler_enabled:
                quiet = Quiet(calendars)
                await Scheduler(
                    store,
                    clock,
                    wake=lambda _: None,
                    quiet=quiet,
                    catch_up_per_minute=settings.catch_up_per_minute,
                ).settle(fresh=ON_TIME if store.is_shared else timedelta(0))
            yield Offline(
                store=store,
                council=make_council(settings, store, clock, calendars=calendars),
                audits=make_audits(settings, store, clock),
            )
        finally:
            await store.close()
    finally:
        data_dir.release()


@asynccontextmanager
async def open_unserved(settings: Settings) -> AsyncIterator[Store]:
    """The store of a data directory that no server holds, for one command.

    Raises DataDirInUse when a server does.
    """
    data_dir = DataDir(settings.data_dir)
    data_dir.acquire()
    try:
        store = await open_store(settings.database_url)
        try:
            await refuse_half_a_copy(store)
            yield store
        finally:
            await store.close()
    finally:
        data_dir.release()


@asynccontextmanager
async def open_tokens(settings: Settings) -> AsyncIterator[tuple[Tokens, Audits]]:
    """The tokens of a data directory that no server holds, and where to say what was done to them.

    Raises DataDirInUse when a server does.
    """
    async with open_unserved(settings) as store:
        clock = SystemClock()
        yield Tokens(store, clock), make_audits(settings, store, clock)


def make_audits(settings: Settings, store: Store, clock: Clock) -> Audits:
    return Audits(store, clock, make_redactor(settings, os.environ))


async def has_token(settings: Settings) -> bool:
    """Whether a token of the store holds now. For a start: it waits for a store as that does."""
    if not _has_store(settings.database_url):
        return False
    clock = SystemClock()
    store = await open_patiently(settings, clock)
    try:
        return await holds_any(store, clock.now())
    finally:
        await store.close()


def make_legacy_import(
    settings: Settings,
    store: Store | None,
    source: Source,
    *,
    enable: bool,
    dry_run: bool,
    batch: int,
    rejected: Callable[[Rejection], None],
) -> LegacyImport:
    """An import of what an older system recorded; see LegacyImport."""
    now = SystemClock().now()
    providers = make_providers(settings)
    return LegacyImport(
        store,
        source,
        AgentMaker(
            known_providers=providers,
            workspaces=settings.workspaces,
            rules=make_seat_rules(settings, providers),
            enable=enable,
            now=now,
        ),
        redact=make_redactor(settings, os.environ).text,
        retention=timedelta(days=settings.retention_days),
        now=now,
        batch=batch,
        dry_run=dry_run,
        rejected=rejected,
    )


def make_doctor(
    settings: Settings,
    providers: Mapping[str, Provider],
    *,
    budget: Budget | None = None,
    roster: Roster | None = None,
) -> Doctor:
    """Examines in the environment that this process's children get.

    With a `roster` it also tells who runs the agents: those of other workers' queues, and all when
    this process is no worker, are not examined here.
    """
    served = serving(settings.queues, serves_any=settings.serves_any)

    def runs_here(agent: Agent) -> bool:
        return roster is None or ("worker" in settings.role and agent.queue in served)

    environment = child_environment(os.environ)
    environment["PATH"] = absolute_path(environment["PATH"])
    return Doctor(
        providers,
        environment=environment,
        workspaces=settings.workspaces,
        budget=budget,
        council_limits=council_limits(settings),
        roster=roster,
        runs_here=runs_here,
        redact=make_redactor(settings, os.environ).text,
    )


async def unmet_needs(
    providers: Mapping[str, Provider], agents: Iterable[Agent]
) -> dict[AgentId, list[str]]:
    """What each agent needs that is not here: a program, a model, a level of permissions.

    A sentence for each; agents that need nothing more are left out. Starts nothing.
    """
    found: dict[AgentId, list[str]] = {}
    for agent in agents:
        provider = providers.get(agent.provider)
        if isinstance(provider, DeclaredProvider):  # as it is, but never asked for its version
            provider = DeclaredProvider(replace(provider.spec, version_command=()))
        examination = await provider.examine(snapshot(agent)) if provider else Examination()
        for trouble in examination.troubles:
            if trouble.about in ("program", "model", "permissions"):
                found.setdefault(agent.agent_id, []).append(trouble.sentence)
    return found


def seats_of_files(settings: Settings, files: Iterable[CouncilFile], now: datetime) -> list[Agent]:
    """The councilors that these files would seat in a council without any."""
    return [
        file_over(new_agent(file.form, file.cwd, now), file, settings.timezone, now)
        for file in files
    ]


@asynccontextmanager
async def open_to_look(settings: Settings) -> AsyncIterator[Store | None]:
    """The store, for reading only, whoever holds the data directory; None before it was made.

    One of an older version is brought up to date, as the next server would do.
    """
    if not _has_store(settings.database_url):
        yield None
        return
    store = await open_store(settings.database_url)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_copy(
    settings: Settings,
    source: str | None,
    target: str,
    *,
    dry_run: bool,
    progress: Progress,
) -> AsyncIterator[StoreCopy]:
    """A copy of the store of these settings, or of the one at `source`, into the one at `target`.

    The data directories of both belong to it meanwhile, but for a dry run: no server may hold them.
    Raises DataDirInUse; InvalidSettings when there is nothing to read; StoreUnavailable, naming the
    one that cannot be opened.
    """
    read_from = source or settings.database_url
    if not _has_store(read_from):
        raise InvalidSettings("--from", f"there is no store at {read_from}")
    folders = {url: _folder_of(settings, url) for url in (read_from, target)}
    is_there = _has_store(target)
    async with AsyncExitStack() as opened:
        if not dry_run:
            for folder in sorted(set(folders.values())):
                data_dir = DataDir(folder)
                data_dir.acquire()
                opened.callback(data_dir.release)
        one = await opened.enter_async_context(_opened("--from", read_from))
        other = None
        if is_there or not dry_run:
            other = await opened.enter_async_context(_opened("--to", target))
        logs = {
            url: StoredLogs(store) if store.is_shared else LogFiles(DataDir(folders[url]).logs)
            for url, store in ((read_from, one), (target, other))
            if store is not None
        }
        shares_files = other is not None and not (one.is_shared or other.is_shared)
        is_same = shares_files and folders[read_from] == folders[target]
        yield StoreCopy(
            Side(store=one, logs=None if is_same else logs[read_from]),
            None if other is None else Side(store=other, logs=logs[target]),
            SystemClock(),
            progress=progress,
            dry_run=dry_run,
        )


def _folder_of(settings: Settings, url: str) -> Path:
    """The data directory of a store: of another SQLite file it is the folder that it lies in."""
    scheme, _, rest = url.partition(":///")
    if url == settings.database_url or scheme != "sqlite":
        return settings.data_dir.resolve()
    return Path(rest.partition("?")[0]).resolve().parent


@asynccontextmanager
async def _opened(option: str, url: str) -> AsyncIterator[Store]:
    try:
        store = await open_store(url)
    except InvalidSettings as error:
        raise InvalidSettings(option, error.reason) from error
    try:
        yield store
    finally:
        await store.close()


async def refuse_half_a_copy(store: Store) -> None:
    """Close a store that `conselho copy-store` did not write to the end, and raise Conflict."""
    if half := await half_a_copy(store):
        await store.close()
        raise Conflict(f"This store cannot be worked with. {half}")


def _has_store(url: str) -> bool:
    scheme, _, rest = url.partition(":///")
    return scheme != "sqlite" or Path(rest.partition("?")[0]).is_file()


async def _keep_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run a service's loop; one that fails is reported and started again."""
    while True:
        try:
            await loop()
            return
        except Exception:
            log.exception("service.failed", service=name)
            await asyncio.sleep(RESTART_SECONDS)
