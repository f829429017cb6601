"""Who works for a council, what waits for nobody, and when that is given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from conselho.models.ids import AgentId, WorkerId
from conselho.models.task import Status, Task
from conselho.models.worker import SILENCE, Queue, Worker
from conselho.services.remedy import remedy
from conselho.services.roster import MEET_SECONDS, PAUSE, Roster
from conselho.store import Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import make_agent, make_task, one_event

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


@pytest.fixture
def roster(store: Store) -> Roster:
    """Of a server that runs nothing itself."""
    return Roster(store, FakeClock(), own=None, no_worker_after=HOUR)


def worker(name: str, *queues: str, **fields: Any) -> Worker:
    defaults: dict[str, Any] = {
        "host": "host", "queues": queues, "serves_any": not queues, "concurrency": 4,
        "version": "1", "council": "c", "started_at": NOON, "beat_at": NOON,
    }  # fmt: skip
    return Worker(worker_id=WorkerId(f"host:{name}"), **(defaults | fields))


async def wait(store: Store, name: str, queue: Queue = None, *, since: datetime = NOON) -> Task:
    task = make_task(AgentId(name), queue=queue, created_at=since)
    await store.submit([task], announce=one_event)
    return task


class TestQueues:
    async def test_each_queue_tells_who_serves_it_and_what_waits(
        self, store: Store, roster: Roster
    ) -> None:
        await store.beat(worker("a", "gpu"))
        await store.beat(worker("b", "gpu", "mac", serves_any=True, concurrency=2))
        await wait(store, "ana", "gpu")
        await wait(store, "bia", "nowhere", since=NOON - MINUTE)
        agents = [make_agent(AgentId("caio"), queue="idle"), make_agent(AgentId("dora"))]
        found = {state.queue: state for state in await roster.queues(NOON, agents)}
        assert list(found) == [None, "gpu", "idle", "mac", "nowhere"]
        assert (found["gpu"].workers, found["gpu"].capacity, found["gpu"].waiting) == (2, 6, 1)
        assert (found[None].workers, found[None].agents, found[None].waiting) == (1, 1, 0)
        assert (found["idle"].workers, found["idle"].agents) == (0, 1)
        assert [state.queue for state in found.values() if state.is_stuck] == ["nowhere"]
        assert found["nowhere"].unserved_since == NOON - MINUTE
        assert found["idle"].unserved_since is None

    async def test_a_worker_that_is_silent_or_left_serves_nothing(
        self, store: Store, roster: Roster
    ) -> None:
        await store.beat(worker("silent", "gpu"))
        await store.beat(worker("left", "mac"))
        await store.leave(WorkerId("host:left"), now=NOON + SECOND)
        await wait(store, "ana", "gpu")
        await wait(store, "bia", "mac")
        late = NOON + SILENCE
        assert await roster.check(late) == (
            "no live worker serves the queue 'mac' since 2026-11-22T12:00:01Z, and 1 run waits"
        )
        told = await roster.check(late + SECOND)
        assert told is not None
        assert told.startswith(
            "no live worker serves the queue 'gpu' since 2026-11-22T12:00:00Z, and 1 run waits; "
        )
        assert {state.queue for state in await roster.queues(late + SECOND)} >= {"gpu", "mac"}

    async def test_whom_nobody_would_run_is_told_with_the_cure(
        self, store: Store, roster: Roster
    ) -> None:
        await store.beat(worker("a", "gpu"))
        agents = [make_agent(AgentId("ana"), queue="gpu"), make_agent(AgentId("bia"))]
        told = await roster.unserved([*agents, make_agent(AgentId("caio"), queue="mac")], NOON)
        assert told == {
            "bia": "No live worker runs tasks without a queue. Start the server again with"
            " `conselho serve --any` and its other options, or give the agent a queue.",
            "caio": "No live worker serves the queue 'mac'. Start the server again with"
            " `conselho serve --queue mac --any` and its other options, or empty the queue of the"
            " agent.",
        }

    async def test_the_cure_is_told_of_what_nobody_serves(
        self, store: Store, roster: Roster
    ) -> None:
        await store.beat(worker("a", "gpu"))
        agents = [make_agent(AgentId("ana"), queue="gpu"), make_agent(AgentId("caio"), queue="mac")]
        told = {
            state.queue: state.document()["remedy"] for state in await roster.queues(NOON, agents)
        }
        assert told == {
            None: {"kind": "restart_server", "command": "conselho serve --any"},
            "gpu": None,
            "mac": {"kind": "restart_server", "command": "conselho serve --queue mac --any"},
        }

    async def test_a_worker_tells_of_itself(self, store: Store) -> None:
        clock, own = FakeClock(), worker("own", "gpu")
        roster = Roster(store, clock, own=own, running=lambda: 3, no_worker_after=HOUR)
        await roster.beat(NOON + SECOND)
        [told] = await roster.workers(NOON + SECOND)
        assert (told.running, told.beat_at, told.left_at) == (3, NOON + SECOND, None)
        assert await roster.live_queues() == {"gpu"}
        await roster.leave()
        assert await roster.live_queues() == frozenset()


@pytest.mark.parametrize(
    ("queue", "is_shared", "own", "kind", "command"),
    [
        ("gpu", True, None, "start_worker", "conselho worker --queue gpu"),
        (None, True, worker("own", "mac"), "start_worker", "conselho worker"),
        ("gpu", False, worker("own"), "restart_server", "conselho serve --queue gpu --any"),
        (
            "gpu", False, worker("own", "mac", "a"), "restart_server",
            "conselho serve --queue mac --queue a --queue gpu",
        ),
        (None, False, worker("own", "mac"), "restart_server", "conselho serve --queue mac --any"),
    ],
)  # fmt: skip
def test_the_cure_is_one_that_the_store_allows_and_that_takes_no_queue_away(
    queue: Queue, is_shared: bool, own: Worker | None, kind: str, command: str
) -> None:
    assert remedy(queue, is_shared=is_shared, own=own).document() == {
        "kind": kind,
        "command": command,
    }


class TestGivingUp:
    """Looks come every half minute."""

    async def look(self, roster: Roster, begin: datetime, minutes: float) -> int:
        """How many were given up in looks from `begin` on."""
        looks = int(minutes * 2) + 1
        return sum([await roster.tick(begin + n * MINUTE / 2) for n in range(looks)])

    async def test_what_waits_too_long_for_nobody_ends_as_an_error(
        self, store: Store, roster: Roster
    ) -> None:
        old = await wait(store, "ana", "gpu", since=NOON - MINUTE)
        young = await wait(store, "bia", "gpu", since=NOON + MINUTE)
        elsewhere = await wait(store, "caio")
        await store.beat(worker("a", beat_at=NOON + 2 * HOUR))
        assert await self.look(roster, NOON, 59.5) == 0
        assert await self.look(roster, NOON + HOUR, 0) == 1

        ended = await store.task(old.task_id)
        assert (ended.status, ended.error_kind) == (Status.ERROR, "no_worker")
        assert ended.error == (
            "No live worker serves the queue 'gpu'. It waited for one for 1 h. Start the server"
            " again with `conselho serve --queue gpu --any` and its other options, or empty the"
            " queue of the agent."
        )
        for task in (young, elsewhere):
            assert (await store.task(task.task_id)).status is Status.PENDING
        assert await self.look(roster, NOON + HOUR + MINUTE / 2, 1) == 1, "in its own time"

    async def test_a_worker_that_comes_begins_the_count_anew(
        self, store: Store, roster: Roster
    ) -> None:
        await wait(store, "ana", "gpu")
        assert await self.look(roster, NOON, 50) == 0
        back = NOON + 50.5 * MINUTE
        await store.beat(worker("a", "gpu", beat_at=back))
        assert await self.look(roster, back, 59) == 0
        assert await self.look(roster, back + 59.5 * MINUTE, 1) == 1

    async def test_a_pause_of_this_process_is_no_absence_of_workers(
        self, store: Store, roster: Roster
    ) -> None:
        """After an outage of everything, they get the chance to come back."""
        await wait(store, "ana", "gpu")
        assert await self.look(roster, NOON, 1) == 0
        woken = NOON + 2 * HOUR
        assert await self.look(roster, woken, 59.5) == 0
        assert await roster.tick(woken + HOUR) == 1
        assert woken - NOON > PAUSE

    async def test_what_waits_while_somebody_is_there_waits_on(
        self, store: Store, roster: Roster
    ) -> None:
        await wait(store, "ana")
        for minutes in range(180):
            at = NOON + minutes * MINUTE
            await store.beat(worker("busy", beat_at=at))
            assert await roster.tick(at) == 0


@pytest.mark.parametrize(
    ("schedules", "beat_after", "told"),
    [(True, 50, []), (True, 40, ["worker.no_scheduler"]), (False, 50, ["worker.no_scheduler"])],
    ids=["a server is there", "it is gone", "workers alone"],
)
async def test_a_worker_in_a_database_without_any_server_tells_so_once(
    store: Store, schedules: bool, beat_after: int, told: list[str]
) -> None:
    """Its servers may have another database: nothing else would show it."""
    clock = FakeClock()
    roster = Roster(store, clock, own=worker("own"), no_worker_after=HOUR)
    with capture_logs() as logs:
        meeting = asyncio.ensure_future(roster.meet())
        await clock.until_asleep()
        await store.beat(worker("server", schedules=schedules, beat_at=NOON + beat_after * SECOND))
        await clock.advance(MEET_SECONDS)
        await meeting

    assert [one["event"] for one in logs] == told
