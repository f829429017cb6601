"""The dead-man switches outside, as real HTTP servers: who is called when, and with what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from conselho.buses.local import LocalBus
from conselho.models.agent import Agent, Notifications
from conselho.models.event import Event, EventDraft, EventType
from conselho.models.ids import WorkerId
from conselho.models.task import ErrorKind, Status, Task
from conselho.models.verdict import Severity
from conselho.redaction import Redactor
from conselho.services.announcements import announce
from conselho.services.pinger import (
    BACKOFF_SECONDS,
    BODY_BYTES,
    WAITING_PER_COUNCILOR,
    Pinger,
    with_suffix,
)
from conselho.store import Store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import ANA, BIA, make_agent, make_task, make_verdict
from tests.support.scripted_server import Reply, ScriptedServer, answer
from tests.support.stores import open_store

FAMILY = "host-1:home:"
WORKER = WorkerId(f"{FAMILY}now")
FORMER = WorkerId(f"{FAMILY}before")
STRANGER = WorkerId("host-2:home:now")
SECRET = "a-key-of-this-server"
WITHIN = timedelta(seconds=20)
OK = answer(b"OK")
NO = answer(b"", status=500)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        yield store


class Bench:
    """A pinger that follows a bus; `tell` publishes what tasks announce."""

    def __init__(self, store: Store, *, timeout_seconds: float = 10) -> None:
        self.store = store
        self.clock = FakeClock()
        self.bus = LocalBus()
        self.seq = 0
        self.pinger = Pinger(
            store,
            self.clock,
            worker=WORKER,
            family=(FAMILY,),
            redact=Redactor([SECRET]).text,
            timeout_seconds=timeout_seconds,
        )

    async def seat(self, url: str | None, agent_id: str = ANA) -> Agent:
        agent = make_agent(agent_id)  # type: ignore[arg-type]
        config = replace(agent.seat, notifications=Notifications(ping_url=url))
        agent = replace(agent, councilor_config=config)
        await self.store.create_agent(agent, events=[])
        return agent

    async def tell(self, *tasks: Task) -> None:
        await self.publish([draft for task in tasks for draft in announce(task)])

    async def publish(self, drafts: list[EventDraft]) -> None:
        events = []
        for draft in drafts:
            self.seq += 1
            events.append(
                Event(
                    event_id=str(self.seq),
                    seq=self.seq,
                    type=draft.type,
                    agent_id=draft.agent_id,
                    data=draft.data,
                    created_at=NOON,
                )
            )
        await self.bus.publish(events)

    async def settled(self) -> None:
        """All that was told so far was heard, and the calls for it made or given up."""
        with capture_logs() as logs:
            await self.pinger.settle(self.seq, within=WITHIN)
        assert "ping.unfinished" not in [line["event"] for line in logs]

    async def through_backoff(self) -> None:
        """Let the tries of one call fail to the end."""
        for seconds in BACKOFF_SECONDS:
            await self.clock.until_asleep()
            await self.clock.advance(seconds)


@asynccontextmanager
async def following(bench: Bench) -> AsyncIterator[Bench]:
    follower = asyncio.ensure_future(bench.pinger.follow(bench.bus))
    await asyncio.sleep(0)  # it listens
    try:
        yield bench
    finally:
        follower.cancel()
        await asyncio.gather(follower, return_exceptions=True)
        assert bench.clock.asleep == 0, "nothing goes on behind its back"


@pytest.fixture
async def bench(store: Store) -> AsyncIterator[Bench]:
    async with following(Bench(store)) as bench:
        yield bench


def processing(**fields: Any) -> Task:
    defaults: dict[str, Any] = {"status": Status.PROCESSING, "worker_id": WORKER, "attempt": 1}
    return make_task(**(defaults | fields))


def completed(severity: Severity = Severity.SUCCESS, **fields: Any) -> Task:
    verdict = make_verdict(severity, **fields.pop("verdict", {}))
    return processing(status=Status.COMPLETED, severity=severity, verdict=verdict, **fields)


def failed(**fields: Any) -> Task:
    defaults: dict[str, Any] = {
        "status": Status.ERROR,
        "severity": Severity.ERROR,
        "error": "Exit code 1.",
    }
    return processing(**(defaults | fields))


async def test_a_run_is_told_at_its_start_and_its_end(bench: Bench) -> None:
    with ScriptedServer(OK, OK) as switch:
        await bench.seat(f"{switch.url}/abc")
        await bench.tell(processing(), completed())
        await bench.settled()

    start, end = switch.requests
    assert (start.method, start.target, start.body) == ("POST", "/abc/start", b"")
    assert (end.method, end.target, end.body) == ("POST", "/abc", b"success: All is well.")


@pytest.mark.parametrize(
    ("task", "body"),
    [
        (failed(), b"error: Exit code 1."),
        (completed(Severity.ERROR), b"error: All is well."),
    ],
    ids=["failed", "bad news"],
)
async def test_a_failed_run_and_bad_news_are_told_as_failures(
    bench: Bench, task: Task, body: bytes
) -> None:
    with ScriptedServer(OK) as switch:
        await bench.seat(f"{switch.url}/abc")
        await bench.tell(task)
        await bench.settled()

    assert [(r.target, r.body) for r in switch.requests] == [("/abc/fail", body)]


async def test_a_warning_is_no_failure(bench: Bench) -> None:
    with ScriptedServer(OK) as switch:
        await bench.seat(f"{switch.url}/abc")
        await bench.tell(completed(Severity.WARNING))
        await bench.settled()

    assert [r.target for r in switch.requests] == ["/abc"]


@pytest.mark.parametrize(
    "task",
    [
        processing(status=Status.PENDING, worker_id=None),
        processing(cancel_requested=True),
        processing(status=Status.CANCELLED),
        processing(worker_id=STRANGER),
        completed(worker_id=STRANGER),
        failed(worker_id=FORMER),
        failed(worker_id=STRANGER, error_kind=ErrorKind.WORKER_LOST),
        failed(worker_id=None, error_kind=ErrorKind.WORKER_LOST),
    ],
    ids=[
        "pending",
        "asked to stop",
        "cancelled",
        "started elsewhere",
        "ended elsewhere",
        "ended by a former server",
        "lost elsewhere",
        "never started",
    ],
)
async def test_what_is_neither_ours_nor_an_end_is_not_told(bench: Bench, task: Task) -> None:
    with ScriptedServer(OK) as switch:
        await bench.seat(switch.url)
        await bench.tell(task)
        await bench.settled()

        assert switch.requests == []


async def test_a_run_that_a_former_server_lost_is_told_as_failed(bench: Bench) -> None:
    with ScriptedServer(OK) as switch:
        await bench.seat(f"{switch.url}/abc")
        await bench.tell(failed(worker_id=FORMER, error_kind=ErrorKind.WORKER_LOST))
        await bench.settled()

    assert [r.target for r in switch.requests] == ["/abc/fail"]


async def test_who_has_no_switch_and_who_is_gone_calls_nobody(bench: Bench) -> None:
    await bench.seat(None)
    await bench.tell(processing(), processing(agent_id=BIA))
    await bench.settled()

    assert bench.pinger.failed == 0


async def test_a_new_address_counts_from_its_change_on(bench: Bench) -> None:
    with ScriptedServer(OK) as old, ScriptedServer(OK) as new:
        agent = await bench.seat(f"{old.url}/old")
        await bench.tell(processing())
        await bench.settled()
        moved = replace(agent.seat, notifications=Notifications(ping_url=f"{new.url}/new"))
        await bench.store.save_agent(replace(agent, councilor_config=moved), events=[])
        await bench.publish([EventDraft(type=EventType.UPDATED, agent_id=ANA, data={})])
        await bench.tell(completed())
        await bench.settled()

    assert [r.target for r in old.requests] == ["/old/start"]
    assert [r.target for r in new.requests] == ["/new"]


async def test_what_is_told_is_one_short_line_without_secrets(bench: Bench) -> None:
    summary = f"Line one,\n\tline two. {SECRET} " + "é" * 2_000
    with ScriptedServer(OK) as switch:
        await bench.seat(switch.url)
        await bench.tell(completed(verdict={"summary": summary}))
        await bench.settled()

    body = switch.requests[0].body
    assert BODY_BYTES - 1 <= len(body) <= BODY_BYTES
    assert body.decode().startswith("success: Line one, line two. [redacted")
    assert SECRET not in body.decode()


# -- switches that do not answer -------------------------------------------------------------------


async def test_a_call_is_tried_three_times(bench: Bench) -> None:
    with ScriptedServer(NO, b"no HTTP at all\r\n\r\n", OK) as switch:
        await bench.seat(f"{switch.url}/abc")
        await bench.tell(completed())
        await bench.through_backoff()
        await bench.settled()

    assert [r.target for r in switch.requests] == ["/abc"] * 3
    assert bench.pinger.failed == 0


async def test_the_log_tells_a_failure_once_until_it_works_again(bench: Bench) -> None:
    with ScriptedServer(*[NO] * 6, OK) as switch, capture_logs() as logs:
        await bench.seat(f"{switch.url}/as-good-as-a-password")
        for _ in range(2):
            await bench.tell(completed())
            await bench.through_backoff()
            await bench.pinger.settle(bench.seq, within=WITHIN)
        await bench.tell(completed())
        await bench.pinger.settle(bench.seq, within=WITHIN)

    assert bench.pinger.failed == 2
    assert [line["event"] for line in logs] == ["ping.failed", "ping.works_again"]
    assert logs[0]["reason"] == "it answered 500"
    assert logs[0]["host"] == "127.0.0.1"
    assert "as-good-as-a-password" not in str(logs)


async def test_an_answer_that_leads_elsewhere_is_not_followed(bench: Bench) -> None:
    with ScriptedServer(OK) as elsewhere:
        head = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}/x\r\nContent-Length: 0\r\n\r\n"
        with ScriptedServer(*[head.encode()] * 3) as switch:
            await bench.seat(switch.url)
            await bench.tell(completed())
            await bench.through_backoff()
            await bench.settled()

        assert elsewhere.requests == []
    assert bench.pinger.failed == 1


async def test_an_address_that_nobody_listens_at_is_given_up(bench: Bench) -> None:
    with ScriptedServer(OK) as gone:
        url = gone.url
    await bench.seat(url)
    await bench.tell(completed())
    await bench.through_backoff()
    await bench.settled()

    assert bench.pinger.failed == 1


async def test_a_switch_that_never_answers_is_given_up_and_holds_up_nobody_else(
    store: Store,
) -> None:
    async with following(Bench(store, timeout_seconds=1)) as bench:
        with ScriptedServer(*[Reply(b"", hold=True)] * 3) as mute, ScriptedServer(OK) as switch:
            await bench.seat(mute.url)
            await bench.seat(f"{switch.url}/bia", BIA)
            await bench.tell(completed(), completed(agent_id=BIA))
            await bench.through_backoff()
            await bench.settled()

    assert [r.target for r in switch.requests] == ["/bia"]
    assert bench.pinger.failed == 1


async def test_an_endless_answer_is_not_read(bench: Bench) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n" + b"x" * 100_000
    with ScriptedServer(Reply(head, hold=True)) as switch:
        await bench.seat(switch.url)
        await bench.tell(completed())
        await bench.settled()

    assert bench.pinger.failed == 0


async def test_of_calls_that_pile_up_the_newest_are_made(bench: Bench) -> None:
    """The first is on its way and fails; behind it wait a few, and the older ones are dropped."""
    more = WAITING_PER_COUNCILOR + 3
    with ScriptedServer(NO, *[OK] * (WAITING_PER_COUNCILOR + 1)) as switch:
        await bench.seat(f"{switch.url}/abc")
        await bench.tell(completed(verdict={"summary": "first"}))
        await bench.clock.until_asleep()
        await bench.tell(*(completed(verdict={"summary": str(n)}) for n in range(more)))
        await bench.clock.advance(BACKOFF_SECONDS[0])
        await bench.settled()

    said = [request.body.decode().removeprefix("success: ") for request in switch.requests]
    assert said == ["first", "first", *(str(n) for n in range(3, more))]
    assert bench.pinger.failed == 3


async def test_who_stops_waits_no_longer_than_it_may(bench: Bench) -> None:
    with ScriptedServer(NO, OK) as switch:
        await bench.seat(switch.url)
        await bench.tell(completed())
        await bench.clock.until_asleep()

        with capture_logs() as logs:
            await bench.pinger.settle(bench.seq, within=timedelta(0))

    assert [line["event"] for line in logs] == ["ping.unfinished"]


@pytest.mark.parametrize(
    ("address", "suffix", "url"),
    [
        ("https://hc.example/abc", "", "https://hc.example/abc"),
        ("https://hc.example/abc", "/start", "https://hc.example/abc/start"),
        ("https://hc.example/abc/", "/fail", "https://hc.example/abc/fail"),
        ("https://hc.example/abc?create=1", "/fail", "https://hc.example/abc/fail?create=1"),
        ("https://hc.example", "/start", "https://hc.example/start"),
        ("https://me:pw@hc.example:8/a#b", "/start", "https://me:pw@hc.example:8/a/start"),
    ],
)
def test_the_suffix_goes_behind_the_path(address: str, suffix: str, url: str) -> None:
    assert with_suffix(address, suffix) == url
