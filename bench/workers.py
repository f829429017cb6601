"""A worker process of its own: what it takes in memory, and how soon it begins.

One server, one worker, PostgreSQL and Redis of this machine, all started here. Each round asks for
runs of fifty councilors at once; the worker takes fifty at a time.
"""

from __future__ import annotations

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Final

from bench.figures import Report, at_most, spread
from bench.server import temporary_folder
from tests.support.redis import running_redis
from tests.support.server import Json, Server
from tests.support.worker import a_site

RUNS: Final = 50
PATIENCE_SECONDS: Final = 120.0
MOST_MB: Final = 150
# Long enough that all fifty are there at one moment.
TOGETHER: Final = ("/bin/sh", "-c", "sleep 5")
NOTHING: Final = ("/bin/true",)


async def main(*, quick: bool = False) -> Report:
    return await asyncio.to_thread(_measured, 5 if quick else RUNS, 1 if quick else 3)


def _measured(runs: int, rounds: int) -> Report:
    with temporary_folder() as folder, running_redis() as redis:
        limits = f"runs={10 * RUNS * rounds},writes={10 * RUNS * rounds}"
        with a_site(folder, broker=redis.url, CONSELHO_RATE_LIMITS=limits) as site:
            server = site.serve()
            worker = site.work("--concurrency", str(runs))
            idle = _memory(worker.pid)["VmRSS"]
            for number in range(runs):
                server.promote(f"together-{number}", TOGETHER)
                server.promote(f"nothing-{number}", NOTHING)
            together = _burst(server, "together", runs)
            peak = _memory(worker.pid)["VmHWM"]
            bursts = [_burst(server, "nothing", runs) for _ in range(rounds)]
            starts = [_seconds(row, "created_at", "started_at") for one in bursts for row in one]
            ends = [max(row["completed_at"] for row in one) for one in bursts]
    at_work = _at_one_moment(together)
    return {
        "runs": runs,
        "rounds": rounds,
        "idle_mb": round(idle, 1),
        "peak_mb": round(peak, 1),
        "at_one_moment": at_work,
        "to_start": spread((1000 * seconds for seconds in starts), "ms"),
        "runs_per_second": [
            round(runs / _between(min(row["created_at"] for row in one), end), 1)
            for one, end in zip(bursts, ends, strict=True)
        ],
        "aims": [at_most(f"MB with {at_work} runs at work", peak, MOST_MB)],
    }


def _burst(server: Server, kind: str, runs: int) -> list[Json]:
    """Ask for all at once; their rows when the last has ended."""
    with ThreadPoolExecutor(8) as askers:
        ids = list(askers.map(server.begin, (f"{kind}-{number}" for number in range(runs))))
    deadline = time.monotonic() + PATIENCE_SECONDS
    rows: list[Json] = []
    for task_id in ids:
        while (row := server.task(task_id))["status"] in ("pending", "processing"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{task_id} did not end within {PATIENCE_SECONDS:g} s")
            time.sleep(0.05)
        if row["status"] != "completed":
            raise RuntimeError(f"{task_id} ended as {row['status']}: {row['error']}")
        rows.append(row)
    return rows


def _at_one_moment(rows: list[Json]) -> int:
    """How many were at work when the last of them began."""
    last = max(row["started_at"] for row in rows)
    return sum(row["completed_at"] > last for row in rows)


def _memory(pid: int) -> dict[str, float]:
    """MB in use now (VmRSS) and at most (VmHWM), of the process alone. Source: proc(5)."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB$", text, re.MULTILINE)
    return {name: int(kilobytes) / 1024 for name, kilobytes in found}


def _seconds(row: Json, since: str, until: str) -> float:
    return _between(row[since], row[until])


def _between(since: str, until: str) -> float:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()
