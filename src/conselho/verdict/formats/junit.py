"""JUnit XML, which nearly every test runner can write.

Read as a stream of start tags: nothing is kept but counts and the names of failed cases. A document
with a DOCTYPE is refused before any entity can be declared, so nothing expands and nothing outside
is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from conselho.models.verdict import Finding, Severity
from conselho.verdict.judgement import MAX_FINDINGS, Report, counted, finding

MAX_ELEMENTS = 60_000
MAX_DEPTH = 64
_PIECE = 64 * 1024


class _Stop(Exception):
    """Enough was read, or nothing more may be."""


@dataclass(slots=True)
class _Suites:
    root: str = ""
    cases: int = 0
    failed: int = 0
    elements: int = 0
    depth: int = 0
    case: str = ""
    file: str = ""
    claimed: int = 0
    claimed_cases: int = 0
    findings: list[Finding] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        self.root = self.root or name
        if self.root not in ("testsuites", "testsuite"):
            raise _Stop
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise _Stop
        if name == "testcase":
            self.cases += 1
            self.case = f"{attributes.get('classname', '')}.{attributes.get('name', '')}".strip(".")
            self.file = attributes.get("file", "")
        elif name in ("failure", "error"):
            self.failed += 1
            if len(self.findings) < MAX_FINDINGS:
                self.findings.append(
                    finding(
                        f"{self.case or 'a test'} fails",
                        Severity.ERROR,
                        file=self.file or None,
                        detail=attributes.get("message"),
                    )
                )
        elif name in ("testsuite", "testsuites"):
            totals = [_count(attributes.get(key)) for key in ("failures", "errors")]
            self.claimed = max(self.claimed, sum(totals))
            self.claimed_cases = max(self.claimed_cases, _count(attributes.get("tests")))

    def end(self, name: str) -> None:
        self.depth -= 1


def from_text(text: str) -> Report | None:
    """The verdict of the JUnit XML in `text`, or None when there is none."""
    start = text.find("<testsuite")
    if start < 0:
        return None
    declared = text.rfind("<?xml", 0, start)
    if "<!DOCTYPE" in text[max(0, start - 2_000) : start] or declared > start:
        return None
    suites = _read(text[start:])
    failed = max(suites.failed, suites.claimed)
    cases = max(suites.cases, suites.claimed_cases)
    whole = text.lstrip().startswith("<")
    if failed:
        summary = f"JUnit XML: {counted(failed, 'test')} of {max(cases, failed)} failed"
        severity = Severity.ERROR
    elif cases:
        summary, severity = f"JUnit XML: {counted(cases, 'test')}, none failed", Severity.SUCCESS
    else:
        summary, severity = "JUnit XML: it holds no test", Severity.WARNING
    return Report(
        format="JUnit XML",
        severity=severity,
        summary=summary,
        findings=tuple(suites.findings),
        lines=None if whole else frozenset(),
    )


def _read(text: str) -> _Suites:
    suites = _Suites()
    parser = expat.ParserCreate()
    parser.StartElementHandler = suites.start
    parser.EndElementHandler = suites.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        for place in range(0, len(text), _PIECE):
            parser.Parse(text[place : place + _PIECE], False)
    except (_Stop, expat.ExpatError, ValueError):
        # Cut short, not well-formed or too large: what was read so far still counts.
        pass
    return suites


def _refuse(*_: object) -> None:
    raise _Stop


def _count(value: str | None) -> int:
    return int(value) if value is not None and value.isdecimal() and len(value) < 9 else 0
