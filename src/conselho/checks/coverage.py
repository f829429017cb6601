"""coverage: the line coverage that a report measured, against a target."""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from conselho.checks.arguments import add_exclude, add_root, number
from conselho.checks.coverage_report import CoverageReport, Measured, read_coverage
from conselho.checks.report import CannotCheck, Finding, Report, Severity, plural, worst

CHECK: Final = "coverage"

# Where the tools leave their report when nobody tells them otherwise, most common first.
USUAL_REPORTS: Final = (
    "coverage.xml",
    "coverage.json",
    "lcov.info",
    "coverage.lcov",
    "coverage/lcov.info",
    "coverage/cobertura-coverage.xml",
    "cobertura.xml",
)
_MISSING_NAMED: Final = 8
_SECONDS_AN_HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The report and its limits. `file` None means the newest of the usual reports."""

    root: Path
    file: Path | None = None
    exclude: Sequence[str] = ()
    target: float = 80.0
    file_target: float | None = None
    max_age_hours: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rated:
    path: str
    lines: int
    covered: int
    missing: Sequence[int]

    @property
    def percent(self) -> float:
        return 100 * self.covered / self.lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options on the command line."""
    add_root(parser)
    parser.add_argument(
        "--file",
        type=Path,
        metavar="REPORT",
        help=f"report, relative to --root (default: the newest of {', '.join(USUAL_REPORTS)})",
    )
    add_exclude(parser)
    percent = number(0, 100)
    parser.add_argument(
        "--target",
        type=percent,
        default=80.0,
        metavar="PERCENT",
        help="line coverage to reach over all files (default: 80)",
    )
    parser.add_argument(
        "--file-target",
        type=percent,
        metavar="PERCENT",
        help="line coverage that each single file must reach (default: no such limit)",
    )
    parser.add_argument(
        "--max-age-hours",
        type=number(0, 1_000_000),
        metavar="HOURS",
        help="warn when the report is older than this (default: any age)",
    )


def check(options: Options) -> Report:
    """Compare line coverage with the target, and list the files with the most missing lines.

    Below the target, or a file below `file_target`: warning. A report that is older than a file
    which it measured no longer tells the truth about it, so the verdict is info at best.

    Raises CannotCheck when there is no report, it cannot be read, or it measured no line.
    """
    report_path = _report_path(options)
    coverage = read_coverage(report_path)
    rated = _rate(coverage, options)
    if not rated:
        raise CannotCheck(
            f"{report_path} measured no line of code.",
            "Were any tests run, and do --exclude and the tool's own settings leave files in?",
        )
    lines, covered = sum(r.lines for r in rated), sum(r.covered for r in rated)
    percent = 100 * covered / lines
    below = covered * 100 < options.target * lines
    age = _age_findings(options, report_path, rated)
    findings = age + _file_findings(rated, below, options.file_target)
    judged = [f for f in findings if f.severity is Severity.WARNING] + age
    severity = Severity.WARNING if below else worst(judged)
    return Report(
        check=CHECK,
        severity=severity,
        summary=_summary(percent, options.target, rated, severity),
        findings=findings,
        notes=[
            f"Read {report_path}, {_age_text(report_path)} old: {covered} of {lines} lines ran "
            f"in {plural(len(rated), 'file')}. Branches are not counted."
        ],
    )


def _report_path(options: Options) -> Path:
    if options.file is not None:
        path = options.root / options.file
        if not path.is_file():
            raise CannotCheck(f"there is no coverage report {path}.", _HOW_TO_MEASURE)
        return path
    found = [path for name in USUAL_REPORTS if (path := options.root / name).is_file()]
    if not found:
        raise CannotCheck(f"there is no coverage report in {options.root}.", _HOW_TO_MEASURE)
    return max(found, key=lambda path: path.stat().st_mtime)


_HOW_TO_MEASURE: Final = (
    "Make one, for example with 'coverage run -m pytest && coverage xml', or name it with --file."
)


