"""The options that checks share, and the types of their values."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path


def add_root(parser: argparse.ArgumentParser) -> None:
    """`--root DIR`, by default the current folder."""
    parser.add_argument(
        "--root",
        type=folder,
        default=".",
        metavar="DIR",
        help="folder to check (default: the current one)",
    )


def add_exclude(parser: argparse.ArgumentParser) -> None:
    """`--exclude GLOB`, as often as needed."""
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="GLOB",
        help="leave out paths, folders or names that match; may be repeated",
    )


def add_extensions(parser: argparse.ArgumentParser, default: Iterable[str]) -> None:
    """`--ext LIST`: the kinds of file to look at."""
    known = ",".join(sorted(default))
    parser.add_argument(
        "--ext",
        dest="extensions",
        type=extensions,
        default=frozenset(default),
        metavar="LIST",
        help=f"kinds of file, separated by commas (default: {known})",
    )


def folder(text: str) -> Path:
    """The absolute path, so that a report tells where it looked whatever the current folder was."""
    return Path(text).absolute()


def extensions(text: str) -> frozenset[str]:
    """`py, .TS` becomes {"py", "ts"}."""
    names = frozenset(name.strip().lstrip(".").lower() for name in text.split(","))
    if "" in names:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list such as py,ts,css")
    return names


def whole(low: int, high: int) -> Callable[[str], int]:
    """A parser for whole numbers from `low` to `high`, both allowed."""

    def parse(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return value

    return parse


def number(low: float, high: float) -> Callable[[str], float]:
    """A parser for numbers from `low` to `high`, both allowed."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:  # nan is in no range
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:g} to {high:g}")
        return value

    return parse
