"""How Redis is reached, and what its streams are called."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from conselho.errors import InvalidSettings

ANSWER_SECONDS: Final = 2.0
BLOCK_SECONDS: Final = 5.0
END_AGAIN_SECONDS: Final = 0.2
# Of streams that say no more than "look": who was away looks anyway.
KEPT: Final = 64
FAILURES: Final = (RedisError, OSError, TimeoutError)


def make_client(url: str, *, patience_seconds: float = 0.0) -> Redis:
    """A client that connects when it is asked something; the caller closes it.

    `patience_seconds`: how long commands that wait for something may take beyond ANSWER_SECONDS.
    Raises InvalidSettings for a URL that it does not take.
    """
    try:
        return Redis.from_url(
            url,
            protocol=2,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS + patience_seconds,
            # Who asks tries again, and says so.
            retry=Retry(NoBackoff(), 0),
        )
    except (ValueError, TypeError) as exc:
        raise InvalidSettings("redis_url", f"Redis's client does not take it: {exc}") from exc


def events_key(identity: str) -> str:
    """The stream of a store's events. The identity is the store's: councils never share one."""
    return f"conselho:{identity}:events"


def news_key(identity: str) -> str:
    """The stream that says that there are events which nobody carries."""
    return f"conselho:{identity}:news"


def cancels_key(identity: str) -> str:
    """The stream that tells workers of runs that were asked to stop."""
    return f"conselho:{identity}:cancels"


def place_of(url: str) -> str:
    """Which Redis that is, for people; without user and password."""
    parts = urlsplit(url)
    return f"Redis at {parts.hostname}:{parts.port or 6379}"


def reason_of(exc: BaseException) -> str:
    return str(exc).rstrip(".") or type(exc).__name__


async def end_tasks(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended.

    Once may not be enough: Redis's client sends within `asyncio.wait_for`, which up to Python 3.11
    loses a cancellation that comes when it is done.
    """
    waiting = {one for one in tasks if not one.done()}
    while waiting:
        for one in waiting:
            one.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=END_AGAIN_SECONDS)
    for one in tasks:
        if not one.cancelled():
            one.exception()  # told already, or of no interest any more
