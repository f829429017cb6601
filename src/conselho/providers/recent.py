"""A dictionary of the newest few: what an agent prints must not fill the server's memory."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

Value = TypeVar("Value")

MOST: Final = 10_000
LONGEST_KEY: Final = 200


class Recent(Generic[Value]):
    """Values by key; the oldest go when there are more than `most`. Keys are cut at 200."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[str, Value] = {}

    def keep(self, key: str, value: Value) -> None:
        self._kept[key[:LONGEST_KEY]] = value
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]

    def get(self, key: str, default: Value) -> Value:
        return self._kept.get(key[:LONGEST_KEY], default)

    def __contains__(self, key: str) -> bool:
        return key[:LONGEST_KEY] in self._kept
