"""The stream's hub over a real store and bus: no gap, no double, nobody waits for anybody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Scope

from conselho.api.stream import HEARTBEAT_SECONDS, Hub
from conselho.buses.local import LocalBus
from conselho.models.event import EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.services.relay import Relay
from conselho.store import Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import FakeClock
from tests.support.factories import make_agent

DEADLINE = 10
RING = 2  # trimmed to its newest two when a fifth frame comes


class House:
    """A hub with all that feeds it. Events are stored by `store_events`, and sent by `publish`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = FakeClock()
        self.bus = LocalBus()
        self.relay = Relay(store, self.bus, self.clock, after=0)
        self.hub = Hub(
            store,
            store.identity,
            self.clock,
            ring=RING,
            send_seconds=0.2,
            catch_up_seconds=0.2,
        )
        self._loops: list[asyncio.Task[None]] = []
        self._agents = 0

    async def open(self) -> None:
        """Load what is stored, and follow."""
        _, newest = await self.store.event_span()
        self.relay = Relay(self.store, self.bus, self.clock, after=newest)
        self._loops = [
            asyncio.create_task(self.hub.run(self.bus)),
            asyncio.create_task(self.hub.beat()),
        ]
        await self.clock.until_asleep()
        async with self.client() as client:
            await client.until_open()

    async def close(self) -> None:
        self.hub.close()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self.bus.close()

    async def store_events(self, count: int) -> None:
        self._agents += 1
        agent = make_agent(AgentId(f"agent-{self._agents}"))
        data: dict[str, Any] = {}
        drafts = [EventDraft(type=EventType.UPDATED, agent_id=agent.agent_id, data=data)] * count
        await self.store.create_agent(agent, events=drafts)

    async def publish(self) -> None:
        """Send all that is stored, and let the hub take it in."""
        await self.relay.tick()
        await self._turns()

    async def events(self, count: int) -> None:
        await self.store_events(count)
        await self.publish()

    async def beat(self) -> None:
        await self.clock.advance(HEARTBEAT_SECONDS)
        await self._turns()

    def id(self, seq: int) -> str:
        return f"{self.store.identity}-{seq}"

    @asynccontextmanager
    async def client(self, last_event_id: str | None = None) -> AsyncIterator[Client]:
        client = Client(self.hub, last_event_id)
        try:
            yield client
        finally:
            await client.leave()

    async def _turns(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


class Client:
    """One ASGI client. It takes everything at once, unless `reads` is cleared."""

    def __init__(self, hub: Hub, last_event_id: str | None) -> None:
        self.reads = asyncio.Event()
        self.reads.set()
        self.aborted = asyncio.Event()
        self.ended = False
        self.headers: dict[bytes, bytes] = {}
        self._received = b""
        self._news = asyncio.Event()
        self._left = asyncio.Event()
        headers = [] if last_event_id is None else [(b"last-event-id", last_event_id.encode())]
        scope: Scope = {
            "type": "http",
            "headers": headers,
            "query_string": b"",
            "conselho.abort": self.aborted.set,
        }
        self._served = asyncio.ensure_future(hub(scope, self._receive, self._send))

    @property
    def frames(self) -> list[tuple[str, str | None, dict[str, Any]]]:
        """(type, id, data) of all that came."""
        frames = []
        for text in self._received.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in text.split("\n") if line)
            if "data" in fields:
                frames.append((fields["event"], fields.get("id"), json.loads(fields["data"])))
        return frames

    @property
    def seqs(self) -> list[int]:
        return [data["seq"] for _, _, data in self.frames if "seq" in data]

    async def until(self, count: int) -> None:
        """Wait until so many frames have come."""
        async with asyncio.timeout(DEADLINE):
            while len(self.frames) < count:
                self._news.clear()
                await self._news.wait()

    async def until_open(self) -> None:
        async with asyncio.timeout(DEADLINE):
            while b"retry: 5000\n\n" not in self._received:
                self._news.clear()
                await self._news.wait()

    async def until_ended(self) -> None:
        async with asyncio.timeout(DEADLINE):
            await asyncio.wait({self._served})

    async def leave(self) -> None:
        self._left.set()
        await self.until_ended()

    async def _receive(self) -> Message:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self.reads.wait()
        self.headers |= dict(message.get("headers", ()))
        self._received += message.get("body", b"")
        self.ended = message["type"] == "http.response.body" and not message["more_body"]
        self._news.set()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    house = House(store)
    yield house
    await house.close()
    await store.close()


async def test_a_client_hears_what_happens_from_now_on(house: House) -> None:
    await house.store_events(3)
    await house.open()
    async with house.client() as client:
        await client.until_open()
        await house.events(2)
        await client.until(2)

    assert client.headers[b"content-type"] == b"text/event-stream; charset=utf-8"
    kind, event_id, data = client.frames[0]
    assert (kind, event_id) == ("councilor_updated", house.id(4))
    assert (data["event_id"], data["seq"]) == (house.id(4), 4)
    assert data["ts"] == pytest.approx(house.clock.now().timestamp(), abs=1)
    assert client.seqs == [4, 5]


async def test_a_heartbeat_comes_every_fifteen_seconds_and_moves_no_resume_point(
    house: House,
) -> None:
    await house.open()
    async with house.client() as client:
        await client.until_open()
        await house.beat()
        await house.beat()
        await client.until(2)

    now = house.clock.now().timestamp()
    assert [(kind, event_id) for kind, event_id, _ in client.frames] == [("heartbeat", None)] * 2
    assert [data["timestamp"] for _, _, data in client.frames] == [now - HEARTBEAT_SECONDS, now]


