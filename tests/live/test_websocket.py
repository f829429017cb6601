"""`/ws/gamification` from outside, with a client library: what older clients hear and may ask."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.support.server import DEADLINE_SECONDS, Json, Server, eventually, running

STARTED = {"councilor_id", "task_name", "display_name", "execution_id", "started_at"}
ENDED = STARTED | {"status", "severity", "completed_at", "duration_ms"}


class Socket:
    """An open WebSocket of a test; `connected` was read already."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.connected = self.next()

    def next(self) -> Json:
        message: Json = json.loads(self.connection.recv(timeout=DEADLINE_SECONDS))
        assert message.keys() == {"type", "data", "timestamp"}
        assert isinstance(message["timestamp"], float)
        return message

    def ask(self, command: Any) -> Json:
        """The next message after a command; for when nothing else happens."""
        self.connection.send(command if isinstance(command, str | bytes) else json.dumps(command))
        return self.next()

    def closed(self) -> tuple[int, str]:
        """The code and the reason with which the server closes; what comes before is passed."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.connection.recv(timeout=DEADLINE_SECONDS)
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""


@contextmanager
def listening(server: Server, **options: Any) -> Iterator[Socket]:
    with connect(url_of(server), proxy=None, **options) as connection:
        yield Socket(connection)


def url_of(server: Server, path: str = "/ws/gamification") -> str:
    return server.url.replace("http://", "ws://") + path


# -- events --------------------------------------------------------------------------------------


def test_a_run_is_told_with_the_names_and_fields_of_older_clients(server: Server) -> None:
    server.promote("told", ["echo", "all is well"])
    with listening(server) as client:
        row = server.call("told")
        started, completed = client.next(), client.next()

    assert client.connected["type"] == "connected"
    assert client.connected["data"].keys() == {"message", "client_id"}
    assert started["type"] == "councilor_started"
    assert started["data"].keys() == STARTED
    assert started["data"]["started_at"] == row["started_at"]
    assert completed["type"] == "councilor_completed"
    assert completed["data"].keys() == ENDED | {"summary"}
    assert completed["data"]["execution_id"] == row["task_id"]
    assert completed["data"]["status"] == "completed"
    assert completed["data"]["severity"] == "success"
    assert completed["data"]["summary"] == "all is well"
    assert started["timestamp"] <= completed["timestamp"]


def test_a_failure_is_told_with_its_error(server: Server) -> None:
    server.promote("failing", ["sh", "-c", "exit 2"])
    with listening(server) as client:
        row = server.call("failing")
        failed = [client.next(), client.next()][1]

    assert failed["type"] == "councilor_error"
    assert failed["data"].keys() == ENDED | {"error"}
    assert (failed["data"]["status"], failed["data"]["severity"]) == ("error", "error")
    assert failed["data"]["error"] == row["error"]


def test_it_tells_what_the_event_stream_tells_at_the_same_time(server: Server) -> None:
    server.promote("both")
    with server.listen() as stream, listening(server) as client:
        server.call("both")
        heard = stream.until("councilor_completed", councilor_id="both")
        told = [client.next(), client.next()][1]

    assert told["timestamp"] == heard.data["ts"]
    assert told["data"]["completed_at"] == heard.data["completed_at"]


# -- commands ------------------------------------------------------------------------------------


def test_a_client_hears_only_what_it_subscribed_to(server: Server) -> None:
    server.promote("chosen")
    with listening(server) as client:
        answer = client.ask({"command": "subscribe", "topics": ["councilor_completed"]})
        server.call("chosen")
        first = client.next()
        everything = client.ask({"command": "subscribe", "topics": ["all"]})

    assert (answer["type"], answer["data"]) == ("subscribed", {"topics": ["councilor_completed"]})
    assert first["type"] == "councilor_completed"
    assert "councilor_started" in everything["data"]["topics"]


def test_ping_and_get_stats_are_answered(server: Server) -> None:
    with listening(server) as client:
        pong = client.ask({"command": "ping"})
        stats = client.ask({"command": "get_stats"})

    assert (pong["type"], pong["data"]) == ("pong", {})
    assert stats["type"] == "stats"
    assert stats["data"]["connected_clients"] >= 1
    assert stats["data"]["processing"] == 0


@pytest.mark.parametrize(
    "sent",
    [
        "no JSON",
        "[]",
        "[" * 10_000,
        b'{"command": "ping"}',
        "{}",
        '{"command": "explode"}',
        '{"command": ["ping"]}',
        '{"command": "subscribe", "topics": "all"}',
        '{"command": "subscribe", "topics": [1]}',
        '{"command": "subscribe", "topics": ["weather"]}',
    ],
)
def test_a_malformed_command_gets_an_error_and_the_client_stays(
    server: Server, sent: str | bytes
) -> None:
    with listening(server) as client:
        answer = client.ask(sent)
        assert answer["type"] == "error"
        assert answer["data"]["message"]
        assert client.ask({"command": "ping"})["type"] == "pong"


def test_a_message_that_is_too_large_ends_the_connection(server: Server) -> None:
    with listening(server) as client:
        client.connection.send("x" * 20_000)
        assert client.closed()[0] == 1009


# -- who may connect -----------------------------------------------------------------------------


def test_a_page_of_another_site_is_refused(server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused, listening(server, origin="http://evil.example"):
        pass
    assert refused.value.response.status_code == 403


def test_the_page_of_this_server_is_let_in(server: Server) -> None:
    with listening(server, origin=server.url) as client:
        assert client.ask({"command": "ping"})["type"] == "pong"


def test_a_foreign_host_is_refused(server: Server) -> None:
    # As a page does whose name was made to point here.
    headers = {"Host": "rebound.example"}
    with connection_to(server) as raw:
        raw.sendall(handshake(headers))
        assert raw.recv(4096).startswith(b"HTTP/1.1 400 ")


def test_another_path_is_refused(server: Server) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(url_of(server, "/ws/other"), proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 403


# -- leaving -------------------------------------------------------------------------------------


def test_who_pings_and_reads_nothing_is_cut_off(server: Server) -> None:
    ping = b"\x89\xfd" + bytes(4) + b"x" * 125  # masked with zeros
    most = 200_000_000  # far beyond what the buffers of the system hold
    sent = 0
    with connection_to(server) as flood:
        flood.sendall(handshake({"Host": f"127.0.0.1:{server.url.rpartition(':')[2]}"}))
        with contextlib.suppress(ConnectionError):
            while sent < most:
                sent += flood.send(ping * 1_000)

    assert sent < most
    with listening(server) as socket:
        assert socket.ask({"command": "ping"})["type"] == "pong"


def test_clients_that_leave_are_forgotten(server: Server) -> None:
    def connected() -> int:
        with listening(server) as client:
            count: int = client.ask({"command": "get_stats"})["data"]["connected_clients"]
            return count

    with listening(server):
        assert connected() >= 2
    eventually(lambda: connected() == 1, "only the one that asks is left")


def test_a_stop_of_the_server_says_goodbye(tmp_path: Path) -> None:
    with running(tmp_path) as own, listening(own) as client:
        own.stop()
        code, reason = client.closed()
    assert (code, reason) == (1001, "The server stops.")


def connection_to(server: Server) -> socket.socket:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=DEADLINE_SECONDS)


def handshake(headers: dict[str, str]) -> bytes:
    fields = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    } | headers
    lines = [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join(["GET /ws/gamification HTTP/1.1", *lines, "", ""]).encode()
