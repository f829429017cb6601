"""What the classifier concludes, and the pieces of evidence that it concludes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from conselho.models.verdict import Finding, Severity
from conselho.verdict.contract import MAX_FILE, MAX_TITLE, fingerprint

LONGEST_SUMMARY = 200
MAX_FINDINGS = 200

RANK = {Severity.SUCCESS: 0, Severity.INFO: 1, Severity.WARNING: 2, Severity.ERROR: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a text means without a report block.

    `summary` is one line of at most 200 characters, `reason` one sentence that says what the
    severity was concluded from. `format` names the tool format that decided, if one did.
    `judged` is False when nothing in the text judges: the severity then follows from the exit
    code alone.
    """

    severity: Severity
    summary: str
    reason: str
    findings: tuple[Finding, ...] = ()
    format: str | None = None
    judged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one tool's output says in its own format.

    `lines` are the numbers of the lines that belong to the tool, which nothing else may read as
    prose; None when the whole text does. `format` is the name for people: "pytest", "SARIF".
    """

    format: str
    severity: Severity
    summary: str
    findings: tuple[Finding, ...] = ()
    lines: frozenset[int] | None = frozenset()


class Strength(IntEnum):
    """How much a piece of evidence weighs against others.

    FIRM: a present fact, or the report's verdict on the whole. PARTIAL: advice, or a success in one
    point. FAINT: a past or possible event, which any success outweighs.
    """

    FAINT = 1
    PARTIAL = 2
    FIRM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One place that judges: `line` is its number in the text as read, `cue` what gave it away.

    `grave`: not softened by a report that calls everything not urgent. `past`: told of another
    time, so that a later "it was fixed" takes it back.
    """

    severity: Severity
    cue: str
    sentence: str
    line: int
    strength: Strength = Strength.FIRM
    grave: bool = False
    past: bool = False


def worst(severities: Iterable[Severity]) -> Severity | None:
    """The one that matters most, success least; None of nothing."""
    return max(severities, key=RANK.__getitem__, default=None)


def shortened(text: str, longest: int = LONGEST_SUMMARY) -> str:
    """`text` on one line of at most `longest` characters."""
    line = " ".join(text[: longest * 8].split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def finding(
    title: str,
    severity: Severity,
    *,
    file: str | None = None,
    line: int | None = None,
    detail: str | None = None,
) -> Finding:
    """A Finding with bounded fields and its fingerprint."""
    title = shortened(title, MAX_TITLE) or "untitled finding"
    file = shortened(file, MAX_FILE) if file else None
    return Finding(
        title=title,
        severity=severity,
        file=file,
        line=line if line is not None and 0 < line < 10_000_000 else None,
        detail=shortened(detail, 1_000) if detail else None,
        fingerprint=fingerprint(title, file),
    )
