"""Coverage: a table alone judges nothing; a target that is missed is a warning."""

from __future__ import annotations

import re

from conselho.models.verdict import Severity
from conselho.verdict.judgement import Report

_MISSED = re.compile(
    r"^(?:ERROR: )?Coverage failure: total of|^FAIL Required test coverage|^ERROR: Coverage for"
    r"|^Jest: .{0,40}coverage threshold for .{1,40} not met"
    r"|^ERROR: Coverage .{1,60} does not meet|coverage threshold .{0,40}not met|^FAIL: Coverage"
    r"|^RESULT: FAILED \(minimum: "  # interrogate
)
_MET = re.compile(r"^Required test coverage of .{1,20} reached|^RESULT: PASSED \(minimum: ")
_HEAD = re.compile(
    r"^Name {2,200}Stmts {2,20}Miss|^File {1,200}\| {1,3}% Stmts|^-{3,200}\|-{3,60}\|"
)
_ROW = re.compile(
    r"^\S.{0,200} {1,60}\d{1,7} {1,20}\d{1,7}(?: {1,20}\d{1,7}){0,3} {1,20}\d{1,3}(?:\.\d{1,2})?%"
    r"|^[^|]{1,200}\|(?: {1,12}[\d.]{1,6} \|){3,4}|^=+ tests coverage =+$|^_+ coverage: "
)


def from_lines(lines: list[str]) -> Report | None:
    """Warning or success when a target is named beside the table, info for a table alone."""
    mine = {number for number, line in enumerate(lines) if _HEAD.match(line) or _ROW.match(line)}
    missed = [(number, line) for number, line in enumerate(lines) if _MISSED.search(line)]
    met = [(number, line) for number, line in enumerate(lines) if _MET.match(line)]
    if not mine and not missed and not met:
        return None
    said = missed or met
    severity = Severity.WARNING if missed else Severity.SUCCESS if met else Severity.INFO
    return Report(
        format="coverage",
        severity=severity,
        summary=f"coverage: {said[0][1].strip()}" if said else "coverage: a table without a target",
        lines=frozenset(mine | {number for number, _ in said}),
    )
