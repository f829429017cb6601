"""JSON of scanners: semgrep, gitleaks, trivy, grype, hadolint, detect-secrets, cargo audit.

Each finding keeps the scanner's own severity. A leaked secret has none and is an error.
"""

from __future__ import annotations

from typing import Any

from conselho.models.verdict import Finding, Severity
from conselho.verdict.formats import scale
from conselho.verdict.formats.documents import items, mapping, text_of, whole_number
from conselho.verdict.judgement import MAX_FINDINGS, Report, finding


def from_json(value: Any) -> Report | None:
    """The verdict of the scanner that wrote `value`, or None when it is none of them."""
    for tool, read in (
        ("semgrep", _semgrep),
        ("gitleaks", _gitleaks),
        ("trivy", _trivy),
        ("grype", _grype),
        ("hadolint", _hadolint),
        ("detect-secrets", _detect_secrets),
        ("cargo audit", _cargo_audit),
    ):
        findings = read(value)
        if findings is not None:
            return Report(
                format=tool,
                severity=scale.of(findings),
                summary=scale.summed(tool, findings),
                findings=tuple(
                    sorted(findings, key=lambda one: one.severity is not Severity.ERROR)[
                        :MAX_FINDINGS
                    ]
                ),
                lines=None,
            )
    return None


def _semgrep(value: Any) -> list[Finding] | None:
    document = mapping(value)
    if not {"results", "errors", "paths"} <= document.keys():
        return None
    found = [
        finding(
            f"{one.get('check_id', '')}: {text_of(mapping(one.get('extra')).get('message'))}",
            scale.scanner(mapping(one.get("extra")).get("severity")),
            file=text_of(one.get("path")),
            line=whole_number(mapping(one.get("start")).get("line")),
        )
        for one in items(document["results"])
    ]
    fatal = [one for one in items(document["errors"]) if one.get("level") == "error"]
    return found + [
        finding(text_of(one.get("message")) or "a file was not scanned", Severity.ERROR)
        for one in fatal
    ]


def _gitleaks(value: Any) -> list[Finding] | None:
    found = [one for one in items(value) if "RuleID" in one and "StartLine" in one]
    if not found:
        return None
    return [
        finding(
            f"{one.get('RuleID')}: {text_of(one.get('Description'))}",
            Severity.ERROR,
            file=text_of(one.get("File")),
            line=whole_number(one.get("StartLine")),
        )
        for one in found
    ]


def _trivy(value: Any) -> list[Finding] | None:
    document = mapping(value)
    if "SchemaVersion" not in document or "ArtifactName" not in document:
        return None
    found = []
    for result in items(document.get("Results")):
        target = text_of(result.get("Target"))
        found += [
            finding(
                f"{one.get('VulnerabilityID')} in {one.get('PkgName')}: "
                f"{text_of(one.get('Title'))}",
                scale.scanner(one.get("Severity")),
                file=target,
            )
            for one in items(result.get("Vulnerabilities"))
        ]
        found += [
            finding(
                f"{one.get('ID')}: {text_of(one.get('Title'))}",
                scale.scanner(one.get("Severity")),
                file=target,
            )
            for one in items(result.get("Misconfigurations"))
        ]
        found += [
            finding(
                text_of(one.get("Title")) or "a secret",
                Severity.ERROR,
                file=target,
                line=whole_number(one.get("StartLine")),
            )
            for one in items(result.get("Secrets"))
        ]
    return found


def _grype(value: Any) -> list[Finding] | None:
    document = mapping(value)
    if "matches" not in document or "descriptor" not in document:
        return None
    return [
        finding(
            f"{mapping(one.get('vulnerability')).get('id')} in "
            f"{mapping(one.get('artifact')).get('name')}",
            scale.scanner(mapping(one.get("vulnerability")).get("severity")),
        )
        for one in items(document["matches"])
    ]


def _hadolint(value: Any) -> list[Finding] | None:
    found = [one for one in items(value) if {"code", "level", "message", "line"} <= one.keys()]
    if not found:
        return None
    # Also ShellCheck's JSON: both are linters.
    return [
        finding(
            f"{one['code']} {text_of(one['message'])}",
            Severity.WARNING,
            file=text_of(one.get("file")),
            line=whole_number(one["line"]),
        )
        for one in found
    ]


def _detect_secrets(value: Any) -> list[Finding] | None:
    document = mapping(value)
    if not {"plugins_used", "results"} <= document.keys():
        return None
    return [
        finding(
            text_of(one.get("type")) or "a secret",
            Severity.ERROR,
            file=str(file),
            line=whole_number(one.get("line_number")),
        )
        for file, found in mapping(document["results"]).items()
        for one in items(found)
        if one.get("is_secret") is not False
    ]


def _cargo_audit(value: Any) -> list[Finding] | None:
    document = mapping(value)
    if "vulnerabilities" not in document or "lockfile" not in document:
        return None
    return [
        finding(
            f"{mapping(one.get('package')).get('name')}: "
            f"{text_of(mapping(one.get('advisory')).get('title'))}",
            Severity.WARNING,
        )
        for one in items(mapping(document["vulnerabilities"]).get("list"))
    ]
