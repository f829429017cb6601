"""The benchmark runs, leaves nothing behind and says what it measured. No figure is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.figures import at_least, at_most, quantile, spread, unmet

ROOT = Path(__file__).parents[2]
FIGURES = {
    "cold_start",
    "idle",
    "lateness_20",
    "lateness_1000",
    "schedule_10000",
    "tick",
    "submission_1000",
    "day_1000",
    "throughput",
    "queries",
    "classify",
}
DEADLINE = 120


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run of everything in tiny sizes; what it left in the temporary folder is `left`."""
    temporary = tmp_path_factory.mktemp("bench")
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    written: dict[str, Any] = json.loads(done.stdout)
    return written | {"left": list(temporary.iterdir())}


def test_one_json_object_holds_every_figure_and_the_machine(report: dict[str, Any]) -> None:
    assert set(report["figures"]) == FIGURES
    assert report["quick"] is True
    assert set(report["machine"]) >= {"cpu", "cores", "memory_mb", "system", "python", "sqlite"}


def test_each_measurement_names_its_aims_and_whether_they_are_met(report: dict[str, Any]) -> None:
    for name, figures in report["figures"].items():
        assert figures["aims"], name
        for aim in figures["aims"]:
            assert set(aim) == {"aim", "value", "met"}, name


def test_lateness_stands_beside_the_floor_of_the_same_run(report: dict[str, Any]) -> None:
    for name in ("lateness_20", "lateness_1000"):
        figures = report["figures"][name]
        assert figures["lost"] == 0
        for side in ("product", "floor"):
            spread = figures[side]
            assert 0 < spread["p50"] <= spread["p99"] <= spread["max"], (name, side)
        assert figures["ratio"] > 0


def test_throughput_stands_beside_the_floor_of_the_same_run(report: dict[str, Any]) -> None:
    for figures in report["figures"]["throughput"]["at_a_time"].values():
        assert figures["product"]["runs_per_second"] > 0
        assert figures["floor"]["runs_per_second"] > 0
        assert figures["ratio"] > 0


def test_a_start_is_healthy_before_it_is_ready(report: dict[str, Any]) -> None:
    figures = report["figures"]["cold_start"]
    assert 0 < figures["healthz"]["p50"] <= figures["readyz_used_data_dir"]["max"]


def test_the_memory_of_an_idle_server_is_read(report: dict[str, Any]) -> None:
    assert report["figures"]["idle"]["pss_mb"] > 1


def test_nothing_is_left_behind(report: dict[str, Any]) -> None:
    assert report["left"] == []


def test_figures_lie_between_their_samples() -> None:
    assert spread([4, 1, 3, 2], "ms") == {
        "unit": "ms",
        "count": 4,
        "p50": 2.5,
        "p99": 3.97,
        "max": 4,
    }
    assert quantile([7.0], 0.99) == 7.0
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([], "ms")


def test_an_aim_is_met_up_to_its_limit() -> None:
    aims = [at_most("a", 2, 2), at_most("b", 2.1, 2), at_least("c", 0.3, 0.3), at_least("d", 0, 1)]

    assert [aim["aim"] for aim in unmet({"aims": aims})] == ["b <= 2", "d >= 1"]


def test_an_unknown_name_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "latenes"], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "lateness_20" in done.stderr
