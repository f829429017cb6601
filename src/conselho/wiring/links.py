"""What ties a process to others: the store at a start, the bus, the broker, the roster, traces."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from conselho import __version__
from conselho.bus import EventBus
from conselho.buses.local import LocalBus
from conselho.clock import Clock
from conselho.config import Settings
from conselho.dispatchers.local import LocalDispatcher
from conselho.errors import Conflict, InvalidSettings, StoreTooNew, StoreUnavailable
from conselho.models.ids import WorkerId
from conselho.models.worker import Worker, serving
from conselho.services.copy_checks import half_a_copy
from conselho.services.roster import Roster
from conselho.store import Store
from conselho.stores import open_store
from conselho.tracing import NoTracer, Tracer, traces_refused, traces_wanted
from conselho.wiring.parts import make_redactor

if TYPE_CHECKING:
    from conselho.buses.redis_news import RedisNews
    from conselho.dispatchers.dramatiq import Carrier

log = structlog.get_logger(__name__)

STORE_TRIES = 5
STORE_PAUSE_SECONDS = 2.0


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


async def refuse_half_a_copy(store: Store) -> None:
    """Close a store that `conselho copy-store` did not write to the end, and raise Conflict."""
    if half := await half_a_copy(store):
        await store.close()
        raise Conflict(f"This store cannot be worked with. {half}")
