"""`/ws/gamification`: the event stream as older clients speak it, over a WebSocket.

It is told from the same ring as the stream (api/stream.py): a client owns a cursor, no queue. Who
does not read is cut off and comes back; what it missed meanwhile it reads from the lists, since
this protocol knows no resuming. Every message is `{type, data, timestamp}`, the time in seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import structlog
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from conselho.api.delivery import SEND_SECONDS
from conselho.api.frames import unframed
from conselho.api.stream import FellBehind, Hub
from conselho.clock import Clock
from conselho.errors import StoreUnavailable
from conselho.models.event import EventType
from conselho.models.task import Status
from conselho.store import TaskStore

log = structlog.get_logger(__name__)

SUMMARY_CHARACTERS: Final = 200
GOING_AWAY: Final = 1001
TRY_AGAIN_LATER: Final = 1013

ALL: Final = "all"
# The last two were named by the older server and never sent; a client may ask for them.
TOPICS: Final = (
    "councilor_started",
    "councilor_completed",
    "councilor_error",
    "agent_execution_started",
    "agent_execution_completed",
    "agent_metrics_updated",
    "system_alert",
)

_OF_A_RUN = (EventType.STARTED, EventType.COMPLETED, EventType.ERROR)
_STARTED = ("councilor_id", "task_name", "display_name", "execution_id", "started_at")
_ENDED = (*_STARTED, "status", "severity", "completed_at", "duration_ms")
_FIELDS = {
    EventType.STARTED: _STARTED,
    EventType.COMPLETED: _ENDED,
    EventType.ERROR: (*_ENDED, "error"),
}


class Gamification:
    """An ASGI application that serves WebSocket scopes only."""

    def __init__(
        self, hub: Hub, store: TaskStore, clock: Clock, *, send_seconds: float = SEND_SECONDS
    ) -> None:
        self._hub = hub
        self._store = store
        self._clock = clock
        self._send_seconds = send_seconds
        self.clients = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client until it leaves, stops reading, or the hub is closed."""
        await self._hub.loaded()
        # Before the first message: a client that reads `connected` hears all that happens after.
        frames = self._hub.follow()
        client = _Client(WebSocket(scope, receive, send), self._clock, self._send_seconds)
        self.clients += 1
        try:
            await client.greet()
            await self._serve(client, frames)
        except (TimeoutError, WebSocketDisconnect):
            # Closing politely would wait for a client that does not read.
            if abort := scope.get("conselho.abort"):
                abort()
        finally:
            self.clients -= 1

    async def _serve(self, client: _Client, frames: AsyncIterator[list[bytes]]) -> None:
        telling = asyncio.ensure_future(self._tell(client, frames))
        obeying = asyncio.ensure_future(self._obey(client))
        try:
            await asyncio.wait({telling, obeying}, return_when=asyncio.FIRST_COMPLETED)
            for task in (obeying, telling):
                if task.done():
                    task.result()
        finally:
            for task in (telling, obeying):
                task.cancel()
            await asyncio.gather(telling, obeying, return_exceptions=True)

    async def _tell(self, client: _Client, frames: AsyncIterator[list[bytes]]) -> None:
        try:
            async for batch in frames:
                for frame in batch:
                    told = told_of(frame)
                    if told is not None and told.type in client.topics:
                        await client.send(told.text)
        except FellBehind:
            await client.close(TRY_AGAIN_LATER, "It read too slowly; connect again.")
        else:
            await client.close(GOING_AWAY, "The server stops.")

    async def _obey(self, client: _Client) -> None:
        """Answer commands, one after the other: who sends many without reading waits."""
        while (message := await client.next())["type"] != "websocket.disconnect":
            try:
                kind, data = await self._answer(client, _command(message))
            except _Malformed as error:
                kind, data = "error", {"message": str(error)}
            await client.reply(kind, data)

    async def _answer(
        self, client: _Client, command: dict[str, Any]
    ) -> tuple[str, dict[str, object]]:
        match command.get("command"):
            case "ping":
                return "pong", {}
            case "subscribe":
                client.topics = _topics(command.get("topics", [ALL]))
                return "subscribed", {"topics": sorted(client.topics)}
            case "get_stats":
                return "stats", await self._stats(client)
        raise _Malformed("There is no such command; known are subscribe, ping and get_stats.")

    async def _stats(self, client: _Client) -> dict[str, object]:
        try:
            activity = await self._store.activity()
        except StoreUnavailable as error:
            raise _Malformed(str(error)) from error
        return {
            "connected_clients": self.clients,
            "topics": sorted(client.topics),
            "pending": activity.pending,
            "processing": activity.processing,
        }


