"""The clients against answers that a sound server never gives, over real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import chain, pairwise
from pathlib import Path
from types import NoneType
from typing import Any, NotRequired, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from conselho.api.schemas.events import BY_TYPE
from conselho.client import (
    AsyncClient,
    Client,
    ExecutionEvent,
    Heartbeat,
    JsonObject,
    NotConselho,
    Refused,
    RefusedAsUnknown,
    RefusedForNow,
    Reset,
    StreamEvent,
)
from conselho.client.address import address_of
from conselho.client.calls import seconds_until
from conselho.client.events import KINDS
from conselho.client.stream import Frame, Frames, Unreadable, Waits
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


DEADLINE_SECONDS = 30

# Asks a server by the name of an endpoint.
Ask = Callable[..., JsonObject]


def by_waiting(
    url: str, endpoint: str, *given: Any, timeout: float = 5, **named: Any
) -> JsonObject:
    answer: JsonObject = getattr(Client(url, timeout_seconds=timeout), endpoint)(*given, **named)
    return answer


def by_awaiting(
    url: str, endpoint: str, *given: Any, timeout: float = 5, **named: Any
) -> JsonObject:
    client = AsyncClient(url, timeout_seconds=timeout)
    answer: JsonObject = asyncio.run(getattr(client, endpoint)(*given, **named))
    return answer


@pytest.fixture(params=[by_waiting, by_awaiting])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Either client, told what to ask for by name."""
    chosen: Ask = request.param
    return chosen


def client_of(server: ScriptedServer, *, silence_seconds: float = 5) -> Client:
    """Impatient, so that a test of waiting takes a moment only."""
    return Client(
        server.url,
        timeout_seconds=5,
        silence_seconds=silence_seconds,
        patience_seconds=5,
        first_wait_seconds=0.01,
    )


# -- answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x16\x03\x01\x00\x05hello",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 300_000,
        answer(b"<html>It works!</html>", content_type="text/html"),
        answer(["a", "list"]),
        answer({"agents": "none"}),
        answer({"agents": [1, 2]}),
        answer(b"[" * 100_000),
        answer(b'{"agents": [' + b"9" * 5_000 + b"]}"),
        answer(b"\xff\xfe\x00"),
        answer({}, status=302),
    ],
    ids=[
        "ssh",
        "tls",
        "endless head",
        "html",
        "list",
        "text",
        "numbers",
        "deep",
        "huge number",
        "bytes",
        "302",
    ],
)
def test_garbage_instead_of_an_answer_is_told_as_such(garbage: bytes, ask: Ask) -> None:
    with ScriptedServer(garbage) as server, pytest.raises(NotConselho, match=server.url):
        ask(server.url, "councilors")


@pytest.mark.parametrize(
    ("status", "exit_code"),
    [(400, 2), (401, 2), (404, 4), (409, 5), (422, 2), (429, 6), (500, 1), (503, 6)],
)
def test_a_refusal_says_the_servers_own_sentence(status: int, exit_code: int, ask: Ask) -> None:
    sentence = answer({"detail": "It cannot be, because."}, status=status)
    with ScriptedServer(sentence) as server, pytest.raises(Refused) as caught:
        ask(server.url, "task", "t1")
    assert str(caught.value) == "It cannot be, because."
    assert (caught.value.status, caught.value.exit_code) == (status, exit_code)


@pytest.mark.parametrize("body", [b"Bad Gateway", b'{"detail": [1]}', b'{"detail": ""}', b"[]"])
def test_a_refusal_without_a_sentence_gets_one(body: bytes, ask: Ask) -> None:
    with ScriptedServer(answer(body, status=502)) as server, pytest.raises(Refused) as caught:
        ask(server.url, "task", "t1")
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
    cut: bytes, error: type[ConselhoError], ask: Ask
) -> None:
    with ScriptedServer(cut) as server, pytest.raises(error):
        ask(server.url, "councilors")


