"""Commands that print entries, the newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from conselho.cli import rows
from conselho.cli.options import Choices, with_colour, with_json, with_server
from conselho.cli.screen import Cell, Column, Ink

Command = TypeVar("Command", bound=Callable[..., object])


def with_pages(command: Command) -> Command:
    """`--limit` and `--before`, and what all commands that print something have."""
    limit = click.option(
        "--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="Entries."
    )
    before = click.option(
        "--before", type=click.IntRange(1), metavar="SEQ", help="Only those older than this entry."
    )
    return limit(before(with_json(with_server(with_colour(command)))))


def print_entries(
    choices: Choices,
    answer: rows.Json,
    columns: Sequence[Column],
    cells: Callable[[rows.Json], list[Cell]],
) -> None:
    """A table of the answer's `entries`, and how to see those before them."""
    if choices.as_json:
        choices.screen.json(answer)
        return
    entries = rows.objects(answer, "entries")
    if not entries:
        choices.screen.line("There is no such entry.")
        return
    choices.screen.table(columns, [cells(entry) for entry in entries])
    if older := rows.number(answer, "next_before"):
        choices.screen.line(Ink(f"(more: --before {older:.0f})", "dim"))
