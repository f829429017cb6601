"""The real command line against a real server: each command as people and programs use it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conselho.cli.text import cells
from conselho.client import Client, RefusedAsUnknown, RefusedForState
from tests.support.live_server import (
    CONSELHO,
    DEADLINE_SECONDS,
    Done,
    Lines,
    Server,
    clean_environ,
    run,
    serving,
    start,
)

HOURLY = """---
agent_id: {agent_id}
name: {name}
title: Guardian of {agent_id}
command: {command}
schedule: {schedule}
task: {agent_id}
---
Look at it.
"""

VERDICT = """
import json, sys, time, pathlib
print("\\x1b[31mlooking\\x1b[0m at \\u202eit", flush=True)
severity = sys.argv[1]
if len(sys.argv) > 2:
    gate = pathlib.Path(sys.argv[2])
    deadline = time.monotonic() + 60
    while not gate.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
finding = {"title": "Seen", "severity": severity, "file": "a.py", "line": 3}
verdict = {"severity": severity, "summary": f"It is {severity}.", "findings": [finding]}
print("```json\\n" + json.dumps(verdict) + "\\n```")
"""


def council_file(
    folder: Path, agent_id: str, *arguments: str, name: str = "", schedule: str = "1h"
) -> Path:
    """A councilor whose run prints a verdict of the severity given as first argument."""
    folder.mkdir(parents=True, exist_ok=True)
    command = json.dumps([sys.executable, "-c", VERDICT, *arguments])
    file = folder / f"{agent_id}.md"
    file.write_text(
        HOURLY.format(
            agent_id=agent_id, name=name or agent_id.title(), command=command, schedule=schedule
        ),
        encoding="utf-8",
    )
    return file


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    """One server for the tests that leave each other's councilors alone."""
    council = home / "council"
    for severity in ("success", "info", "warning", "error"):
        council_file(council, severity, severity)
    for slow in ("busy", "watched", "cancelled", "interrupted"):
        council_file(council, slow, "success", str(home / f"{slow}.gate"))
    council_file(council, "told", "success", name="Told 🧪")
    council_file(council, "exemplary", "success")
    council_file(council, "pausable", "success")
    with serving(home / "data", council=council) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


def cli(server: Server, *arguments: str) -> Done:
    return run(*arguments, "--data-dir", str(server.data_dir))


