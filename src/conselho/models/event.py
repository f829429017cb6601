"""Events: immutable facts that clients hear of, and which ones a Task's change makes.

The services make drafts, the store persists them in the write that they announce (so that a crash
between the two loses nothing) and numbers them; the relay publishes them in that order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from conselho.models.task import Task


class EventType(StrEnum):
    STARTED = "councilor_started"
    COMPLETED = "councilor_completed"
    ERROR = "councilor_error"
    EXECUTION = "councilor_execution"
    UPDATED = "councilor_updated"
    SKIPPED = "councilor_skipped"
    JOURNAL = "council_journal"
    HEARTBEAT = "heartbeat"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """A fact that is not stored yet. `data` is JSON-ready."""

    type: EventType
    agent_id: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A stored fact. `seq` grows by order of commit; `event_id` is opaque text for clients.

    `type` is an EventType, or a word of a newer program that wrote to the same store.
    """

    event_id: str
    seq: int
    type: str
    agent_id: str
    data: dict[str, Any]
    created_at: datetime


# Given to every store call that changes a Task: which facts the change makes.
Announce = Callable[[Task], Sequence[EventDraft]]
