"""The ids that processes agree on, when tracing is on, and what spans tell of a Task."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from conselho.config import Settings
from conselho.models.ids import TaskId, WorkerId, new_task_id
from conselho.models.task import ErrorKind, SkipReason, Status, Trigger
from conselho.services.run_traces import RunTraces
from conselho.store import Loss, Store
from conselho.tracers.otlp import OtlpTracer
from conselho.tracing import (
    NoTracer,
    Span,
    attempt_id,
    root_id,
    trace_id,
    traces_refused,
    traces_wanted,
)
from conselho.wiring.links import make_tracer
from tests.support.clock import NOON, FakeClock
from tests.support.factories import ANA, BIA, make_lost, make_task, no_events
from tests.support.server import free_port
from tests.support.stores import open_store

HERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


class Kept:
    """A tracer that keeps its spans."""

    is_on = True

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def record(self, span: Span) -> None:
        self.spans.append(span)

    def traceparent(self, task_id: TaskId, span_id: str) -> str | None:
        return f"00-{trace_id(task_id)}-{span_id}-01"

    async def close(self, within: timedelta) -> None:
        pass


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        yield store


def test_ids_are_the_same_in_every_process_and_differ_by_task_and_attempt() -> None:
    task_id, other = TaskId("01kf0000000000000000000000"), new_task_id()

    assert trace_id(task_id) == "b3e01cc5aeb912b9791a8bbde75534c2"
    assert (
        len({root_id(task_id), root_id(other), attempt_id(task_id, 1), attempt_id(task_id, 2)}) == 4
    )
    assert trace_id(task_id) != trace_id(other)


async def test_one_process_goes_on_with_the_trace_that_another_began(store: Store) -> None:
    server, worker, clock = Kept(), Kept(), FakeClock()
    task = make_task(due_at=NOON - timedelta(seconds=2), created_at=NOON)
    done_already = make_task(BIA, status=Status.COMPLETED, due_at=None, completed_at=NOON)

    watched = RunTraces(clock, server).watching(store)
    await watched.submit([task, done_already], announce=no_events)
    await watched.submit([task], announce=no_events)
    claimed = replace(task, attempt=1, started_at=NOON, status=Status.PROCESSING)
    attempt = RunTraces(clock, worker).attempt(claimed)
    with attempt.step("child") as step:
        step.attributes["conselho.exit_code"] = 0
    attempt.close(replace(claimed, status=Status.ERROR, error_kind=ErrorKind.TIMEOUT))

    root, submitted = server.spans
    claim, child, whole = worker.spans
    assert (root.name, root.began_at, root.parent_id) == ("slot", task.due_at, None)
    assert submitted.parent_id == whole.parent_id == root.span_id
    assert claim.parent_id == child.parent_id == whole.span_id == attempt_id(task.task_id, 1)
    assert whole.failed == "timeout"
    assert step.traceparent == f"00-{trace_id(task.task_id)}-{child.span_id}-01"


async def test_lost_slots_are_traced_once_and_say_why(store: Store) -> None:
    kept = Kept()
    watched = RunTraces(FakeClock(), kept).watching(store)
    for minute in range(2):
        at = NOON + timedelta(minutes=minute)
        row = make_lost(reason=SkipReason.SERVER_DOWN, at=at)
        await watched.record_lost([Loss(row=row, slots=[at])], now=at, announce=no_events)

    [span] = kept.spans
    assert span.attributes["conselho.status"] == "missed"
    assert span.attributes["conselho.skip_reason"] == "server_down"


async def test_a_slot_that_is_caught_up_begins_when_its_task_is_made(store: Store) -> None:
    kept = Kept()
    late = make_task(ANA, due_at=NOON - timedelta(hours=3), trigger=Trigger.CATCH_UP)

    await RunTraces(FakeClock(), kept).watching(store).submit([late], announce=no_events)

    assert kept.spans[0].began_at == late.created_at


def test_an_attempt_that_is_another_s_by_now_has_failed() -> None:
    kept = Kept()
    claimed = make_task(attempt=1, started_at=NOON, status=Status.PROCESSING)

    RunTraces(FakeClock(), kept).attempt(claimed).close(None)

    assert (kept.spans[-1].name, kept.spans[-1].failed) == ("attempt", "lease_lost")


def test_a_claim_that_was_handed_back_leaves_its_span_to_the_next() -> None:
    kept, clock = Kept(), FakeClock()
    claimed = make_task(attempt=1, started_at=NOON, status=Status.PROCESSING)

    RunTraces(clock, kept).attempt(claimed).close(replace(claimed, attempt=0))
    RunTraces(clock, kept).attempt(claimed).close(replace(claimed, status=Status.COMPLETED))

    ids = [span.span_id for span in kept.spans]
    assert [span.name for span in kept.spans] == ["claim", "claim", "attempt"]
    assert len(set(ids)) == 3


async def test_without_a_tracer_the_store_is_left_alone(store: Store) -> None:
    assert RunTraces(FakeClock()).watching(store) is store


@pytest.mark.parametrize(
    ("asked", "environ", "wanted"),
    [
        (None, {}, False),
        (None, HERE, True),
        (None, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x/v1/traces"}, True),
        (None, {"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False),
        (None, HERE | {"OTEL_TRACES_EXPORTER": "none"}, False),
        (None, HERE | {"OTEL_SDK_DISABLED": "TRUE"}, False),
        (True, {}, True),
        (True, {"OTEL_SDK_DISABLED": "true"}, False),
        (False, HERE, False),
    ],
)
def test_tracing_is_on_when_a_collector_is_named_or_somebody_says_so(
    asked: bool | None, environ: dict[str, str], wanted: bool
) -> None:
    assert traces_wanted(asked, environ) is wanted


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "must be otlp"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "http/protobuf"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL":
          "http/protobuf"}, None),
        ({"OTEL_TRACES_EXPORTER": "console,otlp"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://[::1]:4318/x?y=z"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "127.0.0.1:4318"}, "OTLP_ENDPOINT must be an address"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://"}, "OTLP_ENDPOINT must be an address"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x:99999"}, "OTLP_ENDPOINT must be an address"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "none", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT":
          "https://x"}, None),
        ({"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20abc==, api-key = a b ,"}, None),
        ({"OTEL_EXPORTER_OTLP_HEADERS": "a=b,c", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "a=b"}, None),
        ({"OTEL_EXPORTER_OTLP_HEADERS": "a=b,c"}, "number 2 is not so"),
    ],
)  # fmt: skip
def test_what_this_program_cannot_send_is_told_in_one_line(
    environ: dict[str, str], why: str | None, tmp_path: Path
) -> None:
    refusal = traces_refused(environ)
    assert (refusal is None) is (why is None)
    if why is not None:
        assert why in (refusal or "")
        settings = Settings(data_dir=tmp_path, database_url="sqlite:///x", traces=True)
        with capture_logs() as logs:
            assert isinstance(make_tracer(settings, environ, WorkerId("w")), NoTracer)
        assert [one["event"] for one in logs] == ["traces.off"]


def test_without_the_extra_a_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "conselho.tracers.otlp")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    settings = Settings(data_dir=tmp_path, database_url="sqlite:///x")

    with capture_logs() as logs:
        tracer = make_tracer(settings, HERE, WorkerId("w"))

    assert isinstance(tracer, NoTracer)
    [told] = logs
    assert told["event"] == "traces.off"
    assert "install conselho[otel]" in told["reason"]


def test_who_does_not_trace_does_not_load_the_library() -> None:
    program = "import sys, conselho.wiring.system; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()

    assert "conselho.services.run_traces" in loaded
    assert not [name for name in loaded if name.startswith("opentelemetry.sdk")]


async def test_a_sampler_that_keeps_nothing_is_obeyed_by_children_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    task_id, span_id = new_task_id(), "00f067aa0ba902b7"
    tracer = OtlpTracer(instance="w", environ={})
    try:
        assert tracer.traceparent(task_id, span_id) == f"00-{trace_id(task_id)}-{span_id}-00"
    finally:
        await tracer.close(timedelta(seconds=5))


@pytest.mark.parametrize(
    "address",
    [
        "http://me:{}@127.0.0.1:{}/{}/v1/traces?token={}",
        "htp://me:{}@127.0.0.1:{}/{}?token={}",
        "127.0.0.1/{}:{}/{}?token= {}",
    ],
    ids=["nobody answers", "unknown scheme", "no address"],
)
async def test_the_log_says_why_spans_are_not_delivered_without_secrets_of_the_address(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "hush"  # too short for what is redacted by its value
    where = address.format(secret, free_port(), secret, secret)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", where)
    # Long enough for a second try: the SDK says nothing of the first when there is none.
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "3")
    span = Span(
        task_id=new_task_id(), span_id="00f067aa0ba902b7", parent_id=None, name="attempt",
        began_at=NOON, ended_at=NOON, attributes={}, failed=None,
    )  # fmt: skip

    with capture_logs() as logs:
        tracer = OtlpTracer(instance="w")
        tracer.record(span)
        await tracer.close(timedelta(seconds=30))

    [told] = logs
    assert told["event"] == "traces.not_delivered"
    assert any(why in told["reason"] for why in ("refused", "adapters", "scheme"))
    assert secret not in str(told)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("OTEL_PYTHON_EXPORTER_OTLP_HTTP_TRACES_CREDENTIAL_PROVIDER", "none", "'none' not found"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "-1", "max_queue_size must be a positive integer"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:hush-hush\u2100@x", "must be an address"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "htp://hush-hush@127.0.0.1", "must be an address"),
        *[
            ("OTEL_EXPORTER_OTLP_HEADERS", value, "OTLP_HEADERS must be NAME=VALUE")
            for value in (
                "authorization: Bearer hush-hush",
                "a=1,hush-hush",
                "=hush-hush",
                'a="hush-hush"',
                "a=hush-hush;",
                "a=hush-hush\u20ac",
                "a=hush-hush%0d%0ab: c",
                "a=hush-hush%e2%82%ac",
                "a(hush-hush)=1",
                "a%20b=hush-hush",
                "a=1\n,b=hush-hush\n\x01",
            )
        ],
    ],
)
def test_a_variable_that_cannot_be_used_is_told_in_one_line_without_its_secret(
    name: str,
    value: str,
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(name, value)
    settings = Settings(data_dir=tmp_path, database_url="sqlite:///x", traces=True)

    with capture_logs() as logs:
        tracer = make_tracer(settings, os.environ, WorkerId("w"))

    assert isinstance(tracer, NoTracer)
    [told] = logs
    assert told["event"] == "traces.off"
    assert why in told["reason"]
    assert "hush-hush" not in told["reason"]
    assert "me:" not in told["reason"]
    assert caplog.text == "", "nor does the library tell"


async def test_what_the_library_says_of_headers_reaches_no_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Should it read less than this program thinks: it would show all of it."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization: Bearer hush-hush")
    monkeypatch.setattr(logging.getLogger("opentelemetry.util"), "propagate", True)
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logging.getLogger().addHandler(handler)
    try:
        tracer = OtlpTracer(instance="w")
        await tracer.close(timedelta(seconds=5))
    finally:
        logging.getLogger().removeHandler(handler)

    assert "hush-hush" not in said.getvalue()
