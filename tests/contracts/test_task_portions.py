"""All tasks, portion by portion, as exports read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conselho.models.task import Status, Task
from conselho.store import Held, Store, TaskFilter
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
    no_events,
)

MINUTE = timedelta(minutes=1)
LATER = NOON + timedelta(hours=2)
SPEC = make_snapshot(prompt="Look around.", instructions="You are careful.")


@pytest.fixture
async def everything(store: Store) -> list[Task]:
    """The tasks of a store with final, waiting and running ones, many at one moment."""
    tasks = [
        make_task(
            BIA if n % 5 == 0 else ANA,
            due_at=None,
            # Three at each moment: ties are broken by the id.
            created_at=NOON + n // 3 * MINUTE,
            active_key=f"run-{n}",
            snapshot=SPEC,
        )
        for n in range(40)
    ]
    await store.submit(tasks, announce=no_events)
    claimed = await store.claim(WORKER, now=LATER, limit=30, lease=LEASE, announce=no_events)
    for n, task in enumerate(claimed[:25]):
        held = Held(task_id=task.task_id, fence=task.fence)
        outcome = failed() if n % 4 == 0 else make_outcome(sent_prompt="Look around, please.")
        await store.finish(held, outcome, now=LATER, announce=no_events)
    return (await store.tasks(TaskFilter(), limit=100)).tasks


async def in_portions(store: Store, where: TaskFilter, limit: int) -> list[Task]:
    found: list[Task] = []
    while rows := await store.portion(where, limit=limit):
        assert len(rows) <= limit
        found += rows
        where = replace(where, older_than=(rows[-1].created_at, rows[-1].task_id))
    return found


@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_portions_go_on_where_the_last_one_ended(
    store: Store, everything: list[Task], limit: int
) -> None:
    expected = [task.task_id for task in everything]
    assert [task.task_id for task in await in_portions(store, TaskFilter(), limit)] == expected


@pytest.mark.parametrize(
    "where",
    [
        TaskFilter(agent_id=BIA),
        TaskFilter(statuses=frozenset({Status.ERROR, Status.PENDING})),
        TaskFilter(since=NOON + 3 * MINUTE, until=NOON + 8 * MINUTE),
        TaskFilter(agent_id=ANA, statuses=frozenset({Status.COMPLETED})),
    ],
)
async def test_a_filter_gives_the_rows_of_the_list(
    store: Store, everything: list[Task], where: TaskFilter
) -> None:
    page = await store.tasks(where, limit=100)
    assert 0 < len(page.tasks) < len(everything)
    found = await in_portions(store, where, 4)
    assert [task.task_id for task in found] == [task.task_id for task in page.tasks]


async def test_long_texts_are_there_only_when_asked_for(
    store: Store, everything: list[Task]
) -> None:
    where = TaskFilter(statuses=frozenset({Status.COMPLETED}))
    [whole] = await store.portion(where, limit=1, result=True, prompt=True)
    assert whole == await store.task(whole.task_id)
    assert whole.sent_prompt == "Look around, please."

    [bare] = await store.portion(where, limit=1)
    spec = replace(SPEC, prompt="", instructions="")
    assert bare == replace(whole, snapshot=spec, result=None, sent_prompt=None)
    [with_result] = await store.portion(where, limit=1, result=True)
    assert with_result == replace(bare, result=whole.result)


async def test_what_arrives_meanwhile_moves_nothing(store: Store, everything: list[Task]) -> None:
    first = await store.portion(TaskFilter(), limit=10)
    await store.submit([make_task(created_at=LATER)], announce=no_events)
    place = first[-1].created_at, first[-1].task_id
    rest = await in_portions(store, TaskFilter(older_than=place), 10)
    assert [task.task_id for task in first + rest] == [task.task_id for task in everything]


async def test_nothing_is_an_empty_portion(store: Store) -> None:
    assert await store.portion(TaskFilter(), limit=10) == []
    await store.submit([make_task()], announce=no_events)
    assert await store.portion(TaskFilter(), limit=0) == []
