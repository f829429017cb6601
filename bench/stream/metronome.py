"""Publishes at a steady rate, whatever it is told to: the source of events in each of the servers.

The rate is told on stdin, a line at a time (`10 300`: ten a second, 300 bytes each); the end of
stdin ends the process, so that none outlives the benchmark. Each event carries when it was due
(`due`): a server that is too busy to publish in time shows it there, and cannot hide it in `ts`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Final

# An event is due this long after the rate was told, at the earliest.
LEAD_SECONDS: Final = 0.05


class Metronome:
    """Call `listen` first, in the event loop that it beats in."""

    def __init__(self, publish: Callable[[float, int], Awaitable[None]]) -> None:
        """`publish` is awaited with the moment it is due (epoch seconds) and the size in bytes."""
        self._publish = publish
        self._rate = 0.0
        self._size = 0
        self._told = asyncio.Event()

    def listen(self) -> None:
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in sys.stdin:
                rate, size = line.split()
                loop.call_soon_threadsafe(self._tell, float(rate), int(size))
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=read, name="metronome", daemon=True).start()

    def _tell(self, rate: float, size: int) -> None:
        self._rate, self._size = rate, size
        self._told.set()

    async def run(self) -> None:
        """Beat until cancelled. What could not be published in time is published late."""
        while True:
            await self._told.wait()
            self._told.clear()
            began, number = time.time() + LEAD_SECONDS, 0
            while self._rate and not self._told.is_set():
                due = began + number / self._rate
                await asyncio.sleep(due - time.time())
                await self._publish(due, self._size)
                number += 1


def padding(size: int, least: int) -> str:
    """What fills an event of `least` bytes up to `size`."""
    return "x" * max(0, size - least)


def plain_event(seq: int, due: float, size: int) -> tuple[str, bytes]:
    """The id and the data of an event as the plain servers send it, `size` bytes with its frame."""
    event_id = f"bench-{seq}"
    data: dict[str, object] = {"event_id": event_id, "seq": seq, "ts": time.time(), "due": due}
    head = len(f"id: {event_id}\nevent: bench\ndata: \n\n")
    data["detail"] = ""
    data["detail"] = padding(size, head + len(_json(data)))
    return event_id, _json(data)


def _json(data: dict[str, object]) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode()
