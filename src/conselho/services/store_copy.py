"""Carrying a council, with all of its history, from one store into another one of any kind.

    source ─► pruned figures ─► tasks with logs, newest first ─► journal, audit, the rest ─► agents
                                                                                             │
    target: marked as half a copy, which no server works with  ◄── compared, mark finished ◄─┘

Nobody works with either of them meanwhile. Each step adds what is missing, so that a copy that was
interrupted goes on. All rows keep the slots that they cover, and agents their schedules: the next
server of the target owes what the next server of the source would have owed. No event is carried or
made, since the target numbers its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from conselho.clock import Clock
from conselho.errors import AlreadyExists, Conflict
from conselho.models.audit import AuditEntry
from conselho.models.journal import JournalEntry
from conselho.models.task import LOST_SLOT, PastAttempt, Status, Task
from conselho.services.copy_checks import at_work, differences, half_a_copy, is_unowned, mark_for
from conselho.services.copy_logs import LogSide, carry_logs
from conselho.store import CopyMark, Store, TaskFilter

# A result has up to 1 MiB, a prompt as it was sent some hundred kB: some 100 MiB at the most.
PORTION: Final = 100
ENTRIES: Final = 200
DAYS: Final = 31


class Part(StrEnum):
    """The lines of what was copied."""

    RUNS = "runs"
    WAITING = "waiting runs"
    LOST = "lost slots"
    LOGS = "logs"
    JOURNAL = "journal"
    AUDIT = "audit"
    MAINTENANCE = "maintenance"
    TOKENS = "tokens"
    AGENTS = "agents"


@dataclass(slots=True)
class Count:
    """What became of one part. `left_out`: nothing there could own it."""

    copied: int = 0
    already_there: int = 0
    left_out: int = 0


@dataclass(slots=True, kw_only=True)
class Copied:
    """What a copy did. `differences`: what the two stores say otherwise, a sentence each.

    `busy`: why it would be refused now, told by a dry run only.
    """

    counts: dict[Part, Count] = field(default_factory=lambda: {part: Count() for part in Part})
    differences: list[str] = field(default_factory=list)
    busy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two stores. The source's `logs` are None when the target has the same files."""

    store: Store
    logs: LogSide | None


class Numbered(Protocol):
    @property
    def seq(self) -> int: ...


Entry = TypeVar("Entry", bound=Numbered)
# Told of what is at work (a Part, or tasks of all kinds), how many are done, and of how many.
Progress = Callable[[str, int, int], None]


