"""Lateness: from a planned slot to the start of the child, with many councilors due at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from bench import floor
from bench.bursts import Run, due_together
from bench.councils import next_second
from bench.figures import Report, at_most, median, ratio, spread

# The child's own word for when it started, in seconds.
COMMAND = ("/usr/bin/date", "+%s.%N")
CONCURRENCY = 4


async def few(*, quick: bool = False) -> Report:
    """20 councilors, due together every few seconds; the floor stands between their slots."""
    size, rounds, every_seconds = (5, 1, 2) if quick else (20, 15, 4)
    late: list[float] = []
    bare: list[float] = []
    async with due_together(
        size, COMMAND, max_runs=CONCURRENCY, every_seconds=every_seconds
    ) as bursts:
        # The first burst of a server warms its caches, and is left out.
        for number in range(rounds + 1):
            runs = await bursts.burst(number, patience=every_seconds / 2)
            between = bursts.first + (number + 0.5) * bursts.interval
            floors = await _floor(between, size)
            if number:
                late += _lateness(runs)
                bare += floors
    product, base = spread(late, "ms"), spread(bare, "ms")
    return {
        "councilors": size,
        "rounds": rounds,
        "product": product,
        "floor": base,
        "ratio": ratio(product["p50"], base["p50"]),
        "ratio_p99": ratio(product["p99"], base["p99"]),
        "lost": size * rounds - len(late),
        "aims": [
            at_most("p50 ms", product["p50"], 40),
            at_most("p99 ms", product["p99"], 100),
            at_most("lost", size * rounds - len(late), 0),
        ],
    }


async def many(*, quick: bool = False) -> Report:
    """1,000 councilors due in one second, between two floors of the same size."""
    size = 40 if quick else 1_000
    patience = 20 if quick else 120
    before = await _floor(next_second(timedelta(seconds=0)), size)
    async with due_together(size, COMMAND, max_runs=CONCURRENCY, every_seconds=86_400) as bursts:
        runs = await bursts.burst(0, patience=patience)
    after = await _floor(next_second(timedelta(seconds=0)), size)
    late = _lateness(runs)
    product, base = spread(late, "ms"), spread([*before, *after], "ms")
    times = ratio(max(late), median([max(before), max(after)]))
    return {
        "councilors": size,
        "product": product,
        "floor": base,
        "ratio": times,
        "lost": size - len(late),
        "aims": [
            at_most("lost", size - len(late), 0),
            at_most("all started, times the floor", times, 3),
        ],
    }


async def _floor(due: datetime, size: int) -> list[float]:
    started = await floor.started_after(due, size, COMMAND, concurrency=CONCURRENCY)
    return [1000 * seconds for seconds in started]


def _lateness(runs: list[Run]) -> list[float]:
    return [1000 * (float(run.output) - run.due) for run in runs]
