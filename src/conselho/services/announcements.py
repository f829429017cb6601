"""Which events a changed Task makes. Pure: the store writes them with the change itself."""

from __future__ import annotations

from typing import Any

from conselho.models.event import EventDraft, EventType
from conselho.models.rows import duration_ms, execution_status, instance_of, light_row, summary
from conselho.models.task import FINAL, LOST_SLOT, Status, Task, iso

# An event goes to every open page, and thousands of them are held in memory: a long report stays in
# the store, where the page fetches it.
RESULT_IN_EVENT = 4096


def announce(task: Task) -> list[EventDraft]:
    """The events for a Task that was just submitted, claimed, given back, ended or accounted for.

    Every change of status makes a `councilor_execution`; a start and an end are also told by the
    events of the older contract. A lost slot makes `councilor_skipped`. What a client had an agent
    do beside the council makes no `councilor_execution`: it is no mark of its councilor.
    """
    if task.status in LOST_SLOT:
        return [_draft(task, EventType.SKIPPED, _lost(task))]
    if not task.is_councilor_execution:
        return _beside(task)
    drafts = [_draft(task, EventType.EXECUTION, _execution(task))]
    if task.status is Status.PROCESSING and not task.cancel_requested:
        drafts.insert(0, _draft(task, EventType.STARTED, _started(task)))
    elif task.status is Status.COMPLETED:
        drafts.insert(0, _draft(task, EventType.COMPLETED, _completed(task)))
    elif task.status is Status.ERROR:
        drafts.insert(0, _draft(task, EventType.ERROR, _failed(task)))
    return drafts


def _beside(task: Task) -> list[EventDraft]:
    if task.status is Status.PROCESSING and not task.cancel_requested:
        return [_draft(task, EventType.STARTED, _started(task))]
    if task.status is Status.COMPLETED:
        return [_draft(task, EventType.COMPLETED, _completed(task))]
    if task.status in FINAL:
        return [_draft(task, EventType.ERROR, _failed(task))]
    return []


def _draft(task: Task, kind: EventType, fields: dict[str, Any]) -> EventDraft:
    common = {
        "execution_id": task.task_id,
        "councilor_id": task.agent_id,
        "task_name": task.snapshot.task_name,
        "display_name": task.snapshot.display_name,
        "emoji": task.snapshot.emoji,
        "instance_id": instance_of(task),
        "is_councilor_execution": task.is_councilor_execution,
    }
    return EventDraft(type=kind, agent_id=task.agent_id, data=common | fields)


def _started(task: Task) -> dict[str, Any]:
    return {"started_at": iso(task.started_at), "attempt": task.attempt}


def _ended(task: Task) -> dict[str, Any]:
    return {
        "status": task.status,
        "severity": task.severity,
        "started_at": iso(task.started_at),
        "completed_at": iso(task.completed_at),
        "duration_ms": duration_ms(task),
    }


def _completed(task: Task) -> dict[str, Any]:
    return _ended(task) | {"summary": summary(task)}


def _failed(task: Task) -> dict[str, Any]:
    return _ended(task) | {"error": task.error, "error_kind": task.error_kind}


def _execution(task: Task) -> dict[str, Any]:
    return _ended(task) | {
        "status": execution_status(task.status),
        "summary": summary(task),
        "execution": light_row(task, result_characters=RESULT_IN_EVENT),
    }


def _lost(task: Task) -> dict[str, Any]:
    return {
        "status": task.status,
        "reason": task.skip_reason,
        "slot_from": iso(task.slot_from),
        "slot_to": iso(task.slot_to),
        "slot_count": task.slot_count,
        "execution": light_row(task, result_characters=RESULT_IN_EVENT),
    }
