"""Lanes: what tasks share, and how many of them may be at work in one at a time or in a minute.

Nothing is kept: what is in a lane is counted from the rows. A claim that looks at lanes has its
turn alone (portable.take_turn), so that the count stands until its choice is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from conselho.store import PAST_LANE, ClaimLimits
from conselho.stores.sql.rows import lanes_of, micros
from conselho.stores.sql.schema import is_final, is_processing, tasks

# The lane that every Task is in.
COUNCIL: Final = "council"
# What begins with this has room for one, such as a directory that agents write in.
WRITE: Final = "write:"
_MINUTE = timedelta(minutes=1)


def is_limited(limits: ClaimLimits, candidates: Iterable[Sequence[str]]) -> bool:
    """Whether any of these candidates, told by their lanes, may be held back."""
    return any(
        lane.startswith(WRITE) or lane in limits.at_once or lane in limits.per_minute
        for lanes in candidates
        for lane in (COUNCIL, *lanes)
    )


class Room:
    """The places that are left, and which candidates take them.

    The first candidate that finds a lane full keeps its places in the others: otherwise one that
    needs two lanes could be overtaken for ever by tasks that need only one of them.
    """

    def __init__(
        self, limits: ClaimLimits, *, running: Counter[str], started: Counter[str]
    ) -> None:
        """`running` are at work in each lane, `started` began in it within the last minute.

        `full` are the lanes that a candidate has found so.
        """
        self._limits = limits
        self._running = running
        self._started = started
        self._has_kept = False
        self.full: set[str] = set()

    @classmethod
    def now(cls, conn: sa.Connection, limits: ClaimLimits, now: datetime) -> Room:
        """Counted from the rows."""
        started: Counter[str] = Counter()
        if limits.per_minute:
            minute = {"since": micros(now - _MINUTE), "now": micros(now)}
            started = _count(conn.execute(_STARTED, minute))
        return cls(limits, running=_count(conn.execute(_RUNNING)), started=started)

    @property
    def is_open(self) -> bool:
        """Whether the council has room for anybody."""
        return self._has_place(COUNCIL)

    def take(self, lanes: Sequence[str]) -> bool:
        """Take a place in each lane; False when one of them is full."""
        needed = {COUNCIL, *lanes}
        with_place = {lane for lane in needed if self._has_place(lane)}
        if with_place == needed:
            self._occupy(needed)
            return True
        missing = needed - with_place
        self.full |= missing
        if not self._has_kept and PAST_LANE not in missing:
            self._has_kept = True
            self._occupy(with_place - {COUNCIL})
        return False

    def _occupy(self, lanes: Iterable[str]) -> None:
        self._running.update(lanes)
        self._started.update(lanes)

    def _has_place(self, lane: str) -> bool:
        at_once = self._limits.at_once.get(lane, 1 if lane.startswith(WRITE) else None)
        per_minute = self._limits.per_minute.get(lane)
        return (at_once is None or self._running[lane] < at_once) and (
            per_minute is None or self._started[lane] < per_minute
        )


def _count(rows: Iterable[Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for lanes, number in rows:
        for lane in {COUNCIL, *lanes_of(lanes)}:
            found[lane] += number
    return found


_RUNNING = sa.select(tasks.c.lanes, sa.func.count()).where(is_processing).group_by(tasks.c.lanes)


def _began() -> sa.CompoundSelect[Any]:
    """What was started within the minute: it is at work, or ended within the minute as well.

    An attempt that was given back is in neither part, since its row tells of no start any more.
    One that tells of a start in the future was claimed before somebody set the clock back.
    """
    since = sa.bindparam("since", type_=sa.BigInteger)
    in_minute = sa.and_(tasks.c.started_at > since, tasks.c.started_at <= sa.bindparam("now"))
    parts = (is_processing, sa.and_(is_final, tasks.c.ended_at > since))
    return sa.union_all(
        *(
            sa.select(tasks.c.lanes, sa.func.count()).where(part, in_minute).group_by(tasks.c.lanes)
            for part in parts
        )
    )


_STARTED = _began()
