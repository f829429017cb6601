"""Runs as reports of councilors show them."""

from __future__ import annotations

from typing import Literal

from conselho.api.schemas.agents import Stats
from conselho.api.schemas.base import Done, Moment, Shape, about
from conselho.api.schemas.tasks import TASK_ID, TaskRow
from conselho.models.task import Trigger
from conselho.models.verdict import Severity


class Execution(Shape):
    """A run of a councilor."""

    id: str = about("The same as `execution_id`.", TASK_ID, alias="_id")
    execution_id: str = about("The id; the same as the `task_id` of /api/tasks.", TASK_ID)
    instance_id: str = about("The instance that older clients follow.", "councilor_ana")
    councilor_id: str = about("The councilor's agent_id.", "ana")
    agent_id: str = about("The same.", "ana")
    started_at: Moment = about("When it began; before that, when it was made.")
    completed_at: Moment | None = about("When it ended.")
    status: Literal[
        "pending", "running", "completed", "error", "cancelled", "skipped", "missed"
    ] = about("Where it stands.", "completed")
    severity: Severity | None = about("What came out; null while it has not ended.", "success")
    output: str | None = about("What the agent said.", "All is well.")
    output_truncated: bool = about("Whether more of it is at /api/tasks/{task_id}.", False)
    error: str | None = about("What went wrong, in a sentence.", None)
    error_kind: str | None = about("What went wrong, for code; see `TaskRow`.", None)
    error_cause: str | None = about("What the provider said went wrong, for code.", None)
    summary: str | None = about("How it ended, in one sentence.", "All is well.")
    reason: str | None = about("Why it is this severity, when that is not plain.", None)
    trigger: Trigger = about("Why it exists.", "schedule")
    attempt: int = about("Which try it is, from 1; 0 before the first.", 1)
    duration_ms: int | None = about("How long its last try took, in milliseconds.", 12500)
    created_at: Moment = about("When it was made.")


class ExecutionWithStats(Execution):
    """A run, with its councilor's figures."""

    stats: Stats = about("The councilor's figures.")


class LatestExecution(Execution):
    """The newest run, bare and again under `execution`."""

    execution: Execution = about("The same.")


class StartedExecution(Done):
    """The run that was asked for."""

    execution: ExecutionWithStats = about("The run as it is now.")
    stats: Stats = about("The councilor's figures, again.")


class StoredExecution(Done):
    """An execution that ran elsewhere and is kept now."""

    execution: Execution = about("As it is kept.")


class BareReport(Shape):
    """The newest executions, lost slots and figures of one councilor."""

    councilor_id: str = about("The councilor's agent_id.", "ana")
    councilor_name: str = about("Its name for people.", "Ana")
    recent_executions: list[Execution] = about("The newest first.")
    slots: list[TaskRow] = about("The newest rows of slots that did not run, the newest first.")
    total_executions: int = about("How many runs ended by themselves.", 12)
    success_rate: float = about("Percent of them whose severity is success, 0 to 100.", 91.7)
    next_execution: Moment | None = about("The next slot; null while it is paused.")
    stats: Stats = about("The figures of its whole life.")


class Report(BareReport):
    """The report, bare and again under `report`: clients read the one or the other."""

    report: BareReport = about("The same.")
