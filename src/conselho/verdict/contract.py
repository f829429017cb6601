"""The report contract: a report ends with one fenced JSON object that states the verdict.

    ```json
    {"severity": "success | info | warning | error", "summary": "one sentence",
     "findings": [{"title": "...", "severity": "...", "file": "...", "line": 1, "detail": "..."}]}
    ```

Documented for authors in docs/report-contract.md. The text is untrusted: every field is checked
and bounded, and reading it takes time linear in its length.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from conselho.models.verdict import Finding, Severity, Verdict, VerdictSource

MAX_FINDINGS = 200
MAX_SUMMARY = 500
MAX_TITLE = 300
MAX_FILE = 500
MAX_DETAIL = 4_000
MAX_LINE = 10_000_000

_NUMBERS = re.compile(r"\d+")
_RANK = {Severity.SUCCESS: 0, Severity.INFO: 1, Severity.WARNING: 2, Severity.ERROR: 3}


class ContractError(ValueError):
    """There is a report block, but it does not keep the contract; the message says where."""


def parse_contract(text: str) -> Verdict | None:
    """The verdict that the last fenced block of `text` states; None when it states none.

    A verdict milder than its own worst finding is raised to it, with the reason.
    Raises ContractError when the block was meant as a verdict and cannot be used.
    """
    block = _last_block(text)
    if block is None:
        return None
    try:
        report = json.loads(block)
    except (ValueError, RecursionError) as exc:
        if '"severity"' in block:
            raise ContractError(f"the report block is not JSON ({exc})") from exc
        return None
    if not isinstance(report, dict) or "severity" not in report:
        return None
    return _verdict(report)


def _last_block(text: str) -> str | None:
    """What stands between the last two fence lines, or after a last one that nothing closes."""
    lines = text.rstrip().split("\n")
    fences = [number for number, line in enumerate(lines) if line.lstrip().startswith("```")]
    if not fences:
        return None
    if len(fences) == 1 or fences[-1] != len(lines) - 1:
        start, end = fences[-1], len(lines)
        if lines[start].strip() == "```" and len(fences) > 1:
            # A bare fence closes: prose follows the block.
            start, end = fences[-2], fences[-1]
    else:
        start, end = fences[-2], fences[-1]
    return "\n".join(lines[start + 1 : end])


def _verdict(report: dict[str, Any]) -> Verdict:
    claimed = _severity(report["severity"], "severity")
    summary = _text(report.get("summary"), "summary", MAX_SUMMARY)
    if not summary:
        raise ContractError("summary is missing")
    given = report.get("findings")
    given = [] if given is None else given
    if not isinstance(given, list):
        raise ContractError("findings is not a list")
    findings = tuple(
        _finding(number, item, claimed) for number, item in enumerate(given[:MAX_FINDINGS])
    )
    worst = max((finding.severity for finding in findings), key=_RANK.__getitem__, default=claimed)
    raised = _RANK[worst] > max(_RANK[claimed], _RANK[Severity.INFO])
    return Verdict(
        severity=worst if raised else claimed,
        summary=summary,
        source=VerdictSource.CONTRACT,
        reason=f"the report says {claimed}, but one of its findings is {worst}" if raised else None,
        findings=findings,
    )


def _finding(number: int, item: object, default: Severity) -> Finding:
    where = f"findings[{number}]"
    if not isinstance(item, dict):
        raise ContractError(f"{where} is not an object")
    title = _text(item.get("title"), f"{where}.title", MAX_TITLE)
    if not title:
        raise ContractError(f"{where}.title is missing")
    given = item.get("severity")
    severity = default if given is None else _severity(given, f"{where}.severity")
    line = item.get("line")
    known_line = isinstance(line, int) and not isinstance(line, bool) and 0 < line < MAX_LINE
    file = _text(item.get("file"), f"{where}.file", MAX_FILE) or None
    return Finding(
        title=title,
        severity=severity,
        file=file,
        line=line if known_line else None,
        detail=_text(item.get("detail"), f"{where}.detail", MAX_DETAIL) or None,
        fingerprint=fingerprint(title, file),
    )


def fingerprint(title: str, file: str | None) -> str:
    """Stays the same when lines move and counts change: numbers and line are left out of it."""
    identity = f"{file or ''}\n{_NUMBERS.sub('#', title).casefold()}"
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:16]


def _severity(value: object, where: str) -> Severity:
    try:
        return Severity(str(value).strip().lower())
    except ValueError as exc:
        known = ", ".join(Severity)
        raise ContractError(f"{where} is {str(value)[:40]!r}, not one of {known}") from exc


def _text(value: object, where: str, longest: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ContractError(f"{where} is not a text")
    text = value.strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"
