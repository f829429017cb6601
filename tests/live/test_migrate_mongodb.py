"""`conselho migrate-legacy --mongo-uri`: from the former system's database, read over the wire."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bson import json_util
from pymongo import MongoClient
from pymongo.database import Database

from tests.live.test_migrate_legacy import recently, stored, table
from tests.support import live_server, mongodb
from tests.support.live_server import Done
from tests.support.older_system import older_agent, older_execution, older_task

LEFT = {
    "agents": [older_agent()],
    "councilor_executions": [older_execution(1), older_execution(2, status="error", error="No.")],
    "tasks": [older_task(3), older_task(4, severity="success")],
}


@pytest.fixture
def former() -> Iterator[Database[dict[str, Any]]]:
    """The former system's database, with dates and ids of the wire."""
    if missing := mongodb.why_missing():
        pytest.skip(missing)
    with MongoClient[dict[str, Any]](mongodb.server_uri(), tz_aware=True) as client:
        database = client[f"conselho_test_{secrets.token_hex(6)}"]
        for name, documents in LEFT.items():
            database[name].insert_many(
                [json_util.loads(json.dumps(recently(document))) for document in documents]
            )
        yield database
        client.drop_database(database.name)


def migrate(former: Database[dict[str, Any]], *arguments: str, **environ: str) -> Done:
    source = ("--mongo-uri", mongodb.server_uri(), "--db", former.name)
    return live_server.run("migrate-legacy", *source, *arguments, environ=environ)


def everything(former: Database[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {name: list(former[name].find().sort("_id")) for name in LEFT}


def test_the_database_itself_is_read_and_left_as_it_is(
    former: Database[dict[str, Any]], tmp_path: Path
) -> None:
    before = everything(former)
    data = ("--data-dir", str(tmp_path / "data"))

    tried = migrate(former, *data, "--dry-run")
    assert (tried.code, stored(tmp_path / "data")) == (0, 0), tried.err
    done = migrate(former, *data)
    again = migrate(former, *data)

    assert done.code == 0, done.err
    assert table(done) == table(tried)
    assert [table(done)[kind][0] for kind in table(done)] == [1, 2, 2]
    assert stored(tmp_path / "data") == 4
    assert [table(again)[kind][:2] for kind in table(again)] == [[0, 1], [0, 2], [0, 2]]
    assert everything(former) == before


def test_a_store_in_that_very_database_takes_over_what_lies_there(
    former: Database[dict[str, Any]], tmp_path: Path
) -> None:
    before = everything(former)
    here = {"CONSELHO_DATABASE_URL": f"{mongodb.server_uri().rstrip('/')}/{former.name}"}
    data = ("--data-dir", str(tmp_path / "data"))

    done = migrate(former, *data, **here)
    again = migrate(former, *data, **here)

    assert (done.code, again.code) == (0, 0), done.err + again.err
    agents, executions, tasks = (table(done)[kind][:2] for kind in table(done))
    # Its tasks are here already: they were taken over when the store was opened, and the two runs
    # that were imported a moment before lie beside them.
    assert (agents, executions, tasks) == ([1, 0], [2, 0], [0, 4])
    assert former.tasks.count_documents({}) == 4
    [agent] = former.agents.find()
    assert (agent["version"], agent["stats"]["total_executions"]) == (1, 12)
    after = {document["_id"]: document for document in former.tasks.find()}
    for document in before["tasks"]:
        kept = after[document["_id"]]
        assert {name: kept[name] for name in document} == document
    assert list(former.councilor_executions.find().sort("_id")) == before["councilor_executions"]
