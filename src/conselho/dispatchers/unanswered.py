"""Claims whose answer never came: what they took belongs to this worker, and nobody here runs it.

A connection may be cut when the claim is stored and before it is told. Left alone, those tasks end
as `worker_lost` with their lease, without ever having begun.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog

from conselho.clock import Clock
from conselho.errors import LeaseLost
from conselho.models.event import Announce
from conselho.models.ids import WorkerId
from conselho.store import Held, TaskStore

log = structlog.get_logger(__name__)


class UnansweredClaims:
    """Remembers when this worker asked in vain, and gives back what it got without knowing."""

    def __init__(
        self,
        store: TaskStore,
        clock: Clock,
        *,
        worker: WorkerId,
        lease: timedelta,
        announce: Announce,
    ) -> None:
        self._store = store
        self._clock = clock
        self._worker = worker
        self._lease = lease.total_seconds()
        self._announce = announce
        # By the `now` of each claim, which its tasks bear as their start.
        self._until: dict[datetime, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def add(self, claimed_at: datetime) -> None:
        """The claim with this `now` was not answered, or not in time.

        What was sent before a cut may be carried out a moment after it, so what the claim took is
        looked for during a whole lease; then a sweep decides on it.
        """
        self._until[claimed_at] = self._clock.read().running + self._lease

    async def hand_back(self, running: Collection[Held]) -> int:
        """Give back what these claims took, but for `running`; how many tasks that was.

        They are pending again as if nobody had claimed them. Raises StoreUnavailable.
        """
        if not self._until:
            return 0
        begun = frozenset(running)
        looked_at = self._clock.read().running
        released = 0
        for task in await self._store.held_by(self._worker):
            held = Held(task_id=task.task_id, fence=task.fence)
            # A run that was given up here began, and is not to begin again as if it had not.
            if task.started_at in self._until and held not in begun:
                released += await self._release(held)
        self._until = {at: until for at, until in self._until.items() if until > looked_at}
        return released

    async def _release(self, held: Held) -> bool:
        try:
            await self._store.release(held, now=self._clock.now(), announce=self._announce)
        except LeaseLost:
            return False
        log.info("claim.handed_back", task_id=held.task_id)
        return True
