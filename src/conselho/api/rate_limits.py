"""How often one token, or one address without a token, may do what costs something.

In the memory of this process: a restart forgets, and each server counts for itself. Sliding windows
of a minute, so that a burst at the turn of a window counts as one.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Final, Literal

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from conselho.config import RATE_LIMITS

Kind = Literal["writes", "runs", "streams", "failed_logins"]

# Whoever needs no login is the person at the machine, their page, scripts and tests: this stops
# only what runs away.
LOCAL_FACTOR: Final = 1000
# Beyond that many at a time, strangers share one count: memory does not grow with addresses.
MOST_NAMES: Final = 5_000


def origin(address: str) -> str:
    """What counts as one address: whoever has one of IPv6 has the 2**64 of its network, and
    whoever is on this machine has all of 127.0.0.0/8.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return "127.0.0.1" if parsed.is_loopback else address
    return str(ip_network((parsed, 64), strict=False))


class RateLimits:
    def __init__(self, chosen: Mapping[str, int] | None = None) -> None:
        """`chosen` replaces some of RATE_LIMITS, by name."""
        self._amounts = {**RATE_LIMITS, **(chosen or {})}
        self._storage = MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        self._open: Counter[str] = Counter()

    def spend(self, kind: Kind, who: str, *, is_local: bool = False) -> int | None:
        """Count one more; when there is no more, the seconds to wait, and nothing is counted."""
        item, name = self._item(kind, is_local), self._name(kind, who)
        return None if self._limiter.hit(item, kind, name) else self._wait(item, kind, name)

    def spent(self, kind: Kind, who: str) -> int | None:
        """The seconds to wait when there is no more; nothing is counted."""
        item, name = self._item(kind, is_local=False), self._name(kind, who)
        return None if self._limiter.test(item, kind, name) else self._wait(item, kind, name)

    def amount(self, name: str, *, is_local: bool = False) -> int:
        return self._amounts[name] * (LOCAL_FACTOR if is_local else 1)

    def enter(self, who: str, *, is_local: bool = False) -> bool:
        """Open one more stream, to be left with `leave`; False when there are too many."""
        if self._open[who] >= self.amount("streams_at_once", is_local=is_local):
            return False
        self._open[who] += 1
        return True

    def leave(self, who: str) -> None:
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]

    def _item(self, kind: Kind, is_local: bool) -> RateLimitItemPerMinute:
        return RateLimitItemPerMinute(self.amount(kind, is_local=is_local))

    def _name(self, kind: Kind, who: str) -> str:
        # The storage forgets what is over by itself, but not before.
        return who if len(self._storage.storage) < MOST_NAMES else f"{kind} of many"

    def _wait(self, item: RateLimitItemPerMinute, kind: Kind, name: str) -> int:
        reset = self._limiter.get_window_stats(item, kind, name).reset_time
        return max(1, math.ceil(reset - time.time()))
