"""Lines as the agents print them, and what a reader makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from conselho.provider import AgentEvent, Final, OutputReader, Text, Tool
from conselho.providers.ndjson import Dialect, NdjsonReader
from tests.support.clock import NOON

Event = TypeVar("Event")


def encoded(lines: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def read(reader: OutputReader, output: bytes, *, piece_bytes: int = 1 << 16) -> list[AgentEvent]:
    """All events of an output that comes in pieces of that size."""
    events: list[AgentEvent] = []
    for start in range(0, len(output), piece_bytes):
        events += reader.feed(output[start : start + piece_bytes])
    return [*events, *reader.close()]


class Reading:
    """The events of some lines, by kind."""

    def __init__(self, dialect: Callable[[Any], Dialect], lines: Sequence[dict[str, Any]]) -> None:
        self.events = read(NdjsonReader(dialect(lambda: NOON)), encoded(lines))

    def all(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def only(self, kind: type[Event]) -> Event:
        (event,) = self.all(kind)
        return event

    @property
    def final(self) -> Final | None:
        """The last word, which counts."""
        finals = self.all(Final)
        return finals[-1] if finals else None

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.all(Text)]

    @property
    def tools(self) -> list[tuple[str, str, str]]:
        return [(tool.name, tool.state.value, tool.detail) for tool in self.all(Tool)]
