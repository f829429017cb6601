"""A text as the classifier reads it: a bounded choice of its lines.

A report may have megabytes. Its head and its tail are read line by line; from the middle only the
lines that hold one of a few telling words are, found by plain substring search, so that one serious
item deep in a long clean report is not lost. All of it takes time linear in the text, and what
comes after costs no more for 5 MB than for one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_TEXT = 8 * 1024 * 1024  # beyond it, only both ends are kept
WHOLE = 96 * 1024  # a text up to this size is read completely, if it has no more lines than below
END = 32 * 1024  # of a longer one: so much from each end
MAX_LINES = 1_600
LONGEST_LINE = 500
HITS_PER_WORD = 12
HIT_RADIUS = 300
PER_SHAPE = 20  # lines that differ only in their numbers, in a text that is not read completely
CUT = "⋯"  # stands where lines were left out

_DIGITS = re.compile(r"\d{1,20}")
_SEQUENCE = re.compile(
    r"\x1b\[[0-?]{0,32}[ -/]{0,4}[@-~]|\x1b[\]PX^_][^\x07\x1b]{0,512}(?:\x07|\x1b\\)"
)

# Lower case, with and without accents. What is found only selects a line; it judges nothing.
TELLING = """
critical|crític|critic|: high|: alta|[high]|high severity|fatal|panic|traceback (most
segmentation|out of memory|not ok| fail|falhou|falharam| falha|error:|[error|erro:|exception
could not|cannot |unable to|timed out|esgotad|não consegui|não foi possível|not found
não encontrad|no such file|denied|negada|data loss|perda de dados|corrupt|corromp|secret|segredo
credential|credencia|private key|password|senha|leaked|vazad|vazou|exposed|expost|injection
urgent|immediately|revo|rotate|vulnerab|warning|aviso|deprecated|❌|✖|🔴|🚨
""".strip("\n").replace("\n", "|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`text` without terminal sequences, and `lines`, the part of it that is looked at."""

    text: str
    lines: list[str]
    complete: bool


def read(text: str) -> Reading:
    """Choose the lines of `text`; lines longer than LONGEST_LINE are cut into both their ends."""
    text = _clean(text)
    if len(text) <= WHOLE and text.count("\n") < MAX_LINES:
        return Reading(text=text, lines=[_cut(line) for line in text.split("\n")], complete=True)
    half = MAX_LINES // 2
    head = text[:END].split("\n", half)[:half]
    tail = text[-END:].rsplit("\n", half)[-half:]
    lines = [*head, CUT, *_middle(text), CUT, *tail]
    return Reading(text=text, lines=_varied(_cut(line) for line in lines), complete=False)


def _varied(lines: Iterable[str]) -> list[str]:
    """The lines without those that repeat one shape over and over."""
    seen: Counter[str] = Counter()
    kept = []
    for line in lines:
        shape = _DIGITS.sub("0", line[:120])
        seen[shape] += 1
        if seen[shape] <= PER_SHAPE:
            kept.append(line)
    return kept


def _clean(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT // 2] + "\n" + text[-LONGEST_TEXT // 2 :]
    if "\x1b" in text:
        text = _SEQUENCE.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _cut(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    half = LONGEST_LINE // 2
    return line[:half] + " … " + line[-half:]


def _middle(text: str) -> list[str]:
    """Lines between the ends that hold a telling word, in order, each once."""
    start, end = END, len(text) - END
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters grow when lowered: places would not agree
        lowered = text
    places: set[int] = set()
    for word in TELLING.split("|"):
        places.update(_hits(lowered, word, start, end))
    lines: dict[str, None] = {}
    for place in sorted(places):
        lines.setdefault(_around(text, place))
    return list(lines)


def _hits(lowered: str, word: str, start: int, end: int) -> list[int]:
    """Where `word` stands: a few of its places, spread so that one region cannot use them up."""
    found: list[int] = []
    step = max(1, (end - start) // HITS_PER_WORD)
    while len(found) < HITS_PER_WORD and start < end:
        place = lowered.find(word, start, end)
        if place < 0:
            break
        found.append(place)
        start = max(place + len(word), min(start + step, place + HIT_RADIUS))
    return found


def _around(text: str, place: int) -> str:
    before = max(0, place - HIT_RADIUS)
    after = place + HIT_RADIUS
    start = text.rfind("\n", before, place) + 1 or before
    stop = text.find("\n", place, after)
    return text[start : stop if stop >= 0 else after]
