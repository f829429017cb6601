"""The precedence of outcomes for an agent: an exit code of 0 and a cheerful text prove nothing."""

from __future__ import annotations

from typing import Any

import pytest

from conselho.models.task import ErrorCause, ErrorKind, Outcome, Status
from conselho.models.verdict import Severity, VerdictSource
from conselho.verdict.judge import AgentWord, judge_agent

GREEN = '```json\n{"severity": "success", "summary": "All well."}\n```'
YELLOW = '```json\n{"severity": "warning", "summary": "Two files are too long."}\n```'
RED = '```json\n{"severity": "error", "summary": "A key is leaked."}\n```'
BROKEN = '```json\n{"severity": "splendid", "summary": "?"}\n```'


def word(text: str = GREEN, **fields: Any) -> AgentWord:
    """An agent that looked with one tool and ended well, unless told otherwise."""
    return AgentWord(text=text, **({"ended": True, "tools": 1, "tools_called": 1} | fields))


def reason_of(outcome: Outcome) -> str:
    assert outcome.verdict is not None
    return outcome.verdict.reason or ""


def kinds(outcome: Outcome) -> tuple[Status, str | None, str | None]:
    return outcome.status, outcome.error_kind, outcome.error_cause


# -- the way down ----------------------------------------------------------------------------------


def test_a_green_report_with_evidence_is_a_success() -> None:
    outcome = judge_agent(word(), exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.SUCCESS)
    assert outcome.verdict is not None
    assert outcome.verdict.source is VerdictSource.CONTRACT


def test_its_own_word_that_it_failed_outranks_a_green_report_and_exit_code_zero() -> None:
    failed = word(error="429: rate limit", cause=ErrorCause.RATE_LIMIT)

    outcome = judge_agent(failed, exit_code=0)

    assert kinds(outcome) == (Status.ERROR, ErrorKind.PROVIDER, ErrorCause.RATE_LIMIT)
    assert outcome.severity is Severity.ERROR
    assert outcome.error == "429: rate limit"
    assert "the report says success, but the agent reports a failure" in reason_of(outcome)


def test_an_output_that_breaks_off_outranks_a_green_report_and_exit_code_zero() -> None:
    outcome = judge_agent(word(ended=False), exit_code=0, stderr="panic: out of memory\n")

    assert kinds(outcome) == (Status.ERROR, ErrorKind.PROVIDER, ErrorCause.UNFINISHED)
    assert "panic: out of memory" in (outcome.error or "")


def test_an_exit_code_outranks_a_green_report() -> None:
    outcome = judge_agent(word(), exit_code=3)

    assert kinds(outcome) == (Status.ERROR, ErrorKind.EXIT, None)
    assert "the exit code is 3" in reason_of(outcome)


def test_the_findings_of_a_failed_run_are_kept() -> None:
    text = RED.replace("}\n", ', "findings": [{"title": "key in a.py"}]}\n')

    outcome = judge_agent(word(text), exit_code=1)

    assert outcome.verdict is not None
    assert [finding.title for finding in outcome.verdict.findings] == ["key in a.py"]


def test_a_spent_budget_is_its_own_kind_of_error() -> None:
    outcome = judge_agent(word(error="over", cause=ErrorCause.BUDGET), exit_code=1)

    assert outcome.error_kind == ErrorKind.BUDGET


# -- answers that are none -------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  \n\t\n"])
def test_an_empty_answer_is_an_error(text: str) -> None:
    outcome = judge_agent(word(text), exit_code=0)

    assert kinds(outcome) == (Status.ERROR, ErrorKind.PROVIDER, ErrorCause.EMPTY)


def test_an_empty_answer_after_a_denial_says_what_was_denied() -> None:
    outcome = judge_agent(word("", denied=("bash touch x",), tools=0), exit_code=0)

    assert kinds(outcome) == (Status.ERROR, ErrorKind.PROVIDER, ErrorCause.PERMISSION_DENIED)
    assert "bash touch x" in (outcome.error or "")
    assert outcome.permission_denied == ("bash touch x",)


@pytest.mark.parametrize("text", ["I can't help with that.", "Desculpe, não posso ajudar."])
def test_a_refusal_is_an_error_though_the_agent_ended_well(text: str) -> None:
    outcome = judge_agent(word(text), exit_code=0)

    assert kinds(outcome) == (Status.ERROR, ErrorKind.PROVIDER, ErrorCause.REFUSED)


def test_a_report_that_begins_like_a_refusal_is_a_report() -> None:
    outcome = judge_agent(word("I can't help noticing:\n" + YELLOW), exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.WARNING)


def test_an_answer_cut_off_in_mid_sentence_is_no_success() -> None:
    text = "No problems found. Everything is in order so far and now I will look at"

    outcome = judge_agent(word(text), exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.INFO)
    assert "stops in the middle of a sentence" in reason_of(outcome)


