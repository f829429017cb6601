"""What every LogStore promises (conselho/store.py): the log of a run, read elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conselho.errors import LeaseLost
from conselho.models.ids import TaskId
from conselho.models.task import Trigger
from conselho.store import LOG_PIECE_BYTES, Held, LogPiece, Store
from tests.support.clock import NOON
from tests.support.factories import LEASE, WORKER, make_outcome, make_task, one_event

PIECES = (b"first\n", b"\x00\xff second\n", b"third\n")
WHOLE = b"".join(PIECES)


async def begun(store: Store, **fields: Any) -> Held:
    """A Task that is held. No slot, whose row would outlive pruning."""
    task = make_task(trigger=Trigger.MANUAL, due_at=None, **fields)
    await store.submit([task], announce=one_event)
    return await claimed(store)


async def claimed(store: Store, *, after: timedelta = timedelta()) -> Held:
    now = NOON + after
    [task] = await store.claim(WORKER, now=now, limit=1, lease=LEASE, announce=one_event)
    return Held(task_id=task.task_id, fence=task.fence)


async def append(store: Store, held: Held, *pieces: bytes, offset: int = 0) -> None:
    for piece in pieces:
        await store.append_log(held, offset=offset, piece=piece)
        offset += len(piece)


async def read(store: Store, task_id: TaskId, offset: int = 0, *, limit: int = 1 << 20) -> bytes:
    return await store.read_log(task_id, offset=offset, limit=limit)


async def test_what_was_appended_is_read_from_any_byte_on(store: Store) -> None:
    held = await begun(store)
    await append(store, held, *PIECES)

    assert await store.log_size(held.task_id) == len(WHOLE)
    for offset in range(len(WHOLE) + 2):
        assert await read(store, held.task_id, offset) == WHOLE[offset:]


async def test_the_last_piece_goes_with_the_end_of_the_run(store: Store) -> None:
    held = await begun(store)
    await append(store, held, *PIECES[:2])
    start = len(PIECES[0] + PIECES[1])
    last = LogPiece(task_id=held.task_id, offset=start, data=PIECES[2])

    await store.finish(held, make_outcome(), log=last, now=NOON, announce=one_event)

    assert await read(store, held.task_id) == WHOLE


async def test_no_last_piece_without_a_claim(store: Store) -> None:
    held = await begun(store, max_attempts=2)
    await store.sweep(now=NOON + 2 * LEASE, announce=one_event)
    last = LogPiece(task_id=held.task_id, offset=0, data=b"of nobody\n")
    await claimed(store, after=2 * LEASE)

    with pytest.raises(LeaseLost):
        await store.finish(held, make_outcome(), log=last, now=NOON, announce=one_event)

    assert await store.log_size(held.task_id) == 0


async def test_a_last_piece_that_is_there_already_changes_nothing(store: Store) -> None:
    held = await begun(store)
    await append(store, held, PIECES[0])
    last = LogPiece(task_id=held.task_id, offset=0, data=PIECES[0])
    await store.finish(held, make_outcome(), log=last, now=NOON, announce=one_event)
    assert await read(store, held.task_id) == PIECES[0]


async def test_a_reader_gets_no_more_at_a_time_than_it_wants(store: Store) -> None:
    held = await begun(store)
    await append(store, held, *PIECES)

    for limit in range(1, len(WHOLE) + 1):
        heard = b""
        while piece := await read(store, held.task_id, len(heard), limit=limit):
            assert len(piece) <= limit
            heard += piece
        assert heard == WHOLE


async def test_a_long_log_comes_whole(store: Store) -> None:
    held = await begun(store)
    pieces = [bytes([n]) * LOG_PIECE_BYTES for n in range(5)]
    await append(store, held, *pieces)

    heard = b""
    while piece := await read(store, held.task_id, len(heard), limit=300_000):
        heard += piece
    assert heard == b"".join(pieces)


async def test_a_log_that_is_not_there_is_empty(store: Store) -> None:
    assert await store.log_size(TaskId("nobody")) == 0
    assert await read(store, TaskId("nobody")) == b""


async def test_the_same_piece_again_changes_nothing(store: Store) -> None:
    held = await begun(store)
    await append(store, held, *PIECES)
    await append(store, held, *PIECES)

    assert await read(store, held.task_id) == WHOLE


async def test_who_does_not_own_the_task_writes_nothing(store: Store) -> None:
    held = await begun(store, max_attempts=2)
    await append(store, held, b"first attempt\n")
    later = NOON + 2 * LEASE
    await store.sweep(now=later, announce=one_event)
    with pytest.raises(LeaseLost):
        await append(store, held, b"too late", offset=14)

    other = await claimed(store, after=2 * LEASE)
    with pytest.raises(LeaseLost):
        await append(store, held, b"too late", offset=14)
    await append(store, other, b"second attempt\n", offset=await store.log_size(held.task_id))
    assert await read(store, held.task_id) == b"first attempt\nsecond attempt\n"

    await store.finish(other, make_outcome(), now=later, announce=one_event)
    with pytest.raises(LeaseLost):
        await append(store, other, b"after the end", offset=29)


async def test_a_log_goes_with_its_task(store: Store) -> None:
    held = await begun(store)
    await append(store, held, *PIECES)
    await store.finish(held, make_outcome(), now=NOON, announce=one_event)

    assert await store.prune(before=NOON, limit=10) == []
    assert await read(store, held.task_id) == WHOLE
    assert await store.prune(before=NOON + LEASE, limit=10) == [held.task_id]
    assert await read(store, held.task_id) == b""
    assert await store.log_size(held.task_id) == 0
