"""Carries a cancel from the process that was asked to the one that owns the run, over the bus.

At the latest the next renewal tells the owner; this is for being quicker. What the bus says is
hearsay, for anybody may have written it there: who is told here asks the store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from conselho.bus import EventBus
from conselho.models.event import Event, EventType
from conselho.models.ids import TaskId
from conselho.models.task import Status


async def follow_cancels(bus: EventBus, heard: Callable[[TaskId], Awaitable[None]]) -> None:
    """Call `heard` for each run of the council that is said to have been asked to stop.

    Until cancelled.
    """
    async with bus.subscribe() as news:
        async for events in news:
            for event in events:
                if (task_id := _asked_to_stop(event)) is not None:
                    await heard(task_id)


def _asked_to_stop(event: Event) -> TaskId | None:
    if event.type != EventType.EXECUTION:
        return None
    row = event.data["execution"]
    asked = row["status"] == Status.PROCESSING and row["cancel_requested"]
    return TaskId(row["task_id"]) if asked else None
