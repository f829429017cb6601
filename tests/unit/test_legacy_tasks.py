"""Runs of the older system as Tasks: docs/migration.md says what becomes of what."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conselho.models.ids import AgentId
from conselho.models.task import Status, Task, Trigger
from conselho.models.verdict import Severity, VerdictSource
from conselho.services.legacy_tasks import RESULT_BYTES, TaskMaker
from conselho.services.legacy_values import Rejected, from_json
from tests.support.clock import NOON
from tests.support.factories import ANA, make_agent
from tests.support.older_system import Json, older_execution, older_task

STARTED = datetime(2026, 11, 20, 0, 1, tzinfo=UTC)


def maker(**agents: Any) -> TaskMaker:
    known = {AgentId(name): agent for name, agent in agents.items()}
    return TaskMaker(known, lambda text: text.replace("hunter2", "[redacted]"), NOON)


def plain(document: Json) -> Any:
    return from_json(json.dumps(document))


def execution(**fields: Any) -> Task:
    return maker(ana=make_agent()).from_execution(plain(older_execution(**fields)))


def task(**fields: Any) -> Task:
    return maker().from_task(plain(older_task(**fields)))


def test_an_execution_keeps_what_it_was() -> None:
    made = execution()
    assert (made.task_id, made.agent_id) == ("exec_ana_1", ANA)
    assert (made.trigger, made.due_at, made.is_councilor_execution) == (
        Trigger.SCHEDULE, None, True,
    )  # fmt: skip
    assert made.created_at == made.updated_at == made.started_at == STARTED
    assert made.completed_at == STARTED + timedelta(seconds=30)
    assert (made.status, made.severity, made.exit_code) == (Status.COMPLETED, Severity.SUCCESS, 0)
    assert made.duration_seconds == 30.0
    assert made.result == "All is well.\nNothing to do."
    assert made.error is None
    assert made.verdict is not None
    assert made.verdict.summary == "All is well."
    assert made.verdict.source is VerdictSource.HEURISTIC
    assert made.active_key == made.task_id


def test_an_execution_bears_the_names_of_its_agent() -> None:
    snapshot = execution().snapshot
    assert (snapshot.display_name, snapshot.title) == ("Ana", "Guardiã")
    assert (snapshot.task_name, snapshot.provider) == ("look around", "claude")
    unknown = execution(agent_id="gone").snapshot
    assert (unknown.display_name, unknown.task_name) == ("gone", "Unknown")


def test_a_failed_execution_is_an_error_whatever_its_severity() -> None:
    made = execution(status="error", severity="warning", output=None, error="It broke.")
    assert (made.status, made.severity, made.exit_code) == (Status.ERROR, Severity.ERROR, 1)
    assert made.result == made.error == "It broke."
    assert (made.error_kind, made.verdict) == ("exit", None)


@pytest.mark.parametrize("missing", ["status", "severity", "duration_ms", "completed_at", "output"])
def test_an_execution_may_lack_much(missing: str) -> None:
    made = execution(**{missing: None})
    assert (made.status, made.severity) == (Status.COMPLETED, Severity.SUCCESS)


def test_times_without_a_zone_are_utc() -> None:
    assert execution(started_at="2026-11-20T00:01:00").created_at == STARTED
    assert execution(started_at=None, created_at="2026-11-20T00:01:00").created_at == STARTED


def test_a_task_keeps_what_it_was() -> None:
    made = task()
    assert made.task_id == "65f0beef0000000000000001"
    assert made.trigger is Trigger.SCHEDULE
    assert made.started_at == made.created_at + timedelta(seconds=10)
    assert (made.severity, made.duration_seconds, made.exit_code) == (Severity.WARNING, 10.5, 0)
    assert (made.snapshot.provider, made.snapshot.cwd) == ("gemini", "/srv/project")
    assert (made.snapshot.prompt, made.snapshot.timeout_seconds) == ("Look around.", 300)
    assert (made.snapshot.title, made.snapshot.task_name) == ("T", "sizes")
    assert made.snapshot.display_name == "Old Ana"
    assert task(task_id="own-id").task_id == "own-id"


def test_a_task_that_was_no_councilors_is_none_here() -> None:
    made = task(is_councilor_execution=False, councilor_config=None, severity=None)
    assert (made.trigger, made.is_councilor_execution) == (Trigger.API, False)
    assert made.severity is Severity.INFO  # nothing was judged
    assert made.snapshot.instance_id == "councilor_ana_1"


def test_secrets_and_length_are_bounded_as_for_runs_here() -> None:
    made = task(result="hunter2" + "x" * RESULT_BYTES, prompt="use hunter2")
    assert made.result is not None
    assert made.result.startswith("[redacted]")
    assert len(made.result) <= RESULT_BYTES
    assert made.snapshot.prompt == "use [redacted]"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"councilor_id": None}, "it has no councilor_id"),
        ({"councilor_id": "Code Reviewer"}, "must have 1 to 128 letters"),
        ({"execution_id": None, "_id": None}, "it has no id"),
        ({"execution_id": "../../passwd"}, "its id '../../passwd' must have"),
        ({"execution_id": "exec/.."}, "its id 'exec/..' must have"),
        ({"status": "running"}, "it has not ended: its status is 'running'"),
        ({"status": "exploded"}, "there is no status 'exploded'"),
        ({"severity": "fatal"}, "there is no severity 'fatal'"),
        ({"started_at": None, "created_at": None}, "neither started_at nor created_at"),
        ({"started_at": "soon"}, "started_at 'soon' is no time"),
        ({"started_at": 1761425280}, "started_at 1761425280 is no time"),
        ({"completed_at": "2036-01-01T00:00:00Z"}, "its time lies in the future"),
        ({"duration_ms": -1}, "duration_ms -1 is no length of time"),
        ({"duration_ms": 1e300}, "duration_ms 1e+300 is no length of time"),
        ({"duration_ms": float("nan")}, "duration_ms nan is no length of time"),
        ({"duration_ms": "long"}, "duration_ms 'long' is no number"),
    ],
)
def test_what_cannot_be_taken_over_is_rejected_with_the_reason(fields: Json, reason: str) -> None:
    with pytest.raises(Rejected) as rejected:
        execution(**fields)
    assert reason in str(rejected.value)


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_a_task_that_has_not_ended_stays_there(status: str) -> None:
    with pytest.raises(Rejected, match="it has not ended"):
        task(status=status)
