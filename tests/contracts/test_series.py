"""Figures over time: what the store says of many spans, of the council and of one agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.models.durations import Durations, bucket_us, width_us
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.statistics import Lost, Tally
from conselho.models.task import Outcome, SkipReason, Status, queued_key
from conselho.models.uptime import Sign, uptime
from conselho.models.verdict import Severity
from conselho.store import Held, Loss, Store
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    failed,
    make_lost,
    make_outcome,
    make_task,
    no_events,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def ran(
    store: Store,
    seconds: float,
    *,
    agent: AgentId = ANA,
    ended: datetime = NOON,
    outcome: Outcome | None = None,
) -> None:
    """One run that took so long and ended then."""
    began = ended - timedelta(seconds=seconds)
    await store.submit([make_task(agent, due_at=None, created_at=began)], announce=no_events)
    [task] = await store.claim(WORKER, now=began, limit=1, lease=LEASE, announce=no_events)
    held = Held(task_id=task.task_id, fence=task.fence)
    await store.finish(held, outcome or make_outcome(), now=ended, announce=no_events)


async def lose(
    store: Store,
    status: Status,
    reason: SkipReason,
    *slots: datetime,
    agent: AgentId = ANA,
) -> None:
    row = make_lost(agent, status=status, reason=reason, at=slots[-1])
    loss = Loss(row=row, slots=slots)
    await store.record_lost([loss], now=slots[-1], announce=no_events)


# -- durations -------------------------------------------------------------------------------------


@given(st.integers(0, 400 * 86_400 * 1_000_000))
def test_a_bucket_holds_what_falls_in_it_and_is_narrow(duration: int) -> None:
    bucket, width = bucket_us(duration), width_us(duration)
    assert bucket <= duration < bucket + width
    assert bucket_us(bucket) == bucket
    assert width_us(bucket) == width
    if 32_000 <= duration < 86_400 * 1_000_000:
        assert width <= bucket / 16


@given(st.lists(st.integers(1_000, 86_400 * 1_000_000), min_size=1))
def test_a_quantile_is_off_by_a_thirty_second_at_most(lengths: list[int]) -> None:
    buckets: dict[int, int] = {}
    for length in lengths:
        buckets[bucket_us(length)] = buckets.get(bucket_us(length), 0) + 1
    told = Durations.of(buckets)
    assert told.runs == len(lengths)
    for part, milliseconds in ((50, told.p50_ms), (95, told.p95_ms)):
        exact = sorted(lengths)[-(-len(lengths) * part // 100) - 1] / 1_000
        assert milliseconds is not None
        assert abs(milliseconds - exact) <= max(exact / 32, 0.5) + 0.5  # it is told in whole ones


def test_no_run_has_no_middle() -> None:
    assert Durations.of({}) == Durations(runs=0, p50_ms=None, p95_ms=None)
    assert Durations.of({5_000: 0}) == Durations()


@pytest.mark.parametrize("agent", [None, ANA])
async def test_durations_of_runs_are_told_by_the_span_that_they_end_in(
    store: Store, agent: AgentId | None
) -> None:
    for seconds in range(1, 21):
        await ran(store, seconds, ended=NOON + seconds * MINUTE)
    await ran(store, 3_000, ended=NOON + 3 * DAY, outcome=failed())
    await ran(store, 500, ended=NOON + MINUTE, outcome=Outcome(status=Status.CANCELLED))

    first, empty, everything = await store.durations(
        [(NOON, NOON + HOUR), (NOON + HOUR, NOON + DAY), (NOON - DAY, NOON + 9 * DAY)],
        agent_id=agent,
    )

    assert first.runs == 20
    assert first.p50_ms == pytest.approx(10_000, rel=1 / 32)
    assert first.p95_ms == pytest.approx(19_000, rel=1 / 32)
    assert empty == Durations()
    assert everything.runs == 21


async def test_a_span_of_days_is_made_of_days_and_of_the_quarters_at_its_ends(
    store: Store,
) -> None:
    ends = [NOON + hours * HOUR for hours in range(0, 96, 5)]
    for ended in ends:
        await ran(store, 2, ended=ended)
    spans = [
        (NOON + start * HOUR, NOON + (start + length) * HOUR)
        for start in (0, 3, 12, 13)
        for length in (1, 11, 12, 24, 35, 36, 37, 60, 80)
    ]
    found = await store.durations(spans)
    assert [one.runs for one in found] == [
        sum(since <= ended < until for ended in ends) for since, until in spans
    ]


# -- counts ----------------------------------------------------------------------------------------


async def test_tallies_answer_span_by_span_and_one_agent_alone(store: Store) -> None:
    await ran(store, 10, ended=NOON, outcome=make_outcome(usage={"cost_usd": 0.5}))
    await ran(store, 30, ended=NOON + HOUR, outcome=make_outcome(Severity.WARNING))
    await ran(store, 50, agent=BIA, ended=NOON + HOUR, outcome=failed())
    spans = [(NOON, NOON + HOUR), (NOON + HOUR, NOON + 2 * HOUR)]

    assert await store.tallies(spans) == [
        await store.tally(since=since, until=until) for since, until in spans
    ]
    assert await store.tallies(spans, agent_id=ANA) == [
        Tally(completed=1, success=1, duration_ms=10_000, cost_microusd=500_000),
        Tally(completed=1, warning=1, duration_ms=30_000),
    ]
    assert await store.tallies(spans, agent_id=AgentId("nobody")) == [Tally(), Tally()]
    assert await store.tallies([]) == []


@pytest.mark.parametrize("agent", [None, ANA])
async def test_lost_slots_are_told_by_reason(store: Store, agent: AgentId | None) -> None:
    await lose(store, Status.MISSED, SkipReason.SERVER_DOWN, NOON, NOON + MINUTE)
    await lose(store, Status.MISSED, SkipReason.SERVER_DOWN, NOON + 20 * MINUTE)  # the row grows
    await lose(store, Status.SKIPPED, SkipReason.OVERLAP, NOON + 30 * MINUTE)
    await lose(store, Status.MISSED, SkipReason.LATE, NOON + 2 * HOUR)

    quarter, hour, later = await store.lost(
        [(NOON, NOON + 15 * MINUTE), (NOON, NOON + HOUR), (NOON + HOUR, NOON + DAY)],
        agent_id=agent,
    )

    assert quarter == Lost()
    assert hour == Lost(missed={"server_down": 3}, skipped={"overlap": 1})
    assert later == Lost(missed={"late": 1})


async def test_pruned_tasks_stay_in_the_figures_of_the_council(store: Store) -> None:
    for agent in (ANA, BIA):
        await ran(store, 4, agent=agent)
    await lose(store, Status.MISSED, SkipReason.LATE, NOON)
    await lose(store, Status.SKIPPED, SkipReason.OVERLAP, NOON + HOUR)
    spans = [(NOON - HOUR, NOON + 2 * DAY)]
    before = (await store.tallies(spans), await store.durations(spans), await store.lost(spans))

    assert len(await store.prune(before=NOON + DAY, limit=10)) == 3

    after = (await store.tallies(spans), await store.durations(spans), await store.lost(spans))
    assert after == before
    assert await store.recount()
    assert await store.durations(spans, agent_id=ANA) == [Durations()]


async def test_what_waits_behind_another_run_is_told_apart(store: Store) -> None:
    await store.submit([make_task(), make_task(BIA, due_at=None)], announce=no_events)
    behind = make_task(due_at=NOON + MINUTE, active_key=queued_key(ANA))
    await store.submit([behind], announce=no_events)
    activity = await store.activity()
    assert (activity.pending, activity.processing, activity.queued) == (3, 0, 1)


# -- uptime ----------------------------------------------------------------------------------------

STARTED, STOPPED = JournalKind.SERVER_STARTED, JournalKind.SERVER_STOPPED
SUSPENDED, BLOCKED = JournalKind.SUSPENDED, JournalKind.BLOCKED


async def note(
    store: Store, hours: float, kind: JournalKind, *, seconds: float | None = None
) -> None:
    entry = JournalEntry(at=NOON + hours * HOUR, kind=kind, seconds=seconds)
    await store.write_journal([entry])


def shown(signs: list[Sign]) -> list[Mapping[str, object]]:
    return [{key: value for key, value in asdict(sign).items() if value} for sign in signs]


async def test_signs_begin_with_the_last_boundary_before(store: Store) -> None:
    await note(store, 0, STARTED)
    await note(store, 1, STOPPED)
    await note(store, 2, STARTED)
    await note(store, 3, SUSPENDED, seconds=90.0)
    await note(store, 4, JournalKind.MAINTENANCE_SET)
    await note(store, 5, STOPPED)

    assert shown(await store.signs(since=NOON + 4 * HOUR)) == [
        {"at": NOON + 2 * HOUR, "kind": STARTED},
        {"at": NOON + 3 * HOUR, "kind": SUSPENDED, "seconds": 90.0},
        {"at": NOON + 5 * HOUR, "kind": STOPPED},
    ]
    assert len(await store.signs(since=NOON)) == 5


async def test_a_start_after_a_start_tells_of_the_last_work_before(store: Store) -> None:
    await note(store, 0, STARTED)
    await ran(store, 60, ended=NOON + HOUR)
    await note(store, 3, STARTED)
    entry = JournalEntry(at=NOON + 4 * HOUR, kind=JournalKind.EDITED, agent_id=ANA)
    await store.write_journal([entry])
    await note(store, 6, STARTED)

    first, second, third = await store.signs(since=NOON)

    assert first.alive_at is None
    assert second.alive_at == NOON + HOUR
    assert third.alive_at == NOON + 4 * HOUR


def sign(hours: float, kind: JournalKind, **fields: object) -> Sign:
    return Sign(at=NOON + timedelta(hours=hours), kind=kind, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("signs", "begin", "away"),
    [
        ([], 0, 0),
        ([sign(-5, STARTED)], 0, 0),
        ([sign(2, STARTED)], 2, 0),
        ([sign(-5, STARTED), sign(-1, STOPPED), sign(2, STARTED)], 0, 2),
        ([sign(-5, STARTED), sign(3, STOPPED), sign(4, STARTED)], 0, 1),
        ([sign(3, STOPPED), sign(4, STARTED)], 0, 1),
        ([sign(-5, STARTED), sign(6, STARTED, alive_at=NOON + HOUR)], 0, 5),
        ([sign(-5, STARTED), sign(6, STARTED)], 0, 6),
        ([sign(-5, STARTED), sign(4, SUSPENDED, seconds=7_200.0)], 0, 2),
        ([sign(-5, STARTED), sign(1, BLOCKED, seconds=7_200.0)], 0, 1),
        ([sign(-5, STARTED), sign(4, SUSPENDED)], 0, 0),
        # What overlaps is away once.
        (
            [
                sign(-5, STARTED),
                sign(3, SUSPENDED, seconds=3_600.0),
                sign(5, STARTED, alive_at=NOON + 2 * HOUR),
            ],
            0,
            3,
        ),
    ],
)
def test_uptime_is_what_is_left_of_the_time_away(
    signs: list[Sign], begin: float, away: float
) -> None:
    found = uptime(signs, since=NOON, now=NOON + 10 * HOUR)
    assert found.since == NOON + begin * HOUR
    assert found.away_seconds == away * 3_600
    assert found.percent == pytest.approx(100 * (1 - away / (10 - begin)), abs=0.01)


def test_uptime_of_hundred_percent_means_always() -> None:
    signs = [sign(-5, STARTED), sign(4, SUSPENDED, seconds=0.1)]
    assert uptime(signs, since=NOON, now=NOON + 30 * DAY).percent == 99.99
    assert uptime([], since=NOON, now=NOON).percent is None
