"""What others see in the database: an operator's queries, an old reader's sums, and its documents.

They speak to the server without this program, as mongosh and the former system do
(docs/compatibility.md).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId, json_util
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from conselho.errors import NotFound
from conselho.models.ids import AgentId, TaskId
from conselho.models.statistics import Tally
from conselho.models.task import Status, Task, Trigger
from conselho.models.verdict import Severity
from conselho.store import Held, TaskFilter
from conselho.stores.mongodb import MongoStore, open_mongodb_store
from tests.support import mongodb
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    failed,
    make_agent,
    make_ended,
    make_outcome,
    make_snapshot,
    make_task,
    no_events,
)
from tests.support.older_system import older_agent, older_task
from tests.support.stores import store_url

MINUTE = timedelta(minutes=1)
Database = AsyncDatabase[dict[str, Any]]


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    if missing := mongodb.why_missing():
        pytest.skip(missing)
    async with store_url("mongodb", tmp_path) as where:
        yield where


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """The database as a plain client sees it."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(url, tz_aware=True)
    yield client.get_default_database()
    await client.close()


@pytest.fixture
async def store(url: str) -> AsyncIterator[MongoStore]:
    opened = await open_mongodb_store(url)
    yield opened
    await opened.close()


async def started(store: MongoStore, at: datetime, agent: AgentId = ANA) -> Task:
    spec = make_snapshot(display_name="Dona Ana", cwd="/srv/project", provider="claude")
    task = make_task(agent, due_at=None, created_at=at, snapshot=spec)
    await store.submit([task], announce=no_events)
    [own] = await store.claim(WORKER, now=at, limit=1, lease=LEASE, announce=no_events)
    return own


async def ended(store: MongoStore, task: Task, at: datetime, **outcome: Any) -> Task:
    held = Held(task_id=task.task_id, fence=task.fence)
    return await store.finish(held, make_outcome(**outcome), now=at, announce=no_events)


async def councilor_executions(db: Database) -> list[dict[str, Any]]:
    """As the operator asks in mongosh."""
    return await db.tasks.find({"is_councilor_execution": True}).sort("created_at", -1).to_list()


async def left_by_the_former_system(db: Database, *tasks: dict[str, Any]) -> None:
    await db.tasks.insert_many([json_util.loads(json.dumps(task)) for task in tasks])


# -- what this program writes ----------------------------------------------------------------------


async def test_a_run_stands_as_the_old_reader_knows_it(store: MongoStore, db: Database) -> None:
    task = await started(store, NOON)
    await ended(store, task, NOON + timedelta(seconds=90), severity=Severity.WARNING)
    await started(store, NOON + MINUTE)
    beside = make_task(BIA, trigger=Trigger.API, is_councilor_execution=False)
    await store.submit([beside], announce=no_events)

    running, run = await councilor_executions(db)

    old_fields = {
        "_id": ObjectId(task.task_id),
        "task_id": task.task_id,
        "agent_id": "ana",
        "provider": "claude",
        "prompt": "Look around and report.",
        "cwd": "/srv/project",
        "timeout": 600,
        "status": "completed",
        "instance_id": None,
        "context": {},
        "created_at": NOON,
        "updated_at": NOON + timedelta(seconds=90),
        "started_at": NOON,
        "completed_at": NOON + timedelta(seconds=90),
        "result": "All is well.",
        "error": None,
        "exit_code": 0,
        "duration": 90.0,
        "is_councilor_execution": True,
        "councilor_config": {
            "title": "Guardiã",
            "task_name": "look around",
            "display_name": "Dona Ana",
        },
        "severity": "warning",
    }
    assert {name: run[name] for name in old_fields} == old_fields
    assert isinstance(run["duration"], float)
    assert run["created_at"].tzinfo is not None
    none_yet = ("completed_at", "exit_code", "duration", "severity")
    assert [running[name] for name in none_yet] == [None] * 4
    assert (running["status"], running["result"]) == ("processing", "")


