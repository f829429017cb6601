"""Fields of JSON that nobody vouches for: each is looked up, and what does not fit is absent."""

from __future__ import annotations

import math
import re
from typing import Any

JsonObject = dict[str, Any]

LONGEST_DETAIL = 200
MOST_ITEMS = 1_000
_MOST_COUNTED = 1 << 53
# Half a surrogate pair is no UTF-8, and a NUL no PostgreSQL text.
_UNSTORABLE = re.compile("[\ud800-\udfff\0]")
_NAMED_FIRST = (
    "command", "cmd", "file_path", "filePath", "absolute_path", "notebook_path", "pattern", "path",
    "dir_path", "query", "url", "description", "prompt",
)  # fmt: skip


def at(value: object, *path: str) -> object:
    """What lies at the path of keys; None when something on the way is no object."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def table(value: object, *path: str) -> JsonObject:
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def items(value: object, *path: str) -> list[Any]:
    """The list there, its first thousand items: each may become an event, told in the loop."""
    found = at(value, *path)
    return found[:MOST_ITEMS] if isinstance(found, list) else []


def text(value: object, *path: str) -> str:
    """The text there, fit to be stored; empty when it is none."""
    found = at(value, *path)
    return _UNSTORABLE.sub("\ufffd", found) if isinstance(found, str) else ""


def count(value: object, *path: str) -> int | None:
    """The whole number there, from 0 to 2^53."""
    found = amount(value, *path)
    return int(found) if found is not None else None


def amount(value: object, *path: str) -> float | None:
    """The number there, finite, from 0 to 2^53."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return found if 0 <= found <= _MOST_COUNTED and math.isfinite(found) else None


def one_line(said: str, longest: int = LONGEST_DETAIL) -> str:
    """`said` on one line of at most `longest` characters."""
    line = " ".join(said[: 4 * longest].split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def asked(arguments: object) -> str:
    """What a tool was asked for, from its arguments: the command, the path, the pattern."""
    if isinstance(arguments, str):
        return one_line(arguments)
    told = [_shown(at(arguments, name)) for name in _NAMED_FIRST]
    if not any(told):
        told = [_shown(value) for value in table(arguments).values()]
    return one_line(" ".join([part for part in told if part][:2]))


def _shown(value: object) -> str:
    if isinstance(value, list):
        return " ".join(text(part) for part in value[:50])[: 4 * LONGEST_DETAIL]
    return text(value)[: 4 * LONGEST_DETAIL]
