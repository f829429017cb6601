"""The precedence of outcomes for a child that ended by itself."""

from __future__ import annotations

import pytest

from conselho.models.task import ErrorKind, Status
from conselho.models.verdict import Severity, VerdictSource
from conselho.verdict.judge import judge

GREEN = '```json\n{"severity": "success", "summary": "All well."}\n```'
RED = '```json\n{"severity": "error", "summary": "A key is leaked."}\n```'
BROKEN = '```json\n{"severity": "splendid", "summary": "?"}\n```'


def test_a_stated_verdict_is_taken_as_stated() -> None:
    outcome = judge(GREEN, exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.SUCCESS)
    assert outcome.verdict is not None
    assert outcome.verdict.source is VerdictSource.CONTRACT


def test_a_stated_error_with_exit_code_zero_is_a_completed_run_with_bad_news() -> None:
    outcome = judge(RED, exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.ERROR)
    assert outcome.error_kind is None


def test_a_non_zero_exit_code_outranks_a_green_report() -> None:
    outcome = judge(GREEN, exit_code=3)

    assert (outcome.status, outcome.severity) == (Status.ERROR, Severity.ERROR)
    assert outcome.error_kind == ErrorKind.EXIT
    assert outcome.verdict is not None
    assert outcome.verdict.severity is Severity.ERROR
    assert outcome.verdict.reason is not None
    assert "success" in outcome.verdict.reason


def test_a_non_zero_exit_code_keeps_the_findings_of_the_report() -> None:
    outcome = judge(RED, exit_code=1)

    assert outcome.error == "A key is leaked."


def test_a_non_zero_exit_code_is_told_with_the_last_word_on_stderr() -> None:
    outcome = judge("out", exit_code=2, stderr="first\nno such option\n")

    assert outcome.error == "The command ended with exit code 2: no such option"


def test_output_and_exit_code_zero_are_evidence_enough_for_success() -> None:
    outcome = judge("12 passed in 0.3s\n", exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.SUCCESS)
    assert outcome.verdict is not None
    assert outcome.verdict.source is VerdictSource.HEURISTIC
    assert outcome.verdict.summary == "pytest: 12 passed in 0.3s"


@pytest.mark.parametrize("text", ["", "  \n\t\n"])
def test_silence_is_never_a_success(text: str) -> None:
    outcome = judge(text, exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.INFO)
    assert outcome.verdict is not None
    assert outcome.verdict.reason is not None


def test_a_report_that_breaks_the_contract_is_no_green_light() -> None:
    outcome = judge(BROKEN, exit_code=0)

    assert outcome.severity is Severity.INFO
    assert outcome.verdict is not None
    assert outcome.verdict.reason is not None
    assert "splendid" in outcome.verdict.reason


def test_a_program_that_ends_well_and_says_that_tests_failed_is_no_success() -> None:
    outcome = judge("== 1 failed, 11 passed in 0.3s ==\n", exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.ERROR)


def test_an_output_that_judges_nothing_is_a_success_for_a_program() -> None:
    assert judge("42\n", exit_code=0).severity is Severity.SUCCESS
