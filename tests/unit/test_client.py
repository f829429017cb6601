"""The client against answers that a sound server never gives, over real sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from itertools import islice

import pytest

from conselho.client import Client, NotConselho, Refused, RefusedAsUnknown, StreamEvent
from conselho.client.stream import Frame, Waits, frames
from conselho.errors import ConselhoError, Invalid, Unavailable
from tests.support.scripted_server import (
    Reply,
    ScriptedServer,
    answer,
    chunked,
    event,
    stream,
)

SNAPSHOT = answer({"tasks": [], "last_event_id": "s-0"})
ROW = {"task_id": "t1", "status": "processing"}


def client_of(server: ScriptedServer, *, silence_seconds: float = 5) -> Client:
    """Impatient, so that a test of waiting takes a moment only."""
    return Client(
        server.url,
        timeout_seconds=5,
        silence_seconds=silence_seconds,
        patience_seconds=5,
        first_wait_seconds=0.01,
    )


def some_events(client: Client, count: int, since: str | None = None) -> list[StreamEvent]:
    return list(islice(client.events(since), count))


# -- answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x16\x03\x01\x00\x05hello",
        answer(b"<html>It works!</html>", content_type="text/html"),
        answer(["a", "list"]),
        answer({"agents": "none"}),
        answer({"agents": [1, 2]}),
        answer(b"[" * 100_000),
        answer(b'{"agents": [' + b"9" * 5_000 + b"]}"),
        answer(b"\xff\xfe\x00"),
        answer({}, status=302),
    ],
    ids=["ssh", "tls", "html", "list", "text", "numbers", "deep", "huge number", "bytes", "302"],
)
def test_garbage_instead_of_an_answer_is_told_as_such(garbage: bytes) -> None:
    with ScriptedServer(garbage) as server, pytest.raises(NotConselho, match=server.url):
        client_of(server).councilors()


@pytest.mark.parametrize(
    ("status", "exit_code"),
    [(400, 2), (401, 2), (403, 2), (404, 4), (409, 5), (413, 2), (422, 2), (500, 1), (503, 6)],
)
def test_a_refusal_says_the_servers_own_sentence(status: int, exit_code: int) -> None:
    sentence = answer({"detail": "It cannot be, because."}, status=status)
    with ScriptedServer(sentence) as server, pytest.raises(Refused) as caught:
        client_of(server).task("t1")
    assert str(caught.value) == "It cannot be, because."
    assert (caught.value.status, caught.value.exit_code) == (status, exit_code)


@pytest.mark.parametrize("body", [b"Bad Gateway", b'{"detail": [1]}', b'{"detail": ""}', b"[]"])
def test_a_refusal_without_a_sentence_gets_one(body: bytes) -> None:
    with ScriptedServer(answer(body, status=502)) as server, pytest.raises(Refused) as caught:
        client_of(server).task("t1")
    assert str(caught.value) == "The server answered 502 Some Reason to GET /api/tasks/t1."
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(
    ("cut", "error"),
    [
        (b"", Unavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Le", NotConselho),
        (answer({"agents": []})[:-3], Unavailable),
        (chunked(b'{"agents": []}', content_type="application/json", ended=False), Unavailable),
    ],
    ids=["at once", "in the head", "in the body", "between chunks"],
)
def test_an_answer_that_breaks_off_is_never_taken_for_a_whole_one(
    cut: bytes, error: type[ConselhoError]
) -> None:
    with ScriptedServer(cut) as server, pytest.raises(error):
        client_of(server).councilors()


def test_a_server_that_says_nothing_is_given_up() -> None:
    with ScriptedServer(Reply(b"", hold=True)) as server:
        client = Client(server.url, timeout_seconds=0.1)
        with pytest.raises(Unavailable, match="nothing was heard"):
            client.councilors()


def test_no_server_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(Unavailable, match="Start it with `conselho serve`"):
        Client(url).councilors()


def test_an_unknown_host_is_told_by_its_name() -> None:
    with pytest.raises(Unavailable, match=r"'council\.invalid'"):
        Client("http://council.invalid:8000").councilors()


def test_a_body_that_is_refused_before_it_was_read_still_shows_why() -> None:
    too_large = answer({"detail": "The body is larger than 1 MB."}, status=413)
    with ScriptedServer(Reply(too_large, unread=True)) as server:
        files = [{"name": "a.md", "text": "x" * 8_000_000}]
        with pytest.raises(ConselhoError) as caught:
            client_of(server).apply(files, base="/repo", prune=False)
    # The kernel may throw the answer away together with the unread body.
    assert "larger than 1 MB" in str(caught.value) or isinstance(caught.value, Unavailable)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8000",
        "ftp://127.0.0.1",
        "http://",
        "http://[::1",
        "http://host:port",
        "http://host:99999",
        "http://user:secret@host",
        "http://host/?q=1",
        "http://host/\nHost: other",
        "http://ho st/",
    ],
)
def test_a_url_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        Client(url)
    assert "secret" not in str(caught.value)


def test_an_id_stays_one_segment_of_the_path_whatever_it_holds() -> None:
    with ScriptedServer(answer(ROW)) as server:
        client_of(server).task("../a?b#c d/ç")
    assert server.requests[0].target == "/api/tasks/..%2Fa%3Fb%23c%20d%2F%C3%A7"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        Client("http://127.0.0.1:1").task(name)


def test_a_server_below_a_path_is_asked_below_it() -> None:
    with ScriptedServer(answer(ROW)) as server:
        Client(f"{server.url}/conselho/").task("t1")
    assert server.requests[0].target == "/conselho/api/tasks/t1"


def test_what_is_sent_is_what_the_api_expects() -> None:
    replies = [answer({"success": True, "changes": []})] * 2
    with ScriptedServer(*replies) as server:
        client = client_of(server)
        client.set_schedule_enabled("a1", enabled=False)
        client.apply([{"name": "a.md", "text": "ação"}], base="/repo", prune=True)
    pause, apply = server.requests
    assert (pause.method, pause.target) == ("PATCH", "/api/agents/a1/councilor-schedule")
    assert json.loads(pause.body) == {"enabled": False}
    assert (apply.method, apply.target) == ("POST", "/api/council")
    assert json.loads(apply.body) == {
        "files": [{"name": "a.md", "text": "ação"}],
        "base": "/repo",
        "prune": True,
        "force": True,
    }


# -- waits -----------------------------------------------------------------------------------------


def test_waiting_for_an_end_outlives_a_server_that_is_away_for_a_moment() -> None:
    away = answer({"detail": "Not now."}, status=503)
    ended = answer({"task_id": "t1", "status": "completed"})
    with ScriptedServer(answer(ROW), b"", away, ended) as server:
        row = client_of(server).wait_for_end("t1")
    assert row["status"] == "completed"


def test_waiting_for_an_end_returns_the_row_as_it_stands_when_time_is_up() -> None:
    with ScriptedServer(answer(ROW), answer(ROW), answer(ROW)) as server:
        row = client_of(server).wait_for_end("t1", timeout_seconds=0.05)
    assert row["status"] == "processing"


def test_waiting_for_an_end_gives_up_on_a_server_that_stays_away() -> None:
    with ScriptedServer(answer(ROW)) as server:
        client = Client(server.url, patience_seconds=0)
        with pytest.raises(Unavailable):
            client.wait_for_end("t1")


def test_a_task_that_is_gone_ends_the_waiting_at_once() -> None:
    gone = answer({"detail": "There is no task 't1'."}, status=404)
    with ScriptedServer(answer(ROW), gone) as server, pytest.raises(RefusedAsUnknown):
        client_of(server).wait_for_end("t1")


# -- logs ------------------------------------------------------------------------------------------


def log_reply(*pieces: bytes, ended: bool) -> bytes:
    return chunked(*pieces, content_type="text/plain", ended=ended)


def test_a_followed_log_that_is_cut_goes_on_where_it_broke() -> None:
    first = log_reply(b"one\n", b"tw", ended=False)
    second = log_reply(b"o", b"ne\ntwo\nth", b"ree\n", ended=True)
    with ScriptedServer(first, b"", second) as server:
        log = b"".join(client_of(server).log("t1", follow=True))
    assert log == b"one\ntwo\nthree\n"


def test_a_followed_log_that_falls_silent_is_opened_again() -> None:
    quiet = Reply(log_reply(b"one\n", ended=False), hold=True)
    whole = log_reply(b"one\ntwo\n", ended=True)
    with ScriptedServer(quiet, quiet, whole) as server:
        log = b"".join(client_of(server, silence_seconds=0.05).log("t1", follow=True))
    assert log == b"one\ntwo\n"


def test_a_log_that_is_not_followed_and_cut_is_an_error() -> None:
    with ScriptedServer(log_reply(b"one\n", ended=False)) as server:
        pieces = client_of(server).log("t1")
        assert next(pieces) == b"one\n"
        with pytest.raises(Unavailable, match="broke off"):
            next(pieces)


def test_a_log_of_an_unknown_task_is_an_error_at_once() -> None:
    gone = answer({"detail": "There is no task 't1'."}, status=404)
    with ScriptedServer(gone) as server, pytest.raises(RefusedAsUnknown, match="no task"):
        next(client_of(server).log("t1", follow=True))


# -- the stream ------------------------------------------------------------------------------------


def test_a_stream_begins_after_the_newest_event_of_a_snapshot() -> None:
    with ScriptedServer(SNAPSHOT, stream(event("x", "s-1", {}))) as server:
        assert [one.event_id for one in some_events(client_of(server), 1)] == ["s-1"]
    assert server.requests[1].target.endswith("?last_event_id=s-0")


def test_a_stream_that_is_cut_is_resumed_after_the_last_whole_event() -> None:
    cut = stream(event("x", "s-1", {"n": 1}), event("x", "s-2", {"n": 2})[:-1])
    rest = stream(event("x", "s-2", {"n": 2}), event("x", "s-3", {"n": 3}))
    with ScriptedServer(cut, rest) as server:
        seen = some_events(client_of(server), 3, since="s&0 +")
    assert [one.data for one in seen] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert [request.target.partition("=")[2] for request in server.requests] == [
        "s%260+%2B",
        "s-1",
    ]


def test_a_loss_and_a_return_are_told_once_each() -> None:
    told: list[str] = []
    busy = answer({"detail": "The server is not ready; try again."}, status=503)
    replies = [
        stream(event("x", "s-1", {}), ended=True),
        b"",
        busy,
        b"",
        stream(event("x", "s-2", {})),
    ]
    with ScriptedServer(*replies) as server:
        list(islice(client_of(server).events("s-0", notice=told.append), 2))
    assert told == [
        "The stream is lost: the server ended it. Trying until it is back.",
        "Connected again.",
    ]


def test_a_silent_stream_is_taken_for_dead_and_opened_again() -> None:
    silent = Reply(stream(event("x", "s-1", {})), hold=True)
    with ScriptedServer(silent, stream(event("x", "s-2", {}))) as server:
        seen = some_events(client_of(server, silence_seconds=0.05), 2, since="s-0")
    assert [one.event_id for one in seen] == ["s-1", "s-2"]


def test_a_heartbeat_is_given_but_is_no_resume_point() -> None:
    beating = stream(event("x", "s-1", {}), event("heartbeat", None, {"event_id": "s-9"}))
    with ScriptedServer(beating, stream(event("x", "s-2", {}))) as server:
        seen = some_events(client_of(server), 3, since="s-0")
    assert [one.type for one in seen] == ["x", "heartbeat", "x"]
    assert server.requests[1].target.endswith("last_event_id=s-1")


def test_after_a_reset_the_stream_resumes_from_the_point_it_gave() -> None:
    reset = stream(event("reset", "s-7", {"reason": "gone"}))
    with ScriptedServer(reset, stream(event("x", "s-8", {}))) as server:
        seen = some_events(client_of(server), 2, since="old-1")
    assert [one.type for one in seen] == ["reset", "x"]
    assert server.requests[1].target.endswith("last_event_id=s-7")


def test_after_a_reset_without_a_point_the_old_one_is_not_asked_for_again() -> None:
    reset = stream(event("reset", None, {"reason": "gone"}))
    with ScriptedServer(reset, stream(event("x", "s-8", {}))) as server:
        some_events(client_of(server), 2, since="old-1")
    assert "last_event_id" not in server.requests[1].target


def test_a_stream_that_cannot_be_opened_at_first_is_an_error_at_once() -> None:
    with ScriptedServer(b"") as server, pytest.raises(Unavailable):
        some_events(client_of(server), 1, since="s-0")


@pytest.mark.parametrize(
    "other",
    [
        answer({"detail": "Not here."}, status=404),
        answer(b"<html></html>", content_type="text/html"),
        stream(b"event: x\ndata: {broken\n\n"),
        stream(b"event: x\ndata: [1]\n\n"),
    ],
    ids=["404", "html", "no json", "no object"],
)
def test_a_stream_that_became_something_else_is_not_opened_for_ever(other: bytes) -> None:
    with ScriptedServer(stream(event("x", "s-1", {})), other) as server:
        events: Iterator[StreamEvent] = client_of(server).events("s-0")
        next(events)
        with pytest.raises((NotConselho, RefusedAsUnknown)):
            next(events)


def test_frames_are_read_as_the_standard_says() -> None:
    lines = [
        b": a comment",
        b"",
        b"retry: 5000",
        b"",
        b"id:1",
        b"event: x",
        b"data: {",
        b"data:}",
        b"unknown: field",
        b"",
        b"data: cut off",
    ]
    assert list(frames(lines)) == [
        Frame(type="message", event_id=None, data=b"", retry_seconds=5.0),
        Frame(type="x", event_id="1", data=b"{\n}", retry_seconds=None),
    ]


def test_waits_grow_up_to_what_the_server_asks_and_begin_anew_with_an_event() -> None:
    waits = Waits(0.5)
    waits.heard(Frame(type="message", event_id=None, data=b"", retry_seconds=2.0))
    grown = [waits.next() for _ in range(50)]
    assert grown[0] <= 0.5
    assert all(wait <= 2.0 for wait in grown)
    assert min(grown[5:]) >= 1.0
    waits.heard(Frame(type="x", event_id="1", data=b"{}", retry_seconds=None))
    assert waits.next() <= 0.5


def test_a_server_cannot_make_the_client_wait_for_hours() -> None:
    waits = Waits(0.5)
    waits.heard(Frame(type="message", event_id=None, data=b"", retry_seconds=1e6))
    assert max(waits.next() for _ in range(50)) <= 30.0
