"""What every TaskStore promises of Tasks that ended elsewhere (conselho/store.py, import_tasks)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from conselho.errors import NotFound
from conselho.models.ids import TaskId
from conselho.models.task import Status, Task, Trigger, slot_key
from conselho.models.verdict import Severity
from conselho.store import Store, Submitted, TaskFilter
from tests.support.clock import NOON
from tests.support.factories import ANA, BIA, make_task, no_events

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def past(task_id: str, *, at: datetime = NOON, **fields: Any) -> Task:
    """A run that took a minute, in another system."""
    defaults: dict[str, Any] = {
        "task_id": task_id,
        "created_at": at,
        "due_at": None,
        "trigger": Trigger.SCHEDULE,
        "idempotency_key": f"elsewhere#{task_id}",
        "active_key": task_id,
        "status": Status.COMPLETED,
        "severity": Severity.SUCCESS,
        "started_at": at,
        "completed_at": at + MINUTE,
        "duration_seconds": 60.0,
        "result": "All is well.",
        "usage": {"cost_usd": 0.5},
        "spent_at": at + MINUTE,
    }
    return make_task(**(defaults | fields))


async def test_imported_tasks_are_kept_whole(store: Store) -> None:
    task = past("exec_ana.b_1761400000")
    assert await store.import_tasks([task]) == {task.task_id}
    assert await store.task(task.task_id) == task


async def test_all_figures_count_them(store: Store) -> None:
    failed = past("e2", at=NOON + DAY, status=Status.ERROR, severity=Severity.ERROR)
    await store.import_tasks([past("e1"), failed, past("b1", agent_id=BIA)])

    statistics = (await store.statistics([ANA]))[ANA]
    assert (statistics.tally.completed, statistics.tally.error) == (1, 1)
    assert statistics.last_execution_at == NOON + DAY
    tally = await store.tally(since=NOON, until=NOON + 15 * MINUTE)
    assert (tally.completed, tally.duration_ms) == (2, 120_000)
    spent = await store.usage(None, since=NOON, until=NOON + DAY)
    assert {agent: usage.runs for agent, usage in spent.items()} == {ANA: 1, BIA: 1}
    assert (await store.tasks(TaskFilter(agent_id=ANA), limit=10)).total == 2
    assert await store.recount()


async def test_importing_again_adds_nothing(store: Store) -> None:
    tasks = [past("e1"), past("e2")]
    await store.import_tasks(tasks)
    new = past("e3")
    assert await store.import_tasks([*tasks, new]) == {new.task_id}
    assert await store.import_tasks([]) == frozenset()
    assert (await store.statistics([ANA]))[ANA].tally.completed == 3
    assert await store.recount()


async def test_a_taken_key_is_a_duplicate_too(store: Store) -> None:
    first = past("e1")
    await store.import_tasks([first])
    other = past("e2", idempotency_key=first.idempotency_key)
    assert await store.import_tasks([other]) == frozenset()
    with pytest.raises(NotFound):
        await store.task(other.task_id)


async def test_of_two_with_one_id_the_first_is_stored(store: Store) -> None:
    first = past("e1")
    assert await store.import_tasks([first, replace(first, result="Another.")]) == {"e1"}
    assert (await store.task(TaskId("e1"))).result == "All is well."
    assert (await store.statistics([ANA]))[ANA].tally.completed == 1
    assert await store.recount()


async def test_they_cover_no_slot(store: Store) -> None:
    await store.import_tasks([past("e1", due_at=NOON, idempotency_key="elsewhere")])
    assert await store.watermarks([ANA]) == {}
    own = make_task(due_at=NOON - DAY, idempotency_key=slot_key(ANA, NOON - DAY))
    [submission] = await store.submit([own], announce=no_events)
    assert submission.result is Submitted.CREATED


async def test_nobody_hears_of_them(store: Store) -> None:
    await store.import_tasks([past("e1")])
    assert await store.events_after(0, limit=10) == []


async def test_they_are_pruned_like_others(store: Store) -> None:
    await store.import_tasks([past("e1"), past("e2", at=NOON + DAY)])
    assert await store.prune(before=NOON + DAY, limit=10) == ["e1"]
    assert (await store.statistics([ANA]))[ANA].tally.completed == 2
    assert await store.recount()


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.COMPLETED, Status.ERROR}))
async def test_only_what_ended_as_a_run_is_taken(store: Store, status: Status) -> None:
    tasks = [past("e1"), past("e2", status=status)]
    if status is Status.CANCELLED:
        assert await store.import_tasks(tasks) == {"e1", "e2"}
        return
    with pytest.raises(ValueError, match="only runs that ended"):
        await store.import_tasks(tasks)
    with pytest.raises(NotFound):
        await store.task(TaskId("e1"))
