"""What one write to a client holds: the frames that it lacks, joined once for all who lack them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from conselho.api.frames import Frame
from conselho.api.ring import Ring
from conselho.api.stream_request import Filter

# How much waits in our memory for a client that is slow to read, beside the system's buffers.
JOINED_FRAMES: Final = 64
JOINED_BYTES: Final = 64 * 1024
# Nearly always all stand at the same place. After an interruption they stand everywhere.
REMEMBERED: Final = 64


@dataclass(slots=True, eq=False)
class Batch:
    """The next bytes for whoever stands at one place of the ring.

    `data` is empty where the filter let nothing through. `first` is the cursor of who lacks it;
    `cursor` and `seq` are where a client stands that has it. `writes` counts who got it since
    somebody asked.
    """

    data: bytes
    first: int
    cursor: int
    seq: int
    published_at: Sequence[float]
    writes: int = 0


@dataclass(slots=True, eq=False)
class Readers:
    """Those who read the same: one filter, one way to frame it. They share their batches."""

    filter: Filter
    is_chunked: bool
    clients: int = 0
    # By the cursor from which on they are joined.
    batches: dict[int, Batch] = field(default_factory=dict)

    def join(self, ring: Ring, cursor: int) -> Batch:
        """The batch for who stands at `cursor`, within the ring and not at its end."""
        frames = _within(JOINED_BYTES, ring.read(cursor, JOINED_FRAMES))
        chosen = self.filter.choose(frames)
        batch = Batch(
            data=self.chunk(b"".join([frame.data for frame in chosen])),
            first=cursor,
            cursor=cursor + len(frames),
            seq=frames[-1].seq,
            published_at=[frame.published_at for frame in chosen],
        )
        if len(self.batches) >= REMEMBERED:
            self.batches.clear()
        self.batches[cursor] = batch
        return batch

    def chunk(self, data: bytes) -> bytes:
        """As it goes over the connection: HTTP/1.1 tells the length of each piece."""
        if not data or not self.is_chunked:
            return data
        return b"%x\r\n%b\r\n" % (len(data), data)


def pieces(frames: Sequence[Frame]) -> Iterator[Sequence[Frame]]:
    """All of them, in parts that may be written at once."""
    while frames:
        piece = _within(JOINED_BYTES, frames)
        frames = frames[len(piece) :]
        yield piece


def _within(size: int, frames: Sequence[Frame]) -> Sequence[Frame]:
    """The first of them that are not longer than that together, and one in any case."""
    for count, frame in enumerate(frames):
        size -= len(frame.data)
        if size < 0:
            return frames[: max(count, 1)]
    return frames
