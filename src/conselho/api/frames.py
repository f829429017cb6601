"""Frames: what the event stream sends for one event, made once for all clients."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from conselho.models.event import Event, EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The bytes of an event, and what filters and figures ask of it without reading them again.

    seq: of the event; of a heartbeat, that of the event before it. councilor_id is "" for what
    concerns the whole council. severity is None where there is none (yet). published_at: epoch
    seconds.
    """

    data: bytes
    seq: int
    type: str
    councilor_id: str
    severity: str | None
    published_at: float


def frame_of(event: Event) -> Frame:
    """A stored event as the stream sends it, live or replayed."""
    published_at = event.created_at.timestamp()
    head = {"event_id": event.event_id, "seq": event.seq, "ts": published_at}
    return Frame(
        data=framed(event.type, head | event.data, event.event_id),
        seq=event.seq,
        type=event.type,
        councilor_id=event.agent_id,
        severity=event.data.get("severity"),
        published_at=published_at,
    )


def heartbeat(seq: int, event_id: str, now: float, *, late: str | None = None) -> Frame:
    """Its id is that of the newest event: where a filter lets nothing through, a client's resume
    point moves on all the same. `late`: what events are late for, see System.late.
    """
    data = {"timestamp": now, "ts": now, "event_id": event_id, "late": late}
    return Frame(
        data=framed(EventType.HEARTBEAT, data, event_id),
        seq=seq,
        type=EventType.HEARTBEAT,
        councilor_id="",
        severity=None,
        published_at=now,
    )


def framed(event_type: str, data: dict[str, object], event_id: str) -> bytes:
    """One event in the form of Server-Sent Events. JSON keeps the data on one line."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate (from a file name, say) has no UTF-8 form; readers would reject the frame.
    return f"id: {event_id}\nevent: {event_type}\ndata: {text}\n\n".encode("utf-8", "replace")


def unframed(data: bytes) -> tuple[str, dict[str, Any]]:
    """The type and the data of a frame."""
    fields = dict(line.split(b": ", 1) for line in data.rstrip(b"\n").split(b"\n"))
    return fields[b"event"].decode(), json.loads(fields[b"data"])