class _Client:
    def __init__(self, socket: WebSocket, clock: Clock, send_seconds: float) -> None:
        self._socket = socket
        self._clock = clock
        self._send_seconds = send_seconds
        self.topics: Collection[str] = frozenset(TOPICS)

    async def greet(self) -> None:
        await self._socket.accept()
        client_id = secrets.token_hex(8)
        message = "This is the event stream of Conselho."
        await self.reply("connected", {"message": message, "client_id": client_id})

    async def next(self) -> Message:
        return await self._socket.receive()

    async def reply(self, kind: str, data: dict[str, object]) -> None:
        await self.send(envelope(kind, data, self._clock.now().timestamp()))

    async def send(self, text: str) -> None:
        """Raises TimeoutError when the client does not read."""
        if self._socket.application_state is WebSocketState.DISCONNECTED:
            return  # it was told goodbye while it was being answered
        async with asyncio.timeout(self._send_seconds):
            await self._socket.send_text(text)

    async def close(self, code: int, reason: str) -> None:
        async with asyncio.timeout(self._send_seconds):
            # It may have left at this moment.
            with contextlib.suppress(RuntimeError):
                await self._socket.close(code, reason)


class _Malformed(Exception):
    """What a client sent means nothing; the message is for its author."""


def _command(message: Message) -> dict[str, Any]:
    text = message.get("text")
    try:
        command = json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        command = None
    if not isinstance(command, dict):
        raise _Malformed('A command is a JSON object as text, such as {"command": "ping"}.')
    return command


def _topics(given: object) -> frozenset[str]:
    if not isinstance(given, list) or not all(isinstance(topic, str) for topic in given):
        raise _Malformed('"topics" must be a list of event types, or ["all"].')
    unknown = sorted(set(given) - {ALL, *TOPICS})
    if unknown:
        raise _Malformed(
            f"There is no topic {unknown[0][:100]!r}; known are {', '.join((*TOPICS, ALL))}."
        )
    return frozenset(TOPICS if ALL in given else given)


def envelope(kind: str, data: dict[str, object], timestamp: float) -> str:
    return json.dumps({"type": kind, "data": data, "timestamp": timestamp}, ensure_ascii=True)


@dataclass(frozen=True, slots=True)
class Told:
    """A message for clients, and the topic that they ask for it by."""

    type: str
    text: str


@lru_cache(maxsize=256)
def told_of(frame: bytes) -> Told | None:
    """The message of a frame of the stream; None for what older clients do not know.

    Kept for the frames of the moment, so that it is made once and not for each client.
    """
    kind, data = unframed(frame)
    if kind not in _OF_A_RUN:
        return None
    event = EventType(kind)
    if data.get("is_councilor_execution", True):
        name = kind
        fields = {field: data.get(field) for field in _FIELDS[event]}
        if event is EventType.COMPLETED:
            fields["summary"] = _cut(data.get("summary"))
    else:
        name = f"agent_execution_{'started' if event is EventType.STARTED else 'completed'}"
        fields = _of_an_agent(event, data)
    return Told(name, envelope(name, fields, data["ts"]))


def _of_an_agent(event: EventType, data: dict[str, Any]) -> dict[str, Any]:
    """The fields of a run that is no councilor's."""
    fields = {
        "agent_id": data.get("councilor_id"),
        "agent_name": data.get("display_name"),
        "agent_emoji": data.get("emoji"),
        "instance_id": data.get("instance_id"),
        "execution_id": data.get("execution_id"),
        "started_at": data.get("started_at"),
    }
    if event is EventType.STARTED:
        return fields | {"level": "debug"}
    ended = {name: data.get(name) for name in ("status", "severity", "completed_at", "duration_ms")}
    failed = ended["status"] == Status.ERROR
    summary = _cut(data.get("error" if failed else "summary"))
    return fields | ended | {"level": "result", "summary": summary}


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= SUMMARY_CHARACTERS:
        return text
    return text[: SUMMARY_CHARACTERS - 1] + "…"
