"""The import of what an older system recorded, over a real store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.models.ids import AgentId, TaskId
from conselho.models.task import Trigger
from conselho.services.agent_rules import NO_RULES
from conselho.services.legacy import Count, LegacyImport, Outcome, Rejection
from conselho.services.legacy_agents import AgentMaker
from conselho.services.legacy_sources import JsonFiles
from conselho.services.legacy_values import Kind
from conselho.store import Store, TaskFilter
from tests.support.clock import NOON
from tests.support.factories import ANA, WORKER, make_agent, no_events
from tests.support.older_system import (
    Json,
    older_agent,
    older_execution,
    older_task,
    write_lines,
)

EVERYTHING = [
    older_agent("ana"),
    older_agent("bia", is_councilor=False),
    *(older_execution(number) for number in range(5)),
    older_execution(9, "bia", status="error", error="It broke."),
    *(older_task(number) for number in range(3)),
    older_task(9, is_councilor_execution=False, severity=None, councilor_config=None),
]


class Import:
    """Imports of documents into one store; the rejections of the last one."""

    def __init__(self, folder: Path, store: Store | None) -> None:
        self._folder = folder
        self._store = store
        self.rejections: list[Rejection] = []

    async def run(self, documents: Sequence[Json | str], **options: Any) -> Outcome:
        self.rejections = []
        path = write_lines(self._folder / "export.jsonl", documents)
        before = path.read_bytes()
        settings: dict[str, Any] = {"retention": timedelta(days=90), "batch": 2} | options
        outcome = await LegacyImport(
            self._store,
            JsonFiles([path]),
            AgentMaker(
                known_providers=["claude"], workspaces=(), rules=NO_RULES, enable=False, now=NOON
            ),
            redact=str,
            now=NOON,
            rejected=self.rejections.append,
            **settings,
        ).run()
        assert path.read_bytes() == before
        return outcome


@pytest.fixture
def older(tmp_path: Path, store: Store) -> Import:
    return Import(tmp_path, store)


async def test_everything_is_taken_over_and_counted(older: Import, store: Store) -> None:
    outcome = await older.run(EVERYTHING)

    assert outcome.counts == {
        Kind.AGENT: Count(imported=2),
        Kind.EXECUTION: Count(imported=6),
        Kind.TASK: Count(imported=4),
    }
    assert (outcome.rejected, outcome.paused_seats, older.rejections) == (0, 1, [])
    assert {agent.agent_id for agent in await store.agents(is_councilor=True)} == {"ana"}
    figures = await store.statistics([ANA, AgentId("bia")])
    assert figures[ANA].tally.completed == 8  # the run that was no councilor's is not its own
    assert figures[AgentId("bia")].tally.error == 1
    tally = await store.tally(since=NOON - timedelta(days=7), until=NOON)
    assert tally.success >= 5
    assert await store.recount()
    named = await store.task(TaskId("exec_ana_0"))
    assert named.snapshot.display_name == "Dona Ana"


async def test_a_second_import_adds_nothing(older: Import, store: Store) -> None:
    await older.run(EVERYTHING)
    again = await older.run(EVERYTHING)
    assert [count.imported for count in again.counts.values()] == [0, 0, 0]
    assert [count.already_here for count in again.counts.values()] == [2, 6, 4]
    assert (await store.statistics([ANA]))[ANA].tally.completed == 8
    assert await store.recount()


async def test_one_that_was_interrupted_goes_on(older: Import, store: Store) -> None:
    await older.run(EVERYTHING[:5])
    rest = await older.run(EVERYTHING)
    assert rest.counts[Kind.EXECUTION] == Count(imported=3, already_here=3)
    assert (await store.tasks(TaskFilter(), limit=1)).total == 10
    assert await store.recount()


async def test_a_dry_run_tells_the_same_and_writes_nothing(older: Import, store: Store) -> None:
    twice = [*EVERYTHING, older_execution(1)]
    dry = await older.run(twice, dry_run=True)
    assert (await store.tasks(TaskFilter(), limit=1)).total == 0
    assert await store.agents() == []
    assert dry == await older.run(twice)
    assert await older.run(twice, dry_run=True) == await older.run(twice)


async def test_a_dry_run_needs_no_store(tmp_path: Path) -> None:
    outcome = await Import(tmp_path, None).run(EVERYTHING, dry_run=True)
    assert outcome.counts[Kind.EXECUTION] == Count(imported=6)


async def test_rejections_tell_the_place_the_id_and_the_reason(older: Import) -> None:
    sent: list[Json | str]
    sent = ["no JSON", older_execution(1), older_execution(2, status="exploded"), older_agent("é")]
    outcome = await older.run(sent)
    assert outcome.rejected == 3
    assert outcome.unknown == 1
    assert outcome.counts[Kind.EXECUTION] == Count(imported=1, rejected=1)
    told = {(one.place, one.id): one.reason for one in older.rejections}
    assert told[("export.jsonl, line 1", None)].startswith("is no JSON")
    assert "no status" in told[("export.jsonl, line 3", "exec_ana_2")]
    assert told[("export.jsonl, line 4", "é")].startswith("agent_id: ")


async def test_agents_that_are_here_stay_as_they_are(older: Import, store: Store) -> None:
    own = make_agent(ANA, name="Own")
    await store.create_agent(own, events=[])
    outcome = await older.run([older_agent("ana")])
    assert outcome.counts[Kind.AGENT] == Count(already_here=1)
    assert (await store.agent(ANA)).name == "Own"


async def test_what_the_server_would_delete_is_left_out(older: Import, store: Store) -> None:
    old = older_execution(1, started_at="2026-01-01T00:00:00Z", completed_at="2026-01-01T00:01:00Z")
    outcome = await older.run([old, older_execution(2)])
    assert outcome.counts[Kind.EXECUTION] == Count(imported=1, too_old=1)
    kept = await older.run([old], retention=timedelta(days=1000))
    assert kept.counts[Kind.EXECUTION] == Count(imported=1)


COPY = older_task(
    1,
    created_at=older_execution(1)["started_at"],
    started_at=older_execution(1)["started_at"],
    instance_id=None,
    councilor_config=None,
)


@pytest.mark.parametrize("order", [1, -1])
async def test_a_copy_of_an_execution_is_the_same_run(
    older: Import, store: Store, order: int
) -> None:
    """The older system's own migration copied executions into tasks, under new ids."""
    first, second = [[older_execution(1)], [COPY]][::order]
    await older.run(first)
    await older.run(second)
    both = await older.run([older_execution(1), COPY], dry_run=True)
    assert [count.imported for count in both.counts.values()] == [0, 0, 0]
    assert (await store.tasks(TaskFilter(), limit=1)).total == 1


