"""How Redis is reached, and what its streams are called."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from conselho.errors import InvalidSettings

ANSWER_SECONDS: Final = 2.0
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


def place_of(url: str) -> str:
    """Which Redis that is, for people; without user and password."""
    parts = urlsplit(url)
    return f"Redis at {parts.hostname}:{parts.port or 6379}"


def reason_of(exc: BaseException) -> str:
    return str(exc).rstrip(".") or type(exc).__name__
