"""What is kept of a child's output: beginning and end for the Task, the beginning for the log.

Everything here takes bytes as they come, in pieces of any size, and uses memory or disk up to its
limit however much arrives.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

_NOTICE_BYTES: Final = 96  # room for the line that says what was cut
_OWNER_ONLY: Final = 0o600


class HeadAndTail:
    """The first and the last bytes of a stream; what lies between them is counted and dropped.

    Up to `limit_bytes` are kept, the line that says what was cut included. A limit too small for
    that line keeps as much output, and the line comes on top.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._head_room = limit_bytes // 2
        self._tail_room = limit_bytes - self._head_room
        self._head = bytearray()
        self._tail = bytearray()
        self.total_bytes = 0

    def add(self, piece: bytes) -> None:
        self.total_bytes += len(piece)
        if len(self._head) < self._head_room:
            split = self._head_room - len(self._head)
            self._head += piece[:split]
            piece = piece[split:]
        self._tail += piece[-self._tail_room :] if self._tail_room else b""
        # Cut only when twice as long: cutting at each piece would move the whole tail each time.
        if len(self._tail) > 2 * self._tail_room:
            del self._tail[: -self._tail_room]

    def text(self) -> str:
        """What was kept, as text: bytes that are no UTF-8 become U+FFFD.

        When something was cut, a line of its own says where and how much; no character is cut in
        two. Text made of invalid bytes may be up to three times as long in UTF-8.
        """
        if self.total_bytes <= self._head_room + self._tail_room:
            return _decoded(self._head + self._tail)
        notice = min(_NOTICE_BYTES, self._tail_room)
        head = _without_broken_end(self._head)
        tail = _without_broken_start(_last(self._tail, self._tail_room - notice))
        cut = self.total_bytes - len(head) - len(tail)
        line = f"[conselho: {cut:,} of {self.total_bytes:,} bytes were cut here]"
        return "\n".join(part for part in (_decoded(head), line, _decoded(tail)) if part)


class Tail(HeadAndTail):
    """The last bytes of a stream."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(limit_bytes)
        self._head_room, self._tail_room = 0, limit_bytes


class LogFile:
    """The live log of one Task: what its child prints, as it comes, up to a limit.

    An existing log is continued (an earlier attempt wrote it) and its size counts. When the limit
    is reached a line says so; the rest is counted, and `close` writes the count.

    A write that fails (disk full) ends the log, not the run: `problem` then says what happened.
    `copy` gets all that is to be written, whatever becomes of the file.
    Writes go to the page cache from the event loop's thread; a thread per piece costs more.
    """

    def __init__(
        self,
        fd: int,
        path: Path,
        limit_bytes: int,
        *,
        copy: Callable[[bytes], None] | None = None,
    ) -> None:
        self._fd = fd
        self._path = path
        self._limit = limit_bytes
        self._room = max(0, limit_bytes - os.fstat(fd).st_size)
        self._left_out = 0
        self._copy = copy
        self.problem: str | None = None

    @classmethod
    def open(
        cls, path: Path, limit_bytes: int, *, copy: Callable[[bytes], None] | None = None
    ) -> LogFile:
        """Open for appending, made if missing, with its folder, readable by the owner only.

        Raises OSError: a symbolic link, a folder, a pipe, or no permission at this path.
        """
        # O_NONBLOCK: opening a pipe that somebody put there must fail, not wait for its reader.
        flags = (
            os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
        try:
            fd = os.open(path, flags, _OWNER_ONLY)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fd = os.open(path, flags, _OWNER_ONLY)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(f"{path} is not an ordinary file")
        return cls(fd, path, limit_bytes, copy=copy)

    def add(self, piece: bytes) -> None:
        kept = piece[: self._room]
        self._room -= len(kept)
        self._write(kept)
        if len(kept) < len(piece):
            if not self._left_out:
                self._write(f"\n[conselho: log cut at {self._limit:,} bytes]\n".encode())
            self._left_out += len(piece) - len(kept)

    def close(self) -> None:
        if self._fd < 0:
            return
        if self._left_out:
            self._write(f"[conselho: {self._left_out:,} further bytes were not logged]\n".encode())
        os.close(self._fd)
        self._fd = -1

    def _write(self, piece: bytes) -> None:
        if self._copy is not None:
            self._copy(piece)
        left = memoryview(piece)
        try:
            while left and self.problem is None:
                left = left[os.write(self._fd, left) :]
        except OSError as error:
            self.problem = f"The log {self._path} ends early: {error.strerror}."


def _last(data: bytearray, count: int) -> bytearray:
    return data[-count:] if count else bytearray()


def _decoded(data: bytes | bytearray) -> str:
    return data.decode("utf-8", errors="replace")


def _without_broken_end(data: bytearray) -> bytearray:
    """Without the first bytes of a character whose rest was cut off."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:  # the byte that begins a character, and says how long it is
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data[:-back] if length > back else data
        if byte < 0x80:
            break
    return data


def _without_broken_start(data: bytearray) -> bytearray:
    """Without the last bytes of a character whose beginning was cut off."""
    start = 0
    while start < min(3, len(data)) and 0x80 <= data[start] < 0xC0:
        start += 1
    return data[start:]
