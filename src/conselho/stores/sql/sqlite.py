"""SQLite: one thread that writes, a few that read, one file in WAL mode."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from conselho.errors import InvalidSettings, StoreUnavailable
from conselho.stores.sql.failures import unavailable
from conselho.stores.sql.migrate import bring_up_to_date
from conselho.stores.sql.portable import casefold
from conselho.stores.sql.threads import ConnectionThreads, Operation

T = TypeVar("T")

READERS = 3
BUSY_TIMEOUT_MS = 5000
OLDEST_SQLITE = (3, 35, 0)  # RETURNING

# What `?name=value` in the URL may set, with the values it may have.
_OPTIONS: Final[dict[str, Callable[[str], bool]]] = {
    # NORMAL survives every crash of a process; only FULL survives one of the machine, too.
    "synchronous": lambda value: value.upper() in ("NORMAL", "FULL", "EXTRA"),
    "busy_timeout": str.isdecimal,  # milliseconds
    "max_page_count": str.isdecimal,  # bounds the file, in pages of 4 kB
}


class SqliteExecutor:
    """Runs operations as transactions on one file.

    Raises StoreUnavailable for whatever the driver complains of; other exceptions of an operation
    come through, and its transaction is rolled back.
    """

    is_shared = False

    def __init__(self, url: sa.URL) -> None:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreUnavailable(
                f"this Python has SQLite {sqlite3.sqlite_version};"
                " 3.35 or newer is needed, use another Python"
            )
        self.place = _file(url)
        self._pragmas = _pragmas(url)
        self._writer = ConnectionThreads("store-writer", 1, self._engine(), "BEGIN IMMEDIATE")
        self._readers = ConnectionThreads("store-reader", READERS, self._engine("ON"), "BEGIN")

    async def open(self) -> None:
        await asyncio.to_thread(_make_private, Path(self.place))
        await self.write(bring_up_to_date, self.place)

    async def write(self, operation: Callable[..., T], *args: Any) -> T:
        return await self._run(self._writer, lambda conn: operation(conn, *args))

    async def read(self, operation: Callable[..., T], *args: Any) -> T:
        return await self._run(self._readers, lambda conn: operation(conn, *args))

    async def close(self) -> None:
        await self._readers.close()
        await self._writer.close()

    async def _run(self, threads: ConnectionThreads, operation: Operation[T]) -> T:
        try:
            return await threads.run(operation)
        except (sa.exc.DBAPIError, sqlite3.Error) as exc:
            raise unavailable(exc, self.place) from exc

    def _engine(self, query_only: str = "OFF") -> sa.Engine:
        """An engine without a pool: each thread keeps the one connection that it opens."""
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=self.place),
            poolclass=sa.NullPool,
            # None: the driver begins nothing by itself, so reads and DDL are in transactions too.
            connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000},
        )

        @sa.event.listens_for(engine, "connect")
        def set_up(connection: Any, _: Any) -> None:
            for name, value in self._pragmas.items():
                connection.execute(f"PRAGMA {name} = {value}").close()
            connection.execute(f"PRAGMA query_only = {query_only}").close()
            connection.create_function("casefold", 1, casefold, deterministic=True)

        return engine


def _file(url: sa.URL) -> str:
    if not url.database or url.database == ":memory:":
        raise InvalidSettings(
            "database_url", "SQLite needs a file: sqlite:////absolute/path/conselho.db"
        )
    return str(Path(url.database).absolute())


def _make_private(place: Path) -> None:
    """Make the file for its owner alone, also in a folder that others may enter.

    SQLite gives its log and index the mode of the file. One that is there keeps its own.
    """
    with suppress(OSError):  # SQLite says better what is wrong with the place.
        os.close(os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _pragmas(url: sa.URL) -> dict[str, str]:
    options = {name: value for name, value in url.query.items() if isinstance(value, str)}
    for name in url.query:
        if name not in _OPTIONS or not _OPTIONS[name](options.get(name, "")):
            known = ", ".join(_OPTIONS)
            raise InvalidSettings(
                "database_url", f"the option {name!r} is not known or has no such value ({known})"
            )
    return {
        "busy_timeout": str(BUSY_TIMEOUT_MS),
        "journal_mode": "WAL",
        "synchronous": "NORMAL",
        "foreign_keys": "ON",
        # After a long reader the log shrinks again.
        "journal_size_limit": str(64 * 1024 * 1024),
    } | options
