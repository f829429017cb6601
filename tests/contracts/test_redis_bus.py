"""What the bus over Redis promises beyond the contract: several servers over one store."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from conselho.buses.redis_news import RedisNews
from conselho.buses.redis_streams import COUNCILS, RedisBus
from conselho.clock import SystemClock
from conselho.errors import BusUnavailable, InvalidSettings
from conselho.models.event import Event, EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.models.task import Status
from conselho.services.announcements import announce
from conselho.services.relay import Relay
from conselho.store import Store
from conselho.stores.sql import open_sql_store
from tests.contracts.test_event_bus import BUSES
from tests.support.clock import NOON
from tests.support.factories import make_agent, make_task
from tests.support.redis import RedisServer, require_redis, running_redis

DEADLINE = 20


def test_the_contract_suite_runs_on_redis() -> None:
    require_redis()
    assert "redis" in BUSES


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


class Side:
    """One server: its bus and its relay, which looks only when told to, and what was heard."""

    def __init__(self, store: Store, url: str, **options: Any) -> None:
        self.store = store
        self.bus = RedisBus(url, store, SystemClock(), identity=store.identity, after=0, **options)
        self.relay = Relay(store, self.bus, SystemClock(), after=0)
        self.told_to_look = asyncio.Event()
        self.heard: list[Event] = []
        self._news = asyncio.Event()

    async def listen(self) -> None:
        async with self.bus.subscribe() as news:
            self._news.set()
            async for events in news:
                self.heard += events
                self._news.set()

    async def listens(self) -> None:
        await self._news.wait()

    async def hears(self, *seqs: int) -> None:
        """Wait until these are heard, and nothing else was."""
        async with asyncio.timeout(DEADLINE):
            while len(self.heard) < len(seqs):
                self._news.clear()
                await self._news.wait()
        assert [event.seq for event in self.heard] == list(seqs)

    async def looks(self) -> None:
        """Wait until it is told to look, and do."""
        await asyncio.wait_for(self.told_to_look.wait(), DEADLINE)
        self.told_to_look.clear()
        await self.relay.tick()


class Sides:
    """Servers over one store, in one process; `open` adds one."""

    def __init__(self, stack: AsyncExitStack, database: str, url: str) -> None:
        self._stack = stack
        self._database = database
        self.url = url

    async def open(self, **options: Any) -> Side:
        store = await open_sql_store(self._database)
        self._stack.push_async_callback(store.close)
        return await self._stack.enter_async_context(self._running(store, **options))

    @asynccontextmanager
    async def _running(self, store: Store, **options: Any) -> AsyncIterator[Side]:
        side = Side(store, self.url, **options)
        loops = {
            asyncio.ensure_future(side.bus.run(side.told_to_look.set)),
            asyncio.ensure_future(side.listen()),
        }
        await asyncio.wait_for(side.told_to_look.wait(), DEADLINE)  # it has reached Redis
        side.told_to_look.clear()
        await side.listens()
        yield side
        for loop in loops:
            loop.cancel()
        await asyncio.wait(loops, timeout=DEADLINE)
        assert all(loop.cancelled() for loop in loops)
        await side.bus.close()


@pytest.fixture
async def sides(redis: RedisServer, tmp_path: Path) -> AsyncIterator[Sides]:
    async with AsyncExitStack() as stack:
        yield Sides(stack, f"sqlite:///{tmp_path / 'conselho.db'}", redis.url)


async def tell(store: Store, *names: str) -> None:
    """Store an event for each name."""
    drafts = [EventDraft(type=EventType.UPDATED, agent_id=name, data={"é": name}) for name in names]
    await store.create_agent(make_agent(AgentId(f"agent-{os.urandom(6).hex()}")), events=drafts)


async def test_what_one_has_stored_is_heard_by_all_the_same_and_once(sides: Sides) -> None:
    ana, bia = await sides.open(), await sides.open()
    await tell(ana.store, "one", "two")
    await ana.relay.tick()
    await tell(bia.store, "three")
    await bia.hears(1, 2)
    await bia.relay.tick()
    await ana.hears(1, 2, 3)
    await bia.hears(1, 2, 3)

    assert ana.heard == bia.heard == await ana.store.events_after(0, limit=10)
    assert await ana.relay.tick() == await bia.relay.tick() == 0


async def test_what_both_relay_is_heard_once(sides: Sides) -> None:
    ana, bia = await sides.open(), await sides.open()
    for turn in range(10):
        await tell(ana.store, f"{turn}-one", f"{turn}-two")
        await asyncio.gather(ana.relay.tick(), bia.relay.tick())
    await ana.hears(*range(1, 21))
    await bia.hears(*range(1, 21))

    cid = await sides.open()
    await cid.relay.tick()
    await cid.hears(*range(1, 21))


async def test_what_lacks_in_the_stream_is_read_in_the_store(sides: Sides) -> None:
    ana, bia = await sides.open(), await sides.open()
    await tell(ana.store, "one", "two", "three")
    await ana.bus.publish(await ana.store.events_after(2, limit=1))
    await bia.looks()
    await bia.hears(1, 2, 3)
    await ana.hears(3)  # who hands on what it read has read what was before


async def test_a_worker_that_reads_no_events_has_all_servers_look(sides: Sides) -> None:
    ana = await sides.open()
    await tell(ana.store, "one")
    worker = RedisNews(sides.url, SystemClock(), identity=ana.store.identity)
    running = asyncio.ensure_future(worker.run())
    worker.tell()
    await ana.looks()
    await ana.hears(1)

    running.cancel()
    await asyncio.wait({running}, timeout=DEADLINE)
    await worker.close()


async def test_a_worker_hears_of_runs_that_were_asked_to_stop(sides: Sides) -> None:
    ana = await sides.open()
    asked: asyncio.Queue[str] = asyncio.Queue()
    worker = RedisNews(sides.url, SystemClock(), identity=ana.store.identity)
    following = asyncio.ensure_future(worker.follow_cancels(asked.put))
    async with asyncio.timeout(DEADLINE):
        while len(await _reading(ana)) < 2:
            pass
        rows = [
            {"task_id": "not-asked", "status": "processing", "cancel_requested": False},
            {"task_id": "over", "status": "cancelled", "cancel_requested": True},
            {"task_id": "asked", "status": "processing", "cancel_requested": True},
        ]
        await ana.bus.publish(
            [
                Event(
                    event_id=f"{ana.store.identity}-{seq}",
                    seq=seq,
                    type=EventType.EXECUTION,
                    agent_id="ana",
                    data={"execution": row},
                    created_at=NOON,
                )
                for seq, row in enumerate(rows, 1)
            ]
        )
        assert await asked.get() == "asked"
    assert asked.empty()

    following.cancel()
    await asyncio.wait({following}, timeout=DEADLINE)
    assert following.cancelled()
    await worker.close()


def execution(**fields: object) -> dict[str, object]:
    """An entry of a stream that says that a run was asked to stop, but for these fields."""
    [told] = announce(replace(make_task(), status=Status.PROCESSING, cancel_requested=True))[:1]
    row = {**told.data["execution"], **fields}
    row = {name: value for name, value in row.items() if value is not Ellipsis}
    data = told.data | {"execution": row}
    return {"type": told.type, "agent": "a", "at": "0", "data": json.dumps(data)}


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "1-0", "fields": {"nothing": "of ours"}},
        {"id": "1-0", "fields": {"type": "t", "agent": "a", "at": "0", "data": "[1]"}},
        {"id": "1-0", "fields": {"type": "t", "agent": "a", "at": "9" * 40, "data": "{}"}},
        {"id": "1-0", "fields": {"type": "t", "agent": "a", "at": "0", "data": "[" * 100_000}},
        {"id": "1-0", "fields": {"type": b"\xff", "agent": "a", "at": "0", "data": "{}"}},
        {"id": "*", "fields": {"type": "t", "agent": "a", "at": "0", "data": "{}"}},
        {"id": "1-7", "fields": {"type": "t", "agent": "a", "at": "0", "data": "{}"}},
        {"id": f"{2**63}-0", "fields": {"type": "t", "agent": "a", "at": "0", "data": "{}"}},
        {"id": "1-0", "fields": execution(status=...)},
        {"id": "1-0", "fields": execution(task_id=...)},
        {"id": "1-0", "fields": execution(task_id=["x"])},
        {"id": "1-0", "fields": execution(worker_id=7)},
    ],
)
async def test_what_somebody_else_writes_there_changes_nothing(
    sides: Sides, entry: dict[str, Any]
) -> None:
    ana, bia = await sides.open(), await sides.open()
    key = f"conselho:{ana.store.identity}:events"
    await _client(bia).xadd(key, entry["fields"], id=entry["id"])
    await asyncio.wait_for(bia.told_to_look.wait(), DEADLINE)
    await tell(ana.store, "one", "two")
    await ana.relay.tick()
    await bia.relay.tick()
    await ana.hears(1, 2)
    await bia.hears(1, 2)


async def test_a_stream_that_is_ahead_of_the_store_is_begun_anew(
    sides: Sides, tmp_path: Path
) -> None:
    """The store was restored from a backup, say: what is new bears numbers that were given once."""
    ana = await sides.open()
    await _client(ana).xadd(f"conselho:{ana.store.identity}:events", {"of": "before"}, id="900-0")
    with capture_logs() as logs:
        bia = await sides.open()
    assert [entry["stored"] for entry in logs if entry["event"] == "bus.stream_ahead"] == [0]
    await tell(bia.store, "one")
    await bia.relay.tick()
    await bia.hears(1)
    cid = await sides.open()
    await tell(bia.store, "two")
    await cid.relay.tick()
    await bia.hears(1, 2)


async def test_the_stream_is_bounded_and_all_is_heard_beyond_it(sides: Sides) -> None:
    ana = await sides.open(length=10)
    bia = await sides.open(length=10)
    await tell(ana.store, *(f"{n}" for n in range(1_000)))
    await ana.relay.tick()
    await bia.looks()
    await bia.hears(*range(1, 1_001))
    kept = await _client(ana).xlen(f"conselho:{ana.store.identity}:events")
    assert kept <= 200  # Redis lets go of whole nodes of 100


async def test_many_subscribers_read_over_one_connection(sides: Sides) -> None:
    ana = await sides.open()
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(ana.bus.subscribe())
        async with asyncio.timeout(DEADLINE):
            while not (reading := await _reading(ana)):
                pass
    assert len(reading) == 1


async def test_two_councils_in_one_redis_never_mix_and_are_told_of(
    sides: Sides, tmp_path: Path
) -> None:
    ana = await sides.open()
    other = Sides(sides._stack, f"sqlite:///{tmp_path / 'other.db'}", sides.url)
    with capture_logs() as logs:
        eva = await other.open()
    [told] = [entry for entry in logs if entry["event"] == "bus.other_council"]
    assert ana.store.identity in told["others"]
    assert told["own"] == eva.store.identity

    await tell(ana.store, "one")
    await ana.relay.tick()
    await tell(eva.store, "one of the others")
    await eva.relay.tick()
    await ana.hears(1)
    await eva.hears(1)
    assert ana.heard[0].agent_id == "one"
    assert {ana.store.identity, eva.store.identity} <= {
        one.decode() for one in await _client(ana).zrange(COUNCILS, 0, -1)
    }


async def test_nothing_is_lost_while_redis_is_away_and_after_it_forgot_everything(
    tmp_path: Path,
) -> None:
    with running_redis() as redis:
        async with AsyncExitStack() as stack:
            sides = Sides(stack, f"sqlite:///{tmp_path / 'conselho.db'}", redis.url)
            ana, bia = await sides.open(), await sides.open()
            await tell(ana.store, "one")
            await ana.relay.tick()
            await bia.hears(1)

            redis.kill()
            await tell(ana.store, "two")
            await ana.relay.tick()
            await ana.hears(1, 2)  # one's own at once
            await bia.relay.tick()
            await bia.hears(1, 2)  # those of others by looking
            with pytest.raises(BusUnavailable, match=r"127.0.0.1:\d+.*up to a second late"):
                await bia.bus.check()

            redis.start()
            for side in (ana, bia):
                await asyncio.wait_for(side.told_to_look.wait(), DEADLINE)
                await side.bus.check()
            await tell(bia.store, "three")
            await bia.relay.tick()
            await ana.hears(1, 2, 3)
            await bia.hears(1, 2, 3)


async def test_an_execution_without_what_is_read_of_it_is_told_once_and_skipped(
    sides: Sides,
) -> None:
    ana = await sides.open()
    with capture_logs() as logs:
        key = f"conselho:{ana.store.identity}:events"
        await _client(ana).xadd(key, execution(status=...), id="1-0")
        await asyncio.wait_for(ana.told_to_look.wait(), DEADLINE)
    [told] = [entry for entry in logs if entry["event"] == "bus.malformed_entry"]
    assert "'status'" in told["reason"]


async def test_a_whole_execution_is_handed_on(sides: Sides) -> None:
    ana = await sides.open()
    await _client(ana).xadd(f"conselho:{ana.store.identity}:events", execution(), id="1-0")
    await ana.hears(1)


@pytest.mark.parametrize("url", ["redis://h?socket_timeout=soon", "http://h"])
async def test_a_url_that_redis_does_not_take_is_refused(tmp_path: Path, url: str) -> None:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    with pytest.raises(InvalidSettings, match="redis_url"):
        RedisBus(url, store, SystemClock(), identity="x", after=0)
    await store.close()


async def _reading(side: Side) -> list[Any]:
    """The connections that wait for entries."""
    clients = await _client(side).client_list()
    return [client for client in clients if client["cmd"] == "xread"]


def _client(side: Side) -> Any:
    """Redis as the side sees it, for looking and for mischief."""
    return side.bus._writer
