"""A process beside the server that ends the server's runs should the server be killed, or hang.

    server ──pipe──► guardian        the pipe closes when the server is gone, however it went
      └─ agent ─ tools               found by their mark, and ended at once

A server that gets KILL can clean nothing up, and its agents would go on spending until somebody
starts it again. The guardian holds the other end of a pipe, sleeps in one read, and does then what
the next start of the server would do first (survivors.py). It ends only what started before the
server died: a new server on the same data directory may have runs of its own already. And that one
ends it first: a guardian that was held up would count the moment of its waking for that of the
server's death.

A server that hangs, or was stopped, renews no lease, and cannot end its runs when others may begin
them. So where others may, it says through the pipe when its first lease ends; a guardian that hears
of no renewal by then ends all of its runs.

It leads a session of its own, so that what is sent to the server's group does not reach it. It
imports only what it needs, and takes about 10 MB. Linux alone: elsewhere nobody could find what it
should end.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import subprocess
import sys
import time

from conselho.services.process_table import ProcTable, send
from conselho.services.survivors import reap_survivors

_END_SECONDS = 5.0
# A server that is well ends what lost its lease by itself, a moment after that.
_HANGING_SECONDS = 1.0
# A guardian that was held up as well, with the whole machine, lets the server renew first.
_GRACE_SECONDS = 5.0
# Seconds. All words are of one size, so that none is read in part.
_WORD = struct.Struct("d")
_HOME = "CONSELHO_GUARDIAN_OF"  # in its environment; what CONSELHO_HOME marks are runs


class Guardian:
    """Started before the first run; `stop` when no run is left."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def expect_word(self, seconds: float) -> None:
        """Unless it hears of this again, it ends all runs in so many seconds; never for 0."""
        if self._process.stdin is None or self._process.stdin.closed:
            return
        # One that is stopped reads nothing, and one that is gone never will: nobody waits for it.
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._process.stdin.fileno(), _WORD.pack(seconds))

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
    assert process.stdin is not None
    os.set_blocking(process.stdin.fileno(), False)
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
    return int(_now() * os.sysconf("SC_CLK_TCK"))


def main(home: str) -> None:
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    deadline: float | None = None
    while True:
        wait = None if deadline is None else max(deadline - _now(), 0.0)
        if select.select([0], [], [], wait)[0]:
            said = os.read(0, 512 * _WORD.size)
            if not said:
                break
            deadline = _deadline(said)
        elif deadline is not None and _now() - deadline > _HANGING_SECONDS:
            deadline = _now() + _GRACE_SECONDS
        else:
            reap_survivors(home, until=ticks_now())
            deadline = None
    reap_survivors(home, until=ticks_now())


def _deadline(said: bytes) -> float | None:
    """When to end the runs, by the last of what the server said."""
    (seconds,) = _WORD.unpack(said[-_WORD.size :])
    return _now() + seconds + _HANGING_SECONDS if seconds else None


def _now() -> float:
    """Seconds since the machine's start, with those that it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


if __name__ == "__main__":
    main(sys.argv[1])
