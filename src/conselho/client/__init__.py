"""A client of the HTTP API: one method an endpoint, and the event stream as an iterator.

    client = Client("http://127.0.0.1:8000")
    execution = client.execute_now("large-files")["execution"]
    for event in client.events():
        print(event.type, event.data)

Answers are the API's own JSON, checked only for what a method promises. Every text in them may come
from an agent: it is untrusted.
"""

from conselho.client.client import Client, JsonObject
from conselho.client.refusals import (
    NotConselho,
    Refused,
    RefusedAsUnknown,
    RefusedByFault,
    RefusedForNow,
    RefusedForState,
)
from conselho.client.stream import StreamEvent

__all__ = [
    "Client",
    "JsonObject",
    "NotConselho",
    "Refused",
    "RefusedAsUnknown",
    "RefusedByFault",
    "RefusedForNow",
    "RefusedForState",
    "StreamEvent",
]
