"""`conselho copy-store` as a command: a council moves from store to store and loses nothing."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from conselho.models.ids import TaskId
from conselho.models.task import Status, Task
from conselho.services.copy_logs import LogFiles, StoredLogs
from conselho.store import Store, TaskFilter
from conselho.stores import open_store
from tests.support import live_server
from tests.support.factories import (
    ANA,
    WORKER,
    make_agent,
    make_ended,
    make_outcome,
    make_task,
    no_events,
    one_event,
)
from tests.support.live_server import DEADLINE_SECONDS, Done
from tests.support.lived_in import GONE, LONG_LOG, NOW, everything, live_in
from tests.support.server import eventually, running, serve_and_fail
from tests.support.stores import BACKENDS, store_url

MANY = 3_000
PARTS = (
    "runs", "waiting_runs", "lost_slots", "logs",
    "journal", "audit", "maintenance", "tokens", "agents",
)  # fmt: skip


def sqlite_at(folder: Path) -> str:
    return f"sqlite:///{folder / 'conselho.db'}"


def copy(*arguments: str, cwd: Path, **environ: str) -> Done:
    return live_server.run("copy-store", *arguments, cwd=cwd, environ=environ)


def counts(done: Done) -> dict[str, dict[str, int]]:
    told: dict[str, Any] = json.loads(done.out)
    return {part: told[part] for part in PARTS}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.close()


async def told(url: str, folder: Path) -> dict[str, Any]:
    async with opened(url) as store:
        return await everything(store, logs_of(store, folder))


def logs_of(store: Store, folder: Path) -> LogFiles | StoredLogs:
    return StoredLogs(store) if store.is_shared else LogFiles(folder / "logs")


@pytest.fixture
async def lived_in(tmp_path: Path) -> Path:
    """A data directory with a history of every kind."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    async with opened(sqlite_at(folder)) as store:
        await live_in(store, logs_of(store, folder))
    return folder


async def test_a_council_goes_from_store_to_store_and_comes_back_whole(
    lived_in: Path, tmp_path: Path
) -> None:
    before = await told(sqlite_at(lived_in), lived_in)
    assert before["recount"]
    assert LONG_LOG in before["logs"].values()
    assert sum(map(len, before["attempts"].values())) == 3
    assert before["statistics"][GONE].tally.completed == 2
    ways = [name for name in ("postgresql", "mongodb") if name in BACKENDS]
    here, folder = sqlite_at(lived_in), lived_in
    async with asyncio.timeout(600), AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(store_url(way, tmp_path)) for way in ways]
        for url in [*urls, sqlite_at(tmp_path / "back")]:
            there = tmp_path / "back" if url.startswith("sqlite") else folder
            done = await asyncio.to_thread(
                copy, "--from", here, "--to", url, "--data-dir", str(lived_in), "--json",
                cwd=tmp_path,
            )  # fmt: skip
            assert done.code == 0, done.err
            assert {part: count["copied"] for part, count in counts(done).items()} == {
                "runs": 8, "waiting_runs": 1, "lost_slots": 2, "logs": 6, "journal": 451,
                "audit": 250, "maintenance": 2, "tokens": 3, "agents": 3,
            }  # fmt: skip
            after = await told(url, there)
            assert list(after) == list(before)
            for name, value in after.items():
                assert value == before[name], (url, name)
            here, folder = url, there
        again = await asyncio.to_thread(
            copy, "--data-dir", str(lived_in), "--to", here, "--json", cwd=tmp_path
        )
    # The last of them is a copy of another store, not of the first one.
    assert (again.code, "copy of another store" in again.err) == (5, bool(ways))


def runs(number: int) -> Iterator[Task]:
    for n in range(number):
        name, ended = f"run-{n:06}", NOW - timedelta(minutes=n)
        yield replace(
            make_ended(ANA, ended, make_outcome()),
            task_id=TaskId(name),
            idempotency_key=name,
            active_key=name,
            usage={"cost_usd": 0.25},
            spent_at=ended,
        )


async def many_in(folder: Path, number: int) -> None:
    folder.mkdir(mode=0o700)  # noqa: ASYNC240 - a moment
    async with opened(sqlite_at(folder)) as store:
        await store.create_agent(make_agent(), events=[])
        await store.carry_tasks(list(runs(number)), past={})


async def held(url: str) -> int:
    async with opened(url) as store:
        return (await store.tasks(TaskFilter(), limit=0)).total


