"""`python -m bench [NAME...] [--quick]`: one JSON object on stdout, progress on stderr.

Exit code 0 when everything was measured, whether or not the aims were met, else 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bench import (
    classify,
    cold_start,
    idle,
    lateness,
    page,
    queries,
    scheduling,
    throughput,
    workers,
)
from bench.figures import Report, at_most
from bench.machine import machine
from bench.measuring import measured

Measurement = Callable[[bool], Awaitable[Report]]

QUICK_TASKS = 2_000
QUICK_REPEATS = 3
# What the page asks while a person waits: lists, report, statistics, KPIs.
QUERY_MS = 20


async def _queries(quick: bool) -> Report:
    figures = await (queries.main(QUICK_TASKS, QUICK_REPEATS) if quick else queries.main())
    aims = [
        at_most(f"{council} {call} p99 ms", timed["p99_ms"], QUERY_MS)
        for council, calls in figures.items()
        for call, timed in calls.items()
        if call.startswith("list") or call in ("report", "statistics", "kpis")
    ]
    return figures | {"aims": aims}


# Each with the seconds that it may take: a machine that hangs must not look like a slow one.
MEASUREMENTS: dict[str, tuple[float, Measurement]] = {
    "cold_start": (180, lambda quick: cold_start.main(quick=quick)),
    "idle": (120, lambda quick: idle.main(quick=quick)),
    "lateness_20": (180, lambda quick: lateness.few(quick=quick)),
    "lateness_1000": (300, lambda quick: lateness.many(quick=quick)),
    "schedule_10000": (180, lambda quick: scheduling.load(quick=quick)),
    "tick": (300, lambda quick: scheduling.tick(quick=quick)),
    "submission_1000": (300, lambda quick: scheduling.submission(quick=quick)),
    "day_1000": (900, lambda quick: scheduling.day(quick=quick)),
    "throughput": (600, lambda quick: throughput.main(quick=quick)),
    "queries": (1800, _queries),
    "classify": (600, lambda quick: classify.main(quick=quick)),
    "page": (900, lambda quick: page.main(quick=quick)),
    "workers": (600, lambda quick: workers.main(quick=quick)),
}
# These need a Chromium, or servers of PostgreSQL and Redis: only when they are named.
USUAL = [name for name in MEASUREMENTS if name not in ("page", "workers")]


def main() -> int:
    options = _options()
    report = asyncio.run(_measure_all(options.names or USUAL, options.quick))
    json.dump(report, sys.stdout, indent=2)
    print()
    return 1 if any("error" in one for one in report["figures"].values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the product.")
    parser.add_argument(
        "names",
        nargs="*",
        choices=[[], *MEASUREMENTS],
        metavar="NAME",
        help=f"what to measure: {', '.join(MEASUREMENTS)} [default: all but page and workers]",
    )
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, to see that everything works"
    )
    return parser.parse_args()


async def _measure_all(names: list[str], quick: bool) -> Report:
    report: Report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "machine": machine(),
        "figures": {},
    }
    for name in names:
        seconds, measure = MEASUREMENTS[name]
        report["figures"][name] = await measured(name, seconds, measure(quick))
    return report


if __name__ == "__main__":
    sys.exit(main())
