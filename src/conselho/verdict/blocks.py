"""Where in a text a report block may stand: JSON-like objects, the last one first.

Agents fence the block with backticks or tildes, indent it in a list, quote it with `>`, add other
blocks behind it or forget the fence. So the text is cut at its fence lines, whatever opens or
closes, and each piece may hold objects:

    prose ```json {...} ``` prose ```sh ls ```      pieces between the fence lines
                  ^ first in its piece: fenced      else it must begin a line, or end the text

Two passes of regular expressions that never look back: linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

MAX_READ = 1_048_576
MAX_OBJECTS = 50_000

# A string ends with its line at the latest: a stray quote in prose must not swallow what follows.
# The closing quote is optional so that a match never fails after a long scan.
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"?')
_STRING_OR_BRACE = re.compile(STRING.pattern + "|[{}]")
_FENCE = re.compile(
    r"^[ \t>\xa0\ufeff]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(?:`{3,}|~{3,})", re.MULTILINE
)
_INFO = re.compile(r"[^\n{]*")
_BLANKS = " \t\n\xa0\ufeff\u200b\u2028\u2029"
_MARGIN = " \t>\xa0\ufeff"
_LINE_ENDS = "\n\u2028\u2029"
_LOOK_BACK = 200
_MAX_UNFINISHED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of text from `{` to its `}`, or to the end when it has none (`closed` is False).

    `fenced`: it stands first behind a fence line, which is where a report is expected.
    """

    text: str
    fenced: bool
    closed: bool


def readable_tail(text: str) -> str:
    """The end of `text` that is worth reading: MAX_READ characters, MAX_OBJECTS opening braces."""
    start = max(0, len(text) - MAX_READ)
    if text.count("{", start) > MAX_OBJECTS:
        brace = len(text)
        for _ in range(MAX_OBJECTS):
            brace = text.rfind("{", start, brace)
        start = brace
    return text[start:]


def blocks_from_the_end(text: str) -> Iterator[Block]:
    """The objects of `text` that may be a report, the last one first; none that is in another."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    fences = [match.span() for match in _FENCE.finditer(text)]
    pieces = [(0, 0), *fences, (len(text), len(text))]
    last = len(pieces) - 2
    for number, ((_, start), (end, _)) in reversed(list(enumerate(pairwise(pieces)))):
        if text.find("{", start, end) >= 0:
            yield from _in_piece(text[start:end], after_fence=number > 0, last=number == last)


def _in_piece(piece: str, *, after_fence: bool, last: bool) -> Iterator[Block]:
    spans, orphans = _outermost(piece)
    first = _first_after_info(piece) if after_fence else -1
    content_end = len(piece.rstrip(_BLANKS + "`~"))
    for start, end in reversed(spans):
        stop = len(piece) if end is None else end
        if start != first:
            if end is not None and _is_inner(piece, start, stop, orphans=orphans):
                continue
            ends = stop >= content_end
            if not ((last or ends) and _begins_line(piece, start)) and not (last and ends):
                continue
        yield Block(text=piece[start:stop], fenced=start == first, closed=end is not None)


def _outermost(piece: str) -> tuple[list[tuple[int, int | None]], bool]:
    """The objects that are in no other, in order, and whether a brace is without its partner.

    An opening brace without partner counts as an object up to the end, of many the first few do.
    """
    opened: list[int] = []
    spans: list[tuple[int, int | None]] = []
    orphans = False
    for match in _STRING_OR_BRACE.finditer(piece):
        found = match[0]
        if found == "{":
            opened.append(match.start())
        elif found == "}":
            if not opened:
                orphans = True
                continue
            start = opened.pop()
            while spans and spans[-1][0] > start:
                spans.pop()
            spans.append((start, match.end()))
    if opened:
        unfinished = [(start, None) for start in opened[:_MAX_UNFINISHED]]
        spans = sorted([*spans, *unfinished], key=lambda span: span[0])
    return spans, orphans or bool(opened)


def _first_after_info(piece: str) -> int:
    """Where the content begins behind the rest of the fence's own line (`json`, say)."""
    rest = _INFO.sub("", piece, count=1).lstrip(_BLANKS + ">")
    return len(piece) - len(rest)


def _is_inner(piece: str, start: int, end: int, *, orphans: bool) -> bool:
    """Whether the object is an item of a list or of an object that is not whole."""
    after = piece[end : end + _LOOK_BACK].lstrip(_BLANKS)[:1]
    before = piece[max(0, start - _LOOK_BACK) : start].rstrip(_BLANKS)
    return after in {",", "]"} or (orphans and before.endswith(("[", ",", '":')))


def _begins_line(piece: str, start: int) -> bool:
    before = piece[max(0, start - _LOOK_BACK) : start]
    margin = before.rstrip(_MARGIN)
    return margin.endswith(tuple(_LINE_ENDS)) or (not margin and start < _LOOK_BACK)
