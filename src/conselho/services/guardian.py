"""A process beside the server that ends the server's runs should the server be killed.

    server ──pipe──► guardian        the pipe closes when the server is gone, however it went
      └─ agent ─ tools               found by their mark, and ended at once

A server that gets KILL can clean nothing up, and its agents would go on spending until somebody
starts it again. The guardian holds the other end of a pipe, sleeps in one read, and does then what
the next start of the server would do first (survivors.py). It ends only what started before the
server died: a new server on the same data directory may have runs of its own already. And that one
ends it first: a guardian that was held up would count the moment of its waking for that of the
server's death.

It leads a session of its own, so that what is sent to the server's group does not reach it. It
imports only what it needs, and takes about 10 MB. Linux alone: elsewhere nobody could find what it
should end.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

from conselho.services.process_table import ProcTable, send
from conselho.services.survivors import reap_survivors

_END_SECONDS = 5.0
_HOME = "CONSELHO_GUARDIAN_OF"  # in its environment; what CONSELHO_HOME marks are runs


class Guardian:
    """Started before the first run; `stop` when no run is left."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Let it go; it ends within a moment. Calling twice is no error."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)


def start_guardian(home: str) -> Guardian | None:
    """The guardian of the runs that carry `home`; None where there can be none."""
    if sys.platform != "linux":
        return None
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", __name__, home],
        cwd="/",
        env={_HOME: home},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return Guardian(process)


def end_former_guardians(home: str) -> int:
    """End those that earlier servers left, whose work is the caller's now; how many there were.

    Call it when holding the data directory's lock, before the first run.
    """
    if sys.platform != "linux":
        return 0
    table, ended = ProcTable(), 0
    for process in table.all():
        if process.alive and table.variable(process.pid, _HOME) == home:
            with contextlib.suppress(PermissionError):
                send(table, process, signal.SIGKILL)
                ended += 1
    return ended


def ticks_now() -> int:
    """Now as /proc tells the start of processes: clock ticks since the machine's start."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))


def main(home: str) -> None:
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    while os.read(0, 1):
        pass
    reap_survivors(home, until=ticks_now())


if __name__ == "__main__":
    main(sys.argv[1])
