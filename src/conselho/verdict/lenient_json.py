"""JSON as agents write it: what is surely meant is read, what is doubtful refused with the reason.

Read: trailing commas, exotic blanks (no-break space, BOM, U+2028), raw line ends in texts, lines
quoted with `>`. Refused: other quotes, comments, Python's words, NaN, a key given twice, an end
that comes too early, absurd nesting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from conselho.verdict.blocks import STRING


class NotJson(ValueError):
    """The text is no JSON object; the message is a clause about "the report block"."""


def read_object(text: str, *, closed: bool = True) -> dict[str, Any]:
    """The object that `text`, from `{` to its `}`, stands for. `closed`: its end was found.

    Numbers beyond 18 digits are capped: no field of a report holds one.
    Raises NotJson with the reason. Nothing else, whatever the text.
    """
    try:
        value = _loads(text)
    except NotJson:
        raise
    except ValueError as first:
        try:
            value = _loads(_repaired(text))
        except NotJson:
            raise
        except ValueError:
            raise NotJson(_why(text, first, closed=closed)) from first
    if not isinstance(value, dict):
        raise NotJson("is not a JSON object")
    return value


def _loads(text: str) -> Any:
    try:
        return json.loads(
            text,
            strict=False,  # raw line ends and tabs within texts are read as they stand
            parse_int=_integer,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
    except RecursionError as exc:
        raise NotJson("is nested too deeply") from exc


def _integer(digits: str) -> int:
    # Python refuses to convert thousands of digits.
    return int(digits) if len(digits) <= 18 else 10**18


def _no_constant(word: str) -> Any:
    raise NotJson(f"holds {word}, which is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Which of two severities counts is not ours to guess.
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NotJson(f"gives {twice[:40]!r} twice")
    return found


_QUOTED_LINE = re.compile(r"^[ \t]*>(?:[ \t]?>)*", re.MULTILINE)
_UNQUOTED_LINE = re.compile(r"\n[ \t]*(?![ \t>])")
_REPAIR = re.compile(
    STRING.pattern + r"|(?P<blank>[\xa0\ufeff\u200b\u2060\u2028\u2029\u202f]+)|(?P<comma>,)"
    r"(?=[\s\ufeff\u200b\u2060]*[}\]])"
)


def _repaired(text: str) -> str:
    if "\n" in text and not _UNQUOTED_LINE.search(text):
        text = _QUOTED_LINE.sub("", text)
    return _REPAIR.sub(
        lambda match: " " if match["blank"] else "" if match["comma"] else match[0], text
    )


def _has(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern).search


# Looked for outside of double-quoted texts, in this order: the quotes decide what is a comment.
_REASONS = (
    (_has("[“”„‟‘’‚‹›«»]"), "uses curly quotes: JSON needs straight double quotes"),
    (_has(r"[{\[,:]\s*'"), "uses single quotes: JSON needs double quotes"),
    (_has(r"/[/*]|(?:^|[\n,{\[])[ \t]*#"), "has comments: JSON has none"),
    (
        _has(r"[\[:,]\s*(?:True|False|None)\b"),
        "has Python's words: JSON writes true, false and null",
    ),
)
_BARE_KEY = re.compile(r"[{,]\s*[A-Za-z_]\w{0,60}\s{0,20}:")


def _why(text: str, error: ValueError, *, closed: bool) -> str:
    bones = STRING.sub('""', text)
    for found, reason in _REASONS:
        if found(bones):
            return reason
    if not closed:
        return "ends early: the answer was cut off before the block was complete"
    if _BARE_KEY.search(bones):
        return "has keys without quotes: it is not JSON, which needs double quotes around them"
    return f"is not JSON ({error})"
