"""Runs in processes of their own: `conselho worker`, over Redis or without any broker.

One server schedules and answers, and never runs anything itself.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pika
import psutil  # type: ignore[import-untyped]
import pytest
import redis

from tests.support import postgresql
from tests.support.gates import gate, starts
from tests.support.redis import RedisServer, running_redis
from tests.support.server import (
    Json,
    Server,
    eventually,
    running,
    serve_and_fail,
)
from tests.support.worker import Site, Worker, a_site, work_and_fail

AMQP_URL = "CONSELHO_TEST_AMQP_URL"

pytest.importorskip("dramatiq", reason="dramatiq is not installed: no broker is tested")
pytest.importorskip("asyncpg", reason="asyncpg is not installed: PostgreSQL is not tested")


@pytest.fixture(scope="module")
def broker() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, broker: RedisServer) -> Iterator[Site]:
    missing = postgresql.why_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with a_site(tmp_path_factory.mktemp("site"), broker=broker.url) as site:
        yield site


@pytest.fixture(scope="module")
def server(site: Site) -> Server:
    return site.serve()


@pytest.fixture(scope="module")
def anybody(site: Site, server: Server) -> Worker:
    """A worker for agents without a queue, and for those of `mac`."""
    return site.work("--queue", "mac", "--any", "--concurrency", "2")


def queues(server: Server) -> dict[str | None, Json]:
    return {one["queue"]: one for one in server.get("/api/workers")["queues"]}


class TestRouting:
    def test_a_worker_runs_what_the_server_stored(self, server: Server, anybody: Worker) -> None:
        server.promote("ana")
        ended = server.call("ana")
        assert (ended["status"], ended["result"].strip()) == ("completed", "all is well")
        assert anybody.owns(ended["worker_id"])

    def test_an_agent_runs_where_its_queue_is_served(
        self, site: Site, server: Server, anybody: Worker
    ) -> None:
        server.promote("bia", queue="gpu")
        server.promote("caio", queue="mac")
        waiting = server.begin("bia")
        assert anybody.owns(server.call("caio")["worker_id"])
        assert server.task(waiting)["status"] == "pending"

        gpu = site.work("--queue", "gpu", "--concurrency", "1")

        ended = eventually(lambda: ended_task(server, waiting), "the worker of its queue runs it")
        assert gpu.owns(ended["worker_id"])
        assert (ended["queue"], ended["attempt"]) == ("gpu", 1)
        server.promote("dora")
        assert anybody.owns(server.call("dora")["worker_id"]), "gpu runs nothing without a queue"
        gpu.close()

    def test_who_works_for_what_is_told(self, server: Server, anybody: Worker) -> None:
        told = server.get("/api/workers")
        [known] = [one for one in told["workers"] if anybody.owns(one["worker_id"])]
        assert (known["queues"], known["serves_any"], known["concurrency"]) == (["mac"], True, 2)
        assert (known["live"], known["left_at"]) == (True, None)
        assert queues(server)[None]["workers"] == 1
        assert queues(server)["mac"]["capacity"] == 2


class TestTrouble:
    def test_a_worker_that_is_killed_in_mid_run_is_replaced(
        self, site: Site, server: Server, tmp_path: Path
    ) -> None:
        argv, sign, leave = gate(tmp_path, "killed")
        server.promote("elsa", argv, queue="killed", policies={"max_attempts": 2})
        first = site.work("--queue", "killed")
        task_id = server.begin("elsa")
        [child] = eventually(lambda: starts(sign), "it runs")

        second = site.work("--queue", "killed")
        first.kill()
        eventually(lambda: len(starts(sign)) == 2, "another worker runs it")
        eventually(lambda: not alive(child), "the first child is ended by its guardian")
        leave.touch()

        ended = eventually(lambda: ended_task(server, task_id), "it ends")
        assert (ended["status"], ended["attempt"]) == ("completed", 2)
        assert second.owns(ended["worker_id"])
        assert len(starts(sign)) == 2
        second.close()

    def test_a_worker_that_was_stopped_and_wakes_writes_nothing(
        self, site: Site, server: Server, tmp_path: Path
    ) -> None:
        argv, sign, leave = gate(tmp_path, "stopped")
        server.promote("fabio", argv, queue="stopped", policies={"max_attempts": 2})
        first = site.work("--queue", "stopped")
        task_id = server.begin("fabio")
        eventually(lambda: starts(sign), "it runs")

        first.signal(signal.SIGSTOP)
        second = site.work("--queue", "stopped")
        eventually(lambda: len(starts(sign)) == 2, "another worker runs it")
        first.signal(signal.SIGCONT)
        eventually(lambda: "run.lease_lost" in first.said, "the first one gives up")
        leave.touch()

        ended = eventually(lambda: ended_task(server, task_id), "it ends")
        assert (ended["status"], ended["attempt"]) == ("completed", 2)
        assert second.owns(ended["worker_id"])
        for worker in (first, second):
            worker.close()

    def test_a_namesake_at_the_same_place_ends_nobody_elses_runs(
        self, site: Site, server: Server, tmp_path: Path
    ) -> None:
        """Two machines of one name, with their data in the same place: two containers, say."""
        argv, sign, leave = gate(tmp_path, "namesake")
        server.promote("gina", argv, queue="namesake", policies={"max_attempts": 2})
        worker = site.work("--queue", "namesake")
        task_id = server.begin("gina")
        eventually(lambda: starts(sign), "it runs")

        worker.data_dir.rename(worker.data_dir.with_name("of-the-other-machine"))
        namesake = Server(
            worker.data_dir.parent, environ=site.environ | {"CONSELHO_ROLE": "api,scheduler"}
        )
        with closing(namesake):
            namesake.start()
            namesake.get("/api/kpis")  # it has loaded, and decided on what it takes for its own
            leave.touch()
            ended = eventually(lambda: ended_task(server, task_id), "it ends")
        assert (ended["status"], ended["attempt"]) == ("completed", 1)
        worker.close()

    def test_messages_that_come_again_or_say_nothing_do_nothing(
        self, server: Server, anybody: Worker, broker: RedisServer
    ) -> None:
        server.promote("gil")
        done = server.call("gil")
        client = redis.Redis.from_url(broker.url)
        council = council_of(server)

        twice = json.dumps(message(done["task_id"], council))
        other = json.dumps(message(done["task_id"], council) | {"args": [done["task_id"], "x"]})
        bodies: list[str | bytes] = [twice, twice, other, "{", '["x"]', "null", b"\xff"]
        for number, body in enumerate(bodies):
            put(client, council, f"strange-{number}", body)
        elsewhere = json.dumps(message("x", council) | {"queue_name": "nowhere"})
        put(client, council, "elsewhere", elsewhere)
        client.close()

        server.promote("hugo")
        assert server.call("hugo")["status"] == "completed", "the worker takes messages as before"
        again = server.task(done["task_id"])
        assert (again["attempt"], again["completed_at"]) == (1, done["completed_at"])
        eventually(lambda: "names no task" in anybody.said, "what is no message is told")
        eventually(lambda: "of another council" in anybody.said, "another council is told")
        assert anybody.said.count("names no task") == 1

    def test_another_council_on_the_same_broker_takes_no_message(
        self, site: Site, server: Server, anybody: Worker, broker: RedisServer, tmp_path: Path
    ) -> None:
        with a_site(tmp_path, broker=broker.url) as others:
            run_side_by_side(server, anybody, others)

    def test_a_broker_that_lost_everything_loses_no_run(
        self, site: Site, server: Server, broker: RedisServer
    ) -> None:
        server.promote("iris", queue="lost")
        task_id = server.begin("iris")
        name = f"conselho:conselho.{council_of(server)}.lost.tasks"
        client = redis.Redis.from_url(broker.url)
        eventually(lambda: client.llen(name) == 1, "its message is there")

        worker = site.work("--queue", "lost", "--concurrency", "1")
        ended = eventually(lambda: ended_task(server, task_id), "it runs")
        assert worker.owns(ended["worker_id"])
        client.flushall()
        client.close()

        assert server.call("iris")["status"] == "completed"
        worker.close()

    def test_a_broker_that_is_away_delays_runs_and_nothing_else(
        self, site: Site, server: Server, anybody: Worker, broker: RedisServer
    ) -> None:
        server.promote("joel")
        leaving = site.work("--queue", "leaving")
        broker.kill()
        try:
            task_id = server.begin("joel")
            assert leaving.stop() == 0
            ended = eventually(lambda: ended_task(server, task_id), "the worker looks by itself")
            told = server.get("/readyz")["checks"]["workers"]
            assert (told["ok"], "broker" in told["detail"]) == (False, True)
        finally:
            broker.start()
        assert anybody.owns(ended["worker_id"])
        assert server.call("joel")["status"] == "completed"
        assert anybody.said.count("broker.away") == 1, "it is told once, and not by each thread"
        assert "ritical]" not in anybody.said

    def test_a_cancel_reaches_the_worker(
        self, server: Server, anybody: Worker, tmp_path: Path
    ) -> None:
        argv, sign, _ = gate(tmp_path, "cancelled")
        server.promote("jana", argv)
        task_id = server.begin("jana")
        eventually(lambda: starts(sign), "it runs")

        server.post(f"/api/tasks/{task_id}/cancel")

        ended = eventually(lambda: ended_task(server, task_id), "it ends")
        assert ended["status"] == "cancelled"
        assert not alive(starts(sign)[0])


class TestStopping:
    def test_what_runs_may_end_and_the_rest_is_handed_back(
        self, site: Site, server: Server, tmp_path: Path
    ) -> None:
        argv, sign, leave = gate(tmp_path, "graceful")
        for name in ("karl", "lia"):
            server.promote(name, argv, queue="graceful")
        worker = site.work(
            "--queue", "graceful", "--concurrency", "1", CONSELHO_SHUTDOWN_GRACE_SECONDS="60"
        )
        first = server.begin("karl")
        eventually(lambda: starts(sign), "the first one runs")
        second = server.begin("lia")

        worker.signal(signal.SIGTERM)
        leave.touch()

        assert worker.wait() == 0
        assert server.task(first)["status"] == "completed"
        waiting = server.task(second)
        assert (waiting["status"], waiting["attempt"]) == ("pending", 0)
        [gone] = eventually(lambda: left(server, worker), "it is told as gone")
        assert (gone["live"], gone["running"]) == (False, 0)
        worker.start()
        eventually(lambda: ended_task(server, second), "it goes to the next one")
        worker.close()

    def test_what_does_not_end_in_time_is_ended(
        self, site: Site, server: Server, tmp_path: Path
    ) -> None:
        argv, sign, _ = gate(tmp_path, "endless")
        server.promote("mara", argv, queue="endless")
        worker = site.work("--queue", "endless", CONSELHO_SHUTDOWN_GRACE_SECONDS="0")
        task_id = server.begin("mara")
        eventually(lambda: starts(sign), "it runs")

        assert worker.stop() == 0

        ended = server.task(task_id)
        assert (ended["status"], ended["error_kind"]) == ("cancelled", "shutdown")
        assert not alive(starts(sign)[0])
        assert worker.children() == []


def test_a_queue_that_nobody_serves_is_told_and_its_runs_are_given_up(
    site: Site, server: Server
) -> None:
    server.promote("nils", queue="nowhere")
    task_id = server.begin("nils")
    known = eventually(lambda: queues(server).get("nowhere"), "its queue is told")
    assert (known["workers"], known["waiting"], known["agents"]) == (0, 1, 1)
    assert known["unserved_since"] == known["oldest"]
    assert known["remedy"] == {
        "kind": "start_worker", "command": "conselho worker --queue nowhere",
    }  # fmt: skip

    ready = server.get("/readyz")
    assert ready["status"] == "ready"
    assert not ready["checks"]["workers"]["ok"]
    assert "no live worker serves the queue 'nowhere' since" in ready["checks"]["workers"]["detail"]
    checkup = server.get("/api/doctor", agent_id="nils")
    [councilor] = checkup["councilors"]
    assert (checkup["ok"], councilor["state"]) == (False, "error")
    assert "conselho worker --queue nowhere" in councilor["troubles"][0]["sentence"]

    impatient = site.serve("scheduler", CONSELHO_NO_WORKER_SECONDS="1")
    ended = eventually(lambda: ended_task(server, task_id), "it is given up")
    assert (ended["status"], ended["error_kind"], ended["severity"]) == (
        "error", "no_worker", "error",
    )  # fmt: skip
    assert "No live worker serves the queue 'nowhere'" in ended["error"]
    impatient.close()


def test_what_is_told_to_help_with_one_process_does_help(tmp_path: Path) -> None:
    with running(tmp_path, arguments=["--queue", "mac"]) as one:
        one.promote("bia", queue="gpu")
        task_id = one.begin("bia")
        remedy = queues(one)["gpu"]["remedy"]
        assert remedy["kind"] == "restart_server"
        [program, command, *options] = remedy["command"].split()
        assert (program, command) == ("conselho", "serve")
        assert options == ["--queue", "mac", "--queue", "gpu"]
    with running(tmp_path, arguments=options) as again:
        ended = eventually(lambda: ended_task(again, task_id), "it is run after all")
        assert ended["status"] == "completed"


def test_a_server_without_the_role_api_tells_only_how_it_is(site: Site) -> None:
    alone = site.serve("scheduler")
    assert alone.get("/healthz") == {"status": "ok"}
    checks = alone.get("/readyz")["checks"]
    assert {name for name, check in checks.items() if check["ok"]} >= {"store", "bus", "scheduler"}
    assert "conselho_build_info" in alone.api.get("/metrics").text
    for path in ("/", "/api/councilors", "/api/councilors/events/stream"):
        refused = alone.api.get(path)
        assert refused.status_code == 404
        assert "without api" in refused.json()["detail"]
    assert alone.stop() == 0


def test_a_server_with_the_role_api_alone_serves_whole(
    site: Site, server: Server, anybody: Worker, tmp_path: Path
) -> None:
    front = site.serve("api")
    front.promote("quim", schedule="1h")
    jobs = {
        one["id"]: one["next_run_time"]
        for one in front.get("/api/councilors/scheduler/jobs")["jobs"]
    }
    assert jobs["quim"] is not None
    with front.listen() as stream:
        ended = front.call("quim")
        stream.until("councilor_completed", councilor_id="quim")
    assert anybody.owns(ended["worker_id"])
    argv, sign, _ = gate(tmp_path, "elsewhere")
    front.promote("rui", argv)
    task_id = front.begin("rui")
    eventually(lambda: starts(sign), "it runs")
    front.post(f"/api/tasks/{task_id}/cancel")
    eventually(lambda: ended_task(server, task_id), "it is cancelled, whoever was asked")
    checks = front.get("/readyz")["checks"]
    assert checks["scheduler"]["detail"] == checks["sweeper"]["detail"] == "another server's role"
    assert front.stop() == 0


def test_a_server_with_every_role_runs_what_it_stored(site: Site) -> None:
    whole = site.serve("api,scheduler,worker", CONSELHO_QUEUES="whole")
    whole.promote("olga", queue="whole")
    assert whole.call("olga")["status"] == "completed"
    assert whole.stop() == 0


def test_without_a_broker_a_worker_looks_in_the_store(tmp_path: Path, site: Site) -> None:
    with a_site(tmp_path) as plain:
        server = plain.serve()
        worker = plain.work()
        assert worker.greeting == "Conselho works for tasks without a queue: at most 4 at a time\n"
        server.promote("pia")
        assert worker.owns(server.call("pia")["worker_id"])


def test_runs_go_over_rabbitmq_too(tmp_path: Path, site: Site) -> None:
    """On a server that somebody has: none is started for the tests."""
    url = os.environ.get(AMQP_URL)
    if not url:
        pytest.skip(f"no RabbitMQ server: {AMQP_URL} is not set")
    with a_site(tmp_path, broker=url) as over_amqp:
        server = over_amqp.serve()
        anybody = over_amqp.work("--any", "--queue", "mac")
        gpu = over_amqp.work("--queue", "gpu")
        strange = message("x", council_of(server)) | {"args": ["x", "another"]}
        connection = pika.BlockingConnection(pika.URLParameters(url))
        channel = connection.channel()
        for body in (b"{", b'["x"]', json.dumps(strange).encode()):
            channel.basic_publish("", f"conselho.{council_of(server)}.mac.tasks", body)
        connection.close()
        for name, queue, runs in (
            ("ana", None, anybody),
            ("bia", "gpu", gpu),
            ("caio", "mac", anybody),
        ):
            server.promote(name, queue=queue)
            assert runs.owns(server.call(name)["worker_id"])
        eventually(lambda: "names no task" in anybody.said, "what is no message is told")
        argv, sign, leave = gate(tmp_path, "amqp")
        server.promote("dora", argv, queue="gpu", policies={"max_attempts": 2})
        task_id = server.begin("dora")
        eventually(lambda: starts(sign), "it runs")
        gpu.kill()
        gpu.start()
        eventually(lambda: len(starts(sign)) == 2, "it runs again")
        leave.touch()
        eventually(lambda: ended_task(server, task_id), "it ends")
        gpu.close()
        (tmp_path / "others").mkdir()
        with a_site(tmp_path / "others", broker=url) as others:
            run_side_by_side(server, anybody, others)
        assert anybody.stop() == 0


class TestRefusals:
    def test_sqlite_is_for_one_process(self, tmp_path: Path) -> None:
        refused = work_and_fail(tmp_path)
        assert refused.returncode == 2
        assert refused.stderr.startswith("conselho: database_url: SQLite is the store of one")
        served = serve_and_fail(tmp_path, "--role", "api")
        assert served.returncode == 2
        assert "add worker to the roles" in served.stderr

    def test_two_workers_need_two_directories(self, site: Site, anybody: Worker) -> None:
        refused = work_and_fail(
            site.folder, "--data-dir", str(anybody.data_dir), environ=site.environ
        )
        assert refused.returncode == 5
        assert "is in use" in refused.stderr


def run_side_by_side(server: Server, anybody: Worker, others: Site) -> None:
    """Two councils over one broker: each runs what is its own, and neither is sent the other's."""
    other = others.serve()
    worker = others.work("--queue", "mac", "--any")
    councils = ((server, anybody), (other, worker))
    told = [runs.said.count("broker.message_dropped") for _, runs in councils]
    for one, _ in councils:
        one.promote("gustavo")
        one.promote("heitor", queue="mac")
    for name in ("gustavo", "heitor") * 5:
        for one, runs in councils:
            assert runs.owns(one.call(name)["worker_id"])
    assert [runs.said.count("broker.message_dropped") for _, runs in councils] == told


