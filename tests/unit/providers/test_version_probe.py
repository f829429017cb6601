"""Asking a program for its version: bounded, and with nothing left behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from conselho.providers.version_probe import ask_version, compared
from tests.unit.providers.programs import program

ENV = {"PATH": "/usr/bin:/bin"}


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("2.1.197 (Claude Code)", "2.1.197"),
        ("codex-cli 0.169.0", "0.169.0"),
        ("0.61.0", "0.61.0"),
        ("aider v1.2.3-beta.1+x", "1.2.3-beta.1+x"),
        ("no version here", None),
        ("2026", None),
        ("", None),
    ],
)
async def test_the_version_is_found_in_what_it_says(
    tmp_path: Path, said: str, version: str | None
) -> None:
    path = program(tmp_path, script=f"printf '%s' '{said}'")
    answer = await ask_version((str(path), "--version"), ENV)
    assert (answer.version, answer.refusal) == (version, None)


async def test_a_version_on_stderr_counts_when_stdout_has_none(tmp_path: Path) -> None:
    path = program(tmp_path, script="echo 3.4.5 >&2")
    assert (await ask_version((str(path),), ENV)).version == "3.4.5"


async def test_a_program_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"sh -c 'echo $$ >> {pids}; exec sleep 1000' & echo $$ >> {pids}; sleep 1000"
    path = program(tmp_path, script=script)
    answer = await ask_version((str(path),), ENV, seconds=2)
    assert answer.refusal == "did not answer within 2 s"
    started = [int(pid) for pid in pids.read_text().split()]
    assert len(started) == 2
    assert [pid for pid in started if _lives(pid)] == []


async def test_a_program_that_leaves_something_behind_does_not_keep_us_waiting(
    tmp_path: Path,
) -> None:
    """It would, if we waited for the end of a pipe that the other one holds open."""
    pid = tmp_path / "pid"
    path = program(tmp_path, script=f"sleep 1000 & echo $! > {pid}; echo 1.0.0")
    answer = await ask_version((str(path),), ENV, seconds=60)
    assert answer.version == "1.0.0"
    assert not _lives(int(pid.read_text()))


async def test_it_stays_in_our_session_where_no_run_claims_it(tmp_path: Path) -> None:
    path = program(tmp_path, script="echo 1.0; ps -o sid= -p $$ >&2; exit 7")
    answer = await ask_version((str(path),), ENV)
    assert answer.refusal == f"ended with exit code 7: {os.getsid(0)}"


async def test_an_output_without_end_is_cut(tmp_path: Path) -> None:
    path = program(tmp_path, script="echo 1.2.3; exec yes")
    answer = await ask_version((str(path),), ENV, seconds=0.2)
    assert answer.refusal == "did not answer within 0.2 s"


async def test_what_cannot_be_started_says_why() -> None:
    answer = await ask_version(("/nowhere/agent",), ENV)
    assert answer.refusal == "cannot be started: No such file or directory"


@pytest.mark.parametrize(
    ("version", "minimum", "sign"),
    [
        ("1.2.3", "1.2.3", 0),
        ("1.10.0", "1.9.9", 1),
        ("1.2", "1.2.0", 0),
        ("1.2.3-beta", "1.2.3", 0),
        ("0.9", "1", -1),
        ("2.0.0", "10", -1),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, minimum: str, sign: int) -> None:
    assert compared(version, minimum) == sign


def _lives(pid: int) -> bool:
    try:
        # A zombie that waits for its parent is gone, but its pid is not.
        return "Z" not in _state(pid)
    except LookupError:
        return False


def _state(pid: int) -> str:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    if not told.stdout.strip():
        raise LookupError(pid)
    return told.stdout.strip()
