"""The store over MongoDB: the contract's methods, each run to its end by `Runner`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from conselho.models.event import Announce, Event
from conselho.models.ids import AgentId, TaskId, WorkerId
from conselho.models.statistics import Activity
from conselho.models.task import Outcome, PastAttempt, Status, Task
from conselho.store import ClaimLimits, Held, Loss, Renewal, Submission
from conselho.stores.mongodb import (
    claims,
    health,
    ledger,
    lifecycle,
    outbox,
    reading,
    setup,
    submission,
)
from conselho.stores.mongodb.connection import Database, Runner


async def open_mongodb_store(url: str, *, wait_seconds: float = setup.WAIT_SECONDS) -> MongoStore:
    """Open the store at `url`, made and migrated when needed; the caller closes it.

    `mongodb://user:password@host:port/database?option=value` or `mongodb+srv://...`, the database
    `conductor_state` unless one is named. The options are the driver's; serverSelectionTimeoutMS is
    5,000 unless it is given. `wait_seconds` is how long a server that does not answer is awaited.
    Raises InvalidSettings for a URL that means nothing, StoreUnavailable when it cannot be opened
    or was written by a newer program.
    """
    db = Database(url)
    try:
        return MongoStore(db, await setup.open_database(db, wait_seconds=wait_seconds))
    except BaseException:
        await db.close()
        raise


class MongoStore:
    """Implements conselho.store.Store; docstrings there."""

    def __init__(self, db: Database, identity: str) -> None:
        self._db = db
        self._runner = Runner(db.place)
        self._identity = identity

    @property
    def identity(self) -> str:
        return self._identity

    def listen(self, callback: Callable[[], None]) -> None:
        self._db.listeners.append(callback)

    async def check(self) -> None:
        await self._runner.run(health.prove_writable(self._db))

    async def close(self) -> None:
        await self._runner.close()
        await self._db.close()

    async def submit(self, tasks: Sequence[Task], *, announce: Announce) -> list[Submission]:
        return await self._runner.run(submission.submit(self._db, tasks, announce))

    async def claim(
        self,
        worker: WorkerId,
        *,
        now: datetime,
        limit: int,
        lease: timedelta,
        limits: ClaimLimits | None = None,
        announce: Announce,
    ) -> list[Task]:
        return await self._runner.run(
            claims.claim(self._db, worker, now, limit, lease, limits, announce)
        )

    async def renew(
        self, worker: WorkerId, held: Sequence[Held], *, now: datetime, lease: timedelta
    ) -> Renewal:
        return await self._runner.run(lifecycle.renew(self._db, worker, held, now, lease))

    async def finish(
        self, held: Held, outcome: Outcome, *, now: datetime, announce: Announce
    ) -> Task:
        return await self._runner.run(lifecycle.finish(self._db, held, outcome, now, announce))

    async def retry(
        self,
        held: Held,
        *,
        not_before: datetime,
        error_kind: str,
        error: str,
        error_cause: str | None = None,
        usage: dict[str, Any] | None = None,
        now: datetime,
        announce: Announce,
    ) -> Task:
        failure = (error_kind, error_cause, error, usage)
        return await self._runner.run(
            lifecycle.retry(self._db, held, not_before, *failure, now, announce)
        )

    async def cancel(
        self, task_id: TaskId, *, reason: str | None = None, now: datetime, announce: Announce
    ) -> Task:
        return await self._runner.run(lifecycle.cancel(self._db, task_id, reason, now, announce))

    async def cancel_waiting(
        self, agent_id: AgentId, *, reason: str, now: datetime, announce: Announce
    ) -> list[Task]:
        return await self._runner.run(
            lifecycle.cancel_waiting(self._db, agent_id, reason, now, announce)
        )

    async def sweep(
        self, *, now: datetime, announce: Announce, workers_gone: str | None = None
    ) -> list[Task]:
        return await self._runner.run(lifecycle.sweep(self._db, now, announce, workers_gone))

    async def record_lost(
        self, losses: Sequence[Loss], *, now: datetime, announce: Announce
    ) -> list[Task]:
        return await self._runner.run(ledger.record_lost(self._db, losses, now, announce))

    async def watermarks(self, agents: Sequence[AgentId]) -> dict[AgentId, datetime]:
        return await self._runner.run(ledger.watermarks(self._db, agents))

    async def task(self, task_id: TaskId) -> Task:
        return await self._runner.run(reading.task_by_id(self._db, task_id))

    async def past_attempts(self, task_id: TaskId) -> list[PastAttempt]:
        return await self._runner.run(reading.past_attempts(self._db, task_id))

    async def statuses(self, idempotency_keys: Sequence[str]) -> dict[str, Status]:
        return await self._runner.run(reading.statuses(self._db, idempotency_keys))

    async def active(self, agents: Sequence[AgentId]) -> dict[AgentId, Task]:
        return await self._runner.run(reading.active(self._db, agents))

    async def activity(self) -> Activity:
        return await self._runner.run(reading.activity(self._db))

    async def events_after(self, seq: int, *, limit: int) -> list[Event]:
        return await self._runner.run(outbox.events_after(self._db, seq, limit, self._identity))

    async def event_span(self) -> tuple[int, int]:
        return await self._runner.run(outbox.event_span(self._db))

    async def prune_events(self, *, keep: int, limit: int) -> int:
        return await self._runner.run(outbox.prune_events(self._db, keep, limit))
