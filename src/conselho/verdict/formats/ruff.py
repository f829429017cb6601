"""ruff and the linters that print as it does: flake8, pycodestyle, pydocstyle, pylint.

`path:line:col: CODE message`. All they find is a warning, except code that cannot be parsed.
"""

from __future__ import annotations

import re
from typing import Any

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.formats.documents import items, mapping, text_of, whole_number
from conselho.verdict.judgement import MAX_FINDINGS, Report, counted, finding

_LINE = re.compile(
    r"^(?P<file>[^\s:][^:]{0,250}):(?P<line>\d{1,7})(?::(?P<col>\d{1,6}))?:? {1,3}"
    r"\[?(?P<code>[A-Z]{1,6}\d{2,5}"
    r"|invalid-syntax)\b\]?:?(?P<title>.{0,300})"
)
_FULL = re.compile(
    r"^(?P<code>[A-Z]{1,6}\d{2,5}|invalid-syntax):? (?:\[\*\] )?(?P<title>.{1,300})$"
)
_ARROW = re.compile(r"^ {1,6}--> (?P<file>[^:]{1,250}):(?P<line>\d{1,7}):\d{1,6}$")
_FOUND = re.compile(r"^Found (?P<number>\d{1,7}) errors?(?: \(|\.|$)")
# `ruff check --statistics`, `flake8 --statistics`: how often each rule was broken.
_STATISTIC = re.compile(
    r"^ {0,8}(?P<number>\d{1,7})[ \t]{1,8}(?P<code>[A-Z]{1,6}\d{2,5}|invalid-syntax)[ \t]{1,8}"
    r"(?:\[[ *-]\][ \t]{0,4})?(?P<title>\S.{0,200})$"
)
_CLEAN = re.compile(r"^All checks passed!$|^Your code has been rated at 10\.00/10")
_RATED = re.compile(r"^Your code has been rated at -?\d{1,3}\.\d\d/10")
_UNPARSED = re.compile(r"^(?:E999|E0001|E902|invalid-syntax|PLE0001)$")
_NO_CODE = re.compile(r"^(?:TS|SC|DL|MD|GHSA|CVE)\d{0,5}")


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of a linter's lines; None when there is neither a finding nor a closing line."""
    findings: list[Finding] = []
    mine: set[int] = set()
    clean = False
    total = 0
    for number, line in enumerate(lines):
        if not line:
            continue
        if match := _LINE.match(line):
            if _NO_CODE.match(match["code"]):
                continue
            mine.add(number)
            if len(findings) < MAX_FINDINGS or _UNPARSED.match(match["code"]):
                findings.append(
                    _found(match["code"], match["title"], match["file"], int(match["line"]))
                )
        elif match := _FULL.match(line):
            arrow = _ARROW.match(lines[number + 1]) if number + 1 < len(lines) else None
            if arrow is not None:
                mine.update(range(number, number + 12))
                findings.append(
                    _found(match["code"], match["title"], arrow["file"], int(arrow["line"]))
                )
        elif match := _STATISTIC.match(line):
            mine.add(number)
            findings.append(_found(match["code"], match["title"], "", 0))
            total += int(match["number"])
        elif match := _FOUND.match(line):
            total = int(match["number"])
            mine.add(number)
        elif _CLEAN.match(line):
            clean = True
            mine.add(number)
        elif _RATED.match(line):
            mine.add(number)
    if findings:
        total = max(total, len(findings))
        severity = scale.of(findings)
        summary = f"linter: {counted(total, 'finding')}, the first: {findings[0].title}"
    elif clean:
        severity, summary = Severity.SUCCESS, "linter: all checks passed"
    else:
        return None
    return Report(
        format="linter",
        severity=severity,
        summary=summary,
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=frozenset(mine),
    )


def _found(code: str, title: str, file: str, line: int) -> Finding:
    broken = _UNPARSED.match(code) is not None
    text = f"{code} {title.replace('[*]', '').strip()}"
    return finding(
        text, Severity.ERROR if broken else Severity.WARNING, file=file.strip() or None, line=line
    )


def from_json(value: Any) -> Report | None:
    """`ruff check --output-format json`, or pylint's JSON."""
    if not isinstance(value, list):
        return None
    findings: list[Finding] = []
    for one in items(value):
        place = mapping(one.get("location"))
        if "code" in one and "filename" in one and place:
            code = str(one["code"] or "invalid-syntax")
            findings.append(
                _found(
                    code,
                    text_of(one.get("message")),
                    str(one["filename"]),
                    whole_number(place.get("row")),
                )
            )
        elif {"message-id", "path"} <= one.keys():
            findings.append(
                _found(
                    str(one["message-id"]),
                    text_of(one.get("message")),
                    str(one["path"]),
                    whole_number(one.get("line")),
                )
            )
    if not findings:
        return None
    return Report(
        format="linter",
        severity=scale.of(findings),
        summary=scale.summed("linter", findings),
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=None,
    )
