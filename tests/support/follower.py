"""A client of the event stream that is there all along, whatever becomes of the servers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import cycle

import httpx

from tests.support.server import Heard, Listener, Server, eventually

# A server that is stopped sends no end; its heartbeats come every 15 s.
SILENCE_SECONDS = 20.0
PAUSE_SECONDS = 0.2


class Follower:
    """Reads at one server until that fails, and goes on at the next, from the last event it had."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = servers
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self.heard: list[Heard] = []
        self.connections = 0
        self._thread.start()
        eventually(lambda: self.connections, "the stream is open")

    @property
    def seqs(self) -> list[int]:
        """The numbers of what was heard, in order."""
        return [event.seq for event in list(self.heard) if "seq" in event.data]

    def check(self, newest: int) -> None:
        """Wait until this event has come; none before it was left out or came twice."""
        eventually(lambda: self.seqs and self.seqs[-1] >= newest, f"event {newest} is heard")
        seqs = self.seqs
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert "reset" not in {event.type for event in self.heard}

    def stop(self) -> None:
        self._done.set()
        # The servers are about to end, and with them what it reads.
        self._thread.join(2 * SILENCE_SECONDS)
        assert not self._thread.is_alive()

    def _follow(self) -> None:
        for server in cycle(self._servers):
            if self._done.wait(PAUSE_SECONDS if self.connections else 0):
                return
            try:
                self._read(server)
            except (httpx.TransportError, EOFError):
                continue

    def _read(self, server: Server) -> None:
        last = next((event.event_id for event in reversed(self.heard) if event.event_id), None)
        headers = {"Last-Event-ID": last} if last else {}
        timeout = httpx.Timeout(5, read=SILENCE_SECONDS)
        url = f"{server.url}/api/councilors/events/stream"
        with httpx.stream("GET", url, headers=headers, timeout=timeout) as response:
            if response.status_code != httpx.codes.OK:
                return
            self.connections += 1
            listener = Listener(response)
            while not self._done.is_set():
                self.heard.append(listener.next())
