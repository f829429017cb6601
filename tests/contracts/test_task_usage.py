"""What a TaskStore promises on what tasks spend (conselho/store.py, docs/adr/0009-usage.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from conselho.errors import LeaseLost
from conselho.models.ids import AgentId
from conselho.models.statistics import Usage
from conselho.models.task import ErrorKind, Outcome, Status, Task
from conselho.store import Held, Store, TaskFilter
from conselho.stores import open_store
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    failed,
    make_outcome,
    make_task,
    one_event,
)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)

TOLD = {
    "input_tokens": 1200,
    "output_tokens": 30,
    "cached_tokens": 1000,
    "reasoning_tokens": 9,
    "turns": 2,
    "tool_calls": 4,
    "cost_usd": 0.25,
    "model": "large-1",
    "session_id": "first",
}
COUNTED = Usage(
    runs=1,
    input_tokens=1200,
    output_tokens=30,
    cached_tokens=1000,
    turns=2,
    cost_microusd=250_000,
)
TWICE = Usage(
    runs=1,
    input_tokens=2400,
    output_tokens=60,
    cached_tokens=2000,
    turns=4,
    cost_microusd=500_000,
)


async def claimed(
    store: Store, agent_id: AgentId = ANA, *, at: datetime = NOON, max_attempts: int = 3
) -> Task:
    """A new Task that WORKER holds."""
    task = make_task(agent_id, due_at=None, created_at=at, max_attempts=max_attempts)
    await store.submit([task], announce=one_event)
    return await claim(store, at=at)


async def claim(store: Store, *, at: datetime) -> Task:
    [owned] = await store.claim(WORKER, now=at, limit=1, lease=LEASE, announce=one_event)
    return owned


async def finish(
    store: Store, task: Task, outcome: Outcome | None = None, *, at: datetime = NOON + MINUTE
) -> Task:
    return await store.finish(
        held(task), outcome or make_outcome(usage=TOLD), now=at, announce=one_event
    )


async def retry(
    store: Store,
    task: Task,
    usage: dict[str, Any] | None = TOLD,
    *,
    at: datetime = NOON + MINUTE,
) -> Task:
    return await store.retry(
        held(task),
        not_before=at,
        error_kind=ErrorKind.PROVIDER,
        error="It was overloaded.",
        usage=usage,
        now=at,
        announce=one_event,
    )


def held(task: Task) -> Held:
    return Held(task_id=task.task_id, fence=task.fence)


async def spent(
    store: Store, *agents: AgentId, since: datetime = NOON - DAY, until: datetime = NOON + DAY
) -> dict[AgentId, Usage]:
    return await store.usage(agents or None, since=since, until=until)


class TestUsage:
    @pytest.mark.parametrize(
        "outcome",
        [
            make_outcome(usage=TOLD),
            failed(usage=TOLD),
            failed(error_kind=ErrorKind.TIMEOUT, usage=TOLD),
            Outcome(status=Status.CANCELLED, usage=TOLD),
        ],
        ids=["completed", "exit", "timeout", "cancelled"],
    )
    async def test_what_a_run_spent_counts_however_it_ended(
        self, store: Store, outcome: Outcome
    ) -> None:
        stored = await finish(store, await claimed(store), outcome)
        assert (stored.usage, stored.spent_at) == (TOLD, NOON + MINUTE)
        assert await spent(store) == {ANA: COUNTED}
        figures = await store.tally(since=NOON, until=NOON + DAY)
        assert figures.cost_microusd == COUNTED.cost_microusd
        assert (await store.statistics([ANA]))[ANA].tally == figures
        assert await store.recount()

    @pytest.mark.parametrize("usage", [None, {}])
    async def test_a_run_that_told_no_usage_counts_nothing(
        self, store: Store, usage: dict[str, Any] | None
    ) -> None:
        stored = await finish(store, await claimed(store), make_outcome(usage=usage))
        assert (stored.usage, stored.spent_at) == (usage, None)
        assert await spent(store) == {}
        assert await store.recount()

    async def test_a_usage_without_amounts_is_a_run_all_the_same(self, store: Store) -> None:
        await finish(store, await claimed(store), make_outcome(usage={"model": "large-1"}))
        assert await spent(store) == {ANA: Usage(runs=1)}
        assert await store.recount()

    async def test_amounts_beyond_belief_add_up_to_something_that_can_be_stored(
        self, store: Store
    ) -> None:
        nonsense = dict.fromkeys(TOLD, 10**300)
        for n in range(3):
            run = await claimed(store, at=NOON + n * MINUTE)
            await finish(store, run, make_outcome(usage=nonsense))
        assert (await spent(store))[ANA].input_tokens == 3 * 10**12
        assert await store.recount()

    async def test_usage_is_told_by_agent(self, store: Store) -> None:
        for agent_id in (ANA, BIA, BIA, AgentId("caio")):
            await finish(store, await claimed(store, agent_id))
        assert await spent(store) == {
            ANA: COUNTED,
            BIA: COUNTED + COUNTED,
            AgentId("caio"): COUNTED,
        }
        assert await spent(store, ANA, BIA, AgentId("nobody")) == {
            ANA: COUNTED,
            BIA: COUNTED + COUNTED,
        }
        assert await store.usage([], since=NOON - DAY, until=NOON + DAY) == {}

    async def test_usage_is_exact_to_a_quarter_of_an_hour(self, store: Store) -> None:
        for at in (NOON - SECOND, NOON, NOON + QUARTER - SECOND, NOON + QUARTER):
            await finish(store, await claimed(store, at=at - MINUTE), at=at)

        async def runs(since: datetime, until: datetime) -> int:
            return (await spent(store, since=since, until=until)).get(ANA, Usage()).runs

        assert await runs(NOON, NOON + QUARTER) == 2
        assert await runs(NOON - QUARTER, NOON) == 1
        assert await runs(NOON + MINUTE, NOON + QUARTER + MINUTE) == 2
        assert await runs(NOON - DAY, NOON + DAY) == 4
        assert await runs(NOON, NOON) == 0

    async def test_many_days_are_told_at_once_in_their_order(self, store: Store) -> None:
        for day in (0, 1, 1, 3):
            at = NOON + day * DAY
            await finish(store, await claimed(store, at=at), at=at)
        await finish(store, await claimed(store, BIA, at=NOON + DAY), at=NOON + DAY)
        days = [(NOON + n * DAY, NOON + (n + 1) * DAY) for n in (3, 2, 1, 0)]
        days.append((NOON, NOON + 9 * DAY))
        assert await store.usage_by_day(None, days=days) == [
            {ANA: COUNTED},
            {},
            {ANA: COUNTED + COUNTED, BIA: COUNTED},
            {ANA: COUNTED},
            {ANA: COUNTED + COUNTED + COUNTED + COUNTED, BIA: COUNTED},
        ]
        assert await store.usage_by_day([BIA], days=days[:3]) == [{}, {}, {BIA: COUNTED}]
        assert await store.usage_by_day([], days=days[:2]) == [{}, {}]
        assert await store.usage_by_day(None, days=[]) == []

    async def test_usage_stays_when_its_tasks_are_pruned(self, store: Store) -> None:
        for n in range(3):
            await finish(store, await claimed(store, at=NOON + n * MINUTE))
        before = await spent(store)
        assert len(await store.prune(before=NOON + DAY, limit=2)) == 2
        assert await spent(store) == before
        assert await store.recount()
        assert await spent(store) == before


class TestAttempts:
    async def test_what_a_failed_attempt_spent_counts_while_the_next_one_waits(
        self, store: Store
    ) -> None:
        waiting = await retry(store, await claimed(store))
        assert waiting.status is Status.PENDING
        assert (waiting.usage, waiting.spent_at) == (TOLD, NOON + MINUTE)
        assert waiting == await store.task(waiting.task_id)
        assert await spent(store) == {ANA: COUNTED}
        assert await store.recount()
        again = await claim(store, at=NOON + DAY)
        assert (again.usage, again.spent_at) == (TOLD, NOON + MINUTE)
        assert await spent(store) == {ANA: COUNTED}
        assert await store.recount()

    async def test_a_task_costs_what_all_its_attempts_cost(self, store: Store) -> None:
        await retry(store, await claimed(store))
        again = await claim(store, at=NOON + 2 * MINUTE)
        latest = TOLD | {"session_id": "second"}
        stored = await finish(store, again, make_outcome(usage=latest), at=NOON + 3 * MINUTE)
        assert stored.usage == {
            "input_tokens": 2400,
            "output_tokens": 60,
            "cached_tokens": 2000,
            "reasoning_tokens": 18,
            "turns": 4,
            "tool_calls": 8,
            "cost_usd": 0.5,
            "model": "large-1",
            "session_id": "second",
        }
        assert stored == await store.task(stored.task_id)
        assert await spent(store) == {ANA: TWICE}
        assert (await store.tally(since=NOON, until=NOON + DAY)).cost_microusd == 500_000
        assert await store.recount()

    async def test_a_task_counts_once_where_its_last_attempt_ended(self, store: Store) -> None:
        await retry(store, await claimed(store))
        again = await claim(store, at=NOON + QUARTER)
        await finish(store, again, at=NOON + DAY)
        assert await spent(store, since=NOON, until=NOON + DAY) == {}
        assert await spent(store, since=NOON + DAY, until=NOON + 2 * DAY) == {ANA: TWICE}
        assert await store.recount()

    @pytest.mark.parametrize("usage", [None, {}])
    async def test_an_attempt_that_told_nothing_takes_nothing_away(
        self, store: Store, usage: dict[str, Any] | None
    ) -> None:
        await retry(store, await claimed(store))
        await retry(store, await claim(store, at=NOON + 2 * MINUTE), usage, at=NOON + 3 * MINUTE)
        last = await claim(store, at=NOON + QUARTER)
        stored = await finish(store, last, make_outcome(usage=usage), at=NOON + DAY)
        assert (stored.usage, stored.spent_at) == (TOLD, NOON + MINUTE)
        assert await spent(store) == {ANA: COUNTED}
        assert (await store.tally(since=NOON + DAY, until=NOON + 2 * DAY)).cost_microusd == 250_000
        assert await store.recount()

    async def test_what_was_spent_counts_when_the_task_was_asked_to_stop(
        self, store: Store
    ) -> None:
        owned = await claimed(store)
        await store.cancel(owned.task_id, now=NOON, announce=one_event)
        stopped = await retry(store, owned)
        assert (stopped.status, stopped.usage) == (Status.CANCELLED, TOLD)
        assert await spent(store) == {ANA: COUNTED}
        assert await store.recount()

    async def test_what_was_spent_stays_when_the_waiting_task_is_cancelled(
        self, store: Store
    ) -> None:
        waiting = await retry(store, await claimed(store))
        cancelled = await store.cancel(waiting.task_id, now=NOON + DAY, announce=one_event)
        assert (cancelled.usage, cancelled.spent_at) == (TOLD, NOON + MINUTE)
        assert await spent(store) == {ANA: COUNTED}
        assert (await store.statistics([ANA]))[ANA].tally.cost_microusd == 250_000
        assert await store.recount()

    @pytest.mark.parametrize("max_attempts", [2, 3])
    async def test_what_was_spent_stays_when_the_worker_is_lost(
        self, store: Store, max_attempts: int
    ) -> None:
        await retry(store, await claimed(store, max_attempts=max_attempts))
        await claim(store, at=NOON + 2 * MINUTE)
        [swept] = await store.sweep(now=NOON + DAY, announce=one_event)
        assert swept.status is (Status.ERROR if max_attempts == 2 else Status.PENDING)
        assert (swept.usage, swept.spent_at) == (TOLD, NOON + MINUTE)
        assert swept.error_cause is None
        assert await spent(store) == {ANA: COUNTED}
        assert await store.recount()

    async def test_a_worker_that_lost_its_lease_spends_nothing(self, store: Store) -> None:
        await retry(store, await claimed(store))
        stale = await claim(store, at=NOON + 2 * MINUTE)
        await store.sweep(now=NOON + DAY, announce=one_event)
        for write in (finish(store, stale), retry(store, stale)):
            with pytest.raises(LeaseLost):
                await write
        assert await spent(store) == {ANA: COUNTED}
        [task] = (await store.tasks(TaskFilter(), limit=2)).tasks
        assert task.usage == TOLD
        assert await store.recount()


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the stores that are opened meanwhile execute."""
    told: list[str] = []

    def tell(*execution: Any) -> None:
        told.append(execution[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", tell)
    try:
        yield told
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", tell)


async def test_a_run_that_spends_nothing_pays_nothing(tmp_path: Path) -> None:
    """Most runs of a busy council are commands: its hot path has no statement for usage."""
    with statements() as told:
        store = await open_store(f"sqlite:///{tmp_path / 'conselho.db'}")

        async def cost(outcome: Outcome, *, attempts: int = 1) -> list[str]:
            run = await claimed(store)
            for _ in range(attempts - 1):
                await retry(store, run, None, at=NOON)
                run = await claim(store, at=NOON)
            told.clear()
            await finish(store, run, outcome)
            return list(told)

        plain = await cost(make_outcome())
        assert not [statement for statement in plain if "usage_counters" in statement]
        assert await cost(make_outcome(), attempts=2) == plain
        assert len(await cost(make_outcome(usage=TOLD))) == len(plain) + 1
        assert len(await cost(make_outcome(usage=TOLD), attempts=2)) == len(plain) + 2
        await store.close()
