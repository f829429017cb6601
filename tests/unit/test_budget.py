"""Money: what was spent, what is left, and which slots it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.errors import BudgetSpent
from conselho.models.agent import Agent, Policies
from conselho.models.ids import AgentId
from conselho.models.task import SkipReason, Status, Task
from conselho.services.budget import Budget, Limits
from conselho.services.executions import Executions
from conselho.services.scheduler import Scheduler
from conselho.store import Store, TaskFilter
from conselho.stores.sql import open_sql_store
from tests.support.clock import FakeClock
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    make_councilor,
    make_outcome,
    make_task,
    no_events,
)

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


def councilor(agent_id: str = ANA, *, provider: str = "claude", **policies: Any) -> Agent:
    agent = make_councilor(agent_id, created_at=START - timedelta(days=60), provider=provider)
    config = replace(agent.seat, policies=Policies(**policies))
    return replace(agent, councilor_config=config)


async def spend(store: Store, cost_usd: float, *, agent: AgentId = ANA, at: datetime) -> None:
    """A run that ended at `at` and cost so much."""
    task = make_task(agent, created_at=at, due_at=None)
    await store.submit([task], announce=no_events)
    [claimed] = await store.claim(WORKER, now=at, limit=1, lease=LEASE, announce=no_events)
    outcome = make_outcome(usage={"cost_usd": cost_usd})
    held = _held(claimed)
    await store.finish(held, outcome, now=at, announce=no_events)


def _held(task: Task) -> Any:
    from conselho.store import Held

    return Held(task_id=task.task_id, fence=task.fence)


async def objection(budget: Budget, agent: Agent, now: datetime = START) -> str | None:
    return (await budget.objections([agent], now=now)).get(agent.agent_id)


# -- limits ----------------------------------------------------------------------------------------


async def test_a_councilor_below_its_limit_may_run(store: Store) -> None:
    await spend(store, 0.99, at=START - timedelta(hours=1))

    assert await objection(Budget(store), councilor(max_cost_usd_per_day=1)) is None


async def test_a_councilor_at_its_limit_may_not_and_is_told_why(store: Store) -> None:
    await spend(store, 1.0, at=START - timedelta(hours=1))

    sentence = await objection(Budget(store), councilor(max_cost_usd_per_day=1))

    assert sentence is not None
    assert "1.00 of 1.00 USD today" in sentence
    assert "policies.max_cost_usd_per_day" in sentence


async def test_what_was_spent_a_minute_ago_counts(store: Store) -> None:
    await spend(store, 1.0, at=START - timedelta(minutes=1))

    assert await objection(Budget(store), councilor(max_cost_usd_per_day=1)) is not None


async def test_yesterday_counts_for_the_month_only(store: Store) -> None:
    await spend(store, 5.0, at=START - timedelta(days=1))
    by_month = councilor(max_cost_usd_per_day=5, max_cost_usd_per_month=5)

    assert await objection(Budget(store), councilor(max_cost_usd_per_day=5)) is None
    assert "this month" in (await objection(Budget(store), by_month) or "")


async def test_the_day_begins_at_midnight_in_the_zone_of_the_server(store: Store) -> None:
    # 02:30 in UTC is still yesterday evening in São Paulo.
    await spend(store, 5.0, at=datetime(2026, 11, 23, 2, 30, tzinfo=UTC))
    agent = councilor(max_cost_usd_per_day=5)

    assert await objection(Budget(store, timezone="UTC"), agent) is not None
    assert await objection(Budget(store, timezone="America/Sao_Paulo"), agent) is None


async def test_another_councilors_costs_are_its_own(store: Store) -> None:
    await spend(store, 5.0, agent=BIA, at=START - timedelta(hours=1))

    assert await objection(Budget(store), councilor(max_cost_usd_per_day=1)) is None


async def test_the_limit_of_the_council_stops_all_who_cost_money(store: Store) -> None:
    await spend(store, 3.0, agent=BIA, at=START - timedelta(hours=1))
    budget = Budget(store, council=Limits(per_day=3), free=["command"])

    assert "The council has spent 3.00" in (await objection(budget, councilor()) or "")
    assert await objection(budget, councilor(provider="command")) is None


# -- what follows ----------------------------------------------------------------------------------


async def test_a_slot_over_budget_is_recorded_as_skipped_with_the_reason(store: Store) -> None:
    agent = replace(councilor(max_cost_usd_per_day=1), slots_from=START - timedelta(minutes=1))
    await store.create_agent(agent, events=[])
    await spend(store, 2.0, at=START - timedelta(hours=1))
    scheduler = Scheduler(store, FakeClock(START), wake=lambda _: None, budget=Budget(store))
    await scheduler.reload(agent.agent_id)

    scheduler.ring(agent.agent_id, START)
    await scheduler.tick()

    page = await store.tasks(TaskFilter(statuses=frozenset({Status.SKIPPED})), limit=10)
    [row] = page.tasks
    assert (row.skip_reason, row.due_at) == (SkipReason.BUDGET, START)
    assert "2.00 of 1.00 USD today" in (row.error or "")


async def test_consecutive_slots_over_budget_are_one_row(store: Store) -> None:
    agent = replace(councilor(max_cost_usd_per_day=1), slots_from=START - timedelta(minutes=1))
    await store.create_agent(agent, events=[])
    await spend(store, 2.0, at=START - timedelta(hours=1))
    clock = FakeClock(START)
    scheduler = Scheduler(store, clock, wake=lambda _: None, budget=Budget(store))
    await scheduler.reload(agent.agent_id)

    for slot in (START, START + timedelta(minutes=30)):
        clock.jump((slot - clock.now()).total_seconds())
        scheduler.ring(agent.agent_id, slot)
        await scheduler.tick()

    page = await store.tasks(TaskFilter(statuses=frozenset({Status.SKIPPED})), limit=10)
    assert [row.slot_count for row in page.tasks] == [2]


async def test_a_person_who_asks_for_a_run_is_told_of_the_spent_budget(store: Store) -> None:
    from conselho.buses.local import LocalBus

    agent = councilor(max_cost_usd_per_day=1)
    await store.create_agent(agent, events=[])
    await spend(store, 2.0, at=START - timedelta(hours=1))
    bus = LocalBus()

    class Nobody:
        def wake(self, tasks: object = ()) -> None: ...
        def cancel(self, task_id: object) -> None: ...

    executions = Executions(store, bus, Nobody(), FakeClock(START), budget=Budget(store))

    with pytest.raises(BudgetSpent, match="Raise the limit"):
        await executions.run_now(agent.agent_id)
    assert (await store.tasks(TaskFilter(statuses=frozenset({Status.PENDING})), limit=1)).total == 0
