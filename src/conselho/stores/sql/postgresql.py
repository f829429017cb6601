"""PostgreSQL: the same operations through an async engine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from conselho.errors import StoreUnavailable
from conselho.stores.sql import copying, counters, imports
from conselho.stores.sql.failures import unavailable
from conselho.stores.sql.migrate import bring_up_to_date

T = TypeVar("T")

CONNECTIONS = 8
TRIES = 5
# A transaction that takes longer than that waits for a server that is gone or hangs.
PATIENCE_SECONDS: Final = 20.0
# They read or write whole tables, or a copy's portions with all their texts, and may take longer.
_LONG: Final = (
    bring_up_to_date,
    counters.agree,
    counters.rebuild,
    imports.carry_tasks,
    copying.carry_logs,
)
# How long a server keeps the locks of a client that has vanished in mid-transaction.
VANISHED_SECONDS: Final = 15
# A connection whose other end has vanished ends after about as long, in use or not.
_KEEPALIVE: Final = {
    "TCP_KEEPIDLE": 5,
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 2,
    "TCP_USER_TIMEOUT": 15_000,
}
# A race that the other one won: unique_violation, deadlock_detected, serialization_failure. The
# transaction changed nothing, and run again it sees what the other one wrote.
_LOST_RACES = ("23505", "40P01", "40001")


class PostgresqlExecutor:
    """Runs operations as transactions on a server; the counterpart of SqliteExecutor."""

    is_shared = True

    def __init__(self, url: sa.URL) -> None:
        self.place = url.set(drivername="postgresql").render_as_string(hide_password=True)
        self._engine: AsyncEngine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=CONNECTIONS,
            max_overflow=0,
            connect_args={"timeout": 10},
        )
        # Instead of the pool's own ping, which costs three round trips before each transaction.
        sa.event.listen(self._engine.sync_engine, "checkout", _refuse_closed)
        sa.event.listen(self._engine.sync_engine, "connect", _expect_cuts)
        sa.event.listen(self._engine.sync_engine, "connect", _compile_nothing)
        # All statements of a read see one moment.
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._running: set[asyncio.Task[Any]] = set()
        self._is_open = True

    async def open(self) -> None:
        await self.write(bring_up_to_date, self.place)

    async def write(self, operation: Callable[..., T], *args: Any) -> T:
        return await self._finish(self._transaction(self._engine, operation, args))

    async def read(self, operation: Callable[..., T], *args: Any) -> T:
        return await self._finish(self._transaction(self._snapshots, operation, args))

    async def close(self) -> None:
        self._is_open = False
        if self._running:
            await asyncio.wait(self._running)
        await self._engine.dispose()

    async def _finish(self, transaction: Coroutine[Any, Any, T]) -> T:
        """Its result; a caller that is cancelled meanwhile leaves it to end by itself."""
        task = asyncio.ensure_future(transaction)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        # A caller that was cancelled does not hear of it: nobody else complains either.
        if not task.cancelled():
            task.exception()

    async def _transaction(
        self, engine: AsyncEngine, operation: Callable[..., T], args: tuple[Any, ...]
    ) -> T:
        if not self._is_open:
            raise StoreUnavailable("it was closed")
        for attempt in range(1, TRIES + 1):
            committing = False
            try:
                async with engine.connect() as conn, _patience(conn, operation):
                    result = await conn.run_sync(operation, *args)
                    committing = True
                    await conn.commit()
                    return result
            except TimeoutError as exc:
                waited = f"{self.place} did not answer within {PATIENCE_SECONDS:g} s"
                raise StoreUnavailable(waited) from exc
            except sa.exc.DBAPIError as exc:
                # Nobody knows of a commit that was not answered whether it was done.
                was_cut_off = exc.connection_invalidated and not committing
                has_lost = getattr(exc.orig, "sqlstate", "") in _LOST_RACES
                if attempt == TRIES or not (was_cut_off or has_lost):
                    raise unavailable(exc, self.place) from exc
            except (OSError, sa.exc.TimeoutError) as exc:
                raise unavailable(exc, self.place) from exc
        raise AssertionError("unreachable: the last attempt returns or raises")


@asynccontextmanager
async def _patience(conn: AsyncConnection, operation: Callable[..., Any]) -> AsyncIterator[None]:
    """Give a transaction up that hears nothing for too long. Raises TimeoutError."""
    try:
        async with asyncio.timeout(None if operation in _LONG else PATIENCE_SECONDS):
            yield
    except TimeoutError:
        # A rollback would only wait for the same server.
        await conn.invalidate()
        raise


def _expect_cuts(connection: Any, *_: object) -> None:
    """Let both ends of a new connection notice that the other one has vanished."""
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{VANISHED_SECONDS}s'")
    cursor.close()
    connection.commit()
    transport = getattr(connection.driver_connection, "_transport", None)
    sock = transport.get_extra_info("socket") if transport is not None else None
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):  # not all of them on macOS
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _compile_nothing(connection: Any, *_: object) -> None:
    """Keep the server from compiling statements (JIT), each of which takes it 50 to 200 ms anew.

    It does so for what it thinks costly, and takes the lists that a text brings (`portable.given`)
    for a hundred rows; with an index each of ours is a matter of milliseconds.
    """
    cursor = connection.cursor()
    cursor.execute("SET jit = off")
    cursor.close()
    connection.commit()


def _refuse_closed(connection: Any, *_: object) -> None:
    """Let the pool connect anew when the server closed this connection while it was idle."""
    if connection.driver_connection.is_closed():
        raise sa.exc.DisconnectionError
