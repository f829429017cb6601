"""Lets go of what is old: finished tasks with their logs, journal, audit, events, kept answers."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from conselho.clock import Clock
from conselho.errors import StoreUnavailable
from conselho.services.logs import RunLogs
from conselho.services.roster import REMEMBERED
from conselho.store import Store

log = structlog.get_logger(__name__)

PORTION = 500
EVERY_SECONDS = 300.0
# How long a request that is sent twice with one Idempotency-Key is carried out once.
ANSWERS_KEPT = timedelta(hours=24)


class Pruner:
    def __init__(
        self, store: Store, logs: RunLogs, clock: Clock, *, retention: timedelta, events_kept: int
    ) -> None:
        """Tasks live for `retention` after their end, entries of the audit and settled ones of the
        journal for as long, answers for ANSWERS_KEPT, what is known of workers that are gone for
        REMEMBERED; the newest `events_kept` events stay.
        """
        self._store = store
        self._logs = logs
        self._clock = clock
        self._retention = retention
        self._events_kept = events_kept

    async def tick(self, now: datetime) -> int:
        """Delete one portion of each kind; how many rows went. Raises StoreUnavailable."""
        events = await self._store.prune_events(keep=self._events_kept, limit=PORTION)
        before = now - self._retention
        entries = await self._store.prune_journal(before=before, limit=PORTION)
        entries += await self._store.prune_audit(before=before, limit=PORTION)
        answers = await self._store.prune_answers(before=now - ANSWERS_KEPT, limit=PORTION)
        await self._store.prune_workers(before=now - REMEMBERED, limit=PORTION)
        tasks = await self._store.prune(before=before, limit=PORTION)
        await asyncio.to_thread(self._logs.remove, tasks)
        return len(tasks) + entries + answers + events

    async def run(self) -> None:
        """Prune portion by portion, then rest, until cancelled."""
        while True:
            try:
                gone = await self.tick(self._clock.now())
            except StoreUnavailable as error:
                log.warning("pruner.store_unavailable", reason=error.reason)
                gone = 0
            # Small steps with air between: runs and readers come first.
            await self._clock.sleep(0.2 if gone else EVERY_SECONDS)
