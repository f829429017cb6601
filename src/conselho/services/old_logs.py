"""Lets go of the files of this machine's runs: their Tasks may be pruned by another server."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from conselho.clock import Clock
from conselho.services.logs import RunLogs

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(days=1)


class OldLogs:
    def __init__(self, logs: RunLogs, clock: Clock, *, retention: timedelta) -> None:
        """`retention`: as for Tasks. The log of one that ended ended no later."""
        self._logs = logs
        self._clock = clock
        self._retention = retention

    async def tick(self, now: datetime) -> int:
        """Delete what is older; how many files went."""
        gone = await asyncio.to_thread(self._logs.remove_older, now - self._retention)
        if gone:
            log.info("logs.removed", files=gone)
        return gone

    async def run(self) -> None:
        """Once a day, until cancelled."""
        while True:
            await self.tick(self._clock.now())
            await self._clock.sleep(EVERY.total_seconds())
