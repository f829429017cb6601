"""Which failures are tried again, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conselho.models.task import ErrorCause, ErrorKind, Outcome, Status
from conselho.models.verdict import Severity, Verdict, VerdictSource
from conselho.services.retries import (
    LONGEST_BACKOFF_SECONDS,
    LONGEST_WAIT,
    RESET_SPREAD_SECONDS,
    backoff,
    may_pass,
    retry_at,
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
    for attempt, middle in ((1, 10.0), (2, 20.0), (3, 40.0), (50, LONGEST_BACKOFF_SECONDS)):
        wait = backoff(10, attempt).total_seconds()
        assert 0.75 * middle <= wait <= 1.25 * middle


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
