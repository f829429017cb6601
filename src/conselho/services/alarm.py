"""The alarm clock of the scheduler: APScheduler, which only says whose slot has come.

It holds one job for each councilor, at its next slot. What is due since the last time, and what
becomes of it, is not its business: after any pause one ring a councilor is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

from apscheduler.executors.base import BaseExecutor
from apscheduler.job import Job
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from conselho.models.ids import AgentId
from conselho.services.slots import Slots

Ring = Callable[[AgentId, datetime], None]
_NAME: Final = "councilors"


class Alarm:
    """Rings for each councilor at each of its slots; once for many that have passed."""

    def __init__(self, ring: Ring, *, timezone: tzinfo = UTC) -> None:
        """`ring` gets the agent and the slot that the alarm was set to, in the event loop.

        `timezone` is what APScheduler reads the time in; a test gives one with a clock of its own.
        """
        self._jobs = MemoryJobStore()
        self._timer = AsyncIOScheduler(
            timezone=timezone,
            jobstores={_NAME: self._jobs},
            executors={"default": _Executor(ring)},
            job_defaults={"coalesce": True, "misfire_grace_time": None},
        )

    @property
    def runs(self) -> bool:
        return bool(self._timer.running)

    def start(self) -> None:
        """Begin, but do not ring before `resume`."""
        self._timer.start(paused=True)

    def resume(self) -> None:
        self._timer.resume()

    def stop(self) -> None:
        if self._timer.running:
            self._timer.shutdown(wait=False)

    def wake(self) -> None:
        """Look at the time now: the alarm itself sleeps through a suspend or a clock that is set.

        Costs the same however many councilors there are that are not due.
        """
        if self._timer.running:
            self._timer.wakeup()

    def set(self, agent_id: AgentId, slots: Slots, due: datetime | None) -> None:
        """Ring for the agent at `due`, then at each later slot; None: never. Replaces what was."""
        self.remove(agent_id)
        if due is not None:
            trigger = _Trigger(slots)
            self._timer.add_job(
                _never_called, trigger, id=agent_id, jobstore=_NAME, next_run_time=due
            )

    def remove(self, agent_id: AgentId) -> None:
        if self.due(agent_id) is not None:
            self._timer.remove_job(agent_id, _NAME)

    def due(self, agent_id: AgentId) -> datetime | None:
        """When it rings next for the agent; None when it does not."""
        job = self._timer.get_job(agent_id, _NAME)
        return None if job is None else job.next_run_time.astimezone(UTC)

    def late(self, moment: datetime) -> list[tuple[AgentId, datetime]]:
        """For whom it should have rung up to `moment`, and has not; the longest waiting first."""
        return [
            (AgentId(job.id), job.next_run_time.astimezone(UTC))
            for job in self._jobs.get_due_jobs(moment)
        ]


class _Executor(BaseExecutor):  # type: ignore[misc]  # APScheduler 3 carries no types
    """Runs nothing: it hands the ring on.

    `submit_job` is overridden whole, since the library's own would count instances and refuse.
    """

    def __init__(self, ring: Ring) -> None:
        super().__init__()
        self._ring = ring

    def submit_job(self, job: Job, run_times: list[datetime]) -> None:
        self._ring(AgentId(job.id), run_times[0].astimezone(UTC))

    def _do_submit_job(self, job: Job, run_times: list[datetime]) -> None:
        raise NotImplementedError("submit_job hands the ring on")


class _Trigger(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 carries no types
    """The slots of one councilor, so that alarm and ledger never disagree on one."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        # Later than now: of a day that the machine slept, APScheduler would list every slot.
        moment = max(previous_fire_time, now) if previous_fire_time else now
        return self._slots.after(moment)


def _never_called() -> None:
    """The target that APScheduler wants of a job; the executor does not call it."""
