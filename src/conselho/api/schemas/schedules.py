"""When councilors are due."""

from __future__ import annotations

from typing import Literal

from conselho.api.schemas.base import Moment, Shape, Warned, about
from conselho.models.schedule import Fold, Gap, ScheduleType


class Schedule(Shape):
    """When a councilor is due, as it is stored."""

    type: ScheduleType = about("What `value` is.", "interval")
    value: str = about("An interval, a cron line of five fields, or a moment.", "30m", "0 9 * * 1")
    enabled: bool = about("False while it is paused.", True)
    timezone: str = about("The IANA zone that its times are in.", "America/Sao_Paulo")
    gap: Gap = about("What becomes of a time that the clock leaps over.", "run_after")
    fold: Fold = about("What becomes of a time that the clock shows twice.", "once")
    jitter_seconds: int = about("Slots are up to so many seconds later, always the same.", 0)
    starts_at: Moment | None = about("No slot is before this.", None)
    ends_at: Moment | None = about("No slot is after this.", None)
    active_hours: list[str] = about("Only slots in these hours run.", ["mon-fri 08:00-18:00"])
    excluded_dates: list[str] = about("Days without a run.", ["2026-12-25"])
    excluded_calendars: list[str] = about("Names of calendars of days without a run.", ["br"])


class Sentences(Shape):
    """A schedule in words, by language."""

    pt_br: str = about("In Portuguese.", "a cada 30 minutos", alias="pt-BR")
    en: str = about("In English.", "every 30 minutes")


class Slot(Shape):
    """One slot that will run."""

    at: Moment = about("When it is due.")
    local: str = about(
        "The same with the offset of the schedule's zone.", "2026-11-30T19:00:00-03:00"
    )
    note: Literal["gap", "fold_first", "fold_second"] | None = about(
        "`gap`: the clock leaps over the time that was meant. `fold_first`, `fold_second`: the"
        " clock shows it twice that day.",
        None,
    )


class Preview(Shape):
    """What a schedule means: in a sentence and in slots."""

    success: bool = about("Always true.", True)
    schedule: Schedule = about("The schedule as it would be stored.")
    sentence: Sentences = about("The schedule in words.")
    timezone: str = about("The IANA zone of the schedule.", "UTC")
    slots: list[Slot] = about("The next slots that run, ascending.")
    left_out: dict[str, int] = about(
        "How many slots between them do not run, by reason.", {"quiet_hours": 4}
    )
    more: bool = about("Whether slots come after these.", True)
    warnings: list[Warned] = about("What its author should know.")


class NextSlots(Preview):
    """The next slots of a councilor; of a paused one those that it would have."""

    agent_id: str = about("The councilor.", "ana")
    enabled: bool = about("False while it is paused.", True)
    paused_since: Moment | None = about("When it was paused; null when it is not, or unknown.")


class Job(Shape):
    """What the scheduler has before it for one councilor."""

    id: str = about("The agent_id of the councilor.", "ana")
    name: str = about("For people.", "Councilor: Ana")
    next_run_time: Moment | None = about("The next slot; null while it is paused.")
    trigger: str = about("The schedule in the notation of APScheduler.", "interval[0:30:00]")


class Jobs(Shape):
    """One job a councilor."""

    jobs: list[Job] = about("In no order.")
    count: int = about("How many there are.", 1)
