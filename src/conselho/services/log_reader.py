"""Reading a live log that may still grow."""

from __future__ import annotations

from pathlib import Path

PIECE_BYTES = 64 * 1024


class LogReader:
    """Reads on from where it stopped. A log that is not there yet reads as empty."""

    def __init__(self, path: Path, *, offset: int = 0) -> None:
        self._path = path
        self._offset = offset

    def read(self) -> bytes:
        """The next piece, at most PIECE_BYTES; empty when there is nothing new."""
        try:
            with self._path.open("rb") as log:
                log.seek(self._offset)
                piece = log.read(PIECE_BYTES)
        except OSError:
            return b""
        self._offset += len(piece)
        return piece
