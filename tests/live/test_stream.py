"""The event stream from outside: resumed anywhere, nothing is missing and nothing comes twice."""

from __future__ import annotations

import json
import select
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.server import (
    DEADLINE_SECONDS,
    Heard,
    Json,
    Listener,
    Server,
    eventually,
    running,
)

ROW = {"task_id", "agent_id", "status", "severity", "trigger", "due_at", "attempt", "duration"}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server that the test stops, kills and starts again."""
    with running(tmp_path) as server:
        yield server


def last_event_id(server: Server) -> str:
    event_id: str = server.get("/api/kpis")["last_event_id"]
    return event_id


def heard_after(server: Server, event_id: str, count: int) -> list[Heard]:
    with server.listen(event_id) as stream:
        return [stream.next() for _ in range(count)]


# -- what comes ----------------------------------------------------------------------------------


def test_a_run_is_told_from_its_submission_to_its_end(server: Server) -> None:
    server.promote("told", ["echo", "all is well"])
    with server.listen() as stream:
        task_id = server.begin("told")
        stream.until("councilor_execution", execution_id=task_id, status="completed")

    events = [event for event in stream.heard if event.data.get("execution_id") == task_id]
    assert [(event.type, event.data.get("status")) for event in events] == [
        ("councilor_execution", "pending"),
        ("councilor_started", None),
        ("councilor_execution", "running"),
        ("councilor_completed", "completed"),
        ("councilor_execution", "completed"),
    ]
    for event in events:
        assert event.data["councilor_id"] == "told"
        assert (event.data["display_name"], event.data["task_name"]) == ("Told", "look around")
        assert event.data["event_id"] == event.event_id
        assert isinstance(event.data["ts"], float)
    assert [event.seq for event in events] == list(range(events[0].seq, events[0].seq + 5))
    _, started, running_, completed, ended = (event.data for event in events)
    assert (started["attempt"], running_["severity"]) == (1, None)
    assert completed["severity"] == ended["severity"] == "success"
    assert completed["summary"] == ended["summary"] == "all is well"
    assert completed["duration_ms"] >= 0
    assert completed["started_at"] < completed["completed_at"]
    assert ended["execution"].keys() >= ROW
    assert ended["execution"]["result"] == "all is well\n"


def test_a_failure_is_told_with_its_kind(server: Server) -> None:
    server.promote("failing", ["sh", "-c", "echo no such branch >&2; exit 2"])
    with server.listen() as stream:
        task_id = server.begin("failing")
        event = stream.until("councilor_error", execution_id=task_id)

    assert (event.data["status"], event.data["severity"]) == ("error", "error")
    assert event.data["error_kind"] == "exit"
    assert "no such branch" in event.data["error"]


def test_a_long_result_is_cut_in_the_event_and_whole_in_the_task(server: Server) -> None:
    server.promote("long", ["sh", "-c", "yes 'a line of the report' | head -c 100000"])
    with server.listen() as stream:
        task_id = server.begin("long")
        event = stream.until("councilor_execution", execution_id=task_id, status="completed")

    row = event.data["execution"]
    assert (len(row["result"]), row["result_truncated"]) == (4096, True)
    assert len(server.task(task_id)["result"]) == 100_000


def test_findings_that_fill_an_event_are_cut_there_and_whole_in_the_task(server: Server) -> None:
    # Each in a file of its own: the same title twice in one file is one finding.
    findings = [{"title": "t", "file": f"{n}.py", "detail": "x" * 4000} for n in range(200)]
    report = {"severity": "info", "summary": "s", "findings": findings}
    path = server.folder / "report"
    path.write_text(f"```json\n{json.dumps(report)}\n```\n")
    server.promote("thorough", ["cat", str(path)])
    with server.listen() as stream:
        task_id = server.begin("thorough")
        event = stream.until("councilor_execution", execution_id=task_id, status="completed")

    row = event.data["execution"]
    assert row["result_truncated"] is True
    assert len(json.dumps(event.data)) < 50_000
    findings = server.task(task_id)["verdict"]["findings"]
    assert [len(findings), len(findings[-1]["detail"])] == [200, 4000]


def test_every_change_of_a_seat_is_told(server: Server) -> None:
    with server.listen() as stream:
        server.promote("seated")
        server.patch("/api/councilors/seated/councilor-config", {"title": "Outra"})
        server.patch("/api/agents/seated/councilor-schedule", {"enabled": False})
        server.patch("/api/agents/seated/councilor-schedule", {"enabled": True})
        server.delete("/api/councilors/seated/demote-councilor")
        server.post("/api/agents/seated/promote-councilor", {"councilor_config": _seat()})
        server.delete("/api/agents/seated")
        stream.until("councilor_updated", councilor_id="seated", change="deleted")

    told = [event.data for event in stream.heard if event.data.get("councilor_id") == "seated"]
    assert [data["change"] for data in told] == [
        "promoted", "edited", "paused", "resumed", "demoted", "promoted", "deleted"
    ]  # fmt: skip
    assert told[1]["agent"]["councilor_config"]["title"] == "Outra"
    assert told[-1]["agent"] is None


def _seat() -> Json:
    return {"title": "t", "schedule": "1d", "task": {"name": "n", "prompt": "p"}}


def test_a_slot_that_does_not_run_is_told_with_its_reason(server: Server) -> None:
    with server.listen() as stream:
        server.promote("busy", ["sleep", "300"], schedule="1s")
        event = stream.until("councilor_skipped", councilor_id="busy")
        server.delete("/api/agents/busy")

    assert (event.data["status"], event.data["reason"]) == ("skipped", "overlap")
    assert event.data["slot_count"] >= 1
    assert event.data["execution"]["status"] == "skipped"


# -- resuming ------------------------------------------------------------------------------------


def test_from_any_id_on_exactly_the_rest_comes(server: Server) -> None:
    server.promote("again")
    start = last_event_id(server)
    with server.listen() as stream:
        for _ in range(3):
            server.call("again")
        stream.until("councilor_execution", councilor_id="again", status="completed")
    everything = heard_after(server, start, 15)

    for place, event in enumerate(everything[:-1]):
        assert event.event_id is not None
        assert heard_after(server, event.event_id, 14 - place) == everything[place + 1 :]


def test_the_id_may_come_as_a_query_and_the_header_outranks_it(server: Server) -> None:
    server.promote("query")
    start = last_event_id(server)
    server.call("query")

    with server.listen(query={"last_event_id": start}) as stream:
        first = stream.next()
    assert first.event_id is not None
    with server.listen(first.event_id, query={"last_event_id": start}) as stream:
        second = stream.next()

    assert (first.type, first.data["status"]) == ("councilor_execution", "pending")
    assert second.seq == first.seq + 1


@pytest.mark.parametrize(
    "foreign",
    ["x", "1", "%00", "another-store-7", "é", "9" * 400, "{identity}-x", "{identity}--1",
     "{identity}-99999999999999999999", "{identity}-1e3", "' OR 1=1 --"],
)  # fmt: skip
def test_an_id_that_is_not_ours_is_answered_with_a_reset_and_the_stream_goes_on(
    server: Server, foreign: str
) -> None:
    identity = last_event_id(server).rpartition("-")[0]
    with server.listen(query={"last_event_id": foreign.format(identity=identity)}) as stream:
        reset = stream.next()
        server.create("bystander")
        server.post("/api/agents/bystander/promote-councilor", {"councilor_config": _seat()})
        stream.until("councilor_updated", councilor_id="bystander", change="promoted")
        server.delete("/api/agents/bystander")

    assert reset.type == "reset"
    assert reset.data["reason"]
    assert reset.event_id == reset.data["event_id"] == f"{identity}-{stream.heard[1].seq - 1}"


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGKILL])
def test_a_stream_resumes_across_a_restart(own: Server, blow: signal.Signals) -> None:
    own.promote("ana")
    with own.listen() as stream:
        own.call("ana")
        own.call("ana")
        seen = stream.until("councilor_started", councilor_id="ana")
    start = seen.event_id
    rest = heard_after(own, start or "", 7)

    own.signal(blow)
    own.wait()
    own.start()
    own.call("ana")

    assert heard_after(own, start or "", 12)[:7] == rest
    seqs = [event.seq for event in heard_after(own, start or "", 12)]
    assert seqs == list(range(seen.seq + 1, seen.seq + 13))


def test_what_was_pruned_is_answered_with_a_reset(own: Server) -> None:
    own.promote("ana")
    old = last_event_id(own)
    own.call("ana")
    recent = last_event_id(own)
    own.call("ana")
    own.stop()
    with closing(sqlite3.connect(own.database)) as database:
        database.execute("DELETE FROM events WHERE seq <= ?", [int(recent.rpartition("-")[2])])
        database.commit()
    own.start()

    [gone] = heard_after(own, old, 1)
    kept = heard_after(own, recent, 5)

    assert gone.type == "reset"
    assert [event.type for event in kept].count("councilor_execution") == 3


def test_a_stopping_server_ends_its_streams_properly(own: Server) -> None:
    own.promote("ana")
    with own.listen() as stream:
        own.call("ana")
        own.signal(signal.SIGTERM)
        stream.rest()

    assert own.wait() == 0
    assert stream.heard[-1].type == "councilor_execution"


# -- asking for some of it, and too much -----------------------------------------------------------


def test_a_filtered_stream_tells_only_what_was_asked_for_and_resumes(server: Server) -> None:
    server.promote("well", ["echo", "all is well"])
    server.promote("broken", ["sh", "-c", "echo it broke; exit 3"])
    start = last_event_id(server)
    with server.listen(query={"min_severity": "error", "last_event_id": start}) as stream:
        server.call("well")
        server.call("broken")
        heard = [stream.next(), stream.next()]
    with server.listen(
        start, query={"councilor_id": "well", "types": "councilor_completed"}
    ) as one:
        completed = one.next()

    assert {event.data["councilor_id"] for event in heard} == {"broken"}
    assert {event.type for event in heard} == {"councilor_error", "councilor_execution"}
    assert (completed.type, completed.data["councilor_id"]) == ("councilor_completed", "well")
    refused = server.api.get("/api/councilors/events/stream", params={"councilor_id": "wel"})
    assert refused.status_code == 422
    assert refused.json() == {"detail": "councilor_id: there is no agent 'wel'."}


def test_a_stream_too_many_is_refused_and_nobody_else_notices(tmp_path: Path) -> None:
    with running(tmp_path, environ={"CONSELHO_MAX_STREAMS": "2"}) as own:
        own.promote("ana")
        accept = {"Accept": "application/problem+json"}
        with own.listen() as first:
            with own.listen():
                refused = own.api.get("/api/councilors/events/stream", headers=accept)
                own.call("ana")
                first.until("councilor_execution", councilor_id="ana", status="completed")
            with opened_again(own) as second:
                own.call("ana")
                second.until("councilor_execution", councilor_id="ana", status="completed")

    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["content-type"] == "application/problem+json"
    assert "2 open streams are the most for this server" in refused.json()["detail"]


@contextmanager
def opened_again(server: Server) -> Iterator[Listener]:
    """A stream, as soon as the server has noticed that another one left."""
    path = "/api/councilors/events/stream"
    with ExitStack() as stack:

        def let_in() -> httpx.Response | None:
            response = stack.enter_context(server.api.stream("GET", path))
            return response if response.status_code == 200 else None

        yield Listener(eventually(let_in, "there is room again"))


# -- under load ----------------------------------------------------------------------------------


def test_a_snapshot_and_the_stream_from_it_lose_nothing_under_load(own: Server) -> None:
    """What a page does: read the list, then follow from its id. It must end up with the truth."""
    for number in range(4):
        own.promote(f"often-{number}", ["true"], schedule="1s")
    pages = []
    with calling(own, "by-hand"):
        for _ in range(12):
            snapshot = own.get("/api/tasks", limit=500)
            known = {row["task_id"]: row["status"] for row in snapshot["tasks"]}
            with own.listen(snapshot["last_event_id"]) as stream:
                events = [stream.next() for _ in range(10)]
                pages.append((known, events))
    first = pages[0][1][0].seq
    quiet(own)

    identity = last_event_id(own).rpartition("-")[0]
    newest = int(last_event_id(own).rpartition("-")[2])
    story = heard_after(own, f"{identity}-{first - 1}", newest - first + 1)
    assert [event.seq for event in story] == list(range(first, newest + 1))
    truth = {row["task_id"]: row["status"] for row in own.get("/api/tasks", limit=500)["tasks"]}
    for known, events in pages:
        assert [event.seq for event in events] == list(range(events[0].seq, events[0].seq + 10))
        follow(known, [event for event in story if event.seq >= events[0].seq])
        assert known == truth


def follow(known: dict[str, str], events: list[Heard]) -> None:
    """What a page makes of events: the row that each one carries."""
    for event in events:
        row = event.data.get("execution")
        if row is not None:
            known[row["task_id"]] = row["status"]


@contextmanager
def calling(server: Server, agent_id: str) -> Iterator[None]:
    """Somebody calls a councilor again and again meanwhile."""
    server.promote(agent_id, ["true"])
    done = threading.Event()

    def call() -> None:
        while not done.is_set():
            server.call(agent_id)

    thread = threading.Thread(target=call)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(DEADLINE_SECONDS)


def quiet(server: Server) -> None:
    """Nothing is due and nothing runs any more."""
    with server.listen() as stream:
        for agent in server.get("/api/councilors", is_councilor="true")["agents"]:
            path = f"/api/agents/{agent['agent_id']}/councilor-schedule"
            server.patch(path, {"enabled": False})
        while (figures := server.get("/api/kpis"))["running"] + figures["pending"]:
            stream.until("councilor_execution")


def test_a_client_that_stops_reading_is_cut_off_while_others_go_on(own: Server) -> None:
    """Its connection takes some megabytes that it never reads; after ten seconds it is ended."""
    own.promote("ana", instructions="é" * 50_000)
    with silent_client(own) as stuck, own.listen() as stream:
        for number in range(120):
            own.patch("/api/councilors/ana/councilor-config", {"title": f"number {number}"})
            stream.until("councilor_updated", change="edited")

        poll = select.poll()
        poll.register(stuck, 0)  # only what needs no asking for: the connection was reset
        assert poll.poll(DEADLINE_SECONDS * 1000), "nobody ended the silent client's connection"

        own.call("ana")
        stream.until("councilor_execution", councilor_id="ana", status="completed")
    assert own.stop() == 0


@contextmanager
def silent_client(server: Server) -> Iterator[socket.socket]:
    """A client that asks for the stream, sees it begin, and never reads again."""
    address = urlsplit(server.url)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(DEADLINE_SECONDS)
        client.connect((address.hostname, address.port))
        client.sendall(
            b"GET /api/councilors/events/stream HTTP/1.1\r\n"
            b"Host: " + address.netloc.encode() + b"\r\n\r\n"
        )
        assert client.recv(12) == b"HTTP/1.1 200"
        yield client
