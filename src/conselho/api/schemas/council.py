"""Things asked of several councilors at once."""

from __future__ import annotations

from conselho.api.schemas.base import Done, Moment, Shape, about
from conselho.services.council import ChangeKind


class Refused(Shape):
    """A councilor for which it could not be done."""

    agent_id: str = about("The councilor.", "ana")
    detail: str = about("Why, in a sentence.", "The councilor 'ana' is at work already.")


class Switched(Done):
    """Which councilors were paused or resumed."""

    changed: list[str] = about("Those that were.", ["ana"])
    unchanged: list[str] = about("Those that were so already.", [])
    still_paused: list[str] = about("Those that somebody paused one by one, and that stay so.", [])
    failed: list[Refused] = about("Those for which it failed.")


class Started(Shape):
    """A run that began."""

    agent_id: str = about("The councilor.", "ana")
    execution_id: str = about("Its run.", "0199f3c2a7b04d0e8c51")


class BulkRun(Done):
    """Which councilors were called."""

    started: list[Started] = about("Those that began.")
    refused: list[Refused] = about("Those that could not.")


class BackfillPlan(Done):
    """What a backfill would start. Nothing has started yet."""

    from_: Moment = about("The beginning of the range.", alias="from")
    until: Moment = about("Its end.")
    confirm: int = about("How many runs it would be: send it as `confirm` to start them.", 3)
    per_councilor: dict[str, int] = about("The same, by agent_id.", {"ana": 3})
    duplicates: int = about("Slots that were backfilled before.", 0)
    left_out: dict[str, int] = about("Slots that the schedule leaves out, by reason.", {})


class StartedBackfill(Done):
    """The runs will start, one after the other."""

    started: int = about("How many runs.", 3)
    duplicates: int = about("Slots that were backfilled before.", 0)


class Change(Shape):
    """What became of one agent of the council files."""

    kind: ChangeKind = about("What was done.", "created")
    agent_id: str = about("The agent.", "ana")
    display_name: str = about("Its name for people.", "Ana")
    source: str = about("The file.", "ana.md")


class AppliedCouncil(Shape):
    """What applying the council files did."""

    success: bool = about("Always true.", True)
    changes: list[Change] = about("One for each agent, those that stayed as they were included.")
    warnings: list[str] = about("What their author should know, in sentences.", [])
