"""The API's JSON as the values that tables are made of.

Read with a light hand: what is missing, or of another kind than agreed, is None, so that one odd
row never hides the others. Texts are still untrusted here; the screen makes them safe.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilorRow:
    """One councilor. `state` is running, pending, waiting, paused or maintenance.

    `zone` is that of the schedule, empty for UTC and for intervals.
    `last_status`, `last_severity` and `last_at` are of the newest final Task, None without one.
    `retry_at` is when a run that failed is tried again. `lost_reason` and `lost_at` are of the
    newest slots that did not run, among its recent ones. `success_rate` is None while nothing ran.
    """

    agent_id: str
    name: str
    title: str
    schedule: str
    zone: str
    state: str
    last_status: str | None
    last_severity: str | None
    last_at: datetime | None
    success_rate: float | None
    next_at: datetime | None
    retry_at: datetime | None
    lost_reason: str | None
    lost_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One Task. `at` is when it ended, else began, else was made; `summary` is one text or None."""

    task_id: str
    agent_id: str
    name: str
    task_name: str
    status: str | None
    severity: str | None
    at: datetime | None
    duration_seconds: float | None
    summary: str | None


def councilor_row(agent: Json) -> CouncilorRow:
    config = inner(agent, "councilor_config")
    schedule = inner(config, "schedule")
    stats = inner(agent, "stats")
    recent = objects(agent, "recent")
    last = recent[-1] if recent else {}
    lost = next((mark for mark in reversed(recent) if text(mark, "skip_reason")), {})
    return CouncilorRow(
        agent_id=text(agent, "agent_id") or "?",
        name=display_name(agent),
        title=text(config, "title") or text(agent, "title") or "",
        schedule=text(schedule, "value") or "",
        zone=_zone(schedule),
        state=_state(agent, schedule),
        last_status=text(last, "status"),
        last_severity=text(last, "severity"),
        last_at=time(last, "completed_at") or time(last, "slot_to") or time(last, "due_at"),
        success_rate=number(stats, "success_rate") if number(stats, "total_executions") else None,
        next_at=time(agent, "next_execution"),
        retry_at=time(inner(agent, "current"), "retry_at"),
        lost_reason=text(lost, "skip_reason"),
        lost_at=time(lost, "slot_to") or time(lost, "due_at"),
    )


def task_row(task: Json) -> TaskRow:
    return TaskRow(
        task_id=text(task, "task_id") or text(task, "execution_id") or "?",
        agent_id=text(task, "agent_id") or "?",
        name=text(task, "display_name") or text(task, "agent_id") or "?",
        task_name=text(task, "task_name") or "",
        status=text(task, "status"),
        severity=text(task, "severity"),
        at=_moment(task),
        duration_seconds=number(task, "duration"),
        summary=task_summary(task),
    )


def _moment(task: Json) -> datetime | None:
    """When it last changed: the row of lost slots grows with each one."""
    names = ("slot_to", "completed_at", "started_at", "created_at")
    return next(filter(None, (time(task, name) for name in names)), None)


def task_summary(task: Json) -> str | None:
    """The sentence that says how a Task ended, or why its slot was lost."""
    said = text(inner(task, "verdict"), "summary") or text(task, "error")
    return ": ".join(filter(None, (lost_slots(task), said))) or None


def lost_slots(task: Json) -> str | None:
    """Why and how many slots were lost: `overlap`, `server_down, 12 slots`."""
    reason, count = text(task, "skip_reason"), number(task, "slot_count")
    if reason and count and count > 1:
        return f"{reason}, {count:.0f} slots"
    return reason


def display_name(agent: Json) -> str:
    """The name that people see."""
    given = text(inner(agent, "customization"), "display_name")
    return given or text(agent, "name") or text(agent, "agent_id") or "?"


def text(row: Json, name: str) -> str | None:
    """A text that is not empty, or None."""
    value = row.get(name)
    return value if isinstance(value, str) and value else None


def number(row: Json, name: str) -> float | None:
    """A finite number, or None."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return value


def time(row: Json, name: str) -> datetime | None:
    """A moment, aware; one without a zone is taken as UTC."""
    value = text(row, name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def inner(row: Json, name: str) -> Json:
    """The object under `name`, or an empty one."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def objects(row: Json, name: str) -> list[Json]:
    """The objects in the list under `name`."""
    value = row.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(row: Json, name: str) -> list[str]:
    """The texts in the list under `name`."""
    value = row.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _state(agent: Json, schedule: Json) -> str:
    current = text(inner(agent, "current"), "status")
    if current is not None:
        return "running" if current == "processing" else current
    if schedule.get("enabled") is False:
        return "paused"
    return "maintenance" if inner(agent, "maintenance") else "waiting"


def _zone(schedule: Json) -> str:
    zone = text(schedule, "timezone")
    return zone if zone and zone != "UTC" and text(schedule, "type") != "interval" else ""