@contextlib.contextmanager
def following(server: Server, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command that goes on; killed, if it still runs, when the block is left."""
    process = start(*arguments, "--data-dir", str(server.data_dir))
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def open_gate(home: Path, agent_id: str) -> None:
    (home / f"{agent_id}.gate").touch()


# -- reading ---------------------------------------------------------------------------------------


def test_list_shows_every_councilor_in_aligned_columns(server: Server) -> None:
    done = cli(server, "list")
    assert (done.code, done.err) == (0, "")
    head, *rows = done.out.splitlines()
    assert head.split() == (
        "COUNCILOR NAME TITLE SCHEDULE ZONE STATE NEXT LAST WHEN LOST SUCCESS".split()
    )
    assert len(rows) == 11
    [told] = [row for row in rows if row.startswith("told ")]
    assert "Told 🧪" in told
    assert "Guardian of told" in told
    assert told[: cells(head[: head.index("SCHEDULE")]) - 1].count("Guardian") == 1
    assert "\x1b" not in done.out


def test_list_as_json_is_the_answer_of_the_api(server: Server) -> None:
    printed = json.loads(cli(server, "list", "--json").out)
    served = json.loads(server.get("/api/councilors?is_councilor=true"))
    moving = {"now", "last_event_id"}
    assert printed.keys() == served.keys()
    for one, other in zip(printed["agents"], served["agents"], strict=True):
        assert one.keys() == other.keys()
        assert one["councilor_config"] == other["councilor_config"]
    assert {"agents", "count"} <= printed.keys() - moving


def test_list_of_tasks_can_be_filtered(server: Server, client: Client) -> None:
    for agent_id in ("warning", "error"):
        run_to_end(client, agent_id)
    answer = json.loads(
        cli(server, "list", "--tasks", "--severity", "warning", "--agent", "warning", "--json").out
    )
    assert {(row["agent_id"], row["severity"]) for row in answer["tasks"]} == {
        ("warning", "warning")
    }
    plain = cli(server, "list", "--tasks", "--status", "completed", "--limit", "1").out
    assert len(plain.splitlines()) == 2
    assert cli(server, "list", "--tasks", "--status", "missed").out == (
        "There is no such execution.\n"
    )


def run_to_end(client: Client, agent_id: str) -> str:
    """Run a councilor with the client, and the id of the execution once it has ended."""
    task_id = str(client.execute_now(agent_id)["execution"]["execution_id"])
    client.wait_for_end(task_id, timeout_seconds=DEADLINE_SECONDS)
    return task_id


def test_report_shows_figures_executions_and_the_newest_output(
    server: Server, client: Client
) -> None:
    task_id = run_to_end(client, "told")
    done = cli(server, "report", "told")
    assert done.code == 0
    assert done.out.startswith("Told 🧪  1 run, 100% success, next in ")
    assert re.search(rf"{task_id}  ✓ success .* It is success\.", done.out)
    assert "looking at \\u202eit\n" in done.out
    as_json = json.loads(cli(server, "report", "told", "--json").out)
    assert as_json["report"]["recent_executions"][0]["execution_id"] == task_id


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "nobody"],
        ["run", "nobody"],
        ["run", "nobody", "--wait"],
        ["pause", "nobody"],
        ["resume", "no/body?x"],
        ["cancel", "nothing"],
        ["logs", "nothing"],
        ["logs", "-f", "nothing"],
    ],
)
def test_what_does_not_exist_is_told_with_exit_code_4(server: Server, arguments: list[str]) -> None:
    done = cli(server, *arguments)
    assert done.code == 4
    assert done.out == ""
    assert re.fullmatch(r"conselho: There is no(thing)? [^\n]+\n", done.err)


# -- running ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent_id", "code", "mark"),
    [
        ("success", 0, "✓ success"),
        ("info", 0, "i info"),
        ("warning", 0, "! warning"),
        ("error", 1, "✗ error"),
    ],
)
def test_run_with_wait_tells_by_its_exit_code_whether_the_run_is_sound(
    server: Server, agent_id: str, code: int, mark: str
) -> None:
    done = cli(server, "run", agent_id, "--wait")
    assert (done.code, done.err) == (code, "")
    started, verdict, summary, finding = done.out.splitlines()
    assert re.fullmatch(rf"started  {agent_id}  [0-9a-f]+", started)
    assert verdict.startswith(f"{mark}  {agent_id.title()}  {agent_id}  ")
    assert summary == f"It is {agent_id}."
    assert finding == f"{mark}  a.py:3  Seen"


def test_run_without_wait_returns_at_once_and_a_second_one_is_refused(
    server: Server, client: Client, home: Path
) -> None:
    answer = json.loads(cli(server, "run", "busy", "--json").out)
    task_id = answer["execution"]["execution_id"]
    second = cli(server, "run", "busy", "--wait")
    assert (second.code, second.out) == (5, "")
    assert task_id in second.err
    waited = cli(server, "logs", task_id)
    assert waited.code == 0
    open_gate(home, "busy")
    assert client.wait_for_end(task_id, timeout_seconds=DEADLINE_SECONDS)["status"] == "completed"


def test_run_gives_up_waiting_but_the_run_goes_on_and_cancel_ends_it(
    server: Server, client: Client
) -> None:
    done = cli(server, "run", "cancelled", "--wait", "--timeout", "0.2")
    assert done.code == 1
    assert "goes on" in done.err or "is still" in done.err
    task_id = done.out.splitlines()[0].split()[-1]
    ended = cli(server, "cancel", task_id)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"{task_id}  ")
    row = client.wait_for_end(task_id, timeout_seconds=DEADLINE_SECONDS)
    assert row["status"] == "cancelled"
    again = cli(server, "cancel", task_id)
    assert again.code == 0
    listed = cli(server, "list", "--tasks", "--agent", "cancelled").out
    assert "⊘ cancelled" in listed


def test_cancel_of_a_run_that_ended_otherwise_is_a_conflict(server: Server, client: Client) -> None:
    task_id = run_to_end(client, "info")
    done = cli(server, "cancel", task_id)
    assert (done.code, done.out) == (5, "")
    with pytest.raises(RefusedForState, match=task_id):
        client.cancel(task_id)


def test_ctrl_c_ends_a_waiting_run_with_130_and_no_traceback(
    server: Server, client: Client, home: Path
) -> None:
    with following(server, "run", "interrupted", "--wait") as process:
        task_id = Lines(process).until("started").split()[-1]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, err.strip()) == (130, b"")
    open_gate(home, "interrupted")
    assert client.wait_for_end(task_id, timeout_seconds=DEADLINE_SECONDS)["status"] == "completed"


def test_pause_and_resume_show_in_the_list(server: Server) -> None:
    def state() -> str:
        row = [line for line in cli(server, "list").out.splitlines() if "pausable" in line]
        return "paused" if "‖ paused" in row[0] else "waiting" if "waiting" in row[0] else row[0]

    assert cli(server, "pause", "pausable").out == "paused  pausable  1h\n"
    assert state() == "paused"
    answer = json.loads(cli(server, "resume", "pausable", "--json").out)
    assert answer["schedule"]["enabled"] is True
    assert state() == "waiting"


# -- following -------------------------------------------------------------------------------------


def test_a_followed_log_comes_live_cleaned_and_ends_with_the_run(
    server: Server, client: Client, home: Path
) -> None:
    task_id = str(client.execute_now("watched")["execution"]["execution_id"])
    with following(server, "logs", "-f", "watched") as process:
        lines = Lines(process)
        assert lines.next() == "looking at \\u202eit"
        assert client.task(task_id)["status"] == "processing"
        open_gate(home, "watched")
        assert lines.until("severity").startswith('{"severity": "success"')
        process.wait(DEADLINE_SECONDS)
    assert process.returncode == 0
    assert cli(server, "logs", task_id).out == cli(server, "logs", "watched").out


def test_tail_shows_a_run_as_it_happens_and_ends_with_ctrl_c(
    server: Server, client: Client
) -> None:
    since = client.councilors()["last_event_id"]
    with following(server, "tail", "--agent", "told", "--since", since) as process:
        lines = Lines(process)
        run_to_end(client, "warning")
        run_to_end(client, "told")
        shown = [lines.next() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=DEADLINE_SECONDS)
    words = [re.sub(" +", " ", line) for line in shown]
    assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in words)
    assert [line[9:] for line in words] == [
        "… pending Told 🧪 told",
        "▶ running Told 🧪 told",
        "✓ success Told 🧪 told It is success.",
    ]
    assert (process.returncode, err.strip()) == (0, b"")


def test_tail_misses_and_doubles_nothing_when_the_server_is_killed_and_comes_back(
    tmp_path: Path,
) -> None:
    council = tmp_path / "council"
    council_file(council, "one", "success")
    with serving(tmp_path / "data", council=council) as first:
        client = Client(first.url)
        url = first.url
        since = client.councilors()["last_event_id"]
        process = start("tail", "--json", "--since", since, "--url", url)
        try:
            lines = Lines(process)
            runs = [run_to_end(client, "one")]
            events = [read_event(lines)]
            while not is_end_of(events[-1], runs[-1]):
                events.append(read_event(lines))
            first.kill()
            with serving(tmp_path / "data", council=council, port=first.port):
                runs.append(run_to_end(client, "one"))
                while not is_end_of(events[-1], runs[-1]):
                    events.append(read_event(lines))
                process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=DEADLINE_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
    assert process.returncode == 0
    sequence = [event["seq"] for event in events]
    assert sequence == list(range(sequence[0], sequence[0] + len(sequence)))
    ended = [event["execution_id"] for event in events if event["type"] == "councilor_completed"]
    assert ended == runs
    told = err.decode().splitlines()
    assert told[0].startswith("conselho: The stream is lost: ")
    assert told[1] == "conselho: Connected again."


def read_event(lines: Lines) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(lines.next())
    return event


def is_end_of(event: dict[str, Any], task_id: str) -> bool:
    told = (event["type"], event.get("execution_id"), event.get("status"))
    return told == ("councilor_execution", task_id, "completed")


def test_the_client_is_refused_as_the_server_says(client: Client) -> None:
    with pytest.raises(RefusedAsUnknown, match="no agent 'nobody'"):
        client.report("nobody")


def test_the_example_for_scripts_in_the_docs_works(server: Server) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", docs, re.DOTALL)
    program = example.replace("http://127.0.0.1:8000", server.url).replace('"tests"', '"exemplary"')
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        env=clean_environ(),
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"success\n", b"")


# -- a terminal ------------------------------------------------------------------------------------


def on_terminal(server: Server, *arguments: str, **environ: str) -> str:
    """What a command prints on a terminal of 80 columns."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [CONSELHO, *arguments, "--data-dir", str(server.data_dir)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=clean_environ() | {"TERM": "xterm-256color", "COLUMNS": "80"} | environ,
    )
    os.close(terminal)
    try:
        printed = read_terminal(controller)
        process.wait(DEADLINE_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(controller)
    assert process.returncode == 0
    return printed.decode().replace("\r\n", "\n")


def read_terminal(controller: int) -> bytes:
    printed = b""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while select.select([controller], [], [], max(0, deadline - time.monotonic()))[0]:
        try:
            piece = os.read(controller, 65536)
        except OSError:  # how Linux tells that the other end is closed
            return printed
        if not piece:
            return printed
        printed += piece
    raise TimeoutError("the command did not end")


@pytest.mark.parametrize("command", [["list"], ["list", "--tasks"], ["report", "warning"]])
def test_on_a_terminal_tables_have_colour_and_fit_into_80_columns(
    server: Server, client: Client, command: list[str]
) -> None:
    run_to_end(client, "warning")
    printed = on_terminal(server, *command)
    assert "\x1b[33m! warning\x1b[0m" in printed
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    assert "\x1b" not in plain
    table, _, _ = plain.partition("Output of the newest")  # printed as the agent wrote it
    assert max(cells(line) for line in table.splitlines()) <= 80


@pytest.mark.parametrize("how", ["--no-color", "NO_COLOR"])
def test_on_a_terminal_colour_can_be_switched_off(server: Server, how: str) -> None:
    if how == "NO_COLOR":
        printed = on_terminal(server, "list", NO_COLOR="1")
    else:
        printed = on_terminal(server, "list", how)
    assert "\x1b" not in printed
    assert "Councilor" in printed


# -- applying --------------------------------------------------------------------------------------


def changes(done: Done) -> dict[str, str]:
    assert (done.code, done.err) == (0, "")
    return {line.split()[1]: line.split()[0] for line in done.out.splitlines()}


@pytest.mark.parametrize("with_server", [True, False], ids=["with a server", "without one"])
def test_apply_makes_the_council_what_its_files_say(tmp_path: Path, *, with_server: bool) -> None:
    council, data = tmp_path / "council", tmp_path / "data"
    for name in ("one", "two"):
        council_file(council, name, "success")
    (council / "README.md").write_text("No councilor.", encoding="utf-8")
    apply = ("apply", str(council), "--data-dir", str(data))
    with serving(data) if with_server else contextlib.nullcontext():
        assert changes(run(*apply)) == {"one": "created", "two": "created"}
        council_file(council, "two", "success", name="Second")
        assert changes(run(*apply)) == {"one": "unchanged", "two": "changed"}
        (council / "one.md").unlink()
        assert changes(run(*apply)) == {"two": "unchanged"}
        assert changes(run(*apply, "--prune")) == {"one": "demoted", "two": "unchanged"}
        council_file(council, "one", "success")
        answer = json.loads(run(*apply, "--json").out)
        assert [(one["agent_id"], one["kind"]) for one in answer["changes"]] == [
            ("one", "adopted"),
            ("two", "unchanged"),
        ]
    with serving(data) as server:
        seated = Client(server.url).councilors()["agents"]
        assert {agent["agent_id"]: agent["name"] for agent in seated} == {
            "one": "One",
            "two": "Second",
        }
        assert {agent["cwd"] for agent in seated} == {str(tmp_path)}


@pytest.mark.parametrize("with_server", [True, False], ids=["with a server", "without one"])
def test_apply_refuses_all_files_when_one_is_not_in_order(
    tmp_path: Path, *, with_server: bool
) -> None:
    council, data = tmp_path / "council", tmp_path / "data"
    council_file(council, "good", "success")
    council_file(council, "bad", "success", schedule="soon")
    (council / "worse.md").write_text("---\nagent_id: worse\n", encoding="utf-8")
    with serving(data) if with_server else contextlib.nullcontext() as server:
        done = run("apply", str(council), "--data-dir", str(data))
        assert (done.code, done.out) == (2, "")
        told = done.err.splitlines()
        assert all(line.startswith("conselho: ") for line in told)
        assert any("bad.md:6: schedule" in line for line in told)
        assert any("worse.md:" in line for line in told)
        if isinstance(server, Server):
            assert Client(server.url).councilors()["agents"] == []
        else:
            assert not data.exists()


def test_apply_refuses_a_file_that_is_no_text(tmp_path: Path) -> None:
    council = council_file(tmp_path / "council", "one", "success").parent
    (council / "two.md").write_bytes(b"---\nname: \xff\n---\n")
    done = run("apply", str(council), "--data-dir", str(tmp_path / "data"))
    assert (done.code, done.err) == (2, "conselho: two.md:2: is not UTF-8 text\n")


def test_apply_of_an_empty_folder_is_refused_unless_it_prunes(tmp_path: Path) -> None:
    (tmp_path / "council").mkdir()
    apply = ("apply", str(tmp_path / "council"), "--data-dir", str(tmp_path / "data"))
    refused = run(*apply)
    assert refused.code == 2
    assert refused.err.startswith("conselho: There is no council file (*.md) in ")
    assert run(*apply, "--prune") == Done(0, "There was nothing to do.\n", "")


def test_apply_without_a_folder_takes_the_council_beside_it(tmp_path: Path) -> None:
    council_file(tmp_path / "council", "one", "success")
    assert changes(run("apply", cwd=tmp_path)) == {"one": "created"}
    (tmp_path / "council").rename(tmp_path / "elsewhere")
    assert run("apply", cwd=tmp_path).code == 2
    named = run("apply", cwd=tmp_path, environ={"CONSELHO_COUNCIL_DIR": "elsewhere"})
    assert changes(named) == {"one": "unchanged"}


def test_apply_of_the_folder_above_counts_paths_from_the_one_that_holds_it(
    tmp_path: Path,
) -> None:
    below = tmp_path / "council" / "below"
    below.mkdir(parents=True)
    council_file(tmp_path / "council", "one", "success")
    with serving(tmp_path / "data") as server:
        changes(run("apply", "..", "--url", server.url, cwd=below))
        [agent] = Client(server.url).councilors()["agents"]
    assert agent["cwd"] == str(tmp_path)


def test_apply_to_a_named_server_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    council_file(tmp_path / "council", "one", "success")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    done = run("apply", "--url", url, cwd=tmp_path)
    assert done.code == 6
    assert not (tmp_path / ".conselho").exists()


def test_apply_after_a_crash_of_the_server_goes_to_the_data_directory(tmp_path: Path) -> None:
    council_file(tmp_path / "council", "one", "success")
    with serving(tmp_path / ".conselho") as server:
        server.kill()
    assert (tmp_path / ".conselho" / "server.json").exists()
    assert changes(run("apply", cwd=tmp_path)) == {"one": "created"}


def test_apply_of_more_than_the_server_takes_is_refused_with_its_reason(tmp_path: Path) -> None:
    council = council_file(tmp_path / "council", "one", "success").parent
    for number in range(8):
        (council / f"large{number}.md").write_text("x" * 200_000, encoding="utf-8")
    with serving(tmp_path / "data") as server:
        done = cli(server, "apply", str(council))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


# -- serving ---------------------------------------------------------------------------------------


def test_serve_ends_well_when_it_is_asked_to(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        assert json.loads(server.get("/healthz")) == {"status": "ok"}
        assert server.stop() == 0
    assert cli(server, "list").code == 6


def test_a_second_server_on_one_data_directory_is_refused_naming_the_first(
    server: Server,
) -> None:
    done = run("serve", "--port", "0", "--data-dir", str(server.data_dir))
    assert (done.code, done.out) == (5, "")
    assert server.url in done.err
    assert done.err.count("\n") == 1


def test_serve_with_a_bad_council_file_does_not_start(tmp_path: Path) -> None:
    council_file(tmp_path / "council", "bad", "success", schedule="soon")
    done = run(
        "serve", "--port", "0", "--data-dir", str(tmp_path / "data"),
        "--council", str(tmp_path / "council"),
    )  # fmt: skip
    assert done.code == 2
    assert "bad.md:6: schedule" in done.err
    assert "Traceback" not in done.err


def test_serve_on_a_port_that_is_taken_says_what_to_do(server: Server, tmp_path: Path) -> None:
    done = run("serve", "--port", str(server.port), "--data-dir", str(tmp_path / "data"))
    assert (done.code, done.out) == (2, "")
    assert "--port" in done.err
    assert done.err.count("\n") == 1


def test_serve_tells_warnings_about_settings_and_starts(tmp_path: Path) -> None:
    (tmp_path / "conselho.toml").write_text("prot = 1\n", encoding="utf-8")
    process = start("serve", "--port", "0", cwd=tmp_path)
    try:
        url = Lines(process).next().split()[-1]
        assert Client(url).councilors()["count"] == 0
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=DEADLINE_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode == 0
    assert b"conselho: warning: conselho.toml: prot: there is no such setting." in err


def test_a_server_that_dies_in_mid_wait_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    council = tmp_path / "council"
    council_file(council, "slow", "success", str(tmp_path / "gate"))
    with serving(tmp_path / "data", council=council) as server:
        process = start("run", "slow", "--wait", "--timeout", "1", "--url", server.url)
        try:
            Lines(process).until("started")
            server.kill()
            _, err = process.communicate(timeout=DEADLINE_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
            (tmp_path / "gate").touch()
    assert process.returncode == 6
    assert re.fullmatch(rb"conselho: [^\n]+\n", err)
