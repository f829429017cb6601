"""What every store promises of what is carried into it and out of it (conselho.store.CopyStore)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.errors import NotFound, StoreUnavailable
from conselho.models.ids import TaskId
from conselho.models.task import PastAttempt, SkipReason, Status, Task, Trigger, slot_key
from conselho.models.verdict import Severity
from conselho.store import (
    CopyMark,
    Held,
    LogPiece,
    Loss,
    Store,
    Submitted,
    TaskFilter,
)
from conselho.stores.mongodb import imports
from conselho.stores.mongodb.documents import LEDGER
from conselho.stores.mongodb.store import MongoStore
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    failed,
    make_ended,
    make_lost,
    make_outcome,
    make_task,
    no_events,
)
from tests.support.stores import open_store

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SLOT = timedelta(minutes=30)
EVER = [(NOON - 400 * DAY, NOON + 400 * DAY)]


def ran(slot: datetime, task_id: str) -> Task:
    """A run for a slot, as it stands in the store that it ran in."""
    return make_task(
        task_id=task_id,
        due_at=slot,
        created_at=slot,
        active_key=task_id,
        status=Status.COMPLETED,
        severity=Severity.SUCCESS,
        started_at=slot,
        completed_at=slot + MINUTE,
        updated_at=slot + MINUTE,
        duration_seconds=60.0,
        attempt=2,
        fence=2,
        worker_id=WORKER,
        result="All is well.",
        sent_prompt="Look around and report, please.",
        usage={"cost_usd": 0.5, "input_tokens": 7},
        spent_at=slot + MINUTE,
    )


def lost(since: datetime, until: datetime, task_id: str, reason: SkipReason) -> Task:
    return replace(
        make_lost(reason=reason, at=until),
        task_id=TaskId(task_id),
        active_key=task_id,
        due_at=since,
        idempotency_key=slot_key(ANA, since),
        slot_from=since,
        slot_to=until,
        slot_count=round((until - since) / SLOT) + 1,
    )


def tried(attempt: int) -> PastAttempt:
    return PastAttempt(
        attempt=attempt,
        started_at=NOON,
        ended_at=NOON + MINUTE,
        error_kind="provider",
        error_cause="overloaded",
        error="It was overloaded.",
    )


async def carried(store: Store, *tasks: Task) -> frozenset[TaskId]:
    return await store.carry_tasks(tasks, past={})


async def test_carried_tasks_are_kept_whole_with_their_attempts(store: Store) -> None:
    run, gap = ran(NOON, "r1"), lost(NOON + SLOT, NOON + 3 * SLOT, "l1", SkipReason.SERVER_DOWN)
    both = await store.carry_tasks([run, gap], past={run.task_id: [tried(1)]})
    assert both == {"r1", "l1"}
    assert await store.task(run.task_id) == run
    assert await store.task(gap.task_id) == gap
    assert await store.past_attempts(run.task_id) == [tried(1)]
    rows = await store.portion(TaskFilter(), limit=10, result=True, prompt=True)
    assert rows == [gap, run]


async def test_all_figures_count_them(store: Store) -> None:
    await carried(store, ran(NOON, "r1"), lost(NOON + SLOT, NOON + 3 * SLOT, "l1", SkipReason.LATE))
    figures = (await store.statistics([ANA]))[ANA].tally
    assert (figures.completed, figures.missed, figures.cost_microusd) == (1, 3, 500_000)
    [told] = await store.lost(EVER)
    assert told.missed == {"late": 3}
    spent = await store.usage(None, since=NOON, until=NOON + DAY)
    assert spent[ANA].input_tokens == 7
    assert await store.recount()


async def test_they_cover_the_slots_that_they_covered(store: Store) -> None:
    gap = lost(NOON + SLOT, NOON + 3 * SLOT, "l1", SkipReason.SERVER_DOWN)
    # Newest first, as they are read.
    await carried(store, gap)
    await carried(store, ran(NOON, "r1"))
    assert await store.watermarks([ANA, BIA]) == {ANA: NOON + 3 * SLOT}

    again = [
        replace(make_task(due_at=slot, created_at=NOON + DAY), active_key="a")
        for slot in (NOON, NOON + 2 * SLOT)
    ]
    answers = await store.submit(again, announce=no_events)
    assert [answer.result for answer in answers] == [Submitted.DUPLICATE] * 2
    assert [answer.holder for answer in answers] == ["r1", "l1"]


async def test_rows_that_came_before_a_crash_cover_their_slots_when_carried_again(
    backend: str, store: Store
) -> None:
    if backend != "mongodb":
        pytest.skip("one transaction")
    run = ran(NOON, "r1")
    await carried(store, run)
    assert isinstance(store, MongoStore)
    await store._db[LEDGER].update_many({}, {"$set": {"covered": None}})
    assert await carried(store, run) == frozenset()
    assert await store.watermarks([ANA]) == {ANA: NOON}


@pytest.mark.parametrize("backend", ["mongodb"])
async def test_a_portion_that_was_cut_short_has_covered_its_slots(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    inserted = imports._insert

    async def cut_short(*args: Any) -> frozenset[TaskId]:
        await inserted(*args)
        raise StoreUnavailable("it is gone")

    with monkeypatch.context() as cut:
        cut.setattr(imports, "_insert", cut_short)
        with pytest.raises(StoreUnavailable):
            await carried(store, ran(NOON, "r1"))
    # Who goes on passes only what is not there.
    assert (await store.task(TaskId("r1"))).status is Status.COMPLETED
    assert await store.watermarks([ANA]) == {ANA: NOON}


async def test_what_is_lost_next_goes_on_in_a_carried_row(store: Store) -> None:
    gap = lost(NOON, NOON + SLOT, "l1", SkipReason.SERVER_DOWN)
    await carried(store, gap)
    slots = [NOON + n * SLOT for n in range(4)]
    loss = Loss(row=make_lost(at=NOON + DAY), slots=slots)
    [row] = await store.record_lost([loss], now=NOON + DAY, announce=no_events)
    assert (row.task_id, row.slot_to, row.slot_count) == ("l1", slots[-1], 4)
    assert await store.watermarks([ANA]) == {ANA: slots[-1]}
    assert (await store.statistics([ANA]))[ANA].tally.missed == 4
    assert await store.recount()


async def test_one_that_waits_goes_on_waiting(store: Store) -> None:
    retried = make_task(
        task_id="w1",
        due_at=NOON,
        not_before=NOON + SLOT,
        attempt=1,
        fence=1,
        usage={"cost_usd": 0.25},
        spent_at=NOON,
        max_attempts=3,
    )
    await store.carry_tasks([retried], past={retried.task_id: [tried(1)]})
    assert await store.task(retried.task_id) == retried
    assert (await store.usage([ANA], since=NOON, until=NOON + DAY))[ANA].cost_usd == 0.25
    assert (await store.activity()).pending == 1
    early = await store.claim(WORKER, now=NOON, limit=5, lease=LEASE, announce=no_events)
    assert early == []
    late = NOON + DAY
    [claimed] = await store.claim(WORKER, now=late, limit=5, lease=LEASE, announce=no_events)
    assert (claimed.task_id, claimed.attempt, claimed.fence) == ("w1", 2, 2)
    held = Held(task_id=claimed.task_id, fence=claimed.fence)
    done = await store.finish(held, make_outcome(), now=late + MINUTE, announce=no_events)
    assert done.usage == {"cost_usd": 0.25}
    assert await store.past_attempts(retried.task_id) == [tried(1)]
    assert await store.recount()


async def test_one_that_is_processing_is_refused_and_nothing_stored(store: Store) -> None:
    at_work = make_task(task_id="p1", due_at=None, status=Status.PROCESSING, started_at=NOON)
    with pytest.raises(ValueError, match="p1 is processing"):
        await carried(store, ran(NOON, "r1"), at_work)
    with pytest.raises(NotFound):
        await store.task(TaskId("r1"))


async def test_carrying_again_adds_nothing(store: Store) -> None:
    run, gap = ran(NOON, "r1"), lost(NOON + SLOT, NOON + 3 * SLOT, "l1", SkipReason.LATE)
    past = {run.task_id: [tried(1)]}
    await store.carry_tasks([run], past=past)
    assert await store.carry_tasks([gap, run], past=past) == {"l1"}
    assert await store.carry_tasks([gap, run], past=past) == frozenset()
    assert await store.past_attempts(run.task_id) == [tried(1)]
    assert (await store.statistics([ANA]))[ANA].tally.missed == 3
    assert await store.recount()


async def test_a_long_portion_is_counted_as_well(store: Store) -> None:
    runs = [ran(NOON + n * MINUTE, f"r{n}") for n in range(130)]
    assert len(await carried(store, *runs)) == len(runs)
    async with asyncio.timeout(60):
        assert (await store.statistics([ANA]))[ANA].tally.completed == len(runs)


async def test_nobody_hears_of_them(store: Store) -> None:
    await carried(store, ran(NOON, "r1"), lost(NOON + SLOT, NOON + SLOT, "l1", SkipReason.LATE))
    assert await store.events_after(0, limit=10) == []
    assert await store.event_span() == (1, 0)


async def test_logs_are_kept_before_their_tasks_are_there(store: Store) -> None:
    pieces = [
        LogPiece(task_id=TaskId("r1"), offset=0, data=b"one\n"),
        LogPiece(task_id=TaskId("r1"), offset=4, data=b"\x00two\n"),
        LogPiece(task_id=TaskId("r2"), offset=0, data=b"other\n"),
    ]
    await store.carry_logs(pieces[:1])
    await store.carry_logs(pieces)
    await store.carry_logs([])
    assert await store.read_log(TaskId("r1"), offset=0, limit=100) == b"one\n\x00two\n"
    assert await store.log_size(TaskId("r2")) == 6


async def test_what_pruned_tasks_counted_is_the_same_in_another_store(
    store: Store, tmp_path: Path
) -> None:
    long_ago = NOON - 60 * DAY
    rows = [
        make_ended(ANA, long_ago, make_outcome(Severity.WARNING)),
        make_ended(ANA, long_ago + 40 * MINUTE, failed(), seconds=0.125),
        make_ended(BIA, long_ago + DAY, make_outcome(None)),
        replace(
            make_ended(ANA, long_ago + 2 * DAY, make_outcome()),
            usage={"cost_usd": 0.5, "turns": 3},
            # It counts on another day than it ended.
            spent_at=long_ago - DAY,
        ),
        lost(long_ago, long_ago + SLOT, "l1", SkipReason.QUIET_HOURS),
        lost(long_ago + 2 * SLOT, long_ago + 2 * SLOT, "l2", SkipReason.LATE),
        make_ended(ANA, NOON, make_outcome()),
        replace(ran(NOON, "r1"), agent_id=ANA),
    ]
    await carried(store, *rows)
    gone = await store.prune(before=NOON - DAY, limit=10)
    assert len(gone) == 6
    kept = await store.portion(TaskFilter(), limit=10, result=True, prompt=True)

    (tmp_path / "other").mkdir()
    async with open_store("sqlite", tmp_path / "other") as other:
        for target in (other, store):  # and back, where it is already
            await target.carry_pruned(await store.pruned_kinds(), [])
            days, after = [], None
            while portion := await store.pruned_days(after=after, limit=2):
                await target.carry_pruned([], portion)
                days += portion
                after = portion[-1].day
            await carried(target, *kept)
            assert [day.day for day in days] == sorted({day.day for day in days})
            assert len(days) == 4
        assert await other.statistics([ANA, BIA]) == await store.statistics([ANA, BIA])
        assert await other.tallies(EVER) == await store.tallies(EVER)
        assert await other.durations(EVER) == await store.durations(EVER)
        assert await other.lost(EVER) == await store.lost(EVER)
        spans = [(long_ago - 3 * DAY + n * DAY, long_ago - 2 * DAY + n * DAY) for n in range(8)]
        assert await other.usage_by_day(None, days=spans) == await store.usage_by_day(
            None, days=spans
        )
        assert await other.tallies(spans) == await store.tallies(spans)
        assert await other.pruned_days(after=None, limit=9) == await store.pruned_days(
            after=None, limit=9
        )
        assert await other.recount()
    figures = (await store.statistics([ANA]))[ANA].tally
    assert (figures.completed, figures.error, figures.skipped) == (4, 1, 0)
    assert await store.recount()


async def test_pruned_figures_of_no_task_at_all(store: Store) -> None:
    assert await store.pruned_kinds() == []
    assert await store.pruned_days(after=None, limit=5) == []
    await store.carry_pruned([], [])
    assert await store.statistics([ANA]) == {}


async def test_what_is_counted_after_pruned_figures_came_is_added(store: Store) -> None:
    """The counters that they made serve those that are there as well."""

    async def figures() -> tuple[int, int]:
        tally = (await store.statistics([ANA]))[ANA].tally
        [total] = await store.tallies(EVER)
        return tally.completed, total.completed

    await carried(store, ran(NOON, "r1"), ran(NOON + MINUTE, "r2"))
    await store.prune(before=NOON + 90 * MINUTE, limit=1)
    kinds, days = await store.pruned_kinds(), await store.pruned_days(after=None, limit=5)
    await store.carry_pruned(kinds, days)
    await carried(store, ran(NOON + 2 * MINUTE, "r3"))
    assert await figures() == (3, 3)
    assert await store.recount()


async def test_the_mark_of_a_copy_is_what_was_said_last(store: Store) -> None:
    assert await store.copy_mark() is None
    mark = CopyMark(source="abc", source_seq=7, begun_at=NOON)
    await store.mark_copy(mark)
    assert await store.copy_mark() == mark
    finished = replace(mark, finished_at=NOON + MINUTE)
    await store.mark_copy(finished)
    assert await store.copy_mark() == finished
    await store.check()


@pytest.mark.parametrize("trigger", sorted({Trigger.MANUAL, Trigger.BACKFILL, Trigger.API}))
async def test_a_run_for_no_slot_of_its_own_covers_none(store: Store, trigger: Trigger) -> None:
    asked = replace(ran(NOON, "r1"), trigger=trigger, idempotency_key="another")
    await carried(store, asked)
    assert await store.watermarks([ANA]) == {}
