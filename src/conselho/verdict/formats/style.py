"""Formatters and the smaller linters: what they complain of is a warning.

black, isort, prettier, ruff format, gofmt, rustfmt, yamllint, markdownlint, djlint, tidy, djcheck,
vulture, codespell and whatever ends with "N files would be reformatted".
"""

from __future__ import annotations

import re

from conselho.models.verdict import Severity
from conselho.verdict.judgement import MAX_FINDINGS, Report, counted, finding

_COMPLAINT = re.compile(
    r"^would reformat |^Would reformat: |^\[warn\] "
    r"|^ERROR: .{1,250} Imports are incorrectly sorted|^\d{1,6} files? would be reformatted"
    r"|^Oh no! "
    r"|^Code style issues |^diff -u .{1,200}\.orig|^Diff in .{1,250} (?:at line \d|:)|^would fix "
    r"|^ {1,4}\d{1,7}:\d{1,6} {1,10}(?:error|warning) {1,4}\S"  # yamllint
    r"|^[^\s:][^:]{0,250}:\d{1,7}(?::\d{1,6})? (?:error |warning )?MD\d{3}/"  # markdownlint
    r"|^line \d{1,7} column \d{1,6} - (?:Warning|Error|Info): "  # tidy
    r"|^[^\s:][^:]{0,250}:\d{1,7}: (?:unused|unreachable) [a-z]{2,12} "  # vulture
    r"|^[^\s:][^:]{0,250}:\d{1,7}: .{1,80} ==> .{1,80}$"  # codespell
    r"|^[^\s:][^:]{0,250}:\d{1,7} (?:DL|SC|MD|H|T)\d{3,4} "  # hadolint, djlint
    r"|^L: {1,4}\d{1,6} \| P: {1,4}\d{1,6} \| \w{2,6} \| "  # sqlfluff
    r"|^[^\s:][^:]{0,250}:\d{1,7}(?::\d{1,6})?:? \[(?:warning|error|warn|info|[CRWEF])\d{0,4}\]? "
    r"|^[^\s:][^:]{0,250}:\d{1,7} (?:in |at )[^:]{1,120}:$"  # pydocstyle
    r"|^ {1,8}D\d{3}: "
    r"|^Scanned \d{1,6} files?, found [1-9]\d{0,6} (?:errors?|warnings?)\b|^unformatted: "
)
_UNREAD = re.compile(r"^ {1,4}\d{1,7}:\d{1,6} {1,10}error {1,4}syntax error")
_CLEAN = re.compile(
    r"^All matched files use Prettier code style!|^\d{1,6} files? (?:would be left unchanged"
    r"|left unchanged|already formatted)\.?$|^All done! "
)


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of a formatter's or a small linter's lines."""
    mine: list[int] = []
    clean: list[int] = []
    for number, line in enumerate(lines):
        if _COMPLAINT.match(line):
            mine.append(number)
        elif _CLEAN.match(line):
            clean.append(number)
    if not mine and not clean:
        return None
    if not mine:
        return Report(
            format="formatter",
            severity=Severity.SUCCESS,
            summary=lines[clean[0]].strip(),
            lines=frozenset(clean),
        )
    first = lines[mine[0]].strip()
    unread = any(_UNREAD.match(lines[number]) for number in mine)
    return Report(
        format="linter",
        severity=Severity.ERROR if unread else Severity.WARNING,
        summary=f"linter: {counted(len(mine), 'finding')}, the first: {first}",
        findings=tuple(finding(lines[number], Severity.WARNING) for number in mine[:MAX_FINDINGS]),
        lines=frozenset([*mine, *clean]),
    )
