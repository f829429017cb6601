"""Old events out of the store: read once for all who come back together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from conselho.api import history
from conselho.api.history import PAGE, History
from conselho.models.event import Event, EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.store import Store
from tests.support.factories import make_agent
from tests.support.stores import open_store

MANY = 2 * PAGE + 5


class Counting:
    """A store's events; it counts how often it is asked."""

    def __init__(self, store: Store) -> None:
        self.asked = 0
        self._store = store

    async def events_after(self, seq: int, *, limit: int) -> list[Event]:
        self.asked += 1
        return await self._store.events_after(seq, limit=limit)

    def listen(self, wake: Callable[[], None]) -> None:
        self._store.listen(wake)

    async def event_span(self) -> tuple[int, int]:
        return await self._store.event_span()

    async def prune_events(self, *, keep: int, limit: int) -> int:
        return await self._store.prune_events(keep=keep, limit=limit)


async def store_events(store: Store, name: str, count: int) -> None:
    draft = EventDraft(type=EventType.UPDATED, agent_id=name, data={})
    await store.create_agent(make_agent(AgentId(name)), events=[draft] * count)


async def read_all(old: History, seq: int) -> list[int]:
    seqs: list[int] = []
    while frames := await old.after(seq):
        seqs += [frame.seq for frame in frames]
        seq = seqs[-1]
    return seqs


async def test_from_anywhere_on_everything_comes_once_however_many_ask(tmp_path: Path) -> None:
    async with open_store("sqlite", tmp_path) as store:
        await store_events(store, "ana", MANY)
        events = Counting(store)
        old = History(events)

        starts = [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, MANY - 1, MANY] * 20
        found = await asyncio.gather(*(read_all(old, seq) for seq in starts))

        assert found == [list(range(seq + 1, MANY + 1)) for seq in starts]
        whole = 2
        # The last page may grow, so it is asked for by all.
        assert events.asked <= whole + 2 * len(starts)
        before = events.asked
        assert (await old.after(5))[0].seq == 6
        assert events.asked == before

        await store_events(store, "bia", 1)
        assert await read_all(old, MANY) == [MANY + 1]


async def test_what_is_pruned_is_not_there(tmp_path: Path) -> None:
    async with open_store("sqlite", tmp_path) as store:
        await store_events(store, "ana", MANY)
        await store.prune_events(keep=PAGE, limit=MANY)
        old = History(store)

        assert await old.after(3) == []
        assert (await old.after(PAGE + 1))[0].seq == PAGE + 6


async def test_only_so_much_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEPT_BYTES", 1)
    async with open_store("sqlite", tmp_path) as store:
        await store_events(store, "ana", 2 * PAGE)
        events = Counting(store)
        old = History(events)

        for _ in range(2):
            assert len(await read_all(old, 0)) == 2 * PAGE
        assert events.asked == 2 * 3
