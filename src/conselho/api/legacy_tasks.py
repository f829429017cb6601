"""Ended executions in the shapes of older pages: a list of events, and the details of one."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.api.context import InContext
from conselho.models.ids import TaskId
from conselho.models.rows import duration_ms
from conselho.models.task import COUNCIL_TRIGGERS, Status, Task, Trigger, iso
from conselho.models.verdict import Severity
from conselho.store import TaskFilter, TaskStore

router = APIRouter(prefix="/api/tasks", tags=["older clients"])

Json = dict[str, Any]

SUMMARY_CHARACTERS = 200
NOTHING_SAID = "The execution ended without a word."
# The store orders by the beginning; what began before these and took long is not looked for.
BEGUN_EARLIER = 100
PORTION = 25


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
    found: list[Json] = []
    if triggers:
        statuses = frozenset({Status.COMPLETED, Status.ERROR})
        where = TaskFilter(statuses=statuses, triggers=triggers)
        found = await _newest_events(context.store, where, wanted=limit + BEGUN_EARLIER)
    events = sorted(found, key=itemgetter("timestamp"), reverse=True)[:limit]
    return {"success": True, "count": len(events), "events": events}


async def _newest_events(store: TaskStore, where: TaskFilter, *, wanted: int) -> list[Json]:
    """In portions: a result may be long, and an event keeps only its beginning."""
    events: list[Json] = []
    while len(events) < wanted:
        page = await store.tasks(where, limit=PORTION)
        events += map(_event, page.tasks)
        if page.next_older_than is None:
            break
        where = replace(where, older_than=page.next_older_than)
    return events


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


def _event(task: Task) -> Json:
    ended_at = task.completed_at or task.updated_at
    failed = task.status is Status.ERROR
    matters = failed or task.is_councilor_execution
    return {
        "type": f"agent_execution_{'error' if failed else 'completed'}",
        "timestamp": round(ended_at.timestamp() * 1000),
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
