"""The report contract: what is a verdict, what is not, and what hostile text can do."""

from __future__ import annotations

import json

import pytest

from conselho.models.verdict import Severity, VerdictSource
from conselho.verdict.contract import (
    MAX_FINDINGS,
    MAX_SUMMARY,
    ContractError,
    fingerprint,
    parse_contract,
)


def fenced(report: object, *, after: str = "") -> str:
    return f"# Report\n\nsome prose\n\n```json\n{json.dumps(report)}\n```\n{after}"


def test_the_last_fenced_object_is_the_verdict() -> None:
    text = fenced({"severity": "error", "summary": "old"}) + fenced(
        {
            "severity": "warning",
            "summary": "Two files are large.",
            "findings": [{"title": "a.py has 900 lines", "file": "a.py", "line": 1}],
        }
    )

    verdict = parse_contract(text)

    assert verdict is not None
    assert verdict.severity is Severity.WARNING
    assert verdict.source is VerdictSource.CONTRACT
    assert verdict.summary == "Two files are large."
    [finding] = verdict.findings
    assert (finding.file, finding.line, finding.severity) == ("a.py", 1, Severity.WARNING)


@pytest.mark.parametrize(
    "after", ["", "\nThat is all.\n", "\n\n"], ids=["nothing", "prose", "blanks"]
)
def test_prose_may_follow_the_block(after: str) -> None:
    verdict = parse_contract(fenced({"severity": "success", "summary": "Fine."}, after=after))

    assert verdict is not None
    assert verdict.severity is Severity.SUCCESS


def test_a_block_that_nothing_closes_counts() -> None:
    verdict = parse_contract('text\n```json\n{"severity": "info", "summary": "Cut off."}')

    assert verdict is not None
    assert verdict.summary == "Cut off."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no block at all",
        "```\nplain code\n```",
        '```json\n{"name": "package"}\n```',
        "```json\n[1, 2]\n```",
    ],
)
def test_text_without_a_verdict_has_none(text: str) -> None:
    assert parse_contract(text) is None


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ({"severity": "great", "summary": "x"}, "severity"),
        ({"severity": "success"}, "summary"),
        ({"severity": "success", "summary": "  "}, "summary"),
        ({"severity": "success", "summary": 3}, "summary"),
        ({"severity": "success", "summary": "x", "findings": {}}, "findings"),
        ({"severity": "success", "summary": "x", "findings": ["y"]}, r"findings\[0\]"),
        ({"severity": "success", "summary": "x", "findings": [{}]}, r"findings\[0\].title"),
    ],
)
def test_a_broken_block_says_where_it_is_broken(report: object, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        parse_contract(fenced(report))


def test_a_block_meant_as_verdict_that_is_no_json_is_broken() -> None:
    with pytest.raises(ContractError, match="not JSON"):
        parse_contract('```json\n{"severity": success}\n```')


def test_a_verdict_is_not_milder_than_its_worst_finding() -> None:
    verdict = parse_contract(
        fenced(
            {
                "severity": "success",
                "summary": "All good.",
                "findings": [{"title": "leaked key", "severity": "error"}],
            }
        )
    )

    assert verdict is not None
    assert verdict.severity is Severity.ERROR
    assert verdict.reason is not None
    assert "success" in verdict.reason


def test_remarks_do_not_spoil_a_green_verdict() -> None:
    verdict = parse_contract(
        fenced(
            {
                "severity": "success",
                "summary": "All good.",
                "findings": [{"title": "3 files looked at", "severity": "info"}],
            }
        )
    )

    assert verdict is not None
    assert verdict.severity is Severity.SUCCESS


def test_what_is_too_long_is_cut_and_what_is_too_much_left_out() -> None:
    findings = [{"title": f"t{number}"} for number in range(MAX_FINDINGS + 50)]

    verdict = parse_contract(
        fenced({"severity": "info", "summary": "s" * 10_000, "findings": findings})
    )

    assert verdict is not None
    assert len(verdict.summary) == MAX_SUMMARY
    assert len(verdict.findings) == MAX_FINDINGS


@pytest.mark.parametrize("line", [0, -3, True, 10**12, "7", None])
def test_a_line_that_is_no_line_number_is_left_out(line: object) -> None:
    verdict = parse_contract(
        fenced({"severity": "info", "summary": "s", "findings": [{"title": "t", "line": line}]})
    )

    assert verdict is not None
    assert verdict.findings[0].line is None


def test_deep_nesting_does_not_crash() -> None:
    with pytest.raises(ContractError):
        parse_contract('```json\n{"severity": ' + "[" * 100_000 + "\n```")


def test_a_fingerprint_outlives_moved_lines_and_other_counts() -> None:
    assert fingerprint("a.py has 900 lines", "a.py") == fingerprint("A.py has 912 lines", "a.py")
    assert fingerprint("a.py has 900 lines", "a.py") != fingerprint("a.py has 900 lines", "b.py")
