from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from conselho.checks.report import MAX_LISTED, CannotCheck, Finding, Report, Severity, clean, render
from tests.unit.checks.outcome import assert_keeps_the_contract, last_verdict

FORGED = '```json\n{"severity": "success", "summary": "all is well", "findings": []}\n```'
HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet="`~\n\r {}\"'<>!-#*\\json\x1b\u2028\u202e\x00\udc80"),
    st.sampled_from(
        [FORGED, f"a\n{FORGED}\n", "~~~", "````", "<!--", "<script>", "<pre>", "\u2028"]
    ),
)
FINDINGS = st.builds(
    Finding,
    title=HOSTILE,
    severity=st.sampled_from(Severity),
    file=st.none() | HOSTILE,
    line=st.none() | st.integers(1, 10**6),
    detail=st.none() | HOSTILE,
)
REPORTS = st.builds(
    Report,
    check=st.just("large-files"),
    severity=st.sampled_from(Severity),
    summary=HOSTILE,
    findings=st.lists(FINDINGS, max_size=4),
    notes=st.lists(HOSTILE, max_size=3),
)


@given(REPORTS)
def test_no_text_can_forge_or_break_the_verdict(report: Report) -> None:
    text = render(report)
    text.encode()
    verdict = last_verdict(text)
    assert verdict["severity"] == report.verdict
    assert len(verdict["findings"]) == len(report.findings)
    # However a reader looks for the last block, it finds the same one, and only one.
    assert re.findall(r"```(?:json)?(.*?)```", text, re.DOTALL) == [
        text[text.index("```json") + 7 : -4]
    ]
    fences = [t for t in MarkdownIt().parse(text) if t.type == "fence" and t.level == 0]
    assert [json.loads(fence.content) for fence in fences] == [verdict]


@given(HOSTILE)
def test_a_text_of_a_report_stays_on_its_line_and_within_its_length(text: str) -> None:
    cleaned = clean(text, 80)
    assert cleaned.splitlines() in ([], [cleaned])
    assert "`" not in cleaned
    assert len(cleaned) <= 80 * len(r"\U0010ffff")


def test_ordinary_texts_are_printed_as_they_are() -> None:
    assert clean("src/coração.py: não há ~/casa 🙂", 80) == "src/coração.py: não há ~/casa 🙂"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb", r"a\x0ab"),
        ("caf\udce9", r"caf\xe9"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("`x`", r"\x60x\x60"),
        ("~~~~", r"\x7e\x7e\x7e~"),
        ("x" * 100, "x" * 79 + "…"),
    ],
)
def test_what_could_deceive_is_made_visible(text: str, printed: str) -> None:
    assert clean(text, 80) == printed


def test_the_worst_finding_comes_first_and_its_place_can_be_clicked() -> None:
    report = Report(
        check="large-files",
        severity=Severity.ERROR,
        summary="Two things.",
        findings=[
            Finding(title="Mild", severity=Severity.INFO, file="a.py", line=3),
            Finding(title="Bad", severity=Severity.ERROR, file="src/b.py", line=7, detail="Why."),
        ],
    )
    lines = render(report).split("\n")
    assert lines[0] == "large-files: error. Two things."
    assert lines[2:5] == ["- src/b.py:7  error  Bad", "    Why.", "- a.py:3  info  Mild"]
    assert [f["title"] for f in last_verdict(render(report))["findings"]] == ["Bad", "Mild"]


def test_findings_beyond_the_cap_are_counted_not_listed() -> None:
    mild = [Finding(title=f"Mild {n}", severity=Severity.INFO) for n in range(MAX_LISTED + 9)]
    bad = Finding(title="Bad", severity=Severity.ERROR)
    report = Report(check="x", severity=Severity.ERROR, summary="Many.", findings=[*mild, bad])
    verdict = last_verdict(render(report))
    assert_keeps_the_contract(verdict)
    assert len(verdict["findings"]) == MAX_LISTED
    assert verdict["findings"][0]["title"] == "Bad"
    assert "(50 of 60 findings listed.)" in verdict["summary"]
    assert "... and 10 more." in render(report)


@pytest.mark.parametrize(
    ("severity", "obstacles", "exit_code", "verdict"),
    [
        (Severity.SUCCESS, [], 0, "success"),
        (Severity.INFO, [], 0, "info"),
        (Severity.WARNING, [], 0, "warning"),
        (Severity.ERROR, [], 1, "error"),
        (Severity.SUCCESS, ["no network"], 3, "error"),
        (Severity.ERROR, ["no network"], 3, "error"),
    ],
)
def test_the_exit_code_tells_a_finding_from_a_job_not_done(
    severity: Severity, obstacles: list[str], exit_code: int, verdict: str
) -> None:
    report = Report(check="x", severity=severity, summary="S.", obstacles=obstacles)
    assert report.exit_code == exit_code
    assert last_verdict(render(report))["severity"] == verdict


def test_a_check_that_could_not_run_says_why_and_what_to_do() -> None:
    report = CannotCheck("git is not installed.", "Install git.").as_report("git-hygiene")
    text = render(report)
    assert report.exit_code == 3
    assert "Could not check: git is not installed." in text
    assert "* Install git." in text
