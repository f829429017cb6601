"""What the server answers before any router sees it, for the description of the API."""

from __future__ import annotations

from typing import Any, Final

from conselho.api.front import STREAM_PATH
from conselho.api.stream_request import RANKS, TYPES

_MANY: Final = {"type": "array", "items": {"type": "string"}}

UNROUTED: Final[dict[str, Any]] = {
    "/healthz": {
        "get": {
            "tags": ["health"],
            "summary": "Healthz",
            "description": "Whether the process serves; it may still be loading.",
            "operationId": "healthz",
            "responses": {},
        }
    },
    STREAM_PATH: {
        "get": {
            "tags": ["events"],
            "summary": "Events",
            "description": (
                "Server-Sent Events without end: what happens, as it happens. Each has `id`,"
                " `event` and one line of JSON as `data`. The last id that was heard, as"
                " `Last-Event-ID` or `last_event_id`, resumes without a gap; `reset` says that it"
                " is too old. `councilor_id`, `types` and `min_severity` hold back the rest. See"
                " docs/stream.md."
            ),
            "operationId": "stream",
            "parameters": [
                {
                    "name": "last_event_id",
                    "in": "query",
                    "required": False,
                    "schema": {"type": "string"},
                },
                {
                    "name": "Last-Event-ID",
                    "in": "header",
                    "required": False,
                    "schema": {"type": "string"},
                },
                *[
                    {
                        "name": name,
                        "in": "query",
                        "required": False,
                        "schema": schema,
                    }
                    for name, schema in {
                        "councilor_id": _MANY,
                        "types": {"type": "array", "items": {"type": "string", "enum": [*TYPES]}},
                        "min_severity": {"type": "string", "enum": [*RANKS]},
                    }.items()
                ],
            ],
            "responses": {},
        }
    },
}