class StoreCopy:
    """One copy. A dry run writes nothing and counts what would be; its target may not be there."""

    def __init__(
        self,
        source: Side,
        target: Side | None,
        clock: Clock,
        *,
        progress: Progress,
        dry_run: bool = False,
    ) -> None:
        if target is None and not dry_run:
            raise ValueError("a copy needs a store to write to")
        self._source = source.store
        self._source_logs = source.logs
        self._target = target.store if target else None
        self._target_logs = target.logs if target else None
        self._clock = clock
        self._progress = progress
        self._dry_run = dry_run
        self._copied = Copied()

    async def run(self) -> Copied:
        """Copy everything. May be called once.

        Raises Conflict, with nothing written, when one of the two is not fit for it; and when the
        source was changed meanwhile, with half a copy left.
        """
        mark = await self._begin()
        if not self._dry_run:
            await self._carry_pruned()
        await self._carry_tasks()
        await self._carry_journal()
        await self._carry_audit()
        await self._carry_maintenance()
        await self._carry_tokens()
        # Last of all: before its history is there, a councilor would be due for it again.
        await self._carry_agents()
        if mark is not None and self._target is not None and not self._dry_run:
            await self._finish(self._target, mark)
        return self._copied

    async def _begin(self) -> CopyMark | None:
        now = self._clock.now()
        await self._refuse_busy("read", self._source)
        if half := await half_a_copy(self._source):
            raise Conflict(f"The store to read cannot be copied. {half}")
        if self._target is None:
            return None
        if self._target.identity == self._source.identity:
            raise Conflict("That is the same store twice: name another one to write to.")
        await self._refuse_busy("write to", self._target)
        mark = await mark_for(self._source, self._target, now)
        if not self._dry_run:
            # Rows are found by these counters: one that was wrong would leave some out.
            await self._source.recount()
            await self._target.mark_copy(replace(mark, finished_at=None))
        return mark

    async def _refuse_busy(self, which: str, store: Store) -> None:
        busy = await at_work(store, self._clock.now())
        if busy is None:
            return
        sentence = f"The store to {which} is in use. {busy}"
        if not self._dry_run:
            raise Conflict(sentence)
        self._copied.busy = self._copied.busy or sentence

    async def _finish(self, target: Store, mark: CopyMark) -> None:
        if (await self._source.event_span())[1] != mark.source_seq:
            raise Conflict(
                "A server has worked with the store to read while it was copied: the copy is not"
                " whole. Stop it, and begin anew in an empty one."
            )
        if (await target.event_span())[1]:
            raise Conflict(
                "A server has worked with the store to write to while it was copied into. Stop it,"
                " and begin anew in an empty one."
            )
        known = [agent.agent_id for agent in await self._source.agents()]
        self._copied.differences = await differences(self._source, target, known)
        await target.mark_copy(replace(mark, finished_at=self._clock.now()))

    # -- tasks -----------------------------------------------------------------------------------

    async def _carry_pruned(self) -> None:
        assert self._target is not None
        await self._target.carry_pruned(await self._source.pruned_kinds(), [])
        after: int | None = None
        while days := await self._source.pruned_days(after=after, limit=DAYS):
            await self._target.carry_pruned([], days)
            after = days[-1].day

    async def _carry_tasks(self) -> None:
        where = TaskFilter()
        total = (await self._source.tasks(where, limit=0)).total
        done = 0
        while rows := await self._source.portion(where, limit=PORTION, result=True, prompt=True):
            await self._carry_portion(rows)
            done += len(rows)
            self._progress("tasks", done, total)
            where = replace(where, older_than=(rows[-1].created_at, rows[-1].task_id))

    async def _carry_portion(self, rows: Sequence[Task]) -> None:
        there = await self._there(rows)
        for task in rows:
            if task.task_id in there:
                self._count(_part(task)).already_there += 1
        new = [task for task in rows if task.task_id not in there]
        owned = [task for task in new if not is_unowned(task)]
        # Logs go first: where a Task is, its log is as well.
        await self._carry_logs(owned)
        past = {task.task_id: await self._past(task) for task in owned}
        if self._dry_run or self._target is None:
            carried = frozenset(task.task_id for task in owned)
        else:
            carried = await self._target.carry_tasks(owned, past=past)
        for task in new:
            count = self._count(_part(task))
            if task.task_id in carried:
                count.copied += 1
            else:
                count.left_out += 1

    async def _there(self, rows: Sequence[Task]) -> set[str]:
        """Those of these that the target has."""
        if self._target is None:
            return set()
        known = await self._target.statuses([task.idempotency_key for task in rows])
        return {task.task_id for task in rows if task.idempotency_key in known}

    async def _carry_logs(self, tasks: Sequence[Task]) -> None:
        ran = [task.task_id for task in tasks if task.status not in LOST_SLOT]
        if self._source_logs is None or not ran:
            return
        count = self._count(Part.LOGS)
        if self._target_logs is None or self._dry_run:
            count.copied += len(await self._source_logs.first_pieces(ran))
        else:
            count.copied += await carry_logs(self._source_logs, self._target_logs, ran)

    async def _past(self, task: Task) -> Sequence[PastAttempt]:
        if task.attempt > 1 or (task.attempt and task.status is Status.PENDING):
            return await self._source.past_attempts(task.task_id)
        return ()

    # -- the rest --------------------------------------------------------------------------------

    async def _carry_journal(self) -> None:
        whole = {entry.seq: entry for entry in await self._source.unsettled()}

        async def write(target: Store, entries: Sequence[JournalEntry]) -> None:
            await target.write_journal([whole.get(entry.seq, entry) for entry in entries])

        def read(store: Store) -> Callable[[int | None], Awaitable[list[JournalEntry]]]:
            return lambda before: store.journal(limit=ENTRIES, before_seq=before)

        await self._carry_in_order(Part.JOURNAL, read, write)

    async def _carry_audit(self) -> None:
        async def write(target: Store, entries: Sequence[AuditEntry]) -> None:
            await target.write_audit(entries)

        def read(store: Store) -> Callable[[int | None], Awaitable[list[AuditEntry]]]:
            return lambda before: store.audit(limit=ENTRIES, before_seq=before)

        await self._carry_in_order(Part.AUDIT, read, write)

    async def _carry_in_order(
        self,
        part: Part,
        read: Callable[[Store], Callable[[int | None], Awaitable[list[Entry]]]],
        write: Callable[[Store, Sequence[Entry]], Awaitable[None]],
    ) -> None:
        """Carry entries that are numbered anew, oldest first: those there are the first of them."""
        count = self._count(part)
        _, there = await _pages(read(self._target)) if self._target else ([], 0)
        pages, total = await _pages(read(self._source))
        done = 0
        for before in reversed(pages):
            entries = (await read(self._source)(before))[::-1]
            new = entries[max(there - done, 0) :]
            if new and self._target is not None and not self._dry_run:
                await write(self._target, new)
            count.copied += len(new)
            count.already_there += len(entries) - len(new)
            done += len(entries)
            self._progress(part, done, total)

    async def _carry_maintenance(self) -> None:
        count = self._count(Part.MAINTENANCE)
        known = await self._target.maintenance() if self._target else []
        there = {window.window_id for window in known}
        for window in await self._source.maintenance():
            if window.window_id in there:
                count.already_there += 1
                continue
            if self._target is not None and not self._dry_run:
                await self._target.add_maintenance(window, events=[], journal=[])
            count.copied += 1

    async def _carry_tokens(self) -> None:
        count = self._count(Part.TOKENS)
        known = await self._target.tokens() if self._target else []
        there = {token.token_id for token in known}
        for token in await self._source.tokens():
            if token.token_id in there:
                count.already_there += 1
                continue
            if self._target is not None and not self._dry_run:
                await self._target.add_token(token)
            count.copied += 1

    async def _carry_agents(self) -> None:
        count = self._count(Part.AGENTS)
        known = await self._target.agents() if self._target else []
        there = {agent.agent_id for agent in known}
        agents = await self._source.agents()
        for done, agent in enumerate(agents, 1):
            if agent.agent_id in there:
                count.already_there += 1
            elif self._target is None or self._dry_run:
                count.copied += 1
            else:
                try:
                    await self._target.create_agent(agent, events=[])
                    count.copied += 1
                except AlreadyExists:
                    count.already_there += 1
            self._progress(Part.AGENTS, done, len(agents))

    def _count(self, part: Part) -> Count:
        return self._copied.counts[part]


def _part(task: Task) -> Part:
    if task.status in LOST_SLOT:
        return Part.LOST
    return Part.WAITING if task.status is Status.PENDING else Part.RUNS


async def _pages(
    read: Callable[[int | None], Awaitable[list[Entry]]],
) -> tuple[list[int | None], int]:
    """Where each page of entries begins, newest first, and how many entries there are."""
    begins: list[int | None] = []
    total, before = 0, None
    while entries := await read(before):
        begins.append(before)
        total += len(entries)
        before = entries[-1].seq
    return begins, total
