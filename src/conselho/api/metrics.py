"""Figures of this server for Prometheus: is it at work, and what does it lose?

What the server itself knows is read at each scrape. What the store must be asked for is kept for a
few seconds, so that many scrapers cost no more than one; it comes from the store's counters, which
take the same time however many tasks there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from fastapi import APIRouter
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from starlette.responses import Response

from conselho import __version__
from conselho.api.context import Context
from conselho.api.families import counter, gauge, histogram, histograms
from conselho.api.stream_metrics import connection_families, stream_families
from conselho.clock import Clock
from conselho.errors import StoreUnavailable
from conselho.models.agent import Agent
from conselho.models.journal import JournalKind
from conselho.models.statistics import Activity, Tally
from conselho.models.task import Status
from conselho.services.run_figures import RunFigures
from conselho.store import TaskStore
from conselho.wiring import System

log = structlog.get_logger(__name__)

KEPT_SECONDS: Final = 5.0
# When everything is late, the oldest are enough to see why; the number of all is a figure, too.
OVERDUE_NAMED: Final = 100

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TROUBLES: Final = (
    JournalKind.CLOCK_BACK,
    JournalKind.CLOCK_FORWARD,
    JournalKind.SUSPENDED,
    JournalKind.BLOCKED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the store counts: active tasks now, and how all others ended."""

    activity: Activity
    tally: Tally


class StoreFigures:
    """What the store counts, asked for at most every KEPT_SECONDS."""

    def __init__(self, store: TaskStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._counted: Counted | None = None
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()

    async def counted(self) -> Counted | None:
        """None while the store does not answer: an old figure would look like a quiet council."""
        async with self._asking:
            awake = self._clock.read().awake
            if self._asked_at is None or awake - self._asked_at >= KEPT_SECONDS:
                self._counted = await self._ask()
                self._asked_at = awake
            return self._counted

    async def _ask(self) -> Counted | None:
        try:
            activity = await self._store.activity()
            # To tomorrow: the clock may have been set back since the newest run ended.
            until = self._clock.now() + timedelta(days=1)
            tally = await self._store.tally(since=_BEGINNING, until=until)
        except StoreUnavailable as error:
            log.warning("metrics.store_unavailable", reason=error.reason)
            return None
        return Counted(activity=activity, tally=tally)


def make_router(context: Context) -> APIRouter:
    """The route of one application: its figures are shared with no other in the process."""
    router = APIRouter(tags=["health"])
    figures = StoreFigures(context.store, context.clock)

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Figures in the text format of Prometheus; see docs/monitoring.md."""
        counted = await figures.counted()
        families = [
            *server_families(context.system),
            counter(
                "coalesced_executions_total",
                "Prompts of clients that were answered with a run that was there already.",
                (),
                [(context.coalescing.count,)],
            ),
            *stream_families(context.hub),
            *connection_families(context.doors, context.rate_limits),
            *run_families(context.run_figures),
            histogram(
                "event_loop_delay_seconds",
                "How much too late the server woke from short sleeps.",
                context.loop_delay.seconds,
            ),
            *store_families(counted),
        ]
        return Response(generate_latest(_Families(families)), media_type=CONTENT_TYPE_LATEST)

    return router


def server_families(system: System) -> Iterable[Metric]:
    """What the server itself knows."""
    yield gauge(
        "build_info", "Always 1; the version is in its label.", ("version",), [(__version__, 1)]
    )
    yield gauge(
        "runs_at_once_limit",
        "As many runs can be at work on this server; more of them are pending.",
        (),
        [(system.settings.max_concurrent_runs,)],
    )
    if system.settings.scheduler_enabled:
        yield from _scheduler_families(system)
    if system.sweeper.ticked_at is not None:
        yield gauge(
            "sweeper_last_sweep_timestamp_seconds",
            "When runs of lost workers were last looked for.",
            (),
            [(system.sweeper.ticked_at.timestamp(),)],
        )
    yield counter(
        "pings_failed_total",
        "Calls to dead-man switches that failed for good.",
        (),
        [(system.pinger.failed,)],
    )


def run_families(figures: RunFigures) -> Iterable[Metric]:
    yield histograms(
        "run_duration_seconds",
        "How long councilors' runs on this server took, by severity or what went wrong.",
        "outcome",
        figures.durations,
    )
    yield histogram(
        "slot_lateness_seconds",
        "From a slot to the start of its run, on this server.",
        figures.lateness,
    )


def _scheduler_families(system: System) -> Iterable[Metric]:
    yield gauge(
        "scheduler_last_tick_timestamp_seconds",
        "When the scheduler last looked for due slots.",
        (),
        [(system.scheduler.ticked_at.timestamp(),)],
    )
    yield from overdue_families(system.scheduler.overdue(), system.clock.now())
    yield gauge(
        "event_loop_lag_seconds",
        "How late the newest look at the clocks was.",
        (),
        [(system.timekeeper.lag_seconds,)],
    )
    yield counter(
        "clock_steps_total",
        "Clocks that were set, machines that slept and loops that were blocked.",
        ("kind",),
        [(kind.value, system.timekeeper.steps[kind]) for kind in _TROUBLES],
    )


def overdue_families(overdue: Sequence[tuple[Agent, datetime]], now: datetime) -> Iterable[Metric]:
    """Councilors with the slot that should be a Task by now, the oldest first."""
    yield gauge(
        "scheduler_overdue_slots",
        "Councilors whose slot should have become a task by now.",
        (),
        [(len(overdue),)],
    )
    yield gauge(
        "councilor_overdue_seconds",
        f"How long ago that slot was; only for those that are overdue, {OVERDUE_NAMED} at most.",
        ("agent_id",),
        [(agent.agent_id, (now - slot).total_seconds()) for agent, slot in overdue[:OVERDUE_NAMED]],
    )


def store_families(counted: Counted | None) -> Iterable[Metric]:
    """What the store counts; that it does not answer is a figure as well."""
    yield gauge("store_up", "1 when the store answers.", (), [(0 if counted is None else 1,)])
    if counted is None:
        return
    activity, tally = counted.activity, counted.tally
    yield gauge(
        "tasks",
        "Tasks that have not ended.",
        ("status",),
        [
            (Status.PENDING.value, activity.pending),
            (Status.PROCESSING.value, activity.processing),
        ],
    )
    yield counter(
        "runs_total",
        "Tasks that ended.",
        ("status",),
        [
            (Status.COMPLETED.value, tally.completed),
            (Status.ERROR.value, tally.error),
            (Status.CANCELLED.value, tally.cancelled),
        ],
    )
    yield counter(
        "slots_lost_total",
        "Slots that did not run.",
        ("status",),
        [(Status.SKIPPED.value, tally.skipped), (Status.MISSED.value, tally.missed)],
    )


class _Families:
    """Metrics that are there already, as the library asks for them."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Sequence[Metric]:
        return self._families
