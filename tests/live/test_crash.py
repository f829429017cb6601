"""`kill -9` at any moment loses nothing, doubles nothing and leaves nothing behind.

Twenty times under load: councilors that are due each second, quick ones, slow ones, retried ones,
one that leaves a process behind, and people who call others by hand all the while. What should be
there at the end is computed from the promotion and the interval alone.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from conselho.models.task import ACTIVE, Status, Task
from conselho.store import TaskFilter
from conselho.stores.sql import open_sql_store
from tests.support.accounts import covered, every_task, moment, slots
from tests.support.server import Server, eventually, running

KILLS = 20
# One blow in four falls while the server loads and recovers, the others at full work.
WHILE_LOADING = 0.25
BLOW_SECONDS = (0.0, 1.5)

EACH_SECOND = {
    # Each child first says that it was started, in one O_APPEND write.
    "quick": "true",
    "slow": "sleep 1.5",
    "failing": "exit 1",
    "littering": "setsid sleep 300 & true",
}
# The second never ends by itself: a killed server leaves it behind, a living one ends it.
BY_HAND = {"called": "sleep 0.1", "hanging": "sleep 300"}
POLICIES = {
    "slow": {"max_attempts": 3, "retry_backoff_seconds": 0},
    "hanging": {"timeout_seconds": 3},
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path, environ={"CONSELHO_SHUTDOWN_GRACE_SECONDS": "0.1"}) as server:
        yield server


@pytest.mark.timeout(600)  # Twenty starts take a minute and a half when nothing else is done.
def test_twenty_kills_lose_nothing_and_double_nothing(server: Server) -> None:
    seed = int(os.environ.get("CONSELHO_TEST_SEED", random.randrange(10**6)))
    print(f"CONSELHO_TEST_SEED={seed} repeats these moments")  # noqa: T201 - shown on failure
    promoted = seat_everybody(server)
    callers = [Caller(server, agent_id) for agent_id in BY_HAND]
    try:
        for loaded, seconds in moments(random.Random(seed)):
            if loaded:
                server.get("/api/kpis")
            time.sleep(seconds)
            server.kill()
            server.start()
    finally:
        acknowledged = {task_id for caller in callers for task_id in caller.stop()}
    paused = {agent_id: pause(server, agent_id) for agent_id in EACH_SECOND}
    eventually(lambda: nothing_is_active(server), "the last runs ended")
    assert server.stop() == 0

    tasks = asyncio.run(stored_tasks(server))
    for agent_id in EACH_SECOND:
        assert covered(tasks, agent_id) == Counter(slots(promoted[agent_id], paused[agent_id]))
    assert acknowledged, "nobody called anybody: there was no load"
    assert acknowledged <= {task.task_id for task in tasks}
    assert not [task for task in tasks if task.status in ACTIVE]
    assert len({task.idempotency_key for task in tasks}) == len(tasks)
    check_starts(server, tasks)
    check_events(server)
    assert server.processes() == []


def seat_everybody(server: Server) -> dict[str, datetime]:
    """The councilors, and when each was promoted."""
    promoted = {}
    for agent_id, rest in (EACH_SECOND | BY_HAND).items():
        said = f'echo "$CONSELHO_TASK_ID" >> {server.folder}/starts; {rest}'
        agent = server.promote(
            agent_id,
            ["sh", "-c", said],
            schedule="1s" if agent_id in EACH_SECOND else "1d",
            policies=POLICIES.get(agent_id),
        )
        promoted[agent_id] = moment(agent["updated_at"])
    return promoted


def moments(chance: random.Random) -> Iterator[tuple[bool, float]]:
    """Whether to wait until it has loaded, and then how long."""
    for _ in range(KILLS):
        yield chance.random() > WHILE_LOADING, chance.uniform(*BLOW_SECONDS)


class Caller:
    """Somebody who calls one councilor again and again, through all crashes."""

    def __init__(self, server: Server, agent_id: str) -> None:
        self._server = server
        self._agent_id = agent_id
        self._acknowledged: list[str] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._call)
        self._thread.start()

    def stop(self) -> list[str]:
        """The executions that the server confirmed."""
        self._done.set()
        self._thread.join(30)
        return self._acknowledged

    def _call(self) -> None:
        while not self._done.wait(0.05):
            try:
                response = httpx.post(
                    f"{self._server.url}/api/councilors/{self._agent_id}/execute-now", timeout=5
                )
            except httpx.TransportError:
                continue  # killed, or not there yet: nothing was promised
            if response.status_code == 200:
                self._acknowledged.append(response.json()["execution"]["execution_id"])


def pause(server: Server, agent_id: str) -> datetime:
    """Pause a councilor; from when on it has no slots."""
    server.patch(f"/api/agents/{agent_id}/councilor-schedule", {"enabled": False})
    return moment(server.get(f"/api/agents/{agent_id}")["updated_at"])


def nothing_is_active(server: Server) -> bool:
    figures = server.get("/api/kpis")
    return bool(figures["running"] + figures["pending"] == 0)


def check_starts(server: Server, tasks: list[Task]) -> None:
    """No attempt has started twice, and what ended well has started at all."""
    starts = Counter((server.folder / "starts").read_text().split())
    attempts = {str(task.task_id): task.attempt for task in tasks}
    assert not [task_id for task_id, count in starts.items() if count > attempts[task_id]]
    ran = {task.task_id for task in tasks if task.status is Status.COMPLETED}
    assert ran <= starts.keys()


def check_events(server: Server) -> None:
    """Every number was given once, and none was left out."""
    with closing(sqlite3.connect(server.database)) as database:
        seqs = [seq for (seq,) in database.execute("SELECT seq FROM events ORDER BY seq")]
    assert seqs == list(range(1, len(seqs) + 1))


async def stored_tasks(server: Server) -> list[Task]:
    """All tasks; the counters that are kept beside them agree with them."""
    store = await open_sql_store(f"sqlite:///{server.database}")
    try:
        assert await store.recount()
        tasks = await every_task(store)
        assert (await store.tasks(TaskFilter(), limit=1)).total == len(tasks)
        return tasks
    finally:
        await store.close()
