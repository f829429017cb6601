"""Real servers and workers over one database and one Redis, each in a folder of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]
import redis

from bench.figures import Report
from bench.scale.databases import Database
from tests.support.server import Server
from tests.support.worker import Worker

SERVERS: Final = 3
# The default of `conselho worker`.
CONCURRENCY: Final = 4
# One client asks for all.
RATE_LIMITS: Final = "runs=100000,writes=100000"

CpuSeconds = dict[str, dict[int, float]]


class Site:
    """Use it through `a_site`."""

    def __init__(self, folder: Path, database: Database, redis_url: str) -> None:
        self.folder = folder
        self.database = database
        self.servers: list[Server] = []
        self.workers: list[Worker] = []
        self._redis_url = redis_url
        # All else is as it comes: leases, sweeps and looks are part of what a run costs.
        self._environ = {
            "CONSELHO_DATABASE_URL": database.url,
            "CONSELHO_REDIS_URL": redis_url,
            "CONSELHO_BROKER_URL": redis_url,
            "CONSELHO_RATE_LIMITS": RATE_LIMITS,
        }

    async def serve(self, count: int) -> None:
        """Start so many servers that answer and see to schedules, and run nothing themselves."""
        environ = self._environ | {"CONSELHO_ROLE": "api,scheduler"}
        new = []
        for _ in range(count):
            folder = self.folder / f"server-{len(self.servers)}"
            folder.mkdir()
            new.append(Server(folder, environ=environ))
            self.servers.append(new[-1])
        # The first one makes the tables.
        for server in new[:1]:
            await asyncio.to_thread(server.start)
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in new[1:]))
        for server in new:
            await asyncio.to_thread(server.get, "/readyz")

    async def work(self, count: int, *, concurrency: int = CONCURRENCY) -> None:
        """Start workers until there are so many."""
        new = []
        while len(self.workers) < count:
            folder = self.folder / f"worker-{len(self.workers)}"
            options = ("--concurrency", str(concurrency))
            new.append(Worker(folder, *options, environ=self._environ))
            self.workers.append(new[-1])
        # All at once would take turns on few cores, and none be there for long.
        places = asyncio.Semaphore(2)

        async def start(worker: Worker) -> None:
            async with places:
                await asyncio.to_thread(worker.start)

        await asyncio.gather(*map(start, new))

    async def cpu_seconds(self) -> CpuSeconds:
        """Processor time so far, without that of the runs, by kind of process and by process."""
        kinds = {
            "servers": [server.pid for server in self.servers],
            "workers": [worker.pid for worker in self.workers],
            "database": await self.database.pids(),
            "redis": [await asyncio.to_thread(self._redis_pid)],
        }
        return {kind: {pid: _cpu_seconds(pid) for pid in pids} for kind, pids in kinds.items()}

    def _redis_pid(self) -> int:
        with redis.Redis.from_url(self._redis_url) as client:
            told = client.info("server")
        assert isinstance(told, dict)
        return int(told["process_id"])

    def close(self) -> None:
        """Leave nothing running."""
        for worker in self.workers:
            worker.close()
        for server in self.servers:
            server.close()


@contextmanager
def a_site(folder: Path, database: Database, redis_url: str) -> Iterator[Site]:
    folder.mkdir()
    site = Site(folder, database, redis_url)
    try:
        yield site
    finally:
        site.close()


def cpu_ms_per_run(before: CpuSeconds, after: CpuSeconds, runs: int) -> Report:
    return {kind: round(1000 * sum(_grown(before[kind], after[kind])) / runs, 2) for kind in after}


def _grown(before: dict[int, float], after: dict[int, float]) -> list[float]:
    return [seconds - before.get(pid, 0.0) for pid, seconds in after.items()]


def _cpu_seconds(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
