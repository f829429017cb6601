"""What a real server tells Prometheus: the format, the docs, and what is made of it."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.support.figures import documented, labels_of, name_of
from tests.support.promtool import promtool
from tests.support.server import Server, eventually, running

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "deploy/grafana/conselho.json"
RULES = ROOT / "deploy/prometheus/conselho.rules.yml"
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
        said: str = server.api.get("/metrics").text
        return said if 'conselho_runs_total{status="completed"} 0' not in said else ""

    answer: str = eventually(text, "the run is counted")
    return answer


@pytest.fixture(scope="module")
def families(exposed: str) -> list[Metric]:
    return list(text_string_to_metric_families(exposed))


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


def test_the_docs_tell_of_every_figure_and_of_no_other(families: list[Metric]) -> None:
    told = documented()
    assert told.keys() == {name_of(family) for family in families}
    for family in families:
        if family.samples:
            assert told[name_of(family)] == labels_of(family), name_of(family)


# -- the alerts and the dashboard ------------------------------------------------------------------


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return loaded


def panels() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def questions() -> list[tuple[str, str, str]]:
    """What is asked of Prometheus: where, the expression, and the text that shows its labels."""
    found = [
        (rule["alert"], rule["expr"], " ".join(rule["annotations"].values())) for rule in rules()
    ]
    for panel in panels():
        found += [(panel["title"], one["expr"], one["legendFormat"]) for one in panel["targets"]]
    for variable in dashboard()["templating"]["list"][1:]:
        found.append((variable["name"], variable["definition"], ""))
    return found


def test_alerts_and_dashboard_ask_only_for_what_a_server_tells(families: list[Metric]) -> None:
    labels = {name_of(family): labels_of(family) for family in families}
    # It tells of nobody, when all is well.
    labels["conselho_councilor_overdue_seconds"] = {"agent_id"}
    values = {
        (name_of(family), label, value)
        for family in families
        for sample in family.samples
        for label, value in sample.labels.items()
    }
    everywhere = {"job", "instance", "le", "alertname"}
    for where, expression, shown in questions():
        known = set(everywhere)
        for name, matchers in re.findall(r"\b(conselho_\w+)(?:\{(.*?)\})?", expression):
            family = name if name in labels else re.sub("_(bucket|count|sum)$", "", name)
            assert family in labels, (where, name)
            known |= labels[family]
            for label, value in re.findall(r'(\w+)="([^"$]*)"', matchers):
                assert label == "job" or (family, label, value) in values, (where, label, value)
        asked = re.findall(r"(\w+)\s*(?:=~|!=|=)\s*\"", expression)
        asked += re.findall(r"\w+", " ".join(re.findall(r"\b(?:by|on) ?\((.*?)\)", expression)))
        asked += re.findall(r"\{\{\s*(?:\$labels\.)?([a-z]\w*)", shown)
        assert set(asked) <= known, (where, expression)
        for grouped in re.findall(r"\bby ?\((.*?)\)", expression):
            shows = set(re.findall(r"\{\{\s*(?:\$labels\.)?([a-z]\w*)", shown))
            assert shows <= set(re.findall(r"\w+", grouped)), (where, shown)


def test_the_dashboard_can_be_imported_and_shows_what_a_council_is_watched_for() -> None:
    board = dashboard()
    assert board["schemaVersion"] >= 41
    assert board["templating"]["list"][0]["type"] == "datasource"
    ids = [panel["id"] for panel in board["panels"]]
    assert max(Counter(ids).values()) == 1
    for panel in panels():
        assert panel["title"], panel["id"]
        assert panel["description"], panel["title"]
        for one in (panel, *panel["targets"]):
            assert one["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs)), panel["title"]
    for one, other in combinations([panel["gridPos"] for panel in board["panels"]], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
    asked = " ".join(expression for _, expression, _ in questions())
    for name in (
        "up{", "verdicts_total", "run_duration_seconds_count", "slots_lost_total", "cost_usd_total",
        "queue_wait_seconds_bucket", "stream_clients", "stream_deliveries_total",
        "stream_evictions_total", "stream_resets_total", "event_loop_delay_seconds_bucket",
        "store_call_seconds_bucket",
    ):  # fmt: skip
        assert name in asked
    assert any("stream_delivery_seconds_bucket" in panel["targets"][0]["expr"]
               for panel in panels() if panel["type"] == "heatmap")  # fmt: skip


def test_each_alert_is_told_in_the_docs_and_says_what_to_do() -> None:
    text = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(Conselho\w+)` \|", text, re.MULTILINE)
    assert named == [rule["alert"] for rule in rules()]
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"].keys() == {"summary", "description"}


def test_prometheus_takes_the_figures_the_configuration_and_the_alerts(
    exposed: str, tmp_path: Path
) -> None:
    tool = promtool()

    def check(*arguments: str, given: str | None = None) -> None:
        done = subprocess.run(
            [tool, *arguments], input=given, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    check("check", "metrics", given=exposed)
    check("check", "config", str(RULES.with_name("prometheus.yml")))
    check("check", "rules", str(RULES))
    check("test", "rules", str(RULES.with_name("conselho.tests.yml")))
    # The dashboard's expressions as rules, with what Grafana puts in for its variables.
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    said = [re.sub(r"\$__\w+", "5m", one).replace("$", "") for one in asked]
    recorded = [{"record": f"panel:{n}", "expr": one} for n, one in enumerate(said)]
    file = tmp_path / "dashboard.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}))
    check("check", "rules", str(file))
