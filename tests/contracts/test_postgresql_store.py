"""What only PostgreSQL does: a server that may be away. The contract suites run on it as well."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from conselho.errors import StoreUnavailable
from conselho.store import Loss
from conselho.stores.sql import SqlStore, lifecycle, open_sql_store
from tests.support import postgresql
from tests.support.clock import NOON
from tests.support.factories import make_lost, make_task, one_event
from tests.support.stores import BACKENDS, store_url

pytest.importorskip("asyncpg", reason="asyncpg is not installed: PostgreSQL is not tested")


def require_server() -> None:
    """Skip on a machine without PostgreSQL; on CI that is a failure."""
    missing = postgresql.why_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


def test_the_contract_suites_run_on_postgresql() -> None:
    require_server()
    assert "postgresql" in BACKENDS


async def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
            await open_sql_store(f"postgresql://ana:s3cret@127.0.0.1:{port}/council")
    assert f"127.0.0.1:{port}/council" in caught.value.reason
    assert "s3cret" not in str(caught.value)


async def test_a_database_that_does_not_exist_is_named() -> None:
    require_server()
    url = (
        sa.make_url(postgresql.server_url())
        .set(database="nowhere")
        .render_as_string(hide_password=False)
    )
    with pytest.raises(StoreUnavailable, match="nowhere does not exist; create it"):
        await open_sql_store(url)


async def test_connections_that_the_server_closed_are_made_anew(tmp_path: Path) -> None:
    require_server()
    async with store_url("postgresql", tmp_path) as url, open_store_at(url) as store:
        await asyncio.gather(*(store.check() for _ in range(4)))
        engine = create_async_engine(sa.make_url(url).set(drivername="postgresql+asyncpg"))
        async with engine.connect() as conn:
            ended = await conn.execute(sa.text(END_ALL_OTHERS))
            assert len(ended.all()) >= 2
        await engine.dispose()

        await asyncio.gather(*(store.check() for _ in range(4)))


END_ALL_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_who_tells_a_slot_as_lost_waits_for_who_submits_it(tmp_path: Path) -> None:
    """Neither would see what the other one has not committed yet."""
    require_server()
    slots = [NOON + n * timedelta(minutes=30) for n in range(3)]
    async with store_url("postgresql", tmp_path) as url, open_store_at(url) as store:
        engine = create_async_engine(sa.make_url(url).set(drivername="postgresql+asyncpg"))
        async with engine.connect() as conn, asyncio.timeout(30):
            await conn.run_sync(lifecycle.submit, [make_task(due_at=slots[1])], one_event)
            loss = Loss(row=make_lost(), slots=slots)
            telling = asyncio.ensure_future(store.record_lost([loss], now=NOON, announce=one_event))
            while not telling.done() and not await somebody_waits(engine):
                pass
            await conn.commit()
            [row] = await telling
        assert (row.slot_from, row.slot_count) == (slots[2], 1)
        await engine.dispose()


async def somebody_waits(engine: AsyncEngine) -> bool:
    async with engine.connect() as conn:
        found = await conn.execute(sa.text("SELECT 1 FROM pg_locks WHERE NOT granted"))
        return found.first() is not None


@asynccontextmanager
async def open_store_at(url: str) -> AsyncIterator[SqlStore]:
    store = await open_sql_store(url)
    yield store
    await store.close()
