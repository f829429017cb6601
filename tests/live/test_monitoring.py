"""What tells from outside that a council has fallen silent: figures, readiness, switches."""

from __future__ import annotations

import http.server
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.server import DEADLINE_SECONDS, Server, config, eventually, running

Call = tuple[str, str]


class Switch(http.server.BaseHTTPRequestHandler):
    """A dead-man switch: every call is put into the server's `calls`, as target and body.

    `refusals` says how many ends it answers with 503 first.
    """

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        self.server.calls.put((self.path, body))  # type: ignore[attr-defined]
        refused = self.path == "/the-check" and next(self.server.refusals, False)  # type: ignore[attr-defined]
        self.send_response(503 if refused else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass


@contextmanager
def switch(refusals: int = 0) -> Iterator[tuple[str, queue.Queue[Call]]]:
    """The address of a switch, and the calls that it gets."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Switch)
    calls: queue.Queue[Call] = queue.Queue()
    server.calls = calls  # type: ignore[attr-defined]
    server.refusals = repeat(True, refusals)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/the-check", calls
    finally:
        server.shutdown()
        thread.join(DEADLINE_SECONDS)
        server.server_close()


def seat(server: Server, agent_id: str, command: list[str], url: str, **policies: Any) -> None:
    server.create(agent_id, command)
    body = {"councilor_config": config(notifications={"ping_url": url}, policies=policies)}
    server.post(f"/api/councilors/{agent_id}/promote-councilor", body)


def next_call(calls: queue.Queue[Call]) -> Call:
    return calls.get(timeout=DEADLINE_SECONDS / 2)


def figures(server: Server) -> dict[str, float]:
    """The figures without labels, and those with one as `name.value`."""
    answer = server.api.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        ".".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_figures_of_a_server_at_work(server: Server) -> None:
    server.promote("counted")
    before = figures(server).get("conselho_runs_total.completed", 0)
    server.call("counted")

    after = eventually(
        lambda: (f := figures(server))["conselho_runs_total.completed"] > before and f,
        "the run is counted",
    )

    assert after["conselho_run_duration_seconds_count.success.command"] >= 1
    assert after["conselho_event_loop_delay_seconds_count"] >= 1
    assert after["conselho_connections"] >= 1
    assert after["conselho_stream_ring_events"] >= 1
    assert after["conselho_store_up"] == 1
    assert after["conselho_tasks.processing"] == 0
    assert after["conselho_scheduler_overdue_slots"] == 0
    assert after["conselho_scheduler_last_tick_timestamp_seconds"] > 1.7e9
    assert after["conselho_sweeper_last_sweep_timestamp_seconds"] > 1.7e9
    assert after["conselho_clock_steps_total.suspended"] == 0
    assert after["conselho_pings_failed_total"] == 0


def test_a_switch_hears_of_starts_ends_and_failures(server: Server) -> None:
    with switch() as (url, calls):
        seat(server, "well", ["echo", "all is well"], url)
        server.call("well")
        assert [next_call(calls)[0], next_call(calls)[0]] == ["/the-check/start", "/the-check"]

        seat(server, "unwell", ["sh", "-c", "echo broken; exit 3"], f"{url}?create=1")
        server.call("unwell")
        started, failed = next_call(calls), next_call(calls)

    assert started == ("/the-check/start?create=1", "")
    assert failed[0] == "/the-check/fail?create=1"
    assert failed[1].startswith("error: ")


@pytest.mark.parametrize(("attempts", "told"), [(1, True), (2, False)])
def test_a_switch_hears_after_a_crash_whose_run_was_lost_for_good(
    tmp_path: Path, attempts: int, told: bool
) -> None:
    with switch() as (url, calls), running(tmp_path) as server:
        seat(server, "ana", ["sh", "-c", "test -e again || { touch again; sleep 300; }; echo well"],
             url, max_attempts=attempts)  # fmt: skip
        task_id = server.begin("ana")
        assert next_call(calls) == ("/the-check/start", "")
        server.kill()
        server.start()

        after, body = next_call(calls)
        row = server.task(task_id)

    assert after == ("/the-check/fail" if told else "/the-check/start")
    if told:
        assert row["error_kind"] == "worker_lost"
        assert "stopped answering" in body


def test_a_stop_waits_for_what_the_switches_must_still_hear(tmp_path: Path) -> None:
    """A switch that heard of a start and never of the end would cry."""
    with switch(refusals=1) as (url, calls), running(tmp_path) as server:
        seat(server, "ana", ["echo", "all is well"], url)
        server.begin("ana")
        assert next_call(calls)[0] == "/the-check/start"
        assert next_call(calls)[0] == "/the-check", "it is refused, and will be tried again"
        server.stop()

        assert next_call(calls)[0] == "/the-check"
