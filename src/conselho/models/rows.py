"""A Task as people and programs outside see it: one row of `/api/tasks`, in events and exports."""

from __future__ import annotations

from typing import Any

from conselho.models.documents import verdict_document
from conselho.models.task import Status, Task, iso

# The words of the older contract for a run that has not ended (DESIGN 8).
EXECUTION_STATUS = {Status.PENDING: "pending", Status.PROCESSING: "running"}

FINDINGS_IN_LIGHT_ROW = 10
DETAIL_IN_LIGHT_ROW = 300


def task_row(task: Task) -> dict[str, Any]:
    """Every public field, JSON-ready. Times are ISO-8601 with `Z`; `duration` is in seconds.

    `retry_at` is set while it waits for another try, `waits_for` is `turn` while another run of its
    councilor must end first, and `deadline_at` is when no further try begins any more.
    """
    return {
        "_id": task.task_id,
        "task_id": task.task_id,
        "execution_id": task.task_id,
        "instance_id": instance_of(task),
        "is_councilor_execution": task.is_councilor_execution,
        "agent_id": task.agent_id,
        "display_name": task.snapshot.display_name,
        "title": task.snapshot.title,
        "task_name": task.snapshot.task_name,
        "emoji": task.snapshot.emoji,
        "trigger": task.trigger,
        "due_at": iso(task.due_at),
        "idempotency_key": task.idempotency_key,
        "status": task.status,
        "severity": task.severity,
        "verdict": verdict_document(task.verdict) if task.verdict else None,
        "error_kind": task.error_kind,
        "error_cause": task.error_cause,
        "error": task.error,
        "permission_denied": list(task.permission_denied),
        "notes": list(task.notes),
        "skip_reason": task.skip_reason,
        "slot_from": iso(task.slot_from),
        "slot_to": iso(task.slot_to),
        "slot_count": task.slot_count,
        "attempt": task.attempt,
        "max_attempts": task.max_attempts,
        "retry_policy": _retry_policy(task),
        "retry_at": iso(task.not_before) if _is_tried_again(task) else None,
        "deadline_at": iso(task.deadline_at),
        "not_before": iso(task.not_before),
        "priority": task.priority,
        "queue": task.queue,
        "waits_for": "turn" if _waits_for_its_turn(task) else None,
        "cancel_requested": task.cancel_requested,
        "cancel_reason": task.cancel_reason,
        "worker_id": task.worker_id,
        "created_at": iso(task.created_at),
        "started_at": iso(task.started_at),
        "completed_at": iso(task.completed_at),
        "duration": task.duration_seconds,
        "exit_code": task.exit_code,
        "result": task.result,
        "usage": task.usage,
    }


def whole_row(task: Task) -> dict[str, Any]:
    """`task_row` with the prompt and all else that is known of what was run."""
    spec = task.snapshot
    return task_row(task) | {
        "prompt": spec.prompt,
        "instructions": spec.instructions,
        "sent_prompt": task.sent_prompt,
        "provider": spec.provider,
        "model": spec.model,
        "permissions": spec.permissions,
        "cwd": spec.cwd,
        "command": list(spec.argv),
    }


def _retry_policy(task: Task) -> dict[str, Any]:
    spec = task.snapshot
    return {
        "max_attempts": task.max_attempts,
        "backoff_seconds": spec.retry_backoff_seconds,
        "factor": spec.retry_backoff_factor,
        "max_seconds": spec.retry_backoff_max_seconds,
        "jitter": spec.retry_jitter,
    }


def _is_tried_again(task: Task) -> bool:
    return task.status is Status.PENDING and task.attempt > 0


def _waits_for_its_turn(task: Task) -> bool:
    """Whether it stands behind another run of its councilor: see queued_key and waiting_key."""
    return task.status is Status.PENDING and task.active_key.startswith(f"{task.agent_id}#")


def light_row(task: Task, *, result_characters: int) -> dict[str, Any]:
    """`task_row` for events and lists: the whole one is a request for that Task away.

    A longer result is cut; of many or long findings the first and their beginnings stay, and
    `findings_truncated` tells how many there are. `result_truncated` says that anything was cut.
    """
    row = task_row(task)
    result = row["result"]
    if result is not None and len(result) > result_characters:
        row |= {"result": result[:result_characters], "result_truncated": True}
    findings = row["verdict"]["findings"] if row["verdict"] else []
    kept = [_cut_finding(finding) for finding in findings[:FINDINGS_IN_LIGHT_ROW]]
    if kept != findings:
        row["verdict"] = row["verdict"] | {"findings": kept, "findings_truncated": len(findings)}
        row["result_truncated"] = True
    return row


def _cut_finding(finding: dict[str, Any]) -> dict[str, Any]:
    detail = finding["detail"]
    if detail is None or len(detail) <= DETAIL_IN_LIGHT_ROW:
        return finding
    return finding | {"detail": detail[: DETAIL_IN_LIGHT_ROW - 1] + "…"}


def councilor_instance(agent_id: str) -> str:
    """The one instance of a councilor, under which older clients follow its runs."""
    return f"councilor_{agent_id}"


def instance_of(task: Task) -> str:
    """The instance that a Task counts for: what the client called it, or the councilor's."""
    return task.snapshot.instance_id or councilor_instance(task.agent_id)


def execution_status(status: Status) -> str:
    """The status in the words of executions: pending, running, completed, error, cancelled."""
    return EXECUTION_STATUS.get(status, status)


def duration_ms(task: Task) -> int | None:
    """The duration of the last attempt in whole milliseconds; None while it has none."""
    return None if task.duration_seconds is None else round(task.duration_seconds * 1000)


def summary(task: Task) -> str | None:
    """The one sentence that says how the run ended; None while it has not."""
    if task.verdict is not None:
        return task.verdict.summary
    return task.error
