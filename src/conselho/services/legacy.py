"""Taking over what an older system recorded: agents, then their runs, in small writes.

Whatever is here already stays as it is, so a second import adds nothing, and one that was
interrupted goes on where it stopped. Nothing is ever written to the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from conselho.errors import AlreadyExists
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.task import Task, Trigger
from conselho.services.legacy_agents import AgentMaker
from conselho.services.legacy_sources import Record, Source
from conselho.services.legacy_tasks import Redact, TaskMaker, copy_key, in_milliseconds
from conselho.services.legacy_values import Kind, Rejected, shown_id
from conselho.services.seats import recorded, updated
from conselho.store import Store, TaskFilter

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class Count:
    """What became of the documents of one kind.

    imported: it is new here. already_here: it was there. too_old: it lies before the retention, so
    the server would delete it. rejected: it cannot be taken over.
    """

    imported: int = 0
    already_here: int = 0
    too_old: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A document that was not taken over: where it stands, its id if it has one, and why."""

    place: str
    id: str | None
    reason: str


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What an import did, by kind. `unknown` counts what is no document of any kind."""

    counts: dict[Kind, Count] = field(default_factory=lambda: {kind: Count() for kind in Kind})
    unknown: int = 0
    paused_seats: int = 0

    @property
    def rejected(self) -> int:
        return self.unknown + sum(count.rejected for count in self.counts.values())


class LegacyImport:
    """One import. `store` None stands for an empty one, which only a dry run can do with."""

    def __init__(
        self,
        store: Store | None,
        source: Source,
        agents: AgentMaker,
        *,
        redact: Redact,
        retention: timedelta,
        now: datetime,
        batch: int = 100,
        dry_run: bool = False,
        rejected: Callable[[Rejection], None],
    ) -> None:
        """`rejected` is told of each document that is not taken over, in the order of the source.

        `batch` Tasks are one write. A dry run writes nothing and counts what would be.
        """
        if store is None and not dry_run:
            raise ValueError("an import needs a store to write to")
        self._store = store
        self._source = source
        self._agents = agents
        self._redact = redact
        self._oldest = now - retention
        self._now = now
        self._batch = batch
        self._dry_run = dry_run
        self._rejected = rejected
        self._outcome = Outcome()
        # Of this dry run, which writes nothing that a second look could find.
        self._seen: set[str] = set()

    async def run(self) -> Outcome:
        """Import everything. May be called once."""
        known = {agent.agent_id: agent for agent in await self._stored_agents()}
        for record in self._source.records(Kind.AGENT):
            if record.kind is None:
                self._outcome.unknown += 1
                self._reject(record, record.problem or "it cannot be read")
            else:
                await self._import_agent(record, known)
        tasks = TaskMaker(known, self._redact, self._now)
        make = {Kind.EXECUTION: tasks.from_execution, Kind.TASK: tasks.from_task}
        for kind, maker in make.items():
            made = self._made(kind, maker)
            while batch := list(islice(made, self._batch)):
                await self._import_tasks(self._outcome.counts[kind], batch)
        return self._outcome

    async def _stored_agents(self) -> list[Agent]:
        return [] if self._store is None else await self._store.agents()

    async def _import_agent(self, record: Record, known: dict[AgentId, Agent]) -> None:
        count = self._outcome.counts[Kind.AGENT]
        try:
            agent = self._agents.agent_of(record.document)
        except Rejected as exc:
            count.rejected += 1
            self._reject(record, str(exc))
            return
        if agent.agent_id in known or not await self._create(agent):
            count.already_here += 1
            return
        known[agent.agent_id] = agent
        count.imported += 1
        if agent.is_councilor and not agent.is_due_sometimes:
            self._outcome.paused_seats += 1

    async def _create(self, agent: Agent) -> bool:
        if self._dry_run or self._store is None:
            return True
        events = [updated(agent, "promoted")] if agent.is_councilor else []
        journal = [recorded(None, agent, self._now)] if agent.is_councilor else []
        try:
            await self._store.create_agent(agent, events=events, journal=journal)
        except AlreadyExists:
            return False  # another server was quicker
        return True

    def _made(self, kind: Kind, maker: Callable[..., Task]) -> Iterator[Task]:
        """The Tasks of one kind that are young enough to be kept."""
        count = self._outcome.counts[kind]
        for record in self._source.records(kind):
            try:
                task = maker(record.document)
            except Rejected as exc:
                count.rejected += 1
                self._reject(record, str(exc))
                continue
            if (task.completed_at or task.updated_at) < self._oldest:
                count.too_old += 1
            else:
                yield task

    async def _import_tasks(self, count: Count, batch: Sequence[Task]) -> None:
        new = await self._without_twins(batch)
        if self._dry_run or self._store is None:
            imported = await self._would_be_new(new)
        else:
            imported = len(await self._store.import_tasks(new))
        count.imported += imported
        count.already_here += len(batch) - imported

    async def _without_twins(self, batch: Sequence[Task]) -> list[Task]:
        """Without runs that are here under another id.

        The older system's own migration copied executions into tasks and gave them new ids.
        """
        keys = [copy_key(task.agent_id, task.created_at) for task in batch]
        copied = set() if self._store is None else set(await self._store.statuses(keys))
        new = []
        for task, key in zip(batch, keys, strict=True):
            is_copy = task.idempotency_key == key
            if is_copy and key not in copied and await self._has_original(task):
                continue
            if not is_copy and task.trigger is Trigger.SCHEDULE and key in copied:
                continue
            new.append(task)
        return new

    async def _has_original(self, copy: Task) -> bool:
        since = in_milliseconds(copy.created_at)
        if self._dry_run and copy.idempotency_key in self._seen:
            return True
        if self._store is None:
            return False
        where = TaskFilter(
            agent_id=copy.agent_id,
            triggers=frozenset({Trigger.SCHEDULE}),
            since=since,
            until=since + _MILLISECOND,
        )
        return bool((await self._store.tasks(where, limit=1)).tasks)

    async def _would_be_new(self, tasks: Sequence[Task]) -> int:
        keys = [task.idempotency_key for task in tasks]
        taken = {} if self._store is None else await self._store.statuses(keys)
        count = 0
        for task in tasks:
            if task.idempotency_key not in taken and task.idempotency_key not in self._seen:
                count += 1
            self._seen |= {task.idempotency_key, copy_key(task.agent_id, task.created_at)}
        return count

    def _reject(self, record: Record, reason: str) -> None:
        self._rejected(Rejection(place=record.place, id=shown_id(record.document), reason=reason))
