"""What happens to the clocks is on record, also when the store was away just then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from conselho.errors import StoreUnavailable
from conselho.models.event import EventDraft, EventType
from conselho.models.journal import JournalEntry, JournalKind
from conselho.services.attendance import came, went
from conselho.services.timekeeper import LOOK_SECONDS, Timekeeper
from conselho.store import Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON, FakeClock


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


async def test_a_clock_that_is_set_back_is_on_record_and_told(store: Store) -> None:
    clock, looks = FakeClock(), [0]
    timekeeper = Timekeeper(store, clock, look=lambda: looks.__setitem__(0, looks[0] + 1))
    clock.set(NOON - timedelta(hours=2))

    [trouble] = await timekeeper.look()

    [entry] = await store.journal(limit=10)
    assert (entry.kind, entry.detail) == (JournalKind.CLOCK_BACK, trouble.sentence)
    assert "2 h" in entry.detail
    [event] = await store.events_after(0, limit=10)
    assert (event.type, event.data["entry"]["kind"]) == (EventType.JOURNAL, "clock_back")
    assert timekeeper.steps == {JournalKind.CLOCK_BACK: 1}
    assert looks == [1], "the alarm looks at the clock at once"


async def test_while_all_is_well_nothing_is_written(store: Store) -> None:
    clock = FakeClock()
    timekeeper = Timekeeper(store, clock, look=_nothing)
    for _ in range(3):
        clock.jump(LOOK_SECONDS)
        assert await timekeeper.look() == []

    assert await store.journal(limit=10) == []


async def test_a_loop_that_does_not_turn_shows_as_lag(store: Store) -> None:
    clock = FakeClock()
    timekeeper = Timekeeper(store, clock, look=_nothing)
    clock.jump(LOOK_SECONDS + 90)

    [trouble] = await timekeeper.look()

    assert trouble.kind is JournalKind.BLOCKED
    assert timekeeper.lag_seconds == pytest.approx(90)


class AwayOnce:
    """A journal whose store does not answer the first time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._away = True

    async def write_journal(
        self, entries: Sequence[JournalEntry], *, events: Sequence[EventDraft] = ()
    ) -> None:
        if self._away:
            self._away = False
            raise StoreUnavailable("it is being moved")
        await self._store.write_journal(entries, events=events)


async def test_what_could_not_be_written_is_written_at_the_next_look(store: Store) -> None:
    clock = FakeClock()
    timekeeper = Timekeeper(AwayOnce(store), clock, look=_nothing)  # type: ignore[arg-type]
    clock.suspend(3_600)
    await timekeeper.look()
    assert await store.journal(limit=10) == []
    clock.jump(LOOK_SECONDS)

    await timekeeper.look()

    [entry] = await store.journal(limit=10)
    assert entry.kind is JournalKind.SUSPENDED


async def test_the_journal_tells_how_the_server_before_ended(store: Store) -> None:
    await came(store, now=NOON)
    await went(store, now=NOON + timedelta(hours=1))
    await came(store, now=NOON + timedelta(hours=2))
    await came(store, now=NOON + timedelta(hours=3))

    first, stopped, second, third = reversed(await store.journal(limit=10))

    assert first.detail == "The server started."
    assert stopped.kind is JournalKind.SERVER_STOPPED
    assert "had been stopped at 2026-11-22T13:00:00Z" in second.detail
    assert "killed" in third.detail


async def test_a_stop_without_a_store_ends_all_the_same(tmp_path: Path) -> None:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    await store.close()

    await went(store, now=NOON)


def _nothing() -> None:
    """Nobody looks."""
