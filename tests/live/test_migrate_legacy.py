"""`conselho migrate-legacy` as a command: from exported files to a running server's figures."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support import live_server
from tests.support.live_server import DEADLINE_SECONDS, Done
from tests.support.older_system import (
    Json,
    older_agent,
    older_execution,
    older_task,
    write_lines,
)
from tests.support.server import eventually, running

MANY = 3_000


def recently(document: Json) -> Json:
    """The document with times of today's days, since old runs are left out."""
    day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    text = json.dumps(document).replace("2026-11-20", day).replace("2026-11-21", day)
    changed: Json = json.loads(text)
    return changed


def migrate(data_dir: Path, *arguments: str) -> Done:
    return live_server.run("migrate-legacy", "--data-dir", str(data_dir), *arguments)


def table(done: Done) -> dict[str, list[int]]:
    """The counts that were printed, by kind: imported, already here, too old, rejected."""
    rows = [line.split() for line in done.out.splitlines()[1:]]
    return {row[0]: list(map(int, row[1:])) for row in rows if len(row) == 5}


def export(folder: Path, name: str, documents: list[Any]) -> str:
    sent = [item if isinstance(item, str) else recently(item) for item in documents]
    return str(write_lines(folder / name, sent))


def stored(data_dir: Path) -> int:
    database = data_dir / "conselho.db"
    if not database.exists():
        return 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        try:
            [(count,)] = connection.execute("SELECT count(*) FROM tasks")
        except sqlite3.OperationalError:
            return 0  # not made yet
    return int(count)


def test_what_was_imported_stands_in_lists_reports_and_figures(tmp_path: Path) -> None:
    agents = export(tmp_path, "agents.json", [older_agent()])
    runs = export(
        tmp_path,
        "runs.json",
        [older_execution(1), older_execution(2, status="error", error="It broke."), older_task(3)],
    )
    data_dir = tmp_path / "data"
    done = migrate(data_dir, "--from-json", agents, runs)
    assert done.code == 0, done.err
    assert table(done) == {
        "agents": [1, 0, 0, 0],
        "executions": [2, 0, 0, 0],
        "tasks": [1, 0, 0, 0],
    }
    assert "1 seat paused: let each one go with `conselho resume AGENT_ID`" in done.out

    with running(tmp_path) as server:
        report = server.get("/api/councilors/ana/councilor-reports")
        assert report["total_executions"] == 3
        assert report["success_rate"] == 33.3
        ids = [row["execution_id"] for row in report["recent_executions"]]
        assert ids == ["65f0beef0000000000000003", "exec_ana_2", "exec_ana_1"]
        [agent] = server.get("/api/councilors", is_councilor="true")["agents"]
        assert agent["councilor_config"]["schedule"]["enabled"] is False
        row = server.task("exec_ana_1")
        assert (row["status"], row["severity"], row["result"]) == (
            "completed", "success", "All is well.\nNothing to do.",
        )  # fmt: skip
        assert server.get("/api/tasks", agent_id="ana")["total"] == 3
        # The next server starts no slot of the past: none was owed.
        assert server.get("/api/tasks/processing")["count"] == 0


def test_again_adds_nothing_and_a_dry_run_tells_so(tmp_path: Path) -> None:
    path = export(tmp_path, "all.json", [older_agent(), older_execution()])
    data_dir = tmp_path / "data"
    dry = migrate(data_dir, "--from-json", path, "--dry-run", "--json")
    assert not data_dir.exists()
    first = migrate(data_dir, "--from-json", path, "--json")
    again = migrate(data_dir, "--from-json", path)

    told, done = json.loads(dry.out), json.loads(first.out)
    assert told.pop("dry_run") is True
    assert done.pop("dry_run") is False
    assert told == done
    assert done["executions"] == {"imported": 1, "already_here": 0, "too_old": 0, "rejected": 0}
    assert table(again) == {"agents": [0, 1, 0, 0], "executions": [0, 1, 0, 0], "tasks": [0] * 4}


def test_one_that_was_killed_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = export(tmp_path, "many.json", [older_execution(number) for number in range(MANY)])
    data_dir = tmp_path / "data"
    arguments = ["migrate-legacy", "--data-dir", str(data_dir), "--from-json", path]
    process = live_server.start(*arguments, "--batch", "1")
    eventually(lambda: stored(data_dir), "the first runs are there")
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=DEADLINE_SECONDS)
    begun = stored(data_dir)
    assert 0 < begun < MANY

    done = migrate(data_dir, "--from-json", path)
    assert table(done)["executions"] == [MANY - begun, begun, 0, 0]
    with running(tmp_path) as server:
        assert server.get("/api/tasks", agent_id="ana", limit=1)["total"] == MANY


def test_rejections_are_told_and_end_with_one(tmp_path: Path) -> None:
    path = export(
        tmp_path, "all.json", [older_execution(status="exploded"), "{", older_execution(2)]
    )
    done = migrate(tmp_path / "data", "--from-json", path)
    assert done.code == 1
    assert table(done)["executions"] == [1, 0, 0, 1]
    first, second = done.err.splitlines()
    assert second.startswith("conselho: all.json, line 1 (exec_ana_1): there is no status")
    assert first.startswith("conselho: all.json, line 2: is no JSON")


def test_a_data_directory_with_a_server_is_refused(tmp_path: Path) -> None:
    path = export(tmp_path, "all.json", [older_execution()])
    with running(tmp_path) as server:
        done = migrate(server.data_dir, "--from-json", path)
        dry = migrate(server.data_dir, "--from-json", path, "--dry-run")
    assert done.code == 5
    assert "is in use by the server at http://127.0.0.1" in done.err
    assert (dry.code, table(dry)["executions"]) == (0, [1, 0, 0, 0])


def test_what_to_read_must_be_said_in_one_way(tmp_path: Path) -> None:
    path = export(tmp_path, "all.json", [])
    for arguments in ([], [path], ["--from-json", path, "--mongo-uri", "mongodb://127.0.0.1"]):
        done = migrate(tmp_path / "data", *arguments)
        assert done.code == 2, arguments
        assert not (tmp_path / "data").exists()
