"""The log of a real server, read by a machine: every line is one document, and names its Task."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from tests.support.server import (
    CONSELHO,
    DEADLINE_SECONDS,
    Server,
    environment,
    first_line,
    running,
    serve_and_fail,
)

FORGED = "\\n2026-01-01T00:00:00Z [error   ] run.ended  status=error\\x1b[31m"


def documents(text: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in text.splitlines()]
    for one in found:
        assert list(one)[:3] == ["ts", "level", "event"]
    return found


def of_task(server: Server, task_id: str) -> list[dict[str, Any]]:
    return [one for one in documents(server.log.read_text()) if one.get("task_id") == task_id]


def speak_nonsense(server: Server) -> None:
    """What the HTTP library itself complains of; returns when it has hung up."""
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 0), DEADLINE_SECONDS) as connection:
        connection.sendall(b"\x1b[31mnonsense\n\n")
        while connection.recv(4096):
            pass


def test_every_line_is_a_document_and_those_of_a_run_bear_its_id(tmp_path: Path) -> None:
    environ = {"CONSELHO_LOG_FORMAT": "json", "CONSELHO_COLOUR": "red"}
    with running(tmp_path, environ=environ) as server:
        shout = f"printf 'all is well {FORGED}'; printf '{FORGED}' >&2; exit 3"
        server.promote("ana", ["sh", "-c", shout])
        told = server.call("ana")
        speak_nonsense(server)
        server.promote("bia", ["sleep", "300"])
        with server.listen() as stream:
            asked = server.begin("bia")
            stream.until("councilor_started", execution_id=asked)
            server.post(f"/api/tasks/{asked}/cancel")
            stream.until("councilor_execution", execution_id=asked, status="cancelled")
        server.signal(signal.SIGTERM)
        assert server.wait() == 0

        run = of_task(server, told["task_id"])
        cancelled = of_task(server, asked)
        everything = documents(server.log.read_text())

    assert [one["event"] for one in run] == ["run.started", "run.ended"]
    assert {one["agent_id"] for one in run} == {"ana"}
    assert (run[1]["status"], run[1]["error_kind"]) == (told["status"], told["error_kind"])
    assert [one["event"] for one in cancelled][-2:] == ["run.cancel_requested", "run.ended"]
    named = [one for one in everything if one["event"].startswith("run.")]
    assert all("task_id" in one and "agent_id" in one for one in named)
    [of_library] = [one for one in everything if "logger" in one]
    assert (of_library["logger"], of_library["level"]) == ("uvicorn.error", "warning")
    assert any(
        one["event"] == "settings.warning" and one["where"] == "CONSELHO_COLOUR"
        for one in everything
    )


def test_lines_for_people_hold_no_more_than_one_event_each(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.promote("ana", ["sh", "-c", f"printf '{FORGED}'; exit 3"])
        told = server.call("ana")

    lines = server.log.read_text().splitlines()

    assert all(line.isprintable() for line in lines)
    assert sum(f"task_id={told['task_id']}" in line for line in lines) == 2
    assert sum("run.ended" in line for line in lines) == 1


def test_a_server_whose_log_nobody_reads_any_more_still_runs_and_records(tmp_path: Path) -> None:
    """As in `conselho serve 2>&1 | head`."""
    server = Server(tmp_path)
    os.mkfifo(server.log)
    reader = os.open(server.log, os.O_RDONLY | os.O_NONBLOCK)
    with closing(server):
        try:
            server.start()
        finally:
            os.close(reader)
        server.promote("ana", ["sh", "-c", "echo all is well"])
        told = [server.call("ana") for _ in range(2)]

        assert [(one["status"], one["attempt"]) for one in told] == [("completed", 1)] * 2
        assert server.stop() == 0


def test_a_refusal_to_start_is_a_document_where_documents_are_asked_for(tmp_path: Path) -> None:
    refused = serve_and_fail(
        tmp_path, "--log-format", "json", "--host", "0.0.0.0", "--data-dir", str(tmp_path / "data")
    )

    [told] = documents(refused.stderr)
    assert refused.returncode == 2
    assert (told["event"], told["exit_code"]) == ("server.refuses_to_start", 2)
    assert "conselho token create" in told["reason"]


def test_a_server_without_stdin_and_stderr_serves_and_writes_into_no_file_of_its_own(
    tmp_path: Path,
) -> None:
    command = [CONSELHO, "serve", "--data-dir", str(tmp_path / "data"), "--port", "0"]
    process = subprocess.Popen(
        ["sh", "-c", 'exec "$0" "$@" 0<&- 2>&-', *command],
        cwd=tmp_path,
        env=environment({}),
        stdout=subprocess.PIPE,
    )
    try:
        greeting = first_line(process, time.monotonic() + DEADLINE_SECONDS)
        assert greeting.startswith("Conselho is in session: ")
        if sys.platform == "linux":
            places = [os.readlink(f"/proc/{process.pid}/fd/{number}") for number in (0, 2)]
            assert places == [os.devnull] * 2
        process.terminate()
        assert process.wait(DEADLINE_SECONDS) == 0
    finally:
        process.kill()
        process.communicate()
