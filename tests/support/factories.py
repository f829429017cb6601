"""Values for tests: give what the test is about, the rest is plausible."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from conselho.models.agent import Agent, CatchUp, CouncilorConfig, Overlap, Policies, TaskSpec
from conselho.models.event import EventDraft, EventType
from conselho.models.ids import AgentId, TaskId, WorkerId, new_task_id
from conselho.models.schedule import parse_schedule
from conselho.models.task import (
    LOST_SLOT,
    Outcome,
    SkipReason,
    Snapshot,
    Status,
    Task,
    Trigger,
    slot_key,
)
from conselho.models.verdict import Finding, Severity, Verdict, VerdictSource
from tests.support.clock import NOON

ANA = AgentId("ana")
BIA = AgentId("bia")
WORKER = WorkerId("host-1:worker-a")
OTHER_WORKER = WorkerId("host-2:worker-b")
LEASE = timedelta(seconds=12)


def make_agent(agent_id: AgentId = ANA, **fields: Any) -> Agent:
    """A councilor that is due each half hour."""
    defaults: dict[str, Any] = {
        "name": agent_id.title(),
        "emoji": "🦉",
        "command": ("true",),
        "councilor_config": CouncilorConfig(
            title="Guardiã",
            schedule=parse_schedule("30m"),
            task=TaskSpec(name="look around", prompt="Look around and report."),
        ),
        "anchor_at": NOON,
        "slots_from": NOON,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Agent(agent_id=agent_id, **(defaults | fields))


def make_councilor(
    agent_id: str = ANA,
    *,
    schedule: str = "30m",
    enabled: bool = True,
    overlap: Overlap = Overlap.SKIP,
    catch_up: CatchUp = CatchUp.ONE,
    catch_up_max_age_seconds: float = 86_400,
    created_at: datetime = NOON,
    now: datetime | None = None,
    **fields: Any,
) -> Agent:
    """A councilor with this timetable; `now` is when it took effect, its creation unless given."""
    since = now or created_at
    config = CouncilorConfig(
        title="Guardiã",
        schedule=parse_schedule(schedule, enabled=enabled),
        task=TaskSpec(name="look around", prompt="Look around and report."),
        policies=Policies(
            overlap=overlap, catch_up=catch_up, catch_up_max_age_seconds=catch_up_max_age_seconds
        ),
    )
    times = {
        "created_at": created_at, "updated_at": since, "anchor_at": since, "slots_from": since
    }  # fmt: skip
    return make_agent(AgentId(agent_id), **({"councilor_config": config} | times | fields))


def make_snapshot(**fields: Any) -> Snapshot:
    defaults: dict[str, Any] = {
        "display_name": "Ana",
        "title": "Guardiã",
        "task_name": "look around",
        "emoji": "🦉",
        "provider": "command",
        "argv": ("true",),
        "prompt": "Look around and report.",
    }
    return Snapshot(**(defaults | fields))


def make_task(agent_id: AgentId = ANA, **fields: Any) -> Task:
    """A pending Task, due at noon; a manual one when `due_at` is None."""
    task_id = fields.pop("task_id", None) or new_task_id()
    created_at: datetime = fields.pop("created_at", NOON)
    due_at: datetime | None = fields.pop("due_at", created_at)
    defaults: dict[str, Any] = {
        "trigger": Trigger.MANUAL if due_at is None else Trigger.SCHEDULE,
        "idempotency_key": task_id if due_at is None else slot_key(agent_id, due_at),
        "active_key": agent_id,
        "snapshot": make_snapshot(display_name=agent_id.title()),
        "not_before": created_at,
        "updated_at": created_at,
    }
    return Task(
        task_id=TaskId(task_id),
        agent_id=agent_id,
        due_at=due_at,
        created_at=created_at,
        **(defaults | fields),
    )


def make_lost(
    agent_id: AgentId = ANA,
    *,
    status: Status = Status.MISSED,
    reason: SkipReason = SkipReason.SERVER_DOWN,
    at: datetime = NOON,
) -> Task:
    """The row that `record_lost` starts from: final, without slots yet."""
    assert status in LOST_SLOT
    return make_task(
        agent_id, status=status, skip_reason=reason, created_at=at, completed_at=at, due_at=at
    )


def make_verdict(severity: Severity = Severity.SUCCESS, **fields: Any) -> Verdict:
    defaults: dict[str, Any] = {
        "summary": "All is well.",
        "source": VerdictSource.CONTRACT,
        "findings": (
            Finding(title="A long file", severity=Severity.INFO, file="a.py", fingerprint="f1"),
        ),
    }
    return Verdict(severity=severity, **(defaults | fields))


def make_outcome(severity: Severity | None = Severity.SUCCESS, **fields: Any) -> Outcome:
    """A completed run with a verdict; without one when it has no severity."""
    defaults: dict[str, Any] = {
        "status": Status.COMPLETED,
        "severity": severity,
        "verdict": make_verdict(severity) if severity else None,
        "result": "All is well.",
        "exit_code": 0,
    }
    return Outcome(**(defaults | fields))


def failed(**fields: Any) -> Outcome:
    """A run that ended by itself, with exit code 1."""
    defaults: dict[str, Any] = {
        "status": Status.ERROR,
        "severity": Severity.ERROR,
        "error_kind": "exit",
        "error": "It ended with exit code 1.",
        "exit_code": 1,
    }
    return Outcome(**(defaults | fields))


def make_ended(agent_id: AgentId, ended: datetime, how: Outcome, *, seconds: float = 60) -> Task:
    """A task that somebody asked for, as it stands in the store after its end."""
    begun = ended - timedelta(seconds=seconds)
    task = make_task(agent_id, due_at=None, created_at=begun)
    return replace(
        task,
        active_key=task.task_id,
        status=how.status,
        severity=how.severity,
        verdict=how.verdict,
        error=how.error,
        error_kind=how.error_kind,
        started_at=begun,
        completed_at=ended,
        duration_seconds=seconds,
    )


def one_event(task: Task) -> list[EventDraft]:
    """An `announce` that makes exactly one event a change, telling which."""
    data = {"execution_id": task.task_id, "status": task.status.value, "attempt": task.attempt}
    return [EventDraft(type=EventType.EXECUTION, agent_id=task.agent_id, data=data)]


def no_events(_: Task) -> list[EventDraft]:
    return []
