"""Lists of checks, each item with its state: "- CSP: absent", "- api – 12 days left".

A state that is a status word judges. One item of which nothing is understood, among several that
are well, stands out: whatever it says, it is not the word that the others have.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conselho.models.verdict import Severity
from conselho.verdict.judgement import Evidence
from conselho.verdict.marks import status_word

_ITEM = re.compile(
    r"^\s{0,12}(?:[-*+•]|\d{1,3}[.)])\s{1,4}(?P<name>[^:|]{1,60}?)(?:: {1,3}| (?:[–—-]|->) )"
    r"(?P<state>\S.{0,300})$"
)
# "high" of an effort or of an hour judges nothing; it is read as a severity elsewhere.
_DEGREE = re.compile(r"^(?:high|low|medium|alt[oa]|baix[oa]|medi[oa]|moderate|critic\w{0,3})\b")
_FIGURE = re.compile(r"^[\W\d]|^(?:n/a|none|nenhum[a]?|skipped)\b")
_FEWEST_WELL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a list; `group` tells the lists of a text apart."""

    line: int
    group: int
    state: str


def item(folded: str, *, line: int, group: int) -> Item | None:
    """The item that a folded line is, None when it is none with a state."""
    match = _ITEM.match(folded)
    return Item(line=line, group=group, state=match["state"]) if match else None


def state_of(one: Item) -> Severity | None:
    """What the item's state says when it is a status word, else None."""
    return None if _DEGREE.match(one.state) else status_word(one.state)


def standing_out(items: Iterable[Item], evidence: Iterable[Evidence]) -> Iterator[Item]:
    """The one item of a list that does not say that it is well as all the others do."""
    judged: dict[int, set[Severity]] = defaultdict(set)
    for one in evidence:
        judged[one.line].add(one.severity)
    groups: dict[int, list[Item]] = defaultdict(list)
    for each in items:
        groups[each.group].append(each)
    for group in groups.values():
        odd = [each for each in group if not judged[each.line] and not _FIGURE.match(each.state)]
        well = sum(judged[each.line] == {Severity.SUCCESS} for each in group)
        if len(odd) == 1 and well >= _FEWEST_WELL and well + 1 == len(group):
            yield odd[0]
