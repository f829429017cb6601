"""The bare floor: what a plain asyncio loop needs for the same children on the same machine."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bench.councils import sleep_until


async def started_after(
    due: datetime, count: int, command: Sequence[str], *, concurrency: int
) -> list[float]:
    """Start `count` children at `due`; how many seconds later each was there.

    The child prints the time of day at its start (`date +%s.%N`).
    """
    printed: list[float] = []
    await sleep_until(due)
    await _children(count, command, concurrency, lambda text: printed.append(float(text)))
    return [moment - due.timestamp() for moment in printed]


async def runs_per_second(
    database: Path, count: int, command: Sequence[str], *, concurrency: int
) -> float:
    """Run `count` children and commit one row for each, in WAL mode, as a store would."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS runs (ended REAL, result TEXT)")

        def record(text: bytes) -> None:
            # Outside an explicit transaction: a statement is one.
            connection.execute("INSERT INTO runs VALUES (?, ?)", (time.time(), text.decode()))

        started = time.perf_counter()
        await _children(count, command, concurrency, record)
        return count / (time.perf_counter() - started)


async def _children(
    count: int, command: Sequence[str], concurrency: int, ended: Callable[[bytes], None]
) -> None:
    free = asyncio.Semaphore(concurrency)

    async def child() -> None:
        async with free:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
            )
            output, _ = await process.communicate()
            ended(output)

    await asyncio.gather(*(child() for _ in range(count)))
