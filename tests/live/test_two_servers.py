"""Several servers over one PostgreSQL or MongoDB: one council, whichever of them is asked.

`ana` runs the tasks, `bia` and `cid` both see to the schedules; all three serve. They are told of
each other's events over Redis, or find them by looking.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support import mongodb, postgresql
from tests.support.redis import RedisServer, running_redis
from tests.support.server import (
    Heard,
    Json,
    Listener,
    Server,
    eventually,
    free_port,
    running,
)
from tests.support.stores import store_url
from tests.support.worker import a_site

ROLES = {"ana": "api,worker", "bia": "api,scheduler", "cid": "api,scheduler"}
SEATED = """\
---
agent_id: seated
name: Seated
provider: command
command: ["true"]
title: Seated by a file
schedule: 1d
task: {name: nothing}
---
Do nothing.
"""


@dataclass(frozen=True, kw_only=True)
class Council:
    ana: Server
    bia: Server
    cid: Server
    redis: RedisServer | None

    @property
    def servers(self) -> list[Server]:
        return [self.ana, self.bia, self.cid]


@contextmanager
def database(backend: str, folder: Path) -> Iterator[str]:
    """A new, empty database for who has no event loop."""
    with asyncio.Runner() as runner:
        made = store_url(backend, folder)
        url = runner.run(made.__aenter__())
        try:
            yield url
        finally:
            runner.run(made.__aexit__(None, None, None))


def require(why_missing: Callable[[], str | None]) -> None:
    """Skip on a machine without the server; on CI that is a failure."""
    missing = why_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


def started(folder: Path, roles: str, environ: dict[str, str]) -> Server:
    folder.mkdir()
    return Server(folder, environ={**environ, "CONSELHO_ROLE": roles})


@pytest.fixture(
    scope="module",
    params=[("postgresql", "redis"), ("postgresql", "looking"), ("mongodb", "looking")],
    ids="-".join,
)
def council(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Council]:
    backend, hearing = request.param
    require(mongodb.why_missing if backend == "mongodb" else postgresql.why_missing)
    folder = tmp_path_factory.mktemp("servers")
    files = folder / "council"
    files.mkdir()
    (files / "seated.md").write_text(SEATED)
    with ExitStack() as stack:
        environ = {
            "CONSELHO_DATABASE_URL": stack.enter_context(database(backend, folder)),
            "CONSELHO_COUNCIL_DIR": str(files),
        }
        redis = None
        if hearing == "redis":
            redis = stack.enter_context(running_redis())
            environ["CONSELHO_REDIS_URL"] = redis.url
        servers = {name: started(folder / name, role, environ) for name, role in ROLES.items()}
        for server in servers.values():
            stack.callback(server.close)
        # All at one moment, on an empty database.
        with ThreadPoolExecutor() as pool:
            list(pool.map(Server.start, servers.values()))
        yield Council(**servers, redis=redis)
        for server in servers.values():
            assert server.stop() == 0
            assert "Traceback" not in server.log.read_text()


def slots(server: Server, agent_id: str) -> list[Json]:
    rows: list[Json] = server.get("/api/tasks", agent_id=agent_id, limit=500)["tasks"]
    return sorted(rows, key=lambda row: row["due_at"])


def ended(stream: Listener, agent_id: str, count: int) -> None:
    for _ in range(count):
        stream.until("councilor_completed", councilor_id=agent_id)


def test_servers_that_start_at_one_moment_make_one_council(council: Council) -> None:
    for server in council.servers:
        agents = server.get("/api/councilors")["agents"]
        assert [agent["agent_id"] for agent in agents].count("seated") == 1
        assert server.get("/readyz")["status"] == "ready"


def test_a_councilor_of_one_is_fired_by_the_others_once_for_each_slot(council: Council) -> None:
    ana, bia, cid = council.servers
    with bia.listen() as stream:
        ana.promote("ticking", schedule="1s")
        ended(stream, "ticking", 4)
    pause(ana, "ticking")
    for server in (bia, cid):
        eventually(partial(has_no_slot, server, "ticking"), "the pause is obeyed")
    fired = len(slots(cid, "ticking"))
    with bia.listen() as stream:
        # By then whoever did not obey would have fired again.
        ana.promote("other", schedule="1s")
        ended(stream, "other", 3)
        pause(ana, "other")

    rows = slots(cid, "ticking")
    dues = [datetime.fromisoformat(row["due_at"]) for row in rows]
    assert {row["status"] for row in rows} <= {"completed", "skipped"}
    assert len(rows) == fired
    steps = {later - earlier for earlier, later in pairwise(dues)}
    assert steps == {timedelta(seconds=1)}
    assert len(set(dues)) == len(dues) >= 4


def test_an_edit_and_maintenance_of_one_are_obeyed_by_the_others(council: Council) -> None:
    ana, bia, cid = council.servers
    with bia.listen() as stream:
        ana.promote("edited", schedule="1d")
        ana.patch("/api/councilors/edited/councilor-config", {"schedule": {"value": "1s"}})
        ended(stream, "edited", 2)
        window = cid.post("/api/maintenance", {"duration": "1h", "agent_ids": ["edited"]})
        stream.until("councilor_skipped", councilor_id="edited", reason="maintenance")
        window_id = window["window"]["window_id"]
        cid.delete(f"/api/maintenance/{window_id}")
        ended(stream, "edited", 1)
        pause(ana, "edited")


def test_a_stream_goes_on_at_another_server_without_gap_or_double(council: Council) -> None:
    ana, bia, cid = council.servers
    ana.promote("busy", schedule="1s")
    heard: list[Heard] = []
    last_event_id = None
    for server in (bia, cid, bia, cid):
        with server.listen(last_event_id) as stream:
            ended(stream, "busy", 1)
            heard += [event for event in stream.heard if "seq" in event.data]
            last_event_id = stream.heard[-1].event_id
    pause(ana, "busy")
    seqs = [event.seq for event in heard]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


def test_what_a_run_prints_is_read_on_another_server_while_it_runs(council: Council) -> None:
    ana, bia, _ = council.servers
    gate = ana.folder / "gate"
    program = f"echo first; while ! [ -e {gate} ]; do sleep 0.02; done; echo second"
    ana.promote("talking", ["sh", "-c", program])
    task_id = bia.begin("talking")
    with bia.api.stream("GET", f"/api/tasks/{task_id}/log", params={"follow": 1}) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "first"
        gate.touch()
        assert list(lines) == ["second"]

    whole = bia.api.get(f"/api/tasks/{task_id}/log")
    assert whole.text == ana.api.get(f"/api/tasks/{task_id}/log").text == "first\nsecond\n"
    tail = bia.api.get(f"/api/tasks/{task_id}/log", params={"tail": 8})
    assert (tail.text, tail.headers["x-log-offset"]) == ("second\n", "6")


def test_a_run_is_cancelled_at_another_server(council: Council) -> None:
    ana, bia, cid = council.servers
    ana.promote("endless", ["sleep", "600"])
    with cid.listen() as stream:
        task_id = bia.begin("endless")
        stream.until("councilor_started", execution_id=task_id)
        bia.post(f"/api/tasks/{task_id}/cancel")
        stream.until("councilor_execution", execution_id=task_id, status="cancelled")


def test_nothing_is_lost_while_redis_is_away(council: Council) -> None:
    if council.redis is None:
        pytest.skip("these servers have no Redis")
    ana, bia, cid = council.servers
    with bia.listen() as stream:
        ana.promote("steady", schedule="1s")
        ended(stream, "steady", 1)
        council.redis.kill()
        ended(stream, "steady", 2)
        for server in (bia, cid):
            told = eventually(partial(bus_trouble, server), "not ready")
            assert "up to a second late" in told
        stream.until("heartbeat", late="bus")
        council.redis.start()
        for server in council.servers:
            eventually(partial(is_well, server), "ready again")
        stream.until("heartbeat", late=None)
        ended(stream, "steady", 2)
        pause(ana, "steady")
        seqs = [event.seq for event in stream.heard if "seq" in event.data]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


def has_no_slot(server: Server, agent_id: str) -> bool:
    """Whether this server's own alarm is set for it no more."""
    jobs = server.get("/api/councilors/scheduler/jobs")["jobs"]
    return [job["next_run_time"] for job in jobs if job["id"] == agent_id] == [None]


