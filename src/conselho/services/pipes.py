"""The ends of a child's pipes, driven by the event loop without ever blocking it.

Plain file descriptors with `add_reader` and `add_writer` cost less than asyncio's transports and
behave alike on asyncio's loop and uvloop's. No line limit: a piece is whatever the pipe held.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Callable
from typing import Final

# One read of at most this much per wake-up, so that a flood cannot starve the loop. It is also what
# a pipe holds on Linux unless somebody enlarged it.
_READ_BYTES: Final = 1 << 16
_LARGEST_PIPE: Final = 1 << 20  # Linux's limit for ordinary users


class PipeReader:
    """Gives every piece that arrives at `fd` to `take`, until end of file or `close`.

    Owns `fd`.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, fd: int, take: Callable[[bytes], None]
    ) -> None:
        self._loop = loop
        self._fd = fd
        self._take = take
        os.set_blocking(fd, False)
        loop.add_reader(fd, self.read)

    def read(self) -> int:
        """Take one piece if one is there; its length, 0 when there is none now or ever."""
        if self._fd < 0:
            return 0
        try:
            piece = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return 0
        if piece:
            self._take(piece)
        else:
            self.close()
        return len(piece)

    def drain(self) -> None:
        """Take what the pipe holds now, for when its writers are gone.

        Never waits for the end of file, and takes no more than a pipe can hold: a process outside
        the family may have been handed the other end, and may go on writing.
        """
        if self._fd < 0:
            return
        room = _capacity(self._fd)
        while room > 0 and (taken := self.read()):
            room -= taken

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1


class PipeWriter:
    """Writes `data` to `fd` as fast as it is read, then closes it.

    A reader that goes away early, or never reads, is its own business: no error. Owns `fd`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, fd: int, data: bytes) -> None:
        self._loop = loop
        self._fd = fd
        self._left = memoryview(data)
        os.set_blocking(fd, False)
        self._write()  # most prompts fit into the pipe at once
        if self._fd >= 0:
            loop.add_writer(fd, self._write)

    def _write(self) -> None:
        try:
            self._left = self._left[os.write(self._fd, self._left) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.close()
            return
        if not self._left:
            self.close()

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_writer(self._fd)
            os.close(self._fd)
            self._fd = -1


def enlarge(fd: int) -> None:
    """Let a pipe hold a megabyte, where the system allows.

    Two of the agent programs end without waiting until all that they printed was read: what the
    pipe does not hold then is lost, and with it their last word.
    """
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _LARGEST_PIPE)


def _capacity(fd: int) -> int:
    with contextlib.suppress(OSError, AttributeError):
        return fcntl.fcntl(fd, fcntl.F_GETPIPE_SZ)
    return _LARGEST_PIPE
