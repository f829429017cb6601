"""Spans over OTLP/HTTP, with OpenTelemetry's SDK: it obeys the variables that all programs obey.

    record -> the SDK's queue -> its thread -> exporter -> collector

Needs the extra `otel`. A collector that is away costs a run nothing: the queue drops what it cannot
hold. The log tells it once, and again when spans are taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from conselho import __version__
from conselho.models.ids import TaskId
from conselho.tracing import Span, trace_id

log = structlog.get_logger(__name__)

# What these say of every batch, several times, is told once by us.
_CHATTY: Final = ("opentelemetry.exporter", "opentelemetry.sdk._shared_internal")
# It tells of headers that it cannot read, with the secrets in them. See traces_refused.
_INDISCREET: Final = "opentelemetry.util"
_LONGEST_REASON: Final = 300
# As the HTTP libraries quote them: path and query after `url: `, or the whole.
_ADDRESSES: Final = re.compile(r"(?<=\burl: )\S+|\b[\w+.-]+://\S+")
_HIDDEN: Final = "[redacted: address]"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class OtlpTracer:
    is_on = True

    def __init__(self, *, instance: str, environ: Mapping[str, str] | None = None) -> None:
        """`instance` tells this process from the others of the council.

        Raises whatever the SDK does, and what its variables name, when one cannot be used.
        """
        environ = os.environ if environ is None else environ
        logging.getLogger(_INDISCREET).propagate = False
        logging.getLogger(_INDISCREET).addHandler(logging.NullHandler())
        self._ids = _GivenIds()
        self._exporter = _Told(OTLPSpanExporter(), address=_address(environ))
        self._provider = TracerProvider(
            id_generator=self._ids,
            resource=Resource.create(_resource(instance, environ)),
            shutdown_on_exit=False,  # `close` does it, with a bound
        )
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("conselho", __version__)

    def record(self, span: Span) -> None:
        trace = int(trace_id(span.task_id), 16)
        context = Context()
        if span.parent_id is not None:
            parent = SpanContext(
                trace, int(span.parent_id, 16), is_remote=True, trace_flags=self._flags(trace)
            )
            context = set_span_in_context(NonRecordingSpan(parent), context)
        self._ids.next = (trace, int(span.span_id, 16))
        began = _nanoseconds(span.began_at)
        live = self._tracer.start_span(
            span.name, context=context, attributes=span.attributes, start_time=began
        )
        if span.failed is not None:
            live.set_status(Status(StatusCode.ERROR, span.failed))
        # The clock may have been set back meanwhile.
        live.end(end_time=max(_nanoseconds(span.ended_at), began))

    def traceparent(self, task_id: TaskId, span_id: str) -> str | None:
        trace = trace_id(task_id)
        return f"00-{trace}-{span_id}-{self._flags(int(trace, 16)):02x}"

    def _flags(self, trace: int) -> TraceFlags:
        """Whether this trace is kept: the sampler goes by its id, so all processes agree."""
        decision = self._provider.sampler.should_sample(None, trace, "").decision
        is_kept = decision is Decision.RECORD_AND_SAMPLE
        return TraceFlags(TraceFlags.SAMPLED if is_kept else TraceFlags.DEFAULT)

    async def close(self, within: timedelta) -> None:
        loop = asyncio.get_running_loop()
        closed = asyncio.Event()

        def shut_down() -> None:
            self._provider.shutdown()
            with contextlib.suppress(RuntimeError):  # nobody waited for so long
                loop.call_soon_threadsafe(closed.set)

        # Not asyncio.to_thread: its thread would hold up the end of the process.
        threading.Thread(target=shut_down, name="traces.close", daemon=True).start()
        try:
            async with asyncio.timeout(within.total_seconds()):
                await closed.wait()
        except TimeoutError:
            log.warning("traces.unfinished", host=self._exporter.host)
            self._exporter.shutdown()  # ends its waits for another try


class _GivenIds(IdGenerator):
    """The ids of the span that is about to be made."""

    next = (0, 0)

    def generate_trace_id(self) -> int:
        return self.next[0]

    def generate_span_id(self) -> int:
        return self.next[1]


class _Told(SpanExporter):
    """An exporter whose troubles are told once, not for each batch.

    Of the collector's `address` only the host is told: there may be a secret in the rest.
    """

    def __init__(self, exporter: SpanExporter, *, address: str) -> None:
        self._exporter = exporter
        self.host = urlsplit(address).hostname
        self._heard = _LastWord(address)
        self._in_trouble = False
        for name in _CHATTY:
            logger = logging.getLogger(name)
            logger.propagate = False
            logger.addHandler(self._heard)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS and not self._in_trouble:
            self._in_trouble = True
            log.warning("traces.not_delivered", host=self.host, reason=self._heard.said)
        elif result is SpanExportResult.SUCCESS and self._in_trouble:
            self._in_trouble = False
            log.info("traces.delivered_again", host=self.host)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


class _LastWord(logging.Handler):
    """Keeps the newest sentence that tells why, without addresses."""

    said = ""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def emit(self, record: logging.LogRecord) -> None:
        sentence = record.getMessage().replace(self._address, _HIDDEN)
        sentence = _ADDRESSES.sub(_HIDDEN, sentence)
        # That it gave up says less than what it gave up on.
        if not self.said or "due to timeout, max retries" not in sentence:
            self.said = sentence[:_LONGEST_REASON]


def _address(environ: Mapping[str, str]) -> str:
    """The collector's, as it was given."""
    signal, base = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"
    return environ.get(signal) or environ.get(base) or "http://localhost"


def _resource(instance: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What the variables do not say themselves: what is given here would be stronger."""
    own = {
        "service.name": "conselho",
        "service.version": __version__,
        "service.instance.id": instance,
    }
    given = environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    if name := environ.get("OTEL_SERVICE_NAME"):
        given += f",service.name={name}"
    named = {pair.partition("=")[0].strip() for pair in given.split(",")}
    return {key: value for key, value in own.items() if key not in named}


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
