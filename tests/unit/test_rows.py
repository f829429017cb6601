"""A Task as programs outside see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from conselho.models.rows import task_row
from conselho.models.task import Status, Trigger, queued_key, waiting_key
from tests.support.clock import NOON
from tests.support.factories import ANA, make_snapshot, make_task


def test_the_row_shows_how_a_run_is_tried_again() -> None:
    spec = make_snapshot(
        retry_backoff_seconds=7,
        retry_backoff_factor=3,
        retry_backoff_max_seconds=70,
        retry_jitter=0.5,
        deadline_seconds=1_800,
    )

    row = task_row(make_task(snapshot=spec, max_attempts=4, priority=8))

    assert row["retry_policy"] == {
        "max_attempts": 4,
        "backoff_seconds": 7,
        "factor": 3,
        "max_seconds": 70,
        "jitter": 0.5,
    }
    assert row["deadline_at"] == "2026-11-22T12:30:00Z"
    assert row["priority"] == 8


def test_without_a_deadline_none_is_shown() -> None:
    assert task_row(make_task())["deadline_at"] is None


@pytest.mark.parametrize(
    ("status", "attempt", "shown"),
    [
        (Status.PENDING, 0, None),
        (Status.PENDING, 1, "2026-11-22T12:01:00Z"),
        (Status.PROCESSING, 1, None),
        (Status.ERROR, 2, None),
    ],
)
def test_the_time_of_the_next_try_is_shown_while_it_is_waited_for(
    status: Status, attempt: int, shown: str | None
) -> None:
    task = make_task(status=status, attempt=attempt, not_before=NOON + timedelta(minutes=1))

    assert task_row(task)["retry_at"] == shown


@pytest.mark.parametrize("key", [queued_key(ANA), waiting_key(ANA, Trigger.CATCH_UP, NOON)])
def test_who_waits_for_another_run_says_so_until_it_starts(key: str) -> None:
    waiting = make_task(active_key=key)

    assert task_row(waiting)["waits_for"] == "turn"
    assert task_row(replace(waiting, status=Status.PROCESSING))["waits_for"] is None
    assert task_row(make_task())["waits_for"] is None


def test_the_reason_of_a_cancellation_is_shown() -> None:
    task = make_task(cancel_requested=True, cancel_reason="A newer slot took its place.")

    assert task_row(task)["cancel_reason"] == "A newer slot took its place."
    assert task_row(make_task())["cancel_reason"] is None
