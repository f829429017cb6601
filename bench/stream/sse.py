"""What comes over a connection, as events: chunked transfer coding undone, blocks taken apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

# The CRLF after a chunk is due before the next size.
_CHUNK_ENDED: Final = -1


class BadChunk(ValueError):
    """A chunk that does not begin with its size: the stream cannot be read any further."""


class Event(NamedTuple):
    """One event. What it does not carry is None; `data` is {} when it is no JSON object."""

    event_id: bytes | None
    kind: str
    data: dict[str, Any]

    @property
    def seq(self) -> int | None:
        """The number that grows by 1 from event to event."""
        seq = self.data.get("seq")
        return seq if type(seq) is int else None

    def moment(self, field: str) -> float | None:
        """A time of the data, in epoch seconds; written so, or as ISO 8601."""
        value = self.data.get(field)
        if isinstance(value, str):
            try:
                return datetime.fromisoformat(value).timestamp()
            except ValueError:
                return None
        return float(value) if isinstance(value, int | float) else None


class Dechunker:
    """Undoes HTTP's chunked transfer coding over reads that end anywhere."""

    __slots__ = ("_left", "_rest", "has_ended")

    def __init__(self) -> None:
        self._rest = b""
        self._left = 0
        self.has_ended = False

    @property
    def is_between_chunks(self) -> bool:
        return not self._rest and not self._left

    def feed(self, data: bytes) -> bytes:
        """What the chunks hold. Raises BadChunk."""
        data, self._rest = self._rest + data, b""
        held: list[bytes] = []
        place = 0
        while place < len(data) and not self.has_ended:
            if self._left > 0:
                piece = data[place : place + self._left]
                held.append(piece)
                place += len(piece)
                self._left = self._left - len(piece) or _CHUNK_ENDED
            elif self._left == _CHUNK_ENDED:
                if len(data) - place < 2:
                    break
                place += 2
                self._left = 0
            else:
                end = data.find(b"\r\n", place)
                if end < 0:
                    break
                self._left = _size(data[place:end])
                place = end + 2
                self.has_ended = self._left == 0
        self._rest = b"" if self.has_ended else data[place:]
        return b"".join(held)


def _size(line: bytes) -> int:
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        raise BadChunk(f"{line[:40]!r} is no size of a chunk") from None


class Blocks:
    """Takes text apart into events over reads that end anywhere."""

    __slots__ = ("_rest", "comments")

    def __init__(self) -> None:
        self._rest = b""
        self.comments = 0

    @property
    def is_between_events(self) -> bool:
        return not self._rest

    def feed(self, text: bytes) -> list[Event]:
        """The events that are complete now. Comments and blocks without data are no events."""
        text = self._rest + text
        # A CR at the end may be the first half of a CRLF.
        held = b"\r" if text.endswith(b"\r") else b""
        if b"\r" in text:
            text = text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *blocks, rest = text.split(b"\n\n")
        self._rest = rest.lstrip(b"\n") + held
        events: list[Event] = []
        for block in blocks:
            event = parse(block)
            if event is not None:
                events.append(event)
            elif block.lstrip(b"\n").startswith(b":"):
                self.comments += 1
        return events


def parse(block: bytes) -> Event | None:
    """One block of lines; None when it has no data."""
    event_id: bytes | None = None
    kind = "message"
    data: list[bytes] = []
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            data.append(value)
        elif name == b"id":
            event_id = value
        elif name == b"event":
            kind = value.decode("utf-8", "replace")
    if not data:
        return None
    return Event(event_id, kind, _object(b"\n".join(data)))


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return dict(value) if isinstance(value, Mapping) else {}
