"""eslint, and stylelint which prints alike: what they call errors are findings all the same.

Only a file that cannot be parsed is an error: nothing in it was checked.
"""

from __future__ import annotations

import re
from typing import Any

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.formats.documents import items, text_of, whole_number
from conselho.verdict.judgement import MAX_FINDINGS, Report, finding

_FINDING = re.compile(
    r"^ {1,6}(?P<line>\d{1,7}):(?P<col>\d{1,6}) {1,8}(?P<level>error|warning|✖|⚠"
    r"|×) {1,6}(?P<title>.{1,300})$"
)
_TOTAL = re.compile(
    r"^\W{0,4}(?P<total>\d{1,7}) problems? \((?P<errors>\d{1,7}) errors?, "
    r"(?P<warnings>\d{1,7}) warnings?\)"
)
_FILE = re.compile(r"^(?:\S{0,250}/)?[\w.@-]{1,120}\.\w{1,8}$")


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of the stylish form; None without its findings or its total."""
    findings: list[Finding] = []
    mine: set[int] = set()
    file: str | None = None
    total = ""
    for number, line in enumerate(lines):
        if match := _FINDING.match(line):
            mine.add(number)
            if len(findings) < MAX_FINDINGS:
                findings.append(_found(match["title"], file, int(match["line"])))
        elif match := _TOTAL.match(line):
            mine.add(number)
            total = match[0].strip(" ✖×✗")
        elif _FILE.match(line):
            file = line
    if not findings and not total:
        return None
    return Report(
        format="eslint",
        severity=scale.of(findings) if findings else Severity.WARNING,
        summary=f"eslint: {total}" if total else scale.summed("eslint", findings),
        findings=tuple(findings),
        lines=frozenset(mine),
    )


def _found(title: str, file: str | None, line: int) -> Finding:
    broken = title.startswith(("Parsing error", "syntax error")) or "CssSyntaxError" in title
    return finding(title, Severity.ERROR if broken else Severity.WARNING, file=file, line=line)


def from_json(value: Any) -> Report | None:
    """`eslint --format json`."""
    if not isinstance(value, list) or not value:
        return None
    findings: list[Finding] = []
    files = 0
    for file in items(value):
        if "filePath" not in file or "messages" not in file:
            continue
        files += 1
        findings += [
            _found(
                text_of(message.get("message")),
                str(file["filePath"]),
                whole_number(message.get("line")),
            )
            for message in items(file["messages"])
        ]
    if not files:
        return None
    return Report(
        format="eslint",
        severity=scale.of(findings),
        summary=scale.summed("eslint", findings),
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=None,
    )
