"""A whole site that the fault tests may break: two servers, two workers, their store, their Redis.

    ana (api, scheduler) ─────────────────────────┐
    bia (api, scheduler) ─── her link ──────────┐ │
    w0 (worker) ─── its link ─────────────────┐ │ │      all of them ── Redis: bus and broker
    w1 (worker) ─── its link ───────────────┐ │ │ │
                                            store

Each process has a data directory of its own, as on a machine of its own. Some councilors are due
all the while, and a client follows the events from beginning to end.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import pytest

from conselho.errors import StoreUnavailable
from conselho.models.event import Event
from conselho.models.task import FINAL, Task
from conselho.store import Store
from conselho.stores import open_store
from tests.support import beating, mongodb, postgresql
from tests.support.accounts import (
    Life,
    are_told,
    check_lives,
    check_numbers,
    covered,
    every_event,
    every_task,
    lives,
    longest_overlap,
    moment,
    slots,
)
from tests.support.follower import Follower
from tests.support.network import Link, a_link
from tests.support.redis import RedisServer, running_redis
from tests.support.server import Server, eventually
from tests.support.worker import Worker

# Leases as they are shipped, and a worker that is stopped for half a minute: several minutes.
IS_FULL: Final = bool(os.environ.get("CONSELHO_FAULT_FULL"))
SHIPPED: Final = {"CONSELHO_LEASE_SECONDS": "12"}
QUICK: Final = {
    "CONSELHO_LEASE_SECONDS": "3",
    "CONSELHO_RENEW_SECONDS": "0.7",
    "CONSELHO_SWEEP_SECONDS": "0.3",
    "CONSELHO_RESEND_SECONDS": "1",
}
# FerretDB takes one command at a time, and reads a whole collection for many: it gets less to do.
SPARING: Final = {
    "CONSELHO_LEASE_SECONDS": "6",
    "CONSELHO_RENEW_SECONDS": "2",
    "CONSELHO_SWEEP_SECONDS": "1",
    "CONSELHO_RESEND_SECONDS": "2",
}
USUAL: Final = {
    "postgresql": SHIPPED if IS_FULL else QUICK,
    "mongodb": SHIPPED if IS_FULL else SPARING,
}
# No promise of the program, but what issue 6 asks for.
RECOVERY_SECONDS: Final = 30.0
# How long every child of the load lives, by agent. `slow` is seldom at rest, so that every fault
# meets a child of it.
LOAD: Final = {"quick": "0", "slow": "1.5"}
EVERY_SECONDS: Final = {"postgresql": 1, "mongodb": 5}
# Those that the tests break. FerretDB needs a machine with a core to spare, or it is never done.
STORES: Final = os.environ.get("CONSELHO_FAULT_STORES", "postgresql").split(",")
# Reading everything is work for the store, too.
LOOK_SECONDS: Final = 1.0
TRIES: Final = {"max_attempts": 4, "retry_backoff_seconds": 0}


class StoreServer(Protocol):
    """A database server of a test's own, which keeps port and data from one life to the next."""

    url: str
    port: int

    @property
    def runs(self) -> bool: ...

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def stop(self) -> None: ...


