"""Runs the load tool against a contestant: clients first, then events, then the report."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from bench.stream.clients import OPEN
from bench.stream.contestants import EVENT_BYTES, Contestant, client_core
from bench.stream.pinned import child

# Beyond what the tool is asked to take by itself, which ends itself by an alarm.
PATIENCE_SECONDS: Final = 180.0

Report = dict[str, Any]


class Loading:
    """A load that is under way: all its clients are connected."""

    def __init__(self, process: subprocess.Popen[str], seconds: float) -> None:
        self._process = process
        self._watchdog = threading.Timer(seconds + PATIENCE_SECONDS, process.kill)
        self._watchdog.start()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def report(self) -> Report:
        """Wait for its end. Raises RuntimeError when it told nothing."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        told = self._process.stdout.read()
        complaint = self._process.stderr.read()
        self._process.wait()
        if not told:
            raise RuntimeError(f"The load tool failed: {complaint[-2000:].strip()}")
        report: Report = json.loads(told)
        return report

    def let_go(self) -> None:
        self._watchdog.cancel()


@contextmanager
def loading(
    contestant: Contestant, clients: int, seconds: float, *options: str
) -> Iterator[Loading]:
    """Clients that are connected, and measure for so long."""
    command = [
        sys.executable, "-m", "bench.stream.load", "--json", "--url", contestant.stream,
        "--clients", str(clients), "--seconds", str(seconds), "--watch", str(contestant.pid),
        *options,
    ]  # fmt: skip
    with child(command, core=client_core()) as process:
        assert process.stderr is not None
        running = Loading(process, seconds)
        try:
            line = process.stderr.readline()
            if line.strip() != OPEN:
                raise RuntimeError(f"The load tool failed: {line}{process.stderr.read()[-2000:]}")
            yield running
        finally:
            running.let_go()


def load(
    contestant: Contestant,
    clients: int,
    seconds: float,
    *options: str,
    rate: float,
    size: int = EVENT_BYTES,
) -> Report:
    """One measurement at a steady rate, from the first connection to the last."""
    with loading(contestant, clients, seconds, *options) as running:
        contestant.beat(rate, size)
        return running.report()
