"""Decides on runs whose worker is gone: their lease has ended and nobody renewed it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from conselho.clock import Clock
from conselho.dispatch import Wake
from conselho.errors import StoreUnavailable
from conselho.models.task import utc_text
from conselho.services.announcements import announce
from conselho.store import Store

log = structlog.get_logger(__name__)

# A sweep that late is told; one that waits for a busy store is not yet.
OVERDUE = timedelta(seconds=15)


class Sweeper:
    """Sweeps expired leases every few seconds.

    After a pause of its own (the machine slept, the store was away) it first lets one lease pass:
    workers that were paused with it get the chance to renew before anything is taken from them.
    `expired`: how many leases it decided on since the start.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        lease: timedelta,
        every: timedelta,
        wake: Wake,
    ) -> None:
        """`wake` is called with the Tasks that were decided on: some may be due again."""
        self._store = store
        self._clock = clock
        self._lease = lease
        self._every = every
        self._wake = wake
        self._last_tick: datetime | None = None
        self._ticked_at: datetime | None = None
        self._hold_until: datetime | None = None
        self._has_looked = asyncio.Event()
        self.expired = 0

    @property
    def ticked_at(self) -> datetime | None:
        """When it last looked, with success; None before the first time."""
        return self._ticked_at

    def check(self, now: datetime) -> str | None:
        """What is wrong, in one sentence; None when runs of lost workers are decided on in time."""
        if self._ticked_at is None:
            return "the sweeper has not looked for lost runs yet"
        if now - self._ticked_at > max(OVERDUE, 3 * self._every):
            return f"the sweeper has not looked for lost runs since {utc_text(self._ticked_at)}"
        return None

    async def tick(self, now: datetime) -> int:
        """Sweep; how many Tasks changed. Raises StoreUnavailable."""
        if self._last_tick is None or abs(now - self._last_tick) > self._lease:
            # Proved first: a sweep that itself waits for the store would come before the renewals
            # that wait beside it, and take their runs from workers that live.
            await self._store.check()
            now = max(now, self._clock.now())
            self._hold_until = now + self._lease
        self._last_tick = now
        if self._hold_until is not None and now < self._hold_until:
            self._ticked_at = now
            return 0
        self._hold_until = None
        swept = await self._store.sweep(now=now, announce=announce)
        self._ticked_at = now
        self.expired += len(swept)
        for task in swept:
            log.warning(
                "run.worker_lost", task_id=task.task_id, agent_id=task.agent_id, status=task.status
            )
        if swept:
            self._wake(swept)
        return len(swept)

    async def first_look(self) -> None:
        """Return when `run` has looked for the first time, whatever came of it."""
        await self._has_looked.wait()

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            try:
                await self.tick(self._clock.now())
            except StoreUnavailable as error:
                # Renewals fail as well now: start over with a full lease once it answers.
                self._last_tick = None
                log.warning("sweeper.store_unavailable", reason=error.reason)
            finally:
                self._has_looked.set()
            await self._clock.sleep(self._every.total_seconds())
