"""Lines of JSON from a stream of bytes, whatever is in them.

    bytes ──► lines, split at \\n alone ──► objects ──► a dialect's events

A line may be megabytes long and come in thousands of pieces: each byte is looked at once and copied
once. U+2028 inside a text is no end of a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from conselho.provider import AgentEvent, Notice
from conselho.providers.fields import JsonObject, one_line

# A tool's picture of 5 MB comes twice in one line. Parsing one of this length may take a second.
LONGEST_LINE: Final = 16 << 20
_LONGEST_NOTICE: Final = 500


class Dialect(Protocol):
    """What one agent's lines mean. Objects come in order; any value in them may be missing."""

    def read(self, line: JsonObject) -> Iterable[AgentEvent]: ...

    def end(self) -> Iterable[AgentEvent]: ...


class NdjsonReader:
    """An OutputReader for one attempt. `longest_line`: a longer line is dropped with a Notice."""

    def __init__(self, dialect: Dialect, *, longest_line: int = LONGEST_LINE) -> None:
        self._dialect = dialect
        self._lines = _Lines(longest_line)

    def feed(self, piece: bytes) -> Sequence[AgentEvent]:
        return [event for line in self._lines.feed(piece) for event in self._events(line)]

    def close(self) -> Sequence[AgentEvent]:
        events = [event for line in self._lines.close() for event in self._events(line)]
        return [*events, *self._dialect.end()]

    def _events(self, line: bytes | None) -> Iterable[AgentEvent]:
        if line is None:
            return [Notice(text=f"a line of more than {self._lines.longest} bytes was dropped")]
        if not line.strip():
            return []
        said = line.decode("utf-8", "replace")
        try:
            value = json.loads(said)
        except (ValueError, RecursionError):  # not JSON, numbers without end, nested without end
            return [Notice(text=one_line(said, _LONGEST_NOTICE))]
        return self._dialect.read(value) if isinstance(value, dict) else []


class _Lines:
    """Complete lines; None stands for one that was too long."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self._pieces: list[bytes] = []
        self._size = 0
        self._dropping = False

    def feed(self, piece: bytes) -> Iterator[bytes | None]:
        first, *others = piece.split(b"\n")
        yield from self._add(first)
        if not others:
            return
        yield from self._take()
        for line in others[:-1]:
            if line:
                yield line if len(line) <= self.longest else None
        yield from self._add(others[-1])

    def close(self) -> Iterator[bytes | None]:
        yield from self._take()

    def _add(self, part: bytes) -> Iterator[None]:
        if self._dropping or not part:
            return
        self._size += len(part)
        if self._size > self.longest:
            self._pieces.clear()
            self._dropping = True
            yield None
        else:
            self._pieces.append(part)

    def _take(self) -> Iterator[bytes]:
        if self._pieces:
            yield b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        self._dropping = False
