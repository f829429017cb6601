"""The traces of real runs of a real server, as a collector gets them over the wire."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from conselho.models.ids import TaskId
from conselho.tracing import attempt_id, root_id, trace_id
from tests.support.collector import Collected, collector
from tests.support.server import Server, config, free_port, running

SECRET = "hush-nobody-may-read-this"
STEPS = {"submit", "claim", "prepare", "child", "record", "attempt", "event"}


def one(spans: list[Collected], name: str) -> Collected:
    [found] = [span for span in spans if span.name == name]
    return found


def run_for_a_slot(server: Server) -> TaskId:
    server.create("ana", ["sh", "-c", f'echo "in trace $TRACEPARENT"; echo {SECRET}'])
    task = {"name": "look around", "prompt": SECRET}
    body = {"councilor_config": config(schedule="1s", task=task)}
    with server.listen() as stream:
        server.post("/api/councilors/ana/promote-councilor", body)
        ended = stream.until("councilor_execution", councilor_id="ana", status="completed")
    server.patch("/api/councilors/ana/councilor-schedule", {"enabled": False})
    return TaskId(ended.data["execution_id"])


def test_a_run_is_one_trace_from_its_slot_to_the_event_that_tells_of_it(tmp_path: Path) -> None:
    with collector() as collected, running(tmp_path, environ=collected.environ) as server:
        task_id = run_for_a_slot(server)
        told = server.task(task_id)
        spans = collected.of(trace_id(task_id), wanted=STEPS | {"slot"})
        # The last of its changes is announced when all else is over.
        server.stop()
        spans = [span for span in collected.all if span.trace_id == trace_id(task_id)]

    root, attempt = one(spans, "slot"), one(spans, "attempt")
    assert (root.span_id, root.parent_id) == (root_id(task_id), "")
    assert attempt.span_id == attempt_id(task_id, 1)
    assert {span.name: span.parent_id for span in spans if span.name not in ("slot", "event")} == {
        "submit": root.span_id,
        "attempt": root.span_id,
        "claim": attempt.span_id,
        "prepare": attempt.span_id,
        "child": attempt.span_id,
        "record": attempt.span_id,
    }
    events = {s.attributes["conselho.status"]: s.parent_id for s in spans if s.name == "event"}
    assert events == {
        "pending": root.span_id,
        "processing": attempt.span_id,
        "completed": attempt.span_id,
    }
    for span in spans:
        assert span.attributes["conselho.task_id"] == task_id
        assert span.attributes["conselho.agent_id"] == "ana"
        assert span.began_ns <= span.ended_ns
        assert span.failed is None
        assert span.resource["service.name"] == "conselho"
    assert attempt.attributes == {
        "conselho.task_id": task_id,
        "conselho.agent_id": "ana",
        "conselho.provider": "command",
        "conselho.trigger": "schedule",
        "conselho.attempt": 1,
        "conselho.status": "completed",
        "conselho.severity": told["severity"],
    }
    steps = [one(spans, name) for name in ("claim", "prepare", "child", "record")]
    for before, after in pairwise(steps):
        assert before.ended_ns <= after.began_ns, (before.name, after.name)
    assert attempt.began_ns <= steps[0].began_ns
    assert steps[-1].ended_ns <= attempt.ended_ns

    child = one(spans, "child")
    assert f"in trace 00-{child.trace_id}-{child.span_id}-01" in told["result"]
    assert child.attributes["conselho.exit_code"] == 0
    assert not any(SECRET.encode() in body for body in collected.raw)


def test_a_run_that_fails_tells_where_and_how_in_each_attempt(tmp_path: Path) -> None:
    with collector() as collected, running(tmp_path, environ=collected.environ) as server:
        server.promote("ana", ["sh", "-c", f"echo {SECRET} >&2; exit 3"])
        failed = TaskId(server.call("ana")["task_id"])
        spans = collected.of(trace_id(failed), wanted=STEPS | {"request"})

    assert one(spans, "request").parent_id == ""
    child, attempt = one(spans, "child"), one(spans, "attempt")
    assert (child.failed, child.attributes["conselho.exit_code"]) == ("exit", 3)
    assert attempt.failed == attempt.attributes["conselho.error_kind"] == "exit"
    assert attempt.attributes["conselho.status"] == "error"
    assert attempt.attributes["conselho.trigger"] == "manual"
    assert not any(SECRET.encode() in body for body in collected.raw)


def test_a_trace_goes_on_in_another_process_than_it_began(tmp_path: Path) -> None:
    with collector() as collected:
        environ = collected.environ | {"CONSELHO_MAX_CONCURRENT_RUNS": "1"}
        with running(tmp_path, environ=environ) as server:
            server.promote("hog", ["sleep", "300"])
            server.promote("ana")
            with server.listen() as stream:
                stream.until("councilor_started", execution_id=server.begin("hog"))
            task_id = TaskId(server.begin("ana"))
            collected.of(trace_id(task_id), wanted={"request", "submit"})
            server.kill()
            server.start()
            spans = collected.of(trace_id(task_id), wanted=STEPS | {"request"})

    root, attempt = one(spans, "request"), one(spans, "attempt")
    assert attempt.parent_id == root.span_id
    assert attempt.attributes["conselho.status"] == "completed"
    assert attempt.resource["service.instance.id"] != root.resource["service.instance.id"]


@contextmanager
def nobody() -> Iterator[int]:
    yield free_port()


@contextmanager
def one_who_never_answers() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("away", [nobody, one_who_never_answers])
def test_a_collector_that_is_away_costs_no_run_and_no_stop(tmp_path: Path, away: object) -> None:
    assert callable(away)
    with away() as port:
        environ = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://me:{SECRET}@127.0.0.1:{port}",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
            "OTEL_BSP_SCHEDULE_DELAY": "20",
            # Full at once: what is too much is dropped.
            "OTEL_BSP_MAX_QUEUE_SIZE": "4",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "4",
        }
        with running(tmp_path, environ=environ) as server:
            server.promote("ana")
            severities = [server.call("ana")["severity"] for _ in range(3)]
            code = server.stop()

    log = server.log.read_text()
    assert severities == ["success"] * 3
    assert code == 0
    assert 1 <= log.count("traces.") <= 2, log
    assert "127.0.0.1" in log
    assert SECRET not in log


def test_nothing_is_traced_and_no_child_hears_of_it_unless_asked_for(tmp_path: Path) -> None:
    environ = {"TRACEPARENT": f"00-{'a' * 32}-{'b' * 16}-01", "CONSELHO_TRACES": "off"}
    with collector() as collected:
        with running(tmp_path, environ=collected.environ | environ) as server:
            server.promote("ana", ["sh", "-c", 'echo "in trace ${TRACEPARENT:-none}"'])
            told = server.call("ana")
            server.stop()
        assert collected.raw == []

    assert "in trace none" in told["result"]
    assert "traces." not in server.log.read_text()
