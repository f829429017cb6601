"""Many councilors due in one second, through the whole product: from slot to stored result."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.councils import next_second, seat_due_councilors, sleep_until
from bench.server import Server, ready_server, temporary_folder

PAGE = 500
LOOK_SECONDS = 0.25
# From here to the first slot: the server must be ready by then. A busy machine gets more time.
LEADS = (timedelta(seconds=3), timedelta(seconds=12), timedelta(seconds=30))
SEATING = timedelta(milliseconds=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One Task that is completed. `output` is what its child printed; times are epoch seconds."""

    due: float
    completed: float
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bursts:
    """A server whose councilors are all due at `first`, and then again every `interval`."""

    server: Server
    first: datetime
    interval: timedelta
    size: int

    async def burst(self, number: int, *, patience: float) -> list[Run]:
        """The runs of one slot, the first being number 0, once they are all completed.

        Those that are not there `patience` seconds after the slot are missing.
        """
        due = self.first + number * self.interval
        await sleep_until(due)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._ended((number + 1) * self.size)
        rows = await self._rows()
        runs = [_run(row) for row in rows if row["status"] == "completed"]
        return [run for run in runs if run.due == due.timestamp()]

    async def _ended(self, count: int) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            page = await self.server.ask("/api/tasks?limit=1&status=completed&status=error")
            if page["total"] >= count:
                return

    async def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            page = await self.server.ask(f"/api/tasks?limit={PAGE}&offset={len(rows)}")
            rows += page["tasks"]
            if len(rows) >= page["total"] or not page["tasks"]:
                return rows


@asynccontextmanager
async def due_together(
    size: int, command: Sequence[str], *, max_runs: int, every_seconds: int
) -> AsyncIterator[Bursts]:
    """A ready server with `size` councilors, shortly before they are due for the first time.

    Raises RuntimeError when no lead was enough for the server to be ready before that.
    """
    for lead in LEADS:
        first = next_second(lead + size * SEATING)
        with temporary_folder() as folder:
            await seat_due_councilors(folder, size, command, first=first, every=f"{every_seconds}s")
            async with ready_server(folder, "--max-concurrent-runs", str(max_runs)) as server:
                if datetime.now(UTC) < first:
                    interval = timedelta(seconds=every_seconds)
                    yield Bursts(server=server, first=first, interval=interval, size=size)
                    return
    raise RuntimeError("The server was never ready before its first slot: the machine is too busy.")


def _run(row: dict[str, Any]) -> Run:
    return Run(
        due=datetime.fromisoformat(row["due_at"]).timestamp(),
        completed=datetime.fromisoformat(row["completed_at"]).timestamp(),
        output=row["result"],
    )
