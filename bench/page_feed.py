"""`conselho serve` with runs that nobody has to wait for: `python page_feed.py OPTIONS-OF-SERVE`.

Everything is as `conselho serve` starts it. One more service lives the lives of runs in the store:
submitted, claimed and finished, each with its events, as the product's own services write them; but
no child is started. What comes after that (relay, bus, hub, stream) is the product's way to a page.

`RUNS RATE` on stdin lives so many, so many a second (0: as fast as it goes), one councilor after
the other; `fed TASK_ID` on stdout names the last one. The end of stdin ends the process.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from conselho.api import loaded
from conselho.api.doors import Doors
from conselho.cli.main import main
from conselho.config import Settings
from conselho.models.agent import Agent
from conselho.models.ids import TaskId, WorkerId
from conselho.models.task import Outcome, Status
from conselho.models.verdict import Finding, Severity, Verdict, VerdictSource
from conselho.services.announcements import announce
from conselho.services.data_dir import DataDir
from conselho.services.submission import manual_task
from conselho.store import Held, Store

# Each is submitted (one event), claimed (two) and finished (two).
EVENTS_OF_A_RUN: Final = 5
_WORKER: Final = WorkerId("bench:page")
_LEASE: Final = timedelta(minutes=1)
# Runs are on their way for as long as it takes to begin so many others.
_AT_WORK: Final = 3
_REPORT: Final = "Everything was read, and this is what it came to.\n" * 20

_load = loaded.load


class Feeder:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: asyncio.Queue[tuple[int, float]] = asyncio.Queue()
        self._chance = random.Random(8)

    def listen(self) -> None:
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in sys.stdin:
                runs, rate = line.split()
                loop.call_soon_threadsafe(self._asked.put_nowait, (int(runs), float(rate)))
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=read, name="feeder", daemon=True).start()

    async def run(self) -> None:
        agents = itertools.cycle(await self._store.agents(is_councilor=True))
        while True:
            runs, rate = await self._asked.get()
            print(f"fed {await self._feed(agents, runs, rate)}", flush=True)

    async def _feed(self, agents: Iterator[Agent], runs: int, rate: float) -> TaskId:
        loop = asyncio.get_running_loop()
        began, at_work = loop.time(), list[Held]()
        last = TaskId("")
        for number in range(runs):
            if rate:
                await asyncio.sleep(began + number / rate - loop.time())
            last = await self._begin(agents, at_work)
            if len(at_work) > _AT_WORK:
                await self._end(at_work.pop(0))
        while at_work:
            await self._end(at_work.pop(0))
        return last

    async def _begin(self, agents: Iterator[Agent], at_work: list[Held]) -> TaskId:
        """The next run that is ours: the server's own dispatcher looks for work as well."""
        while True:
            now = datetime.now(UTC)
            task = manual_task(next(agents), now=now)
            await self._store.submit([task], announce=announce)
            claimed = await self._store.claim(
                _WORKER, now=now, limit=1, lease=_LEASE, only=[task.task_id], announce=announce
            )
            if claimed:
                at_work.append(Held(task_id=task.task_id, fence=claimed[0].fence))
                return task.task_id

    async def _end(self, held: Held) -> None:
        severity = self._chance.choices(list(Severity), weights=(70, 10, 15, 5))[0]
        verdict = Verdict(
            severity=severity,
            summary=f"It came to {severity.value}, as {self._chance.randrange(1000)} files tell.",
            source=VerdictSource.CONTRACT,
            findings=_findings(severity),
        )
        outcome = Outcome(
            status=Status.COMPLETED, severity=severity, verdict=verdict, result=_REPORT
        )
        await self._store.finish(held, outcome, now=datetime.now(UTC), announce=announce)


def _findings(severity: Severity) -> tuple[Finding, ...]:
    if severity is Severity.SUCCESS:
        return ()
    return tuple(
        Finding(
            title="The line is too long",
            severity=severity,
            file="src/app.py",
            line=line,
            fingerprint=f"app-{line}",
        )
        for line in (12, 48, 512)
    )


async def _load_with_feeder(
    settings: Settings, data_dir: DataDir, doors: Doors
) -> loaded.LoadedServer:
    server = await _load(settings, data_dir, doors)
    system = server._system
    feeder = Feeder(system.store)
    feeder.listen()
    system.spawn("bench.feeder", feeder.run)
    return server


if __name__ == "__main__":
    # `conselho serve` imports it by name when it starts to serve.
    loaded.load = _load_with_feeder
    sys.argv[:1] = ["conselho", "serve"]
    sys.exit(main())
