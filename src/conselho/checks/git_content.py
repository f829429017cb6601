"""What should not be in a repository: conflicts, secrets, large and generated files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Final

from conselho.checks.files import TooLarge, read_regular
from conselho.checks.git import git
from conselho.checks.report import CannotCheck, Finding, Severity, plural

_MAX_TEXT_BYTES: Final = 8 * 1024 * 1024
_KEY_HEAD_BYTES: Final = 64 * 1024

# Private by their very name.
_SECRET_NAMES: Final = (
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".env",
    ".env.*",
    "*.env",
    ".netrc",
    ".pypirc",
    ".htpasswd",
    ".pgpass",
    "credentials.json",
    "service-account*.json",
    "*.kdbx",
    "*.jks",
    "*.keystore",
    "*.p12",
    "*.pfx",
)
# Made to be shared: a template of a secret file holds no secret.
_TEMPLATE_NAMES: Final = (
    "*.example",
    "*.sample",
    "*.template",
    "*.dist",
    "example.env",
    "sample.env",
)
# May hold a certificate, which is public, or a key, which is not: the content decides.
_KEY_FILES: Final = ("*.pem", "*.key", "*.crt", "*.ppk")

_GENERATED_SUFFIXES: Final = frozenset(
    ".pyc .pyo .class .o .obj .a .so .dylib .dll .exe .jar .war .whl .egg .zip .tar .gz .tgz .bz2"
    " .xz .7z .rar .dmg .iso .msi .deb .rpm .sqlite .sqlite3 .db .mp4 .mov .avi .psd .dump".split()
)
_GENERATED_FOLDERS: Final = frozenset(
    "node_modules .venv venv __pycache__ .pytest_cache .mypy_cache .ruff_cache .tox".split()
)


def conflicts(top: Path, tracked: Sequence[str], unmerged: Sequence[str]) -> Iterator[Finding]:
    """An error for each unmerged file, and for each tracked one that holds a whole conflict."""
    for path in unmerged:
        yield Finding(
            title="File is not merged",
            severity=Severity.ERROR,
            file=path,
            line=_first_conflict(top / path),
            detail="Solve the conflict, then git add the file.",
        )
    known = set(unmerged)
    wanted = set(tracked) - known
    for path in _with_marker(top):
        line = _first_conflict(top / path) if path in wanted else None
        if line is not None:
            yield Finding(
                title="Conflict markers in a tracked file",
                severity=Severity.ERROR,
                file=path,
                line=line,
                detail="The two sides of a merge stand in the file.",
            )


def secrets(top: Path, tracked: Sequence[str], untracked: Sequence[str]) -> Iterator[Finding]:
    """An error for each tracked file that looks like a secret, a warning for one not ignored."""
    for path in tracked:
        if _is_secret(top, path):
            yield Finding(
                title="File that looks like a secret is in git",
                severity=Severity.ERROR,
                file=path,
                detail="Revoke the secret first, then git rm --cached the file and ignore it.",
            )
    for path in untracked:
        if _is_secret(top, path):
            yield Finding(
                title="File that looks like a secret is not ignored",
                severity=Severity.WARNING,
                file=path,
                detail="The next 'git add' may take it: add it to .gitignore.",
            )


def large_files(
    top: Path, tracked: Sequence[str], untracked: Sequence[str], max_bytes: int
) -> Iterator[Finding]:
    """A warning for each file over the limit, largest first; of tracked ones git's copy counts."""
    candidates = {path: size for path in tracked if (size := _size(top / path)) > max_bytes}
    stored = _stored_sizes(top, list(candidates))
    found = [(size, path, "in git") for path, size in stored.items() if size > max_bytes]
    found += [(s, p, "not tracked") for p in untracked if (s := _size(top / p)) > max_bytes]
    for size, path, where in sorted(found, key=lambda entry: (-entry[0], entry[1])):
        cure = "Keep it elsewhere, or in Git LFS." if where == "in git" else "Ignore or remove it."
        yield Finding(
            title=f"Large file {where}",
            severity=Severity.WARNING,
            file=path,
            detail=f"{size / 2**20:.1f} MiB. {cure}",
        )


