"""From the request for a run to its child's first instruction, one run after the other.

The same requests go to 3 servers with 8 workers, and to one server with everything in it; between
any two of them a bare asyncio loop starts the same child.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, islice
from typing import Any, Final

import httpx

from bench.figures import Report, ratio, spread

# The child's own word for when it started, in seconds.
COMMAND: Final = ("/usr/bin/date", "+%s.%N")
COUNCILORS: Final = 20
# So far apart that one run is over before the next is asked for.
EVERY_SECONDS: Final = 0.25
# The first ones of each server load what is loaded once.
WARM_UP: Final = 6
PATIENCE_SECONDS: Final = 60.0


@dataclass(slots=True)
class Dispatched:
    """Milliseconds of each run."""

    to_child: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    stored_to_child: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    def report(self) -> Report:
        product, floor = spread(self.to_child, "ms"), spread(self.floor, "ms")
        return {
            "request_to_child": product,
            "request_to_answer": spread(self.answered, "ms"),
            "stored_to_child": spread(self.stored_to_child, "ms"),
            "floor": floor,
            "ratio": ratio(product["p50"], floor["p50"]),
        }


async def dispatched(urls: Sequence[str], runs: int) -> Dispatched:
    """Ask the servers in turn. Raises RuntimeError when a run does not end as it should."""
    found = Dispatched()
    asked: list[tuple[float, float, str]] = []
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        for number, url in enumerate(islice(cycle(urls), runs)):
            began = time.perf_counter()
            sent = time.time()
            answer = await client.post(
                f"{url}/api/councilors/councilor-{number % COUNCILORS}/execute-now"
            )
            answer.raise_for_status()
            asked.append((sent, time.time(), answer.json()["execution"]["execution_id"]))
            await _until(began + EVERY_SECONDS / 2)
            found.floor.append(await bare())
            await _until(began + EVERY_SECONDS)
        for sent, answered, task_id in asked:
            row = await _ended(client, urls[0], task_id)
            child = float(row["result"])
            stored = datetime.fromisoformat(row["created_at"]).timestamp()
            found.to_child.append(1000 * (child - sent))
            found.answered.append(1000 * (answered - sent))
            found.stored_to_child.append(1000 * (child - stored))
    return found


async def bare() -> float:
    """Milliseconds from a bare fork and exec to the child's word."""
    started = time.time()
    process = await asyncio.create_subprocess_exec(
        *COMMAND, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return 1000 * (float(output) - started)


async def _ended(client: httpx.AsyncClient, url: str, task_id: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            row: dict[str, Any] = (await client.get(f"{url}/api/tasks/{task_id}")).json()
            if row["status"] == "completed":
                return row
            if row["status"] != "pending" and row["status"] != "processing":
                raise RuntimeError(f"A run ended as {row['status']}: {row['error']}")
            await asyncio.sleep(0.05)


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))
