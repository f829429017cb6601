"""What a check found, and the one way to print it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Final

MAX_LISTED: Final = 50
_MAX_SENTENCE: Final = 300
_MAX_TITLE: Final = 200
_MAX_DETAIL: Final = 600
_MAX_PATH: Final = 4096  # PATH_MAX on Linux: a shortened path could not be opened


class Severity(StrEnum):
    """How much a finding or a whole verdict matters."""

    SUCCESS = "success"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for success up to 3 for error, for sorting and comparing."""
        return _RANKS[self]


_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One observation.

    `title` names the kind of trouble and holds no measured number, so that the same trouble keeps
    the same title from run to run; figures belong in `detail`. `file` is relative to the checked
    folder.
    """

    title: str
    severity: Severity
    file: str | None = None
    line: int | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of one check.

    `severity` is chosen by the check. `notes` say what was looked at and against which limits.
    `obstacles` are the reasons why all or part of the job was not done; when there is one, the
    verdict is error whatever was found.
    """

    check: str
    severity: Severity
    summary: str
    findings: Sequence[Finding] = ()
    notes: Sequence[str] = ()
    obstacles: Sequence[str] = ()

    @property
    def verdict(self) -> Severity:
        """The severity that is printed: error when something kept the check from its job."""
        return Severity.ERROR if self.obstacles else self.severity

    @property
    def exit_code(self) -> int:
        """0, 1 or 3, as documented in the package."""
        if self.obstacles:
            return 3
        return 1 if self.severity is Severity.ERROR else 0


class CannotCheck(Exception):
    """The check could not do its job. `reason` says what is wrong, `hint` what a person can do."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.reason} {self.hint}".strip()

    def as_report(self, check: str) -> Report:
        """The report of a check that ended here."""
        notes = (self.hint,) if self.hint else ()
        return Report(
            check=check,
            severity=Severity.ERROR,
            summary=f"Could not check: {self.reason}",
            notes=notes,
            obstacles=(self.reason,),
        )


def worst(findings: Sequence[Finding], *, otherwise: Severity = Severity.SUCCESS) -> Severity:
    """The highest severity among the findings, or `otherwise` when there are none."""
    return max((f.severity for f in findings), key=lambda s: s.rank, default=otherwise)


def render(report: Report) -> str:
    """The report as text, ending with the verdict block.

    Most severe findings first, in the given order within one severity; at most MAX_LISTED of them,
    and the rest is counted. Whatever the texts of the report hold, the last fenced block is the
    verdict, it is valid JSON, and the text can be encoded as UTF-8.

    Every line starts with a word or a bullet of ours: text that stood at the start of a line could
    open a block of Markdown (an HTML comment, a heading) that swallows what follows.
    """
    findings = sorted(report.findings, key=lambda finding: -finding.severity.rank)
    listed, left_out = findings[:MAX_LISTED], len(findings) - MAX_LISTED
    summary = clean(report.summary, _MAX_SENTENCE)
    if left_out > 0:
        summary += f" ({MAX_LISTED} of {len(findings)} findings listed.)"
    parts = [f"{report.check}: {report.verdict}. {summary}"]
    if listed:
        parts.append("\n".join(_as_lines(finding) for finding in listed))
    if left_out > 0:
        parts.append(f"... and {left_out} more.")
    if report.notes:
        parts.append("\n".join(f"* {clean(note, _MAX_DETAIL)}" for note in report.notes))
    parts.append(_verdict_block(report.verdict, summary, listed))
    return "\n\n".join(parts) + "\n"


def clean(text: str, limit: int) -> str:
    """Untrusted text made safe for one line of a report, cut to `limit` characters.

    Control, bidirectional and unprintable characters, line ends and undecodable bytes become
    visible escapes such as `\\x1b`. So do backticks, and tildes that could open a fence: with them
    a file name could start a code block of its own and swallow or imitate the verdict.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    text = text.replace("`", r"\x60").replace("~~~", r"\x7e\x7e\x7e")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\u200d" else _escape(c) for c in text)


def path_text(path: PurePath) -> str:
    """A path as the findings write it: with `/`, whatever the system."""
    return path.as_posix()


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """`1 file`, `2 files`, `2 entries` for (2, "entry", "entries")."""
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _as_lines(finding: Finding) -> str:
    place = _place(finding)
    head = f"- {place}  {finding.severity}" if place else f"- {finding.severity}"
    head += f"  {clean(finding.title, _MAX_TITLE)}"
    if finding.detail:
        head += f"\n    {clean(finding.detail, _MAX_DETAIL)}"
    return head


def _place(finding: Finding) -> str:
    """`path:line`, the form that terminals and editors make clickable."""
    if finding.file is None:
        return ""
    path = clean(finding.file, _MAX_PATH)
    return path if finding.line is None else f"{path}:{finding.line}"


def _verdict_block(severity: Severity, summary: str, findings: Sequence[Finding]) -> str:
    """The contract block, one finding a line. `clean` left no backtick and no line end in it."""
    head = f'{{"severity": {_json(severity.value)}, "summary": {_json(summary)}, "findings": ['
    rows = ",\n".join(_json(_as_object(finding)) for finding in findings)
    body = f"\n{rows}\n" if rows else ""
    return f"```json\n{head}{body}]}}\n```"


def _as_object(finding: Finding) -> dict[str, str | int | None]:
    return {
        "title": clean(finding.title, _MAX_TITLE),
        "severity": finding.severity.value,
        "file": None if finding.file is None else clean(finding.file, _MAX_PATH),
        "line": finding.line,
        "detail": None if finding.detail is None else clean(finding.detail, _MAX_DETAIL),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