def unwanted_files(tracked: Sequence[str]) -> Iterator[Finding]:
    """A warning for each build product, archive and database, and for each generated folder."""
    folders: dict[str, int] = {}
    for path in tracked:
        folder = _generated_folder(path)
        if folder is not None:
            folders[folder] = folders.get(folder, 0) + 1
        elif PurePosixPath(path).suffix.lower() in _GENERATED_SUFFIXES:
            yield Finding(
                title="Binary or generated file in git",
                severity=Severity.WARNING,
                file=path,
                detail="It cannot be reviewed or merged: build or fetch it instead.",
            )
    for folder, count in folders.items():
        yield Finding(
            title="Generated folder in git",
            severity=Severity.WARNING,
            file=folder,
            detail=f"{plural(count, 'tracked file')}: git rm -r --cached it and ignore it.",
        )


def _with_marker(top: Path) -> list[str]:
    """Tracked text files with a line that starts as a conflict does; git is quick at this."""
    ended = git(top, "grep", "-I", "-l", "-z", "--full-name", "-e", f"^{'<' * 7} ")
    if ended.status > 1:
        raise CannotCheck(f"git grep failed in {top}: {ended.complaint}.")
    return sorted(os.fsdecode(name) for name in ended.out.split(b"\0") if name)


def _first_conflict(path: Path) -> int | None:
    """The line of the first whole conflict, None when there is none or the file cannot be read.

    Whole: the three marks in their order. One of them alone is also how people underline a heading
    or quote a mail.
    """
    try:
        content = read_regular(path, _MAX_TEXT_BYTES)
    except (OSError, TooLarge):
        return None
    opened: int | None = None
    divided = False
    for number, line in enumerate(content.split(b"\n"), 1):
        mark, rest = line[:7], line[7:].rstrip(b"\r")
        if mark == b"<" * 7 and rest.startswith(b" "):
            opened, divided = number, False
        elif mark == b"=" * 7 and not rest:
            divided = opened is not None
        elif mark == b">" * 7 and divided and (not rest or rest.startswith(b" ")):
            return opened
    return None


def _is_secret(top: Path, path: str) -> bool:
    name = PurePosixPath(path).name.lower()
    if _any(name, _TEMPLATE_NAMES):
        return False
    if _any(name, _SECRET_NAMES):
        return True
    return _any(name, _KEY_FILES) and _holds_private_key(top / path)


def _holds_private_key(path: Path) -> bool:
    try:
        content = read_regular(path, _KEY_HEAD_BYTES)
    except (OSError, TooLarge):
        return False
    return b"PRIVATE KEY" in content


def _any(name: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def _size(path: Path) -> int:
    """Bytes of a regular file, 0 for anything else."""
    try:
        status = path.lstat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _stored_sizes(top: Path, paths: Sequence[str]) -> dict[str, int]:
    """Path -> bytes of the blob in the index, where a file kept in Git LFS is a small pointer."""
    if not paths:
        return {}
    wanted, blobs = set(paths), dict[str, bytes]()
    for row in git(top, "ls-files", "--stage", "-z").out.split(b"\0"):
        about, _, name = row.partition(b"\t")
        path = os.fsdecode(name)
        if path in wanted:
            blobs[path] = about.split(b" ")[1]
    asked = b"".join(blob + b"\n" for blob in blobs.values())
    ended = git(top, "cat-file", "--batch-check=%(objectsize)", stdin=asked)
    if ended.status != 0:
        raise CannotCheck(f"git cat-file failed in {top}: {ended.complaint}.")
    sizes = ended.out.split(b"\n")[: len(blobs)]  # a blob that a partial clone lacks has none
    return {path: int(size) for path, size in zip(blobs, sizes, strict=True) if size.isdigit()}


def _generated_folder(path: str) -> str | None:
    parts = path.split("/")[:-1]
    for depth, part in enumerate(parts, 1):
        if part in _GENERATED_FOLDERS:
            return "/".join(parts[:depth])
    return None
