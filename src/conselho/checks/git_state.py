"""The state of a work tree: branch, changes, and operations left in progress."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from conselho.checks.git import git
from conselho.checks.report import CannotCheck, Finding, Severity, plural

_SECONDS_AN_HOUR: Final = 3600

# Files in the git directory that exist while an operation is in progress, and how to end it.
_OPERATIONS: Final = {
    "MERGE_HEAD": ("Merge left in progress", "git merge --continue or --abort"),
    "rebase-merge": ("Rebase left in progress", "git rebase --continue or --abort"),
    "rebase-apply": ("Rebase or patch left in progress", "git rebase --abort or git am --abort"),
    "CHERRY_PICK_HEAD": ("Cherry-pick left in progress", "git cherry-pick --continue or --abort"),
    "REVERT_HEAD": ("Revert left in progress", "git revert --continue or --abort"),
    "BISECT_LOG": ("Bisect left in progress", "git bisect reset"),
}


@dataclass(slots=True, kw_only=True)
class State:
    """What `git status` says. `head` is the branch, or "(detached)"."""

    head: str = ""
    unborn: bool = False
    upstream: bool = False
    ahead: int = 0
    behind: int = 0
    changed: list[str] = field(default_factory=list)
    untracked: list[str] = field(default_factory=list)
    unmerged: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """`branch main`, for a sentence."""
        return "no branch checked out" if self.head == "(detached)" else f"branch {self.head}"


def read_state(top: Path) -> State:
    """Ask git for the state of the work tree. Raises CannotCheck when git cannot say."""
    ended = git(
        top,
        "status",
        "--porcelain=v2",
        "--branch",
        "-z",
        "--untracked-files=all",
        "--no-renames",
        "--ignore-submodules=dirty",
    )
    if ended.status != 0:
        raise CannotCheck(f"git status failed in {top}: {ended.complaint}.")
    state = State()
    for row in os.fsdecode(ended.out).split("\0"):
        _note(state, row)
    return state


def unfinished(top: Path) -> Iterator[Finding]:
    """A warning for each merge, rebase and the like that nobody ended."""
    ended = git(top, "rev-parse", "--absolute-git-dir")
    if ended.status != 0:
        raise CannotCheck(f"git rev-parse failed in {top}: {ended.complaint}.")
    folder = Path(os.fsdecode(ended.out.removesuffix(b"\n")))
    for name, (title, cure) in _OPERATIONS.items():
        if (folder / name).exists():
            yield Finding(title=title, severity=Severity.WARNING, detail=f"End it with {cure}.")


def state_findings(top: Path, state: State, max_age_hours: float) -> Iterator[Finding]:
    """Uncommitted changes by age, and how the branch stands to its upstream."""
    yield from _uncommitted(top, state.changed + state.untracked, max_age_hours)
    if state.unborn:
        yield Finding(title="No commit yet", severity=Severity.INFO)
    elif state.head == "(detached)":
        yield Finding(
            title="HEAD is detached",
            severity=Severity.INFO,
            detail="Commits made now belong to no branch.",
        )
    if state.ahead:
        yield Finding(
            title="Commits not pushed",
            severity=Severity.INFO,
            detail=f"{plural(state.ahead, 'commit')} ahead of the upstream branch.",
        )
    if state.behind:
        yield Finding(
            title="Upstream has newer commits",
            severity=Severity.INFO,
            detail=f"{plural(state.behind, 'commit')} behind, as of the last fetch.",
        )


def _note(state: State, row: str) -> None:
    """Read one entry of `git status --porcelain=v2 -z`.

    Source: git-status(1), "Porcelain Format Version 2".
    """
    kind, _, rest = row.partition(" ")
    if kind == "#":
        _note_branch(state, rest)
    elif kind == "1":
        state.changed.append(rest.split(" ", 7)[7])
    elif kind == "u":
        state.unmerged.append(rest.split(" ", 9)[9])
    elif kind == "?":
        state.untracked.append(rest)


def _note_branch(state: State, header: str) -> None:
    name, _, value = header.partition(" ")
    if name == "branch.oid":
        state.unborn = value == "(initial)"
    elif name == "branch.head":
        state.head = value
    elif name == "branch.upstream":
        state.upstream = True
    elif name == "branch.ab":
        ahead, behind = value.split(" ")
        state.ahead, state.behind = int(ahead), -int(behind)


def _uncommitted(top: Path, paths: list[str], max_age_hours: float) -> Iterator[Finding]:
    """One finding for all fresh changes, and one for those that have waited too long."""
    now = time.time()
    ages = {path: _age_hours(top / path, now) for path in paths}
    old = sorted((path for path in paths if ages[path] > max_age_hours), key=lambda p: -ages[p])
    fresh = [path for path in paths if ages[path] <= max_age_hours]
    if old:
        yield Finding(
            title=f"Changes uncommitted for more than {max_age_hours:g} hours",
            severity=Severity.WARNING,
            file=old[0],
            detail=f"{plural(len(old), 'file')}: {_few(old)}. Commit, ignore or discard them.",
        )
    if fresh:
        yield Finding(
            title="Changes not committed yet",
            severity=Severity.INFO,
            file=fresh[0],
            detail=f"{plural(len(fresh), 'file')}: {_few(fresh)}.",
        )


def _age_hours(path: Path, now: float) -> float:
    """Hours since the file changed; 0 for a deleted file, which has no time."""
    try:
        return max(0.0, now - path.lstat().st_mtime) / _SECONDS_AN_HOUR
    except OSError:
        return 0.0


def _few(paths: list[str]) -> str:
    return ", ".join(paths[:5]) + (", ..." if len(paths) > 5 else "")
