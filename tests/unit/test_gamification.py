"""What the WebSocket of older clients sends, and how it gets rid of a client that does not read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.types import Message, Scope

from conselho.api.frames import frame_of, framed
from conselho.api.gamification import Gamification, told_of
from conselho.api.stream import Hub
from conselho.buses.local import LocalBus
from conselho.models.event import Event, EventDraft, EventType
from conselho.models.task import Status, Task
from conselho.models.verdict import Severity
from conselho.services.announcements import announce
from conselho.services.relay import Relay
from conselho.store import Store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import make_agent, make_snapshot, make_task, make_verdict

DEADLINE = 10


def finished(**fields: Any) -> Task:
    defaults: dict[str, Any] = {
        "due_at": None,
        "status": Status.COMPLETED,
        "severity": Severity.SUCCESS,
        "verdict": make_verdict(summary="s" * 300),
        "started_at": NOON,
        "completed_at": NOON + timedelta(seconds=2),
        "duration_seconds": 2.0,
    }
    return make_task(**(defaults | fields))


def told(task: Task) -> list[dict[str, Any]]:
    """What clients are sent for the events of this Task."""
    frames = [
        frame_of(
            Event(
                event_id=f"x-{seq}",
                seq=seq,
                type=draft.type,
                agent_id=draft.agent_id,
                data=json.loads(json.dumps(draft.data)),
                created_at=NOON,
            )
        ).data
        for seq, draft in enumerate(announce(task), 1)
    ]
    return [json.loads(message.text) for one in frames if (message := told_of(one))]


def test_a_run_that_is_no_councilors_has_names_of_its_own() -> None:
    snapshot = make_snapshot(instance_id="instance-1")
    pending = make_task(due_at=None, task_id="e1", is_councilor_execution=False, snapshot=snapshot)
    running = replace(pending, status=Status.PROCESSING, started_at=NOON)
    [started] = told(running)

    assert started["type"] == "agent_execution_started"
    assert started["data"] == {
        "agent_id": "ana",
        "agent_name": "Ana",
        "agent_emoji": "🦉",
        "instance_id": "instance-1",
        "execution_id": "e1",
        "started_at": "2026-11-22T12:00:00Z",
        "level": "debug",
    }
    [completed] = told(finished(task_id="e1", is_councilor_execution=False))
    assert completed["type"] == "agent_execution_completed"
    assert completed["data"].keys() == started["data"].keys() | {
        "status", "severity", "completed_at", "duration_ms", "summary"
    }  # fmt: skip
    assert completed["data"]["level"] == "result"
    assert completed["data"]["duration_ms"] == 2000
    assert completed["data"]["summary"] == "s" * 199 + "…"


def test_a_failure_of_such_a_run_is_completed_with_its_status() -> None:
    task = finished(is_councilor_execution=False, status=Status.ERROR, error="It broke.")
    [failed] = told(replace(task, severity=Severity.ERROR, verdict=None))
    assert failed["type"] == "agent_execution_completed"
    assert (failed["data"]["status"], failed["data"]["summary"]) == ("error", "It broke.")


@pytest.mark.parametrize("kind", [EventType.HEARTBEAT, EventType.RESET, "a_newer_word"])
def test_what_older_clients_do_not_know_is_not_sent(kind: str) -> None:
    assert told_of(framed(kind, {"ts": 1.0}, "x-1")) is None


def test_the_message_is_made_once_for_all_clients() -> None:
    one = framed(EventType.STARTED, {"ts": 1.0}, "x-1")
    assert told_of(one) is told_of(one)


class Client:
    """One ASGI client, which reads only while `reads` is set."""

    def __init__(self, app: Gamification) -> None:
        self.reads = asyncio.Event()
        self.reads.set()
        self.blocked = asyncio.Event()
        self.aborted = asyncio.Event()
        self.sent: list[Message] = []
        self._news = asyncio.Event()
        self._commands: asyncio.Queue[Message] = asyncio.Queue()
        self._commands.put_nowait({"type": "websocket.connect"})
        scope: Scope = {
            "type": "websocket",
            "path": "/ws/gamification",
            "headers": [],
            "conselho.abort": self.aborted.set,
        }
        self.served = asyncio.ensure_future(app(scope, self._commands.get, self._send))

    async def until(self, count: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while len(self.sent) < count:
                self._news.clear()
                await self._news.wait()

    async def ended(self) -> None:
        async with asyncio.timeout(DEADLINE):
            await self.served

    async def _send(self, message: Message) -> None:
        if not self.reads.is_set():
            self.blocked.set()
        await self.reads.wait()
        self.sent.append(message)
        self._news.set()


class House:
    """A hub with a short ring over a real store, and the WebSocket over it."""

    def __init__(self, store: Store, *, send_seconds: float) -> None:
        self.store = store
        self.clock = FakeClock()
        self.bus = LocalBus()
        self.relay = Relay(store, self.bus, self.clock, after=0)
        self.hub = Hub(store, store.identity, self.clock, ring=2)
        self.app = Gamification(self.hub, store, self.clock, send_seconds=send_seconds)
        self.loop = asyncio.ensure_future(self.hub.run(self.bus))

    async def starts(self, count: int) -> None:
        """So many runs start, and the hub takes it in."""
        agent = make_agent()
        data = {"councilor_id": "ana", "is_councilor_execution": True}
        draft = EventDraft(type=EventType.STARTED, agent_id="ana", data=data)
        await self.store.create_agent(agent, events=[draft] * count)
        await self.relay.tick()
        async with asyncio.timeout(DEADLINE):
            await self.hub.reaches(count)

    async def close(self) -> None:
        self.hub.close()
        await self.bus.close()
        await asyncio.gather(self.loop, return_exceptions=True)


@pytest.fixture
async def house(store: Store) -> AsyncIterator[House]:
    house = House(store, send_seconds=DEADLINE)
    yield house
    await house.close()


@pytest.fixture
async def impatient(store: Store) -> AsyncIterator[House]:
    house = House(store, send_seconds=0.05)
    yield house
    await house.close()


async def test_a_client_that_does_not_read_is_cut_off(impatient: House) -> None:
    client = Client(impatient.app)
    await client.until(2)  # accepted, connected
    client.reads.clear()
    await impatient.starts(1)
    await client.ended()
    assert client.aborted.is_set()
    assert impatient.app.clients == 0


async def test_a_client_that_fell_behind_is_told_to_come_again(house: House) -> None:
    client = Client(house.app)
    await client.until(2)
    client.reads.clear()
    # Taken in while it is being written to: more than the ring holds.
    first = asyncio.ensure_future(house.starts(6))
    async with asyncio.timeout(DEADLINE):
        await client.blocked.wait()
    await first
    house.hub.ring.skip_to(house.hub.ring.newest)
    client.reads.set()
    await client.ended()
    assert client.sent[-1]["type"] == "websocket.close"
    assert client.sent[-1]["code"] == 1013


async def test_the_end_of_the_hub_is_a_going_away(house: House) -> None:
    client = Client(house.app)
    await client.until(2)
    house.hub.close()
    await client.ended()
    assert client.sent[-1] == {
        "type": "websocket.close", "code": 1001, "reason": "The server stops."
    }  # fmt: skip
