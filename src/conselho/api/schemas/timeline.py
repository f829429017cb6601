"""The council over time."""

from __future__ import annotations

from typing import Literal

from conselho.api.schemas.base import Moment, Shape, about
from conselho.api.schemas.maintenance import Window
from conselho.api.schemas.tasks import TASK_ID
from conselho.models.task import SkipReason, Status, Trigger
from conselho.models.verdict import Severity


class LaneRow(Shape):
    """A run that ended, or consecutive slots that did not run. What it does not have is absent."""

    task_id: str = about("The id of the execution.", TASK_ID)
    status: Status = about("How it ended.", "completed")
    trigger: Trigger = about("Why it exists.", "schedule")
    severity: Severity | None = about("What came out.", "success", default=None)
    started_at: Moment | None = about("When its last try began.", default=None)
    completed_at: Moment | None = about("When it ended.", default=None)
    duration_ms: int | None = about("How long its last try took.", 12500, default=None)
    summary: str | None = about("A sentence, at most 200 characters.", "All is well.", default=None)
    reason: str | None = about("Why it is this severity, when that is not plain.", default=None)
    error_kind: str | None = about("What went wrong, for code.", "timeout", default=None)
    error_cause: str | None = about("What the provider said went wrong, for code.", default=None)
    skip_reason: SkipReason | None = about("Why slots did not run.", "overlap", default=None)
    slot_from: Moment | None = about("The first slot that did not run.", default=None)
    slot_to: Moment | None = about("The last slot that did not run.", default=None)
    slot_count: int | None = about("How many slots did not run.", 5, default=None)


class Bar(Shape):
    """What ended in one step. A number that is 0 is absent, and so is a step without any."""

    step: int = about("Which step, from 0: it begins at `since` + `step` * `step_seconds`.", 3)
    success: int = about("Runs that ended as success.", 118, default=0)
    info: int = about("As info.", 1, default=0)
    warning: int = about("As warning.", 2, default=0)
    error: int = about("As error.", 1, default=0)
    cancelled: int = about("Runs that were cancelled.", 1, default=0)
    skipped: int = about("Slots that were skipped.", 2, default=0)
    missed: int = about("Slots that were missed.", 4, default=0)


class CurrentRun(Shape):
    """A run that is at work or waits."""

    task_id: str = about("The id of the execution.", TASK_ID)
    status: Literal["pending", "processing"] = about("Whether it waits or works.", "processing")
    trigger: Trigger = about("Why it exists.", "schedule")
    started_at: Moment | None = about("When its try began; null while it waits for the first.")
    due_at: Moment | None = about("Its slot; null for a run that was asked for.")
    attempt: int = about("Which try it is, from 1; 0 before the first.", 1)


class Stretch(Shape):
    """A time in which slots come too often to name each of them."""

    from_: Moment = about("When it begins.", alias="from")
    until: Moment = about("When it ends.")
    every_seconds: float = about("How long it is from one slot to the next, on average.", 30)


class CouncilorLane(Shape):
    """One councilor over time."""

    agent_id: str = about("The councilor.", "ana")
    display_name: str = about("The name that people see.", "Ana")
    enabled: bool = about("False while it is paused: nothing is to come then.", True)
    rows: list[LaneRow] = about(
        "What ended up to now, oldest first: all of it, or of a lane with `bars` the newest of each"
        " kind of trouble in a step."
    )
    bars: list[Bar] | None = about("A lane with many rows: how many in each step.")
    more_troubles: int = about("How many rows of trouble `bars` count beside `rows`.", 0)
    counted_to: Moment | None = about("The end of the newest row that `bars` count.")
    current: CurrentRun | None = about("What it does now.")
    next: list[Moment] = about(
        "The slots to come, ascending; none when they are in `stretches`.",
        ["2026-11-30T22:00:00Z"],
    )
    stretches: list[Stretch] = about("When slots come, of a lane with many of them.")


class Absence(Shape):
    """A time in which no slot could run."""

    kind: Literal["away", "suspended", "blocked"] = about(
        "`away`: no server was there. `suspended`: the machine slept. `blocked`: the server stood"
        " still.",
        "away",
    )
    from_: Moment = about("When it began.", alias="from")
    until: Moment = about("When it ended.")


class Timeline(Shape):
    """The council over time, a lane a councilor."""

    since: Moment = about("When the first step begins.")
    until: Moment = about("When the last step ends.")
    step_seconds: Literal[900, 3600, 21600, 86400] = about("How long a step is.", 3600)
    timezone: str = about("The IANA zone by whose clock steps begin.", "America/Sao_Paulo")
    lanes: list[CouncilorLane] = about("The oldest seat first.")
    maintenance: list[Window] = about("Maintenance windows in this time, past ones too.")
    absences: list[Absence] = about("When no slot could run, the earliest first.")
    last_event_id: str = about("The event stream goes on from here without a gap.", "a1b2:42")
    now: Moment = about("The time of the server; what is before it has happened.")
