"""The chain of migrations, and that it ends where the tables of the code are."""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from conselho.errors import StoreUnavailable
from conselho.models.ids import AgentId
from conselho.models.statistics import Usage
from conselho.models.task import Status, Task, queued_key
from conselho.models.verdict import Severity
from conselho.store import Held
from conselho.stores.sql import migrate, open_sql_store
from conselho.stores.sql.rows import micros, task_values
from conselho.stores.sql.schema import metadata
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    WORKER,
    make_lost,
    make_outcome,
    make_task,
    make_verdict,
    one_event,
)
from tests.support.stores import BACKENDS, store_url

# The stores that migrations are for.
SQL = [name for name in BACKENDS if name in ("sqlite", "postgresql")]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config)


def test_the_code_knows_every_revision_in_order() -> None:
    chain = [script.revision for script in scripts().walk_revisions()]
    assert tuple(reversed(chain)) == migrate.REVISIONS
    assert scripts().get_heads() == [migrate.HEAD]


def differences(conn: sa.Connection) -> list[object]:
    context = MigrationContext.configure(
        conn, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


@pytest.fixture
def through_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new store is made by all migrations, as one of the first release would be by now."""
    monkeypatch.setattr(migrate, "_make", migrate._upgrade)


@pytest.mark.usefixtures("through_history")
@pytest.mark.parametrize("backend", SQL)
async def test_the_migrated_tables_are_those_of_the_code(backend: str, tmp_path: Path) -> None:
    async with store_url(backend, tmp_path) as url:
        store = await open_sql_store(url)
        assert await store._executor.write(differences) == []
        await store.close()


@pytest.mark.parametrize("backend", SQL)
async def test_a_new_store_is_what_all_migrations_make(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Word for word: a comparison by Alembic does not see the condition of a partial index."""

    async def form(folder: str) -> tuple[set[tuple[str, ...]], list[Any]]:
        (tmp_path / folder).mkdir()
        async with store_url(backend, tmp_path / folder) as url:
            store = await open_sql_store(url)
            tables, first = await store._executor.read(lambda conn: (words(conn), rows(conn)))
            assert len(store.identity) == 12
            await store.close()
        return tables, first

    made = await form("made")
    monkeypatch.setattr(migrate, "_make", migrate._upgrade)
    assert made == await form("migrated")
    assert len(made[0]) > 40
    assert made[1] == [("identity",), (1, 0), (migrate.HEAD,)]


def words(conn: sa.Connection) -> set[tuple[str, ...]]:
    """How the database itself writes down its tables, indexes and constraints."""
    if conn.dialect.name == "sqlite":
        found = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {(name, _plain(sql)) for name, sql in found}
    told = (
        "SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conname, conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
    )
    return {tuple(map(str, row)) for query in told for row in conn.execute(sa.text(query))}


def rows(conn: sa.Connection) -> list[Any]:
    """What stands in the tables of a store in which nothing happened yet."""
    told = (
        "SELECT key FROM meta",
        "SELECT event_head.only, newest FROM event_head",
        "SELECT version_num FROM alembic_version",
    )
    return [tuple(row) for query in told for row in conn.execute(sa.text(query))]


def _plain(sql: str) -> str:
    # SQLite quotes the name of a table that was copied under another one and renamed, and sets a
    # column that was added closer to the comma.
    sql = re.sub(r"\s*([,()])\s*", r"\1", sql)
    return " ".join(sql.split()).replace("tasks.", "").replace('TABLE "tasks"', "TABLE tasks")


@pytest.mark.parametrize("backend", SQL)
async def test_stores_that_are_opened_at_once_agree_on_one_schema(
    backend: str, tmp_path: Path
) -> None:
    async with store_url(backend, tmp_path) as url:
        stores = await asyncio.gather(*(open_sql_store(url) for _ in range(4)))
        assert len({store.identity for store in stores}) == 1
        for store in stores:
            await store.close()


def of_the_first_schema() -> list[Task]:
    """Tasks as the first release wrote them: only the newer fields are unset."""
    told = {"cost_usd": 0.25, "input_tokens": 10, "turns": "many", "tokens": {"input": 3}}
    started: dict[str, Any] = {"attempt": 1, "fence": 1, "worker_id": WORKER, "started_at": NOON}
    ended = started | {"completed_at": NOON + MINUTE, "duration_seconds": 60.0}
    completed = make_task(
        status=Status.COMPLETED,
        severity=Severity.SUCCESS,
        verdict=make_verdict(),
        result="x" * 20_000,
        exit_code=0,
        usage=told,
        **ended,
    )
    cancelled = make_task(due_at=None, status=Status.CANCELLED, usage={"cost_usd": 0.5}, **ended)
    silent = make_task(
        BIA, due_at=None, status=Status.ERROR, severity=Severity.ERROR, usage={}, **ended
    )
    pending = make_task(due_at=NOON + HOUR)
    lost = replace(make_lost(BIA), slot_from=NOON + HOUR, slot_to=NOON + 2 * HOUR, slot_count=3)
    final = [completed, cancelled, silent, lost]
    return [*(replace(task, active_key=task.task_id) for task in final), pending]


def write_the_first_schema(conn: sa.Connection, tasks: list[Task]) -> None:
    """Tasks and their counters, by the rules of the first release."""

    def insert(table: str, rows: list[dict[str, Any]]) -> None:
        there = sa.Table(table, sa.MetaData(), autoload_with=conn)
        names = [column.name for column in there.columns]
        conn.execute(sa.insert(there), [{name: row.get(name, 0) for name in names} for row in rows])

    insert("tasks", [task_values(task) for task in tasks])
    noon, two = (micros(at) for at in (NOON, NOON + 2 * HOUR))
    insert(
        "agent_counters",
        [
            {"agent_id": agent, "trigger": trigger, "status": status, "severity": severity}
            | {"pruned": False, "tasks": 1, "newest": noon}
            | measures
            for agent, trigger, status, severity, measures in (
                (ANA, "schedule", "completed", "success", RAN | {"cost_microusd": 250_000}),
                (ANA, "manual", "cancelled", "", RAN | {"cost_microusd": 500_000}),
                (BIA, "manual", "error", "error", RAN),
                (BIA, "schedule", "missed", "", {"slots": 3}),
            )
        ],
    )
    quarter = {"completed": 1, "error": 1, "cancelled": 1, "success": 1, "severity_error": 1}
    insert(
        "quarter_counters",
        [
            quarter
            | {"quarter": noon, "pruned": False, "duration_us": 120_000_000}
            | {"cost_microusd": 250_000},  # not what the cancelled one cost
            {"quarter": two, "pruned": False, "missed": 3},
        ],
    )
    insert(
        "kind_counters",
        [
            {"status": status, "severity": severity, "trigger": trigger, "tasks": 1}
            for status, severity, trigger in (
                ("completed", "success", "schedule"),
                ("cancelled", "", "manual"),
                ("error", "error", "manual"),
                ("missed", "", "schedule"),
            )
        ],
    )


RAN = {"duration_us": 60_000_000}


@pytest.mark.parametrize("backend", SQL)
async def test_a_store_of_the_first_release_is_read_on(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = of_the_first_schema()
    async with store_url(backend, tmp_path) as url:
        with monkeypatch.context() as first:
            first.setattr(migrate, "_make", migrate._upgrade)
            first.setattr(migrate, "HEAD", "0001")
            old = await open_sql_store(url)
            await old._executor.write(write_the_first_schema, tasks)
            await old.close()
        store = await open_sql_store(url)
        completed, cancelled, *others = tasks
        assert [await store.task(task.task_id) for task in tasks] == [
            replace(completed, spent_at=NOON + MINUTE),
            replace(cancelled, spent_at=NOON + MINUTE),
            *others,
        ]
        spent = {ANA: Usage(runs=2, input_tokens=10, cost_microusd=750_000)}
        assert await store.usage(None, since=NOON, until=NOON + HOUR) == spent
        assert (await store.tally(since=NOON, until=NOON + HOUR)).cost_microusd == 750_000
        assert await store.recount()
        assert await store.usage(None, since=NOON, until=NOON + HOUR) == spent
        assert await store._executor.write(differences) == []
        await store.close()


@pytest.mark.parametrize("backend", SQL)
async def test_the_work_of_the_second_release_goes_on(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits is claimed in its old order, what is at work can end, what is lost stays so."""
    started: dict[str, Any] = {
        "attempt": 1, "fence": 1, "worker_id": WORKER, "started_at": NOON, "lease_until": NOON,
    }  # fmt: skip
    at_work = make_task(status=Status.PROCESSING, **started)
    younger, older, retried = (
        make_task(AgentId(f"agent-{n}"), not_before=NOON - age, attempt=n // 2)
        for n, age in enumerate((MINUTE, HOUR, 2 * MINUTE))
    )
    later = make_task(AgentId("later"), not_before=NOON + HOUR)
    queued = make_task(due_at=NOON + MINUTE, not_before=NOON, active_key=queued_key(ANA))
    lost = replace(make_lost(BIA), slot_from=NOON, slot_to=NOON + HOUR, slot_count=3)
    lost = replace(lost, active_key=lost.task_id)
    tasks = [at_work, younger, older, retried, later, queued, lost]
    async with store_url(backend, tmp_path) as url:
        with monkeypatch.context() as second:
            second.setattr(migrate, "_make", migrate._upgrade)
            second.setattr(migrate, "HEAD", "0002")
            old = await open_sql_store(url)
            await old._executor.write(write_tasks, tasks)
            await old.close()
        store = await open_sql_store(url)
        assert [await store.task(task.task_id) for task in tasks] == tasks
        assert await store._executor.write(differences) == []
        claimed = await store.claim(WORKER, now=NOON, limit=9, lease=HOUR, announce=one_event)
        assert [task.task_id for task in claimed] == [
            older.task_id, retried.task_id, younger.task_id,
        ]  # fmt: skip
        await store.finish(
            Held(task_id=at_work.task_id, fence=1), make_outcome(), now=NOON, announce=one_event
        )
        [next_one] = await store.claim(WORKER, now=NOON, limit=9, lease=HOUR, announce=one_event)
        assert next_one.task_id == queued.task_id
        [answer] = await store.submit([make_task(BIA, due_at=NOON + MINUTE)], announce=one_event)
        assert answer.holder == lost.task_id
        assert (await store.journal(limit=1), await store.maintenance()) == ([], [])
        await store.close()


def write_tasks(conn: sa.Connection, tasks: list[Task]) -> None:
    """Rows of `tasks` with the columns that are there."""
    there = sa.Table("tasks", sa.MetaData(), autoload_with=conn)
    names = [column.name for column in there.columns]
    rows = [task_values(task) for task in tasks]
    conn.execute(sa.insert(there), [{name: row[name] for name in names} for row in rows])


async def test_a_migration_that_breaks_off_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sql"
    source = Path(migrate.__file__).parent
    shutil.copytree(source / "migrations", folder / "migrations")
    (folder / "migrations" / "versions" / "9000_breaks_off.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f"revision, down_revision = '9000', '{migrate.HEAD}'\n"
        "def upgrade():\n"
        "    op.add_column('tasks', sa.Column('half', sa.Text))\n"
        "    op.execute('INSERT INTO nowhere VALUES (1)')\n"
    )
    url = f"sqlite:///{tmp_path / 'conselho.db'}"
    old = await open_sql_store(url)
    identity = old.identity
    await old.close()
    with monkeypatch.context() as newer:
        newer.setattr(migrate, "__file__", str(folder / "migrate.py"))
        newer.setattr(migrate, "REVISIONS", (*migrate.REVISIONS, "9000"))
        newer.setattr(migrate, "HEAD", "9000")
        with pytest.raises(StoreUnavailable, match="nowhere"):
            await open_sql_store(url)
    again = await open_sql_store(url)
    assert again.identity == identity
    assert await again._executor.write(differences) == []
    await again.close()
