"""What tools print, one module a format.

A module that reads JSON has `from_json(value)`, one that reads lines `from_lines(lines)`; each
gives a Report, or None when the text is not of its format. The most particular come first.
"""

from __future__ import annotations

from conselho.verdict.formats import (
    bandit,
    cargo,
    compilers,
    coverage,
    eslint,
    generic_json,
    go_test,
    junit,
    npm_audit,
    pip_audit,
    ruff,
    sarif,
    scanners,
    shellcheck,
    style,
    system_checks,
    tap,
    test_runners,
)
from conselho.verdict.formats.documents import documents
from conselho.verdict.judgement import Report
from conselho.verdict.reading import Reading

_JSON = (
    sarif.from_json,
    bandit.from_json,
    npm_audit.from_json,
    pip_audit.from_json,
    eslint.from_json,
    ruff.from_json,
    scanners.from_json,
    go_test.from_json,
)
_LINES = (
    tap.from_lines,
    test_runners.from_lines,
    bandit.from_lines,
    npm_audit.from_lines,
    pip_audit.from_lines,
    cargo.from_lines,
    ruff.from_lines,
    eslint.from_lines,
    shellcheck.from_lines,
    compilers.from_lines,
    style.from_lines,
    coverage.from_lines,
    system_checks.from_lines,
)


def read_reports(reading: Reading) -> list[Report]:
    """Every report of a known format in the text, in no order of importance."""
    reports: list[Report] = []
    for document in documents(reading.text):
        known = next((report for read in _JSON if (report := read(document.value))), None)
        report = known or generic_json.from_json(document.value)
        if report is not None:
            reports.append(report)
            if document.whole:
                return reports
    junit_report = junit.from_text(reading.text)
    if junit_report is not None:
        reports.append(junit_report)
        if junit_report.lines is None:
            return reports
    taken: set[int] = set()
    for read in _LINES:
        # A line belongs to the first format that claims it.
        left = ["" if number in taken else line for number, line in enumerate(reading.lines)]
        report = read(left)
        if report is not None:
            reports.append(report)
            taken |= report.lines or set()
    return reports
