"""Figures stay equal to the tasks they are derived from, whatever happens in whatever order."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from conselho.models.durations import Durations, bucket_us
from conselho.models.ids import AgentId, TaskId
from conselho.models.statistics import Lost, Tally, Usage
from conselho.models.task import FINAL, LOST_SLOT, Outcome, SkipReason, Status, Task, Trigger
from conselho.models.verdict import Severity
from conselho.store import Held, Loss, TaskFilter
from tests.support.clock import NOON
from tests.support.factories import (
    LEASE,
    WORKER,
    failed,
    make_lost,
    make_outcome,
    make_task,
    one_event,
)
from tests.support.stores import BACKENDS, open_store

AGENTS = [AgentId(name) for name in ("ana", "bia", "caio")]
SLOT = timedelta(minutes=7)
QUARTER = timedelta(minutes=15)
EVER = {"since": NOON - timedelta(days=1), "until": NOON + timedelta(days=400)}

DAYS = [(EVER["since"] + n * QUARTER, EVER["since"] + (n + 5) * QUARTER) for n in range(90, 140, 3)]

agents = st.sampled_from(AGENTS)
# Dollars that add up exactly.
usages = st.sampled_from(
    [
        None,
        {},
        {"cost_usd": 0.125, "input_tokens": 100, "output_tokens": 7, "turns": 1},
        {"input_tokens": 3, "cached_tokens": 2, "model": "m"},
        {"session_id": "s", "turns": "many"},
    ]
)
outcomes = st.sampled_from(
    [
        *(make_outcome(severity, usage={"cost_usd": 0.125}) for severity in Severity),
        make_outcome(None, usage={"cost_usd": 2}),
        failed(),
        failed(severity=Severity.WARNING),
        Outcome(status=Status.CANCELLED),
        Outcome(status=Status.CANCELLED, severity=Severity.INFO, usage={"cost_usd": 4}),
    ]
)


class Histories(RuleBasedStateMachine):
    """One store, random changes; a model keeps every final Task that ever was, pruned or not."""

    backend = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.opened = open_store(self.backend, Path(self.folder.name))
        self.store = self.wait(self.opened.__aenter__())
        self.now = NOON
        self.owned: list[Held] = []
        self.pruned: list[Task] = []
        # What the attempts of a Task spent, and when they ended.
        self.spent: dict[TaskId, list[tuple[datetime, dict[str, Any]]]] = {}

    def wait(self, call: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(call)

    def teardown(self) -> None:
        self.figures_agree_with_a_naive_count()
        self.usage_agrees_with_a_naive_sum()
        self.recount()
        self.wait(self.opened.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    @rule(seconds=st.integers(1, 2000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds, microseconds=seconds % 7 * 1000)

    @rule(
        agent=agents,
        trigger=st.sampled_from(list(Trigger)),
        max_attempts=st.integers(1, 2),
        overlaps=st.booleans(),
    )
    def submit(self, agent: AgentId, trigger: Trigger, max_attempts: int, overlaps: bool) -> None:
        slot = self.slot() if trigger in (Trigger.SCHEDULE, Trigger.CATCH_UP) else None
        task = make_task(
            agent,
            trigger=trigger,
            due_at=slot,
            created_at=self.now,
            max_attempts=max_attempts,
        )
        if overlaps:
            task = replace(task, active_key=task.task_id)
        self.wait(self.store.submit([task], announce=one_event))

    def slot(self) -> datetime:
        return NOON + (self.now - NOON) // SLOT * SLOT

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        claimed = self.wait(
            self.store.claim(WORKER, now=self.now, limit=limit, lease=LEASE, announce=one_event)
        )
        self.owned += [Held(task_id=task.task_id, fence=task.fence) for task in claimed]

    @precondition(lambda self: self.owned)
    @rule(outcome=outcomes, usage=usages, data=st.data())
    def finish(self, outcome: Outcome, usage: dict[str, Any] | None, data: st.DataObject) -> None:
        held = self.owned.pop(data.draw(st.integers(0, len(self.owned) - 1)))
        outcome = replace(outcome, usage=outcome.usage or usage)
        self.spend(held, outcome.usage)
        self.wait(self.store.finish(held, outcome, now=self.now, announce=one_event))

    def spend(self, held: Held, usage: dict[str, Any] | None) -> None:
        if usage:
            self.spent.setdefault(held.task_id, []).append((self.now, usage))

    @precondition(lambda self: self.owned)
    @rule(usage=usages, data=st.data())
    def retry(self, usage: dict[str, Any] | None, data: st.DataObject) -> None:
        held = self.owned.pop(data.draw(st.integers(0, len(self.owned) - 1)))
        self.spend(held, usage)
        self.wait(
            self.store.retry(
                held,
                not_before=self.now,
                error_kind="provider",
                error="x",
                usage=usage,
                now=self.now,
                announce=one_event,
            )
        )

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        active = [task for task in self.stored() if task.status not in FINAL]
        if active:
            task = data.draw(st.sampled_from(active))
            self.wait(self.store.cancel(task.task_id, now=self.now, announce=one_event))

    @rule(all_workers_gone=st.booleans())
    def sweep(self, all_workers_gone: bool) -> None:
        gone = WORKER if all_workers_gone else None
        swept = self.wait(self.store.sweep(now=self.now, announce=one_event, workers_gone=gone))
        lost = {task.task_id for task in swept}
        self.owned = [held for held in self.owned if held.task_id not in lost]

    @rule(
        agent=agents,
        count=st.integers(1, 4),
        kind=st.sampled_from(
            [
                (Status.MISSED, SkipReason.SERVER_DOWN),
                (Status.MISSED, SkipReason.LATE),
                (Status.SKIPPED, SkipReason.OVERLAP),
            ]
        ),
    )
    def lose_slots(self, agent: AgentId, count: int, kind: tuple[Status, SkipReason]) -> None:
        status, reason = kind
        row = make_lost(agent, status=status, reason=reason, at=self.now)
        slots = [self.slot() - n * SLOT for n in reversed(range(count))]
        loss = Loss(row=row, slots=slots)
        self.wait(self.store.record_lost([loss], now=self.now, announce=one_event))

    @rule(age_seconds=st.integers(0, 4000), limit=st.integers(1, 5))
    def prune(self, age_seconds: int, limit: int) -> None:
        before = self.now - timedelta(seconds=age_seconds)
        known = {task.task_id: task for task in self.stored()}
        gone = self.wait(self.store.prune(before=before, limit=limit))
        self.pruned += [known[task_id] for task_id in gone]

    @rule()
    def recount(self) -> None:
        assert self.wait(self.store.recount())

    @rule()
    def figures_agree_with_a_naive_count(self) -> None:
        final = [task for task in self.stored() if task.status in FINAL] + self.pruned
        statistics = self.wait(self.store.statistics(AGENTS))
        for agent in AGENTS:
            mine = [task for task in final if task.agent_id == agent and is_of_council(task)]
            assert (agent in statistics) == bool(mine)
            if mine:
                assert statistics[agent].tally == naive_tally(mine)
                runs = [task.created_at for task in mine if task.status not in NOT_RUNS]
                assert statistics[agent].last_execution_at == max(runs, default=None)
        assert self.wait(self.store.tally(**EVER)) == naive_tally(final)
        since = NOON + timedelta(minutes=15)
        recent = [task for task in final if counts_at(task) >= since]
        assert self.wait(self.store.tally(since=since, until=EVER["until"])) == naive_tally(recent)
        self.series_agree(final, None)
        self.series_agree([task for task in self.stored() if task.agent_id == AGENTS[0]], AGENTS[0])

    def series_agree(self, tasks: list[Task], agent: AgentId | None) -> None:
        """`tasks` are those that the store counts for the agent, or for all."""
        final = [task for task in tasks if task.status in FINAL]
        by_span = [
            [task for task in final if since <= counts_at(task) < until] for since, until in DAYS
        ]
        asked: dict[str, Any] = {"spans": DAYS, "agent_id": agent}
        assert self.wait(self.store.tallies(**asked)) == list(map(naive_tally, by_span))
        assert self.wait(self.store.durations(**asked)) == list(map(naive_durations, by_span))
        assert self.wait(self.store.lost(**asked)) == list(map(naive_lost, by_span))

    @rule()
    def usage_agrees_with_a_naive_sum(self) -> None:
        expected = [self.naive_usage(*span) for span in DAYS]
        assert self.wait(self.store.usage_by_day(None, days=DAYS)) == expected
        assert self.wait(self.store.usage(None, **EVER)) == self.naive_usage(**EVER)
        of_one = {agent: usage for agent, usage in expected[0].items() if agent == AGENTS[1]}
        since, until = DAYS[0]
        assert self.wait(self.store.usage(AGENTS[1:2], since=since, until=until)) == of_one

    def naive_usage(self, since: datetime, until: datetime) -> dict[AgentId, Usage]:
        """A Task counts once, with all that its attempts spent, where the last of them ended."""
        agent_of = {task.task_id: task.agent_id for task in self.stored() + self.pruned}
        found: dict[AgentId, Usage] = {}
        for task_id, attempts in self.spent.items():
            spent = sum((Usage.of(usage) for _, usage in attempts), Usage())
            if since <= attempts[-1][0] < until:
                agent = agent_of[task_id]
                found[agent] = found.get(agent, Usage()) + replace(spent, runs=1)
        return found

    @rule()
    def lists_and_totals_agree(self) -> None:
        everything = self.stored()
        for where, shown in (
            (TaskFilter(agent_id=AGENTS[0]), lambda task: task.agent_id == AGENTS[0]),
            (TaskFilter(severity=Severity.ERROR), lambda task: task.severity is Severity.ERROR),
            (
                TaskFilter(statuses=frozenset({Status.PENDING, Status.CANCELLED})),
                lambda task: task.status in (Status.PENDING, Status.CANCELLED),
            ),
        ):
            page = self.wait(self.store.tasks(where, limit=1000))
            assert page.tasks == [task for task in everything if shown(task)]
            assert page.total == len(page.tasks)

    def stored(self) -> list[Task]:
        page = self.wait(self.store.tasks(TaskFilter(), limit=1000))
        assert page.total == len(page.tasks)
        return list(page.tasks)


NOT_RUNS = LOST_SLOT | {Status.CANCELLED}


def counts_at(task: Task) -> datetime:
    moment = task.slot_to if task.status in LOST_SLOT else task.completed_at
    assert moment is not None
    return moment


def is_of_council(task: Task) -> bool:
    """Whether it counts in the lifetime figures of its agent."""
    return task.trigger is not Trigger.API


def naive_durations(tasks: list[Task]) -> Durations:
    lengths = Counter(
        bucket_us(round(task.duration_seconds * 1e6))
        for task in tasks
        if task.status not in NOT_RUNS and task.duration_seconds is not None
    )
    return Durations.of(lengths)


def naive_lost(tasks: list[Task]) -> Lost:
    def slots(status: Status) -> dict[str, int]:
        found: Counter[str] = Counter()
        for task in tasks:
            if task.status is status:
                found[task.skip_reason or ""] += task.slot_count or 0
        return dict(found)

    return Lost(missed=slots(Status.MISSED), skipped=slots(Status.SKIPPED))


def naive_tally(tasks: list[Task]) -> Tally:
    runs = [task for task in tasks if task.status not in NOT_RUNS]

    def slots(status: Status) -> int:
        return sum(task.slot_count or 0 for task in tasks if task.status is status)

    def having(severity: Severity) -> int:
        return sum(task.severity is severity for task in runs)

    return Tally(
        completed=sum(task.status is Status.COMPLETED for task in runs),
        error=sum(task.status is Status.ERROR for task in runs),
        cancelled=sum(task.status is Status.CANCELLED for task in tasks),
        skipped=slots(Status.SKIPPED),
        missed=slots(Status.MISSED),
        success=having(Severity.SUCCESS),
        info=having(Severity.INFO),
        warning=having(Severity.WARNING),
        severity_error=having(Severity.ERROR),
        duration_ms=round(sum(round((task.duration_seconds or 0) * 1e6) for task in runs) / 1000),
        cost_microusd=sum(round((task.usage or {}).get("cost_usd", 0) * 1e6) for task in tasks),
    )


class HistoriesOverMongoDB(Histories):
    """Here what a change counts is added up later, by whoever reads."""

    backend = "mongodb"


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=20, stateful_step_count=40, deadline=None)
if HistoriesOverMongoDB.backend in BACKENDS:
    TestHistoriesOverMongoDB = HistoriesOverMongoDB.TestCase
    TestHistoriesOverMongoDB.settings = settings(
        max_examples=3, stateful_step_count=40, deadline=None
    )
