"""How events reach every process: the contract beside `buses/`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from conselho.models.event import Event


class EventBus(Protocol):
    """Carries stored events to all who listen, in order of seq.

    The store is the history: a subscriber that fell behind reads on there.
    """

    @property
    def carried(self) -> int:
        """Every event up to this seq was handed to this process's subscribers, or is of before.

        Events that came from other processes count: nobody has to publish them here any more.
        """
        ...

    @property
    def trouble(self) -> str | None:
        """Why events of other processes do not come at once; None when they do."""
        ...

    async def publish(self, events: Sequence[Event]) -> None:
        """Hand events on, in order. Repeating one does no harm.

        Raises BusUnavailable; the caller keeps its place and tries again.
        """
        ...

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[list[Event]]]:
        """Batches of events published since the context was entered, without gap or double.

        No batch is empty. They end when the bus is closed; leaving the context lets go of them. A
        subscriber that falls more than the bus's bound behind is told by BusUnavailable and
        must start again from the store.
        """
        ...

    async def check(self) -> None:
        """Raises BusUnavailable when publishing would fail now."""
        ...

    async def run(self, missed: Callable[[], None]) -> None:
        """Carry events from and to other processes until cancelled.

        `missed` is called when there are events that have to be read from the store, and published.
        """
        ...

    async def close(self) -> None:
        """End all subscriptions. `run` must have ended."""
        ...
