"""Processes that die or stand still, over each store that several machines may share.

After each fault the same accounts (tests/support/fleet.py): every slot has one Task, every Task one
outcome that was told once, no attempt was begun twice, no two children of one councilor lived side
by side for longer than a lease, and a client that followed all along has heard each event once.
docs/faults.md has the table that these tests make.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import pytest
import redis

from tests.support.fault_report import Note
from tests.support.fleet import STORES, Fleet, a_fleet
from tests.support.server import Json, eventually

# How many leases long a worker stands still: others have its run for longer than one by then. With
# leases as shipped that is half a minute.
STOPPED_LEASES = 2.5


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


def test_two_schedulers_make_one_task_of_each_slot(fleet: Fleet, note: Note) -> None:
    heard = len(fleet.follower.heard)
    eventually(lambda: fleet.ends(since=heard) >= 6, "runs end")
    note("two schedulers, no fault", "until every slot so far has its outcome", fleet.settle())


def test_a_worker_is_killed_in_mid_run(fleet: Fleet, note: Note) -> None:
    held = fleet.hold("killed")
    held.worker.kill()
    began = time.monotonic()
    fleet.begins_again(held)
    note("kill -9 of a worker in mid-run", "until its run begins again", time.monotonic() - began)
    held.worker.start()
    held.let_go()
    fleet.settle()
    assert_done(fleet, held.task_id, attempt=2)


def test_a_worker_stands_still_for_longer_than_its_lease(fleet: Fleet, note: Note) -> None:
    held = fleet.hold("stopped")
    held.worker.signal(signal.SIGSTOP)
    began = time.monotonic()
    fleet.begins_again(held)
    note("SIGSTOP of a worker", "until its run begins again", time.monotonic() - began)
    until = began + STOPPED_LEASES * fleet.lease
    eventually(lambda: time.monotonic() >= until, "it was still for long")
    held.worker.signal(signal.SIGCONT)
    eventually(lambda: "run.lease_lost" in held.worker.said, "it gives its run up")
    held.let_go()
    fleet.settle()
    assert_done(fleet, held.task_id, attempt=2)


def test_a_server_is_killed_in_mid_submit(fleet: Fleet, note: Note) -> None:
    # The key of a slot: the store has the Task in hand, and the server no answer yet.
    fleet.link_of_bia.swallow_after(b"quick@")
    assert fleet.link_of_bia.swallowed.wait(30)
    fleet.bia.kill()
    fleet.link_of_bia.heal()
    note(
        "kill -9 of a server in mid-submit",
        "until every slot so far has its outcome",
        fleet.settle(),
    )
    fleet.bia.start()
    eventually(partial(fleet.is_well, fleet.bia), "it is back")
    fleet.settle()


def test_redis_is_killed_and_comes_back_empty(fleet: Fleet, note: Note) -> None:
    fleet.redis.kill()
    killed_at, began = datetime.now(UTC), time.monotonic()
    eventually(lambda: has_run_since(fleet, killed_at), "a slot without Redis is run")
    note("Redis away", "until a slot that came without it was run", time.monotonic() - began)
    fleet.settle()
    fleet.redis.forget()
    note("Redis back, empty", "until all servers are well, and every slot so far", back(fleet))


def test_redis_is_killed_and_comes_back_with_its_data(fleet: Fleet, note: Note) -> None:
    fleet.redis.kill()
    for server in fleet.servers:
        eventually(lambda: not fleet.is_well(server), "it says so")  # noqa: B023 - called at once
    note(
        "Redis back, with its data",
        "until all servers are well, and every slot so far",
        back(fleet),
    )


def test_the_store_is_killed(fleet: Fleet, note: Note) -> None:
    held = fleet.hold("storeless")
    fleet.store.kill()
    for server in fleet.servers:
        eventually(lambda: not fleet.is_well(server), "it says so")  # noqa: B023 - called at once
    fleet.store.start()
    began = time.monotonic()
    held.let_go()
    for server in fleet.servers:
        eventually(partial(fleet.is_well, server), "it is well again")
    fleet.settle()
    seconds = time.monotonic() - began
    note("kill -9 of the store", "until all servers are well, and every slot so far", seconds)
    assert_done(fleet, held.task_id)


def test_the_broker_delivers_twice_and_late(fleet: Fleet, note: Note) -> None:
    over, held = fleet.hold("late"), fleet.hold("twice")
    over.let_go()
    eventually(lambda: is_over(fleet, over.task_id), "it is over")
    council = fleet.ana.get("/api/councilors")["last_event_id"].rpartition("-")[0]
    began = time.monotonic()
    with redis.Redis.from_url(fleet.redis.url) as client:
        for number, task_id in enumerate(3 * [over.task_id, held.task_id]):
            deliver(client, f"again-{number}", task_id, council)
        # Nothing tells of a message that did nothing but that it is gone.
        kept = f"conselho:conselho.{council}.tasks.msgs"
        eventually(lambda: not client.hkeys(kept), "all are taken")
    held.let_go()
    fleet.settle()
    note(
        "messages twice and late",
        "until all were taken, and every slot so far",
        time.monotonic() - began,
    )
    for one in (over, held):
        assert_done(fleet, one.task_id, attempt=1)
        assert len(fleet.lives(one.task_id)) == 1


def back(fleet: Fleet) -> float:
    """Start Redis; how many seconds until everything is as before."""
    fleet.redis.start()
    began = time.monotonic()
    for server in fleet.servers:
        eventually(partial(fleet.is_well, server), "it is well again")
    fleet.settle()
    return time.monotonic() - began


def deliver(client: redis.Redis, number: str, task_id: str, council: str) -> None:
    """A message as Dramatiq lays it down."""
    queue = f"conselho.{council}.tasks"
    message = {
        "queue_name": queue, "actor_name": "conselho_run", "kwargs": {},
        "args": [task_id, council], "message_id": number, "message_timestamp": 0,
        "options": {"redis_message_id": number},
    }  # fmt: skip
    client.hset(f"conselho:{queue}.msgs", number, json.dumps(message))
    client.rpush(f"conselho:{queue}", number)


def has_run_since(fleet: Fleet, moment: datetime) -> bool:
    """Whether a slot after this moment has been run."""
    rows: list[Json] = fleet.ana.get("/api/tasks", agent_id="quick", limit=50)["tasks"]
    return any(
        row["status"] == "completed" and datetime.fromisoformat(row["due_at"]) > moment
        for row in rows
    )


def is_over(fleet: Fleet, task_id: str) -> bool:
    return fleet.ana.task(task_id)["status"] not in ("pending", "processing")


def assert_done(fleet: Fleet, task_id: str, attempt: int | None = None) -> None:
    row: Json = fleet.ana.task(task_id)
    assert row["status"] == "completed", row
    assert attempt in (None, row["attempt"]), row
