"""The bench of several servers measures what it says, and leaves nothing. No figure is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from tests.support import mongodb, postgresql, redis

ROOT = Path(__file__).parents[2]
DEADLINE = 300
STOP_SECONDS = 60
# MongoDB's runs ask the same code about another database; the contract suites see to that one.
NAMES = ("runs_postgresql", "queries_sqlite", "queries_postgresql", "queries_mongodb")

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="memory and time are from /proc"),
    pytest.mark.timeout(DEADLINE + 2 * STOP_SECONDS),
]


@pytest.fixture(scope="module")
def temporary() -> Iterator[Path]:
    # PostgreSQL runs as a user of its own under root, who is kept out of pytest's folders.
    with tempfile.TemporaryDirectory(prefix="conselho-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture(scope="module")
def figures(temporary: Path) -> dict[str, Any]:
    """One run in tiny sizes."""
    for why_missing in (postgresql.why_missing, redis.why_missing, mongodb.why_missing):
        require(why_missing)
    own = {name: value for name, value in os.environ.items() if not name.startswith("CONSELHO_")}
    bench = subprocess.Popen(
        [sys.executable, "-m", "bench.scale", *NAMES, "--quick"],
        cwd=ROOT,
        env=own | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said, _ = bench.communicate(timeout=DEADLINE)
    finally:
        # It ends what it started; killed, it could not.
        bench.terminate()
        bench.wait(STOP_SECONDS)
    assert bench.returncode == 0, said
    report = json.loads(said)
    assert set(report["figures"]) == set(NAMES)
    assert report["machine"]["load_average"] >= 0
    measured: dict[str, Any] = report["figures"]
    return measured


def require(why_missing: Callable[[], str | None]) -> None:
    """Skip on a machine without the server; on CI that is a failure."""
    missing = why_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


def test_every_run_of_a_burst_is_counted_beside_the_floor(figures: dict[str, Any]) -> None:
    bursts = figures["runs_postgresql"]["bursts"]

    assert [(one["workers"], one["runs"]) for one in bursts] == [(2, 20)]
    for one in bursts:
        assert 1 <= one["workers_that_ran"] <= one["workers"]
        assert one["runs_per_second"] > 0
        assert one["floor_runs_per_second"] > 0
        assert one["slot_to_child"]["count"] == 20
        assert set(one["cpu_ms_per_run"]) == {"servers", "workers", "database", "redis"}


def test_what_a_run_asks_of_its_store_is_counted(figures: dict[str, Any]) -> None:
    measured = figures["runs_postgresql"]

    for one in measured["bursts"]:
        asked = one["asked_per_run"]
        assert set(asked) == {"statements", "transactions"}
        # At the least it is claimed, its log is kept and it is finished.
        assert asked["transactions"]["all"] >= 3
    [aim] = measured["aims"]
    assert aim["value"] == measured["operations_per_run"]


def test_a_request_is_measured_up_to_the_child_in_both_ways_of_running(
    figures: dict[str, Any],
) -> None:
    measured = figures["runs_postgresql"]

    for one in (measured["requests"], measured["embedded_on_sqlite"]["requests"]):
        assert one["request_to_child"]["count"] == 3
        assert 0 < one["stored_to_child"]["p50"] < one["request_to_child"]["p50"]
        assert one["floor"]["p50"] > 0


@pytest.mark.parametrize("name", ["queries_sqlite", "queries_postgresql", "queries_mongodb"])
def test_every_call_is_timed_on_every_store(figures: dict[str, Any], name: str) -> None:
    calls = figures[name]["calls"]

    assert {"list", "list_agent", "report", "kpis", "submit", "claim", "finish", "sweep"} <= set(
        calls
    )
    for call, timed in calls.items():
        assert timed["count"] > 0, call
        assert 0 < timed["p50_ms"] <= timed["p99_ms"], call


def test_nothing_is_left_behind(figures: dict[str, Any], temporary: Path) -> None:
    assert list(temporary.iterdir()) == []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
        except psutil.Error:
            continue  # somebody else's, or gone meanwhile
        assert not any(str(temporary) in word for word in words), words
