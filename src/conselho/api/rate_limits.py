"""How often one token, or one address without a token, may do what costs something.

In the memory of this process: a restart forgets, and each server counts for itself. Sliding windows
of a minute, so that a burst at the turn of a window counts as one.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from conselho.api.addresses import origin
from conselho.config import RATE_LIMITS

Kind = Literal["writes", "runs", "streams", "failed_logins"]
Crowd = Literal["streams_at_once", "streams_of_address", "max_streams"]

# Whoever needs no login is the person at the machine, their page, scripts and tests: this stops
# only what runs away.
LOCAL_FACTOR: Final = 1000
# Beyond that many at a time, strangers share one count: memory does not grow with addresses.
MOST_NAMES: Final = 5_000


class RateLimits:
    def __init__(
        self, chosen: Mapping[str, int] | None = None, *, max_streams: int = 10_000
    ) -> None:
        """`chosen` replaces some of RATE_LIMITS, by name. `max_streams`: of everybody, at once."""
        self.max_streams = max_streams
        self.open_streams = 0
        # By the limit that was reached.
        self.refused_streams: Counter[str] = Counter()
        self._amounts = {**RATE_LIMITS, **(chosen or {})}
        self._storage = MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        self._open: Counter[tuple[str, str]] = Counter()

    def spend(self, kind: Kind, who: str, *, is_local: bool = False) -> int | None:
        """Count one more; when there is no more, the seconds to wait, and nothing is counted."""
        item, name = self._item(kind, is_local), self._name(kind, who)
        if self._limiter.hit(item, kind, name):
            return None
        if kind == "streams":
            self.refused_streams["streams"] += 1
        return self._wait(item, kind, name)

    def spent(self, kind: Kind, who: str) -> int | None:
        """The seconds to wait when there is no more; nothing is counted."""
        item, name = self._item(kind, is_local=False), self._name(kind, who)
        return None if self._limiter.test(item, kind, name) else self._wait(item, kind, name)

    def amount(self, name: str, *, is_local: bool = False) -> int:
        return self._amounts[name] * (LOCAL_FACTOR if is_local else 1)

    def enter(self, who: str, address: str, *, is_local: bool = False) -> Crowd | None:
        """Open one more stream, to be left with `leave`; what is full, when there are too many.

        It counts for `who` opened it, and for their address, whoever else is there.
        """
        counts: dict[Crowd, str] = {"streams_at_once": who, "streams_of_address": origin(address)}
        if self.open_streams >= self.max_streams:
            return self._refuse("max_streams")
        for limit, name in counts.items():
            if self._open[limit, name] >= self.amount(limit, is_local=is_local):
                return self._refuse(limit)
        self.open_streams += 1
        self._open.update(counts.items())
        return None

    def leave(self, who: str, address: str) -> None:
        self.open_streams -= 1
        for key in (("streams_at_once", who), ("streams_of_address", origin(address))):
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]

    def _refuse(self, limit: Crowd) -> Crowd:
        self.refused_streams[limit] += 1
        return limit

    def _item(self, kind: Kind, is_local: bool) -> RateLimitItemPerMinute:
        return RateLimitItemPerMinute(self.amount(kind, is_local=is_local))

    def _name(self, kind: Kind, who: str) -> str:
        # The storage forgets what is over by itself, but not before.
        return who if len(self._storage.storage) < MOST_NAMES else f"{kind} of many"

    def _wait(self, item: RateLimitItemPerMinute, kind: Kind, name: str) -> int:
        reset = self._limiter.get_window_stats(item, kind, name).reset_time
        return max(1, math.ceil(reset - time.time()))
