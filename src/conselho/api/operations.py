"""What each route is called and answers: the whole table, in one place.

A route is named by its method and path, as in roles.py. One that is new needs one line here:

    ("GET", "/api/things/{thing_id}"): Operation("get_thing", Thing, errors=(404,)),

where `Thing` is a model in schemas/ that describes the answer. tests/live/test_openapi.py says
which route lacks its line, and proves that what is sent is what the models say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conselho.api.schemas import (
    access,
    agents,
    base,
    catalogue,
    council,
    doctor,
    events,
    executions,
    figures,
    findings,
    health,
    journal,
    maintenance,
    older,
    schedules,
    tasks,
    timeline,
    workers,
)

TEXT: Final = "text/plain"


@dataclass(frozen=True, slots=True)
class Operation:
    """`operation_id`: what a generated client calls it, verb first; it must never change.

    `answer` is the model of a success, None for a text of `media`; `also` are other answers by
    status. `errors` are the statuses that it has beside those that every route may have.
    `replaced_by`: the operation_id that new clients use instead.
    """

    operation_id: str
    answer: Any
    status: int = 200
    errors: tuple[int, ...] = ()
    also: Mapping[int, Any] = field(default_factory=dict)
    media: str | tuple[str, ...] = "application/json"
    replaced_by: str | None = None


# Served under both prefixes. New clients use the first, /api/councilors.
_COUNCILOR: Final[Mapping[tuple[str, str], Operation]] = {
    ("POST", "promote-councilor"): Operation(
        "promote_councilor", agents.PromotedAgent, errors=(404, 409)
    ),
    ("DELETE", "demote-councilor"): Operation(
        "demote_councilor", agents.ChangedAgent, errors=(404, 409)
    ),
    ("PATCH", "councilor-config"): Operation(
        "edit_councilor", agents.EditedAgent, errors=(404, 409)
    ),
    ("PATCH", "councilor-schedule"): Operation(
        "pause_or_resume_councilor", agents.ChangedSchedule, errors=(404, 409)
    ),
    ("POST", "execute-now"): Operation(
        "run_councilor", executions.StartedExecution, errors=(404, 409)
    ),
    ("POST", "execute"): Operation("execute_agent", older.ExecuteAnswer, errors=(404, 409)),
    ("GET", "councilor-reports"): Operation(
        "get_councilor_report", executions.Report, errors=(404,)
    ),
    ("GET", "councilor-reports/latest"): Operation(
        "get_latest_execution", executions.LatestExecution | None, errors=(404,)
    ),
    ("GET", "council-file"): Operation(
        "read_council_file", None, media="text/markdown", errors=(404,)
    ),
    ("GET", "next"): Operation("list_next_slots", schedules.NextSlots, errors=(404,)),
    ("GET", "findings"): Operation("list_findings", findings.FindingList, errors=(404,)),
}


def _seats() -> dict[tuple[str, str], Operation]:
    found = {}
    for (method, path), operation in _COUNCILOR.items():
        found[method, f"/api/councilors/{{agent_id}}/{path}"] = operation
        found[method, f"/api/agents/{{agent_id}}/{path}"] = Operation(
            f"{operation.operation_id}_of_agent",
            operation.answer,
            errors=operation.errors,
            media=operation.media,
            replaced_by=operation.operation_id,
        )
    return found


OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    ("GET", "/healthz"): Operation("check_alive", health.Alive),
    ("GET", "/health"): Operation("check_alive_of_page", health.Alive, replaced_by="check_alive"),
    ("GET", "/readyz"): Operation("check_ready", health.Readiness, also={503: health.Readiness}),
    ("GET", "/metrics"): Operation("read_metrics", None, media=TEXT),
    ("GET", "/api/session"): Operation("get_session", access.Session),
    ("POST", "/api/session"): Operation("log_in", access.Session, errors=(401,)),
    ("DELETE", "/api/session"): Operation("log_out", access.Session),
    ("GET", "/api/tokens"): Operation("list_tokens", access.Tokens),
    ("POST", "/api/tokens"): Operation(
        "create_token", access.CreatedToken, status=201, errors=(409,)
    ),
    ("DELETE", "/api/tokens/{token_id}"): Operation(
        "revoke_token", access.RevokedToken, errors=(404,)
    ),
    ("GET", "/api/councilors"): Operation("list_councilors", agents.Council),
    ("GET", "/api/councilors/scheduler/jobs"): Operation("list_scheduler_jobs", schedules.Jobs),
    ("GET", "/api/councilors/events/stream"): Operation(
        "stream_events", events.Event, errors=(422,), media="text/event-stream"
    ),
    ("POST", "/api/council"): Operation("apply_council", council.AppliedCouncil, errors=(409,)),
    ("POST", "/api/council/pause"): Operation("pause_council", council.Switched, errors=(404,)),
    ("POST", "/api/council/resume"): Operation("resume_council", council.Switched, errors=(404,)),
    ("POST", "/api/council/run"): Operation("run_council", council.BulkRun, errors=(404,)),
    ("POST", "/api/backfills"): Operation(
        "start_backfill",
        council.BackfillPlan,
        errors=(404, 409),
        also={202: council.StartedBackfill},
    ),
    ("POST", "/api/councilors/executions"): Operation(
        "record_execution", executions.StoredExecution, status=201, errors=(404, 409)
    ),
    ("GET", "/api/agents/metrics"): Operation("get_agent_metrics", older.MetricsByAgent),
    ("GET", "/api/agents/instances"): Operation("list_instances", older.Instances),
    ("GET", "/api/agents/instances/{instance_id}"): Operation(
        "get_instance", older.OneInstance, errors=(404,)
    ),
    ("PATCH", "/api/agents/instances/{instance_id}/statistics"): Operation(
        "count_execution_of_instance", older.CountedExecution, errors=(404,)
    ),
    ("GET", "/api/agents/context/{instance_id}"): Operation(
        "get_instance_context", older.InstanceContext, errors=(404,)
    ),
    ("GET", "/api/agents"): Operation("list_agents", agents.AgentList),
    ("POST", "/api/agents"): Operation(
        "create_agent", agents.CreatedAgent, status=201, errors=(409,)
    ),
    ("GET", "/api/agents/{agent_id}"): Operation("get_agent", agents.Agent, errors=(404,)),
    ("PATCH", "/api/agents/{agent_id}"): Operation(
        "edit_agent", agents.ChangedAgent, errors=(404, 409)
    ),
    ("DELETE", "/api/agents/{agent_id}"): Operation("delete_agent", base.Done, errors=(404, 409)),
    **_seats(),
    ("POST", "/api/schedules/preview"): Operation("preview_schedule", schedules.Preview),
    ("GET", "/api/maintenance"): Operation("list_maintenance_windows", maintenance.Windows),
    ("POST", "/api/maintenance"): Operation(
        "add_maintenance_window", maintenance.ChangedWindow, status=201, errors=(404, 409)
    ),
    ("DELETE", "/api/maintenance/{window_id}"): Operation(
        "end_maintenance_window", maintenance.ChangedWindow, errors=(404, 409)
    ),
    ("GET", "/api/journal"): Operation("list_journal_entries", journal.JournalPage),
    ("GET", "/api/audit"): Operation("list_audit_entries", journal.AuditPage),
    ("GET", "/api/tasks"): Operation("list_tasks", tasks.TaskPage),
    ("GET", "/api/tasks/processing"): Operation("list_running_tasks", tasks.RunningTasks),
    ("GET", "/api/tasks/events"): Operation("list_ended_tasks", older.EndedEvents),
    ("GET", "/api/tasks/{task_id}"): Operation("get_task", tasks.WholeTask, errors=(404,)),
    ("GET", "/api/tasks/{task_id}/details"): Operation(
        "get_task_details", older.OneTaskDetails, errors=(404,)
    ),
    ("GET", "/api/tasks/{task_id}/log"): Operation(
        "read_task_log", None, media=TEXT, errors=(404,)
    ),
    ("POST", "/api/tasks/{task_id}/cancel"): Operation(
        "cancel_task", tasks.CancelledTask, errors=(404, 409)
    ),
    ("GET", "/api/kpis"): Operation("get_kpis", figures.Kpis),
    ("GET", "/api/series"): Operation("get_series", figures.Series, errors=(404,)),
    ("GET", "/api/timeline"): Operation("get_timeline", timeline.Timeline),
    ("GET", "/api/export/tasks"): Operation(
        "export_tasks", None, media=("text/csv", "application/x-ndjson")
    ),
    ("GET", "/api/usage"): Operation("get_usage", figures.UsageReport),
    ("GET", "/api/workers"): Operation("list_workers", workers.Workers),
    ("GET", "/api/doctor"): Operation("examine_council", doctor.Checkup, errors=(404,)),
    ("GET", "/api/catalogue"): Operation("get_catalogue", catalogue.Catalogue),
}
