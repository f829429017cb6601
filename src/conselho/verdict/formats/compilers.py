"""Compilers and type checkers: what they reject is an error, what they warn of a warning.

gcc, clang, javac, tsc, mypy, pyright, go build, go vet, and whatever prints
`file:line:col: error: message`. The same form is printed by linters, whose findings are warnings:
they are told by the rule's code (ShellCheck's [SC2086], yamllint's (indentation)).
"""

from __future__ import annotations

import re

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.judgement import MAX_FINDINGS, Report, counted, finding

_PLACED = re.compile(
    r"^ {0,4}(?P<file>(?:[A-Za-z]:)?[^\s:(\[][^:(]{0,250})"
    r"(?::(?P<line>\d{1,7})(?::(?P<col>\d{1,6}))?"
    r"(?:-\d{1,7})?"
    r"|\((?P<line2>\d{1,7}),\d{1,6}\))"
    r":? ?[-–]? ?\[?(?P<level>fatal error|error|warning|note|info|information|style|performance"
    r"|portability|erro|aviso|nota|erro fatal)\]?"
    r"(?: (?P<code>[A-Z]{1,4}\d{2,6}))? ?:? (?P<title>.{1,300})$"
)
_LINTED = re.compile(
    r"\[(?:SC\d{4}|[a-zA-Z]{4,30}|DL\d{4}|CVE-.{1,20})\]$|\([a-z][a-z0-9/-]{2,40}\)$|^\[?(?:MD"
    r"|DL|SC|CKV|AVD)\d|\bMD\d{3}/"
)
_CODED = re.compile(r"^\[[a-z-]{3,40}\]$")
_TOTAL = re.compile(
    r"^Found (?P<number>\d{1,7}) errors? in \d{1,7} files?\b"
    r"|^Found (?P<number2>\d{1,7}) errors? in the same file"
    r"|^(?P<number3>\d{1,7}) errors?, (?P<warnings>\d{1,7}) warnings?, \d{1,7} informations?"
)
_CLEAN = re.compile(
    r"^Success: no issues found in \d{1,7} source files?"
    r"|^0 errors, 0 warnings, 0 (?:informations|notes)"
)
_GO = re.compile(
    r"^(?:vet: )?(?P<file>(?:\./"
    r"|\.\./)?[\w./-]{1,200}\.go):(?P<line>\d{1,7}):(?P<col>\d{1,6}): (?P<title>.{1,300})$"
)
_LD = re.compile(r"^collect2: error: |^(?:/\S{0,100})?ld: |undefined reference to ")
_TYPED = re.compile(r"  ?\[[a-z][a-z-]{2,40}\]$")


def from_lines(lines: list[str]) -> Report | None:
    """The verdict of compiler lines; None when there is none."""
    findings: list[Finding] = []
    mine: set[int] = set()
    clean = False
    total = 0
    for number, line in enumerate(lines):
        if match := _PLACED.match(line):
            mine.add(number)
            severity = _severity(match)
            if severity is None:
                continue
            place = int(match["line"] or match["line2"])
            title = f"{match['code'] or ''} {match['title']}".strip()
            findings.append(finding(title, severity, file=match["file"].strip(), line=place))
        elif match := _GO.match(line):
            mine.add(number)
            findings.append(
                finding(
                    match["title"],
                    _go(line, match["title"]),
                    file=match["file"],
                    line=int(match["line"]),
                )
            )
        elif match := _TOTAL.match(line):
            mine.add(number)
            total = int(match["number"] or match["number2"] or match["number3"])
            clean = clean or (total == 0 and match["warnings"] == "0")
        elif _CLEAN.match(line):
            mine.add(number)
            clean = True
        elif _LD.search(line):
            mine.add(number)
            findings.append(finding(line, Severity.ERROR))
    if findings:
        errors = sum(one.severity is Severity.ERROR for one in findings)
        summary = (
            f"compiler: {counted(max(errors, total), 'error')}"
            if errors
            else f"compiler: {counted(len(findings), 'warning')}"
        )
        first = next((one for one in findings if one.severity is scale.of(findings)), findings[0])
        summary += f", the first: {first.title}"
    elif total:
        findings = [finding(f"{counted(total, 'error')} in the code", Severity.ERROR)]
        summary = f"compiler: {counted(total, 'error')}"
    elif clean:
        summary = "type checker: no issues found"
    else:
        return None
    return Report(
        format="compiler",
        severity=scale.of(findings),
        summary=summary,
        findings=tuple(
            sorted(findings, key=lambda one: one.severity is not Severity.ERROR)[:MAX_FINDINGS]
        ),
        lines=frozenset(mine),
    )


def _severity(match: re.Match[str]) -> Severity | None:
    """None for a note that belongs to another line."""
    level = match["level"]
    title = match["title"]
    linted = _LINTED.search(title) is not None and not (
        _TYPED.search(title) and match["file"].endswith((".py", ".pyi"))
    )
    if level in ("note", "nota", "info", "information"):
        return Severity.WARNING if linted else None
    if level in ("error", "fatal error", "erro", "erro fatal"):
        return Severity.WARNING if linted else Severity.ERROR
    return Severity.WARNING


def _go(line: str, title: str) -> Severity:
    """go vet prints findings in the form of the compiler; what does not compile says so."""
    broken = re.search(
        r"^(?:undefined|cannot |declared and not used|syntax error|expected |missing |not enough"
        r"|too many|invalid |\S{1,40} redeclared|imported and not used|mismatched types)"
        r"|\bdoes not implement\b|\bcannot use\b|\bnot used$|\bundefined\b"
        r"|\bno required module\b|\bis not in std\b|^\"[^\"]{1,80}\" imported and not used",
        title,
    )
    return Severity.ERROR if broken or line.startswith("vet: ") else Severity.WARNING
