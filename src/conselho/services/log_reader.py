"""Reading a live log that may still grow."""

from __future__ import annotations

import os
from pathlib import Path

PIECE_BYTES = 64 * 1024


class LogReader:
    """Reads on from where it stopped. A log that is not there yet reads as empty."""

    def __init__(self, path: Path, *, offset: int = 0) -> None:
        self._path = path
        self.offset = offset

    def to_tail(self, length: int) -> None:
        """Go on to the first line that begins in the last `length` bytes; there, when none does."""
        try:
            with self._path.open("rb") as log:
                start = max(log.seek(0, os.SEEK_END) - length, 0)
                if start <= self.offset:
                    return
                log.seek(start - 1)
                line_end = log.read(min(length, PIECE_BYTES) + 1).find(b"\n")
        except OSError:
            return
        self.offset = start + max(line_end, 0)

    def read(self) -> bytes:
        """The next piece, at most PIECE_BYTES; empty when there is nothing new."""
        try:
            with self._path.open("rb") as log:
                log.seek(self.offset)
                piece = log.read(PIECE_BYTES)
        except OSError:
            return b""
        self.offset += len(piece)
        return piece