# -- success needs evidence ------------------------------------------------------------------------


def test_a_success_without_any_tool_is_a_note_with_the_reason() -> None:
    outcome = judge_agent(word(tools=0, tools_called=0), exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.INFO)
    assert "it used no tool" in reason_of(outcome)


def test_a_success_whose_tools_all_failed_is_a_note() -> None:
    outcome = judge_agent(word(tools=0, tools_called=3), exit_code=0)

    assert outcome.severity is Severity.INFO
    assert "none of its 3 tool calls worked" in reason_of(outcome)


def test_evidence_can_be_made_optional() -> None:
    outcome = judge_agent(word(tools=0), exit_code=0, evidence="optional")

    assert outcome.severity is Severity.SUCCESS


@pytest.mark.parametrize(("text", "severity"), [(YELLOW, Severity.WARNING), (RED, Severity.ERROR)])
def test_bad_news_needs_no_evidence(text: str, severity: Severity) -> None:
    assert judge_agent(word(text, tools=0), exit_code=0).severity is severity


def test_a_success_after_a_denial_is_a_warning_that_names_it() -> None:
    outcome = judge_agent(word(denied=("Bash npm test",)), exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.WARNING)
    assert "it was not allowed: Bash npm test" in reason_of(outcome)
    assert outcome.permission_denied == ("Bash npm test",)


def test_an_error_after_a_denial_stays_an_error() -> None:
    assert judge_agent(word(RED, denied=("x",)), exit_code=0).severity is Severity.ERROR


def test_a_success_without_its_context_files_is_a_note() -> None:
    outcome = judge_agent(word(), exit_code=0, lacking=["RULES.md: it does not exist"])

    assert outcome.severity is Severity.INFO
    assert "RULES.md: it does not exist" in reason_of(outcome)


# -- without a report block ------------------------------------------------------------------------


def test_without_a_block_the_text_speaks() -> None:
    text = "I looked at the folder. The nightly backup is missing.\nSTATUS: ERROR"

    outcome = judge_agent(word(text), exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, Severity.ERROR)
    assert outcome.verdict is not None
    assert outcome.verdict.source is VerdictSource.HEURISTIC


def test_a_text_that_judges_nothing_is_a_note() -> None:
    outcome = judge_agent(word("The repository has 40 files in 3 folders."), exit_code=0)

    assert outcome.severity is Severity.INFO


def test_a_broken_block_is_never_a_green_light() -> None:
    outcome = judge_agent(word("No problems found.\n" + BROKEN), exit_code=0)

    assert outcome.severity is Severity.INFO
    assert "report contract was not kept" in reason_of(outcome)


# -- a report, and then something more -------------------------------------------------------------


@pytest.mark.parametrize(("report", "severity"), [(YELLOW, "warning"), (RED, "error")])
def test_bad_news_stands_when_the_agent_goes_on_and_says_done(report: str, severity: str) -> None:
    outcome = judge_agent(word("Done.", report=report), exit_code=0)

    assert (outcome.status, outcome.severity) == (Status.COMPLETED, severity)
    assert outcome.verdict is not None
    assert outcome.verdict.source is VerdictSource.CONTRACT


def test_good_news_from_before_the_last_tool_is_a_note() -> None:
    outcome = judge_agent(word("Done.", report=GREEN), exit_code=0)

    assert outcome.severity is Severity.INFO
    assert "went on without reporting again" in reason_of(outcome)


def test_what_the_agent_says_last_can_make_good_news_worse() -> None:
    text = "Wait: the nightly backup is missing.\nSTATUS: ERROR"

    assert judge_agent(word(text, report=GREEN), exit_code=0).severity is Severity.ERROR


def test_a_report_in_the_answer_itself_outranks_an_earlier_one() -> None:
    assert judge_agent(word(GREEN, report=RED), exit_code=0).severity is Severity.SUCCESS


def test_a_broken_last_report_is_not_replaced_by_an_earlier_good_one() -> None:
    outcome = judge_agent(word(BROKEN, report=GREEN), exit_code=0)

    assert outcome.severity is not Severity.SUCCESS
    assert "the report contract was not kept" in reason_of(outcome)


def test_a_broken_last_report_does_not_undo_earlier_bad_news() -> None:
    assert judge_agent(word(BROKEN, report=RED), exit_code=0).severity is Severity.ERROR


def test_a_hundred_missing_files_do_not_make_a_reason_without_end() -> None:
    lacking = [f"{n}{'x' * 4_000}: it does not exist" for n in range(100)]

    outcome = judge_agent(word(), exit_code=0, lacking=lacking)

    assert outcome.severity is Severity.INFO
    assert "97 more of that kind" in reason_of(outcome)
    assert len(reason_of(outcome)) < 2_000
