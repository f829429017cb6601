"""The stream's hub over a real store and bus: no gap, no double, nobody waits for anybody."""

from __future__ import annotations

import asyncio
import gc
import socket
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from conselho.api import delivery
from conselho.api.batches import JOINED_FRAMES
from conselho.api.connections import STREAM_BUFFER_BYTES
from conselho.api.delivery import SEND_SECONDS
from conselho.api.stream import LOOK_SECONDS, LOOKS_PER_HEARTBEAT, Hub
from conselho.buses.local import LocalBus
from conselho.models.event import EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.services.relay import Relay
from conselho.store import Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import FakeClock
from tests.support.factories import make_agent
from tests.support.stores import open_store
from tests.support.wire import DEADLINE, StreamClient, StreamServer

HEARTBEAT_SECONDS = LOOK_SECONDS * LOOKS_PER_HEARTBEAT
RING = 2  # trimmed to its newest two when a fifth frame comes


class House:
    """A hub with all that feeds it. Events are stored by `store_events`, and sent by `publish`."""

    def __init__(self, store: Store, *, ring: int = RING) -> None:
        self.store = store
        self.clock = FakeClock()
        self.bus = LocalBus()
        self.relay = Relay(store, self.bus, self.clock, after=0)
        self.late: str | None = None
        self.hub = Hub(
            store,
            store.identity,
            self.clock,
            ring=ring,
            catch_up_seconds=0.2,
            late=lambda: self.late,
        )
        self.server = StreamServer(self.hub)
        self._loops: list[asyncio.Task[None]] = []
        self._agents = 0

    async def open(self) -> None:
        """Load what is stored, and follow."""
        _, newest = await self.store.event_span()
        self.relay = Relay(self.store, self.bus, self.clock, after=newest)
        self._loops = [
            asyncio.create_task(self.hub.run(self.bus)),
            asyncio.create_task(self.hub.deliver()),
            asyncio.create_task(self.hub.tend()),
        ]
        await self.clock.until_asleep()
        await self.hub.loaded()

    async def close(self) -> None:
        self.hub.close()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self.server.close()
        await self.bus.close()

    async def store_events(self, count: int) -> None:
        self._agents += 1
        agent = make_agent(AgentId(f"agent-{self._agents}"))
        draft = EventDraft(type=EventType.UPDATED, agent_id=agent.agent_id, data={})
        await self.store.create_agent(agent, events=[draft] * count)

    async def tell(self, *drafts: tuple[EventType, str, dict[str, Any]]) -> None:
        """Store and send these events: type, councilor, data."""
        self._agents += 1
        agent = make_agent(AgentId(f"agent-{self._agents}"))
        events = [EventDraft(type=kind, agent_id=who, data=data) for kind, who, data in drafts]
        await self.store.create_agent(agent, events=events)
        await self.publish()

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
    async def client(
        self, last_event_id: str | None = None, **options: Any
    ) -> AsyncIterator[StreamClient]:
        client = StreamClient(self.server, last_event_id, **options)
        try:
            yield client
        finally:
            client.leave()
            await self._turns()

    async def _turns(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


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

    assert "content-type: text/event-stream; charset=utf-8\r\n" in client.head
    assert "x-accel-buffering: no\r\n" in client.head
    kind, event_id, data = client.frames[0]
    assert (kind, event_id) == ("councilor_updated", house.id(4))
    assert (data["event_id"], data["seq"]) == (house.id(4), 4)
    assert data["ts"] == pytest.approx(house.clock.now().timestamp(), abs=1)
    assert client.seqs == [4, 5]


async def test_a_heartbeat_comes_every_fifteen_seconds_with_the_newest_id(house: House) -> None:
    await house.store_events(3)
    await house.open()
    async with house.client() as client:
        await client.until_open()
        await house.beat()
        await house.beat()
        await client.until(2)

    now = house.clock.now().timestamp()
    assert [(told.type, told.event_id) for told in client.frames] == [
        ("heartbeat", house.id(3))
    ] * 2
    assert [told.data["timestamp"] for told in client.frames] == [now - HEARTBEAT_SECONDS, now]


async def test_that_events_are_late_is_told_at_once_and_when_they_are_no_longer(
    house: House,
) -> None:
    await house.open()
    async with house.client() as client:
        await client.until_open()
        for count, late in enumerate(("bus", "store", None), 1):
            house.late = late
            await house.clock.advance(LOOK_SECONDS)
            await client.until(count)
        await house.clock.advance(LOOK_SECONDS)
        await house.events(1)
        await client.until(4)

    assert [told.data.get("late") for told in client.frames[:3]] == ["bus", "store", None]
    assert [told.type for told in client.frames[:3]] == ["heartbeat"] * 3
    assert client.frames[3].type != "heartbeat"


async def test_a_resumed_client_gets_everything_after_its_id_once(house: House) -> None:
    """Of twelve events the ring holds the last few; the store has the others."""
    await house.open()
    for _ in range(12):
        await house.events(1)
    clients = [StreamClient(house.server, house.id(resumed)) for resumed in range(12)]
    for resumed, client in enumerate(clients):
        await client.until(12 - resumed)
    await house.events(1)

    for resumed, client in enumerate(clients):
        await client.until(13 - resumed)
        assert client.seqs == list(range(resumed + 1, 14))


async def test_a_heartbeat_at_the_edge_of_the_ring_hides_no_event(house: House) -> None:
    """The ring is then [heartbeat, event 4]: the heartbeat bears the number of event 3."""
    await house.open()
    await house.events(3)
    await house.beat()
    await house.events(1)
    clients = [StreamClient(house.server, house.id(resumed)) for resumed in range(5)]
    await house.events(1)

    for resumed, client in enumerate(clients):
        await client.until_seq(5)
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


async def test_an_id_that_this_store_did_not_give_is_answered_with_a_reset(house: House) -> None:
    await house.store_events(3)
    await house.open()
    of_here = ["", "-", "-x", "--3", "-3.0", "-³", f"-{'9' * 30}", "-4"]
    foreign = ["x", "-", "-3", "another-3", "\x00", "é", "9" * 2_000]
    foreign += [house.store.identity + rest for rest in of_here]
    clients = [StreamClient(house.server, event_id) for event_id in foreign]

    for event_id, client in zip(foreign, clients, strict=True):
        await client.until(1)
        assert [kind for kind, _, _ in client.frames] == ["reset"], event_id


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
        client.wire.reads = False
        for _ in range(21):
            await house.events(1)
        assert len(client.wire.waiting) == 1, "nothing is written to who does not read"
        client.wire.reads = True
        await client.until(21)

    assert client.seqs == list(range(1, 22))


async def test_a_client_that_reads_late_gets_what_it_lacks_in_one_write(house: House) -> None:
    await house.open()
    async with house.client() as client:
        await client.until_open()
        client.wire.reads = False
        await house.events(1)
        await house.events(1)
        await house.events(1)
        client.wire.reads = True
        await client.until(3)

    assert client.seqs == [1, 2, 3]
    assert b"id: " not in client.wire.written[-3]
    assert [data.count(b"id: ") for data in client.wire.written[-2:]] == [1, 2]


async def test_who_lacks_more_than_one_write_holds_gets_it_all(tmp_path: Path) -> None:
    async with open_store("sqlite", tmp_path) as store:
        house = House(store, ring=3 * JOINED_FRAMES)
        await house.open()
        async with house.client() as live:
            await live.until_open()
            live.wire.reads = False
            await house.events(1)
            await house.events(2 * JOINED_FRAMES)
            live.wire.reads = True
            await live.until(1 + 2 * JOINED_FRAMES)
            async with house.client(house.id(0)) as resumed:
                await resumed.until(1 + 2 * JOINED_FRAMES)
        await house.close()

    assert live.seqs == resumed.seqs == list(range(1, 2 + 2 * JOINED_FRAMES))


async def test_a_client_that_stops_reading_is_cut_off_and_nobody_waits_for_it(
    house: House,
) -> None:
    await house.open()
    async with house.client() as stuck, house.client() as other:
        await stuck.until_open()
        await other.until_open()
        stuck.wire.reads = False
        await house.events(3)
        await other.until(3)

        await house.clock.advance(SEND_SECONDS - LOOK_SECONDS)
        assert not stuck.wire.aborted.is_set()
        await house.clock.advance(2 * LOOK_SECONDS)
        assert stuck.wire.aborted.is_set()
        await stuck.until_closed()
        assert house.hub.clients == 1
        await house.events(1)
        await other.until(4)
        assert not other.wire.aborted.is_set()

    assert house.hub.clients == 0
    assert house.hub.figures.evictions == 1
    assert stuck.seqs == []


async def test_a_client_that_reads_again_in_time_stays(house: House) -> None:
    await house.open()
    async with house.client() as client:
        await client.until_open()
        for _ in range(3):
            client.wire.reads = False
            await house.events(1)
            await house.clock.advance(SEND_SECONDS - LOOK_SECONDS)
            client.wire.reads = True
        await house.events(1)
        await client.until(5)

    assert client.seqs == [1, 2, 3, 4]
    assert not client.wire.aborted.is_set()


async def test_others_have_their_turn_while_all_clients_are_written_to(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the shortest of slices: between the first and the last client, requests go on."""
    monkeypatch.setattr(delivery, "SLICE_SECONDS", 0.0)
    await house.open()
    clients = [StreamClient(house.server) for _ in range(4 * delivery.WRITES_PER_LOOK)]
    for client in clients:
        await client.until_open()
    await house.store_events(1)
    served: set[int] = set()

    async def request() -> None:
        while len(clients) > (count := sum(b"id: " in one.wire.written[-1] for one in clients)):
            served.add(count)
            await asyncio.sleep(0)

    async with asyncio.timeout(DEADLINE):
        await asyncio.gather(request(), house.relay.tick())

    assert len(served - {0}) >= 3
    for client in clients:
        client.leave()


async def test_a_client_that_left_leaves_nothing_for_the_collector(house: House) -> None:
    """It looks rarely (serve.py): what leads in a circle would pile up."""
    await house.open()
    gc.disable()
    try:
        async with house.client() as client:
            await client.until_open()
            await house.events(1)
            protocol = weakref.ref(client.wire.protocol)
            client.leave()
            await client.until_closed()
        assert protocol() is None
    finally:
        gc.enable()


async def test_closing_ends_every_stream_properly(house: House) -> None:
    await house.open()
    async with house.client() as live, house.client(house.id(99)) as waiting:
        await live.until_open()
        await waiting.until_open()

        house.hub.close()

        await live.until_ended()
        await waiting.until_ended()
    assert live.is_ended_properly


async def test_closing_waits_for_nobody_who_does_not_read(house: House) -> None:
    await house.open()
    async with house.client() as live, house.client() as away:
        await live.until_open()
        await away.until_open()
        away.wire.reads = live.wire.reads = False
        await house.events(1)
        for _ in range(10):
            await house.events(1)
        away.wire.reads = True  # it reads from the store now
        away.wire.reads = False

        house.hub.close()

        await live.until_closed()
        away.wire.reads = True
        await away.until_ended()
    assert house.hub.clients == 0


class Reader:
    """Somebody who stays, over all their connections: stops reading, leaves, comes back."""

    def __init__(self, house: House, seq: int) -> None:
        self.first = seq
        self.seqs: list[int] = []
        self._house = house
        self._heard = house.id(seq)
        self._client = StreamClient(house.server, self._heard)

    def pause(self) -> None:
        self._client.wire.reads = False

    def read(self) -> None:
        self._client.wire.reads = True

    def come_back(self) -> None:
        """What was under way to them is lost with the connection."""
        self._take_in()
        self._client.leave()
        self._client = StreamClient(self._house.server, self._heard)

    async def end(self, newest: int) -> None:
        self.read()
        if self._client.wire.is_closing():  # it paused for too long
            self.come_back()
        await self._client.until_seq(newest)
        self._take_in()
        self._client.leave()

    def _take_in(self) -> None:
        self.seqs += self._client.seqs
        for told in self._client.frames:
            self._heard = told.event_id or self._heard


@pytest.mark.parametrize("seed", range(5))
async def test_whoever_stops_leaves_and_comes_back_hears_everything_once(
    house: House, seed: int
) -> None:
    chance = Random(seed)
    await house.open()
    newest = 0
    readers: list[Reader] = []
    for _ in range(150):
        match chance.randrange(8):
            case 0 | 1:
                count = chance.randint(1, 7)
                await house.events(count)
                newest += count
            case 2:
                await house.beat()
            case 3 if len(readers) < 15:
                readers.append(Reader(house, chance.randint(0, newest)))
            case 4 if readers:
                chance.choice(readers).pause()
            case 5 if readers:
                chance.choice(readers).read()
            case 6 if readers:
                chance.choice(readers).come_back()
            case _:
                await asyncio.sleep(0)
    await house.events(1)
    newest += 1

    for reader in readers:
        await reader.end(newest)
        assert reader.seqs == list(range(reader.first + 1, newest + 1))


# -- what a client may ask for -------------------------------------------------------------------


async def tell_a_story(house: House) -> None:
    """Of Ana a start, a success and its row; of Bia a warning and an error; one of the council."""
    await house.tell(
        (EventType.STARTED, "ana", {}),
        (EventType.COMPLETED, "ana", {"severity": "success"}),
        (EventType.EXECUTION, "ana", {"severity": "success"}),
        (EventType.COMPLETED, "bia", {"severity": "warning"}),
        (EventType.ERROR, "bia", {"severity": "error"}),
        (EventType.JOURNAL, "", {}),
    )


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({"councilor_id": "ana"}, [1, 2, 3]),
    ({"councilor_id": ["ana", "bia"]}, [1, 2, 3, 4, 5]),
    ({"councilor_id": "ana,bia"}, [1, 2, 3, 4, 5]),
    ({"types": "councilor_completed"}, [2, 4]),
    ({"types": "councilor_started,council_journal"}, [1, 6]),
    ({"types": ["councilor_started", "council_journal"]}, [1, 6]),
    ({"min_severity": "success"}, [2, 3, 4, 5]),
    ({"min_severity": "warning"}, [4, 5]),
    ({"min_severity": "error"}, [5]),
    ({"councilor_id": "bia", "types": "councilor_completed,councilor_error",
      "min_severity": "warning"}, [4, 5]),
    ({"councilor_id": "ana", "min_severity": "warning"}, []),
    ({"unknown": "x"}, [1, 2, 3, 4, 5, 6]),
]  # fmt: skip


@pytest.mark.parametrize("resumed", [False, True], ids=["live", "out of the store"])
async def test_a_filter_lets_only_through_what_was_asked_for(house: House, resumed: bool) -> None:
    for name in ("ana", "bia"):
        await house.store.create_agent(make_agent(AgentId(name)), events=[])
    await house.open()
    if resumed:
        await tell_a_story(house)
    start = house.id(0) if resumed else None
    clients = [StreamClient(house.server, start, **query) for query, _ in FILTERS]
    for client in clients:
        await client.until_open()
    if not resumed:
        await tell_a_story(house)
    await house.beat()
    for client, (_, passed) in zip(clients, FILTERS, strict=True):
        await client.until(len(passed) + 1)
    await house.tell((EventType.STARTED, "eva", {}))
    await house.beat()

    for client, (query, passed) in zip(clients, FILTERS, strict=True):
        await client.until(len(passed) + 2)
        told = client.frames
        assert [one.data["seq"] for one in told if one.data.get("seq", 7) < 7] == passed, query
        beats = [one.event_id for one in told if one.type == "heartbeat"]
        assert beats == [house.id(6), house.id(7)], "the resume point moves on whatever passes"
        client.leave()


async def test_a_filtered_client_that_resumes_from_a_heartbeat_misses_nothing(
    house: House,
) -> None:
    await house.store.create_agent(make_agent(AgentId("bia")), events=[])
    await house.open()
    async with house.client(councilor_id="bia") as client:
        await client.until_open()
        await house.tell((EventType.STARTED, "ana", {}))
        await house.beat()
        await client.until(1)
    await house.tell((EventType.STARTED, "bia", {}), (EventType.STARTED, "ana", {}))
    for _ in range(3):
        await house.tell((EventType.STARTED, "ana", {}))

    async with house.client(client.frames[0].event_id, councilor_id="bia") as client:
        await client.until(1)
        await house.tell((EventType.ERROR, "bia", {}))
        await client.until(2)

    assert client.seqs == [2, 7]


async def test_clients_that_read_the_same_share_its_bytes(house: House) -> None:
    await house.store.create_agent(make_agent(AgentId("ana")), events=[])
    await house.open()
    async with (
        house.client() as all_one,
        house.client() as all_two,
        house.client(councilor_id="ana", types="councilor_started") as ana_one,
        house.client(types="councilor_started", councilor_id=["ana"]) as ana_two,
    ):
        for client in (all_one, all_two, ana_one, ana_two):
            await client.until_open()
        await house.tell((EventType.STARTED, "ana", {}), (EventType.STARTED, "bia", {}))
        await all_two.until(2)
        await ana_two.until(1)

    assert all_one.wire.written[-1] is all_two.wire.written[-1]
    assert ana_one.wire.written[-1] is ana_two.wire.written[-1]
    assert ana_two.seqs == [1]


async def test_a_filter_that_cannot_be_meant_is_answered_with_a_sentence(house: House) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"councilor_id": "nobody"}, "councilor_id: there is no agent 'nobody'."),
        ({"councilor_id": "\0é/.."}, "councilor_id: there is no agent "),
        ({"councilor_id": ""}, "councilor_id: is empty"),
        ({"councilor_id": [f"a{n}" for n in range(51)]}, "50 are the most"),
        ({"types": "councilor_complete"}, "Did you mean 'councilor_completed'?"),
        ({"types": "heartbeat"}, "there is no type of event 'heartbeat'"),
        ({"types": "councilor_started,"}, "types: is empty"),
        ({"min_severity": "warn"}, "there is no severity 'warn'; known are success, info"),
        ({"min_severity": ["info", "error"]}, "takes one severity"),
        ({"types": "councilor_started", "min_severity": "info"}, "has a severity"),
    ]
    await house.open()
    for query, sentence in refused:
        async with house.client(**query) as client:
            await client.until_answered()

        assert client.status == 422
        assert sentence in client.content.decode()
    assert house.hub.figures.opened == 0


async def test_a_request_with_a_body_is_answered_with_a_sentence(house: House) -> None:
    await house.open()
    async with house.client(headers="Content-Length: 2\r\n", body="hi") as client:
        await client.until_answered()

    assert client.status == 422
    assert b"takes no body" in client.content


async def test_a_client_that_speaks_is_cut_off(house: House) -> None:
    await house.open()
    async with house.client() as client:
        await client.until_open()
        client.say(b"GET / HTTP/1.1\r\n")
        await client.until_closed()

    assert house.hub.clients == 0


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has it")
async def test_a_client_that_acknowledges_nothing_is_not_kept_for_long(house: House) -> None:
    """Without this the system tries for a quarter of an hour."""
    await house.open()
    async with house.client() as client:
        await client.until_open()
        connection = client.wire.get_extra_info("socket")
        milliseconds = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        held = connection.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)

    assert milliseconds == 30_000
    assert held <= 2 * STREAM_BUFFER_BYTES, "Linux doubles what it is told"


async def test_http_1_0_gets_no_chunks(house: House) -> None:
    await house.open()
    async with house.client(version="1.0") as old, house.client() as new:
        await old.until_open()
        await new.until_open()
        await house.events(2)
        await old.until(2)
        await new.until(2)
        house.hub.close()
        await old.until_closed()

    assert "chunked" not in old.head
    assert "connection: close" in old.head
    assert old.seqs == new.seqs == [1, 2]


# -- what it counts ------------------------------------------------------------------------------


async def test_deliveries_resumes_and_resets_are_counted(house: House) -> None:
    await house.open()
    async with house.client() as one, house.client() as two:
        await one.until_open()
        await two.until_open()
        await house.events(3)
        await two.until(3)
        figures = house.hub.figures
        assert (figures.opened, figures.deliveries) == (2, 6)
        assert figures.latency.count == 6
    for _ in range(8):
        await house.events(1)
    async with (
        house.client(house.id(10)) as near,
        house.client(house.id(1)) as far,
        house.client("foreign") as foreign,
    ):
        await near.until(1)
        await far.until(10)
        await foreign.until(1)

    assert figures.resumes == {"ring": 1, "store": 1}
    assert figures.resets == {"foreign": 1}
    assert figures.deliveries == 6 + 1 + 10
    assert figures.latency.count == 6, "what is late by nature says nothing about the stream"
    assert figures.sent_bytes > 1000


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

    assert client.frames[0].data["summary"] == "a\ufffdb\nc"
