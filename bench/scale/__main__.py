"""`python -m bench.scale [NAME...] [--quick]`: one JSON object on stdout, progress on stderr.

Exit code 0 when everything was measured, whether or not the aims were met, else 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from bench.figures import Report
from bench.machine import machine
from bench.measuring import measured
from bench.scale import million, runs

Measurement = Callable[[bool], Awaitable[Report]]


def _runs(backend: runs.Backend, size: runs.Size, tiny: runs.Size) -> Measurement:
    return lambda quick: runs.measure(backend, tiny if quick else size)


# Each with the seconds that it may take: a machine that hangs must not look like a slow one.
MEASUREMENTS: Final[dict[str, tuple[float, Measurement]]] = {
    "runs_postgresql": (900, _runs(runs.POSTGRESQL, runs.Size(), runs.QUICK)),
    "runs_mongodb": (1_500, _runs(runs.MONGODB, runs.OF_FERRETDB, runs.QUICK_OF_FERRETDB)),
    "queries_sqlite": (1_800, million.sqlite),
    "queries_postgresql": (2_400, million.postgresql),
    "queries_mongodb": (2_400, million.mongodb),
}


def main() -> int:
    options = _options()
    # As an interrupt: what was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    report = asyncio.run(_measure_all(options.names or list(MEASUREMENTS), options.quick))
    json.dump(report, sys.stdout, indent=2)
    print()
    return 1 if any("error" in one for one in report["figures"].values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.scale",
        description="Measure several servers and workers, and stores with 1,000,000 tasks.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        choices=[[], *MEASUREMENTS],
        metavar="NAME",
        help=f"what to measure: {', '.join(MEASUREMENTS)} [default: all]",
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
        # Told for each: a run over all of them takes long enough for others to come and go.
        load = machine()["load_average"]
        report["figures"][name] = {"load_average": load} | await measured(
            name, seconds, measure(quick)
        )
    return report


if __name__ == "__main__":
    sys.exit(main())
