"""Which failures are tried again, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conselho.models.task import ErrorCause, ErrorKind, Outcome, Status, Task, Trigger
from conselho.models.verdict import Severity, Verdict, VerdictSource
from conselho.services.retries import (
    LONGEST_WAIT,
    RESET_SPREAD_SECONDS,
    backoff,
    given_up,
    is_too_late,
    may_pass,
    retry_at,
    without_further_try,
)
from tests.support.clock import NOON
from tests.support.factories import make_snapshot, make_task


def failed(kind: ErrorKind, cause: ErrorCause | None = None, **fields: object) -> Outcome:
    return Outcome(
        status=Status.ERROR,
        severity=Severity.ERROR,
        error_kind=kind,
        error_cause=cause,
        **fields,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    "cause",
    [
        ErrorCause.RATE_LIMIT,
        ErrorCause.OVERLOADED,
        ErrorCause.SERVER,
        ErrorCause.NETWORK,
        ErrorCause.EMPTY,
        ErrorCause.UNFINISHED,
        ErrorCause.OTHER,
        None,
    ],
)
def test_what_may_pass_at_the_provider_is_tried_again(cause: ErrorCause | None) -> None:
    assert may_pass(make_task(), failed(ErrorKind.PROVIDER, cause))


@pytest.mark.parametrize(
    "cause",
    [
        ErrorCause.AUTHENTICATION,
        ErrorCause.REFUSED,
        ErrorCause.TRUNCATED,
        ErrorCause.PERMISSION_DENIED,
        ErrorCause.BAD_REQUEST,
        ErrorCause.BUDGET,
    ],
)
def test_what_another_try_would_only_repeat_is_not(cause: ErrorCause) -> None:
    assert not may_pass(make_task(), failed(ErrorKind.PROVIDER, cause))


@pytest.mark.parametrize(
    "kind",
    [ErrorKind.PREFLIGHT, ErrorKind.SPAWN, ErrorKind.BUDGET, ErrorKind.SILENT, ErrorKind.CANCELLED],
)
def test_what_people_must_mend_is_not(kind: ErrorKind) -> None:
    assert not may_pass(make_task(), failed(kind))


def test_a_time_out_is_tried_again_only_when_asked_for() -> None:
    outcome = failed(ErrorKind.TIMEOUT)

    assert not may_pass(make_task(), outcome)
    assert may_pass(make_task(snapshot=make_snapshot(retry_on_timeout=True)), outcome)


@pytest.mark.parametrize("kind", [ErrorKind.TIMEOUT, ErrorKind.SILENT])
def test_a_run_that_waited_for_its_provider_until_it_was_late_is_tried_again(
    kind: ErrorKind,
) -> None:
    assert may_pass(make_task(), failed(kind, ErrorCause.RATE_LIMIT))
    assert not may_pass(make_task(), failed(kind, ErrorCause.REFUSED))


def test_an_exit_code_is_a_fault_unless_a_report_explains_it() -> None:
    stated = Verdict(severity=Severity.ERROR, summary="A leak.", source=VerdictSource.CONTRACT)

    assert may_pass(make_task(), failed(ErrorKind.EXIT))
    assert not may_pass(make_task(), failed(ErrorKind.EXIT, verdict=stated))


def test_the_wait_doubles_with_jitter_and_a_bound() -> None:
    spec = make_snapshot(retry_backoff_seconds=10)
    for attempt, middle in ((1, 10.0), (2, 20.0), (3, 40.0), (50, 3_600.0)):
        wait = backoff(spec, attempt).total_seconds()
        assert 0.75 * middle <= wait <= 1.25 * middle


def test_base_factor_bound_and_jitter_are_those_of_the_councilor() -> None:
    spec = make_snapshot(
        retry_backoff_seconds=4,
        retry_backoff_factor=3,
        retry_backoff_max_seconds=50,
        retry_jitter=0,
    )

    waits = [backoff(spec, attempt).total_seconds() for attempt in (1, 2, 3, 4)]

    assert waits == [4, 12, 36, 50]


def test_with_factor_one_every_wait_is_the_same() -> None:
    spec = make_snapshot(retry_backoff_seconds=4, retry_backoff_factor=1, retry_jitter=0)

    assert {backoff(spec, attempt) for attempt in range(1, 11)} == {timedelta(seconds=4)}


def test_full_jitter_spreads_from_nothing_to_twice_the_wait() -> None:
    spec = make_snapshot(retry_backoff_seconds=100, retry_jitter=1)

    waits = [backoff(spec, 1).total_seconds() for _ in range(500)]

    assert all(0 <= wait <= 200 for wait in waits)
    assert min(waits) < 50
    assert max(waits) > 150


def test_a_wait_that_the_councilor_asked_for_is_never_too_long() -> None:
    """A day of backoff with jitter is more than a provider would be waited for."""
    day = LONGEST_WAIT.total_seconds()
    spec = make_snapshot(retry_backoff_seconds=day, retry_backoff_max_seconds=day, retry_jitter=1)

    assert all(retry_at(make_task(attempt=1, snapshot=spec), told=None, now=NOON) for _ in range(9))


def test_the_reset_time_of_the_provider_is_waited_for() -> None:
    told = NOON + timedelta(minutes=37)

    again = retry_at(make_task(attempt=1), told=told, now=NOON)

    assert again is not None
    assert told <= again <= told + timedelta(seconds=RESET_SPREAD_SECONDS)


def test_a_reset_that_is_near_never_shortens_the_backoff() -> None:
    task = make_task(attempt=1, snapshot=make_snapshot(retry_backoff_seconds=100))

    again = retry_at(task, told=NOON + timedelta(seconds=1), now=NOON)

    assert again is not None
    assert again >= NOON + timedelta(seconds=75)


def test_a_reset_that_has_passed_leaves_the_backoff() -> None:
    again = retry_at(make_task(attempt=1), told=NOON - timedelta(hours=1), now=NOON)

    assert again is not None
    assert NOON < again < NOON + timedelta(seconds=10)


def test_nobody_waits_for_a_reset_beyond_a_day() -> None:
    assert retry_at(make_task(attempt=1), told=NOON + 2 * LONGEST_WAIT, now=NOON) is None


# -- deadlines -------------------------------------------------------------------------------------


def with_deadline(seconds: float | None = 1_800, **fields: Any) -> Task:
    return make_task(attempt=1, snapshot=make_snapshot(deadline_seconds=seconds), **fields)


def test_without_a_deadline_nothing_is_too_late() -> None:
    task = with_deadline(None)

    assert task.deadline_at is None
    assert not is_too_late(task, NOON + timedelta(days=400))


def test_a_deadline_counts_from_the_slot() -> None:
    task = with_deadline(due_at=NOON, created_at=NOON + timedelta(minutes=5))

    assert task.deadline_at == NOON + timedelta(minutes=30)
    assert not is_too_late(task, NOON + timedelta(minutes=30))
    assert is_too_late(task, NOON + timedelta(minutes=30, seconds=1))


@pytest.mark.parametrize(
    "fields",
    [
        {"trigger": Trigger.MANUAL, "due_at": None},
        {"trigger": Trigger.API, "due_at": None},
        {"trigger": Trigger.CATCH_UP, "due_at": NOON - timedelta(days=1)},
        {"trigger": Trigger.BACKFILL, "due_at": NOON - timedelta(days=300)},
    ],
)
def test_of_what_was_asked_for_or_caught_up_it_counts_from_the_submission(
    fields: dict[str, Any],
) -> None:
    task = with_deadline(created_at=NOON, **fields)

    assert task.deadline_at == NOON + timedelta(minutes=30)


def test_who_gives_up_keeps_the_cause_and_says_why() -> None:
    cause = "It ended with exit code 1."
    outcome = failed(
        ErrorKind.EXIT,
        error=cause,
        verdict=Verdict(severity=Severity.ERROR, summary=cause, source=VerdictSource.HEURISTIC),
    )

    last = given_up(with_deadline(), outcome)

    sentence = (
        "It ended with exit code 1. No further try: the deadline of 30 min after its slot would"
        " have passed."
    )
    assert last.error == sentence
    assert last.verdict is not None
    assert last.verdict.summary == sentence
    assert (last.status, last.error_kind) == (outcome.status, outcome.error_kind)


def test_a_verdict_of_its_own_stays_as_it_is() -> None:
    verdict = Verdict(severity=Severity.ERROR, summary="A leak.", source=VerdictSource.HEURISTIC)

    last = given_up(with_deadline(), failed(ErrorKind.EXIT, error="Exit code 1.", verdict=verdict))

    assert last.verdict == verdict


def test_without_a_known_cause_the_sentence_stands_alone() -> None:
    task = with_deadline(trigger=Trigger.MANUAL, due_at=None)

    assert without_further_try(task, None, "has passed") == (
        "No further try: the deadline of 30 min after it was submitted has passed."
    )


def test_a_reset_of_the_provider_after_the_deadline_is_too_late() -> None:
    again = retry_at(with_deadline(), told=NOON + timedelta(minutes=31), now=NOON)

    assert again is not None
    assert is_too_late(with_deadline(), again)
