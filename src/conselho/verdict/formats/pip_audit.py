"""pip-audit, which rates nothing: known vulnerabilities are warnings until somebody rates them."""

from __future__ import annotations

import re
from typing import Any

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats.documents import items, mapping
from conselho.verdict.judgement import MAX_FINDINGS, Report, counted, finding

_FOUND = re.compile(r"^Found (?P<number>\d{1,7}) known vulnerabilit(?:y|ies)\b.{0,200}$")
_CLEAN = re.compile(r"^No known vulnerabilities found\b")
_SKIPPED = re.compile(r"^\S{1,100} {1,60}.{1,80}\bcould not be audited\b")
_ROW = re.compile(
    r"^(?P<package>[\w.-]{1,100}) {1,60}(?P<version>\d\S{0,40}) {1,60}(?P<id>(?:GHSA|PYSEC"
    r"|CVE)-\S{1,40})"
)


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of the text form."""
    said = ""
    skipped = ""
    clean = False
    findings: list[Finding] = []
    mine: set[int] = set()
    for number, line in enumerate(lines):
        if match := _FOUND.match(line):
            said = line.strip()
        elif _CLEAN.match(line):
            clean = True
        elif _SKIPPED.match(line):
            skipped = line.strip()
            findings.append(finding(" ".join(skipped.split()), Severity.ERROR))
        elif match := _ROW.match(line):
            title = f"{match['package']} {match['version']}: {match['id']}"
            findings.append(finding(title, Severity.WARNING))
        else:
            continue
        mine.add(number)
    if not said and not clean and not skipped:
        return None
    return Report(
        format="pip-audit",
        # Whoever could not look at a package cannot say that it is clean.
        severity=Severity.ERROR if skipped else Severity.WARNING if said else Severity.SUCCESS,
        summary=f"pip-audit: {skipped or said or 'no known vulnerabilities found'}",
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=frozenset(mine),
    )


def from_json(value: Any) -> Report | None:
    """`pip-audit -f json`."""
    packages = mapping(value).get("dependencies")
    if not isinstance(packages, list) or not any("vulns" in one for one in items(packages)):
        return None
    findings = [
        finding(
            f"{one.get('name')} {one.get('version')}: {vulnerability.get('id')}", Severity.WARNING
        )
        for one in items(packages)
        for vulnerability in items(one.get("vulns"))
    ]
    total = counted(len(findings), "known vulnerability", "known vulnerabilities")
    return Report(
        format="pip-audit",
        severity=Severity.WARNING if findings else Severity.SUCCESS,
        summary=f"pip-audit: {total} in {counted(len(packages), 'package')}",
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=None,
    )
