"""SARIF 2.1.0, which scanners and linters write for code hosts.

A result's `level` is the tool's; where its rule has a `security-severity` (a CVSS number, as GitHub
reads it), that number decides: 7 and more is an error. A level of error without it is an error when
the tool is a scanner, and a warning when it is a linter.
"""

from __future__ import annotations

from typing import Any

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.formats.documents import items, mapping, text_of, whole_number
from conselho.verdict.judgement import MAX_FINDINGS, Report, finding

_LINTERS = (
    "eslint",
    "ruff",
    "flake8",
    "pylint",
    "shellcheck",
    "stylelint",
    "hadolint",
    "markdownlint",
    "prettier",
    "rubocop",
    "golangci",
)


def from_json(value: Any) -> Report | None:
    """The verdict of a SARIF log, or None for another document."""
    document = mapping(value)
    if "runs" not in document or not ("version" in document or "$schema" in document):
        return None
    findings: list[Finding] = []
    failed = ""
    for run in items(document["runs"]):
        findings += _results(run)
        failed = failed or _failure(run)
    severity = Severity.ERROR if failed else scale.of(findings)
    return Report(
        format="SARIF",
        severity=severity,
        summary=failed or scale.summed("SARIF", findings),
        findings=tuple(findings[:MAX_FINDINGS]),
        lines=None,
    )


def _failure(run: dict[str, Any]) -> str:
    for invocation in items(run.get("invocations")):
        if invocation.get("executionSuccessful") is False:
            return "SARIF: the tool says that its run was not successful"
    return ""


def _results(run: dict[str, Any]) -> list[Finding]:
    driver = mapping(mapping(run.get("tool")).get("driver"))
    linter = str(driver.get("name", "")).lower().startswith(_LINTERS)
    rules = {str(rule.get("id")): rule for rule in items(driver.get("rules"))}
    found = []
    for result in items(run.get("results")):
        if result.get("suppressions") or result.get("baselineState") == "absent":
            continue
        if result.get("kind", "fail") not in ("fail", "review", "open"):
            continue
        file, line = _place(result)
        rule = str(result.get("ruleId") or "")
        title = text_of(result.get("message")) or rule
        severity = _severity(result, rules.get(rule, {}), linter=linter)
        found.append(finding(f"{rule}: {title}" if rule else title, severity, file=file, line=line))
    return found


def _severity(result: dict[str, Any], rule: dict[str, Any], *, linter: bool) -> Severity:
    for holder in (result, rule):
        score = mapping(holder.get("properties")).get("security-severity")
        try:
            return Severity.ERROR if float(score) >= 7 else Severity.WARNING  # type: ignore[arg-type]
        except (TypeError, ValueError):
            continue
    level = result.get("level") or mapping(rule.get("defaultConfiguration")).get("level", "warning")
    severity = scale.scanner(level)
    return Severity.WARNING if linter and severity is Severity.ERROR else severity


def _place(result: dict[str, Any]) -> tuple[str | None, int | None]:
    for location in items(result.get("locations")):
        physical = mapping(location.get("physicalLocation"))
        file = text_of(mapping(physical.get("artifactLocation")).get("uri"))
        return file or None, whole_number(mapping(physical.get("region")).get("startLine")) or None
    return None, None
