"""What a run prints, on its way to the store, and read from there."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conselho.errors import LeaseLost
from conselho.models.task import Task, Trigger
from conselho.providers.command import CommandProvider
from conselho.services.log_copy import EVERY_SECONDS, LogCopy
from conselho.services.log_source import FileLog, StoredLog, log_source
from conselho.services.logs import RunLogs
from conselho.services.runner import Run, Runner
from conselho.store import LOG_PIECE_BYTES, Held, LogPiece, Store
from conselho.stores.sql import open_sql_store
from tests.support import postgresql
from tests.support.clock import NOON, FakeClock
from tests.support.factories import LEASE, WORKER, make_snapshot, make_task, one_event
from tests.support.stores import open_store

DEADLINE = 20


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


async def claimed(store: Store, *argv: str) -> Task:
    snapshot = make_snapshot(argv=argv, cwd="/")
    task = make_task(trigger=Trigger.MANUAL, due_at=None, max_attempts=2, snapshot=snapshot)
    await store.submit([task], announce=one_event)
    [task] = await store.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)
    return task


def held(task: Task) -> Held:
    return Held(task_id=task.task_id, fence=task.fence)


async def stored(store: Store, task: Task, *, offset: int = 0) -> bytes:
    source, text = StoredLog(store, task, offset=offset), b""
    while piece := await source.read():
        text += piece
    return text


async def stored_at_least(store: Store, task: Task, size: int) -> bytes:
    async with asyncio.timeout(DEADLINE):
        while await store.log_size(task.task_id) < size:
            pass
    return await stored(store, task)


async def test_what_comes_is_stored_a_second_later_while_the_run_goes_on(store: Store) -> None:
    clock, task = FakeClock(), await claimed(store, "true")
    copy = LogCopy(store, held(task), clock, is_first=True)
    for line in (b"one\n", b"two\n"):
        copy.add(line)
    await clock.until_asleep()
    assert await store.log_size(task.task_id) == 0
    await clock.advance(EVERY_SECONDS)
    assert await stored_at_least(store, task, 8) == b"one\ntwo\n"

    copy.add(b"three\n")
    await copy.finish()
    await copy.finish()
    assert await stored(store, task) == b"one\ntwo\nthree\n"


async def test_the_last_piece_is_left_to_who_ends_the_run(store: Store) -> None:
    clock, task = FakeClock(), await claimed(store, "true")
    copy = LogCopy(store, held(task), clock, is_first=True)
    assert await copy.last_piece() is None
    copy.add(b"x" * LOG_PIECE_BYTES)
    copy.add(b"the rest\n")

    last = await copy.last_piece()

    assert last == LogPiece(task_id=task.task_id, offset=LOG_PIECE_BYTES, data=b"the rest\n")
    assert await copy.last_piece() == last, "the store was away: it is tried again"
    assert await store.log_size(task.task_id) == LOG_PIECE_BYTES


async def test_the_next_attempt_goes_on_behind_the_one_before(store: Store) -> None:
    task = await claimed(store, "true")
    for attempt in (1, 2):
        copy = LogCopy(store, held(task), FakeClock(), is_first=attempt == 1)
        copy.add(b"attempt %d\n" % attempt)
        await copy.finish()
    assert await stored(store, task) == b"attempt 1\nattempt 2\n"


async def test_a_log_ends_at_its_limit_with_a_line_that_says_so(store: Store) -> None:
    task = await claimed(store, "true")
    limit = LOG_PIECE_BYTES + 10
    copy = LogCopy(store, held(task), FakeClock(), is_first=True, limit_bytes=limit)
    copy.add(b"x" * (limit - 5))
    await copy.finish()
    copy.add(b"y" * LOG_PIECE_BYTES)
    await copy.finish()
    copy.add(b"more")
    await copy.finish()

    notice = f"\n[conselho: log cut at {limit:,} bytes]\n".encode()
    assert await stored(store, task) == b"x" * (limit - 5) + b"y" * 5 + notice


async def test_who_lost_the_lease_stores_nothing_more(store: Store) -> None:
    clock, task = FakeClock(), await claimed(store, "true")
    copy = LogCopy(store, held(task), clock, is_first=True)
    copy.add(b"printed by nobody's run\n")
    await store.sweep(now=NOON + 2 * LEASE, announce=one_event)
    with pytest.raises(LeaseLost):
        await copy.finish()
    copy.abandon()
    assert await store.log_size(task.task_id) == 0


async def test_the_end_of_a_stored_log_begins_at_a_line(store: Store) -> None:
    task = await claimed(store, "true")
    copy = LogCopy(store, held(task), FakeClock(), is_first=True)
    copy.add(b"first\nsecond\nthird\n")
    await copy.finish()
    for length, offset in ((6, 13), (8, 13), (13, 6), (1000, 0)):
        source = StoredLog(store, task)
        await source.to_tail(length)
        assert source.offset == offset, length


async def test_a_run_on_a_shared_store_is_read_where_no_file_of_it_is(tmp_path: Path) -> None:
    if postgresql.why_missing():
        pytest.skip("a shared store is needed")  # tests/contracts says what is missing
    async with open_store("postgresql", tmp_path) as shared:
        logs, elsewhere = RunLogs(tmp_path / "here"), RunLogs(tmp_path / "elsewhere")
        runner = Runner(
            shared,
            {"command": CommandProvider()},
            logs,
            FakeClock(),
            home="test-log-copy",
            scratch=tmp_path / "scratch",
        )
        task = await claimed(shared, sys.executable, "-c", "print('é' * 100_000)")
        async with asyncio.timeout(DEADLINE):
            await runner.run(Run(task=task))
        task = await shared.task(task.task_id)

        assert isinstance(log_source(shared, logs, task), FileLog)
        source, text = log_source(shared, elsewhere, task), b""
        assert isinstance(source, StoredLog)
        while piece := await source.read():
            text += piece
        assert text == logs.path(task.task_id).read_bytes() == b"\xc3\xa9" * 100_000 + b"\n"
