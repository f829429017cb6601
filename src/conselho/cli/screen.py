"""How things are printed: rich tables and colour on a terminal, plain columns in a pipe, or JSON.

Every text is made safe here (conselho.cli.text), so that no command can forget it.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from conselho.cli.phrases import Mark
from conselho.cli.text import cells, one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


@dataclass(frozen=True, slots=True)
class Ink:
    """A piece of text and how it looks, in rich's words for styles; "" is plain."""

    text: str
    style: str = ""


Cell = str | Ink | Mark

_NARROWEST = 16
_STDERR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    On a terminal, `beneath` puts it on a second line under the column before it (several of them
    share that line), and `wide` lets it break into lines, so that a table fits into 80 columns. In
    a pipe every column stands by itself.
    """

    name: str
    wide: bool = False
    beneath: bool = False
    right: bool = False


class Screen:
    """Standard output, as the person or the program that reads it can take it."""

    def __init__(self, stream: TextIO, *, is_terminal: bool, colour: bool) -> None:
        self._stream = stream
        self._is_terminal = is_terminal
        self._colour = colour and is_terminal

    def line(self, *line_cells: Cell, widths: Sequence[int] = (), cut: bool = False) -> None:
        """One line, two blanks between its cells; empty cells leave no gap.

        `widths` fill up the first cells, so that lines stand under each other. `cut` shortens the
        line to the width of a terminal.
        """
        filled = dict(enumerate(widths))
        parts = [
            (_padded(self._plain(cell), filled.get(place, 0)), _style(cell))
            for place, cell in enumerate(line_cells)
        ]
        parts = [part for part in parts if part[0]]
        if not self._is_terminal:
            self._stream.write("  ".join(text for text, _ in parts).rstrip() + "\n")
            return
        whole = self._text("  ").join(self._text(*part) for part in parts)
        whole.rstrip()
        if cut:
            whole.truncate(self._console.width, overflow=self._overflow)
        self._console.print(whole, soft_wrap=True)

    def lines(self, safe_lines: Iterable[str]) -> None:
        """Lines that are safe already, as they are, each written out at once."""
        for line in safe_lines:
            self._stream.write(line + "\n")
            self._stream.flush()

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
        """A table with one cell a column in each row."""
        if self._is_terminal:
            self._rich_table(columns, rows)
        else:
            self._plain_table(columns, rows)

    def json(self, value: object, *, compact: bool = False) -> None:
        """`value` as JSON in ASCII: exact in every encoding, and harmless to every terminal."""
        self._stream.write(json.dumps(value, indent=None if compact else 2) + "\n")

    def flush(self) -> None:
        self._stream.flush()

    @cached_property
    def _console(self) -> Console:
        from rich.console import Console

        return Console(
            file=self._stream,
            force_terminal=True,
            color_system="auto" if self._colour else None,
            # rich asks the terminal of stdin first; what counts is where the output goes.
            width=shutil.get_terminal_size().columns,
        )

    @cached_property
    def _is_unicode(self) -> bool:
        try:
            "✓✗▶…⊘↷∅‖▤─".encode(self._stream.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    @property
    def _overflow(self) -> Literal["ellipsis", "crop"]:
        return "ellipsis" if self._is_unicode else "crop"

    def _plain(self, ink: Cell) -> str:
        if isinstance(ink, Mark):
            return f"{ink.sign if self._is_unicode else ink.plain_sign} {one_line(ink.word)}"
        return one_line(ink if isinstance(ink, str) else ink.text)

    def _text(self, text: str = "", style: str = "") -> Text:
        from rich.text import Text

        return Text(text, style)

    def _rich_table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
        from rich import box
        from rich.table import Table

        table = Table(
            box=box.SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            padding=(0, 1, 0, 0),
            header_style="bold",
        )
        for column in columns:
            if not column.beneath:
                table.add_column(
                    column.name,
                    justify="right" if column.right else "left",
                    no_wrap=not column.wide,
                    overflow="fold" if column.wide else self._overflow,
                    min_width=_NARROWEST if column.wide else None,
                )
        for row in rows:
            table.add_row(*self._stacks(columns, row))
        self._console.print(table)

    def _stacks(self, columns: Sequence[Column], row: Sequence[Cell]) -> list[Text]:
        """The cells of one row, those beneath on the second line of the one above."""
        stacks: list[Text] = []
        for column, cell in zip(columns, row, strict=True):
            text = self._plain(cell)
            if not column.beneath:
                stacks.append(self._text().append(text, _style(cell)))
            elif text:
                stack = stacks[-1]
                stack.append(", " if "\n" in stack.plain else "\n").append(text, "dim")
        return stacks

    def _plain_table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
        """Columns with two blanks between; an empty cell is `-`, so that cells can be counted."""
        grid = [[column.name.upper() for column in columns]]
        grid += [[self._plain(cell) or "-" for cell in row] for row in rows]
        widths = [max(map(cells, column)) for column in zip(*grid, strict=True)]
        for row in grid:
            padded = map(_padded, row, widths)
            self._stream.write("  ".join(padded).rstrip() + "\n")


def _style(cell: Cell) -> str:
    return "" if isinstance(cell, str) else cell.style


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def standard_screen(*, colour: bool) -> Screen:
    """Standard output of this process. NO_COLOR counts as `colour=False` (https://no-color.org)."""
    wanted = colour and not os.environ.get("NO_COLOR")
    return Screen(sys.stdout, is_terminal=sys.stdout.isatty(), colour=wanted)


def tell(message: str) -> None:
    """A message on stderr, in the form that errors and notices have. Usually it is one line."""
    sys.stdout.flush()
    for line in message.splitlines():
        sys.stderr.write(f"conselho: {one_line(line)}\n")
    sys.stderr.flush()


def prepare_streams() -> None:
    """Let the standard streams take any text, and be there at all.

    What their encoding lacks is shown as an escape. A stream that the caller closed (`>&-`) is None
    in Python, and writing to it would be an error of its own.
    """
    _take_free_places()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # for good
            setattr(sys, name, nowhere)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _take_free_places() -> None:
    """Let the next file that is opened, a database say, not become where errors are written."""
    while (place := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        os.set_inheritable(place, True)
    os.close(place)