def make_store(kind: str, folder: Path) -> StoreServer:
    """`kind`: postgresql or mongodb; the test is skipped where there is none, but not on CI."""
    supports: dict[str, Any] = {"postgresql": postgresql, "mongodb": mongodb}
    missing = supports[kind].why_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    if kind == "postgresql":
        return postgresql.PostgresqlServer(folder)
    return mongodb.FerretServer(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A run that lasts until it is let go."""

    task_id: str
    gate: Path
    worker: Worker
    link: Link

    def let_go(self) -> None:
        self.gate.touch()


class Fleet:
    """Use it through `a_fleet`."""

    def __init__(
        self,
        folder: Path,
        store: StoreServer,
        redis: RedisServer,
        links: Collection[Link],
        environ: Mapping[str, str],
        elsewhere: Mapping[str, str],
        every: timedelta,
    ) -> None:
        self.folder = folder
        self._every = every
        self.store = store
        self.redis = redis
        self.link_of_bia, *self.links = links
        self.lease = float(environ["CONSELHO_LEASE_SECONDS"])
        self.journal = folder / "children"
        common = {
            "CONSELHO_REDIS_URL": redis.url,
            "CONSELHO_BROKER_URL": redis.url,
            "CONSELHO_SHUTDOWN_GRACE_SECONDS": "1",
            **environ,
        }

        def at(place: str, link: Link | None, more: Mapping[str, str]) -> tuple[Path, Any]:
            (folder / place).mkdir()
            url = {"CONSELHO_DATABASE_URL": self.database(link)}
            return folder / place, {**common, **url, **more}

        def server(name: str, link: Link | None, more: Mapping[str, str]) -> Server:
            where, settings = at(name, link, more)
            return Server(where, environ=settings | {"CONSELHO_ROLE": "api,scheduler"})

        def worker(number: int, more: Mapping[str, str]) -> Worker:
            where, settings = at(f"w{number}", self.links[number], more)
            return Worker(where, environ=settings)

        self.ana = server("ana", None, {})
        self.bia = server("bia", self.link_of_bia, elsewhere)
        self.workers = [worker(0, {}), worker(1, elsewhere)]
        self.promoted: dict[str, datetime] = {}
        self._runner = asyncio.Runner()
        self._books: Store | None = None

    # -- life ----------------------------------------------------------------------------------

    @property
    def servers(self) -> list[Server]:
        return [self.ana, self.bia]

    @property
    def everybody(self) -> list[Server | Worker]:
        return [*self.servers, *self.workers]

    def database(self, link: Link | None = None) -> str:
        """Where the council is, seen through this link."""
        parts = urlsplit(self.store.url)
        user, at, _ = parts.netloc.rpartition("@")
        port = self.store.port if link is None else link.port
        return parts._replace(
            netloc=f"{user}{at}127.0.0.1:{port}", path=parts.path.rstrip("/") or "/council"
        ).geturl()

    def start(self) -> None:
        """Everybody at one moment, on a store without a table; then seat the load."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda one: one.start(), self.everybody))
        self._books = self._runner.run(open_store(self.database()))
        self.follower = Follower(self.servers)
        interval = f"{self._every.total_seconds():g}s"
        for agent_id, seconds in LOAD.items():
            agent = self.ana.promote(
                agent_id, self.command(agent_id, seconds), schedule=interval, policies=TRIES
            )
            self.promoted[agent_id] = moment(agent["updated_at"])

    def close(self) -> None:
        """Leave nothing running, whatever happened."""
        for one in self.everybody:
            one.close()
        if hasattr(self, "follower"):
            self.follower.stop()
        if self._books is not None:
            self._runner.run(self._books.close())
        self._runner.close()

    def repair(self) -> None:
        """Whatever a test left broken: everything runs, everybody reaches everybody."""
        for link in [self.link_of_bia, *self.links]:
            link.heal()
        for server in (self.store, self.redis):
            if not server.runs:
                server.start()
        for one in self.everybody:
            if not one.runs:
                one.start()

    def check_logs(self) -> None:
        """Nobody met what it did not expect."""
        for one in self.everybody:
            said = one.log.read_text()
            assert "Traceback" not in said, said

    def command(self, agent_id: str, rest: str) -> list[str]:
        program = [sys.executable, "-I", "-S", beating.__file__]
        return [*program, str(self.journal), agent_id, rest]

    # -- runs that last --------------------------------------------------------------------------

    def hold(self, name: str) -> Held:
        """A run of a new councilor; it has begun when this returns."""
        gate = self.folder / f"{name}.may-end"
        self.ana.promote(name, self.command(name, str(gate)), policies=TRIES)
        task_id = self.ana.begin(name)
        eventually(lambda: self.lives(task_id), f"{name} has begun")
        worker_id = self.ana.task(task_id)["worker_id"]
        [(worker, link)] = [
            (worker, link)
            for worker, link in zip(self.workers, self.links, strict=True)
            if worker.owns(worker_id)
        ]
        return Held(task_id=task_id, gate=gate, worker=worker, link=link)

    def lives(self, task_id: str | None = None) -> list[Life]:
        """The children so far; of one Task only when it is given."""
        return [one for one in lives(self.journal) if task_id in (None, one.task_id)]

    def begins_again(self, held: Held, lives_before: int = 1) -> None:
        """Wait until the run was begun by somebody once more."""
        eventually(lambda: len(self.lives(held.task_id)) > lives_before, "it is begun again")

    def ends(self, *, since: int) -> int:
        """How many runs the client heard end, but for its first `since` events."""
        return sum(event.type == "councilor_completed" for event in self.follower.heard[since:])

    @staticmethod
    def is_well(server: Server) -> bool:
        """Whether nothing is wrong by its own word."""
        answer = server.api.get("/readyz").json()
        return all(check["ok"] for check in answer["checks"].values())

    # -- accounts --------------------------------------------------------------------------------

    def settle(self) -> float:
        """Wait until everything that was owed by now has its outcome; how many seconds it took.

        Then check what must hold after any fault. Nobody may hold a run.
        """
        until, began = datetime.now(UTC), time.monotonic()

        def is_settled() -> bool:
            tasks = self._read(every_task)
            return all(self._is_paid(tasks, agent_id, until) for agent_id in self.promoted)

        eventually(is_settled, "every slot up to now has its outcome", every=LOOK_SECONDS)
        took = time.monotonic() - began
        assert took < RECOVERY_SECONDS
        self.check(until)
        return took

    def _is_paid(self, tasks: Collection[Task], agent_id: str, until: datetime) -> bool:
        """Whether all slots of the councilor up to `until` are there once, and final."""
        found = covered(tasks, agent_id, self._every)
        assert max(found.values(), default=1) == 1, found
        active = any(
            task.status not in FINAL and (task.due_at or task.created_at) <= until for task in tasks
        )
        owed = slots(self.promoted[agent_id], until, self._every)
        return not active and set(owed) <= found.keys()

    def check(self, until: datetime) -> None:
        """What must hold of everything that was owed by then, and is final."""
        every = self._read(every_task)
        assert len({task.idempotency_key for task in every}) == len(every)
        tasks = [task for task in every if _owed_at(task) <= until]
        events: list[Event] = []

        def is_told() -> bool:
            nonlocal events
            events = self._read(every_event)
            return are_told(tasks, events)

        eventually(is_told, "every end was told", every=LOOK_SECONDS)
        check_numbers(events)
        check_lives(self.lives(), tasks)
        assert longest_overlap(self.lives()) < self.lease
        self.follower.check(events[-1].seq)

    def _read(self, what: Any) -> Any:
        """From the store itself; asked again while that is not back."""
        assert self._books is not None
        books = self._books

        def read() -> Any:
            try:
                return self._runner.run(what(books))
            except StoreUnavailable:
                return None

        return eventually(read, "the store answers")


def _owed_at(task: Task) -> datetime:
    return task.due_at or task.slot_to or task.created_at


@contextmanager
def a_fleet(
    folder: Path,
    kind: str,
    *,
    environ: Mapping[str, str] | None = None,
    elsewhere: Mapping[str, str] | None = None,
) -> Iterator[Fleet]:
    """A fleet at work over a new store of this kind; `elsewhere`: how bia and w1 differ."""
    with ExitStack() as stack:
        # Not below the test's folder, where PostgreSQL's user may not look.
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="conselho-store-"))
        store = make_store(kind, Path(place))
        store.start()
        stack.callback(store.stop)
        redis = stack.enter_context(running_redis(keeps=True))
        links = [stack.enter_context(a_link("127.0.0.1", store.port)) for _ in range(3)]
        every = timedelta(seconds=EVERY_SECONDS[kind])
        settings = environ or USUAL[kind]
        fleet = Fleet(folder, store, redis, links, settings, elsewhere or {}, every)
        stack.callback(fleet.close)
        fleet.start()
        yield fleet
        fleet.check_logs()
