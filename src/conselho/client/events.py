"""The events of the stream, a class a kind; `data` is the stream's own JSON.

The shapes are those of the API's description (/openapi.json, schema `Event`). They are not checked
again here. An event that an older release stored may lack what was added since, and one that a
newer server sends may be of no kind known here: it is a bare StreamEvent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

from conselho.client.calls import JsonObject

SeverityName = Literal["success", "info", "warning", "error"]


class _Stored(TypedDict):
    event_id: str
    seq: int
    ts: float  # when it was stored, in seconds of the epoch


class _Run(_Stored):
    execution_id: str
    councilor_id: str
    task_name: str
    display_name: str
    emoji: str
    instance_id: str
    is_councilor_execution: bool


class StartedData(_Run):
    started_at: str | None
    attempt: int


class _Ended(_Run):
    severity: SeverityName | None  # None while it has not ended
    started_at: str | None
    completed_at: str | None
    duration_ms: int | None


class CompletedData(_Ended):
    status: str
    summary: str | None


class ErrorData(_Ended):
    status: str
    error: str | None
    error_kind: str | None


class ExecutionData(_Ended):
    status: Literal["pending", "running", "completed", "error", "cancelled"]
    summary: str | None
    execution: JsonObject  # as `task` gives it; of its result the first 4,096 characters


class SkippedData(_Run):
    status: Literal["skipped", "missed"]
    reason: str | None
    slot_from: str | None
    slot_to: str | None
    slot_count: int | None
    execution: JsonObject


class UpdatedData(_Stored):
    councilor_id: str
    change: Literal["promoted", "edited", "paused", "resumed", "demoted", "deleted"]
    display_name: str
    agent: JsonObject | None  # None when it is gone


class JournalData(_Stored):
    entry: JsonObject
    window: NotRequired[JsonObject | None]


class HeartbeatData(TypedDict):
    timestamp: float
    ts: float
    event_id: str
    late: Literal["bus", "store"] | None


class ResetData(TypedDict):
    reason: str
    ts: float
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent:
    """One event. `type` is its name in the stream; `event_id` is what `last_event_id` takes, to go
    on after it.
    """

    type: str
    event_id: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedEvent(StreamEvent):
    """`councilor_started`: a try began."""

    data: StartedData


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedEvent(StreamEvent):
    """`councilor_completed`: a run ended by itself."""

    data: CompletedData


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEvent(StreamEvent):
    """`councilor_error`: a run failed."""

    data: ErrorData


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionEvent(StreamEvent):
    """`councilor_execution`: any change of an execution, its start and its end too."""

    data: ExecutionData


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedEvent(StreamEvent):
    """`councilor_skipped`: slots did not run; again when there are more of them."""

    data: SkippedData


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatedEvent(StreamEvent):
    """`councilor_updated`: a seat was given, changed or taken."""

    data: UpdatedData


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEvent(StreamEvent):
    """`council_journal`: something was written to the journal."""

    data: JournalData


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat(StreamEvent):
    """`heartbeat`: every 15 s. It is no fact, but one can go on from it: whatever a filter let
    through before it has come.
    """

    data: HeartbeatData


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(StreamEvent):
    """`reset`: what happened between the event asked for and this one is not told any more. Read
    the snapshots again; the stream goes on from here.
    """

    data: ResetData


KINDS: Mapping[str, type[StreamEvent]] = {
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
