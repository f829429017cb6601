"""The client for callers that await: the endpoints, and the event stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import closing
from typing import Any

from conselho.client.address import Address, address_of
from conselho.client.async_transport import AsyncTransport, Response
from conselho.client.calls import Call, JsonObject, Query
from conselho.client.endpoints import Endpoints
from conselho.client.events import Heartbeat, StreamEvent
from conselho.client.faults import translated
from conselho.client.refusals import NotConselho, RefusedByFault, RefusedForNow, asked_wait
from conselho.client.stream import Frame, Frames, Place, Unreadable, Waits, stream_call
from conselho.errors import ConselhoError, Unavailable

Notice = Callable[[str], None]


def _to_nobody(_: str) -> None:
    """The notice of callers who do not ask for one."""


class AsyncClient(Endpoints[Coroutine[Any, Any, JsonObject]]):
    """Speaks to one server. Holds no connection between calls: there is nothing to close.

    `timeout_seconds` bounds each wait for an answer. `silence_seconds`: a stream that brings no
    event for that long, not even a heartbeat (every 15 s), is taken for dead and opened anew.
    `first_wait_seconds` comes before the first new try; it grows.

    Every method raises Unavailable when nothing answers, a Refused when the answer is an error, and
    NotConselho when it cannot be understood.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        timeout_seconds: float = 10,
        silence_seconds: float = 40,
        first_wait_seconds: float = 0.5,
    ) -> None:
        """Without a `url`: the server that the command line speaks to, with its token.

        Raises Invalid when `url` is not one of http or https with a host, and Unavailable when no
        server is named and none runs here.
        """
        self._address = address_of(url, token)
        self.url = self._address.url
        self._transport = AsyncTransport(self._address, timeout_seconds=timeout_seconds)
        self._silence = silence_seconds
        self._first_wait = first_wait_seconds

    async def _ask(self, call: Call) -> JsonObject:
        return await self._transport.json(call)

    async def events(
        self,
        last_event_id: str | None = None,
        *,
        councilor_ids: Iterable[str] | None = None,
        types: Iterable[str] | None = None,
        min_severity: str | None = None,
        heartbeats: bool = False,
        notice: Notice = _to_nobody,
    ) -> AsyncGenerator[StreamEvent]:
        """What happens from now on, or after `last_event_id`, without an end: each event once.

        Only the events of these councilors, of these types, of this severity or a worse one, where
        such are given; a Reset comes whatever is asked for. A stream that breaks or falls silent is
        opened again and goes on after the last event that it brought. `notice` is told in a
        sentence when it is lost and when it is back. After a Reset, what happened before it must be
        read anew.

        Raises what the first connection fails with, and later a Refused that no waiting cures (a
        token that was revoked, say) and NotConselho; everything else is tried again without an end.
        """
        wanted = {
            "councilor_id": _words(councilor_ids),
            "types": _words(types),
            "min_severity": min_severity,
        }
        if last_event_id is None:
            # Without a point to resume from, a loss before the first event would leave a gap.
            last_event_id = await self._newest_event_id()
        place, waits = Place(last_event_id), Waits(self._first_wait)
        ever_connected = is_lost = False
        while True:
            asked = 0.0
            try:
                with closing(await self._stream(wanted, place)) as stream:
                    ever_connected = True
                    while frames := await stream.frames():
                        if is_lost:
                            is_lost = False
                            notice("Connected again.")
                        for frame in frames:
                            waits.heard(frame)
                            event = place.event(frame)
                            if event and (heartbeats or not isinstance(event, Heartbeat)):
                                yield event
                reason = "the server ended it"
            except Unreadable as exc:
                raise NotConselho(self.url, str(exc)) from exc
            except (Unavailable, RefusedForNow, RefusedByFault) as exc:
                if not ever_connected:
                    raise
                reason, asked = _reason(exc), asked_wait(exc)
            if not is_lost:
                is_lost = True
                notice(f"The stream is lost: {reason}. Trying until it is back.")
            await asyncio.sleep(waits.next(asked))

    async def _stream(self, wanted: Query, place: Place) -> _Stream:
        """A connection that goes on from this place."""
        call = stream_call(wanted, place.last_event_id)
        response = await self._transport.open(call, silence_seconds=self._silence)
        found = response.headers.get("content-type", "")
        if found.partition(";")[0].strip().lower() != "text/event-stream":
            response.close()
            raise NotConselho(self.url, f"its event stream is of type {found!r}")
        return _Stream(response, self._address, self._silence)

    async def _newest_event_id(self) -> str:
        newest = (await self.tasks(limit=1)).get("last_event_id")
        if not isinstance(newest, str):
            raise NotConselho(self.url, "its answer holds no 'last_event_id'")
        return newest


class _Stream:
    """The frames of one connection."""

    def __init__(self, response: Response, address: Address, silence_seconds: float) -> None:
        self._response = response
        self._address = address
        self._silence = silence_seconds
        self._cut = Frames()

    def close(self) -> None:
        self._response.close()

    async def frames(self) -> list[Frame]:
        """The next ones, none when the server has ended the stream.

        Raises Unavailable when none is complete for too long. Comments do not count: a proxy may
        send them for a server that is long gone.
        """
        with translated(self._address):
            async with asyncio.timeout(self._silence):
                while piece := await self._response.piece():
                    if frames := list(self._cut.feed(piece)):
                        return frames
        return []


def _words(given: Iterable[str] | None) -> list[str] | None:
    """The values of a parameter. None of them is not the same as all: the server refuses that."""
    if given is None:
        return None
    return [given] if isinstance(given, str) else [*given] or [""]


def _reason(error: ConselhoError) -> str:
    return error.reason if isinstance(error, Unavailable) else str(error).rstrip(".")
