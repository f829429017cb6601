"""How a value is said to be above or below its limit, without both numbers."""

from __future__ import annotations

import re

from conselho.verdict.lexicon.nouns import LIMIT

_TO = (
    rf" (?:d[oae]s? )?(?:the |its |our |all |o |a |os |as "
    rf"|de )?(?:\S{{1,15}} ){{0,4}}?(?P<limit>{LIMIT})\b"
)

ABOVE_LIMIT = re.compile(
    r"\b(?:above|over|exceed(?:s|ed|ing)?|beyond|past|(?:higher|more|larger|longer|greater) than"
    r"|acima|ultrapass\w{1,4}|exced\w{1,3}|alem|super\w{1,3}|estour\w{1,3}|passou|passam?"
    r"|(?:maior(?:es)?|mais) (?:do )?que)" + _TO
)

BELOW_LIMIT = re.compile(
    r"\b(?:below|under|short of|beneath|(?:less|lower) than|abaixo|aquem"
    r"|(?:menor(?:es)?|menos) (?:do )?que)" + _TO
)
