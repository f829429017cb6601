"""Ended executions in the shapes of older pages: a list of events, and the details of one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.api.context import InContext
from conselho.models.ids import TaskId
from conselho.models.rows import duration_ms
from conselho.models.task import COUNCIL_TRIGGERS, Status, Task, Trigger, iso
from conselho.models.verdict import Severity
from conselho.store import TaskFilter

router = APIRouter(prefix="/api/tasks", tags=["older clients"])

SUMMARY_CHARACTERS = 200
NOTHING_SAID = "The execution ended without a word."
# The store orders by the beginning; what began before these and took long is not looked for.
BEGUN_EARLIER = 100


@router.get("/events")
async def task_events(
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    include_councilors: bool = True,
    include_regular: bool = True,
) -> dict[str, Any]:
    """What ended last, the newest first: runs of the council, and what clients had agents do.

    Without both there is nothing to tell.
    """
    triggers = COUNCIL_TRIGGERS if include_councilors else frozenset[Trigger]()
    if include_regular:
        triggers |= {Trigger.API}
    ended: list[Task] = []
    if triggers:
        statuses = frozenset({Status.COMPLETED, Status.ERROR})
        where = TaskFilter(statuses=statuses, triggers=triggers)
        page = await context.store.tasks(where, limit=limit + BEGUN_EARLIER)
        ended = sorted(page.tasks, key=_ended_at, reverse=True)[:limit]
    return {"success": True, "count": len(ended), "events": [_event(task) for task in ended]}


@router.get("/{task_id}/details")
async def task_details(context: InContext, task_id: str) -> dict[str, Any]:
    """One execution; `duration` is in seconds, and `severity` is info while there is none."""
    task = await context.store.task(TaskId(task_id))
    return {
        "success": True,
        "task": {
            "task_id": task.task_id,
            "agent_id": task.agent_id,
            "agent_name": task.snapshot.display_name,
            "agent_emoji": task.snapshot.emoji,
            "prompt": task.snapshot.prompt or None,
            "result": task.result,
            "status": task.status,
            "severity": task.severity or Severity.INFO,
            "created_at": iso(task.created_at),
            "completed_at": iso(task.completed_at),
            "duration": task.duration_seconds,
            "error": task.error,
            "is_councilor": task.is_councilor_execution,
        },
    }


def _ended_at(task: Task) -> tuple[float, str]:
    return ((task.completed_at or task.updated_at).timestamp(), task.task_id)


def _event(task: Task) -> dict[str, Any]:
    failed = task.status is Status.ERROR
    matters = failed or task.is_councilor_execution
    return {
        "type": f"agent_execution_{'error' if failed else 'completed'}",
        "timestamp": round(_ended_at(task)[0] * 1000),
        "data": {
            "execution_id": task.task_id,
            "agent_id": task.agent_id,
            "agent_name": task.snapshot.display_name,
            "agent_emoji": task.snapshot.emoji,
            "status": task.status,
            "severity": task.severity,
            "summary": _summary(task),
            "duration_ms": duration_ms(task),
            "completed_at": iso(task.completed_at),
            "is_councilor": task.is_councilor_execution,
            "level": "result" if matters else "debug",
        },
    }


def _summary(task: Task) -> str:
    said = (task.result or "").strip() or (task.error or "").strip() or NOTHING_SAID
    return said if len(said) <= SUMMARY_CHARACTERS else said[:SUMMARY_CHARACTERS] + "..."
