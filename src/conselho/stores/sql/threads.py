"""Threads that each own one SQLite connection and run whole transactions on it.

    coroutine --- operation ---> queue ---> thread: BEGIN, statements, COMMIT ---> result

One hop there and one back for a whole transaction, however many statements it has. A driver that
hops for each statement costs five times as much (docs/adr/0005-sqlite-threads.md). A transaction
never waits for the event loop, so nothing that happens to the coroutine can leave it half done: a
cancelled caller only does not hear of the outcome.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from conselho.errors import StoreUnavailable

T = TypeVar("T")
Operation = Callable[[sa.Connection], T]


@dataclass(frozen=True, slots=True)
class _Job:
    operation: Operation[Any]
    future: asyncio.Future[Any]


class ConnectionThreads:
    """`count` threads behind one queue; each opens its own connection at its first job."""

    def __init__(self, name: str, count: int, engine: sa.Engine, begin: str) -> None:
        """`begin` is the statement that begins each transaction."""
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._engine = engine
        self._begin = begin
        self._loop = asyncio.get_running_loop()
        self._ended = [self._loop.create_future() for _ in range(count)]
        self._is_open = True
        for number, ended in enumerate(self._ended):
            # A daemon: a process that dies without close() must not hang; the file is safe.
            threading.Thread(
                target=self._serve, args=(ended,), name=f"{name}-{number}", daemon=True
            ).start()

    async def run(self, operation: Operation[T]) -> T:
        """The result of one transaction; it is committed when this returns."""
        if not self._is_open:
            raise StoreUnavailable("it was closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Job(operation, future))
        return await future

    async def close(self) -> None:
        """Let every job that waits be done, then end the threads and their connections."""
        if self._is_open:
            self._is_open = False
            for _ in self._ended:
                self._queue.put(None)
        await asyncio.wait(self._ended)

    def _serve(self, ended: asyncio.Future[None]) -> None:
        conn: sa.Connection | None = None
        while (job := self._queue.get()) is not None:
            try:
                if conn is None:
                    conn = self._engine.connect()
                with conn.begin():
                    # Said to the driver: an event hook of SQLAlchemy's would do the same, and
                    # make every other statement look for hooks as well.
                    conn.connection.driver_connection.execute(self._begin)  # type: ignore[union-attr]
                    result = job.operation(conn)
            except Exception as exc:  # noqa: BLE001 - the waiting coroutine raises it
                self._tell(_fail, job.future, exc)
                if isinstance(exc, sa.exc.DBAPIError | sqlite3.Error):
                    _discard(conn)
                    conn = None
            else:
                self._tell(_succeed, job.future, result)
        _discard(conn)
        self._tell(_succeed, ended, None)

    def _tell(self, report: Callable[..., None], *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(report, *args)
        except RuntimeError:
            return  # the loop is closed: nobody is left to hear of it


def _discard(conn: sa.Connection | None) -> None:
    """Close a connection that is done with, or that failed: whatever was open is rolled back."""
    if conn is not None:
        conn.invalidate()
        conn.close()


def _succeed(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], exc: BaseException) -> None:
    if not future.done():
        future.set_exception(exc)
