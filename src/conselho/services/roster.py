"""Who runs tasks, and for what nobody is there.

    beat ─► register in the store ─► which queues a live worker serves
                                     └─► what waits for one that nobody serves ─► given up, told

The register decides nothing about single runs: those are safe by claims and leases. It says why
something waits, and ends what would wait for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from conselho.clock import Clock
from conselho.errors import StoreUnavailable
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.lengths import length_text
from conselho.models.task import ErrorKind, iso, utc_text
from conselho.models.worker import SILENCE, Backlog, Queue, Worker
from conselho.services.announcements import announce
from conselho.services.remedy import Remedy, remedy, remedy_sentence
from conselho.store import Store

log = structlog.get_logger(__name__)

BEAT_SECONDS: Final = 5.0
# A look for what waits in vain; more often when little patience is asked for.
LOOK_SECONDS: Final = 15.0
# Servers that start with a worker have told of themselves by then.
MEET_SECONDS: Final = 60.0
# Up to then it is known who served a queue last.
REMEMBERED: Final = timedelta(days=7)
GIVEN_UP_AT_ONCE: Final = 200
# A gap between two looks that long is a pause of this process: what it missed is not known.
PAUSE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """One queue: who serves it now, and what waits in it since when.

    `workers` are live ones, `capacity` the runs that they may hold together, `agents` the
    councilors that are routed there. `unserved_since`: when the last worker that served it was
    heard of, or since when the oldest run waits when none is known; None while somebody serves it.
    `remedy`: what makes it be served; None while it is.
    """

    queue: Queue
    workers: int
    capacity: int
    agents: int
    waiting: int
    oldest: datetime | None
    unserved_since: datetime | None
    remedy: Remedy | None

    @property
    def is_stuck(self) -> bool:
        """Whether runs wait for a worker that is not there."""
        return self.workers == 0 and self.waiting > 0

    def document(self) -> dict[str, Any]:
        """As `GET /api/workers` answers it."""
        return {
            "queue": self.queue,
            "workers": self.workers,
            "capacity": self.capacity,
            "agents": self.agents,
            "waiting": self.waiting,
            "oldest": iso(self.oldest),
            "unserved_since": iso(self.unserved_since),
            "remedy": self.remedy and self.remedy.document(),
        }


class Roster:
    """The workers of the council as this process knows them."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        own: Worker | None,
        running: Callable[[], int] = lambda: 0,
        no_worker_after: timedelta,
    ) -> None:
        """`own` is this process, None when it neither runs nor schedules anything; `running` how
        many runs it holds.
        """
        self._store = store
        self._clock = clock
        self._own = own
        self._running = running
        self._no_worker_after = no_worker_after
        self._unserved: dict[Queue, datetime] = {}
        self._looked_at: datetime | None = None

    # -- this worker -----------------------------------------------------------------------------

    async def beat(self, now: datetime) -> None:
        """Say that this worker lives. Raises StoreUnavailable."""
        if self._own is not None:
            await self._store.beat(replace(self._own, running=self._running(), beat_at=now))

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            try:
                await self.beat(self._clock.now())
            except StoreUnavailable as error:
                log.warning("roster.not_told", reason=error.reason)
            await self._clock.sleep(BEAT_SECONDS)

    async def leave(self) -> None:
        """Say goodbye; when the store is away, silence says it."""
        if self._own is not None:
            try:
                await self._store.leave(self._own.worker_id, now=self._clock.now())
            except StoreUnavailable as error:
                log.warning("roster.not_told", reason=error.reason)

    async def meet(self) -> None:
        """Tell, once, when a while after the start no server schedules for this worker's council.

        Each of two sides may have been given another database, and neither hears of the other.
        """
        await self._clock.sleep(MEET_SECONDS)
        now = self._clock.now()
        try:
            known = await self._store.workers(since=now - SILENCE)
        except StoreUnavailable:
            return  # told by those who cannot do without it
        if not any(one.schedules and one.is_live(now) for one in known):
            log.warning(
                "worker.no_scheduler",
                council=self._store.identity,
                advice="No server with the role scheduler tells of itself in this database. If one"
                " is at work, it has another one: give it and this worker the same database_url.",
            )

    # -- all of them -----------------------------------------------------------------------------

    async def workers(self, now: datetime) -> list[Worker]:
        """All that were heard of lately, by host; those that are gone too."""
        known = await self._store.workers(since=now - REMEMBERED)
        return [worker for worker in known if worker.works]

    async def is_alone(self, now: datetime) -> bool:
        """Whether no other server sees to the schedules now, as far as anybody knows.

        A former one of this process's data directory is none. Raises StoreUnavailable.
        """
        if self._own is None or not self._store.is_shared:
            return True
        family = self._own.worker_id.rpartition(":")[0]
        return not any(
            one.schedules and one.is_live(now) and one.worker_id.rpartition(":")[0] != family
            for one in await self._store.workers(since=now - SILENCE)
        )

    async def live_queues(self) -> frozenset[Queue]:
        """The queues that somebody serves now. Raises StoreUnavailable."""
        now = self._clock.now()
        return _served(await self.workers(now), now)

    async def queues(self, now: datetime, agents: Iterable[Agent] = ()) -> list[QueueState]:
        """Every queue that is served, waited in, or that one of `agents` with a seat has.

        That of tasks without a queue comes first, then by name. Raises StoreUnavailable.
        """
        workers = await self.workers(now)
        backlogs = await self._store.backlogs(now=now)
        return queue_states(workers, backlogs, agents, now, cure=self._remedy)

    async def check(self, now: datetime) -> str | None:
        """For which queues runs wait in vain, in one sentence; None when for none."""
        stuck = [state for state in await self.queues(now) if state.is_stuck]
        return "; ".join(map(stuck_sentence, stuck)) or None

    async def unserved(self, agents: Collection[Agent], now: datetime) -> dict[AgentId, str]:
        """A sentence for each of `agents` that no live worker would run now."""
        workers = await self.workers(now)
        served = _served(workers, now)
        return {
            agent.agent_id: f"{unserved_sentence(agent.queue)} {self._cure_sentence(agent.queue)}"
            for agent in agents
            if agent.queue not in served
        }

    def _remedy(self, queue: Queue) -> Remedy:
        return remedy(queue, is_shared=self._store.is_shared, own=self._own)

    def _cure_sentence(self, queue: Queue) -> str:
        return remedy_sentence(queue, self._remedy(queue))

    # -- what nobody runs ------------------------------------------------------------------------

    async def watch(self) -> None:
        """Give up what waits in vain, until cancelled."""
        every = min(LOOK_SECONDS, max(1.0, self._no_worker_after.total_seconds() / 4))
        while True:
            try:
                await self.tick(self._clock.now())
            except StoreUnavailable as error:
                log.warning("roster.store_unavailable", reason=error.reason)
            await self._clock.sleep(every)

    async def tick(self, now: datetime) -> int:
        """End what waited too long for a worker that is not there; how many runs that was.

        A queue must have been without one for as long under the eyes of this process: after an
        outage of everything the workers get the chance to come back. Raises StoreUnavailable.
        """
        if self._looked_at is None or abs(now - self._looked_at) > PAUSE:
            self._unserved.clear()
        self._looked_at = now
        stuck = [state for state in await self.queues(now) if state.is_stuck]
        self._unserved = {state.queue: self._unserved.get(state.queue, now) for state in stuck}
        given_up = 0
        for state in stuck:
            if now - self._unserved[state.queue] >= self._no_worker_after:
                given_up += await self._give_up(state.queue, now)
        return given_up

    async def _give_up(self, queue: Queue, now: datetime) -> int:
        waited = length_text(self._no_worker_after.total_seconds())
        tasks = await self._store.give_up(
            queue,
            due_before=now - self._no_worker_after,
            error_kind=ErrorKind.NO_WORKER,
            error=f"{unserved_sentence(queue)} It waited for one for {waited}."
            f" {self._cure_sentence(queue)}",
            limit=GIVEN_UP_AT_ONCE,
            now=now,
            announce=announce,
        )
        for task in tasks:
            log.warning(
                "run.no_worker", task_id=task.task_id, agent_id=task.agent_id, queue=task.queue
            )
        return len(tasks)


