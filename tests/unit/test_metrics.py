"""The figures for Prometheus: what they count, and what they cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from conselho import __version__
from conselho.api.doors import Doors
from conselho.api.families import histogram
from conselho.api.kept import KEPT_SECONDS
from conselho.api.metrics import OVERDUE_NAMED, overdue_families, server_families
from conselho.api.process_metrics import process_families
from conselho.api.rate_limits import RateLimits
from conselho.api.run_metrics import run_families
from conselho.api.store_metrics import Counted, StoreFigures, store_families
from conselho.api.stream import Hub
from conselho.api.stream_metrics import connection_families, stream_families
from conselho.config import load_settings
from conselho.errors import StoreUnavailable
from conselho.models.buckets import Buckets
from conselho.models.ids import AgentId, WorkerId
from conselho.models.journal import JournalKind
from conselho.models.statistics import Activity, Tally
from conselho.models.task import ErrorKind, SkipReason, Status, Trigger
from conselho.models.verdict import Severity
from conselho.models.worker import Worker
from conselho.services.data_dir import DataDir
from conselho.services.loop_delay import LOOK_SECONDS, LoopDelay
from conselho.services.run_figures import RunFigures
from conselho.services.slot_figures import SlotFigures
from conselho.services.store_latency import StoreLatency
from conselho.store import Held, Loss, Store
from conselho.wiring.system import System, open_system
from tests.support.clock import NOON, FakeClock
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    make_agent,
    make_lost,
    make_outcome,
    make_task,
    no_events,
)
from tests.support.stores import open_store

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        yield store


def read(families: Iterable[Metric]) -> Figures:
    """The figures as a scraper reads them, by name and labels."""

    class Given:
        def collect(self) -> Iterable[Metric]:
            return families

    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(generate_latest(Given()).decode())
        for sample in family.samples
    }


def figure(figures: Figures, name: str, **labels: str) -> float | None:
    return figures.get((f"conselho_{name}", frozenset(labels.items())))


# -- what the store counts -------------------------------------------------------------------------


async def finish(store: Store, outcome: Status) -> None:
    await store.submit([make_task(due_at=None)], announce=no_events)
    [task] = await store.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=no_events)
    held = Held(task_id=task.task_id, fence=task.fence)
    ended = replace(make_outcome(), status=outcome, usage={"cost_usd": 0.25})
    await store.finish(held, ended, now=NOON, announce=no_events)


def worker(worker_id: str = WORKER, *, beat_at: datetime) -> Worker:
    return Worker(
        worker_id=WorkerId(worker_id),
        host="here",
        concurrency=4,
        version=__version__,
        council="this",
        started_at=NOON,
        beat_at=beat_at,
    )


async def test_the_figures_of_the_store_are_what_its_tasks_say(store: Store) -> None:
    await finish(store, Status.COMPLETED)
    await finish(store, Status.COMPLETED)
    await finish(store, Status.ERROR)
    slots = [NOON + timedelta(minutes=n) for n in range(7)]
    lost = make_lost(BIA, status=Status.MISSED)
    await store.record_lost([Loss(row=lost, slots=slots)], now=NOON, announce=no_events)
    skipped = make_lost(ANA, status=Status.SKIPPED, reason=SkipReason.BUDGET)
    await store.record_lost([Loss(row=skipped, slots=slots[:1])], now=NOON, announce=no_events)
    await store.submit([make_task(ANA, due_at=None)], announce=no_events)
    await store.beat(worker(beat_at=NOON + timedelta(seconds=20)))
    await store.beat(worker(worker_id="gone", beat_at=NOON))

    clock = FakeClock(NOON + timedelta(seconds=30))
    figures = read(store_families(await StoreFigures(store, clock).counted()))

    assert figure(figures, "store_up") == 1
    assert figure(figures, "tasks", status="pending") == 1
    assert figure(figures, "tasks", status="processing") == 0
    assert figure(figures, "runs_total", status="completed") == 2
    assert figure(figures, "runs_total", status="error") == 1
    assert figure(figures, "runs_total", status="cancelled") == 0
    assert figure(figures, "verdicts_total", severity="success") == 3
    assert figure(figures, "cost_usd_total") == 0.75
    lost_slots = {
        (dict(labels)["status"], dict(labels)["reason"]): value
        for (name, labels), value in figures.items()
        if name == "conselho_slots_lost_total"
    }
    assert lost_slots.pop(("missed", "server_down")) == 7
    assert lost_slots.pop(("skipped", "budget")) == 1
    assert {reason for _, reason in lost_slots} == set(SkipReason) - {"server_down", "budget"}
    assert set(lost_slots.values()) == {0}
    assert figure(figures, "workers") == 1
    assert figure(figures, "queue_tasks", queue="") == 1
    assert figure(figures, "queue_oldest_seconds", queue="") == 30


async def test_the_store_is_asked_again_only_after_a_while(store: Store) -> None:
    clock = FakeClock()
    kept = StoreFigures(store, clock)
    before = await kept.counted()
    await finish(store, Status.COMPLETED)

    clock.jump(KEPT_SECONDS - 0.1)
    assert await kept.counted() is before
    clock.jump(0.1)
    after = await kept.counted()

    assert after is not None
    assert after.tally.completed == 1


async def test_runs_that_ended_before_the_clock_was_set_back_count(store: Store) -> None:
    await finish(store, Status.COMPLETED)

    counted = await StoreFigures(store, FakeClock(NOON - timedelta(hours=2))).counted()

    assert counted is not None
    assert counted.tally.completed == 1


async def test_a_store_that_is_away_is_a_figure_and_shows_no_old_ones(tmp_path: Path) -> None:
    clock = FakeClock()
    async with open_store("sqlite", tmp_path) as store:
        kept = StoreFigures(store, clock)
        assert await kept.counted() is not None
    clock.jump(KEPT_SECONDS)

    figures = read(store_families(await kept.counted()))

    assert figures == {("conselho_store_up", frozenset()): 0}


def test_what_never_happened_is_told_as_none_and_not_left_out() -> None:
    """An alert on the growth of a figure needs it to be there before."""
    counted = Counted(at=NOON, activity=Activity(pending=0, processing=0), tally=Tally())

    figures = read(store_families(counted))

    assert {value for (name, _), value in figures.items() if name != "conselho_store_up"} == {0}
    alerted = {"conselho_slots_lost_total": len(SkipReason), "conselho_queue_oldest_seconds": 1}
    for name, rows in alerted.items():
        assert sum(name == one for one, _ in figures) == rows


# -- what the server knows itself ------------------------------------------------------------------


@asynccontextmanager
async def opened(tmp_path: Path) -> AsyncIterator[System]:
    """The parts of a server that has not started."""
    data_dir = DataDir(tmp_path / "data")
    data_dir.acquire()
    settings, _ = load_settings({"data_dir": tmp_path / "data"}, environ={})
    system = await open_system(settings, data_dir)
    try:
        yield system
    finally:
        await system.store.close()
        data_dir.release()


def test_councilors_whose_slot_is_overdue_are_named_with_how_long_it_waits() -> None:
    overdue = [
        (make_agent(ANA), NOON - timedelta(seconds=90)),
        (make_agent(BIA), NOON - timedelta(seconds=30)),
    ]

    figures = read(overdue_families(overdue, NOON))

    assert figure(figures, "scheduler_overdue_slots") == 2
    assert figure(figures, "councilor_overdue_seconds", agent_id=ANA) == 90
    assert figure(figures, "councilor_overdue_seconds", agent_id=BIA) == 30


def test_when_everything_is_late_the_oldest_are_named_and_all_are_counted() -> None:
    names = [AgentId(f"agent-{n}") for n in range(2 * OVERDUE_NAMED)]
    overdue = [(make_agent(name), NOON - timedelta(hours=1)) for name in names]

    figures = read(overdue_families(overdue, NOON))

    named = [labels for name, labels in figures if name == "conselho_councilor_overdue_seconds"]
    assert len(named) == OVERDUE_NAMED
    assert figure(figures, "scheduler_overdue_slots") == 2 * OVERDUE_NAMED


async def test_a_server_tells_its_version_and_when_it_looked_last(tmp_path: Path) -> None:
    async with opened(tmp_path) as system:
        assert figure(read(server_families(system)), "sweeper_last_sweep_timestamp_seconds") is None
        await system.sweeper.tick(system.clock.now())
        swept = system.sweeper.ticked_at
        assert swept is not None

        figures = read(server_families(system))
        figures |= read(process_families(system, LoopDelay(system.clock)))

        looked = system.scheduler.ticked_at.timestamp()
    assert figure(figures, "build_info", version=__version__) == 1
    assert figure(figures, "sweeper_last_sweep_timestamp_seconds") == swept.timestamp()
    assert figure(figures, "scheduler_last_tick_timestamp_seconds") == looked
    assert figure(figures, "scheduler_overdue_slots") == 0
    assert figure(figures, "pings_failed_total") == 0
    assert figure(figures, "event_loop_lag_seconds") == 0
    for kind in ("clock_back", "clock_forward", "suspended", "blocked"):
        assert figure(figures, "clock_steps_total", kind=kind) == 0


async def test_troubles_of_the_clock_are_counted_by_kind(tmp_path: Path) -> None:
    async with opened(tmp_path) as system:
        system.timekeeper.steps[JournalKind.SUSPENDED] += 2
        system.timekeeper.lag_seconds = 7.5

        figures = read(server_families(system))

    assert figure(figures, "clock_steps_total", kind="suspended") == 2
    assert figure(figures, "event_loop_lag_seconds") == 7.5


@pytest.mark.parametrize("how", [{"scheduler_enabled": False}, {"role": ("api", "worker")}])
async def test_a_server_without_a_scheduler_tells_nothing_of_it(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    async with opened(tmp_path) as system:
        system.settings = replace(system.settings, **how)
        names = {name for name, _ in read(server_families(system))}

    assert names == {"conselho_leases_expired_total"}


# -- histograms ------------------------------------------------------------------------------------


def test_a_value_lies_in_every_bucket_that_is_not_below_it() -> None:
    buckets = Buckets((0.1, 1.0))
    for value in (0.05, 0.1, 0.5, 1.5):
        buckets.add(value)
    buckets.add(0.5, times=10)

    figures = read([histogram("waits_seconds", "How long.", buckets)])

    bounds = {"0.1": 2, "1.0": 13, "+Inf": 14}
    assert {le: figure(figures, "waits_seconds_bucket", le=le) for le in bounds} == bounds
    assert figure(figures, "waits_seconds_count") == 14
    assert figure(figures, "waits_seconds_sum") == pytest.approx(7.15)


def test_runs_count_by_how_they_ended_and_starts_by_how_late_they_were() -> None:
    figures = RunFigures()
    started = make_task(
        status=Status.PROCESSING,
        attempt=1,
        due_at=NOON - timedelta(seconds=0.2),
        not_before=NOON - timedelta(seconds=0.2),
        started_at=NOON + timedelta(seconds=0.1),
    )
    for task in (
        started,
        replace(started, attempt=2, not_before=NOON),
        replace(started, trigger=Trigger.CATCH_UP, not_before=NOON),
    ):
        figures.began(task)
    ended = replace(started, status=Status.COMPLETED, severity=Severity.WARNING)
    for task in (
        replace(ended, duration_seconds=2.0),
        replace(ended, duration_seconds=20.0),
        replace(ended, status=Status.ERROR, error_kind=ErrorKind.TIMEOUT, duration_seconds=600.0),
        replace(ended, status=Status.CANCELLED, duration_seconds=None),
    ):
        figures.ended(task)
    figures.lost()

    found = read(run_families(figures, ["claude", "command"]))

    assert figure(found, "slot_lateness_seconds_count") == 1
    assert figure(found, "slot_lateness_seconds_bucket", le="0.25") == 0
    assert figure(found, "slot_lateness_seconds_bucket", le="0.5") == 1
    assert figure(found, "claims_total", provider="command") == 3
    assert figure(found, "claims_total", provider="claude") == 0
    assert figure(found, "queue_wait_seconds_sum", provider="command") == pytest.approx(0.3)
    assert figure(found, "leases_lost_total") == 1
    counts = {
        outcome: figure(found, "run_duration_seconds_count", provider="command", outcome=outcome)
        for outcome in ("warning", "timeout", "cancelled")
    }
    assert counts == {"warning": 2, "timeout": 1, "cancelled": 1}
    bucket = {"provider": "command", "outcome": "warning", "le": "5.0"}
    assert figure(found, "run_duration_seconds_bucket", **bucket) == 1


def test_slots_count_by_trigger_and_those_in_time_by_how_late() -> None:
    figures = SlotFigures()
    slot = make_task(created_at=NOON + timedelta(seconds=2), due_at=NOON)

    figures.stored([slot, replace(slot, trigger=Trigger.CATCH_UP)])

    assert figures.fired == {Trigger.SCHEDULE: 1, Trigger.CATCH_UP: 1}
    assert (figures.lateness.count, figures.lateness.total) == (1, 2.0)


async def test_calls_of_the_store_are_timed_those_that_fail_too(tmp_path: Path) -> None:
    latency = StoreLatency(FakeClock())
    async with open_store("sqlite", tmp_path) as store:
        measured = latency.measured(store)
        await measured.submit([make_task()], announce=no_events)
        await measured.activity()
        await measured.activity()
        assert measured.identity == store.identity
    with pytest.raises(StoreUnavailable):
        await measured.activity()

    counts = {name: found.count for name, found in latency.seconds.items() if found.count}
    assert counts == {"submit": 1, "other": 3}


async def test_a_loop_that_is_held_up_is_counted_by_how_long() -> None:
    clock = FakeClock()
    delay = LoopDelay(clock)
    looking = asyncio.create_task(delay.run())
    await clock.until_asleep()

    await clock.advance(LOOK_SECONDS)
    clock.jump(LOOK_SECONDS + 0.3)
    await clock.advance(0)

    looking.cancel()
    counts = dict(delay.seconds.cumulative())
    assert counts["0.001"] == 1
    assert (counts["0.25"], counts["0.5"]) == (1, 2)


# -- the stream and connections --------------------------------------------------------------------


async def test_the_stream_and_its_limits_are_told_before_anything_happens(store: Store) -> None:
    hub = Hub(store, store.identity, FakeClock())

    figures = read(stream_families(hub))
    figures |= read(connection_families(Doors(5, of_address=5), RateLimits()))

    assert figure(figures, "stream_resets_total", reason="pruned") == 0
    assert figure(figures, "streams_refused_total", limit="max_streams") == 0
    assert figure(figures, "connections_refused_total", reason="address") == 0
    assert figures.pop(("conselho_connections_limit", frozenset())) == 5
    assert set(figures.values()) == {0}
