"""How many connections there may be, and how many of them from one address.

A process may have so many open files, and each connection is one. Were all taken, the database and
the children would find none; were all taken from one address, nobody else could connect. So the
last of them are not given away, and no address gets more than its part.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Final, Literal

import structlog

from conselho.api.addresses import origin
from conselho.config import Settings

log = structlog.get_logger(__name__)

Full = Literal["server", "address"]

# For the database, logs, and the pipes of children.
KEPT_FILES: Final = 512
# Beside the streams: requests, and pages that have just come.
OTHER_CONNECTIONS: Final = 2_000
PART_OF_ADDRESS: Final = 0.75


class Doors:
    """Counts connections in and out."""

    def __init__(self, most: int, *, of_address: int, proxies: Sequence[str] = ()) -> None:
        """`of_address`: the most from one address. `proxies`: addresses and networks that speak
        for many; theirs are bounded by `most` only.
        """
        self.most = most
        self.now = 0
        self.refused: Counter[Full] = Counter({"server": 0, "address": 0})
        self._of_address = of_address
        self._proxies = [ip_network(proxy) for proxy in proxies]
        self._by_address: Counter[str] = Counter()

    def enter(self, address: str) -> Full | None:
        """Let one more in, to be let out with `leave`; what is full, if it must stay outside."""
        name = origin(address)
        if self.now >= self.most:
            return self._refuse("server")
        if self._by_address[name] >= self._of_address and not self._is_proxy(address):
            return self._refuse("address")
        self.now += 1
        self._by_address[name] += 1
        return None

    def leave(self, address: str) -> None:
        name = origin(address)
        self.now -= 1
        self._by_address[name] -= 1
        if not self._by_address[name]:
            del self._by_address[name]

    def _refuse(self, full: Full) -> Full:
        self.refused[full] += 1
        return full

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)


def open_doors(settings: Settings) -> Doors:
    """Doors for as many as the settings ask for, or as the system lets this process have."""
    wanted = settings.max_streams + OTHER_CONNECTIONS + KEPT_FILES
    files = _have_open_files(wanted)
    if files < wanted:
        log.warning(
            "server.few_open_files",
            limit=files,
            wanted=wanted,
            detail=f"Only {max(files - KEPT_FILES, 1)} connections can be open at a time."
            " Raise the hard limit (`ulimit -Hn`, LimitNOFILE=), or lower max_streams.",
        )
    most = max(min(files, wanted) - KEPT_FILES, 1)
    # Who needs no login is the person at this machine: nobody else could be kept out.
    part = PART_OF_ADDRESS if settings.login_required else 1
    return Doors(most, of_address=max(int(most * part), 1), proxies=settings.trusted_proxies)


def _have_open_files(wanted: int) -> int:
    """Raise this process's limit of open files to `wanted`; how many it may have now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft == resource.RLIM_INFINITY or soft >= possible:
        return wanted if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
    except (OSError, ValueError):  # macOS has a limit of its own beside the one that it tells
        return soft
    return possible
