"""What only PostgreSQL does: a server that may be away. The contract suites run on it as well."""

from __future__ import annotations

import os
import socket

import pytest
import sqlalchemy as sa

from conselho.errors import StoreUnavailable
from conselho.stores.sql import open_sql_store
from tests.support.stores import BACKENDS, POSTGRESQL_URL

pytest.importorskip("asyncpg", reason="asyncpg is not installed: PostgreSQL is not tested")


def test_the_contract_suites_run_on_postgresql() -> None:
    if POSTGRESQL_URL not in os.environ:
        pytest.skip(f"{POSTGRESQL_URL} is not set: the contract suites run on SQLite only")
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
    server = os.environ.get(POSTGRESQL_URL)
    if server is None:
        pytest.skip(f"{POSTGRESQL_URL} is not set")
    url = sa.make_url(server).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(StoreUnavailable, match="nowhere does not exist; create it"):
        await open_sql_store(url)
