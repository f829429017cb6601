"""How many connections are let in, and whose."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conselho.api.doors import Doors

HERE, THERE = "192.0.2.7", "192.0.2.8"


def test_no_more_come_in_than_there_are_files_for() -> None:
    doors = Doors(2, of_address=9)

    assert doors.enter(HERE) is doors.enter(THERE) is None
    assert doors.enter("192.0.2.9") == "server"
    doors.leave(HERE)
    assert doors.enter("192.0.2.9") is None
    assert (doors.now, doors.refused["server"]) == (2, 1)


def test_no_address_takes_the_place_of_all_others() -> None:
    doors = Doors(9, of_address=2)

    assert doors.enter("2001:db8::1") is doors.enter("2001:db8::2") is None
    assert doors.enter("2001:db8::3") == "address", "it is the same network"
    assert doors.enter(THERE) is None
    doors.leave("2001:db8::1")
    assert doors.enter("2001:db8::3") is None


def test_a_proxy_that_is_trusted_speaks_for_many() -> None:
    doors = Doors(9, of_address=1, proxies=["192.0.2.0/29"])

    assert doors.enter(HERE) is doors.enter(HERE) is None
    assert doors.enter(THERE) is None
    assert doors.enter(THERE) == "address"
    assert doors.enter("no address") is None


ASK = """
import resource, sys
from conselho.api.doors import open_doors
from conselho.config import load_settings
soft, hard = map(int, sys.argv[1:3])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
settings, _ = load_settings({"max_streams": 300}, environ={})
print(open_doors(settings).most, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def doors_with(soft: int, hard: int, folder: Path) -> tuple[str, str]:
    """How many may come in, and the limits then; what was said about it."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(soft), str(hard)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *said, found = done.stdout.splitlines()
    return found, "\n".join(said)


def test_the_limit_of_open_files_is_raised_to_what_is_needed(tmp_path: Path) -> None:
    found, said = doors_with(512, 8_000, tmp_path)

    assert found == "2300 2812 8000"
    assert not said


def test_a_limit_that_cannot_be_raised_is_told_and_kept(tmp_path: Path) -> None:
    found, said = doors_with(600, 1_000, tmp_path)

    assert found == "488 1000 1000"
    assert "server.few_open_files" in said
    assert "Only 488 connections" in said
