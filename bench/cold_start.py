"""Cold start: from the start of the process to the first 200 of /healthz and of /readyz."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.councils import write_council
from bench.figures import Report, at_most, ratio, spread
from bench.server import running_server, temporary_folder

COUNCILORS = 10


async def main(*, quick: bool = False) -> Report:
    """New data directories and a used one by turns; the files are in the page cache."""
    starts = 1 if quick else 9
    new: list[tuple[float, float]] = []
    used: list[tuple[float, float]] = []
    bare: list[float] = []
    with temporary_folder() as folder:
        council = write_council(folder, COUNCILORS)
        _start(folder, council)  # writes the compiled modules, and is left out
        for _ in range(starts):
            with temporary_folder() as fresh:
                new.append(_start(fresh, council))
            used.append(_start(folder, council))
            bare.append(_interpreter())
    healthy = spread([healthz for healthz, _ in [*new, *used]], "s")
    floor = spread(bare, "s")
    return {
        "healthz": healthy,
        "readyz_new_data_dir": spread([readyz for _, readyz in new], "s"),
        "readyz_used_data_dir": spread([readyz for _, readyz in used], "s"),
        "floor": floor | {"what": "python -c pass"},
        "ratio": ratio(healthy["p50"], floor["p50"]),
        "aims": [at_most("healthz p50 s", healthy["p50"], 1.0)],
    }


def _start(folder: Path, council: Path) -> tuple[float, float]:
    """Seconds to /healthz and to /readyz; the latter answers when the server has loaded."""
    with running_server(folder, "--council", str(council)) as server:
        server.get("/healthz")
        healthz = time.perf_counter() - server.started
        server.get("/readyz")
        readyz = time.perf_counter() - server.started
    return healthz, readyz


def _interpreter() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - started
