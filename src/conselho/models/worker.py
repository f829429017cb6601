"""Who runs tasks: the workers of a council, as they tell of themselves in the store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conselho.models.ids import WorkerId

# A worker tells of itself every few seconds (services.roster); after this much silence it counts
# as gone. Longer than a lease, and than what clocks of two hosts may be apart.
SILENCE: Final = timedelta(seconds=15)

# The queue of a Task: a name, or None for one that any worker may run that serves those.
Queue = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One process that runs tasks, or sees to the schedules, or both.

    `queues` are the names that it serves; `serves_any`: it also runs tasks without a queue.
    `concurrency` is how many runs it may hold, 0 when it runs nothing; `running` how many it held
    at `beat_at`. `schedules`: slots come while it lives.
    `council` is the identity of the store that it works for. `left_at`: it said goodbye.
    """

    worker_id: WorkerId
    host: str
    queues: tuple[str, ...] = ()
    serves_any: bool = True
    concurrency: int
    running: int = 0
    schedules: bool = False
    version: str
    council: str
    started_at: datetime
    beat_at: datetime
    left_at: datetime | None = None

    @property
    def works(self) -> bool:
        """Whether it runs tasks."""
        return self.concurrency > 0

    def is_live(self, now: datetime) -> bool:
        """Whether it is there, as far as anybody knows."""
        return self.left_at is None and now - self.beat_at <= SILENCE

    @property
    def served(self) -> frozenset[Queue]:
        """The queues whose tasks it claims, as `TaskStore.claim` takes them."""
        return serving(self.queues, serves_any=self.serves_any)


def serving(queues: Collection[str], *, serves_any: bool) -> frozenset[Queue]:
    """The queues of a worker, None for tasks without one."""
    return frozenset({*queues, None} if serves_any else queues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits in one queue: pending tasks that are due, and since when the oldest is."""

    queue: Queue
    waiting: int
    oldest: datetime
