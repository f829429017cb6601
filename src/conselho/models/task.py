"""A Task: one execution, from its slot to its verdict, and the table of its states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from conselho.errors import IllegalTransition
from conselho.models.ids import AgentId, TaskId, WorkerId
from conselho.models.verdict import Severity, Verdict


class Status(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    ERROR = "error"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    MISSED = "missed"


# Drawn in docs/task-lifecycle.md. What is not here cannot happen: final states lead nowhere.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.PROCESSING, Status.CANCELLED, Status.ERROR}),
    Status.PROCESSING: frozenset(
        {Status.COMPLETED, Status.ERROR, Status.CANCELLED, Status.PENDING}
    ),
    Status.COMPLETED: frozenset(),
    Status.ERROR: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.SKIPPED: frozenset(),
    Status.MISSED: frozenset(),
}
ACTIVE = frozenset({Status.PENDING, Status.PROCESSING})
FINAL = frozenset(status for status, onward in TRANSITIONS.items() if not onward)
LOST_SLOT = frozenset({Status.SKIPPED, Status.MISSED})


class Trigger(StrEnum):
    """Why a Task exists.

    api: a client had the agent do something else than its councilor's task. It is no run of the
    council (`is_councilor_execution` is False), so a councilor's statistics do not count it; all
    other triggers are.
    """

    SCHEDULE = "schedule"
    MANUAL = "manual"
    CATCH_UP = "catch_up"
    BACKFILL = "backfill"
    API = "api"


class ErrorKind(StrEnum):
    """What went wrong in a run, for code; the Task's `error` says it for people."""

    TIMEOUT = "timeout"
    SILENT = "silent"
    EXIT = "exit"
    SPAWN = "spawn"
    PREFLIGHT = "preflight"
    PROVIDER = "provider"
    CONTRACT = "contract"
    WORKER_LOST = "worker_lost"
    SHUTDOWN = "shutdown"
    CANCELLED = "cancelled"
    BUDGET = "budget"
    NO_WORKER = "no_worker"


class ErrorCause(StrEnum):
    """What a provider said went wrong: finer than ErrorKind, and what decides on another try.

    unfinished: it ended without its final event. loop: it repeated itself until it was stopped.
    budget: it stopped by itself at what one run may cost.
    """

    RATE_LIMIT = "rate_limit"
    OVERLOADED = "overloaded"
    AUTHENTICATION = "authentication"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    PERMISSION_DENIED = "permission_denied"
    BAD_REQUEST = "bad_request"
    SERVER = "server"
    NETWORK = "network"
    LOOP = "loop"
    BUDGET = "budget"
    UNFINISHED = "unfinished"
    OTHER = "other"


class SkipReason(StrEnum):
    """Why a slot did not run.

    Skipped, somebody was there and decided so: overlap, the councilor was still at work; budget,
    the money of the councilor or of the whole council is spent; quiet_hours, outside its active
    hours; excluded_date, a holiday; maintenance, in a maintenance window.

    Missed: server_down, no server was there at its time; late, a server was there, but blocked or
    suspended, or its clock was set forward; too_old, one of these, and older than may be caught up;
    changed, its schedule was edited, paused or taken away before it could start.
    """

    OVERLAP = "overlap"
    BUDGET = "budget"
    QUIET_HOURS = "quiet_hours"
    EXCLUDED_DATE = "excluded_date"
    MAINTENANCE = "maintenance"
    SERVER_DOWN = "server_down"
    LATE = "late"
    TOO_OLD = "too_old"
    CHANGED = "changed"


# Somebody was there and decided not to run; the other reasons are misses.
SKIPPED_FOR = frozenset(
    {
        SkipReason.OVERLAP,
        SkipReason.BUDGET,
        SkipReason.QUIET_HOURS,
        SkipReason.EXCLUDED_DATE,
        SkipReason.MAINTENANCE,
    }
)


