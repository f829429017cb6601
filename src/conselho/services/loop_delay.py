"""How long this thread keeps others waiting."""

from __future__ import annotations

from typing import Final

from conselho.clock import Clock
from conselho.models.buckets import Buckets

LOOK_SECONDS: Final = 0.2
DELAY_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class LoopDelay:
    """Sleeps again and again, and counts how much too late it woke: so late are all others, too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seconds = Buckets(DELAY_SECONDS)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            before = self._clock.read().awake
            await self._clock.sleep(LOOK_SECONDS)
            slept = self._clock.read().awake - before
            self.seconds.add(max(slept - LOOK_SECONDS, 0.0))
