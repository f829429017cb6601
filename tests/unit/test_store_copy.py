"""A copy of a store that is interrupted at every write that it makes, and goes on each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from conselho.errors import Conflict, StoreUnavailable
from conselho.models.ids import AgentId
from conselho.services.copy_logs import LogFiles, StoredLogs
from conselho.services.store_copy import Copied, Side, StoreCopy
from conselho.store import CopyMark, Store
from tests.support.clock import FakeClock
from tests.support.factories import make_task, one_event
from tests.support.lived_in import NOW, everything, live_in
from tests.support.stores import open_store

WRITES = (
    "mark_copy", "carry_pruned", "carry_logs", "carry_tasks", "write_journal", "write_audit",
    "add_maintenance", "add_token", "create_agent",
)  # fmt: skip


class DyingStore:
    """A store that is lost behind a number of writes: the last one is done, and not answered."""

    def __init__(self, store: Store, writes: int) -> None:
        self._store = store
        self._left = writes

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)
        if name not in WRITES:
            return call

        async def dying(*args: Any, **kwargs: Any) -> Any:
            answer = await call(*args, **kwargs)
            self._left -= 1
            if self._left <= 0:
                raise StoreUnavailable("it is gone")
            return answer

        return dying


class ServedStore:
    """A store in which somebody asks for runs while it is copied into."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def create_agent(self, *args: Any, **kwargs: Any) -> None:
        await self._store.create_agent(*args, **kwargs)
        asked = make_task(AgentId("somebody"), due_at=None, created_at=NOW)
        await self._store.submit([asked], announce=one_event)


def side(store: Store, folder: Path, *, dies_behind: int | None = None) -> Side:
    logs = StoredLogs(store) if store.is_shared else LogFiles(folder / "logs")
    if dies_behind is None:
        return Side(store=store, logs=logs)
    dying = cast(Store, DyingStore(store, dies_behind))
    return Side(store=dying, logs=StoredLogs(dying) if store.is_shared else logs)


async def copied(source: Side, target: Side) -> Copied:
    def nobody(what: str, done: int, total: int) -> None:
        assert 0 < done <= total, what

    return await StoreCopy(source, target, FakeClock(NOW), progress=nobody).run()


async def test_interrupted_at_each_write_it_is_whole_in_the_end(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "from").mkdir()
    async with open_store("sqlite", tmp_path / "from") as origin:
        source = side(origin, tmp_path / "from")
        assert source.logs is not None
        await live_in(origin, source.logs)
        interrupted = 0
        while True:
            try:
                # One more each time: some are made again by all, such as the mark.
                await copied(source, side(store, tmp_path, dies_behind=interrupted + 1))
            except StoreUnavailable:
                interrupted += 1
            if await store.agents() == await origin.agents():
                break
            mark = await store.copy_mark()
            assert mark is not None
            assert mark.finished_at is None
            assert interrupted < 100
        done = await copied(source, side(store, tmp_path))
        assert done.differences == []
        assert {count.copied for count in done.counts.values()} == {0}
        assert interrupted >= 8
        logs = side(store, tmp_path).logs
        assert logs is not None
        after, before = await everything(store, logs), await everything(origin, source.logs)
        for name, value in after.items():
            assert value == before[name], name
        mark = await store.copy_mark()
        assert mark is not None
        assert mark.finished_at == NOW


async def test_a_copy_into_a_store_that_is_served_is_none(store: Store, tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    async with open_store("sqlite", tmp_path / "from") as origin:
        source = side(origin, tmp_path / "from")
        assert source.logs is not None
        await live_in(origin, source.logs)
        target = replace(side(store, tmp_path), store=cast(Store, ServedStore(store)))
        with pytest.raises(Conflict, match="worked with the store to write to"):
            await copied(source, target)
        mark = await store.copy_mark()
        assert mark is not None
        assert mark.finished_at is None


async def test_half_a_copy_is_neither_copied_nor_taken_for_another(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    async with open_store("sqlite", tmp_path / "other") as other:
        half = CopyMark(source="somebody", source_seq=0, begun_at=NOW)
        await store.mark_copy(half)
        one, another = side(store, tmp_path), side(other, tmp_path / "other")
        with pytest.raises(Conflict, match="cannot be copied"):
            await copied(one, another)
        with pytest.raises(Conflict, match="a copy of another store"):
            await copied(another, one)
        assert await store.copy_mark() == half
        assert await other.copy_mark() is None
