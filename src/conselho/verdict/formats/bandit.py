"""bandit: the severity of each issue as it says; a file that it could not parse was not checked."""

from __future__ import annotations

import re
from typing import Any

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.formats.documents import items, mapping, text_of, whole_number
from conselho.verdict.judgement import MAX_FINDINGS, Report, finding

_ISSUE = re.compile(r"^ {0,4}>> Issue: \[(?P<title>.{1,300})$")
_SEVERITY = re.compile(r"^ {1,6}Severity: (?P<severity>\w{1,12}) {1,6}Confidence: ")
_PLACE = re.compile(r"^ {1,6}Location: (?P<file>.{1,300}?):(?P<line>\d{1,7})(?::\d{1,6})?$")
_NONE = re.compile(r"^\t? {0,4}No issues identified\.")
_HEAD = re.compile(r"^Test results:$|^Run started:|^\[main\]\tINFO\t")


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of bandit's text form."""
    findings: list[Finding] = []
    mine: set[int] = set()
    title, severity = "", Severity.WARNING
    clean = head = False
    for number, line in enumerate(lines):
        if match := _ISSUE.match(line):
            title = match["title"].replace("]", ":", 1)
        elif match := _SEVERITY.match(line):
            severity = scale.scanner(match["severity"])
            findings.append(finding(title or "an issue", severity))
        elif (match := _PLACE.match(line)) and findings:
            findings[-1] = finding(
                title or "an issue", severity, file=match["file"], line=int(match["line"])
            )
        elif _NONE.match(line):
            clean = True
        elif _HEAD.match(line):
            head = True
        else:
            continue
        mine.add(number)
    if not findings and not (clean and head):
        return None
    return Report(
        format="bandit",
        severity=scale.of(findings),
        summary=scale.summed("bandit", findings, "issue"),
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=frozenset(range(min(mine), len(lines))) if mine else frozenset(),
    )


def from_json(value: Any) -> Report | None:
    """`bandit -f json`."""
    document = mapping(value)
    if "results" not in document or "metrics" not in document:
        return None
    findings = [
        finding(
            f"{one.get('test_id', '')} {text_of(one.get('issue_text'))}".strip(),
            scale.scanner(one.get("issue_severity")),
            file=text_of(one.get("filename")),
            line=whole_number(one.get("line_number")),
        )
        for one in items(document["results"])
    ]
    unread = [text_of(one.get("filename")) for one in items(document.get("errors"))]
    findings += [finding("it could not be read", Severity.ERROR, file=file) for file in unread]
    return Report(
        format="bandit",
        severity=scale.of(findings),
        summary=scale.summed("bandit", findings, "issue"),
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=None,
    )