@pytest.mark.parametrize("resumed", range(12))
async def test_a_resumed_client_gets_everything_after_its_id_once(
    house: House, resumed: int
) -> None:
    """Of twelve events the ring holds the last few; the store has the others."""
    await house.open()
    for _ in range(12):
        await house.events(1)
    async with house.client(house.id(resumed)) as client:
        await client.until(12 - resumed)
        await house.events(1)
        await client.until(13 - resumed)

    assert client.seqs == list(range(resumed + 1, 14))


@pytest.mark.parametrize("resumed", range(5))
async def test_a_heartbeat_at_the_edge_of_the_ring_hides_no_event(
    house: House, resumed: int
) -> None:
    """The ring is then [heartbeat, event 4]: the heartbeat bears the number of event 3."""
    await house.open()
    await house.events(3)
    await house.beat()
    await house.events(1)
    async with house.client(house.id(resumed)) as client:
        await house.events(1)
        await client.until_open()
        await client.until(5 - resumed)

    assert client.seqs == list(range(resumed + 1, 6))


@pytest.mark.parametrize("beats", [0, 1])
async def test_an_id_whose_successors_are_pruned_is_answered_with_a_reset(
    house: House, beats: int
) -> None:
    await house.store_events(10)
    await house.store.prune_events(keep=0, limit=100)
    await house.open()
    for _ in range(beats):
        await house.beat()

    async with house.client(house.id(9)) as client:
        await client.until(1)
        await house.events(1)
        await client.until(2)

    assert [kind for kind, _, _ in client.frames] == ["reset", "councilor_updated"]
    _, event_id, data = client.frames[0]
    assert event_id == data["event_id"] == house.id(10), "the stream goes on from there"
    assert "no longer kept" in data["reason"]
    assert client.seqs == [11]


async def test_the_newest_id_needs_no_reset_when_all_events_are_pruned(house: House) -> None:
    await house.store_events(10)
    await house.store.prune_events(keep=0, limit=100)
    await house.open()
    async with house.client(house.id(10)) as client:
        await client.until_open()
        await house.events(1)
        await client.until(1)

    assert client.seqs == [11]


@pytest.mark.parametrize(
    "foreign",
    ["x", "-", "-3", "another-3", "{identity}", "{identity}-", "{identity}-x", "{identity}--3",
     "{identity}-3.0", "{identity}-³", "{identity}-" + "9" * 30, "{identity}-4", "\x00", "é"],
)  # fmt: skip
async def test_an_id_that_this_store_did_not_give_is_answered_with_a_reset(
    house: House, foreign: str
) -> None:
    await house.store_events(3)
    await house.open()

    async with house.client(foreign.format(identity=house.store.identity)) as client:
        await client.until(1)

    assert [kind for kind, _, _ in client.frames] == ["reset"]


async def test_a_snapshot_may_be_ahead_of_the_ring(house: House) -> None:
    """The store has the event, the relay has not brought it yet: it must not come again."""
    await house.open()
    await house.store_events(2)
    async with house.client(house.id(2)) as client:
        await client.until_open()
        await house.events(1)
        await client.until(1)

    assert client.seqs == [3]


async def test_a_burst_longer_than_the_ring_comes_once_and_in_order(house: House) -> None:
    await house.open()
    async with house.client() as client:
        await client.until_open()
        await house.events(3)
        await client.until(3)
        await house.events(50)
        await client.until(53)

    assert client.seqs == list(range(1, 54))


async def test_what_the_store_has_before_the_ring_comes_once(house: House) -> None:
    """6 to 10 come from the store, which has 11 and 12 too; then much comes at once."""
    await house.open()
    for _ in range(10):
        await house.events(1)
    await house.store_events(2)
    async with house.client(house.id(5)) as client:
        await client.until(5)
        await house.publish()
        await house.events(20)
        await client.until(27)

    assert client.seqs == list(range(6, 33))


async def test_a_client_that_reads_slowly_reads_on_from_the_store(house: House) -> None:
    await house.open()
    async with house.client() as client:
        await client.until_open()
        client.reads.clear()
        await house.events(1)
        for _ in range(20):
            await house.events(1)
        client.reads.set()
        await client.until(21)

    assert client.seqs == list(range(1, 22))


async def test_a_client_that_stops_reading_is_cut_off_and_nobody_waits_for_it(
    house: House,
) -> None:
    await house.open()
    async with house.client() as stuck, house.client() as other:
        await stuck.until_open()
        await other.until_open()
        stuck.reads.clear()
        await house.events(3)
        await other.until(3)

        async with asyncio.timeout(DEADLINE):
            await stuck.aborted.wait()
        await stuck.until_ended()
        assert house.hub.clients == 1
        await house.events(1)
        await other.until(4)
        assert not other.aborted.is_set()

    assert house.hub.clients == 0
    assert stuck.seqs == []


async def test_closing_ends_every_stream_properly(house: House) -> None:
    await house.open()
    async with house.client() as live, house.client(house.id(99)) as waiting:
        await live.until_open()
        await waiting.until_open()

        house.hub.close()

        await live.until_ended()
        await waiting.until_ended()
    assert live.ended


async def test_text_that_has_no_utf8_form_does_not_break_the_stream(house: House) -> None:
    await house.open()
    data = {"summary": "a\ud800b\nc"}
    async with house.client() as client:
        await client.until_open()
        await house.store.create_agent(
            make_agent(AgentId("odd")),
            events=[EventDraft(type=EventType.UPDATED, agent_id="odd", data=data)],
        )
        await house.publish()
        await client.until(1)

    assert client.frames[0][2]["summary"] == "a\ufffdb\nc"
