"""How long the store lets its callers wait, whatever store it is.

What is measured is the whole call: the wait for the writer before it, its transaction, and the way
back into the event loop.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from conselho.clock import Clock
from conselho.models.buckets import Buckets
from conselho.store import Store

CALL_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0)
# What runs and the stream hang on. All others are one figure: there are dozens.
WATCHED: Final = frozenset(
    {"submit", "claim", "renew", "finish", "retry", "sweep", "record_lost", "events_after"}
)
OTHER: Final = "other"


class StoreLatency:
    """Since the start of this server, by operation; a call that failed took its time as well."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seconds = {name: Buckets(CALL_SECONDS) for name in sorted(WATCHED | {OTHER})}

    def measured(self, store: Store) -> Store:
        """The same store; its calls are counted here."""
        return cast(Store, _Measured(store, self))

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        buckets = self.seconds[name if name in WATCHED else OTHER]

        @wraps(call)
        async def measured(*args: Any, **kwargs: Any) -> Any:
            began = self._clock.read().awake
            try:
                return await call(*args, **kwargs)
            finally:
                buckets.add(self._clock.read().awake - began)

        return measured


class _Measured:
    """A store seen through a stop-watch: coroutines are timed, everything else is passed on."""

    def __init__(self, store: Store, latency: StoreLatency) -> None:
        self._store = store
        self._latency = latency

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if inspect.iscoroutinefunction(found):
            found = self._latency.timed(name, found)
            setattr(self, name, found)  # asked for once: the next call finds it at once
        return found
