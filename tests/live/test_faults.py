"""What goes wrong around a server: it says what to do, and loses nothing that it promised."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from tests.support.server import Json, Server, eventually, running, serve_and_fail

GOOD = """---
agent_id: ana
name: Ana
command: [echo, well]
title: Guardiã
schedule: 1h
task: look around
---
Look around.
"""
SECOND = GOOD.replace("ana", "bia")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server that the test stops; it does not wait for running children."""
    with running(tmp_path, environ={"CONSELHO_SHUTDOWN_GRACE_SECONDS": "0"}) as server:
        yield server


def one_line(text: str) -> str:
    """What a person reads on a terminal: one line, no traceback."""
    [line] = text.splitlines()
    assert line.startswith("conselho: ")
    return line


# -- a start that is refused ---------------------------------------------------------------------


def test_a_second_server_on_the_same_data_names_the_first(own: Server) -> None:
    second = serve_and_fail(own.folder, "--data-dir", str(own.data_dir), "--port", "0")

    assert second.returncode == 5
    assert second.stdout == ""
    assert own.url in one_line(second.stderr)
    assert str(own.pid) in second.stderr
    assert own.get("/readyz")["status"] == "ready", "the first goes on"


def test_the_data_of_a_killed_server_is_free_at_once(own: Server) -> None:
    own.kill()
    own.start()

    assert own.get("/readyz")["status"] == "ready"


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        refused = serve_and_fail(tmp_path, "--port", port, "--data-dir", str(tmp_path / "data"))

    assert refused.returncode == 2
    assert f"127.0.0.1:{port}" in one_line(refused.stderr)
    assert "--port" in refused.stderr


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"CONSELHO_PORT": "eighty"}, "CONSELHO_PORT"),
        ({"CONSELHO_HOST": "0.0.0.0"}, "loopback"),
        ({"CONSELHO_LEASE_SECONDS": "5", "CONSELHO_RENEW_SECONDS": "5"}, "renew_seconds"),
        ({"CONSELHO_DATABASE_URL": "sqlite:////tmp/x.db?max_pages=3"}, "max_page_count"),
        ({"CONSELHO_DATABASE_URL": "mysql://localhost/x"}, "CONSELHO_DATABASE_URL"),
        ({"CONSELHO_COUNCIL_DIR": "/no/such/folder"}, "/no/such/folder"),
    ],
)
def test_a_bad_setting_is_told_in_one_line(
    tmp_path: Path, environ: dict[str, str], said: str
) -> None:
    given = {"CONSELHO_PORT": "0", "CONSELHO_DATA_DIR": str(tmp_path / "data")} | environ

    refused = serve_and_fail(tmp_path, environ=given)

    assert refused.returncode == 2
    assert said in one_line(refused.stderr)


def test_a_data_directory_that_cannot_be_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")

    below = serve_and_fail(tmp_path, "--port", "0", "--data-dir", str(tmp_path / "file" / "data"))

    assert below.returncode == 2
    assert "data" in one_line(below.stderr)


def test_a_database_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "conselho.db").write_bytes(b"This is a shopping list." * 100)

    refused = serve_and_fail(tmp_path, "--port", "0", "--data-dir", str(data_dir))

    assert refused.returncode == 6
    assert "not an SQLite database" in one_line(refused.stderr)


def test_a_malformed_council_file_stops_the_start_and_changes_nothing(own: Server) -> None:
    own.promote("kept")
    before = own.get("/api/agents")
    own.stop()
    council = own.folder / "council"
    council.mkdir()
    (council / "ana.md").write_text(GOOD)
    for bad, said in [
        (SECOND.replace("1h", "sometimes"), "bia.md:6: schedule.value: 'sometimes'"),
        (SECOND.replace("title:", "titel:"), "bia.md:5: titel: "),
        (SECOND.replace("[echo, well]", "[echo"), "bia.md:5: "),
        ("no front matter", "bia.md:1: "),
    ]:
        (council / "bia.md").write_text(bad)

        refused = serve_and_fail(
            own.folder, "--port", "0", "--data-dir", str(own.data_dir), "--council", str(council)
        )

        assert refused.returncode == 2
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr

    own.start()
    assert own.get("/api/agents") == before


# -- runs that cannot be -------------------------------------------------------------------------


