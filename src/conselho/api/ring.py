"""The newest frames, in order: every reader holds a number, its cursor, and nothing else.

    cursor:    start                         end
                 |  frame  frame  frame  frame |  <- append
    seq:  floor     7      7(heartbeat) 8      9 = newest

Cursors count frames since the ring was made, so that they stay true when old frames are dropped.
No I/O and no waiting: who fills it, and who reads, is the hub's affair (stream.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from conselho.api.frames import Frame

FRAMES: Final = 2048
BYTES: Final = 16 << 20


class Ring:
    """Holds every event with floor < seq <= newest, and the heartbeats between them."""

    def __init__(self, *, frames: int = FRAMES, size_bytes: int = BYTES) -> None:
        """Between `frames` and twice as many are held; fewer where they are longer than
        `size_bytes`.
        """
        self._most = frames
        self._most_bytes = size_bytes
        self._frames: list[Frame] = []
        self.size_bytes = 0
        # The cursor of the oldest frame: who stands before it has lost frames.
        self.start = 0
        # A heartbeat bears the number of the event before it, so the first frame does not tell.
        self.floor = 0
        self.newest = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def end(self) -> int:
        """The cursor of who has everything."""
        return self.start + len(self._frames)

    @property
    def oldest_at(self) -> float | None:
        """When the oldest event was published, in epoch seconds."""
        return self._frames[0].published_at if self._frames else None

    def skip_to(self, seq: int) -> None:
        """Go on after `seq`: whatever was before it is not in here."""
        self._drop(len(self._frames))
        self.floor = self.newest = seq

    def append(self, frames: Iterable[Frame]) -> None:
        """Add the next events; those that are here already are left out."""
        for frame in frames:
            if frame.seq <= self.newest:
                continue
            if frame.seq != self.newest + 1:
                # Pruned before they came through: readers below the gap must hear of it.
                self.skip_to(frame.seq - 1)
            self._add(frame)
        self._trim()

    def append_heartbeat(self, frame: Frame) -> None:
        self._add(frame)
        self._trim()

    def cursor_after(self, seq: int) -> int:
        """Where a reader goes on that has everything up to `seq`, which is not below the floor."""
        return self.start + bisect_right(self._frames, seq, key=_seq_of)

    def read(self, cursor: int, most: int) -> Sequence[Frame]:
        """The next frames for a reader, which stands not before the start."""
        first = cursor - self.start
        return self._frames[first : first + most]

    def _add(self, frame: Frame) -> None:
        self._frames.append(frame)
        self.newest = frame.seq
        self.size_bytes += len(frame.data)

    def _trim(self) -> None:
        # Half at a time: cutting one off the front at each append would move the whole list.
        if len(self._frames) > 2 * self._most:
            self._drop(len(self._frames) - self._most)
        while self.size_bytes > self._most_bytes:
            self._drop((len(self._frames) + 1) // 2)

    def _drop(self, count: int) -> None:
        if not count:
            return
        self.floor = self._frames[count - 1].seq
        self.size_bytes -= sum(len(frame.data) for frame in self._frames[:count])
        del self._frames[:count]
        self.start += count


def _seq_of(frame: Frame) -> int:
    return frame.seq
