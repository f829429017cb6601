"""How runs went, as the events tell it: how late they began, how long they took, how they ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from conselho.bus import EventBus
from conselho.models.buckets import Buckets
from conselho.models.event import Event, EventType
from conselho.models.ids import WorkerId
from conselho.models.task import FINAL, Status, Trigger

DURATION_SECONDS: Final = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
LATENESS_SECONDS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)


class RunFigures:
    """Councilors' runs of this server, since its start. Those of others are for them to tell."""

    def __init__(self, worker: WorkerId) -> None:
        self._worker = worker
        # By how they ended: the severity, or what went wrong.
        self.durations: dict[str, Buckets] = {}
        # From a slot to the start of its run.
        self.lateness = Buckets(LATENESS_SECONDS)

    async def follow(self, bus: EventBus) -> None:
        """Count what the bus tells of, until it is closed."""
        async with bus.subscribe() as news:
            async for events in news:
                for event in events:
                    self.hear(event)

    def hear(self, event: Event) -> None:
        if event.type != EventType.EXECUTION:
            return
        row: dict[str, Any] = event.data["execution"]
        if row["worker_id"] != self._worker:
            return
        if row["status"] in FINAL:
            self._ended(row)
        elif row["status"] == Status.PROCESSING and not row["cancel_requested"]:
            self._began(row)

    def _began(self, row: dict[str, Any]) -> None:
        """Of a slot's first attempt: what is caught up, or tried again, is late on purpose."""
        if row["trigger"] == Trigger.SCHEDULE and row["attempt"] == 1 and row["due_at"]:
            late = _moment(row["started_at"]) - _moment(row["due_at"])
            self.lateness.add(max(late.total_seconds(), 0.0))

    def _ended(self, row: dict[str, Any]) -> None:
        if row["status"] == Status.CANCELLED:
            outcome = Status.CANCELLED.value
        else:
            outcome = str(row["error_kind"] or row["severity"])
        buckets = self.durations.setdefault(outcome, Buckets(DURATION_SECONDS))
        buckets.add(row["duration"] or 0.0)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
