"""No-op runs a second: /bin/true through the whole product, and through a bare loop.

Both keep one committed row a run; the product keeps its events, counters and log as well.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench import floor
from bench.bursts import due_together
from bench.figures import Report, at_least, median, ratio
from bench.server import temporary_folder

COMMAND = ("/bin/true",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One round. The processor time is the server's own, without that of the children."""

    runs_per_second: float
    cpu_ms_per_run: float


async def main(*, quick: bool = False) -> Report:
    """With 4 and with 8 runs at a time; each round stands between two of the floor."""
    size, rounds = (30, 1) if quick else (400, 3)
    by_concurrency = {
        str(concurrency): await _measured(size, rounds, concurrency) for concurrency in (4, 8)
    }
    default = by_concurrency["4"]
    return {
        "runs": size,
        "rounds": rounds,
        "at_a_time": by_concurrency,
        "ratio": default["ratio"],
        "aims": [at_least("runs/s, times the floor, 4 at a time", default["ratio"], 0.3)],
    }


async def _measured(size: int, rounds: int, concurrency: int) -> Report:
    floors = [await _floor(size, concurrency)]
    products = []
    for _ in range(rounds):
        products.append(await _product(size, concurrency))
        floors.append(await _floor(size, concurrency))
    speed, bare = _middle(products), _middle(floors)
    return {
        "product": speed,
        "floor": bare,
        "ratio": ratio(speed["runs_per_second"], bare["runs_per_second"]),
        "rounds": {
            "product": [round(one.runs_per_second, 1) for one in products],
            "floor": [round(one.runs_per_second, 1) for one in floors],
        },
    }


def _middle(speeds: list[Speed]) -> Report:
    return {
        "runs_per_second": round(median(one.runs_per_second for one in speeds), 1),
        "cpu_ms_per_run": round(median(one.cpu_ms_per_run for one in speeds), 2),
    }


async def _product(size: int, concurrency: int) -> Speed:
    """From the slot that all are due at to the last stored result."""
    async with due_together(size, COMMAND, max_runs=concurrency, every_seconds=86_400) as bursts:
        before = bursts.server.cpu_seconds()
        runs = await bursts.burst(0, patience=120)
        cpu_seconds = bursts.server.cpu_seconds() - before
    if len(runs) != size:
        raise RuntimeError(f"Only {len(runs)} of {size} runs were completed.")
    seconds = max(run.completed for run in runs) - runs[0].due
    return Speed(runs_per_second=size / seconds, cpu_ms_per_run=1000 * cpu_seconds / size)


async def _floor(size: int, concurrency: int) -> Speed:
    with temporary_folder() as folder:
        database = folder / "floor.db"
        before = time.process_time()
        speed = await floor.runs_per_second(database, size, COMMAND, concurrency=concurrency)
        cpu_seconds = time.process_time() - before
    return Speed(runs_per_second=speed, cpu_ms_per_run=1000 * cpu_seconds / size)
