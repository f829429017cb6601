"""Audit one npm lock file with npm audit."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from conselho.checks.audit import Audit, answer, line_of, read_manifest, require_tool, unreadable
from conselho.checks.child import run
from conselho.checks.report import CannotCheck, Finding, Severity

_TOOL: Final = "npm audit"
_SEVERITIES: Final = {
    "critical": Severity.ERROR,
    "high": Severity.ERROR,
    "moderate": Severity.WARNING,
    "low": Severity.WARNING,
    "info": Severity.INFO,
}
_ADVISORIES_NAMED: Final = 3


def audit_npm(root: Path, manifest: str, timeout_seconds: float) -> Audit:
    """Audit the packages of a lock file; each vulnerable package becomes one finding.

    Raises CannotCheck when npm is missing, or the registry gave no answer about the packages.
    """
    program = require_tool("npm", "Install Node.js, which brings npm.")
    text = read_manifest(root, manifest)
    environment = os.environ | {"NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    ended = run(
        (program, "audit", "--json", "--package-lock-only"),
        cwd=(root / manifest).parent,
        timeout_seconds=timeout_seconds,
        environment=environment,
    )
    document = answer(_TOOL, ended)
    if "vulnerabilities" not in document:
        raise CannotCheck(f"{_TOOL} failed: {_complaint(document) or ended.complaint}.")
    try:
        return _read(document, manifest, text)
    except (KeyError, TypeError, AttributeError) as error:
        raise unreadable(_TOOL) from error


def _complaint(document: dict[str, Any]) -> str:
    """npm says what went wrong in JSON too: in `message`, `error.summary`, `error.detail`."""
    error = document.get("error")
    parts = [document.get("message")]
    if isinstance(error, dict):
        parts += [error.get("summary"), error.get("detail")]
    return " / ".join(str(part) for part in parts if part)


def _read(document: dict[str, Any], manifest: str, text: str) -> Audit:
    vulnerable = document["vulnerabilities"].values()
    return Audit(
        tool=_TOOL,
        manifest=manifest,
        packages=int(document["metadata"]["dependencies"]["total"]),
        skipped=0,
        vulnerabilities=len(vulnerable),
        findings=[_finding(entry, manifest, text) for entry in vulnerable],
    )


def _finding(entry: dict[str, Any], manifest: str, text: str) -> Finding:
    name, rating = str(entry["name"]), str(entry["severity"])
    return Finding(
        title=f"{name} has a vulnerability rated {rating}",
        # A rating that npm may add one day must not pass as harmless.
        severity=_SEVERITIES.get(rating, Severity.ERROR),
        file=manifest,
        line=line_of(text, rf'^\s*"node_modules/{re.escape(name)}":'),
        detail=f"{_causes(entry['via'])} {_cure(entry)}".strip(),
    )


def _causes(via: list[Any]) -> str:
    """The advisories, or the packages through which an advisory reaches this one."""
    advisories = [f"{c['title']} ({c['url']})" for c in via if isinstance(c, dict)]
    if not advisories:
        return f"Through {', '.join(str(cause) for cause in via)}."
    named = "; ".join(advisories[:_ADVISORIES_NAMED])
    more = len(advisories) - _ADVISORIES_NAMED
    return f"{named}; and {more} more." if more > 0 else f"{named}."


def _cure(entry: dict[str, Any]) -> str:
    cure = entry.get("fixAvailable")
    if isinstance(cure, dict):
        breaking = ", a major version" if cure.get("isSemVerMajor") else ""
        return f"Fixed by {cure.get('name')} {cure.get('version')}{breaking}."
    return "Fixed by npm audit fix." if cure else "No fix yet."
