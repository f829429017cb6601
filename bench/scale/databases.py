"""Database servers of the bench's own, with the settings of a real one, and what they were asked.

The tests' PostgreSQL does not wait for the disk; this one does. What a server was asked is counted
by itself, so that nothing stands between it and the product:

    PostgreSQL   pg_stat_statements: statements, and COMMIT and ROLLBACK for transactions
    MongoDB      serverStatus.metrics.commands (FerretDB keeps the same): commands
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import asyncpg
from pymongo import AsyncMongoClient, MongoClient

from conselho.stores.sql.rows import micros
from tests.support import mongodb, postgresql

# So that a query that needs more than there is ends its server, not the machine.
MOST_MEMORY: Final = 8 * 2**30

# Seldom: FerretDB reads all tasks for it.
LOOK_SECONDS: Final = 0.5

Counts = dict[str, int]


class Database(Protocol):
    """An empty database; `url` is what CONSELHO_DATABASE_URL is set to."""

    url: str
    server: str

    async def asked(self) -> Counts:
        """How often each kind of thing was asked so far, without what the bench asked."""

    async def ended(self, due: datetime) -> int:
        """How many runs of this slot have ended. It is not counted by `asked`."""

    async def active(self) -> bool:
        """Whether a run waits or is at work. It is not counted by `asked`."""

    async def pids(self) -> list[int]:
        """The processes of the server."""

    async def settle(self) -> None:
        """Let the server do now what it does by itself some minutes after a large change."""


def operations(counts: Counts, server: str) -> int:
    """What one of the store's operations costs: a transaction, or a command."""
    if server.startswith("PostgreSQL"):
        return counts.get("transactions", 0)
    return sum(counts.values())


def difference(before: Counts, after: Counts) -> Counts:
    return {name: count - before.get(name, 0) for name, count in after.items()}


# -- PostgreSQL ----------------------------------------------------------------------------------


class Postgresql:
    def __init__(self, url: str, connection: asyncpg.Connection, server: str) -> None:
        self.url = url
        self.server = server
        self._connection = connection

    async def asked(self) -> Counts:
        row = await self._connection.fetchrow(_ASKED)
        return {name: int(row[name] or 0) for name in ("transactions", "statements")}

    async def ended(self, due: datetime) -> int:
        ended: int = await self._connection.fetchval(_ENDED, micros(due))
        return ended

    async def active(self) -> bool:
        active: bool = await self._connection.fetchval(_ACTIVE)
        return active

    async def pids(self) -> list[int]:
        return [row["pid"] for row in await self._connection.fetch(_PIDS)]

    async def settle(self) -> None:
        # What autovacuum does; index-only scans need it.
        await self._connection.execute("VACUUM ANALYZE")


_SETTINGS: Final = {
    "fsync": "on",
    "shared_buffers": "512MB",
    "shared_preload_libraries": "pg_stat_statements",
}
# What the bench asks begins with its name, so that it is not counted.
_ASKED: Final = """
/* bench */ SELECT
  sum(calls) FILTER (WHERE query ~* '^ *(commit|rollback)') AS transactions,
  sum(calls) FILTER (WHERE query !~* '^ *(begin|commit|rollback)') AS statements
FROM pg_stat_statements JOIN pg_database ON dbid = oid
WHERE datname = current_database() AND query NOT LIKE '%/* bench */%'
"""
_PIDS: Final = "/* bench */ SELECT pid FROM pg_stat_activity"
_ENDED: Final = "/* bench */ SELECT count(*) FROM tasks WHERE due_at = $1 AND ended_at IS NOT NULL"
_ACTIVE: Final = "/* bench */ SELECT EXISTS (SELECT FROM tasks WHERE ended_at IS NULL)"


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A server with its defaults, and the statistics of its statements; where databases are made.

    Raises RuntimeError without the program.
    """
    if missing := postgresql.why_missing():
        raise RuntimeError(missing)
    with _temporary_folder() as folder:
        server = postgresql.PostgresqlServer(folder, settings=_SETTINGS)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


@asynccontextmanager
async def postgresql_database(server: str) -> AsyncIterator[Postgresql]:
    name = f"bench_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE DATABASE {name}")
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE EXTENSION pg_stat_statements")
        version = await connection.fetchval("SHOW server_version")
        yield Postgresql(url, connection, f"PostgreSQL {version.split()[0]}")
    finally:
        await connection.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


# -- MongoDB's wire protocol ---------------------------------------------------------------------


class Mongo:
    # Of drivers, not of the store.
    _NOT_COUNTED: Final = frozenset(
        "hello isMaster ismaster ping serverStatus buildInfo endSessions count".split()
    )

    def __init__(self, url: str, client: AsyncMongoClient[dict[str, Any]], server: str) -> None:
        self.url = url
        self.server = server
        self._client = client

    async def asked(self) -> Counts:
        status = await self._client.admin.command("serverStatus")
        return {
            name: int(told["total"])
            for name, told in status["metrics"]["commands"].items()
            if isinstance(told, dict) and told.get("total") and name not in self._NOT_COUNTED
        }

    async def ended(self, due: datetime) -> int:
        return await self._count({"us.due_at": micros(due), "us.ended_at": {"$gte": 0}})

    async def active(self) -> bool:
        return await self._count({"status": {"$in": ["pending", "processing"]}}) > 0

    async def _count(self, where: dict[str, Any]) -> int:
        # The old command, which the store never uses.
        answer = await self._client.get_default_database().command("count", "tasks", query=where)
        return int(answer["n"])

    async def pids(self) -> list[int]:
        status = await self._client.admin.command("serverStatus")
        return [int(status["pid"])]

    async def settle(self) -> None:
        """Nothing is to be done."""


@contextmanager
def mongodb_server() -> Iterator[str]:
    """FerretDB as the tests build it, or the server that CONSELHO_TEST_MONGO_URI names.

    Raises RuntimeError when there is neither it nor a Go to build it.
    """
    given = os.environ.get(mongodb.URI)
    if given:
        yield given
        return
    if missing := mongodb.why_missing():
        raise RuntimeError(missing)
    with _temporary_folder() as folder:
        server = mongodb.FerretServer(folder)
        server.start()
        try:
            with MongoClient[dict[str, Any]](server.url) as client:
                pid = client.admin.command("serverStatus")["pid"]
            resource.prlimit(pid, resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            yield server.url
        finally:
            server.stop()


@asynccontextmanager
async def mongodb_database(server: str) -> AsyncIterator[Mongo]:
    name = f"bench_{secrets.token_hex(4)}"
    parts = urlsplit(server)
    query = parts.query
    if "@" in parts.netloc and "authSource" not in query:
        query = "&".join(filter(None, [query, "authSource=admin"]))
    url = parts._replace(path=f"/{name}", query=query).geturl()
    async with AsyncMongoClient[dict[str, Any]](url) as client:
        status = await client.admin.command("serverStatus")
        ferret = status.get("ferretdbVersion")
        named = f"FerretDB {ferret} (on SQLite)" if ferret else f"MongoDB {status['version']}"
        try:
            yield Mongo(url, client, named)
        finally:
            with contextlib.suppress(Exception):  # the server may be what gave way
                await client.drop_database(name)


# -- both ------------------------------------------------------------------------------------------


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="conselho-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


async def until_ended(database: Database, due: datetime, count: int, *, patience: float) -> bool:
    """Whether so many runs of a slot have ended within `patience` seconds."""
    deadline = time.monotonic() + patience
    while await database.ended(due) < count:
        if time.monotonic() > deadline:
            return False
        # No database tells of itself when something was written.
        await asyncio.sleep(LOOK_SECONDS)
    return True