def queue_states(
    workers: Sequence[Worker],
    backlogs: Iterable[Backlog],
    agents: Iterable[Agent],
    now: datetime,
    *,
    cure: Callable[[Queue], Remedy],
) -> list[QueueState]:
    """`Roster.queues` from what is known."""
    waiting = {one.queue: one for one in backlogs}
    routed = [agent.queue for agent in agents if agent.is_councilor]
    live = [worker for worker in workers if worker.is_live(now)]
    names = {None, *waiting, *routed, *_served(workers, now)}
    return [
        _state(name, live, workers, waiting.get(name), routed.count(name), cure)
        for name in sorted(names, key=lambda name: name or "")
    ]


def _state(
    queue: Queue,
    live: Sequence[Worker],
    known: Sequence[Worker],
    backlog: Backlog | None,
    agents: int,
    cure: Callable[[Queue], Remedy],
) -> QueueState:
    serving = [worker for worker in live if queue in worker.served]
    former = [worker.left_at or worker.beat_at for worker in known if queue in worker.served]
    oldest = backlog.oldest if backlog else None
    return QueueState(
        queue=queue,
        workers=len(serving),
        capacity=sum(worker.concurrency for worker in serving),
        agents=agents,
        waiting=backlog.waiting if backlog else 0,
        oldest=oldest,
        unserved_since=None if serving else max(former, default=oldest),
        remedy=None if serving else cure(queue),
    )


def _served(workers: Iterable[Worker], now: datetime) -> frozenset[Queue]:
    return frozenset(queue for worker in workers if worker.is_live(now) for queue in worker.served)


def unserved_sentence(queue: Queue) -> str:
    if queue is None:
        return "No live worker runs tasks without a queue."
    return f"No live worker serves the queue {queue!r}."


def stuck_sentence(state: QueueState) -> str:
    """What waits in vain, for people."""
    since = (
        utc_text(state.unserved_since.replace(microsecond=0)) if state.unserved_since else "ever"
    )
    runs = "1 run waits" if state.waiting == 1 else f"{state.waiting} runs wait"
    where = f"the queue {state.queue!r}" if state.queue is not None else "runs without a queue"
    return f"no live worker serves {where} since {since}, and {runs}"