def test_a_missing_command_ends_the_run_with_what_to_do(own: Server) -> None:
    own.promote("ana", ["no-such-program-here"])

    row = own.call("ana")

    assert (row["status"], row["severity"], row["error_kind"]) == ("error", "error", "spawn")
    assert "'no-such-program-here' was not found in PATH" in row["error"]
    assert "Install it" in row["error"]


def test_a_missing_folder_ends_the_run_with_what_to_do(own: Server) -> None:
    folder = own.folder / "project"
    folder.mkdir()
    own.promote("ana", ["pwd"], cwd=str(folder))
    assert own.call("ana")["result"] == f"{folder}\n"
    folder.rmdir()

    row = own.call("ana")

    assert (row["status"], row["error_kind"]) == ("error", "spawn")
    assert f"{folder} does not exist" in row["error"]
    assert "cwd" in row["error"]


def test_a_run_without_an_end_is_ended_with_all_that_it_started(own: Server) -> None:
    pids = own.folder / "pids"
    script = f"setsid sleep 300 & echo $! $$ > {pids}; echo begun; sleep 300"
    own.promote("ana", ["sh", "-c", script], policies={"timeout_seconds": 0.5})

    row = own.call("ana")

    assert (row["status"], row["error_kind"], row["result"]) == ("error", "timeout", "begun\n")
    assert "0.5 s" in row["error"]
    assert "timeout_seconds" in row["error"]
    assert not any(is_alive(pid) for pid in map(int, pids.read_text().split()))


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for init to see it does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE  # type: ignore[no-any-return]
    except psutil.NoSuchProcess:
        return False


def test_an_output_without_an_end_is_kept_at_both_ends(own: Server) -> None:
    """The middle of a flood is left out of result and log, and both say so."""
    script = "echo first; yes 'and so on' | head -c 40000000; echo last"
    own.promote("ana", ["sh", "-c", script])

    row = own.call("ana")
    log = own.api.get(f"/api/tasks/{row['task_id']}/log")

    assert (row["status"], row["severity"]) == ("completed", "success")
    assert row["result"].startswith("first\n")
    assert row["result"].endswith("last\n")
    assert len(row["result"].encode()) <= (1 << 20) + 200
    assert "left out" in row["result"] or "cut" in row["result"]
    assert len(log.content) <= (16 << 20) + 200
    assert log.text.startswith("first\n")


def test_a_child_that_will_not_end_is_cancelled_all_the_same(own: Server) -> None:
    ready = own.folder / "ready"
    own.promote("ana", ["sh", "-c", f"trap '' TERM; touch {ready}; while :; do sleep 1; done"])
    task_id = own.begin("ana")
    eventually(ready.exists, "the child ignores TERM")

    answer = own.post(f"/api/tasks/{task_id}/cancel")

    assert answer["task"]["status"] == "cancelled", "KILL follows TERM before the answer"
    assert answer["task"]["duration"] < 30


# -- the store without room ----------------------------------------------------------------------


@contextmanager
def full(database: Path) -> Iterator[None]:
    """Somebody else fills the file beyond its bound; afterwards the room is there again."""
    with closing(sqlite3.connect(database, timeout=30)) as other:
        other.execute("CREATE TABLE junk (x)")
        other.execute("INSERT INTO junk VALUES (zeroblob(8000000))")
        other.commit()
        try:
            yield
        finally:
            other.execute("DROP TABLE junk")
            other.commit()


def test_a_full_disk_is_told_and_loses_nothing_that_was_promised(tmp_path: Path) -> None:
    """The file may have 1,000 pages of 4 kB: the store's way to meet a full disk."""
    database = tmp_path / "bounded.db"
    url = f"sqlite:///{database}?max_page_count=1000"
    with running(tmp_path, environ={"CONSELHO_DATABASE_URL": url}) as server:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        server.promote("ana", ["sh", "-c", f"cat {pipe}; head -c 500000 /dev/zero | tr '\\0' x"])
        server.promote("bia", prompt="p" * 10_000)
        task_id = server.begin("ana")
        eventually(lambda: server.task(task_id)["status"] == "processing", "it runs")
        with full(database):
            readiness = server.api.get("/readyz")
            pipe.write_text("the outcome\n")  # the run ends now, and cannot be recorded
            refused = server.api.post("/api/councilors/bia/execute-now")
            before = server.get("/api/tasks")

            assert readiness.status_code == 503
            assert readiness.json()["status"] == "not ready"
            store = readiness.json()["checks"]["store"]
            assert store["ok"] is False
            assert "no space left" in store["detail"]
            assert str(database) in store["detail"]
            assert refused.status_code == 503
            assert "no space left" in refused.json()["detail"]
            assert [row["task_id"] for row in before["tasks"]] == [task_id], "it can still be read"

        row: Json = eventually(
            lambda: (row := server.task(task_id))["status"] != "processing" and row,
            "the outcome was recorded",
        )
        assert (row["status"], row["severity"], row["attempt"]) == ("completed", "success", 1)
        assert row["result"].startswith("the outcome\n")
        assert server.get("/readyz")["status"] == "ready"
        assert server.call("bia")["status"] == "completed"


