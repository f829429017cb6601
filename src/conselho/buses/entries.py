"""An event as the fields of a stream's entry, and back. What is read may be anybody's writing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Final

from conselho.models.event import Event, EventType
from conselho.models.task import Status

# An event is cut to some 50 kB before it is stored.
LONGEST_BYTES: Final = 1 << 20

# Of an execution, what those who hear of it here go by (services/cancels.py, services/pinger.py).
_READ_OF_EXECUTION: Final = {
    ("task_id", "agent_id", "status"): str,
    ("worker_id", "error_kind", "severity"): str | None,
    ("cancel_requested",): bool,
}

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class MalformedEntry(Exception):
    """It is no event; the message says why."""


def fields_of_event(event: Event) -> dict[str, str | int]:
    """Its seq is the id of the entry, and the store's identity is in the key of the stream."""
    return {
        "type": event.type,
        "agent": event.agent_id,
        "at": (event.created_at - _EPOCH) // timedelta(microseconds=1),
        "data": json.dumps(event.data, separators=(",", ":")),
    }


def event_of_entry(seq: int, fields: dict[bytes, bytes], identity: str) -> Event:
    """Raises MalformedEntry."""
    try:
        data = _data_of(fields[b"data"])
        event_type = fields[b"type"].decode()
        if event_type == EventType.EXECUTION:
            _check_execution(data)
        return Event(
            event_id=f"{identity}-{seq}",
            seq=seq,
            type=event_type,
            agent_id=fields[b"agent"].decode(),
            data=data,
            created_at=_EPOCH + timedelta(microseconds=int(fields[b"at"])),
        )
    except KeyError as exc:
        raise MalformedEntry(f"its field {exc} is missing") from exc
    except (ValueError, OverflowError, RecursionError) as exc:
        raise MalformedEntry(f"it cannot be read ({type(exc).__name__})") from exc


def asked_to_stop(event: Event) -> str | None:
    """The id of the run that this event says was asked to stop while it goes on."""
    row = event.data.get("execution") if event.type == EventType.EXECUTION else None
    if not isinstance(row, dict) or row.get("status") != Status.PROCESSING:
        return None
    return row["task_id"] if row.get("cancel_requested") else None


def _check_execution(data: dict[str, object]) -> None:
    """That all is there which listeners read without looking first."""
    row = data.get("execution")
    if not isinstance(row, dict):
        raise MalformedEntry("it tells of an execution without one")
    for fields, kinds in _READ_OF_EXECUTION.items():
        for name in fields:
            if not isinstance(row[name], kinds):
                raise MalformedEntry(f"the field {name!r} of its execution is of another kind")
    if not isinstance(data["summary"], str | None):
        raise MalformedEntry("its summary is no text")


def _data_of(text: bytes) -> dict[str, object]:
    if len(text) > LONGEST_BYTES:
        raise MalformedEntry(f"it is longer than {LONGEST_BYTES:,} bytes")
    data = json.loads(text)
    if not isinstance(data, dict):
        raise MalformedEntry("its data is no JSON object")
    return data
