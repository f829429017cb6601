"""What a real server tells Prometheus, against the rules of the format and against the docs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.support.server import Server, eventually, running

ROOT = Path(__file__).parents[2]
# One word for one thing, wherever it is counted.
LABELS = {
    "agent_id", "kind", "le", "limit", "operation", "outcome", "provider", "queue", "reason",
    "severity", "source", "state", "status", "trigger", "version",
}  # fmt: skip
# What promtool's linter refuses in a name: types, abbreviated and derived units.
REFUSED = re.compile(
    r"_(gauge|counter|histogram|summary|ms|sec|secs|millis\w*|micros\w*|minutes?|hours?|days?|kb"
    r"|mb|kilobytes?|megabytes?|percent\w*)(_|$)"
)
NAME = re.compile(r"conselho_[a-z]+(_[a-z]+)*")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("exposition")) as server:
        yield server


@pytest.fixture(scope="module")
def exposed(server: Server) -> str:
    """The answer of a server that ran something for a slot, and had a client of its stream."""
    server.promote("ana", schedule="1s")
    with server.listen() as stream:
        stream.until("councilor_completed", councilor_id="ana")
    server.patch("/api/councilors/ana/councilor-schedule", {"enabled": False})

    def text() -> str:
        said = server.api.get("/metrics").text
        return said if 'conselho_runs_total{status="completed"} 0' not in said else ""

    return eventually(text, "the run is counted")


@pytest.fixture(scope="module")
def families(exposed: str) -> list[Metric]:
    return list(text_string_to_metric_families(exposed))


def name_of(family: Metric) -> str:
    """As the server writes it: the parser takes the ending of counters away."""
    return f"{family.name}_total" if family.type == "counter" else family.name


def labels_of(family: Metric) -> set[str]:
    return {label for sample in family.samples for label in sample.labels} - {"le"}


def test_each_figure_is_told_once_with_its_type_and_what_it_means(exposed: str) -> None:
    for kind in ("HELP", "TYPE"):
        named = re.findall(rf"^# {kind} (\S+) \S", exposed, re.MULTILINE)
        assert len(named) == len(set(named)) > 40
    series = [line.rsplit(" ", 1)[0] for line in exposed.splitlines() if not line.startswith("#")]
    assert len(series) == len(set(series))


def test_names_and_labels_keep_the_rules(families: list[Metric]) -> None:
    for family in families:
        name = name_of(family)
        assert NAME.fullmatch(name), name
        assert not REFUSED.search(name), name
        assert family.type in ("gauge", "counter", "histogram"), name
        assert name.endswith("_total") == (family.type == "counter"), name
        assert family.type == "histogram" or not re.search("_(bucket|count|sum)$", name), name
        assert family.type != "histogram" or name.endswith("_seconds"), name
        assert labels_of(family) <= LABELS - {"le"}, name


def test_histograms_add_up(families: list[Metric]) -> None:
    for family in families:
        if family.type != "histogram":
            continue
        series: dict[frozenset[tuple[str, str]], dict[str, list[tuple[float, float]]]] = {}
        for sample in family.samples:
            labels = dict(sample.labels)
            bound = float(labels.pop("le", "nan").replace("+Inf", "inf"))
            parts = series.setdefault(frozenset(labels.items()), {})
            parts.setdefault(sample.name.removeprefix(family.name), []).append(
                (bound, sample.value)
            )
        for parts in series.values():
            buckets = parts["_bucket"]
            assert buckets == sorted(buckets), "bounds grow, and so do the counts"
            assert buckets[-1] == (float("inf"), parts["_count"][0][1])
            assert parts["_sum"][0][1] >= 0


def test_what_the_issue_asks_for_is_counted(families: list[Metric]) -> None:
    values = {
        (sample.name.removeprefix("conselho_"), *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }
    for one in (
        ("slots_fired_total", "schedule"),
        ("scheduler_lateness_seconds_count",),
        ("slot_lateness_seconds_count",),
        ("claims_total", "command"),
        ("queue_wait_seconds_count", "command"),
        ("run_duration_seconds_count", "command", "success"),
        ("verdicts_total", "success"),
        ("store_call_seconds_count", "claim"),
        ("store_call_seconds_count", "finish"),
        ("store_call_seconds_count", "submit"),
        ("stream_deliveries_total",),
        ("stream_delivery_seconds_count",),
        ("event_loop_delay_seconds_count",),
    ):
        assert values[one] >= 1, one
    assert values["councilors", "paused"] == 1
    assert values["dispatcher_last_look_timestamp_seconds",] > 1.7e9
    assert values["leases_lost_total",] == values["leases_expired_total",] == 0


def documented() -> dict[str, set[str]]:
    """The figures of docs/monitoring.md with their labels, out of the rows of its tables."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "docs/monitoring.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("| `conselho_"):
            continue
        names, labels = (cell.strip() for cell in line.split("|")[1:3])
        told = {re.findall("`(.+?)`", part)[0] for part in labels.split("; ") if part}
        for name in re.findall("`(.+?)`", names):
            assert name not in found, name
            found[name] = told
    return found


def test_the_docs_tell_of_every_figure_and_of_no_other(families: list[Metric]) -> None:
    told = documented()
    assert told.keys() == {name_of(family) for family in families}
    for family in families:
        if family.samples:
            assert told[name_of(family)] == labels_of(family), name_of(family)
