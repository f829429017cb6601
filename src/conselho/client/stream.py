"""What the event stream says, without the sockets: frames, the place in the stream, and waits.

bytes -> Frames -> Frame -> Place -> StreamEvent (new ones only)
                     '----> Waits -> seconds until the next try, when it breaks
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conselho.client.calls import Call, JsonObject, Query, parsed
from conselho.client.events import KINDS, Reset, StreamEvent

STREAM_PATH = "/api/councilors/events/stream"
MAX_FRAME_BYTES = 16 * 1024 * 1024
# Neither a server's `retry:` nor its Retry-After can make a client wait for hours.
_LONGEST_WAIT_SECONDS = 30.0
_LONGEST_RETRY_AFTER_SECONDS = 600.0


class Unreadable(ValueError):
    """What came is no event stream of ours; `str` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands between two empty lines of the stream.

    `data` is empty when the frame only sets `retry`.
    """

    type: str
    event_id: str | None
    data: bytes
    retry_seconds: float | None


class Frames:
    """Cuts a stream into frames, whatever pieces it comes in. Comments are left out.

    Source: WHATWG HTML, 9.2.6 "Interpreting an event stream".
    """

    def __init__(self) -> None:
        self._begun = bytearray()
        self._fields: dict[bytes, list[bytes]] = {}
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """The frames that are complete with this piece. Raises Unreadable for one without end."""
        for line in self._lines(piece):
            if line:
                self._keep(line)
            elif self._fields:
                yield _frame(self._fields)
                self._fields, self._size = {}, 0
        if self._size + len(self._begun) > MAX_FRAME_BYTES:
            raise Unreadable("an event of its stream does not end")

    def _lines(self, piece: bytes) -> Iterator[bytes]:
        self._begun += piece
        if b"\n" in piece:
            *lines, self._begun = self._begun.split(b"\n")
            for line in lines:
                yield bytes(line.removesuffix(b"\r"))

    def _keep(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name:
            self._fields.setdefault(name, []).append(value.removeprefix(b" "))
            self._size += len(line)


def _frame(fields: Mapping[bytes, Sequence[bytes]]) -> Frame:
    def last(name: bytes) -> str:
        return fields.get(name, [b""])[-1].decode(errors="replace")

    retry = last(b"retry")[:9]
    return Frame(
        type=last(b"event") or "message",
        event_id=last(b"id") or None,
        data=b"\n".join(fields.get(b"data", [])),
        retry_seconds=int(retry) / 1000 if retry.isascii() and retry.isdigit() else None,
    )


class Place:
    """How far a stream was heard, over all its connections."""

    def __init__(self, last_event_id: str) -> None:
        self.last_event_id = last_event_id
        self._seq = 0

    def event(self, frame: Frame) -> StreamEvent | None:
        """The frame's event; None when it has none, or was heard before. Raises Unreadable."""
        if not frame.data:
            return None
        data = parsed(frame.data)
        if not isinstance(data, dict):
            raise Unreadable(f"an event {frame.type[:100]!r} is no JSON object")
        kind = KINDS.get(frame.type, StreamEvent)
        if kind is Reset:
            self._seq = 0  # of another store, perhaps: it counts anew
        elif not self._is_new(data):
            return None
        self.last_event_id = frame.event_id or self.last_event_id
        return kind(type=frame.type, event_id=self.last_event_id, data=data)

    def _is_new(self, data: JsonObject) -> bool:
        """Whether nothing as new came before: events come in the order of their numbers."""
        seq = data.get("seq")
        if not isinstance(seq, int):
            return True
        if seq <= self._seq:
            return False
        self._seq = seq
        return True


class Waits:
    """How long to wait before each new try: from `first_seconds` on twice as long each time, up to
    what the server's `retry:` says, and never shorter than its Retry-After; with jitter, so that
    clients that were lost together do not come back together.
    """

    def __init__(self, first_seconds: float) -> None:
        self._first = self._next = first_seconds
        self._longest = 5.0

    def heard(self, frame: Frame) -> None:
        """A connection that carried an event was a good one: begin with the first wait again."""
        if frame.data:
            self._next = self._first
        if frame.retry_seconds is not None:
            self._longest = min(frame.retry_seconds, _LONGEST_WAIT_SECONDS)

    def next(self, retry_after_seconds: float = 0) -> float:
        wait = min(self._next, max(self._longest, self._first))
        self._next = wait * 2
        asked = min(retry_after_seconds, _LONGEST_RETRY_AFTER_SECONDS)
        return max(random.uniform(wait / 2, wait), random.uniform(asked, asked * 1.25))


def stream_call(wanted: Query, last_event_id: str) -> Call:
    """The request for the events that `wanted` lets through, from after `last_event_id`."""
    # As a parameter rather than as the header Last-Event-ID: an id is any text, a header is not.
    query = {**wanted, "last_event_id": last_event_id}
    return Call(method="GET", path=STREAM_PATH, query=query)
