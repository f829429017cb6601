"""What ended in a span of time for each agent: its rows, or counts of them where there are many."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from conselho.models.ids import AgentId
from conselho.models.lanes import Lane, StepCount, Steps
from conselho.models.task import Outcome, SkipReason, Status, Task, Trigger
from conselho.models.verdict import Severity
from conselho.store import Loss, Store
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    failed,
    make_lost,
    make_outcome,
    make_task,
    no_events,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
STEPS = Steps(since=NOON, until=NOON + 4 * HOUR, length=HOUR)


def run(ended: datetime, how: Outcome | None = None, agent: AgentId = ANA, **fields: Any) -> Task:
    """One that ended then, as an import brings it."""
    outcome = how or make_outcome()
    task = make_task(agent, due_at=None, created_at=ended - MINUTE, **fields)
    told = {
        name: getattr(outcome, name)
        for name in ("status", "severity", "verdict", "error", "error_kind", "result")
    }
    return replace(
        task,
        active_key=task.task_id,
        started_at=ended - MINUTE,
        completed_at=ended,
        duration_seconds=60,
        **told,
    )


async def lose(store: Store, *slots: datetime, status: Status = Status.MISSED) -> None:
    reason = SkipReason.SERVER_DOWN if status is Status.MISSED else SkipReason.OVERLAP
    row = make_lost(ANA, status=status, reason=reason, at=slots[-1])
    await store.record_lost(
        [Loss(row=row, slots=slots)], now=slots[-1] + MINUTE, announce=no_events
    )


async def lane(store: Store, *, rows: int = 100, troubles: int = 10, steps: Steps = STEPS) -> Lane:
    return (await store.lanes([ANA, BIA], steps, rows=rows, troubles=troubles)).get(ANA, Lane())


def times(lane: Lane) -> list[float]:
    """When its rows ended, in minutes since noon."""
    ends = [row.slot_to or row.completed_at for row in lane.rows]
    return [(end - NOON) / MINUTE for end in ends if end]


async def test_few_rows_are_told_one_by_one(store: Store) -> None:
    await store.import_tasks(
        [
            run(NOON - timedelta(microseconds=1)),
            run(NOON),
            run(NOON + 3 * HOUR, failed(error="exit 3")),
            run(NOON + 4 * HOUR),
            run(NOON + HOUR, agent=BIA),
        ]
    )
    await lose(store, NOON + HOUR, NOON + 2 * HOUR)

    found = await store.lanes([BIA, ANA, AgentId("nobody")], STEPS, rows=3, troubles=0)

    assert set(found) == {ANA, BIA}
    assert times(found[ANA]) == [0, 120, 180]
    assert [lane.counts for lane in found.values()] == [None, None]
    first, lost, last = found[ANA].rows
    assert (first.severity, first.verdict and first.verdict.summary) == (
        Severity.SUCCESS,
        "All is well.",
    )
    assert (lost.status, lost.slot_count, lost.slot_from) == (Status.MISSED, 2, NOON + HOUR)
    assert (last.status, last.error) == (Status.ERROR, "exit 3")


async def test_many_rows_are_counted_by_step_and_kind(store: Store) -> None:
    minutes = (1, 2, 3, 61, 62, 239)
    await store.import_tasks([run(NOON + minute * MINUTE) for minute in minutes])
    await store.import_tasks(
        [
            run(NOON + 63 * MINUTE, make_outcome(Severity.WARNING)),
            run(NOON + 64 * MINUTE, make_outcome(Severity.WARNING)),
            run(NOON + 65 * MINUTE, make_outcome(None)),
            run(NOON + 130 * MINUTE, failed()),
            run(NOON + 131 * MINUTE, Outcome(status=Status.CANCELLED)),
        ]
    )
    await lose(store, *(NOON + minute * MINUTE for minute in (200, 210, 220)))

    found = await lane(store, rows=11)

    assert found.counts is not None
    counted = {
        (count.step, count.status.value, count.severity and count.severity.value): (
            count.rows,
            count.slots,
        )
        for count in found.counts
    }
    assert counted == {
        (0, "completed", "success"): (3, 0),
        (1, "completed", "success"): (2, 0),
        (1, "completed", "warning"): (2, 0),
        (1, "completed", None): (1, 0),
        (2, "error", "error"): (1, 0),
        (2, "cancelled", None): (1, 0),
        (3, "missed", None): (1, 3),
        (3, "completed", "success"): (1, 0),
    }
    newest = max(found.counts, key=lambda count: count.newest)
    assert newest.newest == NOON + 239 * MINUTE
    # Of each kind of trouble the newest row.
    assert times(found) == [64, 130, 131, 220]


async def test_of_much_trouble_the_newest_is_told(store: Store) -> None:
    await store.import_tasks([run(NOON + n * HOUR + MINUTE, failed()) for n in range(4)])
    assert times(await lane(store, rows=3, troubles=2)) == [121, 181]
    assert times(await lane(store, rows=3, troubles=0)) == []


async def test_lost_slots_of_several_steps_come_with_their_row(store: Store) -> None:
    await store.import_tasks([run(NOON + 230 * MINUTE)])
    await lose(store, *(NOON + n * 10 * MINUTE for n in range(3, 21)))

    found = await lane(store, rows=1, troubles=0)

    assert [count.slots for count in found.counts or () if count.slots] == [18]
    assert [(row.slot_from, row.slot_count) for row in found.rows] == [(NOON + 30 * MINUTE, 18)]


@pytest.mark.parametrize("rows", [0, 100])
async def test_lost_slots_that_go_on_behind_the_end_are_told(store: Store, rows: int) -> None:
    await store.import_tasks([run(NOON + HOUR)])
    await lose(store, *(NOON + n * HOUR for n in range(2, 30)))

    found = await lane(store, rows=rows, troubles=0)

    assert [row.slot_count for row in found.rows if row.slot_count] == [28]
    assert sum(count.slots for count in found.counts or ()) == 0
    # They began behind an earlier span.
    earlier = replace(STEPS, until=NOON + 2 * HOUR)
    assert times(await lane(store, steps=earlier)) == [60]


@pytest.mark.parametrize("rows", [1, 100])
async def test_what_clients_had_an_agent_do_is_left_out(store: Store, rows: int) -> None:
    beside: dict[str, Any] = {"trigger": Trigger.API, "is_councilor_execution": False}
    await store.import_tasks(
        [run(NOON + MINUTE), run(NOON + 2 * MINUTE, failed()), run(NOON + 3 * MINUTE, **beside)]
    )
    found = await lane(store, rows=rows)
    expected = [
        StepCount(
            step=0,
            status=Status.ERROR,
            severity=Severity.ERROR,
            rows=1,
            newest=NOON + 2 * MINUTE,
        ),
        StepCount(
            step=0,
            status=Status.COMPLETED,
            severity=Severity.SUCCESS,
            rows=1,
            newest=NOON + 2 * MINUTE,
        ),
    ]
    assert found.counts == (None if rows == 100 else expected)
    assert times(found) == ([1, 2] if rows == 100 else [2])


async def test_a_span_without_length_holds_nothing(store: Store) -> None:
    await store.import_tasks([run(NOON)])
    assert await store.lanes([ANA], replace(STEPS, until=NOON), rows=0, troubles=9) == {}
    assert await store.lanes([], STEPS, rows=0, troubles=9) == {}
