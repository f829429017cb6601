"""Figures of this server for Prometheus: is it at work, and what does it lose?

What the server itself knows is read at each scrape; what the store counts: store_metrics.py; what
workers tell, too: process_metrics.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from fastapi import APIRouter
from prometheus_client.metrics_core import Metric
from starlette.responses import Response

from conselho.api.context import Context
from conselho.api.families import MEDIA_TYPE, counter, exposition, gauge, histogram
from conselho.api.process_metrics import process_families
from conselho.api.store_metrics import StoreFigures, store_families
from conselho.api.stream_metrics import connection_families, stream_families
from conselho.models.agent import Agent
from conselho.models.journal import JournalKind
from conselho.models.task import Trigger
from conselho.wiring.system import System

# When everything is late, the oldest are enough to see why; the number of all is a figure, too.
OVERDUE_NAMED: Final = 100

_OF_SLOTS: Final = (Trigger.SCHEDULE, Trigger.CATCH_UP)
_TROUBLES: Final = (
    JournalKind.CLOCK_BACK,
    JournalKind.CLOCK_FORWARD,
    JournalKind.SUSPENDED,
    JournalKind.BLOCKED,
)


def make_router(context: Context) -> APIRouter:
    """The route of one application: its figures are shared with no other in the process."""
    router = APIRouter(tags=["health"])
    figures = StoreFigures(context.store, context.clock)

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Figures in the text format of Prometheus; see docs/monitoring.md."""
        counted = await figures.counted()
        families = [
            *process_families(context.system, context.loop_delay),
            *server_families(context.system),
            counter(
                "coalesced_executions_total",
                "Prompts of clients that were answered with a run that was there already.",
                (),
                [(context.coalescing.count,)],
            ),
            *stream_families(context.hub),
            *connection_families(context.doors, context.rate_limits),
            *store_families(counted),
        ]
        return Response(exposition(families), media_type=MEDIA_TYPE)

    return router


def server_families(system: System) -> Iterable[Metric]:
    """What the server itself knows, beside what workers know as well."""
    # A tick that nobody makes would look like a scheduler that stands still.
    if system.schedules and system.settings.scheduler_enabled:
        yield from _scheduler_families(system)
    if system.sweeper.ticked_at is not None:
        yield gauge(
            "sweeper_last_sweep_timestamp_seconds",
            "When runs of lost workers were last looked for.",
            (),
            [(system.sweeper.ticked_at.timestamp(),)],
        )
    yield counter(
        "leases_expired_total",
        "Runs of lost workers that this server decided on.",
        (),
        [(system.sweeper.expired,)],
    )


def _scheduler_families(system: System) -> Iterable[Metric]:
    yield gauge(
        "scheduler_last_tick_timestamp_seconds",
        "When the scheduler last looked for due slots.",
        (),
        [(system.scheduler.ticked_at.timestamp(),)],
    )
    councilors = [alarm for _, alarm in system.scheduler.jobs()]
    yield gauge(
        "councilors",
        "Agents with a seat; those without a slot to come are paused.",
        ("state",),
        [
            ("active", len(councilors) - councilors.count(None)),
            ("paused", councilors.count(None)),
        ],
    )
    yield counter(
        "slots_fired_total",
        "Slots that became tasks.",
        ("trigger",),
        [(one.value, system.scheduler.figures.fired[one]) for one in _OF_SLOTS],
    )
    yield histogram(
        "scheduler_lateness_seconds",
        "From a slot to its task; those that are caught up are late on purpose and not counted.",
        system.scheduler.figures.lateness,
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
