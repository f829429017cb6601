"""A copy of the store, taken while the server runs, is the same council: docs/operations.md."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import postgresql
from tests.support.server import DEADLINE_SECONDS, Json, Server, eventually, running

DEPLOY = Path(__file__).parents[2] / "deploy"
QUICK = {"CONSELHO_LEASE_SECONDS": "2", "CONSELHO_RENEW_SECONDS": "0.5"}
BACKUP = DEPLOY / "backup" / "backup_sqlite.py"


def done(*command: str | Path) -> str:
    ended = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def lived_in(server: Server) -> Json:
    """What a server has to tell after some runs, one of them still at work."""
    server.promote("ana")
    server.promote("bia", ["sh", "-c", "echo trouble; exit 2"])
    server.promote("caio", ["sleep", "600"])
    for agent_id in ("ana", "bia", "ana"):
        server.call(agent_id)
    server.begin("caio")
    return told(server)


def told(server: Server) -> Json:
    """Everything that ended, who sits in the council, and what is counted."""
    rows = server.get("/api/tasks", limit=100)["tasks"]
    return {
        "tasks": [row for row in rows if row["agent_id"] != "caio"],
        "agents": [agent["agent_id"] for agent in server.get("/api/agents")],
        "stats": [
            server.get(f"/api/councilors/{name}/councilor-reports")["stats"]
            for name in ("ana", "bia")
        ],
    }


def backed_up(database: Path, folder: Path, *options: str) -> Path:
    return Path(done(sys.executable, BACKUP, database, folder, *options).strip())


def test_sqlite_restored_from_a_copy_has_the_same_tasks(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    with running(old, environ=QUICK) as server:
        before = lived_in(server)
        copy = backed_up(server.database, tmp_path / "copies")
        server.promote("after")
        server.kill()

    (new / "data").mkdir(mode=0o700)
    shutil.copy(copy, new / "data" / "conselho.db")
    with running(new, environ=QUICK) as server:
        after = told(server)
        # What was at work when the copy was made has no worker any more.
        [ended] = eventually(
            lambda: server.get("/api/tasks", agent_id="caio", status="error")["tasks"],
            "the run of the lost worker ends",
        )
        run = server.call("ana")

    assert after == before
    assert "after" not in after["agents"]
    assert ended["error_kind"] == "worker_lost"
    assert run["status"] == "completed"


def test_a_copy_is_one_private_file_and_only_the_newest_are_kept(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.get("/readyz")  # answered when the database is there
        copies = [backed_up(server.database, tmp_path / "copies", "--keep", "2") for _ in range(3)]

    assert sorted((tmp_path / "copies").iterdir()) == copies[1:]
    assert copies[-1].stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [(None, 2, "there is no database"), (b"not a database" * 100, 1, "could not be copied")],
)
def test_what_cannot_be_copied_leaves_nothing_that_looks_like_a_copy(
    tmp_path: Path, content: bytes | None, code: int, words: str
) -> None:
    database = tmp_path / "some.db"
    if content is not None:
        database.write_bytes(content)
    ended = subprocess.run(
        [sys.executable, str(BACKUP), str(database), str(tmp_path / "copies")],
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )

    assert ended.returncode == code
    assert words in ended.stderr
    assert not list((tmp_path / "copies").glob("*"))


def test_postgresql_restored_from_a_dump_has_the_same_tasks(tmp_path: Path) -> None:
    if missing := postgresql.why_missing():
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    server_url = postgresql.server_url()
    first, second = (f"{server_url.rpartition('/')[0]}/backup_{name}" for name in ("one", "two"))
    for name in ("one", "two"):
        done("psql", server_url, "--quiet", "--command", f"CREATE DATABASE backup_{name}")
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    dump = tmp_path / "conselho.dump"
    with running(old, environ={"CONSELHO_DATABASE_URL": first}) as server:
        before = lived_in(server)
        done("pg_dump", "--format=custom", "--no-owner", f"--dbname={first}", f"--file={dump}")
        server.promote("after")
        server.kill()

    done("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={second}", dump)
    with running(new, environ={"CONSELHO_DATABASE_URL": second}) as server:
        after = told(server)
        run = server.call("ana")

    assert after == before
    assert run["status"] == "completed"