def test_a_server_that_says_nothing_is_given_up(ask: Ask) -> None:
    with (
        ScriptedServer(Reply(b"", hold=True)) as server,
        pytest.raises(Unavailable, match="nothing was heard"),
    ):
        ask(server.url, "councilors", timeout=0.1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_server_is_told_with_what_to_do(host: str, ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://{host}:{taken.getsockname()[1]}"
    with pytest.raises(Unavailable, match="Start it with `conselho serve`"):
        ask(url, "councilors")


def test_an_unknown_host_is_told_by_its_name(ask: Ask) -> None:
    with pytest.raises(Unavailable, match=r"'council\.invalid'"):
        ask("http://council.invalid:8000", "councilors")


def test_a_server_that_does_not_speak_tls_is_told_as_such(ask: Ask) -> None:
    def speak_plainly(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE_SECONDS)
        threading.Thread(target=speak_plainly, args=(listener,), daemon=True).start()
        with pytest.raises(Unavailable, match="no secure connection"):
            ask(f"https://127.0.0.1:{listener.getsockname()[1]}", "councilors")


def test_no_proxy_of_the_environment_stands_between(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with ScriptedServer(answer(ROW)) as server:
        assert ask(server.url, "task", "t1") == ROW


def test_a_body_that_is_refused_before_it_was_read_still_shows_why(ask: Ask) -> None:
    too_large = answer({"detail": "The body is larger than 1 MB."}, status=413)
    with ScriptedServer(Reply(too_large, unread=True)) as server:
        files = [{"name": "a.md", "text": "x" * 8_000_000}]
        with pytest.raises(ConselhoError) as caught:
            ask(server.url, "apply", files, base="/repo", prune=False)
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
        "http://a..b/",
    ],
)
def test_a_url_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        Client(url)
    assert "secret" not in str(caught.value)


def test_an_id_stays_one_segment_of_the_path_whatever_it_holds(ask: Ask) -> None:
    with ScriptedServer(answer(ROW)) as server:
        ask(server.url, "task", "../a?b#c d/ç")
    assert server.requests[0].target == "/api/tasks/..%2Fa%3Fb%23c%20d%2F%C3%A7"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        Client("http://127.0.0.1:1").task(name)


def test_a_server_below_a_path_is_asked_below_it(ask: Ask) -> None:
    with ScriptedServer(answer(ROW)) as server:
        ask(f"{server.url}/conselho/", "task", "t1")
    assert server.requests[0].target == "/conselho/api/tasks/t1"


def test_what_is_sent_is_what_the_api_expects(ask: Ask) -> None:
    replies = [answer({"success": True, "changes": []})] * 2
    with ScriptedServer(*replies) as server:
        ask(server.url, "set_schedule_enabled", "a1", enabled=False)
        ask(server.url, "apply", [{"name": "a.md", "text": "ação"}], base="/repo", prune=True)
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


# -- which server ----------------------------------------------------------------------------------


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, without any setting."""
    for name in [*os.environ]:
        if name.startswith("CONSELHO_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def leave_word(folder: Path, url: str) -> None:
    """As a server that runs on the folder's data directory does."""
    (folder / ".conselho").mkdir()
    word = {"pid": os.getpid(), "url": url}
    (folder / ".conselho" / "server.json").write_text(json.dumps(word), encoding="utf-8")


def test_without_a_url_the_server_and_the_token_are_those_of_the_command_line(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> tuple[str, str | None]:
        address = address_of(None, None)
        return address.url, address.token

    with pytest.raises(Unavailable, match="none runs on the data directory"):
        AsyncClient()
    leave_word(nowhere, "http://127.0.0.1:1234")
    assert found() == ("http://127.0.0.1:1234", None)
    monkeypatch.setenv("CONSELHO_ADMIN_TOKEN", "the-admin-of-the-settings")
    assert found() == ("http://127.0.0.1:1234", "the-admin-of-the-settings")
    monkeypatch.setenv("CONSELHO_TOKEN", "cns_mine")
    assert found() == ("http://127.0.0.1:1234", "cns_mine")
    monkeypatch.setenv("CONSELHO_URL", "http://council.example/")
    assert found() == ("http://council.example", "cns_mine")
    monkeypatch.delenv("CONSELHO_TOKEN")
    assert found() == ("http://council.example", None), "the settings' token is of another server"
    assert address_of("http://127.0.0.1:9", None).token is None, "what is named is taken as named"


def test_a_token_is_never_shown() -> None:
    assert "cns_mine" not in repr(address_of("http://127.0.0.1:9", "cns_mine"))
    with pytest.raises(Invalid) as caught:
        address_of("http://127.0.0.1:9", "cns_mine\n")
    assert "cns_mine" not in str(caught.value)


# -- the stream ------------------------------------------------------------------------------------


def async_client_of(server: ScriptedServer, *, silence_seconds: float = 5) -> AsyncClient:
    return AsyncClient(
        server.url,
        timeout_seconds=5,
        silence_seconds=silence_seconds,
        first_wait_seconds=0.01,
    )


def some_events(
    client: AsyncClient, count: int, since: str | None = None, **asked: Any
) -> list[StreamEvent]:
    async def listen() -> list[StreamEvent]:
        seen: list[StreamEvent] = []
        async with asyncio.timeout(DEADLINE_SECONDS):
            async for one in client.events(since, **asked):
                seen.append(one)
                if len(seen) == count:
                    break
        return seen

    return asyncio.run(listen())


def places(server: ScriptedServer) -> list[str]:
    """Where each connection asked to go on from."""
    return [request.target.rpartition("last_event_id=")[2] for request in server.requests]


def test_a_stream_begins_after_the_newest_event_of_a_snapshot() -> None:
    with ScriptedServer(SNAPSHOT, stream(event("x", "s-1", {}))) as server:
        assert [one.event_id for one in some_events(async_client_of(server), 1)] == ["s-1"]
    assert server.requests[1].target.endswith("?last_event_id=s-0")


def test_a_stream_is_asked_for_no_more_than_is_wanted() -> None:
    with ScriptedServer(stream(event("x", "s-1", {}))) as server:
        some_events(
            async_client_of(server),
            1,
            "s-0",
            councilor_ids=["ana", "bia"],
            types="councilor_error",
            min_severity="warning",
        )
    assert server.requests[0].target.partition("?")[2] == (
        "councilor_id=ana&councilor_id=bia&types=councilor_error&min_severity=warning"
        "&last_event_id=s-0"
    )


def test_none_at_all_is_never_taken_for_everything() -> None:
    refusal = answer({"detail": "councilor_id: is empty."}, status=422)
    with ScriptedServer(refusal) as server, pytest.raises(Refused, match="is empty"):
        some_events(async_client_of(server), 1, "s-0", councilor_ids=[])
    assert server.requests[0].target.partition("?")[2] == "councilor_id=&last_event_id=s-0"


def test_a_stream_that_is_cut_is_resumed_after_the_last_whole_event() -> None:
    cut = stream(event("x", "s-1", {"n": 1}), event("x", "s-2", {"n": 2})[:-1])
    rest = stream(event("x", "s-2", {"n": 2}), event("x", "s-3", {"n": 3}))
    with ScriptedServer(cut, rest) as server:
        seen = some_events(async_client_of(server), 3, since="s&0 +")
    assert [one.data for one in seen] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert places(server) == ["s%260+%2B", "s-1"]


def test_an_event_that_comes_again_is_given_once() -> None:
    def numbered(*numbers: int) -> list[bytes]:
        return [event("x", f"s-{number}", {"seq": number}) for number in numbers]

    again = stream(*numbered(2, 1, 2, 3))
    with ScriptedServer(stream(*numbered(1, 2)), again) as server:
        seen = some_events(async_client_of(server), 3, since="s-0")
    assert [one.event_id for one in seen] == ["s-1", "s-2", "s-3"]


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
        some_events(async_client_of(server), 2, "s-0", notice=told.append)
    assert told == [
        "The stream is lost: the server ended it. Trying until it is back.",
        "Connected again.",
    ]


def test_a_silent_stream_is_taken_for_dead_and_opened_again() -> None:
    silent = Reply(stream(event("x", "s-1", {})), hold=True)
    with ScriptedServer(silent, stream(event("x", "s-2", {}))) as server:
        seen = some_events(async_client_of(server, silence_seconds=0.1), 2, since="s-0")
    assert [one.event_id for one in seen] == ["s-1", "s-2"]


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def streaming(handle: Handler) -> AsyncIterator[AsyncClient]:
    """A client of a server that does this to each stream, once its head is sent."""

    async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            await handle(reader, writer)

    async with await asyncio.start_server(begin, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield AsyncClient(url, silence_seconds=0.2, first_wait_seconds=0.01)


async def test_comments_alone_are_silence() -> None:
    connections = 0

    async def pad(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        if connections == 2:
            writer.write(event("x", "s-1", {}))
        while not reader.at_eof():
            writer.write(b": padding\n\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with streaming(pad) as client, asyncio.timeout(DEADLINE_SECONDS):
        events = client.events("s-0")
        assert (await anext(events)).event_id == "s-1"
        await events.aclose()


async def test_who_stops_listening_leaves_no_connection_behind() -> None:
    left = asyncio.Event()

    async def tell_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(event("x", "s-1", {}))
        await reader.read()
        left.set()

    async with streaming(tell_one) as client, asyncio.timeout(DEADLINE_SECONDS):
        async for one in client.events("s-0"):
            assert one.event_id == "s-1"
            break
        await left.wait()


def test_a_heartbeat_is_a_resume_point_and_given_to_who_asks_for_it() -> None:
    beat = event("heartbeat", "s-9", {"event_id": "s-9"})
    replies = [stream(event("x", "s-1", {}), beat), stream(event("x", "s-12", {}))]
    with ScriptedServer(*replies) as server:
        seen = some_events(async_client_of(server), 2, since="s-0")
    assert [one.event_id for one in seen] == ["s-1", "s-12"]
    assert places(server) == ["s-0", "s-9"]
    with ScriptedServer(*replies) as server:
        seen = some_events(async_client_of(server), 2, since="s-0", heartbeats=True)
    assert isinstance(seen[1], Heartbeat)


def test_after_a_reset_the_stream_goes_on_from_the_point_it_gave_and_counts_anew() -> None:
    old = stream(event("x", "old-70", {"seq": 70}))
    reset = stream(event("reset", "s-7", {"reason": "gone"}))
    with ScriptedServer(old, reset, stream(event("x", "s-8", {"seq": 8}))) as server:
        seen = some_events(async_client_of(server), 3, since="old-1")
    assert [type(one) for one in seen] == [StreamEvent, Reset, StreamEvent]
    assert places(server) == ["old-1", "old-70", "s-7"]


def test_a_stream_that_cannot_be_opened_at_first_is_an_error_at_once() -> None:
    with ScriptedServer(b"") as server, pytest.raises(Unavailable):
        some_events(async_client_of(server), 1, since="s-0")


def test_too_many_streams_are_told_at_first_and_waited_for_later() -> None:
    busy = too_often(retry_after="0")
    with ScriptedServer(busy) as server, pytest.raises(RefusedForNow) as caught:
        some_events(async_client_of(server), 1, since="s-0")
    assert (caught.value.status, caught.value.retry_after_seconds) == (429, 0)
    told: list[str] = []
    replies = [stream(event("x", "s-1", {})), busy, stream(event("x", "s-2", {}))]
    with ScriptedServer(*replies) as server:
        seen = some_events(async_client_of(server), 2, "s-0", notice=told.append)
    assert [one.event_id for one in seen] == ["s-1", "s-2"]


def too_often(*, retry_after: str) -> bytes:
    head, _, body = answer({"detail": "Too many streams."}, status=429).partition(b"\r\n\r\n")
    return head + f"\r\nRetry-After: {retry_after}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    "other",
    [
        answer({"detail": "Not here."}, status=404),
        answer({"detail": "This token is not accepted."}, status=401),
        answer(b"<html></html>", content_type="text/html"),
        b"\x16\x03\x01\x00\x05hello",
        stream(b"event: x\ndata: {broken\n\n"),
        stream(b"event: x\ndata: [1]\n\n"),
    ],
    ids=["404", "401", "html", "tls", "no json", "no object"],
)
def test_a_stream_that_became_something_else_is_not_opened_for_ever(other: bytes) -> None:
    with (
        ScriptedServer(stream(event("x", "s-1", {})), other) as server,
        pytest.raises((NotConselho, Refused)),
    ):
        some_events(async_client_of(server), 2, since="s-0")


# -- what it is made of ----------------------------------------------------------------------------

LINES = (
    b": a comment\n\nretry: 5000\r\n\nid:1\nevent: x\ndata: {\ndata:}\nunknown: field\n\n"
    b"id: 2\ndata: {}\n\ndata: cut off"
)


@given(st.lists(st.integers(0, len(LINES)), max_size=8))
def test_frames_are_read_as_the_standard_says_whatever_pieces_they_come_in(cuts: list[int]) -> None:
    frames, edges = Frames(), [0, *sorted(cuts), len(LINES)]
    pieces = [LINES[start:end] for start, end in pairwise(edges)]
    assert [frame for piece in pieces for frame in frames.feed(piece)] == [
        Frame(type="message", event_id=None, data=b"", retry_seconds=5.0),
        Frame(type="x", event_id="1", data=b"{\n}", retry_seconds=None),
        Frame(type="message", event_id="2", data=b"{}", retry_seconds=None),
    ]


@pytest.mark.parametrize("endless", [b"x" * 1024, b"data: " + b"x" * 1018 + b"\n"])
def test_a_frame_without_an_end_does_not_fill_the_memory(endless: bytes) -> None:
    frames = Frames()
    fed = (frames.feed(endless) for _ in range(20 * 1024))
    with pytest.raises(Unreadable):
        list(chain.from_iterable(fed))


@pytest.mark.parametrize("name", sorted(BY_TYPE))
def test_the_typed_events_are_those_of_the_apis_description(name: str) -> None:
    described = cast(type[BaseModel], BY_TYPE[name]).model_fields
    data = get_type_hints(KINDS[name])["data"]
    hints, marked = get_type_hints(data), get_type_hints(data, include_extras=True)
    assert hints.keys() == described.keys()
    for key, field in described.items():
        assert (get_origin(marked[key]) is NotRequired) != field.is_required(), key
        assert (NoneType in get_args(hints[key])) == (NoneType in get_args(field.annotation)), key


def test_every_described_event_has_a_type() -> None:
    assert KINDS.keys() == BY_TYPE.keys()
    assert issubclass(ExecutionEvent, StreamEvent)


def test_waits_grow_up_to_what_the_server_asks_and_begin_anew_with_an_event() -> None:
    waits = Waits(0.5)
    waits.heard(Frame(type="message", event_id=None, data=b"", retry_seconds=2.0))
    grown = [waits.next() for _ in range(50)]
    assert grown[0] <= 0.5
    assert all(wait <= 2.0 for wait in grown)
    assert min(grown[5:]) >= 1.0
    waits.heard(Frame(type="x", event_id="1", data=b"{}", retry_seconds=None))
    assert waits.next() <= 0.5


def test_a_wait_is_never_shorter_than_retry_after_says() -> None:
    waits = Waits(0.5)
    assert all(60 <= waits.next(60) <= 75 for _ in range(50))


def test_a_server_cannot_make_the_client_wait_for_hours() -> None:
    waits = Waits(0.5)
    waits.heard(Frame(type="message", event_id=None, data=b"", retry_seconds=1e6))
    assert max(waits.next() for _ in range(50)) <= 30.0
    assert waits.next(1e6) <= 750.0


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("7", 7), (" 0 ", 0), ("", None), ("-1", None), ("soon", None), ("9" * 50, 999_999_999)],
)
def test_retry_after_is_read_in_seconds(given: str, seconds: float | None) -> None:
    assert seconds_until(given) == seconds


@pytest.mark.parametrize(("minutes", "least", "most"), [(2, 100, 120), (-2, 0, 0)])
def test_retry_after_may_be_a_date(minutes: int, least: float, most: float) -> None:
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    seconds = seconds_until(format_datetime(moment, usegmt=True))
    assert seconds is not None
    assert least <= seconds <= most
