"""Orders to the clock from the real command line, to a real server."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.cli.text import cells
from tests.support.live_server import CONSELHO, DEADLINE_SECONDS, Done, clean_environ, run
from tests.support.server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("cli-clock")) as server:
        for name in ("ana", "bia", "caio"):
            tags = ["nightly"] if name != "caio" else []
            server.promote(name, schedule="1d", tags=tags)
            server.patch(f"/api/councilors/{name}/councilor-config", {"schedule": "0 * * * *"})
        server.promote("busy", command=["sleep", "60"])
        yield server


def cli(server: Server, *arguments: str) -> Done:
    return run(*arguments, "--data-dir", str(server.data_dir))


def as_json(server: Server, *arguments: str) -> Any:
    done = cli(server, *arguments, "--json")
    assert done.code == 0, done
    return json.loads(done.out)


def state(server: Server, agent_id: str) -> str:
    """The sign and word in which the list tells a councilor's state."""
    [row] = [line for line in cli(server, "list").out.splitlines() if line.startswith(agent_id)]
    [found] = re.findall(r"[▤‖·…▶] (\w+)", row)
    return str(found)


def test_the_next_slots_are_those_of_the_api(server: Server) -> None:
    done = cli(server, "next", "ana", "--count", "3")
    told = as_json(server, "next", "ana", "--count", "3")

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == told["sentence"]["en"]
    for slot in told["slots"]:
        assert slot["local"][:19].replace("T", " ") in done.out
    assert (told["agent_id"], len(told["slots"])) == ("ana", 3)


def test_pausing_by_tag_leaves_the_others_and_comes_back(server: Server) -> None:
    assert cli(server, "pause", "bia").out == "paused  bia  0 * * * *\n"
    paused = cli(server, "pause", "--tag", "nightly")
    assert [line.split()[:2] for line in paused.out.splitlines()] == [
        ["paused", "ana"], ["unchanged", "bia"]
    ]  # fmt: skip
    assert [state(server, name) for name in ("ana", "bia", "caio")] == [
        "paused", "paused", "waiting"
    ]  # fmt: skip
    assert "It is paused since " in cli(server, "next", "ana").out

    back = cli(server, "resume", "--tag", "nightly")
    assert "still paused  bia" in back.out
    assert [state(server, name) for name in ("ana", "bia")] == ["waiting", "paused"]
    assert cli(server, "resume", "bia", "ana").code == 0
    assert state(server, "bia") == "waiting"


def test_running_several_starts_who_is_free(server: Server) -> None:
    active = server.begin("busy")

    done = cli(server, "run", "caio", "busy")

    assert done.code == 5
    assert re.fullmatch(r"started  caio  \w+\n", done.out)
    assert done.err.startswith("conselho: busy: ")
    assert active in done.err
    server.post(f"/api/tasks/{active}/cancel")


def test_maintenance_is_started_listed_shown_and_ended(server: Server) -> None:
    window = as_json(server, "maintenance", "start", "caio", "--for", "2h", "--reason", "disks")
    window_id = window["window"]["window_id"]

    assert re.search(rf"{window_id}  active .* caio +disks", cli(server, "maintenance", "list").out)
    assert state(server, "caio") == "maintenance"

    ended = cli(server, "maintenance", "end", window_id)
    assert ended.out.startswith(f"over  {window_id}  caio")
    assert state(server, "caio") == "waiting"
    assert "There is no maintenance" in cli(server, "maintenance", "list").out
    assert window_id in cli(server, "maintenance", "list", "--all").out
    again = cli(server, "maintenance", "end", window_id)
    assert (again.code, again.out) == (5, "")
    assert cli(server, "maintenance", "end", "nowhere").code == 4


LONG_AGO = datetime.now(UTC).date() - timedelta(days=20)
SPAN = ["--from", f"{LONG_AGO}T00:00Z", "--until", f"{LONG_AGO}T02:00Z"]


