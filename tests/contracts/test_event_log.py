"""What every EventLog promises (conselho/store.py)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from conselho.models.event import Event, EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.models.task import Task
from conselho.store import Store
from conselho.stores import open_store
from tests.support.clock import NOON
from tests.support.factories import ANA, LEASE, WORKER, make_agent, make_task, one_event


async def tell(store: Store, count: int) -> None:
    """Store `count` events, each with its number."""
    agent = make_agent(AgentId(f"agent-{await newest(store)}"))
    await store.create_agent(
        agent,
        events=[
            EventDraft(type=EventType.UPDATED, agent_id=agent.agent_id, data={"number": n})
            for n in range(count)
        ],
    )


async def newest(store: Store) -> int:
    return (await store.event_span())[1]


async def test_a_new_store_has_no_events(store: Store) -> None:
    assert await store.event_span() == (1, 0)
    assert await store.events_after(0, limit=10) == []


async def test_events_are_read_in_order_after_a_seq(store: Store) -> None:
    await tell(store, 5)
    assert await store.event_span() == (1, 5)
    assert [event.seq for event in await store.events_after(0, limit=100)] == [1, 2, 3, 4, 5]
    assert [event.seq for event in await store.events_after(2, limit=2)] == [3, 4]
    assert await store.events_after(5, limit=2) == []


async def test_an_event_is_read_back_whole(store: Store) -> None:
    data = {"text": 'ção 🦉 \u2028 "\\', "none": None, "list": [1, 2.5, {"deep": True}]}
    draft = EventDraft(type=EventType.UPDATED, agent_id=ANA, data=data)
    await store.create_agent(make_agent(updated_at=NOON), events=[draft])
    assert await store.events_after(0, limit=10) == [
        Event(
            event_id=f"{store.identity}-1",
            seq=1,
            type=EventType.UPDATED,
            agent_id=ANA,
            data=data,
            created_at=NOON,
        )
    ]


async def test_the_events_of_a_change_bear_its_time(store: Store) -> None:
    await store.submit([make_task()], announce=one_event)
    now = NOON + timedelta(microseconds=7)
    await store.claim(WORKER, now=now, limit=1, lease=LEASE, announce=one_event)
    events = await store.events_after(0, limit=10)
    assert [event.created_at for event in events] == [NOON, now]


async def test_hostile_text_in_an_event_can_be_stored_and_sent(store: Store) -> None:
    def hostile(task: Task) -> list[EventDraft]:
        data = {"text": "half \ud83e a pair", "nul": "a\x00b"}
        return [EventDraft(type=EventType.EXECUTION, agent_id=task.agent_id, data=data)]

    await store.submit([make_task()], announce=hostile)
    [event] = await store.events_after(0, limit=10)
    assert event.data["text"] == "half \ufffd a pair"
    for text in event.data.values():
        text.encode()


async def test_the_oldest_events_are_pruned(store: Store) -> None:
    await tell(store, 10)
    assert await store.prune_events(keep=4, limit=5) == 5
    assert await store.event_span() == (6, 10)
    assert await store.prune_events(keep=4, limit=5) == 1
    assert await store.prune_events(keep=4, limit=5) == 0
    assert await store.event_span() == (7, 10)
    assert [event.seq for event in await store.events_after(0, limit=100)] == [7, 8, 9, 10]


async def test_the_newest_seq_never_goes_back(store: Store, url: str) -> None:
    await tell(store, 3)
    assert await store.prune_events(keep=0, limit=100) == 3
    assert await store.event_span() == (4, 3)
    assert await store.prune_events(keep=0, limit=100) == 0
    await store.close()
    again = await open_store(url)
    assert await again.event_span() == (4, 3)
    await tell(again, 1)
    assert await again.event_span() == (4, 4)
    await again.close()


async def test_stores_are_told_apart(store: Store, url: str) -> None:
    assert len(store.identity) >= 8
    again = await open_store(url)
    assert again.identity == store.identity
    await again.close()


async def test_who_reads_on_misses_nothing_while_others_write(url: str, backend: str) -> None:
    """Seq follows the order of commits: what a reader has not seen comes after what it has."""
    writers = [await open_store(url) for _ in range(3)]
    reader = await open_store(url)
    # For each write FerretDB looks through all that is there.
    total = 40 if backend == "mongodb" else 120
    writing = asyncio.gather(
        *(
            writers[n % 3].submit([make_task(AgentId(f"agent-{n}"))], announce=one_event)
            for n in range(total)
        )
    )
    seen: list[int] = []
    async with asyncio.timeout(60):
        while len(seen) < total:
            events = await reader.events_after(seen[-1] if seen else 0, limit=7)
            seen += [event.seq for event in events]
    await writing
    assert seen == list(range(1, total + 1))
    for store in (*writers, reader):
        await store.close()


async def test_a_refused_change_tells_nothing(store: Store) -> None:
    task = make_task()
    await store.submit([task], announce=one_event)
    await store.submit([task, replace(make_task(), due_at=None)], announce=one_event)
    assert await newest(store) == 1


async def test_who_listens_hears_of_what_was_stored_and_of_nothing_else(store: Store) -> None:
    heard: list[int] = []
    store.listen(lambda: heard.append(1))
    assert await store.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event) == []
    assert await store.sweep(now=NOON, announce=one_event) == []
    assert heard == []
    await tell(store, 1)
    assert len(heard) == 1
    await store.submit([make_task()], announce=one_event)
    await store.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)
    assert len(heard) == 3
