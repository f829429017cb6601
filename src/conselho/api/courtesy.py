"""Whether somebody waits for an answer now, while the event stream is busy writing."""

from __future__ import annotations

from time import monotonic
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

# Who has not got an answer by then waits for something else than for us: for the end of a run, or
# for the next line of a log.
SOON_SECONDS: Final = 0.25


class Courtesy:
    """Knows of the requests that are being answered. An answer takes work in turn on the event loop
    and in threads, and a loop that only lets others have their turn gives threads next to nothing.
    """

    def __init__(self) -> None:
        self._began: dict[int, float] = {}

    def towards(self, app: ASGIApp) -> ASGIApp:
        """The app, with its requests known here."""

        async def known(scope: Scope, receive: Receive, send: Send) -> None:
            key = id(scope)
            self._began[key] = monotonic()
            try:
                await app(scope, receive, send)
            finally:
                del self._began[key]

        return known

    def is_due(self) -> bool:
        """Whether a request of the last moment has no answer yet."""
        if not self._began:
            return False
        newest = next(reversed(self._began.values()))
        return monotonic() - newest < SOON_SECONDS
