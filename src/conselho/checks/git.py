"""Ask git about a folder, without disturbing whoever works in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from conselho.checks.child import Ended, find_program, run
from conselho.checks.report import CannotCheck

_TIMEOUT_SECONDS: Final = 60.0

# A repository's own configuration may name a program to run as its file monitor; a check must not
# start it. Paths come back as they are, not quoted.
_SETTINGS: Final = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> Ended:
    """Run one git command in `folder`; the status is the caller's to judge.

    No locks are taken (a person's `git commit` at the same moment must not fail), nothing is asked
    on a terminal, and messages are in English.

    Raises CannotCheck when git is missing or not done after a minute.
    """
    program = find_program("git")
    if program is None:
        raise CannotCheck("git is not installed.", "Install git, or put it on PATH.")
    argv = (program, *_SETTINGS, *arguments)
    return run(
        argv,
        cwd=folder,
        timeout_seconds=_TIMEOUT_SECONDS,
        environment=_environment(),
        stdin=stdin,
    )


def git_paths(folder: Path, *arguments: str) -> list[str]:
    """The NUL-separated paths that a git command prints, each once, in its order.

    Bytes that are not UTF-8 stay in the name the way `os.fsdecode` keeps them.
    Raises CannotCheck when git fails.
    """
    ended = git(folder, *arguments)
    if ended.status != 0:
        raise CannotCheck(f"git {arguments[0]} failed in {folder}: {ended.complaint}")
    return list(dict.fromkeys(os.fsdecode(name) for name in ended.out.split(b"\0") if name))


def work_tree(folder: Path) -> Path | None:
    """The top of the git work tree that holds `folder`; None when there is none, or no git."""
    if find_program("git") is None:
        return None
    ended = git(folder, "rev-parse", "--show-toplevel")
    if ended.status != 0:
        return None
    return Path(os.fsdecode(ended.out.removesuffix(b"\n")))


def _environment() -> dict[str, str]:
    """Ours, less what (as in a hook) would turn git to another repository than the folder's."""
    kept = {k: v for k, v in os.environ.items() if k not in _ELSEWHERE}
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


_ELSEWHERE: Final = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_PREFIX",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_NAMESPACE",
    }
)
