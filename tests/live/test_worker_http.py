"""What a worker tells over HTTP: whether it takes runs, and its figures."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.support import postgresql
from tests.support.figures import ROOT, documented, labels_of, name_of
from tests.support.gates import gate, starts
from tests.support.promtool import promtool
from tests.support.server import DEADLINE_SECONDS, Server, eventually
from tests.support.worker import Site, Worker, a_site, work_and_fail

pytest.importorskip("asyncpg", reason="asyncpg is not installed: PostgreSQL is not tested")

TOKEN = "a-token-of-sixteen-and-more"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    missing = postgresql.why_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with a_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def server(site: Site) -> Server:
    return site.serve()


@pytest.fixture(scope="module")
def worker(site: Site) -> Worker:
    return site.work("--metrics-port", "0")


def ask(worker: Worker) -> httpx.Client:
    """Where its greeting says; to be closed."""
    [url] = re.findall(r"; its figures: (http://\S+)/metrics\n$", worker.greeting)
    return httpx.Client(base_url=url, timeout=DEADLINE_SECONDS)


@pytest.fixture
def api(worker: Worker) -> Iterator[httpx.Client]:
    with ask(worker) as api:
        yield api


@pytest.fixture(scope="module")
def exposed(server: Server, worker: Worker) -> str:
    """The figures of a worker that ran something for a slot."""
    server.promote("ana", schedule="1s")
    with server.listen() as stream:
        stream.until("councilor_completed", councilor_id="ana")
    server.patch("/api/councilors/ana/councilor-schedule", {"enabled": False})
    with ask(worker) as api:
        answer = api.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return answer.text


@pytest.fixture(scope="module")
def families(exposed: str) -> list[Metric]:
    return list(text_string_to_metric_families(exposed))


def test_it_says_that_it_takes_runs(api: httpx.Client) -> None:
    healthy = api.get("/healthz")
    assert (healthy.status_code, healthy.json()) == (
        200, {"status": "ok", "claims": True, "detail": "ok"},
    )  # fmt: skip
    assert healthy.headers["cache-control"] == "no-store"
    assert api.get("/livez").json() == {"status": "ok"}
    head = api.head("/healthz")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/api/tasks", 404), ("POST", "/healthz", 405),
     ("DELETE", "/metrics", 405)],
)  # fmt: skip
def test_it_answers_nothing_else(api: httpx.Client, method: str, path: str, status: int) -> None:
    assert api.request(method, path).status_code == status


def test_a_name_that_is_not_its_own_gets_no_figures(api: httpx.Client) -> None:
    """As a page of another site would ask, whose name leads here."""
    assert api.get("/metrics", headers={"host": "evil.example"}).status_code == 400


def test_its_runs_are_counted(families: list[Metric]) -> None:
    values = {
        (sample.name.removeprefix("conselho_"), *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }
    for one in (
        ("claims_total", "command"),
        ("queue_wait_seconds_count", "command"),
        ("run_duration_seconds_count", "command", "success"),
        ("slot_lateness_seconds_count",),
        ("store_call_seconds_count", "claim"),
        ("event_loop_delay_seconds_count",),
    ):
        assert values[one] >= 1, one
    assert (values["runs_at_once_limit",], values["leases_lost_total",]) == (4, 0)
    assert values["dispatcher_last_look_timestamp_seconds",] > 1.7e9


def test_the_docs_tell_which_figures_of_a_server_a_worker_has(families: list[Metric]) -> None:
    text = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    [said] = re.findall(r"^### Of a worker\n(.*?)^#", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(conselho_\w+)`", said)) == {name_of(one) for one in families}
    for family in families:
        if family.samples:
            assert documented()[name_of(family)] == labels_of(family), name_of(family)


def test_prometheus_takes_them(exposed: str) -> None:
    done = subprocess.run(
        [promtool(), "check", "metrics"], input=exposed, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_runs_at_work_are_told_and_who_stops_takes_no_more(
    site: Site, server: Server, tmp_path: Path
) -> None:
    argv, sign, leave = gate(tmp_path, "stopping")
    server.promote("bia", argv, queue="stopping")
    grace = {"CONSELHO_SHUTDOWN_GRACE_SECONDS": "60", "CONSELHO_METRICS_PORT": "0"}
    worker = site.work("--queue", "stopping", **grace)
    server.begin("bia")
    eventually(lambda: starts(sign), "it runs")

    with ask(worker) as api:
        assert "conselho_runs_at_work 1.0" in api.get("/metrics").text
        worker.signal(signal.SIGTERM)
        told = eventually(lambda: unhealthy(api), "it says that it stops")
        assert told == {
            "status": "not claiming", "claims": False,
            "detail": "it stops, and takes no more runs",
        }  # fmt: skip
        assert api.get("/livez").status_code == 200
        leave.touch()

    assert worker.wait() == 0


def unhealthy(api: httpx.Client) -> object:
    answer = api.get("/healthz")
    return answer.json() if answer.status_code == 503 else None


def test_whom_others_can_ask_wants_a_token_for_its_figures(site: Site) -> None:
    worker = site.work(
        "--queue", "open", "--metrics-port", "0",
        CONSELHO_METRICS_HOST="0.0.0.0", CONSELHO_ADMIN_TOKEN=TOKEN,
    )  # fmt: skip
    with ask(worker) as api:
        assert api.get("/healthz").status_code == 200
        assert api.get("/metrics").status_code == 401
        for token, status in (("wrong", 401), (TOKEN, 200)):
            shown = {"authorization": f"Bearer {token}"}
            assert api.get("/metrics", headers=shown).status_code == status
    assert worker.stop() == 0


def test_a_port_that_is_taken_is_told_and_nothing_is_run(site: Site) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        refused = work_and_fail(site.folder, "--metrics-port", port, environ=site.environ)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"conselho: metrics_port: cannot listen on 127.0.0.1:{port}: ")


def test_without_a_port_it_listens_nowhere(site: Site) -> None:
    worker = site.work("--queue", "quiet")
    assert "figures" not in worker.greeting
    connections = psutil.Process(worker.pid).net_connections(kind="inet")
    assert [one for one in connections if one.status == psutil.CONN_LISTEN] == []
    assert worker.stop() == 0