def is_well(server: Server) -> bool:
    return bus_trouble(server) is None


def pause(server: Server, agent_id: str) -> None:
    server.patch(f"/api/councilors/{agent_id}/councilor-schedule", {"enabled": False})


def bus_trouble(server: Server) -> str | None:
    """What /readyz says of the bus; None when it is well."""
    check = server.api.get("/readyz").json()["checks"]["bus"]
    return None if check["ok"] else check["detail"]


def test_a_process_that_only_works_is_watched_and_stopped_from_a_server(tmp_path: Path) -> None:
    require(postgresql.why_missing)
    # No renewal comes within the test: only Redis tells the worker of the cancel.
    slow = {"CONSELHO_RENEW_SECONDS": "300", "CONSELHO_LEASE_SECONDS": "3600"}
    with running_redis() as redis, a_site(tmp_path, CONSELHO_REDIS_URL=redis.url, **slow) as site:
        server = site.serve()
        site.work()
        server.promote("endless", ["sh", "-c", "echo it begins; exec sleep 600"])
        with server.listen() as stream:
            task_id = server.begin("endless")
            path = f"/api/tasks/{task_id}/log"
            with server.api.stream("GET", path, params={"follow": 1}) as answer:
                lines = answer.iter_lines()
                assert next(lines) == "it begins"
                server.post(f"/api/tasks/{task_id}/cancel")
                stream.until("councilor_execution", execution_id=task_id, status="cancelled")
                assert list(lines) == []


def test_a_server_starts_and_works_without_the_redis_that_it_was_given(tmp_path: Path) -> None:
    environ = {"CONSELHO_REDIS_URL": f"redis://:s3cret@127.0.0.1:{free_port()}/0"}
    with running(tmp_path, environ=environ) as server:
        server.promote("ana")
        assert server.call("ana")["status"] == "completed"
        told = eventually(partial(bus_trouble, server), "not ready")
        assert server.api.get("/readyz").status_code == 503
        with server.listen() as stream:
            stream.until("heartbeat", late="bus")
    assert "up to a second late" in told
    assert "s3cret" not in told + server.log.read_text()
