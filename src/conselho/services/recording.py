"""Executions that ran elsewhere: what a client tells of one becomes a Task that has ended.

Scripts of the older system ran councilors by themselves and reported each run here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from conselho.clock import Clock
from conselho.errors import AlreadyExists, Invalid
from conselho.models.documents import time_from_text
from conselho.models.ids import TASK_ID_PATTERN, AgentId, TaskId
from conselho.models.task import ErrorKind, Status, Task
from conselho.models.verdict import Severity
from conselho.services.announcements import announce
from conselho.services.forms import Form, Number
from conselho.services.submission import recorded_task
from conselho.store import Store, Submitted

OUTPUT_CHARACTERS = 1 << 20
ERROR_CHARACTERS = 4_000
# Clocks of two machines differ by seconds; more than this is a wrong time.
_AHEAD = timedelta(minutes=5)


def _moment(value: object) -> object:
    """Older clients send UTC without saying so."""
    if not isinstance(value, str):
        raise ValueError("must be a time in ISO-8601, such as 2025-10-25T17:48:00Z")
    try:
        return time_from_text(value)
    except (ValueError, OverflowError) as exc:
        raise ValueError(f"{value[:50]!r} is not a time in ISO-8601") from exc


def _execution_id(text: str) -> str:
    if not TASK_ID_PATTERN.fullmatch(text):
        raise ValueError(
            "must have 3 to 199 letters, digits, '.', '_' or '-', and not end in a dot"
        )
    return text


def _has_ended(status: object) -> object:
    if status == "running":
        raise ValueError(
            "what is running elsewhere cannot be followed from here;"
            " send the execution when it has ended, as completed or error"
        )
    return status


Moment = Annotated[datetime, BeforeValidator(_moment)]


class ExecutionForm(Form):
    """One execution that has ended. Without `severity` a completed one is a success; one that
    failed is an error, whatever it says. Without `completed_at`, it ended `duration_ms` after its
    start.
    """

    execution_id: Annotated[str, AfterValidator(_execution_id)]
    councilor_id: Annotated[str, Field(min_length=1, max_length=128)]
    started_at: Moment
    completed_at: Moment | None = None
    status: Annotated[Literal["completed", "error"], BeforeValidator(_has_ended)]
    severity: Severity = Severity.SUCCESS
    output: Annotated[str, Field(max_length=OUTPUT_CHARACTERS)] | None = None
    error: Annotated[str, Field(max_length=ERROR_CHARACTERS)] | None = None
    duration_ms: Annotated[Number, Field(ge=0, le=366 * 86_400_000)] | None = None


async def record_execution(store: Store, clock: Clock, form: ExecutionForm) -> Task:
    """Store it. Raises NotFound, Invalid (times), AlreadyExists for an id that is there."""
    agent = await store.agent(AgentId(form.councilor_id))
    now = clock.now()
    ended_at, seconds = _end(form, now)
    task = recorded_task(agent, TaskId(form.execution_id), started_at=form.started_at, now=now)
    ended = replace(task, completed_at=ended_at, duration_seconds=seconds, **_outcome(form))
    [submission] = await store.submit([ended], announce=announce)
    if submission.result is not Submitted.CREATED:
        raise AlreadyExists("execution", form.execution_id)
    return ended


def _end(form: ExecutionForm, now: datetime) -> tuple[datetime, float]:
    """When it ended, and how many seconds it took. Raises Invalid."""
    told = None if form.duration_ms is None else timedelta(milliseconds=form.duration_ms)
    ended_at = form.completed_at or form.started_at + (told or timedelta(0))
    if ended_at < form.started_at:
        raise Invalid("completed_at", "lies before started_at")
    if ended_at > now + _AHEAD:
        raise Invalid("completed_at" if form.completed_at else "started_at", "lies in the future")
    return ended_at, (ended_at - form.started_at if told is None else told).total_seconds()


def _outcome(form: ExecutionForm) -> dict[str, Any]:
    if form.status == "completed":
        return {
            "status": Status.COMPLETED,
            "severity": form.severity,
            "exit_code": 0,
            "result": form.output or "",
            "error": form.error,
        }
    return {
        "status": Status.ERROR,
        "severity": Severity.ERROR,
        "exit_code": 1,
        "result": form.output or "",
        "error_kind": ErrorKind.EXIT,
        "error": form.error or "It failed, and did not say why.",
    }
