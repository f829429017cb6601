"""dependencies: known vulnerabilities of locked dependencies, by pip-audit and npm audit.

The tools ask an advisory service over the network. That is why every way of not getting an answer
is an error here: a tool that is missing, an answer that cannot be read, a package that was skipped.
pip-audit, for one, ends with "No known vulnerabilities found" and status 0 when it could look up
none of the packages.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from conselho.checks.arguments import add_exclude, add_root, number
from conselho.checks.audit import Audit
from conselho.checks.audit_npm import audit_npm
from conselho.checks.audit_pip import audit_pip
from conselho.checks.files import Selection, select
from conselho.checks.report import CannotCheck, Finding, Report, Severity, plural, worst

CHECK: Final = "dependencies"
Tool = Literal["pip-audit", "npm"]
_MAX_MANIFESTS: Final = 20

# Manifests and locks that neither tool reads as they are, and the command that makes one they read.
_OTHER_MANIFESTS: Final = {
    "uv.lock": "uv export --format requirements-txt > requirements.txt",
    "poetry.lock": "poetry export > requirements.txt",
    "Pipfile.lock": "pipenv requirements > requirements.txt",
    "pyproject.toml": "uv pip compile pyproject.toml > requirements.txt",
    "package.json": "npm install --package-lock-only",
    "yarn.lock": "npm install --package-lock-only",
    "pnpm-lock.yaml": "npm install --package-lock-only",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to audit; `tools` empty means each tool that has something to read."""

    root: Path
    exclude: Sequence[str] = ()
    tools: Sequence[Tool] = ()
    requirements: Sequence[str] = ()
    unrated: Severity = Severity.ERROR
    timeout_seconds: float = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options on the command line."""
    add_root(parser)
    add_exclude(parser)
    parser.add_argument(
        "--tool",
        dest="tools",
        action="append",
        choices=("pip-audit", "npm"),
        default=[],
        help="audit with this tool only; may be repeated (default: each that has a file to read)",
    )
    parser.add_argument(
        "--requirements",
        action="append",
        default=[],
        metavar="FILE",
        help="requirements file below --root; may be repeated (default: every requirements*.txt)",
    )
    parser.add_argument(
        "--unrated",
        type=Severity,
        choices=(Severity.ERROR, Severity.WARNING),
        default=Severity.ERROR,
        help="severity of what the tool does not rate, as pip-audit (default: error)",
    )
    parser.add_argument(
        "--timeout",
        dest="timeout_seconds",
        type=number(1, 3600),
        default=120.0,
        metavar="SECONDS",
        help="time for each audit (default: 120)",
    )


def check(options: Options) -> Report:
    """Audit every requirements file and npm lock, each in its own folder.

    Critical and high: error. Moderate and low: warning. Not rated: `unrated`. A package that a tool
    skipped is a warning; no package at all is info. When one audit fails, the report still lists
    what the others found, and the verdict is error with the reason.

    Raises CannotCheck when there is nothing to audit.
    """
    audits, findings, obstacles = list[Audit](), list[Finding](), list[str]()
    for manifest, run in _planned(options):
        try:
            audit = run(manifest)
        except CannotCheck as error:
            obstacles.append(error.reason)
            findings.append(_failed(manifest, error))
        else:
            audits.append(audit)
            findings.extend(audit.findings)
    packages = sum(audit.packages for audit in audits)
    severity = worst(findings, otherwise=Severity.SUCCESS if packages else Severity.INFO)
    return Report(
        check=CHECK,
        severity=severity,
        summary=_summary(packages, audits, obstacles),
        findings=findings,
        notes=[f"{a.tool} read {a.manifest}: {plural(a.packages, 'package')}." for a in audits],
        obstacles=obstacles,
    )


_Plan = list[tuple[str, Callable[[str], Audit]]]


def _planned(options: Options) -> _Plan:
    """Which file is read by which tool."""
    paths = select(Selection(root=options.root, exclude=options.exclude)).paths
    wanted = set(options.tools) or {"pip-audit", "npm"}
    requirements, locks = list(options.requirements), list[str]()
    if not requirements:
        requirements = [path for path in paths if _is_requirements(path)]
    if not options.requirements or "npm" in options.tools:
        locks = [p for p in paths if PurePosixPath(p).name in _NPM_LOCKS]

    def by_pip(manifest: str) -> Audit:
        return audit_pip(options.root, manifest, options.unrated, options.timeout_seconds)

    def by_npm(manifest: str) -> Audit:
        return audit_npm(options.root, manifest, options.timeout_seconds)

    plan: _Plan = [(path, by_pip) for path in requirements if "pip-audit" in wanted]
    plan += [(path, by_npm) for path in locks if "npm" in wanted]
    if not plan:
        raise CannotCheck(
            f"there is no requirements file and no npm lock in {options.root}.", _hint(paths)
        )
    if len(plan) > _MAX_MANIFESTS:
        raise CannotCheck(
            f"there are {len(plan)} files to audit, more than {_MAX_MANIFESTS}.",
            "Leave some out with --exclude.",
        )
    return plan


_NPM_LOCKS: Final = frozenset({"package-lock.json", "npm-shrinkwrap.json"})


def _is_requirements(path: str) -> bool:
    """requirements.txt, requirements-dev.txt, dev-requirements.txt, requirements/dev.txt."""
    place = PurePosixPath(path)
    if place.suffix != ".txt":
        return False
    return "requirements" in place.name or place.parent.name == "requirements"


def _hint(paths: Sequence[str]) -> str:
    for path in paths:
        command = _OTHER_MANIFESTS.get(PurePosixPath(path).name)
        if command:
            return f"There is {path}: make a file that can be audited with '{command}'."
    return "Check --root and --exclude, or name a file with --requirements."


def _failed(manifest: str, error: CannotCheck) -> Finding:
    return Finding(
        title="Audit was not done", severity=Severity.ERROR, file=manifest, detail=str(error)
    )


def _summary(packages: int, audits: Sequence[Audit], obstacles: Sequence[str]) -> str:
    found = sum(audit.vulnerabilities for audit in audits)
    skipped = sum(audit.skipped for audit in audits)
    count = plural(found, "vulnerability", "vulnerabilities") if found else "No known vulnerability"
    text = f"{count} in {plural(packages, 'package')}"
    if skipped:
        text += f", {plural(skipped, 'package')} not audited"
    if obstacles:
        files = plural(len(obstacles), "file")
        done = f" {text} of the others." if audits else ""
        return f"Could not audit {files}: {' '.join(dict.fromkeys(obstacles))}{done}"
    return f"{text}." if packages or skipped else "There is no package to audit in the lock files."
