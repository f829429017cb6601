"""Audit one requirements file with pip-audit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from conselho.checks.audit import Audit, answer, line_of, read_manifest, require_tool, unreadable
from conselho.checks.child import run
from conselho.checks.report import CannotCheck, Finding, Severity

_TOOL: Final = "pip-audit"

# --no-deps --disable-pip: read the pinned versions as they stand. Without them pip would resolve
# and build the requirements, which runs code of whoever wrote the file.
_OPTIONS: Final = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off")


def audit_pip(root: Path, manifest: str, unrated: Severity, timeout_seconds: float) -> Audit:
    """Audit the pinned packages of a requirements file; each vulnerability becomes one finding.

    pip-audit does not rate vulnerabilities: all get the severity `unrated`.
    Raises CannotCheck when it is missing, gives no answer, or could look up none of the packages.
    """
    program = require_tool(
        _TOOL, "Install it into the environment: python -m pip install pip-audit"
    )
    text = read_manifest(root, manifest)
    # By its whole path: a file named `-x.txt` must not be read as an option.
    argv = (program, *_OPTIONS, "--requirement", str((root / manifest).absolute()))
    ended = run(argv, cwd=root, timeout_seconds=timeout_seconds)
    document = answer(_TOOL, ended)
    try:
        return _read(document, manifest, text, unrated)
    except (KeyError, TypeError, AttributeError) as error:
        raise unreadable(_TOOL) from error


def _read(document: dict[str, Any], manifest: str, text: str, unrated: Severity) -> Audit:
    dependencies = document["dependencies"]
    skipped = [entry for entry in dependencies if "skip_reason" in entry]
    if skipped and len(skipped) == len(dependencies):
        raise CannotCheck(
            f"{_TOOL} looked up none of {len(skipped)} packages: {skipped[0]['skip_reason']}",
            "Is the advisory service reachable?",
        )
    found = [
        _vulnerability(entry, vulnerability, manifest, text, unrated)
        for entry in dependencies
        if "skip_reason" not in entry
        for vulnerability in entry["vulns"]
    ]
    missed = [_not_audited(entry, manifest, text) for entry in skipped]
    return Audit(
        tool=_TOOL,
        manifest=manifest,
        packages=len(dependencies) - len(skipped),
        skipped=len(skipped),
        vulnerabilities=len(found),
        findings=[*found, *missed],
    )


def _vulnerability(
    entry: dict[str, Any],
    vulnerability: dict[str, Any],
    manifest: str,
    text: str,
    unrated: Severity,
) -> Finding:
    aliases = [str(alias) for alias in vulnerability.get("aliases") or ()]
    cve = next((alias for alias in aliases if alias.startswith("CVE-")), None)
    name = str(vulnerability["id"]) + (f" ({cve})" if cve else "")
    fixes = ", ".join(str(version) for version in vulnerability.get("fix_versions") or ())
    description = vulnerability.get("description") or ""
    cure = f"fixed in {fixes}" if fixes else "no fixed version yet"
    return Finding(
        title=f"{entry['name']} has the vulnerability {name}",
        severity=unrated,
        file=manifest,
        line=_line(text, str(entry["name"])),
        detail=f"Locked at {entry['version']}, {cure}. {description}".strip(),
    )


def _not_audited(entry: dict[str, Any], manifest: str, text: str) -> Finding:
    return Finding(
        title=f"{entry['name']} was not audited",
        severity=Severity.WARNING,
        file=manifest,
        line=_line(text, str(entry["name"])),
        detail=str(entry["skip_reason"]),
    )


def _line(text: str, name: str) -> int | None:
    """Where the file pins the package; `-`, `_` and `.` are the same in a package name."""
    parts = [re.escape(part) for part in re.split(r"[-_.]+", name)]
    return line_of(text, rf"^\s*{'[-_.]+'.join(parts)}(?![\w.-])")