async def test_both_in_one_import_are_one_run(older: Import, store: Store) -> None:
    dry = await older.run([COPY, older_execution(1)], dry_run=True)
    outcome = await older.run([COPY, older_execution(1)])
    assert outcome == dry
    assert outcome.counts[Kind.TASK] == Count(already_here=1)
    assert (await store.tasks(TaskFilter(), limit=1)).total == 1


async def test_two_runs_of_one_moment_are_two(older: Import) -> None:
    same = older_execution(1)
    outcome = await older.run([same, same | {"execution_id": "exec_ana_other"}])
    assert outcome.counts[Kind.EXECUTION] == Count(imported=2)


async def test_slots_of_this_council_are_untouched(older: Import, store: Store) -> None:
    await older.run(EVERYTHING)
    assert await store.watermarks([ANA]) == {}
    page = await store.tasks(TaskFilter(agent_id=ANA), limit=20)
    assert {task.trigger for task in page.tasks} == {Trigger.SCHEDULE, Trigger.API}
    lease = timedelta(seconds=9)
    assert not await store.claim(WORKER, now=NOON, limit=10, lease=lease, announce=no_events)


def test_nothing_else_knows_the_name_of_the_former_collection() -> None:
    source = Path(__file__).parents[2] / "src" / "conselho"
    word = "councilor_executions"
    knowing = {
        path.name for path in source.rglob("*.py") if word in path.read_text(encoding="utf-8")
    }
    assert knowing == {"legacy_values.py", "migrate_legacy.py"}
