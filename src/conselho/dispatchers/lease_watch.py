"""Sees to it that no run goes on here when another worker may have begun it.

A lease that is not renewed in time ends: whoever decides on lost workers may give its Task to
another by then. A worker that cannot reach the store is not told so; it knows the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

import structlog

from conselho.clock import Clock, sleep_unless
from conselho.store import Held

log = structlog.get_logger(__name__)

# Later than that by itself, this process was held up, maybe with its machine.
HELD_UP_SECONDS: Final = 1.0


class LeaseWatch:
    """Knows when each claim of this process ends, and gives up its run then."""

    def __init__(
        self,
        clock: Clock,
        *,
        lease: timedelta,
        renew_every: timedelta,
        lose: Callable[[Held], None],
        tell: Callable[[float], None],
    ) -> None:
        """`lose` ends the run of a claim. `tell` is told at each change in how many seconds the
        first lease ends, 0 for never: for who sees to it when this process hangs.
        """
        self._clock = clock
        self._lease = lease.total_seconds()
        self._grace = renew_every.total_seconds()
        self._lose = lose
        self._tell = tell
        self._ends: dict[Held, float] = {}
        self._changed = asyncio.Event()

    def now(self) -> float:
        """To be read before a claim or a renewal is asked for: the lease may count from then."""
        return self._clock.read().running

    def claimed(self, claims: Iterable[Held], *, since: float) -> None:
        self._ends |= dict.fromkeys(claims, since + self._lease)
        self._has_changed()

    def renewed(self, claims: Iterable[Held], *, since: float) -> None:
        """Those that ended meanwhile are not watched any more."""
        self._ends |= dict.fromkeys(self._ends.keys() & set(claims), since + self._lease)
        self._has_changed()

    def over(self, claim: Held) -> None:
        """It is given up, or needs none any more. Twice is no error."""
        if self._ends.pop(claim, None) is not None:
            self._has_changed()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            wait = min(self._ends.values(), default=self.now() + self._lease) - self.now()
            if wait > 0:
                await sleep_unless(self._changed, self._clock, wait)
            self.tick()

    def tick(self) -> int:
        """Give up the runs whose lease has ended; how many those were.

        After a pause of the whole process they get the time of one renewal first: if nobody else
        has noticed the pause, it costs nothing.
        """
        now = self.now()
        ended = [claim for claim, end in self._ends.items() if end <= now]
        if any(now - self._ends[claim] > HELD_UP_SECONDS for claim in ended):
            self._ends |= dict.fromkeys(ended, now + self._grace)
            self._has_changed()
            return 0
        for claim in ended:
            log.warning("run.lease_ended", task_id=claim.task_id, after_seconds=self._lease)
            self.over(claim)
            self._lose(claim)
        return len(ended)

    def _has_changed(self) -> None:
        self._changed.set()
        first = min(self._ends.values(), default=None)
        # Never 0 for one that has ended at this very moment.
        self._tell(0.0 if first is None else max(first - self.now(), 0.001))