async def test_one_that_was_killed_goes_on_and_no_server_takes_half_a_copy(
    backend: str, url: str, tmp_path: Path
) -> None:
    if backend == "mongodb":
        pytest.skip("the server of the tests takes minutes for so many: tests/unit/test_store_copy")
    if backend == "sqlite":
        url = sqlite_at(tmp_path / "there")
        (tmp_path / "there").mkdir(mode=0o700)
    await many_in(tmp_path / "data", MANY)
    arguments = ["--data-dir", str(tmp_path / "data"), "--to", url]
    async with opened(url) as store, asyncio.timeout(DEADLINE_SECONDS):
        process = live_server.start("copy-store", *arguments, cwd=tmp_path)
        while not await store.statuses(["run-000000"]):
            assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=DEADLINE_SECONDS)
    begun = await held(url)
    assert 0 < begun < MANY

    refused = await asyncio.to_thread(
        serve_and_fail, tmp_path, "--data-dir", str(tmp_path / "other"), "--port", "0",
        environ={"CONSELHO_DATABASE_URL": url},
    )  # fmt: skip
    assert refused.returncode == 5
    assert "It holds half a copy of another store" in refused.stderr

    done = await asyncio.to_thread(copy, *arguments, "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert counts(done)["runs"] == {
        "copied": MANY - begun, "already_there": begun, "left_out": 0,
    }  # fmt: skip
    again = await asyncio.to_thread(copy, *arguments, "--json", cwd=tmp_path)
    assert counts(again)["runs"] == {"copied": 0, "already_there": MANY, "left_out": 0}
    async with opened(url) as store:
        [statistics] = (await store.statistics([ANA])).values()
        assert statistics.tally.completed == MANY
        assert statistics.tally.cost_microusd == MANY * 250_000
        assert await store.recount()


