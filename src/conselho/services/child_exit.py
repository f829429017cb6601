"""Hearing of a child's end from the event loop, without SIGCHLD.

SIGCHLD has one handler a process, and asyncio's and uvloop's both want it. Linux has a better way:
a pidfd that becomes readable. It also leaves the dead child unreaped until `status` is asked for,
so that its pid, which is its session's id too, cannot go to a stranger while we look for its
descendants. Elsewhere (macOS) one thread a child waits, and reaps at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable
from typing import Protocol


class ExitWatch(Protocol):
    """Calls back, once, in the loop's thread, when the child has ended."""

    def ended(self) -> bool:
        """Whether the child has ended, asked now: the loop may be late with the news."""
        ...

    def status(self) -> int | None:
        """Reap: the child's wait status; None while it lives, or when somebody else reaped it."""
        ...

    def close(self) -> None: ...


def watch_exit(loop: asyncio.AbstractEventLoop, pid: int, on_exit: Callable[[], None]) -> ExitWatch:
    """Watch our child `pid`. Whoever watches also calls `close`."""
    try:
        return _PidfdWatch(loop, pid, on_exit)
    except (AttributeError, OSError):  # macOS; a kernel before 5.3; a sandbox that forbids it
        return _ThreadWatch(loop, pid, on_exit)


class _PidfdWatch:
    def __init__(
        self, loop: asyncio.AbstractEventLoop, pid: int, on_exit: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._pid = pid
        self._on_exit = on_exit
        self._fd = os.pidfd_open(pid)
        try:
            loop.add_reader(self._fd, self._readable)
        except OSError:
            os.close(self._fd)
            raise

    def _readable(self) -> None:
        self.close()
        self._on_exit()

    def ended(self) -> bool:
        try:
            return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def status(self) -> int | None:
        try:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
        except ChildProcessError:
            return None
        return status if pid else None

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1


class _ThreadWatch:
    def __init__(
        self, loop: asyncio.AbstractEventLoop, pid: int, on_exit: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._pid = pid
        self._on_exit = on_exit
        self._status: int | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._wait, name=f"wait-{pid}", daemon=True).start()

    def _wait(self) -> None:
        with contextlib.suppress(ChildProcessError):
            _, self._status = os.waitpid(self._pid, 0)
        self._ended.set()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for the news
            self._loop.call_soon_threadsafe(self._on_exit)

    def ended(self) -> bool:
        return self._ended.is_set()

    def status(self) -> int | None:
        return self._status

    def close(self) -> None:
        """The thread ends with the child."""
