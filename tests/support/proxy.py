"""A proxy between a browser and a real server, which can be told to do what bad networks do.

    with Proxy(server.url) as proxy:
        proxy.rules["/api/kpis"] = answer(b"<h1>Bad Gateway</h1>", status=502)
        proxy.rules[STREAM] = Fault.HELD     # answers begin, and nothing of them comes through
        proxy.rules[STREAM] = Fault.SWALLOWED
        proxy.cut(STREAM)                    # ends what is open
        proxy.rules.clear()                  # as it should be again

A rule holds for paths that begin so. Each request has its own connection.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from urllib.parse import urlsplit

CONNECT_SECONDS = 10.0
STREAM = "/api/councilors/events/stream"


class Fault(Enum):
    SWALLOWED = auto()  # the request is read, and nobody answers
    HELD = auto()  # the answer's head comes through, its body does not


class Proxy:
    """Listens on a port of its own, which it keeps while nobody listens there, too."""

    def __init__(self, upstream: str) -> None:
        where = urlsplit(upstream)
        self._upstream = (str(where.hostname), int(where.port or 0))
        self.rules: dict[str, bytes | Fault] = {}
        self._open: dict[socket.socket, str] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def open(self, path: str) -> int:
        """How many connections there are whose request begins so."""
        return sum(asked.startswith(path) for asked in list(self._open.values()))

    def cut(self, path: str = "/") -> None:
        for connection, asked in list(self._open.items()):
            if asked.startswith(path):
                _end(connection)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Nobody listens, and what was open has ended."""
        _end(self._listener)
        self.cut()
        try:
            yield
        finally:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        _end(self._listener)
        self.cut()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self._connected, args=(connection,), daemon=True).start()

    def _connected(self, browser: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            head, rest = _head(browser)
            path = head.split(b" ", 2)[1].decode("latin-1")
            self._open[browser] = path
            self._handle(browser, path, _for_one_request(head) + rest)
        self._open.pop(browser, None)
        _end(browser)

    def _handle(self, browser: socket.socket, path: str, request: bytes) -> None:
        rule = next((r for start, r in self.rules.items() if path.startswith(start)), None)
        if isinstance(rule, bytes):
            browser.sendall(rule)
        elif rule is Fault.SWALLOWED:
            browser.recv(1)  # until one of both ends it
        else:
            self._forward(browser, request, held=rule is Fault.HELD)

    def _forward(self, browser: socket.socket, request: bytes, *, held: bool) -> None:
        with socket.create_connection(self._upstream, CONNECT_SECONDS) as server:
            server.settimeout(None)
            server.sendall(request)
            sending = threading.Thread(target=_pump, args=(browser, server), daemon=True)
            sending.start()
            if held:
                answer, _ = _head(server)
                browser.sendall(answer)
                sending.join()
            _pump(server, browser)


@contextmanager
def proxy(upstream: str) -> Iterator[Proxy]:
    between = Proxy(upstream)
    try:
        yield between
    finally:
        between.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    _end(source)
    _end(target)


def _head(connection: socket.socket) -> tuple[bytes, bytes]:
    """Everything up to the empty line, and what was read beyond it. ValueError for half a head."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            raise ValueError("it ended within its head")
        received += piece
    head, _, rest = received.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _for_one_request(head: bytes) -> bytes:
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([lines[0], b"Connection: close", *lines[1:]])


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
