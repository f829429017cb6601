"""What happened to schedules, to the clock and to the server: the record beside the runs.

A change of a schedule is told with the agent as it was before: what that one owed up to the change
can then be accounted for at any later time, also after a crash in between, and also when the agent
is gone (docs/adr/0011-ledger.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conselho.models.agent import Agent
from conselho.models.ids import AgentId


class JournalKind(StrEnum):
    """What an entry tells of: a councilor, a maintenance window, the server, the clock.

    backfill: somebody asked for slots of the past. coalesced: a client asked for a councilor's task
    that had run already, and got that run's result; told once a run. server_joined, server_left:
    one of several, while the others went on. clock_back, clock_forward: the time of day was set.
    suspended: the machine slept. blocked: the server was there, but its event loop did not turn.
    """

    PROMOTED = "promoted"
    EDITED = "edited"
    PAUSED = "paused"
    RESUMED = "resumed"
    DEMOTED = "demoted"
    DELETED = "deleted"
    BACKFILL = "backfill"
    COALESCED = "coalesced"
    MAINTENANCE_SET = "maintenance_set"
    MAINTENANCE_ENDED = "maintenance_ended"
    SERVER_STARTED = "server_started"
    SERVER_STOPPED = "server_stopped"
    SERVER_JOINED = "server_joined"
    SERVER_LEFT = "server_left"
    CLOCK_BACK = "clock_back"
    CLOCK_FORWARD = "clock_forward"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One fact, never changed. `agent_id` is None for what concerns the whole council.

    `detail` is a sentence for people. `former` is the agent before a change of its timetable; the
    entry is unsettled (`settled` False) until the slots that it owed up to `at` are accounted for.
    `seconds` is how long the machine slept or the server was blocked, up to `at`, or how far the
    clock was set. `seq` is given by the store and grows.
    """

    at: datetime
    kind: JournalKind
    agent_id: AgentId | None = None
    display_name: str | None = None
    detail: str = ""
    former: Agent | None = None
    settled: bool = True
    seconds: float | None = None
    seq: int = 0
