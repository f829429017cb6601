"""How much of a span of time the scheduler was there to fire, from what the journal says.

    started ------------- stopped . . . . started ---- suspended ---- (killed) . . started --- now
            there                   away          there     away  there        away        there

One that was killed could not say so: it counts as there up to the last thing that it is known to
have done. Between that and its end it may have been there longer, so the share is never too high.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import floor

from conselho.models.journal import JournalKind


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A span in which the scheduler did not fire: `kind` is that of the sign that told of its end.

    server_started: no server was there. suspended, blocked: it was, but could not.
    """

    start: datetime
    end: datetime
    kind: JournalKind


def uptime(signs: Sequence[Sign], *, since: datetime, now: datetime) -> Uptime:
    """The share of [since, now]. `signs` are in order, with the newest start or stop before it.

    The one who asks is served, so the server is there now. A store whose first server started
    within the span is measured from then on.
    """
    begin = max(since, _known_from(signs, since))
    absent = absences(signs, since=begin, until=now)
    away = sum((one.end - one.start for one in absent), timedelta())
    return Uptime(
        since=begin,
        seconds=max((now - begin).total_seconds(), 0.0),
        away_seconds=away.total_seconds(),
    )


def absences(signs: Sequence[Sign], *, since: datetime, until: datetime) -> list[Absence]:
    """The parts of [since, until] without a working scheduler, in order and without overlap."""
    found: list[Absence] = []
    reached = since
    for absence in sorted(_away(signs), key=lambda one: (one.start, one.end)):
        start, end = max(absence.start, reached), min(absence.end, until)
        if start < end:
            found.append(replace(absence, start=start, end=end))
            reached = end
    return found


def _known_from(signs: Sequence[Sign], since: datetime) -> datetime:
    first = next(_boundaries(signs), None)
    return first.at if first and first.kind is JournalKind.SERVER_STARTED else since


def _boundaries(signs: Sequence[Sign]) -> Iterator[Sign]:
    kinds = (JournalKind.SERVER_STARTED, JournalKind.SERVER_STOPPED)
    return (sign for sign in signs if sign.kind in kinds)


def _away(signs: Sequence[Sign]) -> Iterator[Absence]:
    before: Sign | None = None
    for sign in _boundaries(signs):
        if before is not None and sign.kind is JournalKind.SERVER_STARTED:
            stopped = before.kind is JournalKind.SERVER_STOPPED
            gone = before.at if stopped else max(before.at, sign.alive_at or before.at)
            yield Absence(start=gone, end=sign.at, kind=sign.kind)
        before = sign
    for sign in signs:
        if sign.seconds is not None:
            length = timedelta(seconds=sign.seconds)
            yield Absence(start=sign.at - length, end=sign.at, kind=sign.kind)