async def test_an_old_readers_count_is_that_of_our_statistics(
    store: MongoStore, db: Database
) -> None:
    runs = [
        make_ended(agent, NOON + n * MINUTE, make_outcome(severity))
        for n, (agent, severity) in enumerate(
            [
                *[(ANA, Severity.SUCCESS)] * 3,
                *[(ANA, Severity.WARNING)] * 2,
                (ANA, Severity.INFO),
                (BIA, Severity.SUCCESS),
                (BIA, None),
            ]
        )
    ]
    await store.import_tasks([*runs, make_ended(BIA, NOON, failed())])

    counted: dict[str, dict[str | None, int]] = {}
    for agent in (ANA, BIA):
        groups = await db.tasks.aggregate(
            [
                {"$match": {"agent_id": agent, "is_councilor_execution": True}},
                {"$group": {"_id": "$severity", "runs": {"$sum": 1}}},
            ]
        )
        counted[agent] = {group["_id"]: group["runs"] async for group in groups}

    assert counted == {
        ANA: {"success": 3, "warning": 2, "info": 1},
        BIA: {"success": 1, None: 1, "error": 1},
    }
    statistics = await store.statistics([ANA, BIA])
    for agent, told in statistics.items():
        tally = told.tally
        severities = {
            "success": tally.success,
            "info": tally.info,
            "warning": tally.warning,
            "error": tally.severity_error,
        }
        seen = {name: runs for name, runs in counted[agent].items() if name is not None}
        assert {name: runs for name, runs in severities.items() if runs} == seen
        assert tally.runs == sum(counted[agent].values())


async def test_an_agent_stands_as_the_old_reader_knows_it(store: MongoStore, db: Database) -> None:
    agent = make_agent(description="Olha", model="large", tags=("quality",), instructions="Leia.")
    await store.create_agent(agent, events=[])

    [found] = await db.agents.find({"is_councilor": True}).to_list()

    assert isinstance(found["_id"], ObjectId)
    assert (found["agent_id"], found["name"], found["title"]) == ("ana", "Ana", "Guardiã")
    assert found["definition"] == {
        "name": "Ana",
        "emoji": "🦉",
        "description": "Olha",
        "model": "large",
        "tags": ["quality"],
    }
    assert found["persona"] == {"content": "Leia."}
    assert (found["created_at"], found["updated_at"]) == (NOON, NOON)
    config = found["councilor_config"]
    assert (config["schedule"]["type"], config["schedule"]["value"]) == ("interval", "30m")
    assert (config["task"]["name"], config["timeout"]) == ("look around", 600)


async def test_a_deleted_agent_leaves_nothing_behind(store: MongoStore, db: Database) -> None:
    await store.create_agent(make_agent(), events=[])
    await store.delete_agent(ANA, now=NOON, events=[])
    assert await db.agents.find().to_list() == []


# -- what the former system left -------------------------------------------------------------------


async def test_runs_of_the_former_system_are_listed_and_counted(url: str, db: Database) -> None:
    await left_by_the_former_system(
        db,
        older_task(1),
        older_task(2, status="error", severity="error", error="It broke.", exit_code=3),
        older_task(3, is_councilor_execution=False, councilor_config=None),
    )
    store = await open_mongodb_store(url)

    page = await store.tasks(TaskFilter(agent_id=ANA), limit=10)
    statistics = await store.statistics([ANA])

    beside, broken, run = page.tasks
    assert page.total == 3
    assert run.task_id == "65f0beef0000000000000001"
    assert run == await store.task(run.task_id)
    assert (run.status, run.severity) == (Status.COMPLETED, Severity.WARNING)
    assert run.result == "Three files are long."
    assert run.snapshot.display_name == "Old Ana"
    assert run.snapshot.provider == "gemini"
    assert (run.duration_seconds, run.attempt) == (10.5, 1)
    assert run.created_at == datetime(2026, 11, 21, 0, 1, tzinfo=UTC)
    assert (broken.status, broken.error, broken.exit_code) == (Status.ERROR, "It broke.", 3)
    assert beside.trigger is Trigger.API
    assert statistics[ANA].tally == Tally(
        completed=1, error=1, warning=1, severity_error=1, duration_ms=21_000
    )
    assert await store.watermarks([ANA]) == {}
    assert await store.recount()
    await store.close()


