"""When servers came and went, with others there and without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.models.ids import WorkerId
from conselho.models.journal import JournalKind
from conselho.models.uptime import uptime
from conselho.models.worker import SILENCE, Worker
from conselho.services.attendance import came, went
from conselho.services.roster import Roster
from conselho.store import Store
from tests.support import postgresql
from tests.support.clock import NOON, FakeClock
from tests.support.stores import open_store

HOUR = timedelta(hours=1)
ANA, BIA = WorkerId("host-1:home-1:a1"), WorkerId("host-2:home-2:b1")


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[Store]:
    if postgresql.why_missing():
        pytest.skip("a shared store is needed")  # tests/contracts says what is missing
    async with open_store("postgresql", tmp_path) as store:
        yield store


def roster(store: Store, worker_id: WorkerId = ANA, **fields: Any) -> Roster:
    defaults: dict[str, Any] = {"host": "host", "concurrency": 0, "serves_any": False}
    defaults |= {"version": "1", "council": "c", "started_at": NOON, "beat_at": NOON}
    own = Worker(worker_id=worker_id, **(defaults | {"schedules": True} | fields))
    return Roster(store, FakeClock(), own=own, no_worker_after=HOUR)


async def test_who_sees_to_the_schedules_alone_knows_it(shared: Store) -> None:
    ana, bia = roster(shared), roster(shared, BIA)
    await ana.beat(NOON)
    assert await ana.is_alone(NOON)
    assert not await bia.is_alone(NOON + SILENCE)
    assert await bia.is_alone(NOON + SILENCE + timedelta(seconds=1))

    await bia.beat(NOON)
    assert not await ana.is_alone(NOON)
    await shared.leave(BIA, now=NOON)
    assert await ana.is_alone(NOON)


async def test_workers_and_what_was_here_before_are_no_company(shared: Store) -> None:
    await roster(shared, BIA, schedules=False, concurrency=4, serves_any=True).beat(NOON)
    await roster(shared, WorkerId("host-1:home-1:before")).beat(NOON)
    ana = roster(shared)
    assert await ana.is_alone(NOON)
    assert [worker.worker_id for worker in await ana.workers(NOON)] == [BIA]


async def test_while_one_of_several_is_there_nobody_is_missed(shared: Store) -> None:
    """ana 0-2 h and 3-4 h; bia from 1 h on; nobody from 5 h to 6 h; ana again."""

    async def arrives(worker: WorkerId, hours: int) -> None:
        at = NOON + hours * HOUR
        is_alone = await roster(shared, worker).is_alone(at)
        await came(shared, now=at, is_alone=is_alone, may_be_several=True)
        await roster(shared, worker, started_at=at).beat(at)

    async def leaves(worker: WorkerId, hours: int) -> None:
        at = NOON + hours * HOUR
        await shared.leave(worker, now=at)
        await went(shared, now=at, is_alone=roster(shared, worker).is_alone)

    async def lives(worker: WorkerId, hours: int) -> None:
        await roster(shared, worker).beat(NOON + hours * HOUR)

    await arrives(ANA, 0)
    await lives(ANA, 1)
    await arrives(BIA, 1)
    await lives(BIA, 2)
    await leaves(ANA, 2)
    await lives(BIA, 3)
    await arrives(ANA, 3)
    await lives(BIA, 4)
    await leaves(ANA, 4)
    await leaves(BIA, 5)
    await arrives(ANA, 6)

    kinds = [entry.kind for entry in await shared.journal(limit=20)][::-1]
    assert kinds == [
        JournalKind.SERVER_STARTED,
        JournalKind.SERVER_JOINED,
        JournalKind.SERVER_LEFT,
        JournalKind.SERVER_JOINED,
        JournalKind.SERVER_LEFT,
        JournalKind.SERVER_STOPPED,
        JournalKind.SERVER_STARTED,
    ]
    now = NOON + 6 * HOUR
    told = uptime(await shared.signs(since=NOON), since=NOON, now=now)
    assert told.away_seconds == HOUR.total_seconds()


@pytest.mark.parametrize(("after", "told"), [(timedelta(seconds=5), False), (SILENCE + HOUR, True)])
async def test_of_two_that_start_at_one_moment_none_is_called_killed(
    shared: Store, after: timedelta, told: bool
) -> None:
    def at(moment: datetime) -> dict[str, Any]:
        return {"now": moment, "may_be_several": True}

    await came(shared, **at(NOON))
    await came(shared, **at(NOON + after))
    newest, _ = await shared.journal(limit=2)
    assert ("did not stop in order" in newest.detail) == told
