"""The events of what this process does itself, without reading those of everybody from the store.

A worker has nobody to show events to. But some are for its own services, such as the calls to
dead-man switches; a relay would fetch the news of a thousand other workers for them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import count
from typing import Any, Final, cast

from conselho.bus import EventBus
from conselho.clock import Clock
from conselho.models.event import Event
from conselho.models.task import Task
from conselho.services.announcements import announce
from conselho.store import Store

# What a worker does to Tasks.
_TOLD: Final = frozenset({"claim", "finish", "retry", "release", "sweep"})


class OwnNews:
    """Publishes on a bus of the process what goes through its store; `seq` counts from 1 here."""

    def __init__(self, bus: EventBus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._numbers = count(1)
        self.newest = 0

    def watching(self, store: Store) -> Store:
        """The same store; what it changes in Tasks is told here."""
        return cast(Store, _Watched(store, self))

    def telling(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        async def told(*args: Any, **kwargs: Any) -> Any:
            found = await call(*args, **kwargs)
            await self._tell(found if isinstance(found, list) else [found])
            return found

        return told

    async def _tell(self, tasks: Iterable[Task]) -> None:
        now = self._clock.now()
        drafts = [draft for task in tasks for draft in announce(task)]
        events = [
            Event(
                event_id=f"own-{seq}",
                seq=seq,
                type=draft.type,
                agent_id=draft.agent_id,
                data=draft.data,
                created_at=now,
            )
            for draft, seq in zip(drafts, self._numbers, strict=False)
        ]
        if events:
            self.newest = events[-1].seq
            await self._bus.publish(events)


class _Watched:
    def __init__(self, store: Store, news: OwnNews) -> None:
        self._store = store
        self._news = news

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name in _TOLD and inspect.iscoroutinefunction(found):
            found = self._news.telling(found)
            setattr(self, name, found)  # asked for once: the next call finds it at once
        return found
