"""A way to say something that judges, and what such patterns are built of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from conselho.models.verdict import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A way to say something that judges. A cue that is not firm gives way to a plain verdict.

    `grave` cues stay errors even where the text says that nothing is urgent.
    """

    severity: Severity
    name: str
    pattern: re.Pattern[str]
    firm: bool = True
    grave: bool = False


def words(text: str) -> str:
    """An alternation of the words of `text`; a blank inside a phrase is written as `_`."""
    return "(?:" + "|".join(one.replace("_", " ") for one in text.split()) + ")"


def gap(most: int) -> str:
    """Up to so many words, as few as will do."""
    return rf"(?:[^\s.;!?|]{{1,32}} ){{0,{most}}}?"


def cue(
    severity: Severity, name: str, *patterns: str, firm: bool = True, grave: bool = False
) -> Cue:
    joined = "|".join(patterns)
    return Cue(severity=severity, name=name, pattern=re.compile(joined), firm=firm, grave=grave)
