"""cargo build, check, clippy and audit: `error[E0308]: ...`, with ` --> file:line:col` below."""

from __future__ import annotations

import re

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.judgement import MAX_FINDINGS, Report, counted, finding

_LEVEL = re.compile(
    r"^(?P<level>error|warning)(?:\[(?P<code>E\d{4}|[\w:-]{1,60})\])?: (?P<title>.{1,300})$"
)
_PLACE = re.compile(r"^ {1,8}--> (?P<file>[^:]{1,250}):(?P<line>\d{1,7}):\d{1,6}$")
_TOOL = re.compile(
    r"^ {1,8}(?:Checking|Compiling|Finished|Running|Downloading|Updating|Locking|Doc-tests"
    r"|Documenting|Fetching|Scanning|Loaded) |^error: could not compile|^error: test failed"
    r"|--explain E\d{4}"
)
_FINISHED = re.compile(r"^ {1,8}Finished ")
_CLIPPY = re.compile(r"clippy::[a-z_]{2,60}")
_ADVISORY = re.compile(r"^ID: {1,12}RUSTSEC-|^error: \d{1,7} vulnerabilit(?:y|ies) found!")
_RATING = re.compile(r"^Severity: {1,6}(?P<score>\d{1,2}\.\d) \((?P<word>\w{1,12})\)")


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of cargo's lines; None when nothing shows that cargo printed them."""
    if not any(_TOOL.search(line) or _ADVISORY.match(line) for line in lines):
        return None
    audit = any(_ADVISORY.match(line) for line in lines)
    findings: list[Finding] = []
    finished = False
    mine: set[int] = set()
    linted = False
    for number, line in enumerate(lines):
        finished = finished or _FINISHED.match(line) is not None
        if audit and (rating := _RATING.match(line)):
            findings.append(
                finding(f"an advisory rated {rating['word']}", scale.scanner(rating["word"]))
            )
        match = _LEVEL.match(line)
        if match is None:
            continue
        mine.add(number)
        near = lines[number + 1 : number + 14]
        place = next((found for one in near[:3] if (found := _PLACE.match(one))), None)
        lint = any(_CLIPPY.search(one) for one in near)
        linted = linted or lint
        rejected = match["level"] == "error" and not lint and not (linted and place is None)
        if audit and place is None:
            continue
        findings.append(
            finding(
                match["title"],
                Severity.ERROR if rejected else Severity.WARNING,
                file=place["file"] if place else None,
                line=int(place["line"]) if place else None,
            )
        )
    if audit and not findings:
        findings = [finding("a dependency has an advisory", Severity.WARNING)]
    if not findings and not finished:
        return None
    severity = scale.of(findings)
    worst = [one for one in findings if one.severity is severity]
    summary = (
        f"cargo: {counted(len(worst), str(severity))}, the first: {worst[0].title}"
        if findings
        else "cargo: finished without a warning"
    )
    return Report(
        format="cargo",
        severity=severity,
        summary=summary,
        findings=tuple(worst[:MAX_FINDINGS]),
        lines=frozenset(range(len(lines))) if not audit else frozenset(mine),
    )
