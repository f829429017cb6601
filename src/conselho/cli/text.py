"""Untrusted text made safe for a terminal.

What agents, servers and file names say may hold control sequences that recolour the screen, move
the cursor over earlier lines, set the title or the clipboard, and bidirectional controls that show
a text in another order. Well-formed sequences are dropped, so that a coloured log stays readable;
whatever control character is left is shown as an escape such as `\\x1b`.
"""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator

# Bounded: what looks like a sequence may not make more text vanish than real ones have.
_SEQUENCE = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_][^\x07\x1b]{0,1024}(?:\x07|\x1b\\)"  # OSC and its kin: titles, links
    r"|\x1b[ -/]{0,4}[0-~]"  # short ones, such as a reset
)
_ZERO_WIDTH_JOINER = "\u200d"  # holds emoji together, and moves nothing
_LONGEST_PARTIAL_LINE = 64 * 1024


def one_line(text: str) -> str:
    """`text` on one line: every run of white space is one blank."""
    return _visible(" ".join(_SEQUENCE.sub("", text).split()))


def lines(text: str) -> Iterator[str]:
    """The lines of `text`, with tabs kept; a lone carriage return ends a line too."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    return (_visible(_SEQUENCE.sub("", line), kept="\t") for line in whole.split("\n"))


def raw_lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """The lines of a text that arrives in pieces, each as soon as it is complete, not made safe.

    Bytes that are no UTF-8 are replaced. A line that does not end is given in parts.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    newlines = io.IncrementalNewlineDecoder(decoder, translate=True)
    pending = ""
    for piece in pieces:
        *complete, pending = (pending + newlines.decode(piece)).split("\n")
        yield from complete
        if len(pending) > _LONGEST_PARTIAL_LINE:
            yield pending
            pending = ""
    *complete, pending = (pending + newlines.decode(b"", final=True)).split("\n")
    yield from complete
    if pending:
        yield pending


def log_lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """As raw_lines, made safe."""
    for line in raw_lines(pieces):
        yield from lines(line)


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.combining(character) or character in "\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _visible(text: str, *, kept: str = "") -> str:
    if text.isprintable():
        return text
    return "".join(_shown(character, kept) for character in text)


def _shown(character: str, kept: str) -> str:
    if character.isprintable() or character in kept or character == _ZERO_WIDTH_JOINER:
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
