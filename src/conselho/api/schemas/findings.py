"""What a councilor found, over its newest runs."""

from __future__ import annotations

from conselho.api.schemas.base import Moment, Shape, about
from conselho.api.schemas.tasks import TASK_ID
from conselho.models.verdict import Severity


class KnownFinding(Shape):
    """One observation and the runs that saw it; its words are those of the last of them."""

    fingerprint: str = about("The same for the same observation in another run.", "9f2c51d0a1b2")
    title: str = about("What was found.", "app.py has 812 lines")
    severity: Severity = about("How bad it is.", "warning")
    file: str | None = about("The file, relative to the agent's cwd.", "src/app.py")
    line: int | None = about("The line, from 1.", 1)
    detail: str | None = about("More about it, cut to 300 characters.", "Split it by noun.")
    first_seen_at: Moment = about("When the first of these runs that saw it ended.")
    last_seen_at: Moment = about("When the last one ended.")
    first_task_id: str = about("That first run.", TASK_ID)
    last_task_id: str = about("That last run.", TASK_ID)
    runs: int = about("How many of these runs saw it.", 12)
    open: bool = about("Whether the newest of these runs saw it.", True)


class FindingList(Shape):
    """What the newest runs with a verdict found."""

    findings: list[KnownFinding] = about(
        "Open ones first, then the worst, then the newest; 500 at most."
    )
    left_out: int = about("How many more there are.", 0)
    runs_read: int = about("In how many runs it was looked for, 100 at most.", 42)
    newest_task_id: str | None = about("The run that says which are open.", TASK_ID)
    oldest_task_id: str | None = about(
        "The oldest run that was read, when there may be older ones: what it saw may be older"
        " still. Null when all were read.",
        TASK_ID,
    )