def _rate(coverage: CoverageReport, options: Options) -> list[_Rated]:
    """The files with lines in them, the most missing lines first."""
    rated = []
    for measured in coverage.files:
        path = _relative(measured, coverage.sources, options.root)
        if measured.lines and not _excluded(path, options.exclude):
            rated.append(
                _Rated(
                    path=path,
                    lines=measured.lines,
                    covered=measured.covered,
                    missing=measured.missing,
                )
            )
    return sorted(rated, key=lambda r: (r.covered - r.lines, r.path))


def _relative(measured: Measured, sources: Sequence[str], root: Path) -> str:
    """The path as seen from the root if the file is there, else as the report writes it."""
    real_root = Path(os.path.realpath(root))
    for base in ("", *sources):
        place = Path(os.path.normpath(real_root / base / measured.path))
        if place.is_relative_to(real_root) and _is_file(place):
            return place.relative_to(real_root).as_posix()
    return measured.path


def _is_file(path: Path) -> bool:
    """Path.is_file, but a name from a report may also be too long to ask about."""
    try:
        return path.is_file()
    except OSError:
        return False


def _excluded(path: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(path, g) or fnmatchcase(path.rsplit("/", 1)[-1], g) for g in globs)


def _age_findings(options: Options, report: Path, rated: Sequence[_Rated]) -> list[Finding]:
    made = report.stat().st_mtime
    findings = []
    limit = options.max_age_hours
    if limit is not None and time.time() - made > limit * _SECONDS_AN_HOUR:
        findings.append(
            Finding(
                title=f"Coverage report is older than {limit:g} hours",
                severity=Severity.WARNING,
                file=str(options.file) if options.file else None,
                detail=f"It was made {_age_text(report)} ago. Run the tests with coverage again.",
            )
        )
    changed = [r.path for r in rated if _changed_after(options.root, r.path, made)]
    if changed:
        named = ", ".join(changed[:3]) + (", ..." if len(changed) > 3 else "")
        findings.append(
            Finding(
                title="Files changed after the coverage was measured",
                severity=Severity.INFO,
                file=changed[0],
                detail=f"{plural(len(changed), 'file')}: {named}. Measure again to be sure.",
            )
        )
    return findings


def _changed_after(root: Path, path: str, made: float) -> bool:
    try:
        return (root / path).stat().st_mtime > made
    except (OSError, ValueError):
        return False


def _file_findings(
    rated: Sequence[_Rated], below: bool, file_target: float | None
) -> list[Finding]:
    """The files to work on: all with missing lines while the total is short, else those too low."""
    findings = []
    for r in rated:
        too_low = file_target is not None and r.covered * 100 < file_target * r.lines
        if r.missing and (below or too_low):
            title = (
                f"Line coverage under {file_target:g} %" if too_low else "Lines that no test ran"
            )
            findings.append(
                Finding(
                    title=title,
                    severity=Severity.WARNING,
                    file=r.path,
                    line=r.missing[0],
                    detail=f"{_percent(r.percent)} % of {plural(r.lines, 'line')}; "
                    f"missing {len(r.missing)}: {_ranges(r.missing)}",
                )
            )
    return findings


def _ranges(lines: Sequence[int]) -> str:
    """`3, 7-9` for [3, 7, 8, 9], cut after a few."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    named = [str(a) if a == b else f"{a}-{b}" for a, b in ranges[:_MISSING_NAMED]]
    return ", ".join(named) + (", ..." if len(ranges) > _MISSING_NAMED else "")


def _summary(percent: float, target: float, rated: Sequence[_Rated], severity: Severity) -> str:
    text = f"Line coverage is {_percent(percent)} %, target {target:g} %"
    if severity is Severity.SUCCESS:
        return f"{text}."
    if severity is Severity.INFO:
        return f"{text}, but files changed after it was measured."
    return f"{text}; the file with the most missing lines is {rated[0].path}."


def _percent(value: float) -> str:
    """One decimal, rounded down: 79.96 under a target of 80 must not be shown as 80.0."""
    return f"{math.floor(value * 10) / 10:.1f}"


def _age_text(report: Path) -> str:
    seconds = max(0.0, time.time() - report.stat().st_mtime)
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return plural(int(seconds // size), unit)
    return plural(int(seconds), "second")
