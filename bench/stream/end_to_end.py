"""From the end of a run in the store to every client: real councilors whose run does nothing."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any, Final

from bench.councils import write_council
from bench.figures import at_most
from bench.server import temporary_folder
from bench.stream.contestants import Contestant, conselho
from bench.stream.loaded import Report, loading
from bench.stream.matrix import Tell

COUNCILORS: Final = 10
RUN_EVERY_SECONDS: Final = 0.5
P99_MS: Final = 100
KIND: Final = "councilor_completed"
PAGE: Final = 500


def measure(clients: int, seconds: float, tell: Tell) -> Report:
    """The time from a Task's `completed_at` to the read of its `councilor_completed`."""
    with temporary_folder() as folder:
        council, log = write_council(folder, COUNCILORS), folder / "events.jsonl"
        with conselho(folder, "--council", str(council), beats=False) as server:
            options = ("--time", "completed_at", "--kind", KIND, "--log", str(log))
            with loading(server, clients, seconds, *options) as running:
                _run_councilors(server, seconds + 1)
                report = running.report()
            told, stored = _told(log), _stored(server)
    read = report["latency_ms"]["read"]
    tell(
        f"end to end, {clients} clients, {len(told)} runs: p50 {read['p50']} p99 {read['p99']} ms"
        + "".join(f"; {failure}" for failure in report["failures"])
    )
    wrong = sum(stored.get(task_id) != moment for task_id, moment in told.items())
    return {
        "clients": clients,
        "runs": len(told),
        "figures": report,
        "aims": [
            at_most(f"end to end, {clients} clients: p99 ms", read["p99"] or float("inf"), P99_MS),
            at_most("end to end: lost", report["events"]["lost"], 0),
            at_most("end to end: doubled", report["events"]["doubled"], 0),
            at_most("end to end: told another moment than stored", wrong, 0),
        ],
    }


def _run_councilors(server: Contestant, seconds: float) -> None:
    began = time.perf_counter()
    number = 0
    while (due := began + number * RUN_EVERY_SECONDS) < began + seconds:
        time.sleep(max(0.0, due - time.perf_counter()))
        path = f"/api/councilors/councilor-{number % COUNCILORS}/execute-now"
        request = urllib.request.Request(server.base + path, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            answer.read()
        number += 1


def _told(log: Path) -> dict[str, str]:
    """When each run ended, as the stream said."""
    rows = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return {row["execution_id"]: row["completed_at"] for row in rows if row["event"] == KIND}


def _stored(server: Contestant) -> dict[str, str]:
    """When each run ended, as the store says."""
    path = f"/api/tasks?status=completed&limit={PAGE}"
    with urllib.request.urlopen(server.base + path, timeout=30) as answer:  # noqa: S310
        page: dict[str, Any] = json.load(answer)
    return {row["task_id"]: row["completed_at"] for row in page["tasks"]}
