"""How long a store's calls take beside 1,000,000 stored tasks, on each engine.

The same history of 90 days as in `bench.queries`, of 200 councilors: 93 % completed, 3 % errors,
3 % lost slots. What a person, a worker and a sweeper ask is timed one call after the other, as its
caller waits for it.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from bench import queries
from bench.figures import Report, at_most
from bench.measuring import tell
from bench.queries import LEASE, NOW, WORKER, announce, calls, waiting
from bench.scale.databases import (
    mongodb_database,
    mongodb_server,
    postgresql_database,
    postgresql_server,
)
from bench.scale.filling import fill_mongodb
from conselho.errors import Unavailable
from conselho.models.ids import AgentId
from conselho.models.task import Outcome, Status
from conselho.models.verdict import Severity
from conselho.store import Held, Store
from conselho.stores import open_store
from conselho.stores.sql import SqlStore

TASKS: Final = 1_000_000
QUICK_TASKS: Final = 300
# FerretDB keeps no order and reads every document for nearly every question: at 1,000,000 an answer
# takes many minutes. A real MongoDB is given all of them.
FERRETDB_TASKS: Final = 5_000
COUNCILORS: Final = 200
REPEATS: Final = 200
QUICK_REPEATS: Final = 3
# A call that is slow is repeated less often.
MOST_SECONDS: Final = 20.0
MOST_SECONDS_OF_ONE: Final = 60.0
AIM_MS: Final = 20

_READ: Final = ("list", "list_agent", "list_agent_severity", "report", "statistics", "kpis")
Call = Callable[[], Awaitable[object]]


async def sqlite(quick: bool) -> Report:
    with tempfile.TemporaryDirectory(prefix="conselho-bench-") as folder:
        store = await open_store(f"sqlite:///{folder}/conselho.db")
        assert isinstance(store, SqlStore)
        tasks = QUICK_TASKS if quick else TASKS

        async def fill() -> None:
            await queries.fill(store, tasks, COUNCILORS)

        return {"database": "SQLite", **await _measured(store, tasks, fill, quick)}


async def postgresql(quick: bool) -> Report:
    with postgresql_server() as url:
        async with postgresql_database(url) as database:
            store = await open_store(database.url)
            assert isinstance(store, SqlStore)
            tasks = QUICK_TASKS if quick else TASKS

            async def fill() -> None:
                await queries.fill(store, tasks, COUNCILORS)
                await database.settle()

            return {"database": database.server, **await _measured(store, tasks, fill, quick)}


async def mongodb(quick: bool) -> Report:
    with mongodb_server() as url:
        async with mongodb_database(url) as database:
            store = await open_store(database.url)
            tasks = FERRETDB_TASKS if database.server.startswith("FerretDB") else TASKS
            tasks = QUICK_TASKS if quick else tasks

            async def fill() -> None:
                await fill_mongodb(database.url, tasks, COUNCILORS)

            return {"database": database.server, **await _measured(store, tasks, fill, quick)}


async def _measured(
    store: Store, tasks: int, fill: Callable[[], Awaitable[None]], quick: bool
) -> Report:
    """Fill the store, and time its calls; it is closed afterwards."""
    agents = [AgentId(f"agent-{n}") for n in range(COUNCILORS)]
    repeats = QUICK_REPEATS if quick else REPEATS
    try:
        began = time.perf_counter()
        await fill()
        figures: dict[str, Any] = {
            "tasks": tasks,
            "councilors": COUNCILORS,
            "built_in_seconds": round(time.perf_counter() - began, 1),
        }
        tell(f"  filled in {figures['built_in_seconds']} s")
        asked = calls(store, agents)
        timed = {name: await _timed(name, asked[name], repeats) for name in _READ}
        timed |= await _written(store, repeats)
    finally:
        await store.close()
    aims = [
        at_most(f"{name} p99 ms", one["p99_ms"], AIM_MS)
        for name, one in timed.items()
        if "p99_ms" in one
    ]
    return figures | {"calls": timed, "aims": aims}


async def _written(store: Store, repeats: int) -> Report:
    """The life of single runs, and a sweep that finds nothing, among all that is stored."""
    held: list[Held] = []
    chance = random.Random(1)

    async def submit() -> None:
        agent_id = AgentId(f"agent-{chance.randrange(COUNCILORS)}")
        await store.submit([replace(waiting(), agent_id=agent_id)], announce=announce)

    async def claim() -> None:
        claimed = await store.claim(WORKER, now=NOW, limit=1, lease=LEASE, announce=announce)
        held.extend(Held(task_id=task.task_id, fence=task.fence) for task in claimed)

    async def finish() -> None:
        outcome = Outcome(status=Status.COMPLETED, severity=Severity.SUCCESS, result="Well. " * 80)
        await store.finish(held.pop(), outcome, now=NOW, announce=announce)

    async def sweep() -> None:
        await store.sweep(now=NOW, announce=announce)

    figures = {
        "submit": await _timed("submit", submit, repeats),
        "claim": await _timed("claim", claim, repeats),
    }
    if len(held) > 1:
        figures["finish"] = await _timed("finish", finish, len(held) - 1)
    return figures | {"sweep": await _timed("sweep", sweep, repeats)}


async def _timed(name: str, call: Call, repeats: int) -> Report:
    """Milliseconds at the middle and near the worst, after a first call; why, when it failed."""
    try:
        lengths = await _lengths(call, repeats)
    except Unavailable as error:
        told: Report = {"error": str(error)}
    except TimeoutError:
        told = {"error": f"it did not answer within {MOST_SECONDS_OF_ONE:g} s"}
    else:
        told = {
            "count": len(lengths),
            "p50_ms": round(lengths[len(lengths) // 2], 2),
            "p99_ms": round(lengths[len(lengths) * 99 // 100], 2),
        }
    tell(f"  {name}: {told}")
    return told


async def _lengths(call: Call, repeats: int) -> list[float]:
    lengths: list[float] = []
    deadline = time.perf_counter() + MOST_SECONDS
    async with asyncio.timeout(MOST_SECONDS_OF_ONE):
        await call()
    while len(lengths) < repeats and (not lengths or time.perf_counter() < deadline):
        began = time.perf_counter()
        async with asyncio.timeout(MOST_SECONDS_OF_ONE):
            await call()
        lengths.append(1000 * (time.perf_counter() - began))
    return sorted(lengths)
