"""A network between two processes that can be cut: a TCP relay on a port of its own.

with a_link("127.0.0.1", 5432) as link:
    link.cut()       # connections end, new ones are refused
    link.swallow()   # connections stay and new ones are taken, and nothing comes through
    link.heal()
    link.swallow_after(b"INSERT INTO tasks")   # as soon as somebody has sent that
    link.swallowed.wait(30)
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

CONNECT_SECONDS: Final = 10.0
_PIECE: Final = 65_536


class Link:
    """Use it through `a_link`. It keeps its port while it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._lock = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._passes = threading.Event()
        self._passes.set()
        self._marker: bytes | None = None
        self.swallowed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._listen()

    def cut(self) -> None:
        """Both ends of every connection learn that it is over; nobody takes new ones."""
        _end(self._listener)
        self._end_all()

    def swallow(self) -> None:
        """What was sent is read and forgotten; no end learns of anything."""
        self._passes.clear()
        self.swallowed.set()

    def swallow_after(self, marker: bytes) -> None:
        """Begin to swallow when a client has sent this, in one piece; that piece comes through."""
        self._marker = marker

    def heal(self) -> None:
        """Everything comes through again; connections that lost something end."""
        self._marker = None
        if not self._passes.is_set():
            self._end_all()
            self._passes.set()
            self.swallowed.clear()
        if self._listener.fileno() < 0:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._listen()

    def close(self) -> None:
        self.cut()

    def _listen(self) -> None:
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._connected, args=(client,), daemon=True).start()

    def _connected(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._upstream, CONNECT_SECONDS)
        except OSError:
            _end(client)
            return
        server.settimeout(None)
        pair = (client, server)
        with self._lock:
            self._pairs.add(pair)
        answering = threading.Thread(target=self._pump, args=(server, client), daemon=True)
        answering.start()
        self._pump(client, server, watched=True)
        answering.join()
        with self._lock:
            self._pairs.discard(pair)

    def _pump(self, source: socket.socket, target: socket.socket, *, watched: bool = False) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                if not self._passes.is_set():
                    continue
                if watched and self._marker is not None and self._marker in piece:
                    self._marker = None
                    # The answer must not come through either.
                    self.swallow()
                target.sendall(piece)
        if self._passes.is_set():
            _end(target)
        # Else the end of a connection does not come through either: who has vanished says no bye.
        _end(source)

    def _end_all(self) -> None:
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for one in pair:
                _end(one)


@contextmanager
def a_link(host: str, port: int) -> Iterator[Link]:
    link = Link(host, port)
    try:
        yield link
    finally:
        link.close()


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
