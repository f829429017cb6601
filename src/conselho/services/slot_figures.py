"""What this server's scheduler made of slots: how many it fired, and how late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from conselho.models.buckets import Buckets
from conselho.models.task import Task, Trigger
from conselho.services.run_figures import LATENESS_SECONDS


class SlotFigures:
    """Since the start of this server.

    fired: slots that became Tasks, by trigger. lateness: from a slot to its Task, of those in time.
    """

    def __init__(self) -> None:
        self.fired: Counter[Trigger] = Counter()
        self.lateness = Buckets(LATENESS_SECONDS)

    def stored(self, tasks: Iterable[Task]) -> None:
        """These slots are Tasks now, made at their created_at."""
        for task in tasks:
            self.fired[task.trigger] += 1
            if task.trigger is Trigger.SCHEDULE and task.due_at is not None:
                late = task.created_at - task.due_at
                self.lateness.add(max(late.total_seconds(), 0.0))
