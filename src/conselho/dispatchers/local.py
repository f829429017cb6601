"""Runs tasks in this process: an asyncio pool that claims through the store, never from memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog

from conselho.clock import Clock, sleep_unless
from conselho.dispatchers.lease_watch import LeaseWatch
from conselho.dispatchers.unanswered import UnansweredClaims
from conselho.errors import StoreUnavailable
from conselho.models.event import Announce
from conselho.models.ids import TaskId, WorkerId
from conselho.models.task import Task
from conselho.models.worker import Queue
from conselho.store import ClaimLimits, Held, TaskStore

log = structlog.get_logger(__name__)

# Tasks that another process submitted, and retries that become due, are found by looking.
LOOK_SECONDS = 1.0
# Where a broker brings the news, looking is for what it lost.
SELDOM_SECONDS = 15.0


class Attempt(Protocol):
    """What the pool knows of a run: whose claim it is, and how to end it."""

    @property
    def held(self) -> Held: ...

    def cancel(self) -> None: ...

    def lose(self) -> None: ...

    def shut_down(self) -> None: ...


class LocalDispatcher:
    """A pool of `max_runs`, its claims renewed while their runs last."""

    def __init__(
        self,
        store: TaskStore,
        clock: Clock,
        *,
        worker: WorkerId,
        max_runs: int,
        lease: timedelta,
        renew_every: timedelta,
        begin: Callable[[Task], tuple[Attempt, Awaitable[None]]],
        announce: Announce,
        limits: ClaimLimits | None = None,
        queues: Collection[Queue] | None = None,
        look_seconds: float = LOOK_SECONDS,
        tell_lease: Callable[[float], None] | None = None,
    ) -> None:
        """`begin` makes the run of a claimed Task: its handle, and the awaitable that runs it.

        `limits`: how much may run and start beyond this pool, `queues`: whose tasks it claims, see
        `TaskStore.claim`. It looks for work every `look_seconds`, and when it is woken.
        With `tell_lease` other processes may take over what is not renewed: a run is ended with
        its lease then, see LeaseWatch. Without it runs go on while the store is away.
        """
        self._store = store
        self._clock = clock
        self._worker = worker
        self._max_runs = max_runs
        self._lease = lease
        self._renew_every = renew_every
        # A lease of a claim that took longer would end before it is renewed, or has ended.
        self._claim_within = (lease - renew_every).total_seconds()
        self._begin = begin
        self._announce = announce
        self._limits = limits
        self._queues = queues
        self._look_seconds = look_seconds
        self._watch = tell_lease and LeaseWatch(
            clock, lease=lease, renew_every=renew_every, lose=self._lose, tell=tell_lease
        )
        self._unanswered = UnansweredClaims(
            store, clock, worker=worker, lease=lease, announce=announce
        )
        self._woken = asyncio.Event()
        # By claim, not by Task: its next attempt may be claimed before the last one is let go of.
        self._attempts: dict[Held, Attempt] = {}
        self._runs: dict[Held, asyncio.Task[None]] = {}
        self._draining = False
        self._looked_at: datetime | None = None
        self._has_looked = asyncio.Event()
        self._hurried = asyncio.Event()
        # Who drains waits for a claim that is on its way to the store: what it brings is owned.
        self._claiming = asyncio.Lock()
        # Set while there is room, or none will come any more.
        self._room = asyncio.Event()
        self._room.set()

    def wake(self, tasks: Sequence[Task] = ()) -> None:
        self._woken.set()

    def cancel(self, task_id: TaskId) -> None:
        for held, attempt in self._attempts.items():
            if held.task_id == task_id:
                attempt.cancel()

    async def heard_of_cancel(self, task_id: TaskId) -> None:
        """Somebody says that this Task was asked to stop: if it runs here, ask the store now."""
        if any(held.task_id == task_id for held in self._attempts):
            try:
                await self.renew(self._clock.now())
            except StoreUnavailable as error:
                log.warning("dispatcher.not_renewed", reason=error.reason)

    @property
    def looked_at(self) -> datetime | None:
        """When it last looked for work, with success; None before the first time."""
        return self._looked_at

    async def first_look(self) -> None:
        """Return when it has looked for work for the first time, with success."""
        await self._has_looked.wait()

    @property
    def running(self) -> int:
        """How many runs this process holds."""
        return len(self._runs)

    async def tick(self) -> int:
        """Claim what the pool has room for, and start it; how many runs that was.

        Raises StoreUnavailable.
        """
        async with self._claiming:
            return await self._claim()

    async def offer(self, task_id: TaskId) -> bool:
        """Run this Task if it is to be had, once there is room; False when none will come.

        Returns when it was started, or need not be: somebody else has it, it is over or not due,
        or its lanes are full. Raises StoreUnavailable.
        """
        while not self._draining:
            await self._room.wait()
            async with self._claiming:
                if self._free > 0 and not self._draining:
                    await self._claim_or_wake(task_id)
                    return True
        return False

    async def _claim_or_wake(self, task_id: TaskId) -> None:
        try:
            await self._claim(only=[task_id])
        except StoreUnavailable:
            # Who looks sees to what it may have got; otherwise that is seldom.
            self.wake()
            raise

    @property
    def _free(self) -> int:
        return self._max_runs - len(self._runs)

    async def _claim(self, only: Collection[TaskId] | None = None) -> int:
        """For who has the lock: the time is read here, since to get it may have taken a while."""
        await self._unanswered.hand_back(self._attempts)
        if self._free <= 0 or self._draining:
            return 0
        asked = self._clock.read()
        try:
            tasks = await self._store.claim(
                self._worker,
                now=asked.wall,
                limit=self._free,
                lease=self._lease,
                limits=self._limits,
                queues=self._queues,
                only=only,
                announce=self._announce,
            )
        except BaseException:
            # It may be stored, or be so in a moment: nobody hears of it any more.
            self._unanswered.add(asked.wall)
            raise
        took = self._clock.read().running - asked.running
        if tasks and took >= self._claim_within:
            log.warning("dispatcher.claim_too_slow", seconds=round(took, 1), tasks=len(tasks))
            self._unanswered.add(asked.wall)
            await self._unanswered.hand_back(self._attempts)
            return 0
        begun = [self._start(task) for task in tasks]
        if self._watch is not None:
            self._watch.claimed(begun, since=asked.running)
        return len(tasks)

    async def renew(self, now: datetime) -> int:
        """Renew all claims; end the runs that lost theirs; how many claims still stand.

        Raises StoreUnavailable.
        """
        held = list({claim.task_id: claim for claim in self._attempts}.values())
        if not held:
            return 0
        since = self._clock.read().running
        renewal = await self._store.renew(self._worker, held, now=now, lease=self._lease)
        for claim in held:
            if claim.task_id in renewal.lost:
                self._lose(claim)
        if self._watch is not None:
            standing = (claim for claim in held if claim.task_id not in renewal.lost)
            self._watch.renewed(standing, since=since)
        for task_id in renewal.cancel:
            self.cancel(task_id)
        return len(held) - len(renewal.lost)

    async def run(self) -> None:
        """Claim and start until cancelled."""
        while True:
            try:
                await self.tick()
                self._looked_at = self._clock.now()
                self._has_looked.set()
            except StoreUnavailable as error:
                log.warning("dispatcher.store_unavailable", reason=error.reason)
            # What an unanswered claim took is to be given back before its lease ends.
            seconds = LOOK_SECONDS if self._unanswered else self._look_seconds
            await sleep_unless(self._woken, self._clock, seconds)

    async def keep_leases(self) -> None:
        """Renew, and give up what could not be renewed in time, until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._keep_renewing())
            if self._watch is not None:
                # Beside it: a renewal may wait for the store for longer than a lease.
                both.create_task(self._watch.run())

    async def _keep_renewing(self) -> None:
        while True:
            await self._clock.sleep(self._renew_every.total_seconds())
            try:
                await self.renew(self._clock.now())
            except StoreUnavailable as error:
                log.warning("dispatcher.not_renewed", reason=error.reason)

    def close(self) -> None:
        """Start nothing more: what is offered is refused. Twice is no error."""
        self._draining = True
        self._room.set()

    async def drain(self, grace: timedelta) -> None:
        """Start nothing more; let runs end by themselves for `grace`, then end them."""
        self.close()
        async with self._claiming:
            runs = list(self._runs.values())
        if runs:
            await self._end(runs, grace)
        async with self._claiming:
            try:
                await self._unanswered.hand_back(self._attempts)
            except StoreUnavailable as error:
                log.warning("dispatcher.store_unavailable", reason=error.reason)

    async def _end(self, runs: Sequence[asyncio.Task[None]], grace: timedelta) -> None:
        ended = asyncio.gather(*runs, return_exceptions=True)
        hurried = asyncio.ensure_future(self._hurried.wait())
        either: set[asyncio.Future[Any]] = {ended, hurried}
        await asyncio.wait(
            either, timeout=grace.total_seconds(), return_when=asyncio.FIRST_COMPLETED
        )
        hurried.cancel()
        if not ended.done():
            for attempt in self._attempts.values():
                attempt.shut_down()
            await asyncio.wait({ended}, timeout=self._lease.total_seconds())

    def hurry(self) -> None:
        """Give a drain no more grace: end the runs that are left."""
        self._hurried.set()

    def _lose(self, claim: Held) -> None:
        if self._watch is not None:
            self._watch.over(claim)
        if claim in self._attempts:
            self._attempts[claim].lose()

    def _start(self, task: Task) -> Held:
        for former in list(self._attempts):
            if former.task_id == task.task_id:
                # It is over and was not let go of yet, or its lease had ended: it counts no more.
                self._lose(former)
        attempt, running = self._begin(task)
        held = attempt.held
        self._attempts[held] = attempt
        run = asyncio.ensure_future(running)
        self._runs[held] = run
        if self._free <= 0 and not self._draining:
            self._room.clear()
        run.add_done_callback(partial(self._ended, held))
        return held

    def _ended(self, held: Held, run: asyncio.Task[None]) -> None:
        del self._attempts[held], self._runs[held]
        if self._watch is not None:
            self._watch.over(held)
        self._room.set()
        if not run.cancelled() and (error := run.exception()) is not None:
            log.error("dispatcher.run_failed", task_id=held.task_id, exc_info=error)
        self.wake()
