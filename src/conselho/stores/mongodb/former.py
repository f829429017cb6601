"""Runs that the system before this one left in `tasks`: taken over where they lie, and read.

    lacking      what such a document is given at the opening of the store; its own fields stay
    as_readable  such a document with what makes no sense replaced, at each reading

It stands for a run that nobody of this system owns: one that has not ended is never claimed and
never swept, since it has no rank and no lease.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from conselho.models.task import ACTIVE, Status, Trigger
from conselho.models.verdict import Severity
from conselho.stores.sql.rows import duration_us, micros, micros_or_none, storable

Document = dict[str, Any]

_STATUSES = frozenset(Status)
_SEVERITIES = frozenset(Severity)


def lacking(document: Mapping[str, Any]) -> Document:
    """The fields to set: those of ours that it does not have, and `former`, which tells of it."""
    ours = _sensible(document) | _ours(document)
    # An index counts documents without it as equal.
    keys = {} if isinstance(document.get("task_id"), str) else {"task_id": ours["task_id"]}
    us = document.get("us")
    if not isinstance(us, Mapping) or us.get("created_at") is None:
        # By this moment it counts as taken over; a field of that name was somebody else's.
        keys["us"] = ours["us"]
    return {name: value for name, value in ours.items() if name not in document} | keys


def as_readable(document: Mapping[str, Any]) -> Document:
    readable = {**_ours(document), **document}
    readable |= _sensible(readable)
    return readable


def _ours(document: Mapping[str, Any]) -> Document:
    """What a document of ours has beside the fields of the former system."""
    known = _sensible(document)
    task_id, status = known["task_id"], known["status"]
    created = _date(document.get("created_at")) or _born(document.get("_id"))
    started, completed = _date(document.get("started_at")), _date(document.get("completed_at"))
    updated = _date(document.get("updated_at")) or completed or created
    is_active = status in ACTIVE
    given = document.get("councilor_config")
    config = given if isinstance(given, Mapping) else {}
    is_councilor = known["is_councilor_execution"]
    return {
        "former": True,
        "task_id": task_id,
        "trigger": Trigger.MANUAL.value if is_councilor else Trigger.API.value,
        "idempotency_key": f"task:{task_id}",
        "active_key": f"task:{task_id}",
        "waits": False,
        "max_attempts": 1,
        "priority": 5,
        "lanes": [],
        "attempt": 1,
        "fence": 0,
        "cancel_requested": False,
        "has_result": bool(document.get("result")),
        "snapshot": {
            "display_name": _text(config.get("display_name"), known["agent_id"]),
            "title": _text(config.get("title")),
            "task_name": _text(config.get("task_name")),
            "emoji": "🤖",
            "provider": _text(document.get("provider"), "claude"),
            "cwd": _text(document.get("cwd")) or None,
            "instance_id": _text(document.get("instance_id")) or None,
        },
        "findings": [],
        "past_attempts": [],
        "rev": 0,
        "counted": is_active,
        "us": {
            "created_at": micros(created),
            "updated_at": micros(updated),
            "not_before": micros(created),
            "started_at": micros_or_none(started),
            "completed_at": micros_or_none(completed),
            "duration": _duration(document.get("duration")),
            "ended_at": None if is_active else micros(completed or updated),
            "rank": None,
        },
    }


def _sensible(document: Mapping[str, Any]) -> Document:
    """Its own fields, as a Task can take them."""
    status, severity = document.get("status"), document.get("severity")
    exit_code, error = document.get("exit_code"), document.get("error")
    return {
        "task_id": _text(document.get("task_id")) or str(document.get("_id")),
        "agent_id": _text(document.get("agent_id")) or "unknown",
        "status": status if _is_word(status, _STATUSES) else Status.COMPLETED.value,
        "severity": severity if _is_word(severity, _SEVERITIES) else None,
        "is_councilor_execution": bool(document.get("is_councilor_execution")),
        "exit_code": exit_code if isinstance(exit_code, int) else None,
        "error": _text(error) or None,
        "prompt": _text(document.get("prompt")),
        "result": _text(document.get("result")),
    }


def _is_word(value: object, words: frozenset[Any]) -> bool:
    return isinstance(value, str) and value in words


def _text(value: object, usual: str = "") -> str:
    """A value as text; `usual` for none."""
    return usual if value is None or value == "" else storable(str(value))


def _duration(seconds: object) -> int | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return duration_us(seconds) if 0 <= seconds < _LONGEST_SECONDS else None


# Beyond it a number of seconds is nonsense, and sums of it could leave 64 bits.
_LONGEST_SECONDS = 10**9


def _date(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _born(key: object) -> datetime:
    return key.generation_time if isinstance(key, ObjectId) else datetime.fromtimestamp(0, UTC)
