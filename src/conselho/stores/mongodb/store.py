"""The store over MongoDB: the contract's methods, each run to its end by `Runner`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import PyMongoError

from conselho.models.access import AccessToken, Session
from conselho.models.agent import Agent
from conselho.models.audit import AuditEntry
from conselho.models.durations import Durations
from conselho.models.event import Announce, Event, EventDraft
from conselho.models.ids import AgentId, TaskId, WorkerId
from conselho.models.journal import JournalEntry
from conselho.models.lanes import Lane, Steps
from conselho.models.maintenance import Maintenance
from conselho.models.pruned import PrunedDay, PrunedKind
from conselho.models.statistics import Activity, AgentStatistics, Lost, Tally, Usage
from conselho.models.task import Outcome, PastAttempt, Status, Task
from conselho.models.uptime import Sign
from conselho.models.worker import Backlog, Queue, Worker
from conselho.store import (
    Answer,
    ClaimLimits,
    CopyMark,
    Held,
    LogPiece,
    Loss,
    Renewal,
    Submission,
    TaskFilter,
    TaskPage,
    Waiting,
)
from conselho.stores.mongodb import (
    access,
    answers,
    attendance,
    audit,
    backlog,
    catalogue,
    claims,
    copying,
    folding,
    health,
    imports,
    journal,
    ledger,
    lifecycle,
    log_chunks,
    maintenance,
    marks,
    outbox,
    pages,
    pruning,
    reading,
    recounting,
    roster,
    series,
    sessions,
    setup,
    spending,
    submission,
    timeline,
)
from conselho.stores.mongodb.connection import Database, Runner


async def open_mongodb_store(url: str) -> MongoStore:
    """Open the store at `url`, made and migrated when needed; the caller closes it.

    `mongodb://user:password@host:port/database?option=value` or `mongodb+srv://...`, the database
    `conductor_state` unless one is named. The options are the driver's; serverSelectionTimeoutMS is
    5,000 unless it is given.
    Raises InvalidSettings for a URL that means nothing, StoreUnavailable when it cannot be opened
    or was written by a newer program.
    """
    db = Database(url)
    try:
        return MongoStore(db, await setup.open_database(db))
    except BaseException:
        await db.close()
        raise


class MongoStore:
    """Implements conselho.store.Store; docstrings there."""

    def __init__(self, db: Database, identity: str) -> None:
        self._db = db
        self._runner = Runner(db.place)
        self._identity = identity
        # Tasks that ended since this process began to fold last (folding.py).
        self._uncounted = 0
        self._confirming: asyncio.TimerHandle | None = None
        db.confirm_soon = self._confirm_soon

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def is_shared(self) -> bool:
        return True

    def listen(self, callback: Callable[[], None]) -> None:
        self._db.listeners.append(callback)

    async def check(self) -> None:
        await self._runner.run(health.prove_writable(self._db))

    async def close(self) -> None:
        if self._confirming is not None:
            self._confirming.cancel()
        if self._db.unconfirmed:
            self._runner.begin(outbox.confirm(self._db))
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
        queues: Collection[Queue] | None = None,
        only: Collection[TaskId] | None = None,
        announce: Announce,
    ) -> list[Task]:
        wanted = claims.Wanted.of(queues, only)
        return await self._runner.run(
            claims.claim(self._db, worker, now, limit, lease, limits, wanted, announce)
        )

    async def held_by(self, worker: WorkerId) -> list[Task]:
        return await self._runner.run(lifecycle.held_by(self._db, worker))

    async def renew(
        self, worker: WorkerId, held: Sequence[Held], *, now: datetime, lease: timedelta
    ) -> Renewal:
        return await self._runner.run(lifecycle.renew(self._db, worker, held, now, lease))

    async def finish(
        self,
        held: Held,
        outcome: Outcome,
        *,
        log: LogPiece | None = None,
        now: datetime,
        announce: Announce,
    ) -> Task:
        task = await self._runner.run(lifecycle.finish(self._db, held, outcome, log, now, announce))
        self._owes(1)
        return task

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

    async def release(self, held: Held, *, now: datetime, announce: Announce) -> Task:
        return await self._runner.run(lifecycle.release(self._db, held, now, announce))

    async def waiting(
        self, *, now: datetime, queues: Collection[Queue] | None = None, limit: int
    ) -> list[Waiting]:
        return await self._runner.run(backlog.waiting(self._db, now, queues, limit))

    async def backlogs(self, *, now: datetime) -> list[Backlog]:
        return await self._runner.run(backlog.backlogs(self._db, now))

    async def give_up(
        self,
        queue: Queue,
        *,
        due_before: datetime,
        error_kind: str,
        error: str,
        limit: int,
        now: datetime,
        announce: Announce,
    ) -> list[Task]:
        why = (error_kind, error)
        return await self._runner.run(
            lifecycle.give_up(self._db, queue, due_before, *why, limit, now, announce)
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

    async def tasks(
        self, where: TaskFilter, *, limit: int, offset: int = 0, texts: bool = True
    ) -> TaskPage:
        """Cost: a few milliseconds, but for long spans and deep offsets (pages.page)."""
        return await self._runner.run(pages.page(self._db, where, limit, offset, texts))

    async def portion(
        self, where: TaskFilter, *, limit: int, result: bool = False, prompt: bool = False
    ) -> list[Task]:
        return await self._runner.run(pages.portion(self._db, where, limit, result, prompt))

    async def recent(self, agents: Sequence[AgentId], *, limit: int) -> dict[AgentId, list[Task]]:
        return await self._runner.run(marks.recent(self._db, agents, limit))

    async def last_verdict(self, agent_id: AgentId) -> Task | None:
        return await self._runner.run(marks.last_verdict(self._db, agent_id))

    async def concluded(
        self, agent_id: AgentId, *, limit: int, older_than: tuple[datetime, TaskId] | None = None
    ) -> list[Task]:
        return await self._runner.run(marks.concluded(self._db, agent_id, limit, older_than))

    async def lanes(
        self, agents: Sequence[AgentId], steps: Steps, *, rows: int, troubles: int
    ) -> dict[AgentId, Lane]:
        """Cost: timeline.py."""
        return await self._runner.run(timeline.lanes(self._db, agents, steps, rows, troubles))

    async def statistics(self, agents: Sequence[AgentId]) -> dict[AgentId, AgentStatistics]:
        return await self._runner.run(series.statistics(self._db, agents))

    async def tally(self, *, since: datetime, until: datetime) -> Tally:
        [tally] = await self.tallies([(since, until)])
        return tally

    async def tallies(
        self, spans: Sequence[tuple[datetime, datetime]], *, agent_id: AgentId | None = None
    ) -> list[Tally]:
        return await self._runner.run(series.tallies(self._db, spans, agent_id))

    async def durations(
        self, spans: Sequence[tuple[datetime, datetime]], *, agent_id: AgentId | None = None
    ) -> list[Durations]:
        return await self._runner.run(series.durations(self._db, spans, agent_id))

    async def lost(
        self, spans: Sequence[tuple[datetime, datetime]], *, agent_id: AgentId | None = None
    ) -> list[Lost]:
        return await self._runner.run(series.lost(self._db, spans, agent_id))

    async def usage(
        self, agents: Sequence[AgentId] | None, *, since: datetime, until: datetime
    ) -> dict[AgentId, Usage]:
        [spent] = await self.usage_by_day(agents, days=[(since, until)])
        return spent

    async def usage_by_day(
        self, agents: Sequence[AgentId] | None, *, days: Sequence[tuple[datetime, datetime]]
    ) -> list[dict[AgentId, Usage]]:
        return await self._runner.run(spending.usage_in_spans(self._db, agents, days))

    async def recount(self) -> bool:
        return await self._runner.run(recounting.recount(self._db))

    async def import_tasks(self, tasks: Sequence[Task]) -> frozenset[TaskId]:
        imported = await self._runner.run(imports.import_tasks(self._db, tasks))
        self._owes(len(imported))
        return imported

    async def copy_mark(self) -> CopyMark | None:
        return await self._runner.run(copying.copy_mark(self._db))

    async def mark_copy(self, mark: CopyMark) -> None:
        await self._runner.run(copying.mark_copy(self._db, mark))

    async def carry_tasks(
        self, tasks: Sequence[Task], *, past: Mapping[TaskId, Sequence[PastAttempt]]
    ) -> frozenset[TaskId]:
        carried = await self._runner.run(imports.carry_tasks(self._db, tasks, past))
        self._owes(len(carried))
        return carried

    async def carry_logs(self, pieces: Sequence[LogPiece]) -> None:
        await self._runner.run(copying.carry_logs(self._db, pieces))

    async def pruned_kinds(self) -> list[PrunedKind]:
        return await self._runner.run(copying.pruned_kinds(self._db))

    async def pruned_days(self, *, after: int | None, limit: int) -> list[PrunedDay]:
        return await self._runner.run(copying.pruned_days(self._db, after, limit))

    async def carry_pruned(self, kinds: Sequence[PrunedKind], days: Sequence[PrunedDay]) -> None:
        await self._runner.run(copying.carry_pruned(self._db, kinds, days))

    def _confirm_soon(self) -> None:
        self._confirm_in(outbox.CONFIRM_SECONDS)

    def _confirm_in(self, seconds: float) -> None:
        if self._confirming is None:
            loop = asyncio.get_running_loop()
            self._confirming = loop.call_later(seconds, self._begin_to_confirm)

    def _begin_to_confirm(self) -> None:
        self._confirming = None
        self._runner.begin(self._confirm())

    async def _confirm(self) -> None:
        try:
            await outbox.confirm(self._db)
        except PyMongoError:
            self._confirm_in(outbox.CONFIRM_AGAIN_SECONDS)
            raise

    def _owes(self, tasks: int) -> None:
        """What ended is counted when it makes a batch, so that no reader has to count very much."""
        self._uncounted += tasks
        if self._uncounted >= folding.BATCH:
            self._uncounted = 0
            self._runner.begin(folding.fold(self._db))

    async def prune(self, *, before: datetime, limit: int) -> list[TaskId]:
        return await self._runner.run(pruning.prune(self._db, before, limit))

    async def create_agent(
        self, agent: Agent, *, events: Sequence[EventDraft], journal: Sequence[JournalEntry] = ()
    ) -> None:
        await self._runner.run(catalogue.create_agent(self._db, agent, events, journal))

    async def save_agent(
        self, agent: Agent, *, events: Sequence[EventDraft], journal: Sequence[JournalEntry] = ()
    ) -> Agent:
        return await self._runner.run(catalogue.save_agent(self._db, agent, events, journal))

    async def delete_agent(
        self,
        agent_id: AgentId,
        *,
        now: datetime,
        events: Sequence[EventDraft],
        journal: Sequence[JournalEntry] = (),
    ) -> None:
        await self._runner.run(catalogue.delete_agent(self._db, agent_id, now, events, journal))

    async def agent(self, agent_id: AgentId) -> Agent:
        return await self._runner.run(catalogue.agent_by_id(self._db, agent_id))

    async def agents(self, *, is_councilor: bool | None = None) -> list[Agent]:
        return await self._runner.run(catalogue.all_agents(self._db, is_councilor))

    async def write_journal(
        self, entries: Sequence[JournalEntry], *, events: Sequence[EventDraft] = ()
    ) -> None:
        await self._runner.run(journal.write_journal(self._db, entries, events))

    async def journal(
        self, agent_id: AgentId | None = None, *, limit: int, before_seq: int | None = None
    ) -> list[JournalEntry]:
        return await self._runner.run(journal.newest(self._db, agent_id, limit, before_seq))

    async def signs(self, *, since: datetime) -> list[Sign]:
        return await self._runner.run(attendance.signs(self._db, since))

    async def unsettled(self, agent_id: AgentId | None = None) -> list[JournalEntry]:
        return await self._runner.run(journal.unsettled(self._db, agent_id))

    async def settle(self, seqs: Collection[int]) -> None:
        await self._runner.run(journal.settle(self._db, seqs))

    async def prune_journal(self, *, before: datetime, limit: int) -> int:
        return await self._runner.run(journal.prune_journal(self._db, before, limit))

    async def add_maintenance(
        self, window: Maintenance, *, events: Sequence[EventDraft], journal: Sequence[JournalEntry]
    ) -> None:
        await self._runner.run(maintenance.add_maintenance(self._db, window, events, journal))

    async def end_maintenance(
        self,
        window_id: str,
        *,
        now: datetime,
        events: Sequence[EventDraft],
        journal: Sequence[JournalEntry],
    ) -> Maintenance:
        return await self._runner.run(
            maintenance.end_maintenance(self._db, window_id, now, events, journal)
        )

    async def maintenance(self, *, until_after: datetime | None = None) -> list[Maintenance]:
        return await self._runner.run(maintenance.windows(self._db, until_after))

    async def add_token(self, token: AccessToken) -> None:
        await self._runner.run(access.add_token(self._db, token))

    async def tokens(self) -> list[AccessToken]:
        return await self._runner.run(access.all_tokens(self._db))

    async def token_of(self, digest: str) -> AccessToken | None:
        return await self._runner.run(access.token_of(self._db, digest))

    async def revoke_token(self, token_id: str, *, now: datetime) -> AccessToken:
        return await self._runner.run(access.revoke_token(self._db, token_id, now))

    async def token_used(self, token_id: str, *, now: datetime) -> None:
        await self._runner.run(access.token_used(self._db, token_id, now))

    async def open_session(self, session: Session, *, most: int, most_of_token: int) -> None:
        await self._runner.run(sessions.open_session(self._db, session, most, most_of_token))

    async def session_of(self, digest: str) -> Session | None:
        return await self._runner.run(sessions.session_of(self._db, digest))

    async def close_session(self, digest: str) -> None:
        await self._runner.run(sessions.close_session(self._db, digest))

    async def write_audit(self, entries: Sequence[AuditEntry]) -> None:
        await self._runner.run(audit.write_audit(self._db, entries))

    async def audit(
        self,
        *,
        limit: int,
        before_seq: int | None = None,
        actor: str | None = None,
        target: str | None = None,
    ) -> list[AuditEntry]:
        return await self._runner.run(audit.newest(self._db, limit, before_seq, actor, target))

    async def prune_audit(self, *, before: datetime, limit: int) -> int:
        return await self._runner.run(audit.prune_audit(self._db, before, limit))

    async def append_log(self, held: Held, *, offset: int, piece: bytes) -> None:
        await self._runner.run(log_chunks.append_log(self._db, held, offset, piece))

    async def read_log(self, task_id: TaskId, *, offset: int, limit: int) -> bytes:
        return await self._runner.run(log_chunks.read_log(self._db, task_id, offset, limit))

    async def log_size(self, task_id: TaskId) -> int:
        return await self._runner.run(log_chunks.log_size(self._db, task_id))

    async def first_answer(self, key: str, *, request: str, now: datetime) -> Answer | None:
        return await self._runner.run(answers.first_answer(self._db, key, request, now))

    async def keep_answer(self, key: str, *, status: int, body: str) -> None:
        await self._runner.run(answers.keep_answer(self._db, key, status, body))

    async def forget_answer(self, key: str) -> None:
        await self._runner.run(answers.forget_answer(self._db, key))

    async def prune_answers(self, *, before: datetime, limit: int) -> int:
        return await self._runner.run(answers.prune_answers(self._db, before, limit))

    async def beat(self, worker: Worker) -> None:
        await self._runner.run(roster.beat(self._db, worker))

    async def leave(self, worker_id: WorkerId, *, now: datetime) -> None:
        await self._runner.run(roster.leave(self._db, worker_id, now))

    async def workers(self, *, since: datetime) -> list[Worker]:
        return await self._runner.run(roster.workers_since(self._db, since))

    async def prune_workers(self, *, before: datetime, limit: int) -> int:
        return await self._runner.run(roster.prune_workers(self._db, before, limit))

    async def events_after(self, seq: int, *, limit: int) -> list[Event]:
        return await self._runner.run(outbox.events_after(self._db, seq, limit, self._identity))

    async def event_span(self) -> tuple[int, int]:
        return await self._runner.run(outbox.event_span(self._db))

    async def prune_events(self, *, keep: int, limit: int) -> int:
        return await self._runner.run(outbox.prune_events(self._db, keep, limit))
