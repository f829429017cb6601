"""JSON that stands in a text: the whole of it, a fenced block, or one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LARGEST = 8 * 1024 * 1024
MAX_CONTAINERS = 150_000  # of one document: what it takes in memory follows from it
MAX_ITEMS = 2_000  # that are looked at in one list
MAX_JSON_LINES = 5_000
MAX_STARTS = 3
MAX_FENCES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A decoded value; `whole` when the text is nothing else."""

    value: Any
    whole: bool


def documents(text: str) -> list[Document]:
    """The JSON objects and lists of `text`: empty when there are none, or one cannot be decoded."""
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        whole = _decoded(stripped)
        if whole is not None:
            return [Document(value=whole, whole=True)]
        lines = _json_lines(stripped)
        if lines:
            return [Document(value=lines, whole=True)]
    found = [Document(value=value, whole=False) for value in _fenced(text)]
    return found or [Document(value=value, whole=False) for value in _embedded(text)]


def items(value: object) -> Iterator[dict[str, Any]]:
    """The objects of a list, so many as are looked at; nothing when it is no list."""
    if isinstance(value, list):
        yield from (one for one in value[:MAX_ITEMS] if isinstance(one, dict))


def mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str:
    """A text, or the `text` of a message object; "" for anything else."""
    if isinstance(value, dict):
        value = value.get("text") or value.get("message")
    return value[:2_000] if isinstance(value, str) else ""


def whole_number(value: object) -> int:
    """A whole number that is not negative, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _decoded(text: str) -> Any:
    if len(text) > LARGEST or text.count("{") + text.count("[") > MAX_CONTAINERS:
        return None
    try:
        value = json.loads(text, parse_int=_bounded_int)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


def _bounded_int(digits: str) -> int:
    """As int, but a number that nobody counts to costs nothing."""
    return int(digits) if len(digits) <= 15 else 10**15


def _json_lines(text: str) -> list[dict[str, Any]]:
    """One object a line, as `go test -json` prints; a few other lines do no harm."""
    found: list[dict[str, Any]] = []
    others = 0
    for line in text.split("\n", MAX_JSON_LINES)[:MAX_JSON_LINES]:
        value = _decoded(line) if line.startswith("{") and line.rstrip().endswith("}") else None
        if isinstance(value, dict):
            found.append(value)
        elif line.strip():
            others += 1
            if others > 5 + len(found):
                return []
    return found if len(found) >= 2 else []


def _fenced(text: str) -> Iterator[Any]:
    """What stands between fences that begin a line; only the first few, as reports have few."""
    fences = [0] if text.startswith("```") else []
    place = 0
    while len(fences) < MAX_FENCES:
        place = text.find("\n```", place)
        if place < 0:
            break
        place += 1
        fences.append(place)
    for start, end in zip(fences[::2], fences[1::2], strict=False):
        block = text[start:end].partition("\n")[2].strip()
        if block[:1] in ("{", "["):
            value = _decoded(block)
            if value is not None:
                yield value


def _embedded(text: str) -> Iterator[Any]:
    """Documents that begin at the start of a line, after or before other lines."""
    decoder = json.JSONDecoder(parse_int=_bounded_int)
    place = 0
    for _ in range(MAX_STARTS):
        starts = [found for mark in ("\n{", "\n[") if (found := text.find(mark, place)) >= 0]
        if not starts:
            return
        place = min(starts) + 1
        rest = text[place:]
        if len(rest) > LARGEST or rest.count("{") + rest.count("[") > MAX_CONTAINERS:
            return
        try:
            value, length = decoder.raw_decode(rest)
        except (ValueError, RecursionError):
            continue
        place += length
        if isinstance(value, (dict, list)) and value and not _is_small(value):
            yield value


def _is_small(value: Any) -> bool:
    """A list of a few plain values is how programs print a row, not a report."""
    return isinstance(value, list) and not any(isinstance(one, dict) for one in value)
