"""npm audit (and pnpm, yarn): high and critical are errors, moderate and low warnings."""

from __future__ import annotations

import re
from typing import Any

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.formats.documents import mapping, text_of, whole_number
from conselho.verdict.judgement import MAX_FINDINGS, RANK, Report, finding

_TOTAL = re.compile(
    r"^(?:found )?(?P<total>\d{1,7}) (?P<one>low|moderate|high"
    r"|critical)?(?: severity)? ?vulnerabilit(?:y|ies)(?: found)?\b(?P<parts>[^\n]{0,120})$"
)
_PART = re.compile(r"(?P<number>\d{1,7}) (?P<word>info|low|moderate|high|critical)\b")
_LABELLED = re.compile(r"^Severity: (?P<parts>\d{1,7} (?:low|moderate|high|critical).{0,80})$")
_HEAD = re.compile(r"^# npm audit report$")
_ITEM = re.compile(r"^Severity: (?P<word>info|low|moderate|high|critical)$")


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of the text form; None without its totals or severities."""
    head = any(_HEAD.match(line) for line in lines)
    words: list[str] = []
    mine: set[int] = set()
    total = -1
    for number, line in enumerate(lines):
        if match := _TOTAL.match(line.strip()):
            total = int(match["total"])
            if not head and not match["one"] and not _PART.search(match["parts"]) and total:
                continue
            words += [match["one"]] if match["one"] and total else []
            words += [
                part["word"] for part in _PART.finditer(match["parts"]) if int(part["number"])
            ]
        elif match := _LABELLED.match(line):
            words += [
                part["word"] for part in _PART.finditer(match["parts"]) if int(part["number"])
            ]
        elif (match := _ITEM.match(line)) and head:
            words.append(match["word"])
        else:
            continue
        mine.add(number)
    if not mine or (total != 0 and not words):
        return None
    severity = max(
        (scale.scanner(word) for word in words), key=RANK.__getitem__, default=Severity.SUCCESS
    )
    summary = lines[max(mine)].strip()
    return Report(
        format="npm audit",
        severity=severity,
        summary=f"npm audit: {summary}",
        lines=frozenset(range(len(lines))) if head else frozenset(mine),
    )


def from_json(value: Any) -> Report | None:
    """`npm audit --json`, of npm 6 and of npm 7 and later; a refusal is an error."""
    document = mapping(value)
    tally = mapping(mapping(document.get("metadata")).get("vulnerabilities"))
    if not tally:
        error = mapping(document.get("error"))
        if {"code", "summary"} <= error.keys():
            return Report(
                format="npm",
                severity=Severity.ERROR,
                summary=f"npm: {text_of(error['summary'])}",
                lines=None,
            )
        return None
    words = [
        word
        for word in ("critical", "high", "moderate", "low", "info")
        if whole_number(tally.get(word))
    ]
    severity = max(
        (scale.scanner(word) for word in words), key=RANK.__getitem__, default=Severity.SUCCESS
    )
    parts = ", ".join(f"{tally[word]} {word}" for word in words)
    return Report(
        format="npm audit",
        severity=severity,
        summary=f"npm audit: {parts} vulnerabilities" if parts else "npm audit: no vulnerabilities",
        findings=tuple(_findings(document)),
        lines=None,
    )


def _findings(document: dict[str, Any]) -> list[Finding]:
    found = []
    for name, one in list(mapping(document.get("vulnerabilities")).items())[:MAX_FINDINGS]:
        via = mapping(one).get("via")
        titles = (
            [text_of(mapping(each).get("title")) for each in via] if isinstance(via, list) else []
        )
        title = next((each for each in titles if each), "a vulnerable dependency")
        found.append(
            finding(
                f"{name}: {title}", scale.scanner(mapping(one).get("severity")), file="package.json"
            )
        )
    for one in list(mapping(document.get("advisories")).values())[:MAX_FINDINGS]:
        advisory = mapping(one)
        title = f"{advisory.get('module_name', '')}: {text_of(advisory.get('title'))}"
        found.append(finding(title, scale.scanner(advisory.get("severity")), file="package.json"))
    return found
