"""The JSON form of the models: nothing is lost on the way there and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.models import documents
from conselho.models.agent import (
    Agent,
    CatchUp,
    Channel,
    CouncilorConfig,
    Customization,
    Evidence,
    Notifications,
    OutputFormat,
    Overlap,
    Permissions,
    Policies,
    TaskSpec,
)
from conselho.models.ids import AGENT_ID_PATTERN, AgentId
from conselho.models.schedule import Fold, Gap, Schedule, ScheduleType
from conselho.models.task import Snapshot
from conselho.models.verdict import Finding, Severity, Verdict, VerdictSource

TEXT = st.text(max_size=30)
MAYBE_TEXT = st.none() | TEXT
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
SECONDS = st.floats(min_value=0, max_value=1e6)
MOMENTS = st.datetimes(timezones=st.just(UTC))
MAYBE_MOMENT = st.none() | MOMENTS
PERMISSIONS: list[Permissions] = ["read-only", "write", "full"]
EVIDENCE: list[Evidence] = ["required", "optional"]
CHANNELS: list[Channel] = ["panel", "toast", "email"]

SCHEDULES = st.builds(
    Schedule,
    type=st.sampled_from(ScheduleType),
    value=TEXT,
    enabled=st.booleans(),
    timezone=TEXT,
    gap=st.sampled_from(Gap),
    fold=st.sampled_from(Fold),
    jitter_seconds=st.integers(0, 86_400),
    starts_at=MAYBE_MOMENT,
    ends_at=MAYBE_MOMENT,
    active_hours=TEXTS,
    excluded_dates=TEXTS,
    excluded_calendars=TEXTS,
)
CONFIGS = st.builds(
    CouncilorConfig,
    title=TEXT,
    schedule=SCHEDULES,
    task=st.builds(
        TaskSpec,
        name=TEXT,
        prompt=TEXT,
        context_files=TEXTS,
        output_format=st.sampled_from(OutputFormat),
    ),
    notifications=st.builds(
        Notifications,
        on_success=st.booleans(),
        on_warning=st.booleans(),
        on_error=st.booleans(),
        channels=st.lists(st.sampled_from(CHANNELS), min_size=1, unique=True).map(tuple),
        ping_url=MAYBE_TEXT,
    ),
    policies=st.builds(
        Policies,
        timeout_seconds=SECONDS,
        silence_timeout_seconds=st.none() | SECONDS,
        max_attempts=st.integers(1, 10),
        retry_backoff_seconds=SECONDS,
        retry_backoff_factor=SECONDS,
        retry_backoff_max_seconds=SECONDS,
        retry_jitter=SECONDS,
        retry_on_timeout=st.booleans(),
        deadline_seconds=st.none() | SECONDS,
        priority=st.integers(1, 9),
        overlap=st.sampled_from(Overlap),
        catch_up=st.sampled_from(CatchUp),
        catch_up_max_age_seconds=SECONDS,
        max_cost_usd=st.none() | SECONDS,
        max_cost_usd_per_day=st.none() | SECONDS,
        max_cost_usd_per_month=st.none() | SECONDS,
        continuity=st.booleans(),
        permissions=st.sampled_from(PERMISSIONS),
        evidence=st.sampled_from(EVIDENCE),
    ),
)
AGENTS = st.builds(
    Agent,
    agent_id=st.from_regex(AGENT_ID_PATTERN, fullmatch=True).map(AgentId),
    name=TEXT,
    emoji=TEXT,
    description=MAYBE_TEXT,
    instructions=MAYBE_TEXT,
    provider=TEXT,
    model=MAYBE_TEXT,
    command=TEXTS,
    shell=st.booleans(),
    cwd=MAYBE_TEXT,
    tags=TEXTS,
    councilor_config=st.none() | CONFIGS,
    customization=st.none()
    | st.builds(
        Customization,
        enabled=st.booleans(),
        display_name=MAYBE_TEXT,
        avatar_url=MAYBE_TEXT,
        color=MAYBE_TEXT,
    ),
    anchor_at=MAYBE_MOMENT,
    slots_from=MAYBE_MOMENT,
    paused_in_bulk=st.booleans(),
    source=MAYBE_TEXT,
    source_digest=MAYBE_TEXT,
    created_at=MOMENTS,
    updated_at=MOMENTS,
    version=st.integers(1, 2**53),
)
SNAPSHOTS = st.builds(
    Snapshot,
    display_name=TEXT,
    title=TEXT,
    task_name=TEXT,
    emoji=TEXT,
    provider=TEXT,
    argv=TEXTS,
    shell=st.booleans(),
    model=MAYBE_TEXT,
    cwd=MAYBE_TEXT,
    prompt=TEXT,
    context_files=TEXTS,
    output_format=TEXT,
    timeout_seconds=SECONDS,
    silence_timeout_seconds=st.none() | SECONDS,
    retry_backoff_seconds=SECONDS,
    retry_backoff_factor=SECONDS,
    retry_backoff_max_seconds=SECONDS,
    retry_jitter=SECONDS,
    retry_on_timeout=st.booleans(),
    deadline_seconds=st.none() | SECONDS,
    permissions=TEXT,
    evidence=TEXT,
    instructions=TEXT,
    continuity=st.booleans(),
    max_cost_usd=st.none() | SECONDS,
)
VERDICTS = st.builds(
    Verdict,
    severity=st.sampled_from(Severity),
    summary=TEXT,
    source=st.sampled_from(VerdictSource),
    reason=MAYBE_TEXT,
    findings=st.lists(
        st.builds(
            Finding,
            title=TEXT,
            severity=st.sampled_from(Severity),
            file=MAYBE_TEXT,
            line=st.none() | st.integers(0, 10**6),
            detail=MAYBE_TEXT,
            fingerprint=TEXT,
        ),
        max_size=3,
    ).map(tuple),
)


def through_json(document: dict[str, Any]) -> dict[str, Any]:
    back = json.loads(json.dumps(document))
    assert isinstance(back, dict)
    assert back == document, "the document holds something that is not plain JSON"
    return back


@given(AGENTS)
def test_an_agent_comes_back_as_it_was(agent: Agent) -> None:
    document = through_json(documents.agent_document(agent))
    assert documents.agent_from_document(document) == agent


@given(CONFIGS)
def test_a_councilor_config_comes_back_as_it_was(config: CouncilorConfig) -> None:
    document = through_json(documents.councilor_config_document(config))
    assert documents.councilor_config_from_document(document) == config


@given(SNAPSHOTS)
def test_a_snapshot_comes_back_as_it_was(snapshot: Snapshot) -> None:
    document = through_json(documents.snapshot_document(snapshot))
    assert documents.snapshot_from_document(document) == snapshot


@given(VERDICTS)
def test_a_verdict_comes_back_as_it_was(verdict: Verdict) -> None:
    document = through_json(documents.verdict_document(verdict))
    assert documents.verdict_from_document(document) == verdict


def councilor() -> Agent:
    return Agent(
        agent_id=AgentId("Quality_Agent"),
        name="Quality",
        instructions="Look closely.",
        command=("true",),
        councilor_config=CouncilorConfig(
            title="Guardian of Quality",
            schedule=Schedule(type=ScheduleType.CRON, value="0 9 * * 1"),
            task=TaskSpec(name="Monolithic files", prompt="Find them."),
        ),
        created_at=datetime(2026, 11, 22, 15, 4, tzinfo=UTC),
        updated_at=datetime(2026, 11, 22, 15, 4, 0, 250_000, tzinfo=UTC),
    )


def test_a_document_has_the_names_that_clients_know() -> None:
    document = documents.agent_document(councilor())
    assert document["_id"] == document["agent_id"] == "Quality_Agent"
    assert document["title"] == "Guardian of Quality"
    assert document["prompt"] == "Look closely."
    assert document["is_councilor"] is True
    assert document["created_at"] == "2026-11-22T15:04:00Z"
    assert document["updated_at"] == "2026-11-22T15:04:00.250000Z"
    assert document["councilor_config"] == {
        "title": "Guardian of Quality",
        "schedule": {
            "type": "cron",
            "value": "0 9 * * 1",
            "enabled": True,
            "timezone": "UTC",
            "gap": "run_after",
            "fold": "once",
            "jitter_seconds": 0,
            "starts_at": None,
            "ends_at": None,
            "active_hours": [],
            "excluded_dates": [],
            "excluded_calendars": [],
        },
        "task": {
            "name": "Monolithic files",
            "prompt": "Find them.",
            "context_files": [],
            "output_format": "checklist",
        },
        "notifications": {
            "on_success": False,
            "on_warning": True,
            "on_error": True,
            "channels": ["panel"],
            "ping_url": None,
        },
        "policies": {
            "timeout_seconds": 600,
            "silence_timeout_seconds": None,
            "max_attempts": 1,
            "retry_backoff_seconds": 5,
            "retry_backoff_factor": 2,
            "retry_backoff_max_seconds": 3_600,
            "retry_jitter": 0.25,
            "retry_on_timeout": False,
            "deadline_seconds": None,
            "priority": 5,
            "overlap": "skip",
            "catch_up": "one",
            "catch_up_max_age_seconds": 86_400,
            "max_cost_usd": None,
            "max_cost_usd_per_day": None,
            "max_cost_usd_per_month": None,
            "continuity": False,
            "permissions": "read-only",
            "evidence": "required",
        },
    }


def test_an_agent_without_a_seat_has_no_title() -> None:
    document = documents.agent_document(
        Agent(
            agent_id=AgentId("a"),
            name="A",
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            updated_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )
    assert document["is_councilor"] is False
    assert document["title"] is document["councilor_config"] is document["customization"] is None


def test_a_document_of_another_release_is_read_with_our_defaults() -> None:
    document = documents.agent_document(councilor())
    config = document["councilor_config"]
    del config["policies"], config["notifications"], document["emoji"], document["tags"]
    document["feeling"] = config["schedule"]["moon"] = "full"
    assert documents.agent_from_document(document) == councilor()


def test_the_times_of_a_document_may_have_any_offset_or_none() -> None:
    at_noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert documents.time_from_text("2026-11-22T09:00:00-03:00") == at_noon
    assert documents.time_from_text("2026-11-22T12:00:00Z") == at_noon
    assert documents.time_from_text("2026-11-22T12:00:00") == at_noon


@pytest.mark.parametrize("key", ["agent_id", "name", "created_at"])
def test_a_document_without_what_has_no_default_is_refused(key: str) -> None:
    document = documents.agent_document(councilor())
    del document[key]
    with pytest.raises((KeyError, TypeError)):
        documents.agent_from_document(document)


def test_a_word_that_we_do_not_know_is_refused() -> None:
    document = documents.agent_document(councilor())
    document["councilor_config"]["policies"]["overlap"] = "explode"
    with pytest.raises(ValueError, match="explode"):
        documents.agent_from_document(document)
