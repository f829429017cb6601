"""git-hygiene: what a git work tree should not be left with.

Looks at the whole work tree that holds the folder, not at the folder alone: a merge, a branch and
an index belong to all of it. Paths are relative to its top.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conselho.checks.arguments import add_exclude, add_root, number
from conselho.checks.files import Selection
from conselho.checks.git import git, git_paths
from conselho.checks.git_content import conflicts, large_files, secrets, unwanted_files
from conselho.checks.git_state import State, read_state, state_findings, unfinished
from conselho.checks.report import CannotCheck, Finding, Report, Severity, plural, worst

CHECK: Final = "git-hygiene"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where, and the limits: size of a file, age of a change that was not committed."""

    root: Path
    exclude: Sequence[str] = ()
    max_mib: float = 1.0
    max_age_hours: float = 24.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options on the command line."""
    add_root(parser)
    add_exclude(parser)
    parser.add_argument(
        "--max-mib",
        type=number(0.001, 100_000),
        default=1.0,
        metavar="MIB",
        help="size that a file in git may have (default: 1)",
    )
    parser.add_argument(
        "--max-age-hours",
        type=number(0, 1_000_000),
        default=24.0,
        metavar="HOURS",
        help="how long a change may stay uncommitted before it is a warning (default: 24)",
    )


def check(options: Options) -> Report:
    """Look for conflicts, secrets, large and generated files, and work that was left unfinished.

    Error: conflict markers, unmerged files, files that look like secrets. Warning: a merge or
    rebase left in progress, large, binary and generated files, changes uncommitted for long. Info:
    fresh changes, commits not pushed, a detached HEAD. `exclude` leaves paths out of the looks at
    files, not out of what git itself reports.

    Raises CannotCheck outside a work tree, and when it holds nothing at all.
    """
    top = _top(options.root)
    tracked = git_paths(top, "ls-files", "-z", "--cached")
    untracked = git_paths(top, "ls-files", "-z", "--others", "--exclude-standard")
    state = read_state(top)
    if not tracked and not untracked and state.unborn:
        raise CannotCheck(f"the repository {top} is empty.", "Commit something first.")
    selection = Selection(root=top, exclude=options.exclude)
    mine = [path for path in tracked if selection.wants(path)]
    new = [path for path in untracked if selection.wants(path)]
    max_bytes = int(options.max_mib * 1024 * 1024)
    findings = [
        *conflicts(top, mine, state.unmerged),
        *secrets(top, mine, new),
        *unfinished(top),
        *large_files(top, mine, new, max_bytes),
        *unwanted_files(mine),
        *state_findings(top, state, options.max_age_hours),
    ]
    return Report(
        check=CHECK,
        severity=worst(findings),
        summary=_summary(findings, state, len(tracked)),
        findings=findings,
        notes=[
            f"Looked at {plural(len(tracked), 'tracked file')} and {len(untracked)} untracked "
            f"in {top}, {state.describe()}."
        ],
    )


def _top(root: Path) -> Path:
    if not root.is_dir():
        raise CannotCheck(f"{root} is not a folder.", "Give the folder to check with --root.")
    ended = git(root, "rev-parse", "--show-toplevel")
    if ended.status != 0:
        raise CannotCheck(f"{root} is not in a git work tree: {ended.complaint}.")
    return Path(ended.out.removesuffix(b"\n").decode(errors="surrogateescape"))


def _summary(findings: Sequence[Finding], state: State, tracked: int) -> str:
    severe = worst(findings)
    if severe is Severity.SUCCESS:
        return f"The work tree is clean: {plural(tracked, 'tracked file')}, {state.describe()}."
    first = [finding for finding in findings if finding.severity is severe]
    titles = list(dict.fromkeys(finding.title for finding in first))
    named = "; ".join(titles[:3])
    where = f" ({first[0].file})" if len(first) == 1 and first[0].file else ""
    return f"{named}{where}."