# The triggers of the council's own runs.
COUNCIL_TRIGGERS = frozenset(Trigger) - {Trigger.API}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the councilor was when the Task was made: a later edit does not change a run.

    Also what events and lists show without a second look-up. `argv` is for provider `command`.
    `instance_id` is what a client called its execution; None for runs of the council.
    """

    display_name: str
    title: str
    task_name: str
    emoji: str
    provider: str
    argv: tuple[str, ...] = ()
    shell: bool = False
    model: str | None = None
    cwd: str | None = None
    prompt: str = ""
    context_files: tuple[str, ...] = ()
    output_format: str = "checklist"
    timeout_seconds: float = 600
    silence_timeout_seconds: float | None = None
    retry_backoff_seconds: float = 5
    retry_backoff_factor: float = 2
    retry_backoff_max_seconds: float = 3_600
    retry_jitter: float = 0.25
    retry_on_timeout: bool = False
    deadline_seconds: float | None = None
    permissions: str = "read-only"
    evidence: str = "required"
    instructions: str = ""
    continuity: bool = False
    max_cost_usd: float | None = None
    instance_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAttempt:
    """An attempt that failed and was followed by another one.

    `ended_at`: when it was given up, which for a lost worker is when that was noticed.
    """

    attempt: int
    started_at: datetime
    ended_at: datetime
    error_kind: str | None
    error_cause: str | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One row of `tasks`.

    Identity and origin: set at submission and never changed.
    `idempotency_key`: unique; `<agent_id>@<due time>` for a slot, random for a manual run.
    `active_key`: unique; held by the councilor's active run, its own task_id when final. One that
    waits for that run has a `waiting_key` or the `queued_key`.
    `priority`: 1 to 9, 9 goes first. `lanes`: what it shares with others and what bounds them, see
    `lanes_of` in services.submission. `queue`: only workers that serve it run this Task; None: any
    that serves tasks without one.

    Ownership: changed by claim, renew, sweep.
    `attempt` counts claims, 0 before the first. `fence` grows with each claim; every write of the
    owner carries it. `not_before`: not claimable earlier. `cancel_requested`: the owner must stop,
    and `cancel_reason` says why for people, when it was not a person who asked.

    Outcome: written once, with the final status. `duration_seconds` is of the last attempt.
    `result` is the kept output (at most 1 MiB, head and tail). `error` is a sentence for people,
    `error_cause` an ErrorCause when a provider said what went wrong. `permission_denied` is what
    the agent asked for and was denied; `notes` are what people should know about this run beside
    its verdict, such as a context file that is missing: both are `short_lines`. `sent_prompt` is
    the whole prompt as the agent got it, None when that was the task's prompt unchanged.

    `usage`: what all attempts together spent, as the providers told it; None when none did. Its
    keys are absent when unknown: `input_tokens`, `output_tokens`, `cached_tokens`,
    `reasoning_tokens`, `turns`, `tool_calls` (int), `cost_usd` (float), and of the newest attempt
    `model` and `session_id` (str). `spent_at`: the end of the newest attempt that told a usage,
    None when none did; there the usage counts.

    Lost slots (skipped, missed): consecutive slots lost for one reason are one Task, from
    `slot_from` to `slot_to`, `slot_count` of them; `due_at` is the first.
    """

    task_id: TaskId
    agent_id: AgentId
    trigger: Trigger
    due_at: datetime | None
    idempotency_key: str
    active_key: str
    snapshot: Snapshot
    status: Status = Status.PENDING
    max_attempts: int = 1
    priority: int = 5
    lanes: tuple[str, ...] = ()
    queue: str | None = None
    not_before: datetime
    created_at: datetime
    updated_at: datetime
    is_councilor_execution: bool = True

    attempt: int = 0
    worker_id: WorkerId | None = None
    lease_until: datetime | None = None
    fence: int = 0
    cancel_requested: bool = False
    cancel_reason: str | None = None

    started_at: datetime | None = None
    completed_at: datetime | None = None
    duration_seconds: float | None = None
    exit_code: int | None = None
    severity: Severity | None = None
    verdict: Verdict | None = None
    error_kind: str | None = None
    error: str | None = None
    error_cause: str | None = None
    permission_denied: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sent_prompt: str | None = None
    result: str | None = None
    usage: dict[str, Any] | None = None
    spent_at: datetime | None = None

    skip_reason: str | None = None
    slot_from: datetime | None = None
    slot_to: datetime | None = None
    slot_count: int | None = None

    @property
    def deadline_at(self) -> datetime | None:
        """After that no further try begins; None when there is no such time.

        Counted from the slot; for what was asked for or caught up, whose slot may be long ago, from
        when the Task was made.
        """
        if self.snapshot.deadline_seconds is None:
            return None
        slot = self.due_at if self.trigger is Trigger.SCHEDULE else None
        since = slot or self.created_at
        return since + timedelta(seconds=self.snapshot.deadline_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a Task ended: what the owner writes together with the final status.

    The fields are those of Task, but `usage` is what this attempt alone spent.
    """

    status: Status
    severity: Severity | None = None
    verdict: Verdict | None = None
    error_kind: str | None = None
    error: str | None = None
    result: str | None = None
    exit_code: int | None = None
    usage: dict[str, Any] | None = None
    error_cause: str | None = None
    permission_denied: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sent_prompt: str | None = None


SHORT_LINES = 20
SHORT_LINE_CHARACTERS = 300


def short_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """The first 20 of `lines`, each as one line of at most 300 characters; blank ones go."""
    kept: list[str] = []
    for line in lines:
        # Cut first: what an agent asked for may be as long as it likes.
        text = " ".join(line[: 2 * SHORT_LINE_CHARACTERS].split())
        if text:
            kept.append(_cut(text))
        if len(kept) == SHORT_LINES:
            break
    return tuple(kept)


def _cut(text: str) -> str:
    if len(text) <= SHORT_LINE_CHARACTERS:
        return text
    return text[: SHORT_LINE_CHARACTERS - 1] + "…"


def check_transition(task_id: str, status: Status, target: Status) -> None:
    """Raise IllegalTransition unless TRANSITIONS leads from `status` to `target`."""
    if target not in TRANSITIONS[status]:
        raise IllegalTransition(task_id, status, target)


def utc_text(moment: datetime) -> str:
    """ISO-8601 in UTC with `Z`, as the API sends every time."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def iso(moment: datetime | None) -> str | None:
    """`utc_text` for a time that may be unset."""
    return None if moment is None else utc_text(moment)


def slot_key(agent_id: AgentId, due_at: datetime) -> str:
    """The idempotency key of a due slot: the same on every replica."""
    return f"{agent_id}@{utc_text(due_at)}"


def queued_key(agent_id: AgentId) -> str:
    """The active key of the one run that waits behind an active one (overlap `queue`).

    `#` cannot stand in an agent_id, so it never collides with another agent's key.
    """
    return f"{agent_id}#queued"


def waiting_key(agent_id: AgentId, trigger: Trigger, slot: datetime) -> str:
    """The active key of a run that takes its turn behind the active one, with any number of others.

    For catch_up `all` and backfills.
    """
    return f"{agent_id}#{trigger}@{utc_text(slot)}"


def backfill_key(agent_id: AgentId, slot: datetime) -> str:
    """The idempotency key of a backfilled slot, whose own key a lost row may bear."""
    return f"{slot_key(agent_id, slot)}#backfill"
