"""The store over SQL: the contract's methods, each one transaction of an executor."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from conselho.errors import InvalidSettings
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
from conselho.stores.sql import (
    access,
    answers,
    attempts,
    attendance,
    audit,
    backlog,
    catalogue,
    claims,
    copying,
    counters,
    coverage,
    exporting,
    health,
    imports,
    journal,
    lifecycle,
    log_chunks,
    lost_slots,
    maintenance,
    outbox,
    pages,
    pruning,
    reading,
    roster,
    series,
    sessions,
    spending,
    timeline,
)
from conselho.stores.sql.rows import micros

T = TypeVar("T")


class Executor(Protocol):
    """`is_shared`: as in conselho.store.Store.

    Runs `operation(connection, *args)` as one transaction and translates driver errors.

    A call that returns is committed, one that raises changed nothing, and one whose caller was
    cancelled did either of the two in full.
    """

    is_shared: bool

    async def open(self) -> None: ...

    async def write(self, operation: Callable[..., T], *args: Any) -> T: ...

    async def read(self, operation: Callable[..., T], *args: Any) -> T: ...

    async def close(self) -> None: ...


async def open_sql_store(url: str) -> SqlStore:
    """Open the store at `url`, made and migrated when needed; the caller closes it.

    `sqlite:////abs/path.db` or `sqlite:///relative.db`, with the options `synchronous` (NORMAL,
    FULL), `busy_timeout` (milliseconds) and `max_page_count`; or `postgresql://user@host/name`.
    Raises InvalidSettings for a URL that means nothing, StoreUnavailable when it cannot be opened
    or was written by a newer program.
    """
    executor = _executor(url)
    try:
        await executor.open()
        return SqlStore(executor, await executor.read(health.identity))
    except BaseException:
        await executor.close()
        raise


def _executor(url: str) -> Executor:
    # Imported here: a server on SQLite needs neither asyncpg nor SQLAlchemy's asyncio half.
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as exc:
        raise InvalidSettings("database_url", "it cannot be read as a URL") from exc
    if parsed.get_backend_name() == "sqlite":
        from conselho.stores.sql.sqlite import SqliteExecutor

        return SqliteExecutor(parsed)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        from conselho.stores.sql.postgresql import PostgresqlExecutor

        try:
            return PostgresqlExecutor(parsed)
        except ModuleNotFoundError as exc:
            raise InvalidSettings(
                "database_url",
                f"PostgreSQL needs the package {exc.name!r}: install conselho[postgresql]",
            ) from exc
    raise InvalidSettings("database_url", "an SQL store begins with sqlite:// or postgresql://")


class SqlStore:
    """Implements conselho.store.Store; docstrings there.

    `announce` functions run inside the transaction, on SQLite in another thread: they must be pure.
    """

    def __init__(self, executor: Executor, identity: str) -> None:
        self._executor = executor
        self._identity = identity
        self._listeners: list[Callable[[], None]] = []

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def is_shared(self) -> bool:
        return self._executor.is_shared

    def listen(self, callback: Callable[[], None]) -> None:
        self._listeners.append(callback)

    async def check(self) -> None:
        await self._executor.write(health.prove_writable)

    async def close(self) -> None:
        await self._executor.close()

    async def submit(self, tasks: Sequence[Task], *, announce: Announce) -> list[Submission]:
        return await self._change(lifecycle.submit, tasks, announce)

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
        wanted = (limits, queues, only)
        return await self._change(claims.claim, worker, now, limit, lease, *wanted, announce)

    async def held_by(self, worker: WorkerId) -> list[Task]:
        return await self._executor.read(lifecycle.held_by, worker)

    async def renew(
        self, worker: WorkerId, held: Sequence[Held], *, now: datetime, lease: timedelta
    ) -> Renewal:
        return await self._executor.write(lifecycle.renew, worker, held, now, lease)

    async def finish(
        self,
        held: Held,
        outcome: Outcome,
        *,
        log: LogPiece | None = None,
        now: datetime,
        announce: Announce,
    ) -> Task:
        return await self._change(lifecycle.finish, held, outcome, log, now, announce)

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
        return await self._change(lifecycle.retry, held, not_before, *failure, now, announce)

    async def release(self, held: Held, *, now: datetime, announce: Announce) -> Task:
        return await self._change(lifecycle.release, held, now, announce)

    async def waiting(
        self, *, now: datetime, queues: Collection[Queue] | None = None, limit: int
    ) -> list[Waiting]:
        return await self._executor.read(backlog.waiting, now, queues, limit)

    async def backlogs(self, *, now: datetime) -> list[Backlog]:
        return await self._executor.read(backlog.backlogs, now)

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
        return await self._change(lifecycle.give_up, queue, due_before, *why, limit, now, announce)

    async def cancel(
        self, task_id: TaskId, *, reason: str | None = None, now: datetime, announce: Announce
    ) -> Task:
        return await self._change(lifecycle.cancel, task_id, reason, now, announce)

    async def cancel_waiting(
        self, agent_id: AgentId, *, reason: str, now: datetime, announce: Announce
    ) -> list[Task]:
        return await self._change(lifecycle.cancel_waiting, agent_id, reason, now, announce)

    async def sweep(
        self, *, now: datetime, announce: Announce, workers_gone: str | None = None
    ) -> list[Task]:
        return await self._change(lifecycle.sweep, now, announce, workers_gone)

    async def record_lost(
        self,
        losses: Sequence[Loss],
        *,
        now: datetime,
        announce: Announce,
    ) -> list[Task]:
        return await self._change(lost_slots.record_lost, losses, now, announce)

    async def watermarks(self, agents: Sequence[AgentId]) -> dict[AgentId, datetime]:
        return await self._executor.read(coverage.watermarks, agents)

    async def task(self, task_id: TaskId) -> Task:
        return await self._executor.read(reading.task_by_id, task_id)

    async def past_attempts(self, task_id: TaskId) -> list[PastAttempt]:
        return await self._executor.read(attempts.past_attempts, task_id)

    async def tasks(
        self, where: TaskFilter, *, limit: int, offset: int = 0, texts: bool = True
    ) -> TaskPage:
        """Cost: a few milliseconds, but for long spans and deep offsets (pages.page)."""
        return await self._executor.read(pages.page, where, limit, offset, texts)

    async def portion(
        self, where: TaskFilter, *, limit: int, result: bool = False, prompt: bool = False
    ) -> list[Task]:
        return await self._executor.read(exporting.portion, where, limit, result, prompt)

    async def statuses(self, idempotency_keys: Sequence[str]) -> dict[str, Status]:
        return await self._executor.read(reading.statuses, idempotency_keys)

    async def active(self, agents: Sequence[AgentId]) -> dict[AgentId, Task]:
        return await self._executor.read(reading.active, agents)

    async def recent(self, agents: Sequence[AgentId], *, limit: int) -> dict[AgentId, list[Task]]:
        return await self._executor.read(reading.recent, agents, limit)

    async def last_verdict(self, agent_id: AgentId) -> Task | None:
        return await self._executor.read(reading.last_verdict, agent_id)

    async def concluded(
        self, agent_id: AgentId, *, limit: int, older_than: tuple[datetime, TaskId] | None = None
    ) -> list[Task]:
        return await self._executor.read(reading.concluded, agent_id, limit, older_than)

    async def lanes(
        self, agents: Sequence[AgentId], steps: Steps, *, rows: int, troubles: int
    ) -> dict[AgentId, Lane]:
        """Cost: timeline.py."""
        return await self._executor.read(timeline.lanes, agents, steps, rows, troubles)

    async def activity(self) -> Activity:
        return await self._executor.read(reading.activity)

    async def statistics(self, agents: Sequence[AgentId]) -> dict[AgentId, AgentStatistics]:
        return await self._executor.read(counters.statistics, agents)

    async def tally(self, *, since: datetime, until: datetime) -> Tally:
        return await self._executor.read(counters.tally, micros(since), micros(until))

    async def tallies(
        self, spans: Sequence[tuple[datetime, datetime]], *, agent_id: AgentId | None = None
    ) -> list[Tally]:
        return await self._executor.read(series.tallies, _spans(spans), agent_id)

    async def durations(
        self, spans: Sequence[tuple[datetime, datetime]], *, agent_id: AgentId | None = None
    ) -> list[Durations]:
        return await self._executor.read(series.durations, _spans(spans), agent_id)

    async def lost(
        self, spans: Sequence[tuple[datetime, datetime]], *, agent_id: AgentId | None = None
    ) -> list[Lost]:
        return await self._executor.read(series.lost, _spans(spans), agent_id)

    async def usage(
        self, agents: Sequence[AgentId] | None, *, since: datetime, until: datetime
    ) -> dict[AgentId, Usage]:
        [spent] = await self.usage_by_day(agents, days=[(since, until)])
        return spent

    async def usage_by_day(
        self, agents: Sequence[AgentId] | None, *, days: Sequence[tuple[datetime, datetime]]
    ) -> list[dict[AgentId, Usage]]:
        return await self._executor.read(spending.usage_in_spans, agents, _spans(days))

    async def recount(self) -> bool:
        # The long reading blocks no writer; only counters that disagree are written.
        if await self._executor.read(counters.agree):
            return True
        await self._executor.write(counters.rebuild)
        return False

    async def import_tasks(self, tasks: Sequence[Task]) -> frozenset[TaskId]:
        return await self._executor.write(imports.import_tasks, tasks)

    async def copy_mark(self) -> CopyMark | None:
        return await self._executor.read(copying.copy_mark)

    async def mark_copy(self, mark: CopyMark) -> None:
        await self._executor.write(copying.mark_copy, mark)

    async def carry_tasks(
        self, tasks: Sequence[Task], *, past: Mapping[TaskId, Sequence[PastAttempt]]
    ) -> frozenset[TaskId]:
        return await self._executor.write(imports.carry_tasks, tasks, past)

    async def carry_logs(self, pieces: Sequence[LogPiece]) -> None:
        await self._executor.write(copying.carry_logs, pieces)

    async def pruned_kinds(self) -> list[PrunedKind]:
        return await self._executor.read(copying.pruned_kinds)

    async def pruned_days(self, *, after: int | None, limit: int) -> list[PrunedDay]:
        return await self._executor.read(copying.pruned_days, after, limit)

    async def carry_pruned(self, kinds: Sequence[PrunedKind], days: Sequence[PrunedDay]) -> None:
        await self._executor.write(copying.carry_pruned, kinds, days)

    async def prune(self, *, before: datetime, limit: int) -> list[TaskId]:
        return await self._executor.write(pruning.prune, before, limit)

    async def create_agent(
        self, agent: Agent, *, events: Sequence[EventDraft], journal: Sequence[JournalEntry] = ()
    ) -> None:
        await self._change(catalogue.create_agent, agent, events, journal)

    async def save_agent(
        self, agent: Agent, *, events: Sequence[EventDraft], journal: Sequence[JournalEntry] = ()
    ) -> Agent:
        return await self._change(catalogue.save_agent, agent, events, journal)

    async def delete_agent(
        self,
        agent_id: AgentId,
        *,
        now: datetime,
        events: Sequence[EventDraft],
        journal: Sequence[JournalEntry] = (),
    ) -> None:
        await self._change(catalogue.delete_agent, agent_id, now, events, journal)

    async def agent(self, agent_id: AgentId) -> Agent:
        return await self._executor.read(catalogue.agent_by_id, agent_id)

    async def agents(self, *, is_councilor: bool | None = None) -> list[Agent]:
        return await self._executor.read(catalogue.all_agents, is_councilor)

    async def write_journal(
        self, entries: Sequence[JournalEntry], *, events: Sequence[EventDraft] = ()
    ) -> None:
        await self._change(journal.write_journal, entries, events)

    async def journal(
        self, agent_id: AgentId | None = None, *, limit: int, before_seq: int | None = None
    ) -> list[JournalEntry]:
        return await self._executor.read(journal.newest, agent_id, limit, before_seq)

    async def signs(self, *, since: datetime) -> list[Sign]:
        return await self._executor.read(attendance.signs, since)

    async def unsettled(self, agent_id: AgentId | None = None) -> list[JournalEntry]:
        return await self._executor.read(journal.unsettled, agent_id)

    async def settle(self, seqs: Collection[int]) -> None:
        await self._executor.write(journal.settle, seqs)

    async def prune_journal(self, *, before: datetime, limit: int) -> int:
        return await self._executor.write(journal.prune_journal, before, limit)

    async def add_maintenance(
        self, window: Maintenance, *, events: Sequence[EventDraft], journal: Sequence[JournalEntry]
    ) -> None:
        await self._change(maintenance.add_maintenance, window, events, journal)

    async def end_maintenance(
        self,
        window_id: str,
        *,
        now: datetime,
        events: Sequence[EventDraft],
        journal: Sequence[JournalEntry],
    ) -> Maintenance:
        return await self._change(maintenance.end_maintenance, window_id, now, events, journal)

    async def maintenance(self, *, until_after: datetime | None = None) -> list[Maintenance]:
        return await self._executor.read(maintenance.windows, until_after)

    async def add_token(self, token: AccessToken) -> None:
        await self._executor.write(access.add_token, token)

    async def tokens(self) -> list[AccessToken]:
        return await self._executor.read(access.all_tokens)

    async def token_of(self, digest: str) -> AccessToken | None:
        return await self._executor.read(access.token_of, digest)

    async def revoke_token(self, token_id: str, *, now: datetime) -> AccessToken:
        return await self._executor.write(access.revoke_token, token_id, now)

    async def token_used(self, token_id: str, *, now: datetime) -> None:
        await self._executor.write(access.token_used, token_id, now)

    async def open_session(self, session: Session, *, most: int, most_of_token: int) -> None:
        await self._executor.write(sessions.open_session, session, most, most_of_token)

    async def session_of(self, digest: str) -> Session | None:
        return await self._executor.read(sessions.session_of, digest)

    async def close_session(self, digest: str) -> None:
        await self._executor.write(sessions.close_session, digest)

    async def write_audit(self, entries: Sequence[AuditEntry]) -> None:
        await self._executor.write(audit.write_audit, entries)

    async def audit(
        self,
        *,
        limit: int,
        before_seq: int | None = None,
        actor: str | None = None,
        target: str | None = None,
    ) -> list[AuditEntry]:
        return await self._executor.read(audit.newest, limit, before_seq, actor, target)

    async def prune_audit(self, *, before: datetime, limit: int) -> int:
        return await self._executor.write(audit.prune_audit, before, limit)

    async def append_log(self, held: Held, *, offset: int, piece: bytes) -> None:
        await self._executor.write(log_chunks.append_log, held, offset, piece)

    async def read_log(self, task_id: TaskId, *, offset: int, limit: int) -> bytes:
        return await self._executor.read(log_chunks.read_log, task_id, offset, limit)

    async def log_size(self, task_id: TaskId) -> int:
        return await self._executor.read(log_chunks.log_size, task_id)

    async def first_answer(self, key: str, *, request: str, now: datetime) -> Answer | None:
        return await self._executor.write(answers.first_answer, key, request, now)

    async def keep_answer(self, key: str, *, status: int, body: str) -> None:
        await self._executor.write(answers.keep_answer, key, status, body)

    async def forget_answer(self, key: str) -> None:
        await self._executor.write(answers.forget_answer, key)

    async def prune_answers(self, *, before: datetime, limit: int) -> int:
        return await self._executor.write(answers.prune_answers, before, limit)

    async def beat(self, worker: Worker) -> None:
        await self._executor.write(roster.beat, worker)

    async def leave(self, worker_id: WorkerId, *, now: datetime) -> None:
        await self._executor.write(roster.leave, worker_id, now)

    async def workers(self, *, since: datetime) -> list[Worker]:
        return await self._executor.read(roster.workers_since, since)

    async def prune_workers(self, *, before: datetime, limit: int) -> int:
        return await self._executor.write(roster.prune_workers, before, limit)

    async def events_after(self, seq: int, *, limit: int) -> list[Event]:
        return await self._executor.read(outbox.events_after, seq, limit, self._identity)

    async def event_span(self) -> tuple[int, int]:
        return await self._executor.read(outbox.event_span)

    async def prune_events(self, *, keep: int, limit: int) -> int:
        return await self._executor.write(outbox.prune_events, keep, limit)

    async def _change(self, operation: Callable[..., T], *args: Any) -> T:
        """Write something that makes events, and say that there may be some."""
        result = await self._executor.write(operation, *args)
        if result == []:
            return result  # nothing was claimed, swept or cancelled: nobody has to look
        for callback in self._listeners:
            callback()
        return result


def _spans(moments: Sequence[tuple[datetime, datetime]]) -> list[spending.Span]:
    return [spending.Span(micros(since), micros(until)) for since, until in moments]
