"""How runs went on this server: how long they waited, how late, how long they took, how they ended.

Told by who runs them, not by events: those come to every server, and a run counts once.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from conselho.models.buckets import Buckets
from conselho.models.task import Status, Task, Trigger

DURATION_SECONDS: Final = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
LATENESS_SECONDS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)


class RunFigures:
    """Since the start of this server.

    claims: attempts that it took, by provider. waits: from when one could begin to its claim, by
    provider. durations: by provider, and how they ended: the severity, or what went wrong.
    lateness: from a slot to the claim of its run. leases_lost: attempts that went to another.
    """

    def __init__(self) -> None:
        self.claims: Counter[str] = Counter()
        self.waits: dict[str, Buckets] = {}
        self.durations: dict[tuple[str, str], Buckets] = {}
        self.lateness = Buckets(LATENESS_SECONDS)
        self.leases_lost = 0

    def began(self, task: Task) -> None:
        """An attempt at a claimed Task begins."""
        provider = task.snapshot.provider
        self.claims[provider] += 1
        if task.started_at is None:
            return
        waited = task.started_at - max(task.not_before, task.created_at)
        waits = self.waits.setdefault(provider, Buckets(LATENESS_SECONDS))
        waits.add(max(waited.total_seconds(), 0.0))
        # What is caught up, or tried again, is late on purpose.
        if task.trigger is Trigger.SCHEDULE and task.attempt == 1 and task.due_at is not None:
            late = task.started_at - task.due_at
            self.lateness.add(max(late.total_seconds(), 0.0))

    def ended(self, task: Task) -> None:
        """A run of this server came to its end. What clients had done beside the council counts."""
        if task.status is Status.CANCELLED:
            outcome = Status.CANCELLED.value
        else:
            outcome = str(task.error_kind or task.severity)
        key = (task.snapshot.provider, outcome)
        buckets = self.durations.setdefault(key, Buckets(DURATION_SECONDS))
        buckets.add(task.duration_seconds or 0.0)

    def lost(self) -> None:
        """An attempt of this server is another's by now."""
        self.leases_lost += 1
