"""The event stream: frames read, resumed where it broke, and never silently dead.

connect ──► frames ──► lost (closed, cut, silent) ──► wait ──► connect, from the last event id
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from conselho.client.refusals import NotConselho, RefusedByFault, RefusedForNow
from conselho.client.transport import Transport, parsed
from conselho.errors import ConselhoError, Unavailable

STREAM_PATH = "/api/councilors/events/stream"
_LONGEST_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """One event. `event_id` is None for a heartbeat, which is no resume point."""

    type: str
    event_id: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands between two empty lines of the stream.

    `data` is empty when the frame only sets `retry`.
    """

    type: str
    event_id: str | None
    data: bytes
    retry_seconds: float | None


def follow(
    transport: Transport,
    last_event_id: str | None,
    *,
    silence_seconds: float,
    first_wait_seconds: float,
    notice: Callable[[str], None],
) -> Iterator[StreamEvent]:
    """The events after `last_event_id`, without an end: see Client.events for the promise."""
    waits = Waits(first_wait_seconds)
    ever_connected = is_lost = False
    while True:
        try:
            with _connection(transport, last_event_id, silence_seconds) as incoming:
                ever_connected = True
                for frame in incoming:
                    if is_lost:
                        is_lost = False
                        notice("Connected again.")
                    waits.heard(frame)
                    if not frame.data:
                        continue
                    event = _event(transport, frame)
                    if event.event_id is not None or event.type == "reset":
                        last_event_id = event.event_id
                    yield event
            reason = "the server ended it"
        except (Unavailable, RefusedForNow, RefusedByFault) as exc:
            if not ever_connected:
                raise
            reason = _reason(exc)
        if not is_lost:
            is_lost = True
            notice(f"The stream is lost: {reason}. Trying until it is back.")
        time.sleep(waits.next())


def frames(lines: Iterable[bytes]) -> Iterator[Frame]:
    """The frames of a stream; comments are left out, and so is a last one that was cut off.

    Source: WHATWG HTML, 9.2.6 "Interpreting an event stream".
    """
    fields: dict[bytes, list[bytes]] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(b":")
            if name:
                fields.setdefault(name, []).append(value.removeprefix(b" "))
        elif fields:
            yield _frame(fields)
            fields = {}


@contextmanager
def _connection(
    transport: Transport, last_event_id: str | None, silence_seconds: float
) -> Iterator[Iterator[Frame]]:
    # As a parameter rather than as the header Last-Event-ID: an id is any text, a header is not.
    query = {"last_event_id": last_event_id}
    with transport.open(
        "GET", STREAM_PATH, query=query, silence_seconds=silence_seconds
    ) as response:
        found = response.getheader("Content-Type", "")
        if found.partition(";")[0].strip().lower() != "text/event-stream":
            raise NotConselho(transport.url, f"its event stream is of type {found!r}")
        yield frames(transport.lines(response))


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


def _event(transport: Transport, frame: Frame) -> StreamEvent:
    data = parsed(frame.data)
    if not isinstance(data, dict):
        raise NotConselho(transport.url, f"an event {frame.type!r} is no JSON object")
    return StreamEvent(type=frame.type, event_id=frame.event_id, data=data)


def _reason(error: ConselhoError) -> str:
    return error.reason if isinstance(error, Unavailable) else str(error).rstrip(".")


class Waits:
    """How long to wait before each new try: doubling, with jitter, up to what the server asked."""

    def __init__(self, first_seconds: float) -> None:
        self._first = self._next = first_seconds
        self._longest = 5.0

    def heard(self, frame: Frame) -> None:
        """A connection that carried an event was a good one: begin with the first wait again."""
        if frame.data:
            self._next = self._first
        if frame.retry_seconds is not None:
            self._longest = min(frame.retry_seconds, _LONGEST_WAIT_SECONDS)

    def next(self) -> float:
        wait = min(self._next, max(self._longest, self._first))
        self._next = wait * 2
        return random.uniform(wait / 2, wait)
