"""`go test -json`: one event a line."""

from __future__ import annotations

from typing import Any

from conselho.models.verdict import Severity
from conselho.verdict.formats.documents import items, text_of
from conselho.verdict.judgement import MAX_FINDINGS, Report, counted, finding

_FAILED = frozenset({"fail", "build-fail"})


def from_json(value: Any) -> Report | None:
    """What the events say of tests and packages; what tests print is not read."""
    events = [one for one in items(value) if isinstance(one.get("Action"), str)]
    if not any("Package" in one or "ImportPath" in one or "Test" in one for one in events):
        return None
    failed = [
        text_of(one.get("Test")) or text_of(one.get("Package")) or text_of(one.get("ImportPath"))
        for one in events
        if one["Action"] in _FAILED
    ]
    passed = sum(one["Action"] == "pass" for one in events)
    if failed:
        severity, said = Severity.ERROR, f"{failed[0]} fails"
    elif passed:
        severity, said = Severity.SUCCESS, counted(passed, "pass event")
    else:
        severity, said = Severity.INFO, "nothing ran to its end"
    return Report(
        format="go test",
        severity=severity,
        summary=f"go test: {said}",
        findings=tuple(finding(f"{name} fails", Severity.ERROR) for name in failed[:MAX_FINDINGS]),
        lines=None,
    )
