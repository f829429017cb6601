"""Clients of the HTTP API: one method an endpoint, and the event stream as an async iterator.

    client = AsyncClient("http://127.0.0.1:8000")
    execution = (await client.execute_now("large-files"))["execution"]
    async for event in client.events():
        print(event.type, event.data)

`Client` has the same endpoints for callers without an event loop. docs/clients.md tells more.
Answers are the API's own JSON, checked only for what a method promises. Every text in them may come
from an agent: it is untrusted.
"""

from typing import TYPE_CHECKING

from conselho.client.calls import JsonObject
from conselho.client.client import Client
from conselho.client.events import (
    CompletedEvent,
    ErrorEvent,
    ExecutionEvent,
    Heartbeat,
    JournalEvent,
    Reset,
    SkippedEvent,
    StartedEvent,
    StreamEvent,
    UpdatedEvent,
)
from conselho.client.refusals import (
    NotConselho,
    Refused,
    RefusedAsUnknown,
    RefusedByFault,
    RefusedForNow,
    RefusedForState,
)

if TYPE_CHECKING:
    from conselho.client.async_client import AsyncClient

__all__ = [
    "AsyncClient",
    "Client",
    "CompletedEvent",
    "ErrorEvent",
    "ExecutionEvent",
    "Heartbeat",
    "JournalEvent",
    "JsonObject",
    "NotConselho",
    "Refused",
    "RefusedAsUnknown",
    "RefusedByFault",
    "RefusedForNow",
    "RefusedForState",
    "Reset",
    "SkippedEvent",
    "StartedEvent",
    "StreamEvent",
    "UpdatedEvent",
]


def __getattr__(name: str) -> object:
    # asyncio and httpx take longer to load than most commands take as a whole.
    if name == "AsyncClient":
        from conselho.client.async_client import AsyncClient

        return AsyncClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
