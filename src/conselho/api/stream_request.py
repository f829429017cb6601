"""What a client asks of the event stream: where to go on from, and which events it wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from starlette.types import Scope

from conselho.api.frames import Frame
from conselho.config import nearest
from conselho.errors import Invalid
from conselho.models.event import EventType
from conselho.models.verdict import Severity

# They are about the stream itself: no filter holds them back.
ALWAYS: Final = frozenset({EventType.HEARTBEAT, EventType.RESET})
TYPES: Final = tuple(kind.value for kind in EventType if kind not in ALWAYS)
# The only ones that say how a run ended.
WITH_SEVERITY: Final = frozenset({EventType.COMPLETED, EventType.ERROR, EventType.EXECUTION})
RANKS: Final[Mapping[str, int]] = {severity.value: rank for rank, severity in enumerate(Severity)}
MOST_COUNCILORS: Final = 50
# Longer words are no ids of anybody, and would only fill the answer.
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events pass; empty parts ask for nothing. `least` is the rank of a severity.

    Equal filters are equal values, so that what passes one is joined once for all its clients.
    """

    councilors: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    least: int | None = None

    def passes(self, frame: Frame) -> bool:
        if frame.type in ALWAYS:
            return True
        if self.councilors and frame.councilor_id not in self.councilors:
            return False
        if self.types and frame.type not in self.types:
            return False
        return self.least is None or RANKS.get(frame.severity or "", -1) >= self.least

    def choose(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        if self == EVERYTHING:
            return frames
        return [frame for frame in frames if self.passes(frame)]


EVERYTHING: Final = Filter()


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """`resume`: the id of the event that the client heard last, as it says; None for none."""

    filter: Filter
    resume: str | None


def read_request(scope: Scope) -> StreamRequest:
    """Raises Invalid for a filter that cannot be meant, or a body."""
    headers = dict(scope["headers"])
    if headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers:
        raise Invalid("", "The event stream takes no body: send the request without one.")
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    councilors = _words(query, "councilor_id")
    if len(councilors) > MOST_COUNCILORS:
        raise Invalid("councilor_id", f"{MOST_COUNCILORS} are the most; leave it out for all.")
    given = Filter(
        councilors=councilors,
        types=_types(_words(query, "types")),
        least=_least(query),
    )
    if given.least is not None and given.types and not given.types & WITH_SEVERITY:
        raise Invalid(
            "min_severity",
            f"no event of the types {', '.join(sorted(given.types))} has a severity, so nothing"
            f" would ever come; leave it out, or ask for {', '.join(sorted(WITH_SEVERITY))}.",
        )
    return StreamRequest(given, _resume(headers, query))


def _words(query: Mapping[str, list[str]], name: str) -> frozenset[str]:
    """All values of a parameter, which may be repeated or have commas between them."""
    if name not in query:
        return frozenset()
    words = frozenset(word.strip() for text in query[name] for word in text.split(","))
    if "" in words:
        raise Invalid(name, "is empty; leave it out to get everything.")
    return words


def _types(words: frozenset[str]) -> frozenset[str]:
    for word in sorted(words.difference(TYPES)):
        known = f"known are {', '.join(TYPES)}.{nearest(word, TYPES)}"
        raise Invalid("types", f"there is no type of event {word[:SHOWN]!r}; {known}")
    return words


def _least(query: Mapping[str, list[str]]) -> int | None:
    words = _words(query, "min_severity")
    if not words:
        return None
    if len(words) > 1:
        raise Invalid("min_severity", "takes one severity: the lowest that is wanted.")
    [word] = words
    if word not in RANKS:
        known = f"known are {', '.join(RANKS)}.{nearest(word, RANKS)}"
        raise Invalid("min_severity", f"there is no severity {word[:SHOWN]!r}; {known}")
    return RANKS[word]


def _resume(headers: Mapping[bytes, bytes], query: Mapping[str, list[str]]) -> str | None:
    """The header outranks the parameter: a browser that reconnects sends both, the latter old."""
    header = headers.get(b"last-event-id", b"").decode("utf-8", "replace").strip()
    return header or query.get("last_event_id", [""])[0].strip() or None
