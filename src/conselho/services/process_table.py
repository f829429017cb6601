"""The operating system's table of processes, as far as ending a family of them needs it.

Linux: /proc, where a process can be asked for its children and its environment. Elsewhere (macOS):
`ps`, which knows neither; a process group then stands for a session.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

_PF_EXITING: Final = 0x4  # include/linux/sched.h
_GONE: Final = (FileNotFoundError, ProcessLookupError, PermissionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One entry. (pid, started) names a process for ever; a pid alone may be given again.

    `started` grows with time: clock ticks since boot (Linux), epoch seconds (elsewhere).
    `alive` is False for a zombie: it has ended and waits to be reaped. `ending` is True shortly
    before: it is alive, has children, but no environment any more (Linux only).
    """

    pid: int
    parent: int
    session: int
    started: int
    alive: bool
    ending: bool = False


class ProcessTable(Protocol):
    def read(self, pid: int) -> Process | None:
        """The entry of `pid`, None when there is none."""
        ...

    def all(self) -> Iterator[Process]:
        """Every process, without those that come and go meanwhile."""
        ...

    def variable(self, pid: int, name: str) -> str | None:
        """An environment variable as `pid` was started with; None when unset or unreadable."""
        ...


class ProcTable:
    """/proc of Linux."""

    def read(self, pid: int) -> Process | None:
        line = _read_file(f"/proc/{pid}/stat")
        return _parse_stat(pid, line) if line else None

    def all(self) -> Iterator[Process]:
        for name in os.listdir("/proc"):
            if name.isdigit() and (process := self.read(int(name))):
                yield process

    def variable(self, pid: int, name: str) -> str | None:
        start = f"{name}=".encode()
        for entry in _read_file(f"/proc/{pid}/environ").split(b"\0"):
            if entry.startswith(start):
                return os.fsdecode(entry[len(start) :])
        return None

    def children(self, pid: int) -> list[int]:
        """Of all its threads. A child of one that ends during the reading may be left out."""
        if not lists_children():
            return [process.pid for process in self.all() if process.parent == pid]
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except _GONE:
            return []
        return [
            int(child)
            for thread in threads
            for child in _read_file(f"/proc/{pid}/task/{thread}/children").split()
        ]

    def adopted(self) -> list[int]:
        """Children of our main thread: the kernel gives it the orphans of a subreaper."""
        if not lists_children():
            return self.children(os.getpid())
        return [
            int(child) for child in _read_file(f"/proc/self/task/{os.getpid()}/children").split()
        ]


class PsTable:
    """`ps`, as POSIX and the BSDs have it. One look costs a process: some 10 ms."""

    _COLUMNS: Final = "pid=,ppid=,pgid=,stat=,lstart="

    def read(self, pid: int) -> Process | None:
        return next(self._ps("-p", str(pid)), None)

    def all(self) -> Iterator[Process]:
        return self._ps("-ax")

    def variable(self, pid: int, name: str) -> str | None:
        return None

    def _ps(self, *selection: str) -> Iterator[Process]:
        answer = subprocess.run(
            ["ps", *selection, "-o", self._COLUMNS],
            env={"PATH": "/bin:/usr/bin", "LC_ALL": "C"},  # lstart in English
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
        for line in answer.stdout.splitlines():
            pid, parent, group, state, started = line.split(maxsplit=4)
            yield Process(
                pid=int(pid),
                parent=int(parent),
                session=int(group),
                started=int(time.mktime(time.strptime(started.strip()))),
                alive=not state.startswith("Z"),
            )


def this_machine() -> ProcessTable:
    return ProcTable() if sys.platform == "linux" else PsTable()


@functools.cache
def lists_children() -> bool:
    """Whether this kernel lists the children of a process (CONFIG_PROC_CHILDREN)."""
    return Path(f"/proc/self/task/{os.getpid()}/children").exists()


def send(table: ProcessTable, process: Process, signum: signal.Signals) -> None:
    """Signal this very process, and never one that got its pid later. A process gone: no error.

    Raises PermissionError when it runs as another user.
    """
    with contextlib.suppress(ProcessLookupError):
        try:
            pidfd = os.pidfd_open(process.pid)
        except ProcessLookupError:
            return
        except (AttributeError, OSError):  # macOS, an old kernel: a small gap between look and kill
            if _same(table, process):
                os.kill(process.pid, signum)
            return
        try:
            if _same(table, process):
                signal.pidfd_send_signal(pidfd, signum)
        finally:
            os.close(pidfd)


def _same(table: ProcessTable, process: Process) -> bool:
    now = table.read(process.pid)
    return now is not None and now.started == process.started


def _parse_stat(pid: int, line: bytes) -> Process:
    # Field 2, the name, is in parentheses and may hold blanks and parentheses. Source: proc(5).
    fields = line[line.rindex(b")") + 2 :].split()
    state, parent, session, flags, threads, started = (
        fields[index] for index in (0, 1, 3, 6, 17, 19)
    )
    # A process whose first thread has ended shows as zombie while others run on.
    last = int(threads) <= 1
    ended = last and state in b"ZX"
    return Process(
        pid=pid,
        parent=int(parent),
        session=int(session),
        started=int(started),
        alive=not ended,
        ending=last and not ended and bool(int(flags) & _PF_EXITING),
    )


def _read_file(path: str) -> bytes:
    """The whole of a small file in /proc; empty when the process is gone or not ours to read.

    Raises OSError for everything else, such as too many open files: unread is not the same as gone.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except _GONE:
        return b""
    try:
        data = piece = os.read(fd, 1 << 16)
        while piece:
            piece = os.read(fd, 1 << 16)
            data += piece
        return data
    except _GONE:
        return b""
    finally:
        os.close(fd)
