"""What every Journal promises (conselho/store.py)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conselho.errors import AlreadyExists, NotFound, StaleVersion
from conselho.models.agent import Agent
from conselho.models.event import EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.store import Store
from conselho.stores import open_store
from tests.support.clock import NOON
from tests.support.factories import ANA, BIA, make_agent, make_councilor

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def entry(kind: JournalKind = JournalKind.SERVER_STARTED, **fields: Any) -> JournalEntry:
    defaults: dict[str, Any] = {"at": NOON, "kind": kind, "detail": "It started."}
    return JournalEntry(**defaults | fields)


def owing(former: Agent, kind: JournalKind = JournalKind.EDITED, **fields: Any) -> JournalEntry:
    """A change of this agent's timetable: what it owed so far is not accounted for."""
    names = {"agent_id": former.agent_id, "display_name": former.display_name}
    return entry(kind, former=former, settled=False, **names | fields)


def told(kind: str = "edited") -> list[EventDraft]:
    return [EventDraft(type=EventType.JOURNAL, agent_id="", data={"kind": kind})]


async def test_an_entry_is_read_back_with_its_number(store: Store) -> None:
    whole = owing(make_agent(), at=NOON + timedelta(microseconds=1), detail="ção 🦉")
    await store.write_journal([entry(), whole], events=told())
    first, second = reversed(await store.journal(limit=10))
    assert first == entry(seq=first.seq)
    assert second == replace(whole, former=None, seq=second.seq)
    assert 0 < first.seq < second.seq
    assert await store.unsettled() == [replace(whole, seq=second.seq)]
    [event] = await store.events_after(0, limit=10)
    assert (event.type, event.created_at) == (EventType.JOURNAL, whole.at)


async def test_the_newest_come_first_in_pages(store: Store) -> None:
    kinds = list(JournalKind)
    # By number, also when the clock was set back in between.
    entries = [entry(kind, at=NOON - n * MINUTE) for n, kind in enumerate(kinds)]
    for one in entries:
        await store.write_journal([one])
    shown: list[JournalEntry] = []
    while page := await store.journal(limit=4, before_seq=shown[-1].seq if shown else None):
        assert len(page) <= 4
        shown += page
    assert [one.kind for one in shown] == kinds[::-1]
    assert await store.journal(limit=0) == []


async def test_the_entries_of_one_agent(store: Store) -> None:
    await store.write_journal(
        [entry(JournalKind.PAUSED, agent_id=agent_id) for agent_id in (ANA, BIA, None, ANA)]
    )
    mine = await store.journal(ANA, limit=10)
    assert [one.agent_id for one in mine] == [ANA, ANA]
    assert await store.journal(ANA, limit=10, before_seq=mine[0].seq) == mine[1:]
    assert await store.journal(AgentId("nobody"), limit=10) == []


async def test_what_is_settled_owes_nothing_more(store: Store) -> None:
    ana, bia = make_agent(), make_councilor("bia", schedule="10m")
    await store.write_journal([owing(ana), owing(bia), entry(), owing(ana, JournalKind.DELETED)])
    edited, other, deleted = await store.unsettled()
    assert [one.former for one in (edited, other, deleted)] == [ana, bia, ana]
    assert await store.unsettled(ANA) == [edited, deleted]
    await store.settle([edited.seq, other.seq])
    await store.settle([edited.seq])
    await store.settle([])
    assert await store.unsettled() == [deleted]
    assert await store.unsettled(BIA) == []
    assert [one.settled for one in await store.journal(limit=10)] == [False, True, True, True]


async def test_old_entries_go_when_they_are_settled(store: Store) -> None:
    entries = [entry(at=NOON + n * MINUTE) for n in range(5)]
    await store.write_journal([owing(make_agent()), *entries])
    assert await store.prune_journal(before=NOON + 3 * MINUTE, limit=2) == 2
    assert await store.prune_journal(before=NOON + 3 * MINUTE, limit=2) == 1
    assert await store.prune_journal(before=NOON + 3 * MINUTE, limit=2) == 0
    left = await store.journal(limit=10)
    assert [(one.kind, one.at) for one in left] == [
        (JournalKind.SERVER_STARTED, NOON + 4 * MINUTE),
        (JournalKind.SERVER_STARTED, NOON + 3 * MINUTE),
        (JournalKind.EDITED, NOON),
    ]


async def test_a_number_is_never_given_again(store: Store) -> None:
    await store.write_journal([entry()])
    [first] = await store.journal(limit=1)
    assert await store.prune_journal(before=NOON + DAY, limit=10) == 1
    await store.write_journal([entry()])
    [second] = await store.journal(limit=1)
    assert second.seq > first.seq


async def test_a_change_of_an_agent_and_its_entries_are_one_write(store: Store) -> None:
    agent = make_agent()
    promoted = entry(JournalKind.PROMOTED, agent_id=ANA)
    await store.create_agent(agent, events=told("promoted"), journal=[promoted])
    saved = await store.save_agent(agent, events=told(), journal=[owing(agent)])
    for refused, error in (
        (store.create_agent(agent, events=told(), journal=[promoted]), AlreadyExists),
        (store.save_agent(agent, events=told(), journal=[owing(agent)]), StaleVersion),
        (store.delete_agent(BIA, now=NOON, events=told(), journal=[owing(agent)]), NotFound),
    ):
        with pytest.raises(error):
            await refused
    gone = owing(saved, JournalKind.DELETED)
    await store.delete_agent(ANA, now=NOON, events=told("deleted"), journal=[gone])
    assert [one.kind for one in await store.journal(limit=10)] == [
        JournalKind.DELETED,
        JournalKind.EDITED,
        JournalKind.PROMOTED,
    ]
    assert [one.former for one in await store.unsettled(ANA)] == [agent, saved]
    events = await store.events_after(0, limit=10)
    assert [event.data["kind"] for event in events] == ["promoted", "edited", "deleted"]


async def test_numbers_of_writers_at_once_are_all_different(url: str) -> None:
    stores = [await open_store(url) for _ in range(3)]
    await asyncio.gather(*(stores[n % 3].write_journal([entry(), entry()]) for n in range(30)))
    numbers = [one.seq for one in await stores[0].journal(limit=100)]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) == 60
    for store in stores:
        await store.close()


async def test_the_journal_outlives_the_store(store: Store, url: str) -> None:
    await store.write_journal([entry(), owing(make_agent())])
    expected = await store.journal(limit=10), await store.unsettled()
    await store.close()
    again = await open_store(url)
    assert (await again.journal(limit=10), await again.unsettled()) == expected
    await again.close()


async def test_hostile_text_in_an_entry_can_be_stored_and_sent(store: Store) -> None:
    await store.write_journal([entry(display_name="a\x00b", detail="half \ud83e a pair")])
    [stored] = await store.journal(limit=1)
    assert (stored.display_name, stored.detail) == ("a\ufffdb", "half \ufffd a pair")


async def test_nothing_to_write_is_no_error(store: Store) -> None:
    await store.write_journal([])
    assert await store.journal(limit=10) == await store.unsettled() == []
