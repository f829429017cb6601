"""A collector of traces on the loopback interface: takes OTLP over HTTP as real ones do.

with collector() as spans:
    with running(tmp_path, environ=spans.environ) as server:
        ...
    spans.of(trace_id, wanted={"slot", "attempt"})
"""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.support.server import DEADLINE_SECONDS

PROTOBUF = "application/x-protobuf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """One span as it came over the wire. Ids are hex, times nanoseconds; no parent is ''."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    began_ns: int
    ended_ns: int
    attributes: dict[str, Any]
    failed: str | None
    resource: dict[str, Any]


@dataclass(slots=True)
class Spans:
    """What has come so far. `raw`: the bodies, for what must not be in them."""

    url: str
    raw: list[bytes] = field(default_factory=list)
    all: list[Collected] = field(default_factory=list)
    _more: threading.Condition = field(default_factory=threading.Condition)

    @property
    def environ(self) -> dict[str, str]:
        """For a server that sends here, and soon."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url, "OTEL_BSP_SCHEDULE_DELAY": "20"}

    def take(self, body: bytes) -> None:
        with self._more:
            self.raw.append(body)
            self.all += _spans(ExportTraceServiceRequest.FromString(body))
            self._more.notify_all()

    def of(self, trace_id: str, *, wanted: set[str]) -> list[Collected]:
        """The spans of a trace, when all that are `wanted` are among them."""

        def found() -> list[Collected]:
            return [span for span in self.all if span.trace_id == trace_id]

        with self._more:
            came = self._more.wait_for(
                lambda: wanted <= {span.name for span in found()}, DEADLINE_SECONDS
            )
            assert came, f"of {wanted} only these came: {[(s.name, s.trace_id) for s in self.all]}"
            return found()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert (self.path, self.headers["content-type"]) == ("/v1/traces", PROTOBUF)
        self.server.spans.take(body)
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("content-type", PROTOBUF)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    spans: Spans


@contextmanager
def collector() -> Iterator[Spans]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.spans = Spans(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.spans
    finally:
        server.shutdown()
        thread.join(DEADLINE_SECONDS)
        server.server_close()


def _spans(request: ExportTraceServiceRequest) -> Iterator[Collected]:
    for of_resource in request.resource_spans:
        resource = _attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield Collected(
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    began_ns=span.start_time_unix_nano,
                    ended_ns=span.end_time_unix_nano,
                    attributes=_attributes(span.attributes),
                    failed=span.status.message if span.status.code == 2 else None,
                    resource=resource,
                )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}
