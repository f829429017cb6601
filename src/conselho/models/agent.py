"""Agents, and the seat that makes one a councilor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from conselho.models.ids import AgentId
from conselho.models.schedule import Schedule


class OutputFormat(StrEnum):
    SUMMARY = "summary"
    DETAILED = "detailed"
    CHECKLIST = "checklist"


class Overlap(StrEnum):
    """What a due slot does while the councilor is still at work.

    skip: it is recorded as skipped. queue: it waits, at most one at a time. cancel_running: the run
    before it is cancelled, and it starts when that has ended; while it waits, another slot is
    recorded as skipped. allow: it runs beside.
    """

    SKIP = "skip"
    QUEUE = "queue"
    CANCEL_RUNNING = "cancel_running"
    ALLOW = "allow"


class CatchUp(StrEnum):
    """What becomes of slots that passed while nobody could run them.

    one: the newest runs, if young enough; the others are missed. all: every one that is young
    enough runs, one after the other. none: all are missed.
    """

    ONE = "one"
    ALL = "all"
    NONE = "none"


Channel = Literal["panel", "toast", "email"]
Permissions = Literal["read-only", "write", "full"]
Evidence = Literal["required", "optional"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """What to do at each run. `context_files` are paths relative to the agent's cwd."""

    name: str
    prompt: str
    context_files: tuple[str, ...] = ()
    output_format: OutputFormat = OutputFormat.CHECKLIST


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """For which severities people want to be told, and where (in the order given).

    `ping_url` is a dead-man switch outside, in the manner of Healthchecks: it is called at each
    end, with `/start` behind its path at each start, and with `/fail` when the run failed or its
    severity is error.
    """

    on_success: bool = False
    on_warning: bool = True
    on_error: bool = True
    channels: tuple[Channel, ...] = ("panel",)
    ping_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """How a councilor's runs are bounded, retried and caught up.

    `timeout_seconds` bounds one attempt; `silence_timeout_seconds` its longest silence (None: off).
    `max_attempts` counts the first try; the wait before try n+1 is
    `retry_backoff_seconds * retry_backoff_factor**(n-1)`, at most `retry_backoff_max_seconds`, give
    or take the part `retry_jitter` of it. `retry_on_timeout` makes a time-out a cause that may
    pass. No further try begins later than `deadline_seconds` after the slot, or after the Task was
    made when it was asked for or caught up (None: any time).
    `priority` is from 1 to 9, 9 goes first: a step is worth a quarter of an hour of waiting.
    `max_cost_usd` bounds what one run spends, the other two what all runs of a day or a month do.
    `continuity`: the agent is shown its previous verdict.
    """

    timeout_seconds: float = 600
    silence_timeout_seconds: float | None = None
    max_attempts: int = 1
    retry_backoff_seconds: float = 5
    retry_backoff_factor: float = 2
    retry_backoff_max_seconds: float = 3_600
    retry_jitter: float = 0.25
    retry_on_timeout: bool = False
    deadline_seconds: float | None = None
    priority: int = 5
    overlap: Overlap = Overlap.SKIP
    catch_up: CatchUp = CatchUp.ONE
    catch_up_max_age_seconds: float = 86_400
    max_cost_usd: float | None = None
    max_cost_usd_per_day: float | None = None
    max_cost_usd_per_month: float | None = None
    continuity: bool = False
    permissions: Permissions = "read-only"
    evidence: Evidence = "required"


_USUAL = Policies()


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilorConfig:
    """The seat: title, when, what, whom to tell, within which bounds."""

    title: str
    schedule: Schedule
    task: TaskSpec
    notifications: Notifications = field(default_factory=Notifications)
    policies: Policies = field(default_factory=Policies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customization:
    """How the councilor appears. `color` is `#rgb` or `#rrggbb`."""

    enabled: bool = True
    display_name: str | None = None
    avatar_url: str | None = None
    color: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A catalogue entry, and a councilor when `councilor_config` is set.

    `command` is the argv of provider `command`; `shell` runs its single element through /bin/sh,
    only because somebody asked for it. `cwd` is absolute, or None for the server's own.
    `queue`: only workers that serve it run this agent, so that it runs where its cwd is; None: any.

    Two moments rule the slots. `anchor_at` is where an interval counts from: set at promotion and
    when the schedule's value changes, so that a restart never restarts the countdown.
    `slots_from` is when the present schedule took effect (promotion, edit of any part of it,
    resume): slots up to it are nobody's debt.

    `paused_in_bulk`: it was paused together with others, and comes back when those do.

    `source` names the council file that owns the agent, `source_digest` the content last applied.
    `version` counts the writes and guards against lost updates.
    """

    agent_id: AgentId
    name: str
    emoji: str = "🤖"
    description: str | None = None
    instructions: str | None = None
    provider: str = "command"
    model: str | None = None
    command: tuple[str, ...] = ()
    shell: bool = False
    cwd: str | None = None
    tags: tuple[str, ...] = ()
    queue: str | None = None
    councilor_config: CouncilorConfig | None = None
    customization: Customization | None = None
    anchor_at: datetime | None = None
    slots_from: datetime | None = None
    paused_in_bulk: bool = False
    source: str | None = None
    source_digest: str | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def is_councilor(self) -> bool:
        return self.councilor_config is not None

    @property
    def seat(self) -> CouncilorConfig:
        """The seat of an agent that is known to have one. Raises ValueError otherwise."""
        if self.councilor_config is None:
            raise ValueError(f"{self.agent_id} is not a councilor: the caller must have checked")
        return self.councilor_config

    @property
    def policies(self) -> Policies:
        """What bounds its runs: its seat's policies, or the usual ones without a seat."""
        return self.councilor_config.policies if self.councilor_config else _USUAL

    @property
    def display_name(self) -> str:
        """The name that people see."""
        given = self.customization.display_name if self.customization else None
        return given or self.name or self.agent_id

    @property
    def timetable(self) -> tuple[object, ...]:
        """All that decides on the slots of this agent: equal ones have the same slots."""
        config = self.councilor_config
        return (config and config.schedule, self.anchor_at, self.slots_from)

    @property
    def is_due_sometimes(self) -> bool:
        """Whether slots of this agent exist at present: seated and not paused."""
        return self.councilor_config is not None and self.councilor_config.schedule.enabled