# -- stopping ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_running_children_and_records_them(own: Server, number: signal.Signals) -> None:
    pid_file = own.folder / "pid"
    own.promote("ana", ["sh", "-c", f"echo $$ > {pid_file}; sleep 300"])
    task_id = own.begin("ana")
    pid = int(eventually(lambda: pid_file.exists() and pid_file.read_text(), "the child runs"))

    assert own.stop(number) == 0

    assert not is_alive(pid)
    own.start()
    row = own.task(task_id)
    assert (row["status"], row["error_kind"]) == ("cancelled", "shutdown")
    assert row["error"] == "The server was stopped while it ran."


def test_a_stop_lets_a_short_run_end_by_itself(tmp_path: Path) -> None:
    with running(tmp_path, environ={"CONSELHO_SHUTDOWN_GRACE_SECONDS": "20"}) as server:
        flag = tmp_path / "flag"
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        server.promote("ana", ["sh", "-c", f"touch {flag}; cat {pipe}"])
        task_id = server.begin("ana")
        eventually(flag.exists, "the child runs")
        server.signal(signal.SIGTERM)
        pipe.write_text("all is well\n")

        assert server.wait() == 0

        server.start()
        row = server.task(task_id)
        assert (row["status"], row["result"]) == ("completed", "all is well\n")


def test_a_run_with_attempts_left_goes_on_after_the_stop(own: Server) -> None:
    flag = own.folder / "flag"
    script = f"test -e {flag} && echo again && exit; touch {flag}; sleep 300"
    own.promote("ana", ["sh", "-c", script], policies={"max_attempts": 2})
    task_id = own.begin("ana")
    eventually(flag.exists, "the child runs")
    own.stop()
    own.start()

    row = eventually(
        lambda: (row := own.task(task_id))["status"] == "completed" and row, "the second attempt"
    )
    assert (row["attempt"], row["result"]) == (2, "again\n")


def test_open_streams_and_waiting_calls_do_not_hold_the_stop_up(own: Server) -> None:
    own.promote("ana", ["sleep", "300"])
    answers: list[int] = []

    def wait_for_it() -> None:
        response = httpx.post(
            f"{own.url}/api/councilors/ana/execute-now", params={"wait": 600}, timeout=60
        )
        answers.append(response.status_code)

    caller = threading.Thread(target=wait_for_it)
    with own.listen() as stream:
        caller.start()
        task_id = stream.until("councilor_started").data["execution_id"]
        with own.api.stream("GET", f"/api/tasks/{task_id}/log", params={"follow": "1"}) as log:
            assert own.stop() == 0

            stream.rest()
            assert log.read() == b""
    caller.join(60)
    assert answers == [200], "it was told how the run stood when the server stopped"


def test_a_stop_while_it_still_loads_is_no_failure(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.stop() == 0


def test_a_killed_server_leaves_no_child_to_its_successor(own: Server) -> None:
    pid_file = own.folder / "pid"
    own.promote("ana", ["sh", "-c", f"echo $$ > {pid_file}; sleep 300"])
    task_id = own.begin("ana")
    pid = int(eventually(lambda: pid_file.exists() and pid_file.read_text(), "the child runs"))
    # Its guardian goes with it, as when the system runs out of memory.
    for child in psutil.Process(own.pid).children():
        if "conselho.services.guardian" in child.cmdline():
            child.kill()
    own.kill()
    assert is_alive(pid)

    own.start()

    row = own.task(task_id)
    assert not is_alive(pid)
    assert (row["status"], row["error_kind"]) == ("error", "worker_lost")