def council_of(server: Server) -> str:
    """The identity of its store: event ids begin with it, and the broker's queues bear it."""
    newest: str = server.get("/api/councilors")["last_event_id"]
    return newest.rpartition("-")[0]


def message(task_id: str, council: str) -> Json:
    return {
        "queue_name": f"conselho.{council}.mac.tasks", "actor_name": "conselho_run", "kwargs": {},
        "args": [task_id, council], "message_id": "m", "message_timestamp": 0,
    }  # fmt: skip


def put(client: redis.Redis, council: str, number: str, body: str | bytes) -> None:
    """A message as Dramatiq lays it down, whatever is in it."""
    if isinstance(body, str) and body.startswith('{"'):
        fields = json.loads(body)
        body = json.dumps(fields | {"options": {"redis_message_id": number}})
    name = f"conselho:conselho.{council}.mac.tasks"
    client.hset(f"{name}.msgs", number, body)
    client.rpush(name, number)


def ended_task(server: Server, task_id: str) -> Json | None:
    row = server.task(task_id)
    return None if row["status"] in ("pending", "processing") else row


def told_workers(server: Server) -> list[Json]:
    found: list[Json] = server.get("/api/workers")["workers"]
    return found


def left(server: Server, worker: Worker) -> list[Json]:
    """The lives of this worker that said goodbye, as the server tells them: up to 5 s late."""
    rows = [one for one in told_workers(server) if worker.owns(one["worker_id"])]
    return [one for one in rows if one["left_at"] is not None]


def alive(pid: int) -> bool:
    """Whether it still does anything: what nobody has reaped yet does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
