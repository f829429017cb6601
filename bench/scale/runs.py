"""3 servers and up to 8 workers over one database and Redis, beside one server on SQLite."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bench import bursts as embedded_bursts
from bench.councils import next_second, seat
from bench.figures import Report, at_most
from bench.measuring import tell
from bench.scale.bursts import Plan, bursts
from bench.scale.databases import (
    Database,
    mongodb_database,
    mongodb_server,
    postgresql_database,
    postgresql_server,
)
from bench.scale.dispatch import COMMAND, COUNCILORS, WARM_UP, dispatched
from bench.scale.site import CONCURRENCY, RATE_LIMITS, SERVERS, Site, a_site
from bench.server import temporary_folder
from tests.support.redis import running_redis, why_missing
from tests.support.server import running

# What a run may ask of a store, beyond what its servers and workers ask at rest.
MOST_OPERATIONS: Final = 8
# Nobody is due before all is over.
_FAR: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`workers`: how many there are in turn; the requests are for all of them."""

    workers: tuple[int, ...] = (1, 2, 4, 8)
    councilors: int = 100
    every_seconds: int = 60
    rest_seconds: float = 10
    patience: float = 180
    requests: int = 80


# It says what a run asks of MongoDB, not how fast that is: FerretDB answers one command after the
# other, and reads every task for most of them.
OF_FERRETDB: Final = Size(
    workers=(1, 8), councilors=20, every_seconds=90, patience=400, requests=20
)
QUICK: Final = Size(
    workers=(2,), councilors=20, every_seconds=5, rest_seconds=1, patience=60, requests=3
)
# A slot must be over long before the next one, also on a busy machine: otherwise runs pile up.
QUICK_OF_FERRETDB: Final = Size(
    workers=(2,), councilors=6, every_seconds=45, rest_seconds=1, patience=200, requests=3
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    server: Callable[[], AbstractContextManager[str]]
    database: Callable[[str], AbstractAsyncContextManager[Database]]
    # What of it counts as one operation of the store.
    operation: str | None = None


POSTGRESQL: Final = Backend(
    server=postgresql_server, database=postgresql_database, operation="transactions"
)
MONGODB: Final = Backend(server=mongodb_server, database=mongodb_database)


async def measure(backend: Backend, size: Size) -> Report:
    """Raises RuntimeError when a server is missing here."""
    if missing := why_missing():
        raise RuntimeError(missing)
    with backend.server() as url, running_redis() as redis, temporary_folder() as folder:
        async with backend.database(url) as database:
            plan = await _seat_due(database.url, size)
            with a_site(folder / "bursts", database, redis.url) as site:
                await site.serve(SERVERS)
                grown = await bursts(site, plan, size.workers)
            named = database.server
        async with backend.database(url) as database:
            await _seat_idle(database.url)
            with a_site(folder / "requests", database, redis.url) as site:
                await site.serve(SERVERS)
                await site.work(size.workers[-1])
                requested = await _requested(site, size)
    embedded = await _embedded(size)
    spent = _operations(grown[-1]["asked_per_run"], backend.operation)
    return {
        "database": named,
        "servers": SERVERS,
        "runs_at_a_time_of_a_worker": CONCURRENCY,
        "bursts": grown,
        "requests": requested,
        "embedded_on_sqlite": embedded,
        "operations_per_run": spent,
        "aims": [at_most("operations of the store a run", spent, MOST_OPERATIONS)],
    }


async def _seat_due(url: str, size: Size) -> Plan:
    plan = Plan(
        size=size.councilors,
        first=next_second(timedelta(seconds=size.every_seconds)),
        interval=timedelta(seconds=size.every_seconds),
        rest_seconds=size.rest_seconds,
        patience=size.patience,
    )
    every = f"{size.every_seconds}s"
    await seat(url, plan.size, COMMAND, first=plan.first, every=every)
    return plan


async def _seat_idle(url: str) -> None:
    await seat(url, COUNCILORS, COMMAND, first=next_second(_FAR), every="1d")


async def _requested(site: Site, size: Size) -> Report:
    urls = [server.url for server in site.servers]
    await dispatched(urls, WARM_UP)
    report = (await dispatched(urls, size.requests)).report()
    tell(f"  requests: {report}")
    return {"workers": len(site.workers), **report}


async def _embedded(size: Size) -> Report:
    """The same requests and one of the bursts, with everything in one process."""
    with temporary_folder() as folder:
        (folder / "data").mkdir(mode=0o700)
        await _seat_idle(f"sqlite:///{folder / 'data' / 'conselho.db'}")
        with running(folder, environ={"CONSELHO_RATE_LIMITS": RATE_LIMITS}) as server:
            await dispatched([server.url], WARM_UP)
            requested = (await dispatched([server.url], size.requests)).report()
    async with embedded_bursts.due_together(
        size.councilors, COMMAND, max_runs=CONCURRENCY, every_seconds=86_400
    ) as due:
        runs = await due.burst(0, patience=120)
    speed = len(runs) / (max(run.completed for run in runs) - runs[0].due)
    return {
        "requests": requested,
        "burst": {"runs": len(runs), "runs_per_second": round(speed, 1)},
    }


def _operations(asked: dict[str, Any], operation: str | None) -> float:
    """What one run asked of the store, beyond what is asked at rest."""
    names = asked if operation is None else [operation]
    total: float = sum(asked[name]["beyond_rest"] for name in names)
    return round(total, 2)
