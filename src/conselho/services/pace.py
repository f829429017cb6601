"""When each of many runs may begin, so that they do not begin all at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from conselho.clock import Clock


class Pace:
    """Gives out starts, so many a minute.

    Counted in seconds running: after a clock that was set ahead for a while, nothing would start
    before the time of day that it showed then.
    """

    def __init__(self, clock: Clock, *, per_minute: int) -> None:
        self._clock = clock
        self._gap = 60 / per_minute
        self._next = clock.read().running

    def next_start(self) -> datetime:
        """The next moment that is free, now or later."""
        reading = self._clock.read()
        wait = max(self._next - reading.running, 0.0)
        self._next = reading.running + wait + self._gap
        return reading.wall + timedelta(seconds=wait)
