"""Runs that came to a conclusion, and lists without their long texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conselho.models.ids import AgentId
from conselho.models.task import Outcome, Status, Task, Trigger
from conselho.models.verdict import Severity, VerdictSource
from conselho.services.findings import read_findings
from conselho.store import Held, Store, TaskFilter
from conselho.stores.sql import reading
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    failed,
    make_outcome,
    make_snapshot,
    make_task,
    make_verdict,
    no_events,
)

MINUTE = timedelta(minutes=1)
OURS = make_verdict(Severity.ERROR, source=VerdictSource.HEURISTIC, findings=())


async def ran(
    store: Store, minute: int, outcome: Outcome, agent: AgentId = ANA, **fields: object
) -> Task:
    """A final task, made `minute` minutes after noon."""
    at = NOON + minute * MINUTE
    task = make_task(agent, due_at=None, created_at=at, **fields)
    await store.submit([task], announce=no_events)
    [own] = await store.claim(WORKER, now=at, limit=1, lease=LEASE, announce=no_events)
    held = Held(task_id=own.task_id, fence=own.fence)
    return await store.finish(held, outcome, now=at, announce=no_events)


async def test_only_runs_with_a_report_of_their_own_count(store: Store) -> None:
    first = await ran(store, 1, make_outcome())
    reported = make_verdict(Severity.ERROR, findings=())
    second = await ran(store, 2, failed(verdict=reported))  # it reported, then ended with code 3
    found = make_verdict(Severity.ERROR, source=VerdictSource.HEURISTIC)
    third = await ran(store, 3, failed(verdict=found))  # as one that cost more than it may
    plain = make_verdict(Severity.SUCCESS, source=VerdictSource.HEURISTIC, findings=())
    fourth = await ran(store, 4, make_outcome(Severity.SUCCESS, verdict=plain))
    await ran(store, 5, failed(verdict=OURS))  # it crashed
    await ran(store, 6, make_outcome(None))  # it said nothing
    await ran(store, 7, Outcome(status=Status.CANCELLED))
    await ran(store, 8, make_outcome(), BIA)
    await ran(store, 9, make_outcome(), trigger=Trigger.API, active_key="asked")
    await store.submit([make_task()], announce=no_events)

    runs = await store.concluded(ANA, limit=10)
    assert [run.task_id for run in runs] == [one.task_id for one in (fourth, third, second, first)]
    assert [run.verdict for run in runs] == [plain, found, reported, first.verdict]
    assert await store.concluded(AgentId("nobody"), limit=10) == []
    assert await store.concluded(ANA, limit=0) == []


@pytest.mark.parametrize("severity", [Severity.INFO, Severity.WARNING, Severity.ERROR])
async def test_a_run_whose_report_could_not_be_read_does_not_tell_that_nothing_was_found(
    store: Store, severity: Severity
) -> None:
    first = await ran(store, 1, make_outcome())
    unread = make_verdict(severity, source=VerdictSource.HEURISTIC, findings=())
    await ran(store, 2, make_outcome(severity, verdict=unread))
    [run] = await store.concluded(ANA, limit=10)
    assert run.task_id == first.task_id
    [known] = (await read_findings(store, ANA)).known
    assert known.is_open


async def test_they_go_on_where_the_last_ones_ended(store: Store) -> None:
    # Two at each moment: ties are broken by the id.
    tasks = [await ran(store, n // 2, make_outcome()) for n in range(7)]
    order = sorted(tasks, key=lambda task: (task.created_at, task.task_id), reverse=True)
    found: list[Task] = []
    place = None
    while runs := await store.concluded(ANA, limit=3, older_than=place):
        found += runs
        place = runs[-1].created_at, runs[-1].task_id
    assert [task.task_id for task in found] == [task.task_id for task in order]


async def test_they_are_without_their_long_texts(store: Store) -> None:
    spec = make_snapshot(prompt="Look around.", instructions="You are careful.")
    whole = await ran(store, 1, make_outcome(sent_prompt="Look, please."), snapshot=spec)
    [bare] = await store.concluded(ANA, limit=1)
    without = replace(spec, prompt="", instructions="")
    assert bare == replace(whole, snapshot=without, result=None, sent_prompt=None)
    assert bare.verdict is not None
    assert bare.verdict.findings


async def test_of_very_many_that_crashed_only_the_newest_are_looked_through(
    backend: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "mongodb":
        monkeypatch.setattr("conselho.stores.mongodb.marks.LOOKED_THROUGH", 3)
    else:
        monkeypatch.setattr(reading, "LOOKED_THROUGH", 3)
        reading._concluded.cache_clear()
    try:
        oldest = await ran(store, 0, make_outcome())
        for minute in (1, 2):
            await ran(store, minute, failed(verdict=OURS))
        assert [run.task_id for run in await store.concluded(ANA, limit=9)] == [oldest.task_id]
        await ran(store, 3, failed(verdict=OURS))
        assert await store.concluded(ANA, limit=9) == []
    finally:
        reading._concluded.cache_clear()


@pytest.mark.parametrize("text", [None, "everything"])
async def test_a_list_can_do_without_long_texts(store: Store, text: str | None) -> None:
    spec = make_snapshot(prompt="Look around.", instructions="You are careful.")
    tasks = [
        await ran(store, n, make_outcome(result="I saw everything."), snapshot=spec)
        for n in range(3)
    ]
    where = TaskFilter(text=text)
    whole = await store.tasks(where, limit=2)
    light = await store.tasks(where, limit=2, texts=False)
    assert (light.total, light.next_older_than) == (whole.total, whole.next_older_than)
    assert [task.task_id for task in light.tasks] == [tasks[2].task_id, tasks[1].task_id]
    for bare, task in zip(light.tasks, whole.tasks, strict=True):
        assert task.result == "I saw everything."
        without = replace(task.snapshot, prompt="", instructions="")
        assert bare == replace(task, snapshot=without, result=None)
