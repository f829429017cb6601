"""What each change makes of a Task: values in, values out, the same for every store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from conselho.models.ids import WorkerId
from conselho.models.statistics import usage_sum
from conselho.models.task import ErrorKind, Outcome, Status, Task
from conselho.models.verdict import Severity

ON_REQUEST = "It was cancelled on request."


def claimed(task: Task, worker: WorkerId, now: datetime, lease: timedelta, active_key: str) -> Task:
    return replace(
        task,
        status=Status.PROCESSING,
        active_key=active_key,
        worker_id=worker,
        lease_until=now + lease,
        fence=task.fence + 1,
        attempt=task.attempt + 1,
        started_at=now,
        updated_at=now,
    )


def finished(task: Task, outcome: Outcome, now: datetime) -> Task:
    """A Task that its owner ended; `outcome.status` is final."""
    error = outcome.error
    if outcome.status is Status.CANCELLED:
        # Why it was asked to stop is known here; its owner knows only that it was.
        error = task.cancel_reason or error
    spent = having_spent(task, outcome.usage, now)
    return replace(
        ended(spent, now, outcome.status),
        # A provider that told an empty usage is not one that told none.
        usage=outcome.usage if spent.usage is None else spent.usage,
        severity=outcome.severity,
        verdict=outcome.verdict,
        error_kind=outcome.error_kind,
        error_cause=outcome.error_cause,
        error=error,
        permission_denied=outcome.permission_denied,
        notes=outcome.notes,
        result=outcome.result,
        exit_code=outcome.exit_code,
        sent_prompt=outcome.sent_prompt,
    )


def having_spent(task: Task, usage: Mapping[str, Any] | None, now: datetime) -> Task:
    """The Task after an attempt that spent `usage`."""
    if not usage:
        return task
    return replace(task, usage=usage_sum(task.usage, usage), spent_at=now)


def swept(task: Task, now: datetime) -> Task:
    """A Task whose owner is lost."""
    if task.cancel_requested:
        return cancelled(task, now)
    error = (
        f"Its server (worker {task.worker_id}) stopped answering in attempt {task.attempt}"
        f" of {task.max_attempts}: it was killed, or the machine stopped or slept."
    )
    if task.attempt < task.max_attempts:
        return given_back(task, now, task.not_before, ErrorKind.WORKER_LOST, error)
    return failed(task, now, ErrorKind.WORKER_LOST.value, error)


def given_back(
    task: Task, now: datetime, not_before: datetime, error_kind: str, error: str
) -> Task:
    """A Task whose attempt failed, and another one follows."""
    return replace(
        released(task, now),
        attempt=task.attempt,
        not_before=not_before,
        error_kind=str(error_kind),
        error_cause=None,
        error=error,
    )


def released(task: Task, now: datetime) -> Task:
    """A Task that its owner did not begin."""
    return replace(
        task,
        status=Status.PENDING,
        attempt=task.attempt - 1,
        updated_at=now,
        worker_id=None,
        lease_until=None,
        started_at=None,
    )


def cancelled(task: Task, now: datetime) -> Task:
    return replace(
        ended(task, now, Status.CANCELLED),
        error_kind=ErrorKind.CANCELLED.value,
        error_cause=None,
        error=task.cancel_reason or ON_REQUEST,
    )


def failed(task: Task, now: datetime, error_kind: str, error: str) -> Task:
    """A Task that ends as error without an outcome of its own."""
    return replace(
        ended(task, now, Status.ERROR),
        severity=Severity.ERROR,
        error_kind=error_kind,
        error_cause=None,
        error=error,
    )


def ended(task: Task, now: datetime, status: Status) -> Task:
    ran = None if task.started_at is None else max((now - task.started_at).total_seconds(), 0)
    return replace(
        task,
        status=status,
        active_key=task.task_id,
        updated_at=now,
        completed_at=now,
        duration_seconds=ran,
        lease_until=None,
    )
