"""Agents, and the seats that make councilors of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from conselho.api.schemas.base import Done, Moment, Shape, Warned, about
from conselho.api.schemas.maintenance import Window
from conselho.api.schemas.schedules import Schedule, Sentences
from conselho.api.schemas.tasks import TaskRow
from conselho.models.agent import (
    CatchUp,
    Channel,
    Evidence,
    OutputFormat,
    Overlap,
    Permissions,
)
from conselho.models.task import SkipReason, Status
from conselho.models.verdict import Severity


class CatalogueEntry(Shape):
    """An agent in the bare list that agent selectors read."""

    id: str = about("The same as `agent_id`.", "ana")
    agent_id: str = about("The id.", "ana")
    name: str = about("Its name.", "Ana")
    emoji: str = about("Its emoji.", "🦉")
    description: str | None = about("What it is for.", "Watches over the tests.")
    prompt: str | None = about("Its instructions, under their old name.", None)
    model: str | None = about("Which model it asks for.", None)
    provider: str = about("Which provider runs it.", "claude")
    tags: list[str] = about("Words that select councilors.", ["nightly"])
    is_councilor: bool = about("Whether it has a seat.", True)


class TaskSpec(Shape):
    """What a councilor does at each run."""

    name: str = about("Its name.", "Monolithic files")
    prompt: str = about("The prompt.", "Read the project and report.")
    context_files: list[str] = about("Paths relative to the agent's cwd.", ["README.md"])
    output_format: OutputFormat = about("How it is to answer.", "checklist")


class Notifications(Shape):
    """For which severities people want to be told, and where."""

    on_success: bool = about("Tell of successes.", False)
    on_warning: bool = about("Tell of warnings.", True)
    on_error: bool = about("Tell of errors.", True)
    channels: list[Channel] = about("Where, in this order.", ["panel"])
    ping_url: str | None = about("A dead-man switch that is called at each start and end.", None)


class Policies(Shape):
    """How a councilor's runs are bounded, retried and caught up."""

    timeout_seconds: float = about("The longest a try may take, in seconds.", 600)
    silence_timeout_seconds: float | None = about("Its longest silence, in seconds.", None)
    max_attempts: int = about("How many tries there are.", 1)
    retry_backoff_seconds: float = about("The wait before the second try, in seconds.", 5)
    retry_backoff_factor: float = about("By how much each further wait is longer.", 2)
    retry_backoff_max_seconds: float = about("The longest wait, in seconds.", 3600)
    retry_jitter: float = about("A wait is longer or shorter by up to this part of it.", 0.25)
    retry_on_timeout: bool = about("Whether a time-out is tried again.", False)
    deadline_seconds: float | None = about("No further try begins later than this.", None)
    priority: int = about("1 to 9; 9 goes first.", 5)
    overlap: Overlap = about("What a slot does while the councilor is at work.", "skip")
    catch_up: CatchUp = about("What becomes of slots that were missed.", "one")
    catch_up_max_age_seconds: float = about("Older slots are not caught up, in seconds.", 86400)
    max_cost_usd: float | None = about("The most one run may cost, in US dollars.", None)
    max_cost_usd_per_day: float | None = about("The most a day may cost, in US dollars.", None)
    max_cost_usd_per_month: float | None = about("The most a month may cost, in US dollars.", None)
    continuity: bool = about("Whether the agent is shown its previous verdict.", False)
    permissions: Permissions = about("What the agent may do.", "read-only")
    evidence: Evidence = about("Whether a run without any tool may be a success.", "required")


class CouncilorConfig(Shape):
    """A seat: title, when, what, whom to tell, within which bounds."""

    title: str = about("The title of the seat.", "Guardian of quality")
    schedule: Schedule = about("When.")
    task: TaskSpec = about("What.")
    notifications: Notifications = about("Whom to tell.")
    policies: Policies = about("Within which bounds.")


class Customization(Shape):
    """How a councilor appears."""

    enabled: bool = about("Whether it appears so.", True)
    display_name: str | None = about("Its name for people.", "Ana, the watchful")
    avatar_url: str | None = about("A picture.", None)
    color: str | None = about("`#rgb` or `#rrggbb`.", "#7c3aed")


class Stats(Shape):
    """The figures of a councilor's whole life."""

    total_executions: int = about("How many runs ended by themselves.", 12)
    last_execution: Moment | None = about("When its newest run was made.")
    success_rate: float = about("Percent of them whose severity is success, 0 to 100.", 91.7)
    average_duration_ms: int | None = about("How long they took, in milliseconds.", 12500)
    skipped: int = about("How many slots were skipped.", 0)
    missed: int = about("How many slots were missed.", 0)


