"""Tasks made out of councilors: their keys, lanes and what they remember of the policies."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from conselho.models.agent import Agent, Overlap, Policies
from conselho.models.task import (
    SKIPPED_FOR,
    SkipReason,
    Status,
    Trigger,
    backfill_key,
    queued_key,
    slot_key,
    waiting_key,
)
from conselho.services.submission import (
    Waiting,
    backfill_task,
    lanes_of,
    lost_task,
    manual_task,
    slot_task,
)
from conselho.store import PAST_LANE
from tests.support.clock import NOON
from tests.support.factories import ANA, make_agent

LATER = NOON + timedelta(hours=1)


def councilor(*, policies: Policies | None = None, **fields: object) -> Agent:
    agent = make_agent(ANA, **fields)
    config = replace(agent.seat, policies=policies or Policies())
    return replace(agent, councilor_config=config)


def test_a_slot_asks_for_the_key_of_its_councilor() -> None:
    agent = councilor(policies=Policies(overlap=Overlap.SKIP))

    task = slot_task(agent, NOON, now=LATER, trigger=Trigger.SCHEDULE)

    assert task.active_key == ANA
    assert task.idempotency_key == slot_key(ANA, NOON)
    assert (task.due_at, task.not_before, task.created_at) == (NOON, NOON, LATER)


@pytest.mark.parametrize("overlap", [Overlap.QUEUE, Overlap.CANCEL_RUNNING])
def test_a_slot_that_may_wait_is_queued_from_the_start(overlap: Overlap) -> None:
    agent = councilor(policies=Policies(overlap=overlap))

    task = slot_task(agent, NOON, now=NOON, trigger=Trigger.SCHEDULE)

    assert task.active_key == queued_key(ANA)


@pytest.mark.parametrize("overlap", [Overlap.SKIP, Overlap.QUEUE, Overlap.CANCEL_RUNNING])
def test_a_slot_may_wait_as_the_only_one_or_in_turn(overlap: Overlap) -> None:
    agent = councilor(policies=Policies(overlap=overlap))

    queued = slot_task(agent, NOON, now=NOON, trigger=Trigger.SCHEDULE, waiting=Waiting.QUEUED)
    in_turn = slot_task(
        agent,
        NOON,
        now=NOON,
        trigger=Trigger.CATCH_UP,
        waiting=Waiting.IN_TURN,
        not_before=LATER,
    )

    assert queued.active_key == queued_key(ANA)
    assert in_turn.active_key == waiting_key(ANA, Trigger.CATCH_UP, NOON)
    assert (in_turn.due_at, in_turn.not_before) == (NOON, LATER)


@pytest.mark.parametrize("waiting", [None, *Waiting])
def test_with_allow_nothing_waits(waiting: Waiting | None) -> None:
    agent = councilor(policies=Policies(overlap=Overlap.ALLOW))

    slot = slot_task(agent, NOON, now=NOON, trigger=Trigger.SCHEDULE, waiting=waiting)
    filled = backfill_task(agent, NOON, now=LATER, not_before=LATER)

    assert slot.active_key == slot.task_id
    assert filled.active_key == filled.task_id


def test_a_backfilled_slot_takes_its_turn_under_a_key_of_its_own() -> None:
    task = backfill_task(councilor(), NOON, now=LATER, not_before=LATER + timedelta(minutes=1))

    assert task.trigger is Trigger.BACKFILL
    assert task.idempotency_key == backfill_key(ANA, NOON)
    assert task.active_key == waiting_key(ANA, Trigger.BACKFILL, NOON)
    assert (task.due_at, task.created_at) == (NOON, LATER)
    assert task.not_before == LATER + timedelta(minutes=1)


def test_what_bounds_a_try_and_its_turn_is_remembered() -> None:
    policies = Policies(
        max_attempts=4,
        retry_backoff_seconds=7,
        retry_backoff_factor=3,
        retry_backoff_max_seconds=70,
        retry_jitter=0.5,
        deadline_seconds=900,
        priority=8,
    )
    agent = councilor(policies=policies, tags=("nightly",))
    tasks = [
        slot_task(agent, NOON, now=NOON, trigger=Trigger.SCHEDULE),
        backfill_task(agent, NOON, now=NOON, not_before=NOON),
        manual_task(agent, now=NOON),
    ]

    for task in tasks:
        spec = task.snapshot
        assert (task.max_attempts, task.priority) == (4, 8)
        assert task.lanes[:2] == ("provider:command", "tag:nightly")
        assert spec.retry_backoff_seconds == 7
        assert spec.retry_backoff_factor == 3
        assert spec.retry_backoff_max_seconds == 70
        assert spec.retry_jitter == 0.5
        assert spec.deadline_seconds == 900


def test_an_agent_that_may_write_shares_its_folder_by_whatever_path(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    link = tmp_path / "link"
    link.symlink_to(folder)
    paths = (folder, link, folder / ".." / "project")
    agents = [
        councilor(policies=Policies(permissions="write"), provider="claude", cwd=str(path))
        for path in paths
    ]

    assert {lanes_of(agent, Trigger.SCHEDULE) for agent in agents} == {
        ("provider:claude", f"write:{os.path.realpath(folder)}")
    }


def test_an_agent_without_a_folder_writes_in_that_of_the_server() -> None:
    agent = councilor(policies=Policies(permissions="full"), provider="codex")

    assert f"write:{os.path.realpath(os.getcwd())}" in lanes_of(agent, Trigger.MANUAL)


def test_who_only_reads_and_a_program_share_no_folder() -> None:
    reader = councilor(provider="claude", cwd="/srv")
    program = councilor(policies=Policies(permissions="full"), cwd="/srv")

    assert lanes_of(reader, Trigger.SCHEDULE) == ("provider:claude",)
    assert lanes_of(program, Trigger.SCHEDULE) == ("provider:command",)


@pytest.mark.parametrize("trigger", [Trigger.CATCH_UP, Trigger.BACKFILL])
def test_runs_of_the_past_share_a_lane(trigger: Trigger) -> None:
    assert lanes_of(councilor(), trigger) == ("provider:command", PAST_LANE)


@pytest.mark.parametrize("reason", list(SkipReason))
def test_a_lost_slot_is_skipped_when_somebody_decided_so_and_missed_otherwise(
    reason: SkipReason,
) -> None:
    row = lost_task(councilor(), NOON, now=LATER, reason=reason)

    assert row.status is (Status.SKIPPED if reason in SKIPPED_FOR else Status.MISSED)
    assert row.skip_reason == reason
