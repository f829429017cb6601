"""When a client's prompt is the councilor's own task, and which run then answers it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.buses.local import LocalBus
from conselho.errors import BudgetSpent, Conflict, NotFound
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.journal import JournalKind
from conselho.models.task import SkipReason, Status, Task, Trigger
from conselho.services.budget import Budget, Limits
from conselho.services.coalescing import LOOK_SECONDS, Asked, Coalescing
from conselho.services.executions import Executions
from conselho.services.submission import slot_task
from conselho.store import Held, Loss, Store, TaskFilter
from tests.support.clock import NOON, FakeClock
from tests.support.factories import (
    ANA,
    LEASE,
    WORKER,
    make_councilor,
    make_lost,
    make_outcome,
    make_task,
)
from tests.support.stores import open_store

PROMPT = "Look around and report."
HALF_HOUR = timedelta(minutes=30)


class Dispatcher:
    """One that starts nothing: what is submitted stays pending."""

    def wake(self, tasks: object = ()) -> None: ...

    def cancel(self, task_id: str) -> None: ...


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        yield store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON + timedelta(minutes=10))


@pytest.fixture
def coalescing(store: Store, clock: FakeClock) -> Coalescing:
    return Coalescing(store, clock, Executions(store, LocalBus(), Dispatcher(), clock))


def silent(_: Task) -> list[Any]:
    return []


async def seated(store: Store, **fields: Any) -> Agent:
    agent = make_councilor(ANA, **fields)
    await store.create_agent(agent, events=[])
    return agent


async def ran(store: Store, at: datetime, **fields: Any) -> Task:
    """A run of the councilor that began at `at` and has ended."""
    task = make_task(ANA, **({"created_at": at, "due_at": None} | fields))
    await store.submit([task], announce=silent)
    [claimed] = await store.claim(WORKER, now=at, limit=1, lease=LEASE, announce=silent)
    held = Held(task_id=claimed.task_id, fence=claimed.fence)
    return await store.finish(held, make_outcome(), now=at, announce=silent)


async def ask(coalescing: Coalescing, prompt: str = PROMPT) -> Asked:
    return await coalescing.execute(ANA, prompt, instance_id="instance-1")


async def tasks(store: Store) -> list[Task]:
    return (await store.tasks(TaskFilter(), limit=100)).tasks


# -- the clients' own prompts ----------------------------------------------------------------------


async def test_another_prompt_runs_beside_the_council(store: Store, coalescing: Coalescing) -> None:
    await seated(store)
    await ran(store, NOON)

    first, second = await ask(coalescing, "Else."), await ask(coalescing, "Else.")

    assert not first.coalesced
    assert first.task.task_id != second.task.task_id
    assert (first.task.trigger, first.task.is_councilor_execution) == (Trigger.API, False)
    assert first.task.snapshot.prompt == "Else."
    assert first.task.snapshot.instance_id == "instance-1"
    assert coalescing.count == 0


async def test_an_agent_without_a_seat_runs_within_the_usual_bounds(
    store: Store, coalescing: Coalescing
) -> None:
    await seated(store, councilor_config=None)

    asked = await ask(coalescing)

    assert not asked.coalesced
    assert asked.task.trigger is Trigger.API
    spec = asked.task.snapshot
    assert (spec.timeout_seconds, spec.permissions) == (600, "read-only")
    assert asked.task.max_attempts == 1


async def test_nobody_cannot_be_asked(coalescing: Coalescing) -> None:
    with pytest.raises(NotFound):
        await coalescing.execute(AgentId("nobody"), PROMPT, instance_id="instance-1")


@pytest.mark.parametrize("prompt", [PROMPT, "Else."])
@pytest.mark.parametrize("with_seat", [True, False])
async def test_without_money_nothing_runs(
    store: Store, clock: FakeClock, prompt: str, with_seat: bool
) -> None:
    await seated(store, provider="claude", **({} if with_seat else {"councilor_config": None}))
    budget = Budget(store, council=Limits(per_day=0.0))
    executions = Executions(store, LocalBus(), Dispatcher(), clock, budget=budget)

    with pytest.raises(BudgetSpent):
        await ask(Coalescing(store, clock, executions), prompt)

    assert await tasks(store) == []


# -- the councilor's own task ----------------------------------------------------------------------


async def test_a_run_that_waits_answers(store: Store, coalescing: Coalescing) -> None:
    agent = await seated(store)
    slot = slot_task(agent, NOON, now=NOON, trigger=Trigger.SCHEDULE)
    await store.submit([slot], announce=silent)

    asked = await ask(coalescing)

    assert (asked.coalesced, asked.task.task_id) == (True, slot.task_id)
    assert coalescing.count == 1


@pytest.mark.parametrize(
    ("age", "answers"),
    [
        (timedelta(minutes=1), True),
        (HALF_HOUR - timedelta(microseconds=1), True),
        (HALF_HOUR, False),
        (timedelta(days=2), False),
    ],
)
async def test_a_run_answers_until_it_is_one_interval_old(
    store: Store, clock: FakeClock, coalescing: Coalescing, age: timedelta, answers: bool
) -> None:
    await seated(store, enabled=False)
    run = await ran(store, clock.now() - age)

    asked = await ask(coalescing)

    assert asked.coalesced == answers
    assert (asked.task.task_id == run.task_id) == answers
    if not answers:
        assert (asked.task.trigger, asked.task.is_councilor_execution) == (Trigger.MANUAL, True)
        assert asked.task.active_key == ANA, "so that no slot runs at the same time"


@pytest.mark.parametrize("blanks", ["", "  ", "\n"])
async def test_blanks_around_a_prompt_do_not_matter(
    store: Store, coalescing: Coalescing, blanks: str
) -> None:
    await seated(store)
    await ran(store, NOON)

    assert (await ask(coalescing, f"{blanks}{PROMPT}{blanks}")).coalesced


async def test_what_a_client_had_the_agent_do_answers_for_no_task(
    store: Store, coalescing: Coalescing
) -> None:
    await seated(store)
    beside = {"trigger": Trigger.API, "is_councilor_execution": False, "active_key": "beside"}
    await ran(store, NOON, **beside)
    active = make_task(ANA, due_at=None, created_at=NOON, **beside | {"active_key": "another"})
    await store.submit([active], announce=silent)

    asked = await ask(coalescing)

    assert (asked.coalesced, asked.task.trigger) == (False, Trigger.MANUAL)


async def test_the_task_as_the_newest_run_had_it_is_the_councilors_as_well(
    store: Store, coalescing: Coalescing
) -> None:
    agent = await seated(store)
    run = await ran(store, NOON)
    config = replace(agent.seat, task=replace(agent.seat.task, prompt="Look anew."))
    await store.save_agent(replace(agent, councilor_config=config), events=[])

    old, new = await ask(coalescing, PROMPT), await ask(coalescing, "Look anew.")

    assert old.task.task_id == new.task.task_id == run.task_id


async def test_of_a_cron_line_only_an_active_run_answers(
    store: Store, coalescing: Coalescing
) -> None:
    await seated(store, schedule="0 9 * * *")
    await ran(store, NOON + timedelta(minutes=9))

    first, second = await ask(coalescing), await ask(coalescing)

    assert (first.coalesced, second.coalesced) == (False, True)
    assert second.task.task_id == first.task.task_id


async def test_pages_that_ask_at_one_moment_share_one_run(
    store: Store, coalescing: Coalescing
) -> None:
    await seated(store)

    asked = await asyncio.gather(*(ask(coalescing) for _ in range(5)))

    assert len({one.task.task_id for one in asked}) == len(await tasks(store)) == 1
    assert sorted(one.coalesced for one in asked) == [False, True, True, True, True]
    assert coalescing.count == 4


# -- a slot that is due ----------------------------------------------------------------------------


async def test_a_slot_that_is_due_is_left_to_the_scheduler(
    store: Store, clock: FakeClock, coalescing: Coalescing
) -> None:
    agent = await seated(store)
    clock.set(NOON + HALF_HOUR)
    asking = asyncio.create_task(ask(coalescing))
    await clock.until_asleep()
    assert await tasks(store) == [], "it waits for the scheduler"
    slot = slot_task(agent, clock.now(), now=clock.now(), trigger=Trigger.SCHEDULE)
    await store.submit([slot], announce=silent)
    await clock.advance(1)

    asked = await asyncio.wait_for(asking, 10)

    assert (asked.coalesced, asked.task.task_id) == (True, slot.task_id)
    assert [task.task_id for task in await tasks(store)] == [slot.task_id]


async def test_a_scheduler_that_serves_nothing_is_not_waited_for_for_ever(
    store: Store, clock: FakeClock, coalescing: Coalescing
) -> None:
    await seated(store)
    clock.set(NOON + HALF_HOUR)
    asking = asyncio.create_task(ask(coalescing))
    async with asyncio.timeout(10):
        while not asking.done():
            await clock.advance(LOOK_SECONDS)
    asked = await asking

    assert asked.task.trigger is Trigger.MANUAL


async def test_without_a_scheduler_no_slot_is_waited_for(store: Store, clock: FakeClock) -> None:
    await seated(store)
    clock.set(NOON + HALF_HOUR)
    executions = Executions(store, LocalBus(), Dispatcher(), clock)
    coalescing = Coalescing(store, clock, executions, scheduler_runs=False)

    asked = await asyncio.wait_for(ask(coalescing), 10)

    assert asked.task.trigger is Trigger.MANUAL


@pytest.mark.parametrize(
    ("reason", "held_off"),
    [
        (SkipReason.MAINTENANCE, True),
        (SkipReason.QUIET_HOURS, True),
        (SkipReason.EXCLUDED_DATE, True),
        (SkipReason.OVERLAP, False),
    ],
)
async def test_a_slot_that_was_left_out_on_purpose_is_not_made_up_for(
    store: Store, clock: FakeClock, coalescing: Coalescing, reason: SkipReason, held_off: bool
) -> None:
    await seated(store)
    clock.set(NOON + HALF_HOUR + timedelta(minutes=1))
    lost = make_lost(status=Status.SKIPPED, reason=reason, at=NOON + HALF_HOUR)
    loss = Loss(row=lost, slots=[NOON + HALF_HOUR])
    await store.record_lost([loss], now=clock.now(), announce=silent)

    if held_off:
        with pytest.raises(Conflict, match="execute-now"):
            await ask(coalescing)
    else:
        assert (await ask(coalescing)).task.trigger is Trigger.MANUAL


# -- the record ------------------------------------------------------------------------------------


async def test_the_journal_tells_it_once_for_each_run(
    store: Store, clock: FakeClock, coalescing: Coalescing
) -> None:
    await seated(store, enabled=False)
    first = await ran(store, clock.now())
    for _ in range(3):
        await ask(coalescing)
    clock.set(clock.now() + HALF_HOUR)
    second = await ran(store, clock.now())
    await ask(coalescing)

    entries = await store.journal(ANA, limit=10)

    assert [entry.kind for entry in entries] == [JournalKind.COALESCED] * 2
    assert second.task_id in entries[0].detail
    assert first.task_id in entries[1].detail
    assert coalescing.count == 4
