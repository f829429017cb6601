"""How much of a span of time the scheduler was there to fire, from what the journal says.

    started ------------- stopped . . . . started ---- suspended ---- (killed) . . started --- now
            there                   away          there     away  there        away        there

One that was killed could not say so: it counts as there up to the last thing that it is known to
have done. Between that and its end it may have been there longer, so the share is never too high.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from conselho.models.journal import JournalKind

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One entry of the journal that tells of the server being there or away.

    `kind` is server_started, server_stopped, suspended or blocked; `seconds` says how long these
    last two took, up to `at` (None: not on record). `alive_at` stands with a start that follows
    another start: the last thing that the server before it is known to have done.
    """

    at: datetime
    kind: JournalKind
    seconds: float | None = None
    alive_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """How long it was away between `since` and the present. Before `since` nothing is known."""

    since: datetime
    seconds: float
    away_seconds: float

    @property
    def percent(self) -> float | None:
        """Two decimals, rounded down, so that 100 means always; None for no time at all."""
        if self.seconds <= 0:
            return None
        return floor(10_000 * (1 - self.away_seconds / self.seconds)) / 100


def uptime(signs: Sequence[Sign], *, since: datetime, now: datetime) -> Uptime:
    """The share of [since, now]. `signs` are in order, with the newest start or stop before it.

    The one who asks is served, so the server is there now. A store whose first server started
    within the span is measured from then on.
    """
    begin = max(since, _known_from(signs, since))
    away = timedelta()
    reached = begin
    for start, end in sorted(_away(signs)):
        start, end = max(start, reached), min(end, now)
        if start < end:
            away += end - start
            reached = end
    return Uptime(
        since=begin,
        seconds=max((now - begin).total_seconds(), 0.0),
        away_seconds=away.total_seconds(),
    )


def _known_from(signs: Sequence[Sign], since: datetime) -> datetime:
    first = next(_boundaries(signs), None)
    return first.at if first and first.kind is JournalKind.SERVER_STARTED else since


def _boundaries(signs: Sequence[Sign]) -> Iterator[Sign]:
    kinds = (JournalKind.SERVER_STARTED, JournalKind.SERVER_STOPPED)
    return (sign for sign in signs if sign.kind in kinds)


def _away(signs: Sequence[Sign]) -> Iterator[Span]:
    before: Sign | None = None
    for sign in _boundaries(signs):
        if before is not None and sign.kind is JournalKind.SERVER_STARTED:
            stopped = before.kind is JournalKind.SERVER_STOPPED
            yield (before.at if stopped else max(before.at, sign.alive_at or before.at)), sign.at
        before = sign
    for sign in signs:
        if sign.seconds is not None:
            yield sign.at - timedelta(seconds=sign.seconds), sign.at
