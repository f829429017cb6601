"""What the event stream says: the JSON of `data`, by the name that stands under `event`.

An event that an older release stored may lack what was added since; it is sent as it was stored.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from conselho.api.schemas.agents import BareAgent
from conselho.api.schemas.base import Moment, Shape, about
from conselho.api.schemas.journal import JournalEntry
from conselho.api.schemas.maintenance import Window
from conselho.api.schemas.tasks import TASK_ID, TaskRow
from conselho.models.task import SkipReason, Status
from conselho.models.verdict import Severity

EVENT_ID = "a1b2-42"


class StoredEvent(Shape):
    """A fact: it comes once, and again to whoever resumes from before it."""

    event_id: str = about("Opaque; `last_event_id` takes it.", EVENT_ID)
    seq: int = about("Grows from event to event.", 42)
    ts: float = about("When it was stored, in seconds of the epoch.", 1764540000.25)


class RunEvent(StoredEvent):
    """What happened to an execution."""

    execution_id: str = about("The execution; the same as its `task_id`.", TASK_ID)
    councilor_id: str = about("The councilor's agent_id.", "ana")
    task_name: str = about("The task's name, as it was then.", "Monolithic files")
    display_name: str = about("The councilor's name, as it was then.", "Ana")
    emoji: str = about("The agent's emoji, as it was then.", "🦉")
    instance_id: str = about("The instance that older clients follow.", "councilor_ana")
    is_councilor_execution: bool = about("False for what a client had an agent do beside.", True)


class StartedEvent(RunEvent):
    """`councilor_started`: a try began."""

    started_at: Moment | None = about("When.")
    attempt: int = about("Which try, from 1.", 1)


class _Ended(RunEvent):
    severity: Severity | None = about("What came out; null while it has not ended.", "success")
    started_at: Moment | None = about("When its last try began.")
    completed_at: Moment | None = about("When it ended.")
    duration_ms: int | None = about("How long its last try took, in milliseconds.", 12500)


class CompletedEvent(_Ended):
    """`councilor_completed`: it ended by itself."""

    status: Status = about("Always completed.", "completed")
    summary: str | None = about("How it ended, in one sentence.", "All is well.")


class ErrorEvent(_Ended):
    """`councilor_error`: it failed."""

    status: Status = about("How it ended.", "error")
    error: str | None = about("What went wrong, in a sentence.", "It took longer than 600 s.")
    error_kind: str | None = about("What went wrong, for code; see `TaskRow`.", "timeout")


class ExecutionEvent(_Ended):
    """`councilor_execution`: every change of an execution, as a whole."""

    status: Literal["pending", "running", "completed", "error", "cancelled"] = about(
        "Where it stands, in the words of executions.", "completed"
    )
    summary: str | None = about("How it ended, in one sentence.", "All is well.")
    execution: TaskRow = about("The execution; of its result the first 4,096 characters.")


class SkippedEvent(RunEvent):
    """`councilor_skipped`: slots did not run; again when there are more of them."""

    status: Literal["skipped", "missed"] = about("Which of the two.", "skipped")
    reason: SkipReason | None = about("Why.", "overlap")
    slot_from: Moment | None = about("The first slot.")
    slot_to: Moment | None = about("The last slot.")
    slot_count: int | None = about("How many slots.", 1)
    execution: TaskRow = about("The row of these slots.")


class UpdatedEvent(StoredEvent):
    """`councilor_updated`: a seat was given, changed or taken."""

    councilor_id: str = about("The councilor's agent_id.", "ana")
    change: Literal["promoted", "edited", "paused", "resumed", "demoted", "deleted"] = about(
        "What was done.", "edited"
    )
    display_name: str = about("Its name for people.", "Ana")
    agent: BareAgent | None = about("The agent as it is now; null when it is gone.")


class JournalEvent(StoredEvent):
    """`council_journal`: something was written to the journal."""

    entry: JournalEntry = about("The entry; its `seq` is 0 where it is not known yet.")
    window: Window | None = about("The maintenance window that it is about.", default=None)


class Heartbeat(Shape):
    """`heartbeat`: every 15 seconds. It is no fact; its id is the newest event's."""

    timestamp: float = about("The time of the server, in seconds of the epoch.", 1764540000.25)
    ts: float = about("The same.", 1764540000.25)
    event_id: str = about("The newest event that there is.", EVENT_ID)
    late: Literal["bus", "store"] | None = about(
        "What keeps events from coming at once: `bus`: those of other servers come up to a second"
        " late; `store`: none come until it answers again. Null: nothing.",
        None,
    )


class Reset(Shape):
    """`reset`: the events after the given id are not kept. Read the snapshots again."""

    reason: str = about("Why, in words.", "this id is not of this store")
    ts: float = about("The time of the server, in seconds of the epoch.", 1764540000.25)
    event_id: str = about("The stream goes on from here.", EVENT_ID)


BY_TYPE = {
    "councilor_started": StartedEvent,
    "councilor_completed": CompletedEvent,
    "councilor_error": ErrorEvent,
    "councilor_execution": ExecutionEvent,
    "councilor_skipped": SkippedEvent,
    "councilor_updated": UpdatedEvent,
    "council_journal": JournalEvent,
    "heartbeat": Heartbeat,
    "reset": Reset,
}

Event = Annotated[
    StartedEvent
    | CompletedEvent
    | ErrorEvent
    | ExecutionEvent
    | SkippedEvent
    | UpdatedEvent
    | JournalEvent
    | Heartbeat
    | Reset,
    Field(description="The `data` of one event; `event` says which of these it is."),
]
