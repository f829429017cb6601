"""Two replicas tell of the same slots and changes, in any order: each is accounted for once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from conselho.models.ids import AgentId, TaskId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.task import LOST_SLOT, SkipReason, Status, Task, Trigger, waiting_key
from conselho.store import Loss, Store, Submission, Submitted, TaskFilter
from conselho.stores import open_store
from tests.support.clock import NOON
from tests.support.factories import make_agent, make_lost, make_task, one_event
from tests.support.stores import BACKENDS, store_url

AGENTS = [AgentId(name) for name in ("ana", "bia")]
SLOTS = [NOON + n * timedelta(minutes=7) for n in range(40)]
KINDS = [
    (Status.MISSED, SkipReason.SERVER_DOWN),
    (Status.MISSED, SkipReason.LATE),
    (Status.SKIPPED, SkipReason.OVERLAP),
]

agents = st.sampled_from(AGENTS)
replicas = st.integers(0, 1)
# (agent, first slot, how many, of which kind, since which slot)
losses = st.tuples(
    agents,
    st.integers(0, 30),
    st.integers(0, 5),
    st.sampled_from(KINDS),
    st.none() | st.integers(0, 35),
)


class Ledger(RuleBasedStateMachine):
    """Two open stores over one file, and a model that accounts for one slot after the other."""

    backend = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.place = store_url(self.backend, Path(self.folder.name))
        url = self.wait(self.place.__aenter__())
        self.stores = [self.wait(open_store(url)) for _ in range(2)]
        # For each agent what covers its slots: (from, to, count, kind), kind None for a run.
        self.rows: dict[AgentId, list[Any]] = {agent: [] for agent in AGENTS}
        self.entries: list[JournalEntry] = []
        self.settled: set[int] = set()
        self.last_slot: dict[TaskId, datetime] = {}

    def wait(self, call: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(call)

    def teardown(self) -> None:
        self.rows_are_those_of_the_model()
        self.unsettled_entries_are_those_of_the_model()
        assert self.wait(self.stores[0].recount())
        for store in self.stores:
            self.wait(store.close())
        self.wait(self.place.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    @rule(told=st.lists(losses, max_size=5), replica=replicas, both=st.booleans())
    def lose_slots(self, told: list[Any], replica: int, both: bool) -> None:
        batch = sorted(told, key=lambda loss: loss[1])  # those of one agent ascend
        first, second = self.stores[replica], self.stores[1 - replica]
        if both:
            self.wait(at_once(report(first, batch), report(second, batch)))
        else:
            self.wait(report(first, batch))
        for loss in batch:
            self.account(*loss)
        assert self.wait(report(second, batch)) == []

    def account(self, agent: AgentId, first: int, count: int, kind: Any, since: int | None) -> None:
        rows = self.rows[agent]
        for slot in SLOTS[first : first + count]:
            if rows and slot <= max(row[1] for row in rows):
                continue
            newest = max(rows, key=lambda row: row[1], default=None)
            goes_on = newest is not None and newest[3] == kind
            if newest and goes_on and (since is None or newest[1] >= SLOTS[since]):
                newest[1:3] = [slot, newest[2] + 1]
                # The rest of one loss stays together, wherever the schedule began.
                since = None
            else:
                rows.append([slot, slot, 1, kind])
                since = None

    @rule(
        agent=agents,
        slot=st.integers(0, 39),
        minutes=st.sampled_from([0, 3]),
        trigger=st.sampled_from([Trigger.SCHEDULE, Trigger.CATCH_UP]),
        replica=replicas,
    )
    def submit(
        self, agent: AgentId, slot: int, minutes: int, trigger: Trigger, replica: int
    ) -> None:
        due_at = SLOTS[slot] + timedelta(minutes=minutes)
        task = make_task(
            agent, due_at=due_at, trigger=trigger, active_key=waiting_key(agent, trigger, due_at)
        )
        answer = self.wait(submit(self.stores[replica], task))
        rows = self.rows[agent]
        is_covered = any(row[0] <= due_at <= row[1] for row in rows)
        assert (answer.result is Submitted.DUPLICATE) == is_covered
        assert answer.result is not Submitted.OVERLAP
        if not is_covered:
            rows.append([due_at, due_at, None, None])

    @rule()
    def rows_are_those_of_the_model(self) -> None:
        page = self.wait(self.stores[0].tasks(TaskFilter(), limit=1000))
        for agent, rows in self.rows.items():
            mine = [task for task in page.tasks if task.agent_id == agent]
            assert sorted(map(row_of, mine), key=str) == sorted(map(tuple, rows), key=str)
        for task in page.tasks:
            if task.slot_to is not None:
                assert task.slot_to >= self.last_slot.get(task.task_id, task.slot_to)
                self.last_slot[task.task_id] = task.slot_to
        newest = {agent: max(row[1] for row in rows) for agent, rows in self.rows.items() if rows}
        assert self.wait(self.stores[1].watermarks(AGENTS)) == newest

    @rule(agent=agents, owes=st.booleans(), hours=st.integers(-3, 30), replica=replicas)
    def write_journal(self, agent: AgentId, owes: bool, hours: int, replica: int) -> None:
        entry = JournalEntry(
            at=NOON + timedelta(hours=hours),
            kind=JournalKind.EDITED,
            agent_id=agent,
            former=make_agent(agent) if owes else None,
            settled=not owes,
        )
        self.wait(self.stores[replica].write_journal([entry]))
        [stored] = self.wait(self.stores[1 - replica].journal(limit=1))
        assert all(stored.seq > known.seq for known in self.entries)
        self.entries.append(replace(entry, seq=stored.seq))

    @precondition(lambda self: self.entries)
    @rule(data=st.data(), both=st.booleans())
    def settle(self, data: st.DataObject, both: bool) -> None:
        seqs = data.draw(st.sets(st.sampled_from([entry.seq for entry in self.entries])))
        for store in self.stores[: 2 if both else 1]:
            self.wait(store.settle(seqs))
        self.settled |= seqs

    @rule(hours=st.integers(0, 30), limit=st.integers(1, 5))
    def prune_journal(self, hours: int, limit: int) -> None:
        before = NOON + timedelta(hours=hours)
        old = [entry for entry in self.entries if entry.at < before and not self.owes(entry)]
        gone = self.wait(self.stores[0].prune_journal(before=before, limit=limit))
        assert gone == min(limit, len(old))
        self.entries = [entry for entry in self.entries if entry not in old[:gone]]

    @rule()
    def unsettled_entries_are_those_of_the_model(self) -> None:
        owing = list(filter(self.owes, self.entries))
        assert self.wait(self.stores[1].unsettled()) == owing
        mine = [entry for entry in owing if entry.agent_id == AGENTS[0]]
        assert self.wait(self.stores[0].unsettled(AGENTS[0])) == mine

    def owes(self, entry: JournalEntry) -> bool:
        return not entry.settled and entry.seq not in self.settled


async def at_once(*calls: Coroutine[Any, Any, Any]) -> None:
    await asyncio.gather(*calls)


async def report(store: Store, batch: list[Any]) -> list[Task]:
    rows = [
        Loss(
            row=make_lost(agent, status=status, reason=reason),
            slots=SLOTS[first : first + count],
            since=None if since is None else SLOTS[since],
        )
        for agent, first, count, (status, reason), since in batch
    ]
    return await store.record_lost(rows, now=NOON, announce=one_event)


async def submit(store: Store, task: Task) -> Submission:
    [answer] = await store.submit([task], announce=one_event)
    return answer


def row_of(task: Task) -> tuple[Any, ...]:
    if task.status in LOST_SLOT:
        kind = (task.status, task.skip_reason)
        return (task.slot_from, task.slot_to, task.slot_count, kind)
    return (task.due_at, task.due_at, None, None)


class LedgerOverMongoDB(Ledger):
    """Here no transaction holds a report and a submission apart, but the agents' books."""

    backend = "mongodb"


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
if LedgerOverMongoDB.backend in BACKENDS:
    TestLedgerOverMongoDB = LedgerOverMongoDB.TestCase
    TestLedgerOverMongoDB.settings = settings(max_examples=8, stateful_step_count=30, deadline=None)
