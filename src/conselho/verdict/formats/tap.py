"""TAP, the Test Anything Protocol: `ok 1 - name`, `not ok 2 - name`, a plan and `Bail out!`."""

from __future__ import annotations

import re

from conselho.models.verdict import Finding, Severity
from conselho.verdict.judgement import MAX_FINDINGS, Report, counted, finding
from conselho.verdict.reading import CUT

_POINT = re.compile(r"^ {0,16}(not )?ok\b(?: (\d{1,7}))?(?:[ -]{1,4}(.{0,300}))?$")
_PLAN = re.compile(r"^ {0,16}1\.\.(\d{1,7})\b")
_DIRECTIVE = re.compile(r"(?i)# ?(?:todo|skip)")


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of TAP lines; None without a plan or a version line."""
    planned: int | None = None
    version = False
    points = 0
    findings: list[Finding] = []
    mine: set[int] = set()
    bailed = ""
    for number, line in enumerate(lines):
        stripped = line.strip()
        if stripped.startswith("TAP version"):
            version = True
        elif stripped.startswith("Bail out!"):
            bailed = stripped
        elif plan := _PLAN.match(line):
            planned = int(plan[1]) if not line.startswith(" ") else planned
        elif point := _POINT.match(line):
            points += 1
            mine.add(number)
            if point[1] and not _DIRECTIVE.search(point[3] or ""):
                findings.append(finding(point[3] or f"test {point[2]}", Severity.ERROR))
            continue
        else:
            continue
        mine.add(number)
    if not (version or planned is not None or bailed) or not (points or bailed):
        return None
    severity = Severity.ERROR if findings or bailed else Severity.SUCCESS
    summary = bailed or (
        f"TAP: {counted(len(findings), 'test')} of {points} not ok"
        if findings
        else f"TAP: {points} ok"
    )
    top = sum(
        1 for number in mine if not lines[number].startswith(" ") and _POINT.match(lines[number])
    )
    if CUT not in lines and not findings and not bailed and planned and 0 < top < planned:
        severity, summary = Severity.ERROR, f"TAP: {planned} tests were planned, {top} ran"
    return Report(
        format="TAP",
        severity=severity,
        summary=summary,
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=frozenset(mine),
    )
