"""What a store must do: the contract beside `stores/`, proved by tests/contracts/.

Every call that changes something takes `now` (stores never read a clock) and, for Tasks, an
`announce` function: the events that a changed Task makes are written in the same transaction as
the change (docs/adr/0002-outbox.md). All invariants are held by unique keys and conditional
writes; the loser of a race is told so and changes nothing.

All methods raise StoreUnavailable when the backend cannot be read or written (gone, locked beyond
its bound, full, read-only).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

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
from conselho.models.task import Outcome, PastAttempt, Status, Task, Trigger
from conselho.models.uptime import Sign
from conselho.models.verdict import Severity
from conselho.models.worker import Backlog, Queue, Worker

# What a step of priority is worth, in time of waiting.
PRIORITY_STEP = timedelta(minutes=15)


class Submitted(StrEnum):
    """What became of a submission.

    created: the Task is stored. duplicate: its idempotency_key was there already, or a row of lost
    slots covers its slot. overlap: its active_key is held by another Task.
    """

    CREATED = "created"
    DUPLICATE = "duplicate"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The answer for one submitted Task. `holder` is the stored Task that stood in the way."""

    result: Submitted
    task_id: TaskId
    holder: TaskId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Consecutive slots of one agent, ascending, that did not run for one reason.

    `row` is the Task that stands for them, with their status and skip_reason; `since` is when the
    schedule that they belong to took effect.
    """

    row: Task
    slots: Sequence[datetime]
    since: datetime | None = None


# The lane of runs for slots of the past, caught up or backfilled. One that finds it full keeps no
# place in its other lanes: what comes in time goes first.
PAST_LANE: Final = "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLimits:
    """How many tasks may be processing at one time, and be started within a minute, by lane.

    A Task counts in each of its `lanes`, and every Task in the lane `council`. A lane that is not
    named is not limited, but for those that begin with `write:`: they hold one at a time. All
    replicas must be given the same.
    """

    at_once: Mapping[str, int] = field(default_factory=dict)
    per_minute: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A claim that a worker believes to have.

    The fence alone tells whose it is: every claim raises it and nothing lowers it, so a Task that
    is processing under this fence is that of the one worker whose claim was given it.
    """

    task_id: TaskId
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A pending Task that is due, as a dispatcher needs to know it.

    `since` is when it became due and was there: the later of not_before and created_at. `deferred`:
    it was not due yet when it was stored, or it comes back for another attempt.
    """

    task_id: TaskId
    queue: Queue
    since: datetime
    deferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What a worker learns at renewal: claims that it lost, and those it is asked to cancel."""

    lost: frozenset[TaskId] = frozenset()
    cancel: frozenset[TaskId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks a list shows; an empty field does not restrict.

    `since` (inclusive) and `until` (exclusive) bound created_at. `text` is looked for, without
    regard to case, in the councilor's names, the task's name, verdict, error and result.
    `older_than` is where a page goes on: (created_at, task_id) of the last row of the one before,
    so that rows that arrive meanwhile move nothing.
    """

    agent_id: AgentId | None = None
    statuses: frozenset[Status] = frozenset()
    severity: Severity | None = None
    triggers: frozenset[Trigger] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    older_than: tuple[datetime, TaskId] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """Newest first by created_at. `total` counts all that match the filter but for `older_than`.

    `next_older_than` is where the next page goes on, None when nothing is left. Looking for a text
    ends after a bounded number of rows: then `total` counts those found in them, and the next page
    goes on behind them, even if this one is empty.
    """

    tasks: list[Task] = field(default_factory=list)
    total: int = 0
    next_older_than: tuple[datetime, TaskId] | None = None


class TaskStore(Protocol):
    async def submit(self, tasks: Sequence[Task], *, announce: Announce) -> list[Submission]:
        """Store new pending tasks, each on its own merits; the answers keep the order.

        One Task per `idempotency_key` and one per `active_key`, whoever submits: a refusal of one
        does not touch the others. The duplicate check comes first. A Task with trigger schedule or
        catch_up is a duplicate too when a row of lost slots covers its due_at.
        """
        ...

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
        """Lease up to `limit` due tasks to one worker, the longest waiting first.

        `queues`: those of tasks with one of these, None among them standing for tasks without a
        queue; all when it is not given. `only`: those of these ids, whatever else waits; ids that
        are not there, or not due, do no harm.

        A step of priority above 5 counts as PRIORITY_STEP more of waiting, one below 5 as less:
        nothing waits for ever. What its lanes have no room for is passed over.
        Due: pending with `not_before <= now`, cancel not requested. One whose active_key begins
        with `<agent_id>#` (queued_key, waiting_key) is due only when no Task holds the agent's own
        key, and it is the first of these, whatever their queue; its claim takes that key over. A
        task whose lease has ended is not due; the sweeper decides on it first.
        Each returned task is processing with `lease_until = now + lease`, `fence` and `attempt`
        one higher, `started_at = now`; the list is empty when none is due. Two workers never hold
        the same task at one time.
        A call that raises StoreUnavailable may have claimed some nevertheless: see `held_by`.
        Source: docs/adr/0003-leases.md.
        """
        ...

    async def held_by(self, worker: WorkerId) -> list[Task]:
        """What is processing under this worker's id, whether or not it knows of it.

        For one whose claim was not answered. Long texts may be left out.
        """
        ...

    async def renew(
        self, worker: WorkerId, held: Sequence[Held], *, now: datetime, lease: timedelta
    ) -> Renewal:
        """Move `lease_until` to `now + lease` for all claims that still stand.

        A claim stands while its Task is processing under the same worker and fence, even when its
        lease has ended and nobody swept it. No event is made.
        """
        ...

    async def finish(
        self,
        held: Held,
        outcome: Outcome,
        *,
        log: LogPiece | None = None,
        now: datetime,
        announce: Announce,
    ) -> Task:
        """Write the final status of an owned Task, with its outcome and its statistics.

        `log` is the end of its log: it is kept as by `append_log`, before the end is told.
        Sets completed_at, duration_seconds (since started_at, never negative), frees the active
        key (it becomes the task_id) and clears the lease. `outcome.usage` is added to what earlier
        attempts spent; a usage that is not empty sets spent_at. Returns the Task as stored.
        Raises LeaseLost when the claim does not stand, IllegalTransition for a target that
        TRANSITIONS does not allow from processing.
        """
        ...

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
        """Give an owned Task back as pending, claimable from `not_before` on; the attempt counts.

        The active key stays held. `usage` is what the failed attempt spent: it is added to the
        Task's own and counts from now on (spent_at), so that a budget knows of it while the Task
        waits. One that was asked to stop ends as cancelled instead.
        Raises LeaseLost when the claim does not stand.
        """
        ...

    async def release(self, held: Held, *, now: datetime, announce: Announce) -> Task:
        """Give an owned Task back that was not begun: pending as before, the attempt not counted.

        Claimable at once by anybody; the fence stays. One that was asked to stop ends as cancelled
        instead. Raises LeaseLost when the claim does not stand.
        """
        ...

    async def waiting(
        self, *, now: datetime, queues: Collection[Queue] | None = None, limit: int
    ) -> list[Waiting]:
        """Pending tasks that are due, up to `limit`, in the order of claims; `queues` as there.

        Lanes and turns are not looked at: some of them may have to wait on.
        """
        ...

    async def backlogs(self, *, now: datetime) -> list[Backlog]:
        """What waits, by queue, tasks without one first, then by name; empty ones are absent.

        `oldest` is the earliest `since` of `waiting`. Cancel-requested tasks do not count.
        """
        ...

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
        """End up to `limit` pending tasks of one queue as error, with severity error; the oldest
        first.

        Those whose `since` (see Waiting) is before `due_before`. What earlier attempts spent stays.
        """
        ...

    async def cancel(
        self, task_id: TaskId, *, reason: str | None = None, now: datetime, announce: Announce
    ) -> Task:
        """Cancel a pending Task at once; ask the owner of a processing one to stop.

        `reason` is a sentence for people: it becomes the `error` of the cancelled Task, instead of
        the one that says that somebody asked for it. Of several the first stays.
        Returns the Task as it is then: cancelled, or processing with `cancel_requested`. Asking
        twice is no error, cancelling a cancelled Task neither.
        Raises NotFound; IllegalTransition when it ended otherwise.
        """
        ...

    async def cancel_waiting(
        self, agent_id: AgentId, *, reason: str, now: datetime, announce: Announce
    ) -> list[Task]:
        """Cancel the pending tasks of an agent that bear a `waiting_key`; those that it were."""
        ...

    async def sweep(
        self, *, now: datetime, announce: Announce, workers_gone: str | None = None
    ) -> list[Task]:
        """Decide on processing tasks whose lease has ended (`lease_until < now`).

        With an attempt left they return to pending (claimable at once), otherwise they end as
        error `worker_lost` with severity error; one with cancel_requested ends as cancelled.
        `workers_gone`: a prefix of worker ids that are known to be dead; their leases count as
        ended. What earlier attempts spent stays. Returns the changed tasks.
        """
        ...

    async def record_lost(
        self, losses: Sequence[Loss], *, now: datetime, announce: Announce
    ) -> list[Task]:
        """Account for slots that did not run, in one row for consecutive ones; the rows written.

        The losses of one agent ascend. Each is on its own merits, in order: slots up to the agent's
        watermark are accounted for already and dropped. If the row that holds the watermark is a
        lost one with the same status and reason, and its slot_to is not before `since`, its slot_to
        and slot_count grow. Otherwise `row` is stored with slot_from = due_at = the first remaining
        slot, its slot_key, and its own task_id as active key. A row that grows several times in one
        call is told once.
        Idempotent: replicas may all report the same slots.
        """
        ...

    async def watermarks(self, agents: Sequence[AgentId]) -> dict[AgentId, datetime]:
        """The newest slot of each agent that a Task covers; agents without one are absent.

        Covered by: a Task with trigger schedule or catch_up (its due_at), a lost row (slot_to); a
        backfilled slot was covered before.
        """
        ...

    async def task(self, task_id: TaskId) -> Task:
        """One Task, whole. Raises NotFound."""
        ...

    async def past_attempts(self, task_id: TaskId) -> list[PastAttempt]:
        """The attempts that another one followed, oldest first; of the last the Task tells itself.

        Empty for a Task that is not there.
        """
        ...

    async def tasks(
        self, where: TaskFilter, *, limit: int, offset: int = 0, texts: bool = True
    ) -> TaskPage:
        """A page of tasks, newest created_at first (task_id breaks ties).

        `result` is whole, page sizes are the caller's care; `sent_prompt` may be left out. Without
        `texts` the result, `prompt` and `instructions` are empty, and a long page costs little.
        """
        ...

    async def portion(
        self, where: TaskFilter, *, limit: int, result: bool = False, prompt: bool = False
    ) -> list[Task]:
        """`tasks` for who wants all of them, portion by portion: `older_than` is the last one's.

        `where.text` does not restrict, and nothing is counted. `result`, and `prompt`,
        `instructions` and `sent_prompt`, are empty unless they are asked for.
        """
        ...

    async def statuses(self, idempotency_keys: Sequence[str]) -> dict[str, Status]:
        """The status of each Task that bears one of these keys; keys without one are absent."""
        ...

    async def active(self, agents: Sequence[AgentId]) -> dict[AgentId, Task]:
        """The active Task of each agent: processing before pending, then the one that holds the
        agent's own key, then the oldest.
        """
        ...

    async def recent(self, agents: Sequence[AgentId], *, limit: int) -> dict[AgentId, list[Task]]:
        """The newest `limit` final tasks of each agent, oldest first, lost rows included.

        `result`, `prompt` inside the snapshot and findings may be left out (empty): these rows are
        for marks, not for reading.
        """
        ...

    async def last_verdict(self, agent_id: AgentId) -> Task | None:
        """The newest completed Task (by created_at) of the agent that has a verdict, if any.

        The verdict is whole; `result`, `prompt` and `sent_prompt` may be left out.
        """
        ...

    async def concluded(
        self, agent_id: AgentId, *, limit: int, older_than: tuple[datetime, TaskId] | None = None
    ) -> list[Task]:
        """The newest runs of the agent that came to a conclusion, newest first (as `tasks`).

        Those are the runs of the council that ended with a report of their own, or with findings
        that were read from their output, or in order. One that only crashed, or whose report could
        not be read, says nothing of what it would have found. Of very many of those in a row, only
        the newest 5,000 are looked through.
        The verdict is whole; `result`, `prompt`, `instructions` and `sent_prompt` are empty.
        """
        ...

    async def lanes(
        self, agents: Sequence[AgentId], steps: Steps, *, rows: int, troubles: int
    ) -> dict[AgentId, Lane]:
        """What ended within `steps` for each agent; agents without anything are absent.

        A run counts at its completed_at, lost slots at their slot_to. An agent with up to `rows`
        rows gets all of them. For one with more they are counted, and of the newest `troubles`
        counts of trouble the newest row is there. A row of lost slots that goes on behind the end
        of the steps is there as well, and counted nowhere. Tasks with trigger api are left out.
        Rows are as those of `recent`.
        """
        ...

    async def activity(self) -> Activity:
        """How many tasks are pending and processing now."""
        ...

    async def statistics(self, agents: Sequence[AgentId]) -> dict[AgentId, AgentStatistics]:
        """Lifetime figures per agent, of the council's runs; agents without one are absent.

        Tasks with trigger api do not count.
        """
        ...

    async def tally(self, *, since: datetime, until: datetime) -> Tally:
        """Figures of the whole council for tasks that ended in [since, until).

        Bounds are exact to a quarter of an hour (all time zones fall on one): they are floored to
        it. A run counts at its completed_at, lost slots all together at their slot_to.
        """
        ...

    async def tallies(
        self, spans: Sequence[tuple[datetime, datetime]], *, agent_id: AgentId | None = None
    ) -> list[Tally]:
        """`tally` for many spans (since, until) at once: one answer for each, in their order.

        Of one agent: only tasks that are still there, since the figures that outlive pruned ones
        are kept for the council as a whole.
        """
        ...

    async def durations(
        self, spans: Sequence[tuple[datetime, datetime]], *, agent_id: AgentId | None = None
    ) -> list[Durations]:
        """How long the runs of each span took, as `tallies`; how exact: models.durations."""
        ...

    async def lost(
        self, spans: Sequence[tuple[datetime, datetime]], *, agent_id: AgentId | None = None
    ) -> list[Lost]:
        """The slots of each span that did not run, by reason, as `tallies`."""
        ...

    async def usage(
        self, agents: Sequence[AgentId] | None, *, since: datetime, until: datetime
    ) -> dict[AgentId, Usage]:
        """What each agent spent in [since, until); `agents` None means all.

        Bounds are floored to a quarter of an hour, as in `tally`. A Task counts once, with the
        usage of all its attempts, at its spent_at, whatever became of it: completed, error,
        cancelled, or still on the way to another attempt. Agents that spent nothing are absent.
        Source: docs/adr/0009-usage.md.
        """
        ...

    async def usage_by_day(
        self, agents: Sequence[AgentId] | None, *, days: Sequence[tuple[datetime, datetime]]
    ) -> list[dict[AgentId, Usage]]:
        """`usage` for many spans (since, until) at once: one answer for each, in their order.

        The spans are the caller's days, in whatever time zone; they may overlap.
        """
        ...

    async def recount(self) -> bool:
        """Compute all counters anew from the tasks; True when the kept ones agreed.

        The counters are right afterwards in any case. Costs one pass over all tasks.
        """
        ...

    async def import_tasks(self, tasks: Sequence[Task]) -> frozenset[TaskId]:
        """Store Tasks that ended elsewhere, in one write; the ids of those that were not here.

        One whose task_id or idempotency_key is taken is left out, so that importing again adds
        nothing. They count in all figures from now on, but cover no slot, whatever their due_at,
        and make no event. Raises ValueError, with nothing stored, for one that has not ended or
        stands for lost slots.
        """
        ...

    async def prune(self, *, before: datetime, limit: int) -> list[TaskId]:
        """Delete up to `limit` final tasks that ended before `before`, oldest first.

        What is kept of their logs goes too. The row that holds an agent's watermark stays.
        Statistics do not change: the store moves what the deleted rows counted to a part of its
        own, and `recount` adds that part.
        Returns the ids, so that their log files can go too.
        """
        ...


class AgentStore(Protocol):
    async def create_agent(
        self, agent: Agent, *, events: Sequence[EventDraft], journal: Sequence[JournalEntry] = ()
    ) -> None:
        """Store a new agent, with its events and journal entries. Raises AlreadyExists."""
        ...

    async def save_agent(
        self, agent: Agent, *, events: Sequence[EventDraft], journal: Sequence[JournalEntry] = ()
    ) -> Agent:
        """Replace the stored agent of the same version; returns it with version + 1.

        Its events and journal entries are in the same write.
        Raises NotFound, or StaleVersion when the stored version is another.
        """
        ...

    async def delete_agent(
        self,
        agent_id: AgentId,
        *,
        now: datetime,
        events: Sequence[EventDraft],
        journal: Sequence[JournalEntry] = (),
    ) -> None:
        """Remove the agent; its tasks stay. Raises NotFound."""
        ...

    async def agent(self, agent_id: AgentId) -> Agent:
        """One agent. Raises NotFound."""
        ...

    async def agents(self, *, is_councilor: bool | None = None) -> list[Agent]:
        """All agents, oldest created_at first (agent_id breaks ties)."""
        ...


class Journal(Protocol):
    async def write_journal(
        self, entries: Sequence[JournalEntry], *, events: Sequence[EventDraft] = ()
    ) -> None:
        """Store entries that stand for themselves, with their events; `seq` is given here."""
        ...

    async def journal(
        self, agent_id: AgentId | None = None, *, limit: int, before_seq: int | None = None
    ) -> list[JournalEntry]:
        """The newest entries, newest first; of one agent when it is given, else of all.

        `former` is left out (None).
        """
        ...

    async def signs(self, *, since: datetime) -> list[Sign]:
        """What the journal tells of servers being there from `since` on, in the order of seq.

        The newest start or stop before it comes first, if there is one. Of very many the newest
        2,000.
        """
        ...

    async def unsettled(self, agent_id: AgentId | None = None) -> list[JournalEntry]:
        """Entries whose `former` still owes slots, in the order of seq, whole."""
        ...

    async def settle(self, seqs: Collection[int]) -> None:
        """What these entries' `former` owed is accounted for; it may be forgotten."""
        ...

    async def prune_journal(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` settled entries older than `before`; how many went."""
        ...


class MaintenanceStore(Protocol):
    async def add_maintenance(
        self, window: Maintenance, *, events: Sequence[EventDraft], journal: Sequence[JournalEntry]
    ) -> None:
        """Store a new window, with its events and journal entries. Raises AlreadyExists."""
        ...

    async def end_maintenance(
        self,
        window_id: str,
        *,
        now: datetime,
        events: Sequence[EventDraft],
        journal: Sequence[JournalEntry],
    ) -> Maintenance:
        """End a window at `now`, or at its start when that is still to come; the window as it is.

        Raises NotFound, Conflict when it has ended already.
        """
        ...

    async def maintenance(self, *, until_after: datetime | None = None) -> list[Maintenance]:
        """Windows, oldest starts_at first: those open or ending after `until_after`, or all."""
        ...


class AccessStore(Protocol):
    async def add_token(self, token: AccessToken) -> None:
        """Store a new token. Raises AlreadyExists (id, or name among those that hold)."""
        ...

    async def tokens(self) -> list[AccessToken]:
        """All tokens, revoked ones too, oldest first."""
        ...

    async def token_of(self, digest: str) -> AccessToken | None:
        """The token with this digest, whether or not it still holds."""
        ...

    async def revoke_token(self, token_id: str, *, now: datetime) -> AccessToken:
        """Revoke it; again is no error. Raises NotFound."""
        ...

    async def token_used(self, token_id: str, *, now: datetime) -> None:
        """Remember when it was used last; callers do not say so at every request."""
        ...

    async def open_session(self, session: Session, *, most: int, most_of_token: int) -> None:
        """Store a session, and forget those that have ended by its `created_at`.

        Of its token at most `most_of_token` stay, and `most` of all; the oldest go.
        """
        ...

    async def session_of(self, digest: str) -> Session | None:
        """The session with this digest, ended or not."""
        ...

    async def close_session(self, digest: str) -> None:
        """Forget it; an unknown one is no error."""
        ...


class AuditLog(Protocol):
    async def write_audit(self, entries: Sequence[AuditEntry]) -> None:
        """Store entries; `seq` is given here."""
        ...

    async def audit(
        self,
        *,
        limit: int,
        before_seq: int | None = None,
        actor: str | None = None,
        target: str | None = None,
    ) -> list[AuditEntry]:
        """The newest entries, newest first."""
        ...

    async def prune_audit(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` entries older than `before`; how many went."""
        ...


class WorkerStore(Protocol):
    """The register of workers: what each tells of itself. Nothing depends on it for its safety."""

    async def beat(self, worker: Worker) -> None:
        """Replace what is known of this worker, found by its worker_id."""
        ...

    async def leave(self, worker_id: WorkerId, *, now: datetime) -> None:
        """It runs nothing any more (`left_at`). Unknown, or twice: no error."""
        ...

    async def workers(self, *, since: datetime) -> list[Worker]:
        """Those whose `beat_at` is not before `since`, by host, then worker_id; those that left
        too.
        """
        ...

    async def prune_workers(self, *, before: datetime, limit: int) -> int:
        """Forget up to `limit` workers whose `beat_at` is before `before`; how many went."""
        ...


# A longer piece of a log is appended as several.
LOG_PIECE_BYTES: Final = 256 * 1024


class LogStore(Protocol):
    """What runs print, for readers on other machines; kept for as long as their Task."""

    async def append_log(self, held: Held, *, offset: int, piece: bytes) -> None:
        """Keep what the log of an owned Task holds from byte `offset` on.

        `piece` is not empty, has LOG_PIECE_BYTES at most, and follows on the one before it, also on
        that of an earlier attempt. Again with the same offset it changes nothing.
        Raises LeaseLost when the claim does not stand.
        """
        ...

    async def read_log(self, task_id: TaskId, *, offset: int, limit: int) -> bytes:
        """Some of the log from byte `offset` on, `limit` bytes at most; empty at its end."""
        ...

    async def log_size(self, task_id: TaskId) -> int:
        """How many bytes of its log are kept; 0 without any."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that was given to a request with an Idempotency-Key. `body` is its text.

    `status` None: the first request is still being answered.
    """

    request: str
    status: int | None = None
    body: str = ""
    created_at: datetime


class AnswerStore(Protocol):
    """Answers by key: a request that is sent twice is carried out once."""

    async def first_answer(self, key: str, *, request: str, now: datetime) -> Answer | None:
        """Claim a key for a request (a digest of method, path and body).

        None: the caller is the first, and has to answer. Otherwise what is known of the first one,
        whose `request` may be another.
        """
        ...

    async def keep_answer(self, key: str, *, status: int, body: str) -> None:
        """What the first request was answered."""
        ...

    async def forget_answer(self, key: str) -> None:
        """The first request failed in a way that may be tried again."""
        ...

    async def prune_answers(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` answers older than `before`; how many went."""
        ...


class EventLog(Protocol):
    def listen(self, callback: Callable[[], None]) -> None:
        """Call back, in the event loop, after each commit of this process that stored events."""
        ...

    async def events_after(self, seq: int, *, limit: int) -> list[Event]:
        """Stored events with a higher seq, in order."""
        ...

    async def event_span(self) -> tuple[int, int]:
        """The oldest and the newest stored seq.

        `newest` never goes back, even when events are pruned; (newest + 1, newest) when none is
        stored, newest = 0 in a new store.
        """
        ...

    async def prune_events(self, *, keep: int, limit: int) -> int:
        """Delete the oldest events beyond the newest `keep`, at most `limit`; how many went."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMark:
    """What a store says of itself into which another one is, or was, copied.

    `source` is the identity of the other one, `source_seq` its newest event when the copy began: as
    long as that stands, nothing has happened there since. `finished_at` None: it is half a copy.
    """

    source: str
    source_seq: int
    begun_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPiece:
    """What the log of a Task holds from byte `offset` on, LOG_PIECE_BYTES of it at most."""

    task_id: TaskId
    offset: int
    data: bytes


class CopyStore(Protocol):
    """What a whole store is carried into another one with (services.store_copy).

    For a store that nobody works with. Each call may be made again: it adds what is missing.
    """

    async def copy_mark(self) -> CopyMark | None:
        """What was said last; None in a store that is no copy."""
        ...

    async def mark_copy(self, mark: CopyMark) -> None:
        """Say it, instead of what was said before."""
        ...

    async def carry_tasks(
        self, tasks: Sequence[Task], *, past: Mapping[TaskId, Sequence[PastAttempt]]
    ) -> frozenset[TaskId]:
        """Store Tasks of another store as they are there, in one write; those that were not here.

        `past`: what their attempts were that another one followed. Other than with `import_tasks`
        their agents came along, with the same schedules: so rows of lost slots are taken too, and
        all cover the slots that they covered there, which are neither run nor told as lost again.
        A pending one waits here as it did there. They count in all figures, and make no event.
        One whose task_id or a key is taken is left out. Raises ValueError, with nothing stored, for
        one that is processing.
        """
        ...

    async def carry_logs(self, pieces: Sequence[LogPiece]) -> None:
        """Keep these pieces of logs, whoever owns their Tasks, which may come afterwards."""
        ...

    async def pruned_kinds(self) -> list[PrunedKind]:
        """The lifetime figures of pruned tasks, by agent and kind; in no order."""
        ...

    async def pruned_days(self, *, after: int | None, limit: int) -> list[PrunedDay]:
        """The figures of pruned tasks over time: the first `limit` days with any after day `after`.

        Ascending. None: from the first one on.
        """
        ...

    async def carry_pruned(self, kinds: Sequence[PrunedKind], days: Sequence[PrunedDay]) -> None:
        """Let pruned tasks have counted this; instead of what those of these agents, and of these
        days, did before. `kinds` holds all of an agent's.
        """
        ...


class Store(
    TaskStore,
    AgentStore,
    Journal,
    MaintenanceStore,
    AccessStore,
    AuditLog,
    AnswerStore,
    WorkerStore,
    LogStore,
    CopyStore,
    EventLog,
    Protocol,
):
    """Everything that one backend offers.

    `identity` is made once with the store, so that event ids of another store are told apart.
    `is_shared`: processes of several machines may use it at one time.
    """

    @property
    def identity(self) -> str: ...

    @property
    def is_shared(self) -> bool: ...

    async def check(self) -> None:
        """Prove that the store can be written now. Raises StoreUnavailable."""
        ...

    async def close(self) -> None:
        """Let go of all connections. Calling twice is no error."""
        ...