async def test_a_server_of_the_new_store_goes_on_where_the_old_one_stopped(
    backend: str, url: str, tmp_path: Path
) -> None:
    if backend == "sqlite":
        (tmp_path / "new").mkdir()
        url = sqlite_at(tmp_path / "new" / "data")
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir(exist_ok=True)
    with running(tmp_path / "old") as server:
        server.promote("ana", ["sh", "-c", "echo one; sleep 1; echo two"])
        server.promote("bia", schedule="10s", tags=["night"])
        server.patch("/api/agents/bia/councilor-schedule", {"enabled": False})
        server.promote("eva", schedule="10s")
        ran = server.call("ana")
        log = server.api.get(f"/api/tasks/{ran['task_id']}/log").text
        eventually(
            lambda: server.get("/api/tasks", agent_id="eva", status="completed")["total"],
            "a slot ran",
        )
        server.stop()
        rows, agents, runs_of_ana = _of(tmp_path / "old" / "data")

    done = copy("--data-dir", str(tmp_path / "old" / "data"), "--to", url, "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert counts(done)["logs"]["copied"] >= 2
    environ = {} if backend == "sqlite" else {"CONSELHO_DATABASE_URL": url}
    with running(tmp_path / "new", environ=environ) as server:
        assert server.api.get(f"/api/tasks/{ran['task_id']}/log").text == log == "one\ntwo\n"
        assert server.task(ran["task_id"])["verdict"] == ran["verdict"]
        seats = server.get("/api/councilors", is_councilor="true")["agents"]
        told = {agent["agent_id"]: agent for agent in seats}
        assert sorted(told) == agents
        assert told["bia"]["councilor_config"]["schedule"]["enabled"] is False
        # Of the ten seconds' slots each has one row, of the old server or of this one.
        eventually(
            lambda: server.get("/api/tasks", agent_id="eva", limit=100)["total"] > rows,
            "the new server accounts for slots",
        )
        slots = server.get("/api/tasks", agent_id="eva", limit=100)["tasks"]
        keys = [row["idempotency_key"] for row in slots]
        assert len(set(keys)) == len(keys)
        spans = sorted(
            (row["slot_from"] or row["due_at"], row["slot_to"] or row["due_at"]) for row in slots
        )
        assert all(one[1] < other[0] for one, other in pairwise(spans))
        report = server.get("/api/councilors/ana/councilor-reports")
        assert report["total_executions"] == runs_of_ana
        server.stop()
    served = copy("--data-dir", str(tmp_path / "old" / "data"), "--to", url, cwd=tmp_path)
    assert (served.code, "a server has worked with the copy since" in served.err) == (5, True)


def _of(data_dir: Path) -> tuple[int, list[str], int]:
    """Rows of eva, the agents, and the runs of ana, in the database itself."""
    with closing(sqlite3.connect(data_dir / "conselho.db")) as connection:
        one = connection.execute
        [(eva,)] = one("SELECT count(*) FROM tasks WHERE agent_id = 'eva'")
        [(ana,)] = one("SELECT count(*) FROM tasks WHERE agent_id = 'ana'")
        agents = [row[0] for row in one("SELECT agent_id FROM agents ORDER BY agent_id")]
    return eva, agents, ana


async def test_a_dry_run_copies_nothing_and_needs_no_stop(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.promote("ana")
        server.call("ana")
        there = tmp_path / "there"
        arguments = ["--data-dir", str(server.data_dir), "--to", sqlite_at(there)]
        refused = copy(*arguments, cwd=tmp_path)
        tried = copy(*arguments, "--dry-run", cwd=tmp_path)
        told = copy(*arguments, "--dry-run", "--json", cwd=tmp_path)
        assert (refused.code, tried.code, told.code) == (5, 0, 0), tried.err
        assert "is in use by the server at http://127.0.0.1" in refused.err
        assert "This was a dry run: nothing was copied." in tried.out
        assert "It would be refused now. The store to read is in use." in tried.out
        assert counts(told)["runs"]["copied"] == counts(told)["logs"]["copied"] == 1
        assert not (there / "conselho.db").exists()


async def test_what_cannot_be_copied_is_refused_in_a_sentence(tmp_path: Path) -> None:
    await many_in(tmp_path / "data", 3)
    await many_in(tmp_path / "full", 1)
    here = ["--data-dir", str(tmp_path / "data"), "--to"]
    newer = tmp_path / "newer"
    await many_in(newer, 0)
    with closing(sqlite3.connect(newer / "conselho.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    cases = {
        (sqlite_at(tmp_path / "data"), 5, "That is the same store twice"),
        (sqlite_at(tmp_path / "full"), 5, "it holds 1 agents, 1 runs and rows of lost slots"),
        (sqlite_at(newer), 6, "was written by a newer Conselho"),
        ("postgresql://127.0.0.1:1/none", 6, "The store does not answer"),
        ("mongodb://127.0.0.1:1/none?serverSelectionTimeoutMS=200", 6, "cannot be reached"),
        ("redis://127.0.0.1/0", 2, "is not a database URL"),
    }
    for url, code, words in cases:
        done = copy(*here, url, cwd=tmp_path)
        assert (done.code, words in done.err) == (code, True), done.err
        assert "Traceback" not in done.err
    nothing = copy("--from", sqlite_at(tmp_path / "no"), "--to", sqlite_at(newer), cwd=tmp_path)
    assert (nothing.code, "there is no store at" in nothing.err) == (2, True)
    assert not (tmp_path / "no").exists()
    assert await held(sqlite_at(tmp_path / "full")) == 1


async def test_a_run_that_nobody_ended_is_refused(tmp_path: Path) -> None:
    await many_in(tmp_path / "data", 1)
    async with opened(sqlite_at(tmp_path / "data")) as store:
        task = make_task(due_at=None, created_at=NOW, task_id="lost-one")
        await store.submit([task], announce=no_events)
        await store.claim(WORKER, now=NOW, limit=1, lease=timedelta(seconds=12), announce=no_events)
    there = sqlite_at(tmp_path / "there")
    done = copy("--data-dir", str(tmp_path / "data"), "--to", there, cwd=tmp_path)
    assert done.code == 5
    assert "1 runs are still processing (lost-one)" in done.err
    assert await held(there) == 0


async def test_a_store_that_was_served_meanwhile_is_begun_anew(tmp_path: Path) -> None:
    await many_in(tmp_path / "data", 2)
    there = sqlite_at(tmp_path / "there")
    arguments = ("--data-dir", str(tmp_path / "data"), "--to", there)
    assert copy(*arguments, cwd=tmp_path).code == 0
    async with opened(sqlite_at(tmp_path / "data")) as store:
        lately = make_task(due_at=None, created_at=NOW, status=Status.PENDING)
        await store.submit([lately], announce=one_event)
    done = copy(*arguments, cwd=tmp_path)
    assert done.code == 5
    assert "what is there of it may be out of date" in done.err


async def test_people_see_how_far_it_is_and_what_came_of_it(tmp_path: Path) -> None:
    await many_in(tmp_path / "data", 2)
    done = copy(
        "--data-dir", str(tmp_path / "data"), "--to", sqlite_at(tmp_path / "there"), cwd=tmp_path
    )
    head, *lines = done.out.splitlines()
    assert head.split() == ["WHAT", "COPIED", "ALREADY", "THERE", "LEFT", "OUT"]
    assert lines[0].split() == ["runs", "2", "0", "0"]
    assert "and counters agree. It took" in done.out
    # Nothing on a quick machine; how far it is on a slow one.
    assert [line for line in done.err.splitlines() if " of 2 after " not in line] == []