def test_a_backfill_needs_somebody_who_agrees(server: Server) -> None:
    refused = cli(server, "backfill", "bia", *SPAN)
    assert refused.code == 2
    assert re.search(r"bia +3\n", refused.out)
    assert "Nothing was started" in refused.err
    assert "--yes" in refused.err
    assert server.get("/api/tasks", trigger="backfill", agent_id="bia")["total"] == 0

    done = cli(server, "backfill", "bia", *SPAN, "--yes")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("3 runs will start, one after the other.\n")
    assert server.get("/api/tasks", trigger="backfill", agent_id="bia")["total"] == 3

    again = cli(server, "backfill", "bia", *SPAN, "--yes")
    assert (again.code, "nothing to start" in again.out) == (0, True)


@pytest.mark.parametrize(("answer", "code", "runs"), [(b"n\n", 1, 0), (b"y\n", 0, 3)])
def test_at_a_terminal_a_backfill_asks(server: Server, answer: bytes, code: int, runs: int) -> None:
    name = f"asked-{code}"
    server.promote(name)
    server.patch(f"/api/councilors/{name}/councilor-config", {"schedule": "0 * * * *"})
    controller, terminal = pty.openpty()
    try:
        os.write(controller, answer)
        done = subprocess.run(
            [CONSELHO, "backfill", name, *SPAN, "--data-dir", str(server.data_dir)],
            stdin=terminal,
            capture_output=True,
            env=clean_environ(),
            timeout=DEADLINE_SECONDS,
            check=False,
        )
    finally:
        os.close(controller)
        os.close(terminal)
    assert b"Start 3 runs?" in done.stderr
    assert done.returncode == code
    assert server.get("/api/tasks", trigger="backfill", agent_id=name)["total"] == runs


def test_the_journal_tells_what_people_did(server: Server) -> None:
    server.promote("edited")
    server.patch("/api/councilors/edited/councilor-config", {"schedule": "2h"})

    done = cli(server, "journal", "edited")

    _, edited, promoted = done.out.splitlines()
    assert re.search(r" edited +edited +.*'1d' -> '2h'", edited)
    assert " promoted " in promoted
    told = as_json(server, "journal", "--limit", "1")
    assert (told["count"], told["entries"][0]["kind"]) == (1, "edited")
    assert cli(server, "journal", "nobody").out == "There is no such entry.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["next", "nobody"],
        ["pause", "nobody", "ana"],
        ["resume", "--tag", "nobody-bears-it"],
        ["run", "--tag", "nobody-bears-it"],
        ["backfill", "nobody", *SPAN],
        ["maintenance", "start", "nobody"],
    ],
)
def test_who_does_not_exist_is_told_with_exit_code_4(server: Server, arguments: list[str]) -> None:
    done = cli(server, *arguments)
    assert (done.code, done.out) == (4, "")
    assert re.fullmatch(r"conselho: (There is no|No) (councilor|agent) [^\n]+\n", done.err)


def test_lost_slots_stand_in_the_list_and_in_the_report(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.post("/api/maintenance", {"reason": "new disks"})
        with server.listen() as stream:
            server.promote("lost", schedule="1s")
            stream.until("councilor_skipped", councilor_id="lost")
        listed, report = cli(server, "list").out, cli(server, "report", "lost").out
    assert re.search(r"▤ maintenance .* ↷ skipped +\d+s ago +maintenance", listed)
    assert re.search(r"↷ skipped .* It was in a maintenance window\. new disks", report)


@pytest.mark.parametrize(
    "command", [["list"], ["next", "ana"], ["journal"], ["maintenance", "list", "--all"]]
)
def test_on_a_terminal_every_table_fits_into_80_columns(server: Server, command: list[str]) -> None:
    cli(server, "maintenance", "start", "--from", "2999-01-01", "--reason", "new disks " * 20)
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [CONSELHO, *command, "--data-dir", str(server.data_dir)],
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        env=clean_environ() | {"COLUMNS": "80", "LINES": "24", "TERM": "xterm"},
    )
    os.close(terminal)
    printed = b""
    try:
        while piece := _read(controller):
            printed += piece
        assert process.wait(DEADLINE_SECONDS) == 0
    finally:
        process.kill()
        process.wait()
        os.close(controller)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed.decode())
    assert max(cells(line) for line in plain.splitlines()) <= 80


def _read(controller: int) -> bytes:
    try:
        return os.read(controller, 65_536)
    except OSError:  # the other end is closed
        return b""
