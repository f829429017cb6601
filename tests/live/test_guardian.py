"""A killed server leaves no run behind, also when nobody starts it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from conselho.services.data_dir import DataDir
from conselho.services.guardian import end_former_guardians, start_guardian, ticks_now
from conselho.services.marks import HOME
from conselho.services.survivors import reap_survivors
from tests.support.server import Server, eventually, running

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells the environment of processes"
)

# An agent, with a tool in a session of its own, and both ignore TERM.
STUBBORN = (
    "trap '' TERM; setsid sh -c 'trap \"\" TERM; echo tool; sleep 300' & echo agent; sleep 300"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as server:
        yield server


def guardians(home: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if "conselho.services.guardian" in command and home in command:
            found.append(process)
    return found


def test_after_a_kill_no_agent_goes_on_though_nobody_starts_the_server_again(
    server: Server,
) -> None:
    server.promote("ana", ["sh", "-c", STUBBORN])
    task_id = server.begin("ana")
    eventually(
        lambda: {"tool", "agent"} <= set(server.api.get(f"/api/tasks/{task_id}/log").text.split()),
        "the agent and its tool run",
    )
    assert len(server.processes()) >= 2

    server.kill()

    eventually(lambda: not server.processes(), "nothing of the run is left")


def test_a_server_that_stops_takes_its_guardian_along(server: Server) -> None:
    home = DataDir(server.data_dir).home
    server.get("/api/kpis")  # it has loaded
    assert len(guardians(home)) == 1

    assert server.stop() == 0

    assert guardians(home) == []


def test_it_ends_only_what_started_before_its_server_was_gone() -> None:
    """A new server on the same data directory may have runs of its own already."""
    home = f"test-{os.getpid()}"
    guardian = start_guardian(home)
    assert guardian is not None
    old = subprocess.Popen(["sleep", "300"], env={HOME: home}, start_new_session=True)
    try:
        guardian.stop()
        assert old.wait(60) < 0
        # The same, started after that moment: what a guardian of the past would meet.
        young = subprocess.Popen(["sleep", "300"], env={HOME: home}, start_new_session=True)
        try:
            started = psutil.Process(young.pid)
            assert reap_survivors(home, until=ticks_now() - 60 * os.sysconf("SC_CLK_TCK")) == 0
            assert started.is_running()
        finally:
            young.kill()
            young.wait(60)
    finally:
        if old.poll() is None:
            old.kill()
            old.wait(60)


def test_it_ends_the_runs_of_a_server_that_hangs() -> None:
    """Others may begin them when their lease has ended; a stopped server does not even know."""
    homes = [f"{name}-{os.getpid()}" for name in ("renewed", "hanging")]
    renewed, hanging = (start_guardian(home) for home in homes)
    runs = [subprocess.Popen(["sleep", "300"], env={HOME: home}) for home in homes]
    assert renewed is not None
    assert hanging is not None
    try:
        renewed.expect_word(0.1)
        renewed.expect_word(300)
        hanging.expect_word(0.1)
        assert runs[1].wait(60) < 0
        assert runs[0].poll() is None
        renewed.expect_word(0)
        hanging.expect_word(300)
        renewed.expect_word(0.1)
        assert runs[0].wait(60) < 0, "it listens as before"
    finally:
        for run in runs:
            run.kill()
            run.wait(60)
        for guardian in (renewed, hanging):
            guardian.stop()


def test_a_new_server_ends_a_guardian_that_was_held_up() -> None:
    """It would take the new server's runs for those of the dead one when it wakes."""
    home = f"held-up-{os.getpid()}"
    guardian, other = start_guardian(home), start_guardian(f"{home}-other")
    assert guardian is not None
    assert other is not None
    try:
        # The program: before that, its environment is this process's.
        eventually(lambda: guardians(home), "it runs")
        os.kill(guardian.pid, signal.SIGSTOP)

        assert end_former_guardians(home) == 1

        eventually(lambda: not guardians(home), "it is gone")
        assert guardians(f"{home}-other")
    finally:
        for one in (guardian, other):
            one.stop()