async def test_what_the_former_system_wrote_stays_as_it_is(url: str, db: Database) -> None:
    await left_by_the_former_system(db, older_task(1))
    before = await db.tasks.find_one()
    assert before is not None
    for _ in range(2):
        await (await open_mongodb_store(url)).close()
    after = await db.tasks.find_one()
    assert after is not None
    assert {name: after[name] for name in before} == before


async def test_a_run_that_the_former_system_began_is_nobodys_here(url: str, db: Database) -> None:
    await left_by_the_former_system(
        db, older_task(1, status="pending"), older_task(2, status="processing")
    )
    store = await open_mongodb_store(url)
    later = NOON + timedelta(days=900)
    assert await store.claim(WORKER, now=later, limit=9, lease=LEASE, announce=no_events) == []
    assert await store.sweep(now=later, announce=no_events) == []
    assert (await store.tasks(TaskFilter(), limit=9)).total == 2
    await store.close()


async def test_documents_without_sense_break_no_list(url: str, db: Database) -> None:
    old = older_task(1)
    await left_by_the_former_system(
        db,
        older_task(2, status="timeout", severity="grave", result=None, prompt=None),
        older_task(3, duration="long", exit_code="one", created_at="yesterday")
        | {"agent_id": None},
        older_task(4, councilor_config="none", result={"text": "All is well."}, error=7),
        older_task(5, task_id=None, cwd=4, timeout="10m", provider=None, context=None),
        {"_id": old["_id"]},
        {"_id": "a text of whatever length"},
    )
    store = await open_mongodb_store(url)

    page = await store.tasks(TaskFilter(), limit=10)

    assert len(page.tasks) == page.total == 6
    for task in page.tasks:
        assert isinstance(task, Task)
        assert task == await store.task(task.task_id)
    assert [found.task_id for found in await store.portion(TaskFilter(), limit=9)] == [
        task.task_id for task in page.tasks
    ]
    agents = [task.agent_id for task in page.tasks]
    await store.recent(agents, limit=5)
    await store.statistics(agents)
    assert (await store.tasks(TaskFilter(text="well"), limit=10)).total <= 1
    assert await store.recount()
    await store.prune(before=NOON + timedelta(days=900), limit=10)
    await store.close()


async def test_a_run_that_the_former_system_still_writes_breaks_nothing(
    url: str, db: Database
) -> None:
    store = await open_mongodb_store(url)
    await store.import_tasks([make_ended(ANA, NOON, make_outcome())])
    # A second one MongoDB would refuse: it has no keys, and those are unique.
    await left_by_the_former_system(db, older_task(1))

    assert len((await store.tasks(TaskFilter(), limit=9)).tasks) == 2
    assert (await store.statistics([ANA]))[ANA].tally.completed == 1
    assert await store.recent([ANA], limit=9)
    assert await store.recount()
    assert await store.sweep(now=NOON + timedelta(days=900), announce=no_events) == []
    await store.close()

    again = await open_mongodb_store(url)
    assert (await again.statistics([ANA]))[ANA].tally.completed == 2
    await again.close()


async def test_an_agent_of_the_former_system_is_left_out_until_it_is_made_here(
    url: str, db: Database
) -> None:
    await db.agents.insert_one(json_util.loads(json.dumps(older_agent("ana"))))
    store = await open_mongodb_store(url)
    assert await store.agents() == []
    with pytest.raises(NotFound):
        await store.agent(ANA)
    with pytest.raises(NotFound):
        await store.delete_agent(ANA, now=NOON, events=[])

    agent = make_agent()
    await store.create_agent(agent, events=[])

    assert await store.agents() == [agent]
    [found] = await db.agents.find().to_list()
    assert found["stats"]["total_executions"] == 12
    await store.close()


async def test_a_run_is_found_by_the_text_of_its_key(store: MongoStore, db: Database) -> None:
    [odd] = [make_ended(ANA, NOON, make_outcome())]
    await store.import_tasks([odd])
    found = await db.tasks.find_one({"_id": ObjectId(odd.task_id)})
    assert found is not None
    assert (await store.task(TaskId(str(found["_id"])))).task_id == odd.task_id
