"""ShellCheck's terminal form, `In FILE line N:` and `^-- SC2086 (info): ...`: findings of a linter.

SC1xxx at level error means that the script could not be parsed; nothing after it was checked.
"""

from __future__ import annotations

import re

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.judgement import MAX_FINDINGS, Report, finding

_IN = re.compile(r"^In (?P<file>.{1,250}) line (?P<line>\d{1,7}):$")
_NOTE = re.compile(
    r"^ {0,400}\^-{0,200}\^? (?P<code>SC\d{4}) \((?P<level>error|warning|info"
    r"|style)\): (?P<title>.{1,300})$"
)


def from_lines(lines: list[str]) -> Report | None:
    findings: list[Finding] = []
    mine: set[int] = set()
    file, place = "", 0
    for number, line in enumerate(lines):
        if match := _IN.match(line):
            file, place = match["file"], int(match["line"])
            mine.update((number, number + 1))
        elif match := _NOTE.match(line):
            mine.add(number)
            unread = match["code"] in ("SC1072", "SC1073", "SC1088", "SC1089")
            severity = Severity.ERROR if unread and match["level"] == "error" else Severity.WARNING
            findings.append(
                finding(
                    f"{match['code']} {match['title']}", severity, file=file or None, line=place
                )
            )
    if not findings:
        return None
    return Report(
        format="ShellCheck",
        severity=scale.of(findings),
        summary=scale.summed("ShellCheck", findings),
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=frozenset(mine),
    )
