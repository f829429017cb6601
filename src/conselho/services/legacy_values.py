"""Reading the documents of the older system: values in the forms that its database and exports use.

mongoexport writes "extended JSON": `{"$oid": "..."}`, `{"$date": "2025-10-25T20:48:00Z"}`, or in
its other form `{"$date": {"$numberLong": "1761425280000"}}`. The driver gives Python's own values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from conselho.models.documents import time_from_text

Document = Mapping[str, Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST: Final = 1e12  # in milliseconds a generation, in seconds still what a store can count


class Kind(StrEnum):
    """What a document tells of; in this order they are taken over."""

    AGENT = "agents"
    EXECUTION = "executions"
    TASK = "tasks"


# The collections of the older database, and what lies in them.
COLLECTIONS: Final = {
    "agents": Kind.AGENT,
    "councilor_executions": Kind.EXECUTION,
    "tasks": Kind.TASK,
}


class Rejected(Exception):
    """A document that cannot be taken over; the message says why."""


def kind_of(document: Document) -> Kind:
    """What a document of an export tells of, by its fields. Raises Rejected."""
    if "councilor_id" in document:
        return Kind.EXECUTION
    if "agent_id" in document and "status" in document:
        return Kind.TASK
    if "name" in document or "definition" in document or "is_councilor" in document:
        return Kind.AGENT
    raise Rejected("it is no agent, no execution and no task of the older system")


def from_json(text: str | bytes) -> Any:
    """JSON with extended JSON made into plain values. Raises ValueError."""
    try:
        return json.loads(text, object_hook=_plain)
    except (OverflowError, RecursionError, TypeError) as exc:
        raise ValueError(str(exc)) from exc


def _plain(value: dict[str, Any]) -> Any:
    if len(value) != 1:
        return value
    [(kind, inner)] = value.items()
    match kind:
        case "$oid":
            return str(inner)
        case "$date":
            return _date(inner)
        case "$numberLong" | "$numberInt":
            return int(inner)
        case "$numberDouble" | "$numberDecimal":
            return float(inner)
    return value


def _date(value: Any) -> datetime:
    if isinstance(value, str):
        return time_from_text(value)
    return _EPOCH + timedelta(milliseconds=value)


def text(document: Document, field: str) -> str | None:
    """A field as text; None when it is absent, null or blank. Objects are written as JSON."""
    value = document.get(field)
    if value is None:
        return None
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, default=str)
    return str(value) if str(value).strip() else None


def moment(document: Document, field: str) -> datetime | None:
    """A field as an aware time; one without a zone is UTC. Raises Rejected."""
    value = document.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    try:
        return time_from_text(value)
    except (TypeError, ValueError, OverflowError) as exc:
        raise Rejected(f"{field} {_shown(value)} is no time") from exc


def number(document: Document, field: str) -> float | None:
    """A field as a length of time, in whatever unit it has. Raises Rejected."""
    value = document.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Rejected(f"{field} {_shown(value)} is no number")
    if not 0 <= value <= _LONGEST:
        raise Rejected(f"{field} {_shown(value)} is no length of time")
    return float(value)


def inner(document: Document, field: str) -> Document:
    """An object inside; empty when there is none."""
    value = document.get(field)
    return value if isinstance(value, Mapping) else {}


def shown_id(document: Document) -> str | None:
    """What a person would look for the document by."""
    for field in ("execution_id", "task_id", "agent_id", "_id", "name"):
        if value := text(document, field):
            return value[:200]
    return None


def _shown(value: object) -> str:
    return repr(value)[:80]
