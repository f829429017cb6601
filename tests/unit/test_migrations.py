"""The chain of migrations, and that it ends where the tables of the code are."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from conselho.errors import StoreUnavailable
from conselho.stores.sql import migrate, open_sql_store
from conselho.stores.sql.schema import metadata
from tests.support.stores import BACKENDS, store_url


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


@pytest.mark.parametrize("backend", BACKENDS)
async def test_the_migrated_tables_are_those_of_the_code(backend: str, tmp_path: Path) -> None:
    async with store_url(backend, tmp_path) as url:
        store = await open_sql_store(url)
        assert await store._executor.write(differences) == []
        await store.close()


async def test_the_indexes_of_sqlite_are_those_of_the_code(tmp_path: Path) -> None:
    """Word for word: a comparison by Alembic does not see the condition of a partial index."""
    async with store_url("sqlite", tmp_path) as url:
        await (await open_sql_store(url)).close()
    with closing(sqlite3.connect(tmp_path / "conselho.db")) as migrated:
        rows = migrated.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' ORDER BY name"
        ).fetchall()
    engine = sa.create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        expected = conn.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        ).fetchall()
    engine.dispose()
    assert {name: _plain(sql) for name, sql in rows} == {
        name: _plain(sql) for name, sql in expected
    }


def _plain(sql: str) -> str:
    return " ".join(sql.split()).replace("tasks.", "")


@pytest.mark.parametrize("backend", BACKENDS)
async def test_stores_that_are_opened_at_once_agree_on_one_schema(
    backend: str, tmp_path: Path
) -> None:
    async with store_url(backend, tmp_path) as url:
        stores = await asyncio.gather(*(open_sql_store(url) for _ in range(4)))
        assert len({store.identity for store in stores}) == 1
        for store in stores:
            await store.close()


async def test_a_migration_that_breaks_off_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sql"
    source = Path(migrate.__file__).parent
    shutil.copytree(source / "migrations", folder / "migrations")
    (folder / "migrations" / "versions" / "0002_breaks_off.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "revision, down_revision = '0002', '0001'\n"
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
        newer.setattr(migrate, "REVISIONS", ("0001", "0002"))
        newer.setattr(migrate, "HEAD", "0002")
        with pytest.raises(StoreUnavailable, match="nowhere"):
            await open_sql_store(url)
    again = await open_sql_store(url)
    assert again.identity == identity
    assert await again._executor.write(differences) == []
    await again.close()
