"""Over MongoDB: how many commands a step of a run is, as the server itself counts them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from conselho.models.ids import AgentId
from conselho.models.task import Task
from conselho.store import Held, LogPiece, Submitted
from conselho.stores.mongodb import MongoStore, folding, open_mongodb_store, outbox
from tests.support import mongodb
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    make_ended,
    make_outcome,
    make_task,
    one_event,
)
from tests.support.stores import store_url

# Of drivers, and of this test.
NOT_COUNTED = {"hello", "isMaster", "ismaster", "ping", "serverStatus", "endSessions"}


class Counted:
    """Two servers over one database, and what they asked of it."""

    def __init__(
        self, first: MongoStore, other: MongoStore, admin: AsyncMongoClient[dict[str, Any]]
    ) -> None:
        self.first = first
        self.other = other
        self._admin = admin
        self._before = 0

    async def start(self) -> None:
        self._before = await self._all()

    async def asked(self) -> int:
        """How many commands since the last time."""
        before, self._before = self._before, await self._all()
        return self._before - before

    async def _all(self) -> int:
        status = await self._admin.admin.command("serverStatus")
        commands = status["metrics"]["commands"].items()
        return sum(
            int(told["total"])
            for name, told in commands
            if name not in NOT_COUNTED and isinstance(told, dict)
        )


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Counted]:
    if missing := mongodb.why_missing():
        pytest.skip(missing)
    # On a slow machine a batch may last until then.
    monkeypatch.setattr(folding, "_BEAT_SECONDS", 60)
    monkeypatch.setattr(outbox, "CONFIRM_SECONDS", 60)
    async with (
        store_url("mongodb", tmp_path) as url,
        AsyncMongoClient[dict[str, Any]](mongodb.server_uri()) as admin,
    ):
        stores = [await open_mongodb_store(url) for _ in range(2)]
        # Ana's book is there, and both know of an event.
        await stores[0].submit([make_task(active_key="before")], announce=one_event)
        for store in stores:
            await store.events_after(0, limit=9)
            await store.events_after(1, limit=9)
        counted = Counted(stores[0], stores[1], admin)
        await counted.start()
        yield counted
        for store in stores:
            await store.close()


async def test_a_look_that_finds_nothing_is_one(site: Counted) -> None:
    for _ in range(3):
        assert await site.first.events_after(1, limit=9) == []
    assert await site.asked() == 3


async def test_a_slot_is_six_for_who_submits_it_and_two_for_the_others(site: Counted) -> None:
    task = make_task(due_at=NOON + LEASE)
    [answer] = await site.first.submit([task], announce=one_event)
    assert answer.result is Submitted.CREATED
    assert await site.asked() == 6

    [answer] = await site.other.submit([make_task(due_at=NOON + LEASE)], announce=one_event)
    assert answer.result is Submitted.DUPLICATE
    assert await site.asked() == 2


@pytest.mark.parametrize("places", [1, 20])
async def test_a_run_is_eight_from_its_claim_to_the_look_for_more(
    site: Counted, places: int
) -> None:
    """Whose task the fixture has submitted. Outboxes are emptied by two more, of all runs that a
    worker began and ended within a second.
    """

    async def claimed() -> list[Task]:
        return await site.first.claim(
            WORKER, now=NOON, limit=places, lease=LEASE, queues=[None],
            announce=one_event,
        )  # fmt: skip

    [task] = await claimed()
    assert await site.asked() == 3
    held = Held(task_id=task.task_id, fence=task.fence)
    end = LogPiece(task_id=task.task_id, offset=0, data=b"All is well.\n")
    await site.first.finish(held, make_outcome(), log=end, now=NOON, announce=one_event)
    assert await site.asked() == 4
    assert await claimed() == []
    assert await site.asked() == 1
    await outbox.confirm(site.first._db)
    assert await site.asked() == 2
    await outbox.confirm(site.first._db)
    assert await site.asked() == 0


async def test_slots_of_many_councilors_are_as_many_as_one(site: Counted) -> None:
    names = [ANA, BIA, *(AgentId(f"agent-{n}") for n in range(9))]
    await site.first.submit(
        [make_task(name, active_key=name) for name in names], announce=one_event
    )
    await site.asked()
    later = [make_task(name, due_at=NOON + LEASE, active_key=f"{name} 2") for name in names]
    await site.first.submit(later, announce=one_event)
    assert await site.asked() == 6


async def test_who_hears_of_others_tells_without_being_refused(site: Counted) -> None:
    for seq, (writer, reader) in enumerate([(site.first, site.other), (site.other, site.first)], 2):
        task = make_task(due_at=None, active_key=str(seq))
        await site.asked()
        await writer.submit([task], announce=one_event)
        # The task, its event, whether it is pruned, its outbox.
        assert await site.asked() == 4
        assert len(await reader.events_after(seq - 1, limit=9)) == 1


async def test_who_does_not_listen_asks_first_while_others_tell(site: Counted) -> None:
    async def told(store: MongoStore, key: str) -> int:
        await site.asked()
        await store.submit([make_task(due_at=None, active_key=key)], announce=one_event)
        return await site.asked()

    await told(site.other, "a")
    # Refused once; then it asks, until nobody was in between.
    assert await told(site.first, "b") == 6
    await told(site.other, "c")
    assert [await told(site.first, key) for key in "def"] == [5, 5, 4]


async def test_pruning_many_is_as_much_as_pruning_one(site: Counted) -> None:
    asked = []
    for size in (1, 20):
        tasks = [make_ended(ANA, NOON, make_outcome()) for _ in range(size)]
        await site.first.import_tasks(tasks)
        await site.first.statistics([ANA])  # counts them
        await site.asked()
        assert len(await site.first.prune(before=NOON + LEASE, limit=size)) == size
        asked.append(await site.asked())
    assert asked[0] == asked[1]


async def test_counting_many_is_as_much_as_counting_one(site: Counted) -> None:
    names = [ANA, BIA, *(AgentId(f"agent-{n}") for n in range(9))]
    asked = []
    # At first their counters are made.
    for some in (names, [ANA], names):
        await site.first.import_tasks([make_ended(name, NOON, make_outcome()) for name in some])
        await site.asked()
        await site.first.statistics([ANA])
        asked.append(await site.asked())
    # Folded in six, the figure itself, and that nothing was folded meanwhile.
    assert asked[1] == asked[2] == 8
