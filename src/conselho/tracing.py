"""What a run leaves behind for a tracing system: the contract beside `tracers/`.

One trace per Task. A server submits a Task, another claims it, a third tells its pages: none of
them hands the others a context. Instead the ids that they must agree on are derived from the Task.

    root     slot or request     of the Task            its begin, up to when it was stored
    ├ submit                                            the store's write
    ├ attempt                    of Task and attempt    from claim to record
    │ ├ claim ├ prepare ├ child ├ record
    │ └ event                                           from its storing to the stream's hub
    └ attempt ...

Source: docs/adr/0017-traces.md.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from conselho.models.ids import TaskId


def trace_id(task_id: TaskId) -> str:
    """The trace of a Task, 32 hex digits: the same wherever and whenever one asks."""
    return _digest("trace", task_id)[:32]


def root_id(task_id: TaskId) -> str:
    """The span, 16 hex digits, that all others of a Task descend from."""
    return _digest("root", task_id)[:16]


def attempt_id(task_id: TaskId, attempt: int) -> str:
    """The span, 16 hex digits, of one attempt at a Task."""
    return _digest(f"attempt {attempt}", task_id)[:16]


def new_span_id() -> str:
    return secrets.token_hex(8)


def _digest(what: str, task_id: TaskId) -> str:
    return hashlib.sha256(f"conselho {what} {task_id}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A step that is over. Never holds what agents, prompts or clients say.

    `parent_id` is None for the root. `failed` is why, in a word; None when it did not.
    """

    name: str
    task_id: TaskId
    span_id: str = field(default_factory=new_span_id)
    parent_id: str | None
    began_at: datetime
    ended_at: datetime
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    failed: str | None = None


class Tracer(Protocol):
    """`is_on`: whether spans go anywhere. Callers need make none when it is off."""

    @property
    def is_on(self) -> bool: ...

    def record(self, span: Span) -> None:
        """Take a span. Never blocks and raises nothing: what cannot be sent in time is dropped."""
        ...

    def traceparent(self, task_id: TaskId, span_id: str) -> str | None:
        """The context for who continues this span elsewhere; None when tracing is off.

        Source: W3C Trace Context, the header `traceparent`.
        """
        ...

    async def close(self, within: timedelta) -> None:
        """Send what is left, for so long at most. Nothing may be recorded afterwards."""
        ...


class NoTracer:
    """Traces nothing."""

    is_on = False

    def record(self, span: Span) -> None:
        pass

    def traceparent(self, task_id: TaskId, span_id: str) -> str | None:
        return None

    async def close(self, within: timedelta) -> None:
        pass


def traces_wanted(asked: bool | None, environ: Mapping[str, str]) -> bool:
    """Whether to trace: as `asked`, or else when OpenTelemetry's variables name a collector."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if asked is not None:
        return asked
    named = any(environ.get(variable, "").strip() for variable in _ENDPOINTS)
    return named and _exporters(environ) != {"none"}


def traces_refused(environ: Mapping[str, str]) -> str | None:
    """Why traces cannot be sent in the way that OpenTelemetry's variables ask for; None if so."""
    if "otlp" not in _exporters(environ):
        return "OTEL_TRACES_EXPORTER must be otlp: Conselho has no other exporter"
    protocol = environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environ.get(
        "OTEL_EXPORTER_OTLP_PROTOCOL"
    )
    if protocol and protocol.strip() != "http/protobuf":
        return (
            f"the protocol {protocol!r} is not spoken here: set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
            " to http/protobuf, and the endpoint to the collector's port for HTTP (4318)"
        )
    return _endpoint_refused(environ) or _headers_refused(environ)


# The first that is set holds.
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_HEADERS: Final = ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
_HEADER_NAME: Final = re.compile(r"[!#-'*+.0-9A-Z^-z|~-]+")
# With blanks, which the library lets pass though they should be escaped.
_HEADER_VALUE: Final = re.compile(r"[ !#-+.-:<-\[\]-~-]*")
_NOT_SHOWN: Final = "it is not shown, for it may hold a secret"


def _endpoint_refused(environ: Mapping[str, str]) -> str | None:
    variable = next((name for name in _ENDPOINTS if environ.get(name)), None)
    if variable is None:
        return None
    try:
        parts = urlsplit(environ[variable])
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if is_address:
        return None
    return f"{variable} must be an address such as http://127.0.0.1:4318 ({_NOT_SHOWN})"


def _headers_refused(environ: Mapping[str, str]) -> str | None:
    """What the library cannot read it leaves out, and says so with the whole of it."""
    variable = next((name for name in _HEADERS if environ.get(name)), None)
    if variable is None:
        return None
    for number, header in enumerate(environ[variable].split(","), 1):
        if header.strip(" \t") and not _is_header(header.strip()):
            return (
                f"{variable} must be NAME=VALUE, with commas between several and the values"
                f" URL-encoded; number {number} is not so ({_NOT_SHOWN})"
            )
    return None


def _is_header(text: str) -> bool:
    """Whether the library reads it, and HTTP can carry what it reads."""
    name, equals, value = text.partition("=")
    if not (equals and _HEADER_NAME.fullmatch(name.strip(" \t"))):
        return False
    name, decoded = unquote(name.strip()), unquote(value.strip())
    is_carried = decoded.isprintable() and all(ord(letter) < 256 for letter in decoded)
    return bool(_HEADER_VALUE.fullmatch(value) and _HEADER_NAME.fullmatch(name)) and is_carried


def _exporters(environ: Mapping[str, str]) -> set[str]:
    named = environ.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    return {name.strip() for name in named.split(",")}
