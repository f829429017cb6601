"""todo-markers: promises left in comments (TODO, FIXME, XXX, HACK), and how old they are."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from conselho.checks.arguments import add_exclude, add_root, extensions, whole
from conselho.checks.files import Selection, select
from conselho.checks.git import git, work_tree
from conselho.checks.report import CannotCheck, Finding, Report, Severity, plural, worst

CHECK: Final = "todo-markers"
MARKERS: Final = ("TODO", "FIXME", "XXX", "HACK")
_SECONDS_A_DAY: Final = 86_400
_MAX_QUOTE: Final = 160

# `git blame` walks the history of a file; this many files keep a run within seconds.
_MAX_BLAMED_FILES: Final = 100
_MAX_RANGES: Final = 200  # more of them would outgrow a command line: blame the whole file instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to look at; `max_age_days` None leaves the age alone."""

    root: Path
    extensions: frozenset[str] = frozenset()
    exclude: Sequence[str] = ()
    markers: Sequence[str] = MARKERS
    max_count: int = 0
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """One promise; `days` is its age by git, None when it was not asked or is not known."""

    path: str
    line: int
    word: str
    quote: str
    days: int | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options on the command line."""
    add_root(parser)
    parser.add_argument(
        "--ext",
        dest="extensions",
        type=extensions,
        default=frozenset(),
        metavar="LIST",
        help="kinds of file, separated by commas (default: every text file)",
    )
    add_exclude(parser)
    parser.add_argument(
        "--markers",
        type=_marker_list,
        default=MARKERS,
        metavar="LIST",
        help=f"words to look for (default: {','.join(MARKERS)})",
    )
    parser.add_argument(
        "--max-count",
        type=whole(0, 1_000_000),
        default=0,
        metavar="N",
        help="markers that are all right (default: 0)",
    )
    parser.add_argument(
        "--max-age-days",
        type=whole(0, 36_500),
        metavar="DAYS",
        help="warn about markers older than this, by git blame (default: do not ask git)",
    )


def check(options: Options) -> Report:
    """Warn when there are more markers than `max_count`, or one is older than `max_age_days`.

    Markers within the limits are listed as info under a success: they are allowed, not hidden.
    Raises CannotCheck when there is no text file, or ages are asked for outside a git work tree.
    """
    files = select(
        Selection(root=options.root, extensions=options.extensions, exclude=options.exclude)
    )
    pattern, read, markers = marker_pattern(options.markers), 0, list[Marker]()
    for path, text in files.texts():
        read += 1
        markers.extend(find_markers(path, text, pattern))
    if not read:
        raise CannotCheck(f"there is no text file to read. {files.looked_at()}")
    notes = [files.looked_at()]
    if options.max_age_days is not None:
        markers = _with_ages(options.root, markers)
        undated = sum(marker.days is None for marker in markers)
        if undated:
            notes.append(
                f"{plural(undated, 'marker')} without an age: new to git, or beyond the first "
                f"{_MAX_BLAMED_FILES} files with markers."
            )
    findings = [_finding(marker, len(markers), options) for marker in _oldest_first(markers)]
    return Report(
        check=CHECK,
        severity=_severity(findings),
        summary=_summary(markers, read, options),
        findings=findings,
        notes=notes,
    )


def marker_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Matches a marker in a comment, or with a colon; prose that names one is no promise.

    Nor is what begins right after a backtick, as Markdown quotes code. (The `!` keeps `--` from
    matching inside of `<!--`.)
    """
    word = "|".join(re.escape(word) for word in words)
    return re.compile(
        rf"(?<![`!])(?:#|//|/\*|<!--|--|;|%|^\s*\*)[ \t!@*#/-]{{0,8}}\b({word})\b(?![-\w/,])"
        rf"|(?<!`)\b({word})(?:\([^()\n]{{0,80}}\))?:(?!:)"
    )


def find_markers(path: str, text: str, pattern: re.Pattern[str]) -> list[Marker]:
    """The markers of one text, at most one a line."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        match = pattern.search(line[:1000])  # minified lines hold no promises
        if match:
            quote = line[match.start() :].strip()[:_MAX_QUOTE]
            word = match[1] or match[2]
            found.append(Marker(path=path, line=number, word=word, quote=quote))
    return found


def _with_ages(root: Path, markers: Sequence[Marker]) -> list[Marker]:
    """The markers with their age in days where git knows it."""
    if work_tree(root) is None:
        raise CannotCheck(
            f"{root} is no git work tree, so the markers have no age.", "Leave out --max-age-days."
        )
    by_file: dict[str, list[Marker]] = {}
    for marker in markers:
        by_file.setdefault(marker.path, []).append(marker)
    dated: list[Marker] = []
    for number, (path, group) in enumerate(by_file.items()):
        days = _ages(root, path, group) if number < _MAX_BLAMED_FILES else {}
        dated.extend(replace(marker, days=days.get(marker.line)) for marker in group)
    return dated


def _ages(root: Path, path: str, markers: Sequence[Marker]) -> dict[int, int]:
    """Line -> age in days. Empty for a file that git does not know yet: its lines are new."""
    ranges = [text for m in markers for text in ("-L", f"{m.line},{m.line}")]
    if len(markers) > _MAX_RANGES:
        ranges = []
    ended = git(root, "blame", "--line-porcelain", *ranges, "--", path)
    if ended.status != 0:
        return {}
    ages: dict[int, int] = {}
    line, now = 0, time.time()
    for row in ended.out.split(b"\n"):
        if header := _BLAME_HEADER.match(row):
            line = int(header[1])
        elif row.startswith(b"author-time "):
            ages[line] = max(0, int((now - int(row[12:])) / _SECONDS_A_DAY))
    return ages


_BLAME_HEADER: Final = re.compile(rb"[0-9a-f]{40,64} \d+ (\d+)")


def _oldest_first(markers: Sequence[Marker]) -> list[Marker]:
    return sorted(markers, key=lambda m: (-(m.days or 0), m.path, m.line))


def _finding(marker: Marker, count: int, options: Options) -> Finding:
    too_old = _is_too_old(marker, options)
    age = "" if marker.days is None else f" ({plural(marker.days, 'day')} old)"
    return Finding(
        title=f"{marker.word} left in the text",
        severity=Severity.WARNING if too_old or count > options.max_count else Severity.INFO,
        file=marker.path,
        line=marker.line,
        detail=f"{marker.quote}{age}",
    )


def _is_too_old(marker: Marker, options: Options) -> bool:
    limit = options.max_age_days
    return limit is not None and marker.days is not None and marker.days > limit


def _severity(findings: Sequence[Finding]) -> Severity:
    warned = [f for f in findings if f.severity is Severity.WARNING]
    return worst(warned)


def _summary(markers: Sequence[Marker], read: int, options: Options) -> str:
    words = "/".join(options.markers)
    if not markers:
        return f"No {words} in {plural(read, 'file')}."
    text = f"{plural(len(markers), 'marker')} ({words}) in {plural(read, 'file')}"
    text += f", {options.max_count} allowed"
    old = sum(_is_too_old(marker, options) for marker in markers)
    return f"{text}; {old} older than {options.max_age_days} days." if old else f"{text}."


def _marker_list(text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(","))
    if not all(re.fullmatch(r"\w{2,40}", word) for word in words):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of words such as TODO,FIXME")
    return words
