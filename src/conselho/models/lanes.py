"""What became of a councilor's time: its rows, or counts of them where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from conselho.models.task import LOST_SLOT, Status, Task
from conselho.models.verdict import Severity

_TROUBLES = (Severity.WARNING, Severity.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The span [since, until), cut into steps of one length; the last one may be shorter.

    A row stands in the step that it ended in, lost slots in that of the last of them.
    """

    since: datetime
    until: datetime
    length: timedelta

    def of(self, moment: datetime) -> int:
        return (moment - self.since) // self.length

    def start(self, step: int) -> datetime:
        return self.since + step * self.length

    @property
    def count(self) -> int:
        return max(0, -((self.since - self.until) // self.length))


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCount:
    """The rows of one kind in one step: how many, the newest of them, and their lost slots."""

    step: int
    status: Status
    severity: Severity | None
    rows: int
    slots: int = 0
    newest: datetime

    @property
    def is_trouble(self) -> bool:
        """Whether a person may want to know more of them than how many they are."""
        return self.status is not Status.COMPLETED or self.severity in _TROUBLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What ended within some Steps for one agent.

    `rows`, oldest first, are all of them when `counts` is None. Otherwise they are a choice of
    those that are trouble, together with each row of lost slots that began in an earlier step than
    the one that counts it.
    """

    rows: Sequence[Task] = ()
    counts: Sequence[StepCount] | None = None


def chosen(counts: Sequence[StepCount], most: int) -> list[StepCount]:
    """The newest kinds of trouble: of each, its newest row stands for all of its step."""
    troubles = [count for count in counts if count.is_trouble]
    return sorted(troubles, key=lambda count: count.newest)[-most:] if most > 0 else []


def slots_by_step(row: Task, steps: Steps) -> dict[int, int]:
    """How many of a row's lost slots fall in each step; those outside of all are left out.

    Only the first and the last slot are on record: the others are taken to lie evenly between.
    """
    if row.slot_from is None or row.slot_to is None or row.status not in LOST_SLOT:
        return {}
    count = max(row.slot_count or 1, 1)
    length = row.slot_to - row.slot_from
    found: dict[int, int] = {}
    for step in range(
        max(steps.of(row.slot_from), 0), min(steps.of(row.slot_to), steps.count - 1) + 1
    ):
        before = _slots_before(row.slot_from, length, count, steps.start(step))
        after = _slots_before(row.slot_from, length, count, min(steps.start(step + 1), steps.until))
        if after > before:
            found[step] = after - before
    return found


def _slots_before(first: datetime, length: timedelta, count: int, moment: datetime) -> int:
    """How many of `count` slots, evenly from `first` over `length`, come before a moment."""
    if moment <= first:
        return 0
    if count == 1 or not length:
        return count
    # ceil((moment - first) / (length / (count - 1))), in whole microseconds.
    return min(count, -((first - moment) * (count - 1) // length))
