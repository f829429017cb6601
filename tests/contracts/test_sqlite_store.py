"""What only SQLite does: one file that may be missing, full, locked, read-only, or not ours."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from conselho.errors import InvalidSettings, StoreUnavailable
from conselho.models.ids import TaskId
from conselho.models.task import Status
from conselho.store import Held, TaskFilter
from conselho.stores.sql import SqlStore, open_sql_store
from conselho.stores.sql.migrate import HEAD
from tests.support import store_child
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    LEASE,
    WORKER,
    make_agent,
    make_outcome,
    make_task,
    one_event,
)

NOBODY = 65534


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conselho.db"


@pytest.fixture
async def sqlite_store(file: Path) -> AsyncIterator[SqlStore]:
    store = await open_sql_store(f"sqlite:///{file}")
    yield store
    await store.close()


async def reason_of_opening(url: str) -> str:
    with pytest.raises(StoreUnavailable) as caught:
        await open_sql_store(url)
    assert caught.value.__cause__ is not None or "newer" in caught.value.reason
    return caught.value.reason


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    reason = await reason_of_opening(f"sqlite:///{tmp_path}/missing/conselho.db")
    assert f"{tmp_path}/missing/conselho.db cannot be opened" in reason
    assert "folder" in reason


async def test_a_file_that_is_no_database_is_left_as_it_is(file: Path) -> None:
    notes = "These are my notes, and they are longer than a header of SQLite.\n" * 40
    await asyncio.to_thread(file.write_text, notes)
    assert "is not an SQLite database" in await reason_of_opening(f"sqlite:///{file}")
    assert await asyncio.to_thread(file.read_text) == notes


async def test_a_newer_schema_is_refused(sqlite_store: SqlStore, file: Path) -> None:
    await sqlite_store.close()
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    reason = await reason_of_opening(f"sqlite:///{file}")
    assert "newer Conselho" in reason
    assert "9999" in reason
    assert HEAD in reason


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the powers of root, for whom no file is read-only."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def read_only(file: Path) -> Iterator[None]:
    file.chmod(0o444)
    file.parent.chmod(0o555)
    try:
        with as_nobody():
            yield
    finally:
        file.parent.chmod(0o755)


async def test_a_read_only_file_is_named() -> None:
    # Not in tmp_path, whose parents are closed to other users.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "conselho.db"
        await (await open_sql_store(f"sqlite:///{file}")).close()
        with read_only(file):
            reason = await reason_of_opening(f"sqlite:///{file}")
        assert f"{file} is read-only" in reason


async def fill(store: SqlStore, acknowledged: list[TaskId]) -> None:
    """Submit until the store refuses."""
    for _ in range(1000):
        task = make_task(due_at=None)
        await store.submit([replace(task, active_key=task.task_id)], announce=one_event)
        acknowledged.append(task.task_id)


async def test_a_full_disk_loses_nothing_that_was_acknowledged(file: Path) -> None:
    store = await open_sql_store(f"sqlite:///{file}?max_page_count=100")
    acknowledged: list[TaskId] = []
    with pytest.raises(StoreUnavailable, match=r"no space left for .*conselho\.db; free some"):
        await fill(store, acknowledged)
    with pytest.raises(StoreUnavailable, match="no space left"):
        await store.check()
    page = await store.tasks(TaskFilter(), limit=1000)
    assert {task.task_id for task in page.tasks} == set(acknowledged)
    events = await store.events_after(0, limit=1000)
    assert [event.data["execution_id"] for event in events] == acknowledged
    await store.close()

    roomy = await open_sql_store(f"sqlite:///{file}")
    await roomy.check()
    await roomy.submit([make_task(due_at=None)], announce=one_event)
    assert (await roomy.tasks(TaskFilter(), limit=1)).total == len(acknowledged) + 1
    await roomy.close()


async def test_a_file_that_another_program_holds_is_locked(
    sqlite_store: SqlStore, file: Path
) -> None:
    await sqlite_store.close()
    store = await open_sql_store(f"sqlite:///{file}?busy_timeout=10")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="is locked by another program"):
            await store.submit([make_task()], announce=one_event)
        assert (await store.tasks(TaskFilter(), limit=1)).total == 0
        other.execute("ROLLBACK")
    await store.submit([make_task()], announce=one_event)
    await store.close()


async def test_a_closed_store_says_so(sqlite_store: SqlStore) -> None:
    await sqlite_store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await sqlite_store.tasks(TaskFilter(), limit=1)
    with pytest.raises(StoreUnavailable, match="closed"):
        await sqlite_store.check()


async def test_what_waits_when_the_store_is_closed_is_still_done(
    sqlite_store: SqlStore, file: Path
) -> None:
    calls = [
        asyncio.ensure_future(sqlite_store.submit([make_task(due_at=None)], announce=one_event))
        for _ in range(20)
    ]
    await asyncio.sleep(0)
    await sqlite_store.close()
    async with asyncio.timeout(30):
        assert len(await asyncio.gather(*calls)) == 20


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x.db?synchronous=OFF",
        "sqlite:///x.db?journal_mode=DELETE",
        "sqlite:///x.db?busy_timeout=-1",
        "mysql://localhost/x",
        "nonsense",
        "",
    ],
)
async def test_a_url_that_means_nothing_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettings, match=r"database_url: \w+"):
        await open_sql_store(url)


@pytest.mark.parametrize(("option", "expected"), [("", 1), ("?synchronous=FULL", 2)])
async def test_the_file_is_written_as_the_url_asks(file: Path, option: str, expected: int) -> None:
    store = await open_sql_store(f"sqlite:///{file}{option}")
    pragmas = await store._executor.write(
        lambda conn: [
            conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys")
        ]
    )
    assert pragmas == [expected, "wal", 1]
    await store.close()


async def test_readers_cannot_write(sqlite_store: SqlStore) -> None:
    with pytest.raises(StoreUnavailable, match="read-only"):
        await sqlite_store._executor.read(lambda conn: conn.exec_driver_sql("DELETE FROM meta"))


async def test_a_relative_path_is_a_file_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = await open_sql_store("sqlite:///relative.db")
    await store.close()
    assert (tmp_path / "relative.db").is_file()


async def test_counters_that_went_wrong_are_set_right(sqlite_store: SqlStore) -> None:
    await sqlite_store.submit([make_task()], announce=one_event)
    [task] = await sqlite_store.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)
    held = Held(task_id=task.task_id, fence=task.fence)
    outcome = make_outcome(usage={"cost_usd": 0.5, "turns": 3})
    await sqlite_store.finish(held, outcome, now=NOON, announce=one_event)
    right = await sqlite_store.statistics([ANA])
    day = {"since": NOON, "until": NOON + timedelta(days=1)}
    spent = await sqlite_store.usage(None, **day)
    for damage in (
        "UPDATE agent_counters SET duration_us = duration_us + 1",
        "DELETE FROM agent_counters",
        "UPDATE quarter_counters SET completed = 7",
        "INSERT INTO quarter_counters VALUES (0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0)",
        "UPDATE usage_counters SET turns = 2",
        "DELETE FROM usage_counters",
    ):
        await sqlite_store._executor.write(lambda conn, sql=damage: conn.exec_driver_sql(sql))
        assert not await sqlite_store.recount()
        assert await sqlite_store.recount()
        assert await sqlite_store.statistics([ANA]) == right
        assert await sqlite_store.usage(None, **day) == spent


@pytest.mark.parametrize("after", [1, 4, 9, 40, 77])
async def test_a_kill_loses_nothing_that_was_acknowledged(file: Path, after: int) -> None:
    url = f"sqlite:///{file}"
    with store_child.start("work", url) as child:
        assert child.stdout is not None
        try:
            said = [await asyncio.to_thread(child.stdout.readline) for _ in range(after)]
        finally:
            child.kill()
        said += (await asyncio.to_thread(child.stdout.read)).splitlines()
    assert child.returncode == -signal.SIGKILL
    words: dict[str, str] = {}
    for line in said:
        word, _, task_id = line.strip().partition(" ")
        words[task_id] = word
    assert words

    store = await open_sql_store(url)
    events = [event.data for event in await store.events_after(0, limit=100_000)]
    order = {
        "submitted": Status.PENDING,
        "claimed": Status.PROCESSING,
        "finished": Status.COMPLETED,
    }
    page = await store.tasks(TaskFilter(), limit=100_000)
    states = list(order.values())
    stored = {task.task_id: task for task in page.tasks}
    for task_id, word in words.items():
        assert states.index(stored[TaskId(task_id)].status) >= states.index(order[word])
    for task in page.tasks:
        # Each change has its event, and each event its change.
        told = [event["status"] for event in events if event["execution_id"] == task.task_id]
        assert told == [status.value for status in states[: states.index(task.status) + 1]]
    assert len({event["execution_id"] for event in events}) == len(stored)
    assert await store.recount()
    await store.close()


async def test_a_start_on_a_current_file_needs_no_alembic(
    sqlite_store: SqlStore, file: Path
) -> None:
    await sqlite_store.create_agent(make_agent(), events=[])
    await sqlite_store.close()
    program = (
        "import asyncio, sys\n"
        "from conselho.stores.sql import open_sql_store\n"
        "async def main():\n"
        f"    store = await open_sql_store('sqlite:///{file}')\n"
        "    print(len(await store.agents()))\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
        "for name in ('alembic', 'asyncpg', 'aiosqlite', 'sqlalchemy.ext.asyncio'):\n"
        "    assert name not in sys.modules, name\n"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


async def test_nobody_else_can_read_the_file_in_a_folder_that_is_open_to_all(file: Path) -> None:
    file.parent.chmod(0o755)
    store = await open_sql_store(f"sqlite:///{file}")
    try:
        made = {place.name: stat.S_IMODE(place.stat().st_mode) for place in file.parent.iterdir()}
    finally:
        await store.close()

    assert made == dict.fromkeys((file.name, f"{file.name}-wal", f"{file.name}-shm"), 0o600)
