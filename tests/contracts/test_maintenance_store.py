"""What every MaintenanceStore promises (conselho/store.py)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conselho.errors import AlreadyExists, Conflict, NotFound
from conselho.models.event import EventDraft, EventType
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.maintenance import Maintenance
from conselho.store import Store
from conselho.stores import open_store
from tests.support.clock import NOON
from tests.support.factories import ANA, BIA

HOUR = timedelta(hours=1)


def window(window_id: str = "w1", **fields: Any) -> Maintenance:
    defaults: dict[str, Any] = {"starts_at": NOON, "ends_at": NOON + HOUR, "created_at": NOON}
    return Maintenance(window_id=window_id, **defaults | fields)


def of(kind: JournalKind) -> dict[str, Any]:
    """What is written beside a change."""
    return {
        "events": [EventDraft(type=EventType.JOURNAL, agent_id="", data={"kind": kind})],
        "journal": [JournalEntry(at=NOON, kind=kind, detail="The disk is replaced.")],
    }


SET, ENDED = of(JournalKind.MAINTENANCE_SET), of(JournalKind.MAINTENANCE_ENDED)


async def told(store: Store) -> list[str]:
    """The kinds of all events; proves that the journal says the same."""
    kinds = [event.data["kind"] for event in await store.events_after(0, limit=100)]
    assert [entry.kind for entry in reversed(await store.journal(limit=100))] == kinds
    return kinds


@pytest.mark.parametrize(
    "maintenance",
    [
        window(),
        window(
            ends_at=None,
            starts_at=NOON + timedelta(microseconds=1),
            reason="O disco é trocado",
            tags=("quality", "ção"),
            agent_ids=(ANA, BIA),
        ),
    ],
    ids=["bare", "full"],
)
async def test_a_window_is_read_back_whole(store: Store, maintenance: Maintenance) -> None:
    await store.add_maintenance(maintenance, **SET)
    assert await store.maintenance() == [maintenance]
    assert await told(store) == ["maintenance_set"]


async def test_an_id_exists_once(store: Store) -> None:
    await store.add_maintenance(window(), **SET)
    with pytest.raises(AlreadyExists):
        await store.add_maintenance(window(reason="Another"), **SET)
    assert await store.maintenance() == [window()]
    assert await told(store) == ["maintenance_set"]


async def test_windows_are_listed_by_their_start(store: Store) -> None:
    past = window("past", starts_at=NOON - 2 * HOUR, ends_at=NOON)
    present = window("now", starts_at=NOON - HOUR)
    open_end = window("open", starts_at=NOON - 3 * HOUR, ends_at=None)
    future = window("future", starts_at=NOON + 9 * HOUR, ends_at=NOON + 10 * HOUR)
    twin = replace(future, window_id="a twin")
    for one in (future, past, present, open_end, twin):
        await store.add_maintenance(one, **SET)
    assert await store.maintenance() == [open_end, past, present, twin, future]
    assert await store.maintenance(until_after=NOON) == [open_end, present, twin, future]
    assert await store.maintenance(until_after=NOON + HOUR) == [open_end, twin, future]


@pytest.mark.parametrize("ends_at", [None, NOON + HOUR])
async def test_a_window_ends_now(store: Store, ends_at: Any) -> None:
    now = NOON + timedelta(minutes=5)
    await store.add_maintenance(window(ends_at=ends_at), **SET)
    ended = await store.end_maintenance("w1", now=now, **ENDED)
    assert ended == window(ends_at=now)
    assert await store.maintenance() == [ended]
    assert await told(store) == ["maintenance_set", "maintenance_ended"]


async def test_one_that_is_still_to_come_never_holds(store: Store) -> None:
    await store.add_maintenance(window(), **SET)
    ended = await store.end_maintenance("w1", now=NOON - HOUR, **ENDED)
    assert ended == window(ends_at=NOON)
    assert not ended.holds_at(NOON)
    with pytest.raises(Conflict, match="ended already"):
        await store.end_maintenance("w1", now=NOON - HOUR, **ENDED)


async def test_what_has_ended_cannot_be_ended(store: Store) -> None:
    await store.add_maintenance(window(), **SET)
    with pytest.raises(Conflict, match="ended already"):
        await store.end_maintenance("w1", now=NOON + HOUR, **ENDED)
    with pytest.raises(NotFound):
        await store.end_maintenance("unknown", now=NOON, **ENDED)
    assert await store.maintenance() == [window()]
    assert await told(store) == ["maintenance_set"]


async def test_of_many_who_end_it_one_does(url: str) -> None:
    stores = [await open_store(url) for _ in range(3)]
    await stores[0].add_maintenance(window(ends_at=None), **SET)
    results = await asyncio.gather(
        *(stores[n % 3].end_maintenance("w1", now=NOON + HOUR, **ENDED) for n in range(6)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict) for result in results) == 5
    assert await told(stores[1]) == ["maintenance_set", "maintenance_ended"]
    for store in stores:
        await store.close()
