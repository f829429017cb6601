"""What the words that tools rate their findings with mean here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from conselho.models.verdict import Finding, Severity
from conselho.verdict.judgement import counted, worst

_SCANNER = {
    "critical": Severity.ERROR,
    "high": Severity.ERROR,
    "severe": Severity.ERROR,
    "important": Severity.ERROR,
    "error": Severity.ERROR,
    "medium": Severity.WARNING,
    "moderate": Severity.WARNING,
    "low": Severity.WARNING,
    "minor": Severity.WARNING,
    "warning": Severity.WARNING,
    "negligible": Severity.WARNING,
    "unknown": Severity.WARNING,
    "info": Severity.INFO,
    "informational": Severity.INFO,
    "note": Severity.INFO,
    "none": Severity.INFO,
}


def scanner(word: object) -> Severity:
    """A security scanner's own word, taken literally; warning for a word that is not known."""
    return _SCANNER.get(str(word).strip().lower(), Severity.WARNING)


def summed(tool: str, findings: Iterable[Finding], noun: str = "finding") -> str:
    """`bandit: 3 findings (1 error, 2 warning)`."""
    tally = Counter(finding.severity for finding in findings)
    total = sum(tally.values())
    if not total:
        return f"{tool}: no {noun}s"
    parts = ", ".join(f"{number} {severity}" for severity, number in tally.most_common())
    return f"{tool}: {counted(total, noun)} ({parts})"


def of(findings: Iterable[Finding]) -> Severity:
    """The worst of the findings; success when there are none."""
    return worst(finding.severity for finding in findings) or Severity.SUCCESS
