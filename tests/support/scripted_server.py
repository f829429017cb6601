"""A server on a real socket that answers each connection with bytes given beforehand.

For faults that no real server of ours shows on request: garbage, cut answers, silence.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

DEADLINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What one connection gets. `hold`: it stays open afterwards, until the server is closed.

    `unread`: it is sent as soon as the head of the request is there, and closes at once.
    """

    content: bytes
    hold: bool = False
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What one connection asked for: `target` is path and query."""

    method: str
    target: str
    body: bytes


class ScriptedServer:
    """Answers with the replies in their order; when they are used up, nothing listens any more."""

    def __init__(self, *replies: Reply | bytes) -> None:
        self._replies = [r if isinstance(r, Reply) else Reply(r) for r in replies]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(DEADLINE_SECONDS)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[Request] = []
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):  # wakes `accept`; the script may be through already
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(DEADLINE_SECONDS)
        self._listener.close()
        for connection in self._held:
            connection.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            for place, reply in enumerate(self._replies):
                connection, _ = self._listener.accept()
                if place == len(self._replies) - 1:
                    self._listener.close()
                connection.settimeout(DEADLINE_SECONDS)
                self._answer(connection, reply)

    def _answer(self, connection: socket.socket, reply: Reply) -> None:
        with contextlib.suppress(OSError):
            self.requests.append(_read_request(connection, head_only=reply.unread))
            connection.sendall(reply.content)
        if reply.hold:
            self._held.append(connection)
        else:
            connection.close()


def answer(content: object, *, status: int = 200, content_type: str = "application/json") -> bytes:
    """A whole answer; anything but bytes is sent as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Some Reason\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def chunked(*chunks: bytes, content_type: str, ended: bool) -> bytes:
    """An answer in chunks, as streams come; without `ended` it breaks off after the last one."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head.encode() + body + (b"0\r\n\r\n" if ended else b"")


def stream(*frames: bytes, ended: bool = False) -> bytes:
    """An event stream that breaks off, or is ended properly, after these frames."""
    return chunked(*frames, content_type="text/event-stream", ended=ended)


def event(kind: str, event_id: str | None, data: object) -> bytes:
    """One frame of an event stream."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(data)}\n\n".encode()


def _read_request(connection: socket.socket, *, head_only: bool) -> Request:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _received(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    length = next(
        (int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length")), 0
    )
    while len(body) < length and not head_only:
        body += _received(connection)
    return Request(method, target, body)


def _received(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the client left")
    return piece
