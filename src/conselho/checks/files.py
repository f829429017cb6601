"""Which files of a folder a check looks at, and how it reads them."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Final

from conselho.checks.git import git_paths, work_tree
from conselho.checks.report import CannotCheck, plural

MAX_BYTES: Final = 2 * 1024 * 1024
_SNIFF_BYTES: Final = 8192

# What people and tools generate. Only for folders without git: git's ignore rules know better.
_GENERATED: Final = frozenset(
    {
        "node_modules",
        "bower_components",
        "venv",
        "dist",
        "build",
        "htmlcov",
        "site-packages",
        "__pycache__",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the user asked to look at.

    `extensions` are lower case, without the dot; empty means any. `exclude` are globs, matched
    against the whole path (where `*` crosses `/`), each folder of it, and the file's name.
    """

    root: Path
    extensions: frozenset[str] = frozenset()
    exclude: Sequence[str] = ()

    def wants(self, path: str) -> bool:
        """Whether a path relative to the root, with `/`, is asked for."""
        suffix = PurePosixPath(path).suffix[1:].lower()
        if self.extensions and suffix not in self.extensions:
            return False
        return not any(_matches(path, glob) for glob in self.exclude)


@dataclass(slots=True, kw_only=True)
class Files:
    """The files of a selection; once read, which ones were left out and why."""

    root: Path
    paths: list[str]
    by_git: bool
    skipped: Counter[str] = field(default_factory=Counter)
    too_large: list[str] = field(default_factory=list)

    def texts(self, *, max_bytes: int = MAX_BYTES) -> Iterator[tuple[str, str]]:
        """Path and text of each readable text file, in order of path.

        Bytes that are not UTF-8 become replacement characters. Binary files, files over `max_bytes`
        and files that cannot be read are counted in `skipped`.
        """
        for path in self.paths:
            content = self._read(path, max_bytes)
            if content is not None:
                yield path, content.decode(errors="replace")

    def _read(self, path: str, max_bytes: int) -> bytes | None:
        try:
            content = read_regular(self.root / path, max_bytes)
        except TooLarge:
            self.skipped[f"over {max_bytes // 1024} KiB"] += 1
            self.too_large.append(path)
        except OSError:
            self.skipped["unreadable"] += 1
        else:
            if not looks_binary(content):
                return content
            self.skipped["binary"] += 1
        return None

    def looked_at(self, noun: str = "file", nouns: str | None = None) -> str:
        """A note for the report: how many files, where, and what was left out."""
        how = "those git does not ignore" if self.by_git else "generated folders left out"
        read = len(self.paths) - self.skipped.total()
        text = f"Looked at {plural(read, noun, nouns)} in {self.root} ({how})."
        if self.skipped:
            reasons = ", ".join(f"{count} {reason}" for reason, count in self.skipped.items())
            text += f" Left out: {reasons}."
        return text


class TooLarge(Exception):
    """The file is larger than the reader asked for."""


def select(selection: Selection) -> Files:
    """The regular files that the selection asks for, sorted by path.

    In a git work tree: what git tracks, and what is new and not ignored. Elsewhere: a walk that
    leaves out hidden and generated folders. Symbolic links are left out, so nothing outside the
    root is read.

    Raises CannotCheck when the root is no folder, or nothing matches.
    """
    root = selection.root
    if not root.is_dir():
        raise CannotCheck(f"{root} is not a folder.", "Give the folder to check with --root.")
    by_git = work_tree(root) is not None
    listed = _git_files(root) if by_git else _walk(root)
    wanted = (path for path in listed if selection.wants(path))
    paths = sorted(_regular_inside(root, wanted))
    if not paths:
        kinds = ", ".join(sorted(selection.extensions))
        what = f"no file of the kinds {kinds}" if kinds else "no file"
        raise CannotCheck(f"there is {what} in {root}.", "Check --root, --ext and --exclude.")
    return Files(root=root, paths=paths, by_git=by_git)


def read_regular(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file, never of a link, a pipe or a device.

    Raises TooLarge when it holds more than `max_bytes`, OSError when it cannot be read.
    """
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is not a regular file")
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise TooLarge(path)
    return content


def looks_binary(content: bytes) -> bool:
    """Git's rule: a NUL among the first bytes."""
    return b"\0" in content[:_SNIFF_BYTES]


def _git_files(root: Path) -> list[str]:
    return git_paths(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")


def _walk(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n not in _GENERATED and not n.startswith(".")]
        relative = Path(folder).relative_to(root)
        yield from ((relative / name).as_posix() for name in files)


def _regular_inside(root: Path, paths: Iterator[str]) -> Iterator[str]:
    """The paths that are regular files, in folders that are really below the root.

    A folder that git tracks may have been replaced by a link since; its old paths then lead
    outside.
    """
    real_root = os.path.realpath(root)
    inside: dict[str, bool] = {}
    for path in paths:
        folder = os.path.dirname(path)
        if folder not in inside:
            expected = os.path.join(real_root, folder) if folder else real_root
            inside[folder] = os.path.realpath(root / folder) == expected
        if inside[folder] and _is_regular(root / path):
            yield path


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _matches(path: str, glob: str) -> bool:
    glob = glob.removesuffix("/")
    return fnmatchcase(path, glob) or any(fnmatchcase(part, glob) for part in path.split("/"))
