"""large-files: source files that have grown too long, and where they could be split."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conselho.checks.arguments import add_exclude, add_extensions, add_root, whole
from conselho.checks.files import Selection, select
from conselho.checks.outline import outline
from conselho.checks.report import CannotCheck, Finding, Report, Severity, plural, worst

CHECK: Final = "large-files"

SOURCE_EXTENSIONS: Final = frozenset(
    "c cc cpp cs css dart ex exs go h hpp java js jsx kt less lua m mjs php pl py pyi r rb rs scala"
    " scss sh sql svelte swift ts tsx vue zig".split()
)

# A source file is never this long by hand; reading more only costs time.
_MAX_BYTES: Final = 8 * 1024 * 1024
_PARTS_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to look at, and how many lines a file may have."""

    root: Path
    extensions: frozenset[str] = SOURCE_EXTENSIONS
    exclude: Sequence[str] = ()
    max_lines: int = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options on the command line."""
    add_root(parser)
    add_extensions(parser, SOURCE_EXTENSIONS)
    add_exclude(parser)
    parser.add_argument(
        "--max-lines",
        type=whole(1, 1_000_000),
        default=500,
        metavar="N",
        help="lines a file may have (default: 500)",
    )


def check(options: Options) -> Report:
    """Warn about each source file with more than `max_lines` lines, longest first.

    All lines count, blank ones and comments too. Raises CannotCheck when no file could be counted.
    """
    files = select(
        Selection(root=options.root, extensions=options.extensions, exclude=options.exclude)
    )
    counted, long = 0, []
    for path, text in files.texts(max_bytes=_MAX_BYTES):
        counted += 1
        lines = count_lines(text)
        if lines > options.max_lines:
            long.append((lines, path, text))
    if not counted and not files.too_large:
        raise CannotCheck(f"none of the source files could be read. {files.looked_at()}")
    long.sort(key=lambda entry: (-entry[0], entry[1]))
    findings = [_too_large(path) for path in files.too_large]
    findings += [_finding(path, text, lines, options.max_lines) for lines, path, text in long]
    return Report(
        check=CHECK,
        severity=worst(findings),
        summary=_summary(counted, long, files.too_large, options.max_lines),
        findings=findings,
        notes=[files.looked_at("source file")],
    )


def count_lines(text: str) -> int:
    """Lines as an editor shows them: a last line without a line end counts too."""
    return text.count("\n") + (not text.endswith("\n") and text != "")


def _finding(path: str, text: str, lines: int, max_lines: int) -> Finding:
    parts = sorted(outline(path, text), key=lambda part: -part.lines)[:_PARTS_NAMED]
    detail = f"{lines} lines, {lines - max_lines} over the limit."
    if len(parts) > 1:
        named = ", ".join(f"{p.name} ({p.lines} lines from {p.first})" for p in parts)
        detail += f" Largest parts, to move out first: {named}."
    elif parts:
        part = parts[0]
        detail += (
            f" One definition to break up: {part.name} ({part.lines} lines from {part.first})."
        )
    return Finding(
        title=f"File is longer than {max_lines} lines",
        severity=Severity.WARNING,
        file=path,
        line=parts[0].first if parts else 1,
        detail=detail,
    )


def _too_large(path: str) -> Finding:
    return Finding(
        title="Source file is too large to be counted",
        severity=Severity.WARNING,
        file=path,
        detail=f"It holds more than {_MAX_BYTES // 1024} KiB. Generated? Then --exclude it.",
    )


def _summary(
    counted: int,
    long: Sequence[tuple[int, str, str]],
    too_large: Sequence[str],
    max_lines: int,
) -> str:
    if not long and not too_large:
        return f"None of {plural(counted, 'source file')} is longer than {max_lines} lines."
    count = len(long) + len(too_large)
    total = plural(counted + len(too_large), "source file")
    text = f"{count} of {total} {'is' if count == 1 else 'are'} longer than {max_lines} lines"
    if too_large:
        return f"{text}; {too_large[0]} is too large to be counted."
    lines, path, _ = long[0]
    return f"{text}; the longest is {path} with {lines}."
