"""What a run concluded: severity, summary and findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a result matters. A Task that still runs has none."""

    SUCCESS = "success"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class VerdictSource(StrEnum):
    """`contract`: the agent said so in the agreed form. `heuristic`: we concluded it."""

    CONTRACT = "contract"
    HEURISTIC = "heuristic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One observation. `fingerprint` stays the same while the observation does."""

    title: str
    severity: Severity
    file: str | None = None
    line: int | None = None
    detail: str | None = None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement on one run.

    `reason` says why the severity differs from what the agent claimed, or what was concluded from.
    """

    severity: Severity
    summary: str
    source: VerdictSource
    reason: str | None = None
    findings: tuple[Finding, ...] = ()
