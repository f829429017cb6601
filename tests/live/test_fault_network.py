"""The network between a process and the store fails, and the clocks of machines disagree.

The accounts are those of test_fault_processes.py.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.support.fault_report import Note
from tests.support.fleet import SHIPPED, STORES, Fleet, Held, a_fleet
from tests.support.server import eventually

# How many leases long a cut lasts: others have the run for longer than one by then.
CUT_LEASES = 2.5
SKEW = timedelta(seconds=5)
FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


@pytest.fixture(scope="module", params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def site(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with a_fleet(tmp_path_factory.mktemp(kind), kind) as fleet:
        yield fleet


@pytest.fixture
def fleet(site: Fleet) -> Iterator[Fleet]:
    yield site
    site.repair()


@pytest.fixture
def note(request: pytest.FixtureRequest, kind: str) -> Note:
    return Note(request, kind)


def test_a_worker_is_cut_off_from_the_store(fleet: Fleet, note: Note) -> None:
    held = fleet.hold("cut")
    seconds = taken_over(fleet, held, held.link.cut)
    note("network cut between a worker and the store", "until its run begins again", seconds)


def test_what_a_worker_says_to_the_store_vanishes(fleet: Fleet, note: Note) -> None:
    held = fleet.hold("unheard")
    seconds = taken_over(fleet, held, held.link.swallow)
    note("packets vanish between a worker and the store", "until its run begins again", seconds)


def test_a_server_vanishes_in_mid_submit(fleet: Fleet, note: Note) -> None:
    """As when its machine loses power: no end of a connection reaches the store."""
    fleet.link_of_bia.swallow_after(b"quick@")
    assert fleet.link_of_bia.swallowed.wait(30)
    fleet.bia.kill()
    seconds = fleet.settle()
    note(
        "a server's machine vanishes in mid-submit",
        "until every slot so far has its outcome",
        seconds,
    )
    fleet.link_of_bia.heal()
    fleet.bia.start()
    eventually(partial(fleet.is_well, fleet.bia), "it is back")
    fleet.settle()


def test_the_clocks_of_two_machines_disagree(kind: str, note: Note, tmp_path: Path) -> None:
    """Leases are as shipped: clocks may differ by less than a lease without a renewal."""
    with a_fleet(tmp_path, kind, environ=SHIPPED, elsewhere=skewed(tmp_path / "sleeping")) as fleet:
        heard = len(fleet.follower.heard)
        held = [fleet.hold(f"skewed-{number}") for number in range(2)]
        # Longer than the clocks differ: whoever took leases for ended would have decided by then.
        eventually(lambda: fleet.ends(since=heard) >= 12, "runs end")
        for one in held:
            one.let_go()
        note("clocks differ by 5 s", "until every slot so far has its outcome", fleet.settle())
        for one in held:
            row = fleet.ana.task(one.task_id)
            assert (row["status"], row["attempt"]) == ("completed", 1)


def skewed(folder: Path) -> dict[str, str]:
    """What makes the clock of a process go before that of the others."""
    if not FAKETIME:
        missing = "no libfaketime (Debian: apt-get install libfaketime)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    # Without a change of the monotonic clock, it refuses the one call by which Python 3.11 sleeps.
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import select, time\ntime.sleep = lambda seconds: select.select([], [], [], seconds)\n"
    )
    return {
        "LD_PRELOAD": str(FAKETIME[0]),
        "FAKETIME": f"+{SKEW.total_seconds():g}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(folder),
    }


def taken_over(fleet: Fleet, held: Held, cut: Callable[[], None]) -> float:
    """Cut the worker of this run off for a while; in how many seconds another one began it."""
    cut()
    began = time.monotonic()
    fleet.begins_again(held)
    seconds = time.monotonic() - began
    until = began + CUT_LEASES * fleet.lease
    eventually(lambda: time.monotonic() >= until, "it was cut off for long")
    held.link.heal()
    held.let_go()
    fleet.settle()
    row = fleet.ana.task(held.task_id)
    assert (row["status"], row["attempt"]) == ("completed", 2), row
    return seconds