class Mark(Shape):
    """A run, or lost slots, as a mark in a row of marks."""

    task_id: str = about("The id.", "0199f3c2a7b04d0e8c51")
    status: Status = about("How it ended.", "completed")
    severity: Severity | None = about("What came out.", "success")
    due_at: Moment | None = about("Its slot; null for a run that was asked for.")
    completed_at: Moment | None = about("When it ended.")
    duration_ms: int | None = about("How long it took, in milliseconds.", 12500)
    summary: str | None = about("How it ended, in one sentence.", "All is well.")
    reason: str | None = about("Why it is this severity, when that is not plain.", None)
    error_kind: str | None = about("What went wrong, for code; see `TaskRow`.", None)
    error_cause: str | None = about("What the provider said went wrong, for code.", None)
    skip_reason: SkipReason | None = about("Why slots did not run.", None)
    slot_from: Moment | None = about("The first slot that did not run.")
    slot_to: Moment | None = about("The last slot that did not run.")
    slot_count: int | None = about("How many slots did not run.", None)


class BareAgent(Shape):
    """An agent as the event of its change tells it: without figures, runs and the next slot."""

    id: str = about("The same as `agent_id`.", "ana", alias="_id")
    agent_id: str = about("The id.", "ana")
    name: str = about("Its name.", "Ana")
    title: str | None = about("The title of its seat.", "Guardian of quality")
    emoji: str = about("Its emoji.", "🦉")
    description: str | None = about("What it is for.", "Watches over the tests.")
    instructions: str | None = about("What it is told before every task.", None)
    prompt: str | None = about("The same, under its old name.", None)
    provider: str = about("Which provider runs it.", "claude")
    model: str | None = about("Which model it asks for.", None)
    command: list[str] = about("The program and its arguments, for provider `command`.", ["make"])
    shell: bool = about("Whether a shell runs the command.", False)
    cwd: str | None = about("Where it works; null for the server's own folder.", None)
    tags: list[str] = about("Words that select councilors.", ["nightly"])
    queue: str | None = about("Only workers of this queue run it; null: any worker.", None)
    is_councilor: bool = about("Whether it has a seat.", True)
    councilor_config: CouncilorConfig | None = about("Its seat.")
    customization: Customization | None = about("How it appears; kept when it leaves the council.")
    anchor_at: Moment | None = about("Where its interval counts from.")
    slots_from: Moment | None = about("When its present schedule took effect.")
    paused_in_bulk: bool = about("It was paused with others, and comes back with them.", False)
    source: str | None = about("The council file that owns it.", "ana.md")
    source_digest: str | None = about("What of that file was applied last.", None)
    created_at: Moment = about("When it was made.")
    updated_at: Moment = about("When it was changed last.")
    version: int = about("Grows with each change.", 3)
    schedule_sentence: Sentences | None = about("Its schedule in words.")


class Agent(BareAgent):
    """An agent, and the councilor that it is when it has a seat."""

    stats: Stats = about("The figures of its whole life.")
    next_execution: Moment | None = about("The next slot; null without one, and while paused.")
    current: TaskRow | None = about("Its run that is active; the result is left out.")
    recent: list[Mark] = about("Its newest 30 runs and lost slots, the oldest first.")


class ListedAgent(Agent):
    """An agent in the council's list."""

    maintenance: Window | None = about("The maintenance window that holds for it now.")


class Agents(Shape):
    """Agents, with or without a seat as asked for."""

    agents: list[Agent] = about("The oldest first.")
    count: int = about("How many there are.", 1)


class Council(Shape):
    """Everything that a page of the council begins with."""

    agents: list[ListedAgent] = about("The oldest first.")
    count: int = about("How many there are.", 1)
    last_event_id: str = about("The event stream goes on from here without a gap.", "a1b2:42")
    now: Moment = about("The time of the server.")


AgentList = Annotated[
    list[CatalogueEntry] | Agents,
    Field(description="The bare list; with `is_councilor` in the query an object."),
]


class CreatedAgent(Agent):
    """The new agent, bare and again under `agent`."""

    success: bool = about("Always true.", True)
    message: str = about("A sentence for people.", "The agent ana was created.")
    agent: Agent = about("The same.")


class ChangedAgent(Done):
    """The agent as it is now."""

    agent: Agent = about("The agent.")


class EditedAgent(ChangedAgent):
    """The councilor as it is now, and what its author should know."""

    warnings: list[Warned] = about("What the author of its schedule should know.")


class PromotedAgent(EditedAgent):
    """The new councilor."""

    execution: None = about("Always null: a seat begins with no run.", None)


class ChangedSchedule(Done):
    """The schedule after a pause or a resume."""

    schedule: Schedule | None = about("The schedule.")
