from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conselho.checks.endpoint_latency import p95
from tests.unit.checks.conftest import RunCheck


class Site:
    """A real HTTP server with endpoints of every character."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self.asked: list[str] = []
        site, turn = self, itertools.count()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(f"{self.command} {self.path}")
                with contextlib.suppress(OSError):  # the client may be gone
                    getattr(self, f"answer_{self.path.split('?')[0].strip('/')}")()

            do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

            def reply(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok" if self.command == "GET" else b"")

            def answer_ok(self) -> None:
                self.reply(200)

            def answer_moved(self) -> None:
                self.reply(302)

            def answer_missing(self) -> None:
                self.reply(404)

            def answer_broken(self) -> None:
                self.reply(500)

            def answer_flaky(self) -> None:
                self.reply(503 if next(turn) % 2 else 200)

            def answer_silent(self) -> None:
                site.closing.wait(60)

            def answer_dripping(self) -> None:
                """Every byte comes long before a time-out for one read, and there is no end."""
                self.send_response(200)
                self.end_headers()
                while not site.closing.wait(0.01):
                    self.wfile.write(b".")

            def answer_dripping_headers(self) -> None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not site.closing.wait(0.01):
                    self.wfile.write(b".")

            def answer_nonsense(self) -> None:
                self.wfile.write(b"```json\r\n\r\n")

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, args=(0.01,))
    thread.start()
    yield site
    site.closing.set()
    site.server.shutdown()
    thread.join()
    site.server.server_close()


def test_endpoints_within_the_limits_are_a_success(run_check: RunCheck, site: Site) -> None:
    outcome = run_check(
        "endpoint-latency", f"{site.url}/ok", f"{site.url}/moved", "--p95-ms", "60000"
    )
    assert (outcome.exit_code, outcome.severity) == (0, "success")
    assert outcome.summary.startswith("2 URLs within the limits; the highest p95 is ")
    assert f"* {site.url}/ok: 20 requests, 0 failed, median " in outcome.text


def test_exactly_the_asked_number_of_requests_is_sent(run_check: RunCheck, site: Site) -> None:
    run_check("endpoint-latency", f"{site.url}/ok?a=b#c", "--requests", "7", "--concurrency", "3")
    assert site.asked == ["GET /ok?a=b"] * 7


def test_paths_are_asked_below_the_base_url(run_check: RunCheck, site: Site) -> None:
    run_check(
        "endpoint-latency",
        "/ok",
        "--base-url",
        f"{site.url}/",
        "--requests",
        "1",
        "--method",
        "HEAD",
    )
    assert site.asked == ["HEAD /ok"]


def test_the_server_that_started_the_check_is_the_default_base(
    run_check: RunCheck, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSELHO_URL", site.url)
    assert run_check("endpoint-latency", "/ok", "--p95-ms", "60000").severity == "success"


def test_a_slow_endpoint_is_a_warning(run_check: RunCheck, site: Site) -> None:
    outcome = run_check("endpoint-latency", f"{site.url}/ok", "--p95-ms", "0")
    assert (outcome.exit_code, outcome.severity) == (0, "warning")
    assert outcome.titled("/ok is slow")


def test_an_endpoint_that_fails_too_often_is_an_error(run_check: RunCheck, site: Site) -> None:
    outcome = run_check("endpoint-latency", f"{site.url}/flaky", "--p95-ms", "60000")
    assert (outcome.exit_code, outcome.severity) == (1, "error")
    assert (
        "10 of 20 requests failed (50.0 %, limit 1 %): 10 x HTTP 503"
        in (outcome.findings[0]["detail"])
    )


def test_failures_within_the_limit_pass(run_check: RunCheck, site: Site) -> None:
    outcome = run_check(
        "endpoint-latency", f"{site.url}/flaky", "--p95-ms", "60000", "--max-error-rate", "50"
    )
    assert outcome.severity == "success"


@pytest.mark.parametrize("path", ["/broken", "/missing"])
def test_one_dead_endpoint_among_others_is_an_error_that_was_measured(
    run_check: RunCheck, site: Site, path: str
) -> None:
    outcome = run_check("endpoint-latency", f"{site.url}/ok", f"{site.url}{path}")
    assert (outcome.exit_code, outcome.severity) == (1, "error")
    assert "1 of 2 URLs over the limits" in outcome.summary


def test_when_nothing_answers_nothing_was_measured(run_check: RunCheck, site: Site) -> None:
    outcome = run_check("endpoint-latency", f"{site.url}/broken", "--max-error-rate", "100")
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert outcome.summary == f"No request succeeded: {site.url}/broken HTTP 500."


def test_a_closed_port_is_an_error(run_check: RunCheck, site: Site) -> None:
    free = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    free.server_close()
    outcome = run_check("endpoint-latency", f"http://127.0.0.1:{free.server_port}/")
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert "Connection refused" in outcome.summary


@pytest.mark.parametrize("path", ["/silent", "/dripping"])
def test_an_endpoint_that_never_ends_its_answer_fails_at_the_time_out(
    run_check: RunCheck, site: Site, path: str
) -> None:
    outcome = run_check(
        "endpoint-latency", f"{site.url}{path}", "--requests", "2", "--timeout", "0.2"
    )
    assert outcome.exit_code == 3
    assert "2 x did not answer in 0.2 s" in outcome.findings[0]["detail"]


def test_what_is_open_at_the_deadline_has_failed(run_check: RunCheck, site: Site) -> None:
    outcome = run_check(
        "endpoint-latency",
        f"{site.url}/dripping_headers",
        "--requests",
        "5",
        "--timeout",
        "30",
        "--deadline",
        "0.3",
    )
    assert outcome.exit_code == 3
    assert "5 x no answer before the deadline" in outcome.findings[0]["detail"]


def test_an_answer_that_is_not_http_cannot_break_the_verdict(
    run_check: RunCheck, site: Site
) -> None:
    outcome = run_check("endpoint-latency", f"{site.url}/nonsense", "--requests", "1")
    assert outcome.exit_code == 3
    assert "BadStatusLine" in outcome.summary


def test_p95_is_the_nearest_rank() -> None:
    assert p95([7.0]) == 7.0
    assert p95([float(n) for n in range(1, 21)]) == 19.0
    assert p95([float(n) for n in range(1, 101)]) == 95.0
