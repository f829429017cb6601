"""Find inline styles in HTML, JSX and templates.

A template is not HTML, and JSX is not either, so no parser of one language reads them all. What
they share is the shape of a tag: `<name attribute="value" attribute={code} ...>`. This scanner
follows only that shape, in one pass over the text; whatever does not keep it is skipped and the
scan goes on there, so the time is linear in the text whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Kind(Enum):
    """ATTRIBUTE: fixed text. COMPUTED: known only at run time. BLOCK: a <style> element."""

    ATTRIBUTE = auto()
    COMPUTED = auto()
    BLOCK = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineStyle:
    """One inline style: where it is, the element that has it, and the start of its value."""

    kind: Kind
    line: int
    tag: str
    value: str


def inline_styles(text: str) -> list[InlineStyle]:
    """The inline styles of one text, in order. HTML comments are left out."""
    found = []
    line, counted = 1, 0
    for at, kind, tag, value in _scan(text):
        line += text.count("\n", counted, at)
        counted = at
        found.append(InlineStyle(kind=kind, line=line, tag=tag, value=value))
    return found


_Found = tuple[int, Kind, str, str]

_TAG_OR_COMMENT: Final = re.compile(r"<!--|<([A-Za-z][\w.:-]*)")
_SPACE: Final = re.compile(r"\s*")
_NAME: Final = re.compile(r"[A-Za-z_:@#*.\[\(][\w:@.\-\[\]\(\)]*")
_EQUALS: Final = re.compile(r"\s*=\s*")
_BARE: Final = re.compile(r"[^\s>\"'<=`]+")
_IN_BRACES: Final = re.compile(r"[{}]|\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`")
_TEMPLATE_MARKS: Final = ("{{", "{%", "<%", "<?", "${", "#{")
_OBJECT: Final = re.compile(r"\{\s*\{")
_STATIC_OBJECT: Final = re.compile(
    r"\{\s*\{\s*(?:[\w\"'-]+\s*:\s*(?:\"[^\"]*\"|'[^']*'|-?[\d.]+)\s*(?:,\s*|(?=\})))*\}\s*\}"
)
_MAX_CODE: Final = 20_000  # an attribute value is code of a few lines, not the rest of the file
_MAX_QUOTE: Final = 120


def _scan(text: str) -> Iterator[_Found]:
    at = 0
    while match := _TAG_OR_COMMENT.search(text, at):
        at = match.end()
        tag = match[1]
        if tag is None:
            end = text.find("-->", at)
            at = len(text) if end < 0 else end + 3
            continue
        if tag in {"style", "STYLE"}:
            yield match.start(), Kind.BLOCK, tag, ""
        at = yield from _attributes(text, at, tag)


def _attributes(text: str, at: int, tag: str) -> Generator[_Found, None, int]:
    """Follow the attributes from `at` to the end of the tag, or to where the shape breaks."""
    while True:
        at = _end(_SPACE, text, at)
        if text.startswith(("<?", "<%"), at):  # template code between attributes
            close = text.find("?>" if text[at + 1] == "?" else "%>", at)
            at = len(text) if close < 0 else close + 2
        elif text.startswith("{", at):
            at = _after_braces(text, at)
        elif name := _NAME.match(text, at):
            equals = _EQUALS.match(text, name.end())
            start = equals.end() if equals else name.end()
            at = _after_value(text, start) if equals else start
            kind = _style_kind(tag, name[0], text[start:at])
            if equals and kind:
                yield name.start(), kind, tag, _quote(text[start:at])
        elif text.startswith("/", at):
            at += 1
        else:
            return at


def _after_value(text: str, at: int) -> int:
    quote = text[at : at + 1]
    if quote in {'"', "'"}:
        end = text.find(quote, at + 1)
        return len(text) if end < 0 else end + 1
    if quote == "{":
        return _after_braces(text, at)
    return _end(_BARE, text, at)


def _after_braces(text: str, at: int) -> int:
    """The position after the brace that closes the one at `at`; strings inside are stepped over."""
    depth = 0
    for match in _IN_BRACES.finditer(text, at, at + _MAX_CODE):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return min(len(text), at + _MAX_CODE)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _style_kind(tag: str, name: str, value: str) -> Kind | None:
    """Which kind of style an attribute is; None for any other attribute."""
    lowered = name.lower()
    if lowered in {":style", "v-bind:style", "[style]", "[ngstyle]", "v-bind:style.camel"}:
        return Kind.COMPUTED
    if lowered.startswith(("style:", "[style.")):  # Svelte's and Angular's single properties
        return Kind.COMPUTED
    if lowered != "style":
        return None
    if value.startswith("{"):
        if tag[0].isupper() and not _OBJECT.match(value):
            return None  # a component's own property, which may be anything
        return Kind.ATTRIBUTE if _STATIC_OBJECT.fullmatch(value) else Kind.COMPUTED
    computed = any(mark in value for mark in _TEMPLATE_MARKS)
    return Kind.COMPUTED if computed else Kind.ATTRIBUTE


def _quote(value: str) -> str:
    return " ".join(value[: 4 * _MAX_QUOTE].split())[:_MAX_QUOTE]
