"""One attempt at a Task, as one value through five steps.

    prepare -> start -> follow -> end -> record

Each step takes the Run and leaves its result on it. What goes wrong inside is data: a RunError
becomes the outcome, and `record` always writes one, unless the lease is lost: then nothing that
this worker says counts any more.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

import structlog

from conselho.clock import Clock
from conselho.errors import LeaseLost, RunError, StoreUnavailable
from conselho.models.task import ErrorKind, Outcome, Status, Task
from conselho.models.verdict import Severity, Verdict, VerdictSource
from conselho.provider import Invocation, Provider
from conselho.services.announcements import announce
from conselho.services.logs import RunLogs
from conselho.services.process import Cause, Child, Ended, Limits, start
from conselho.store import Held, TaskStore
from conselho.verdict.judge import judge

log = structlog.get_logger(__name__)

LONGEST_BACKOFF_SECONDS = 3600.0
RECORD_RETRY_SECONDS = 1.0


class StopReason(StrEnum):
    """Why somebody ended the run from outside."""

    CANCELLED = "cancelled"
    LEASE_LOST = "lease_lost"
    SHUTDOWN = "shutdown"


@dataclass(slots=True, kw_only=True)
class Run:
    """One attempt on its way. `task` is the claimed Task; the rest is filled step by step."""

    task: Task
    invocation: Invocation | None = None
    child: Child | None = None
    ended: Ended | None = None
    outcome: Outcome | None = None
    stopped: StopReason | None = None

    @property
    def held(self) -> Held:
        return Held(task_id=self.task.task_id, fence=self.task.fence)

    def cancel(self) -> None:
        self.stop(StopReason.CANCELLED)

    def lose(self) -> None:
        self.stop(StopReason.LEASE_LOST)

    def shut_down(self) -> None:
        self.stop(StopReason.SHUTDOWN)

    def stop(self, reason: StopReason) -> None:
        """End the child; the first reason counts, but a lost lease outranks it."""
        if self.stopped is None or reason is StopReason.LEASE_LOST:
            self.stopped = reason
        if self.child is not None:
            self.child.stop()


class Runner:
    """Runs claimed Tasks on this machine."""

    def __init__(
        self,
        store: TaskStore,
        providers: Mapping[str, Provider],
        logs: RunLogs,
        clock: Clock,
        *,
        home: str,
    ) -> None:
        """`home` marks all children, so that a later server finds those that outlived this one."""
        self._store = store
        self._providers = providers
        self._logs = logs
        self._clock = clock
        self._home = home

    async def run(self, run: Run) -> None:
        """Take one attempt through all steps. Raises nothing but CancelledError."""
        try:
            try:
                self.prepare(run)
                await self.start(run)
                await self.follow(run)
                self.end(run)
            except RunError as error:
                run.outcome = _failed(error.kind, str(error))
            except Exception as error:
                log.exception("run.crashed", task_id=run.task.task_id)
                run.outcome = _failed(ErrorKind.PROVIDER, f"Conselho itself failed: {error!r}")
            await self.record(run)
        finally:
            if run.child is not None and run.ended is None:
                run.child.stop()

    def prepare(self, run: Run) -> None:
        """What to start. Raises RunError when it is known that it cannot."""
        name = run.task.snapshot.provider
        provider = self._providers.get(name)
        if provider is None:
            known = ", ".join(sorted(self._providers))
            raise RunError(ErrorKind.PREFLIGHT, f"There is no provider {name!r}; known: {known}.")
        run.invocation = provider.invocation(run.task)

    async def start(self, run: Run) -> None:
        """Start the child, unless somebody stopped the run already. Raises RunError."""
        if run.stopped is not None or run.invocation is None:
            return
        spec = run.task.snapshot
        run.child = await start(
            run.invocation,
            Limits(
                timeout_seconds=spec.timeout_seconds,
                silence_timeout_seconds=spec.silence_timeout_seconds,
            ),
            log=self._logs.path(run.task.task_id),
            mark=run.task.task_id,
            home=self._home,
        )

    async def follow(self, run: Run) -> None:
        """Wait for the end of the child and of all that it started."""
        if run.child is not None:
            run.ended = await run.child.follow()
            for problem in run.ended.problems:
                log.warning("run.problem", task_id=run.task.task_id, problem=problem)

    def end(self, run: Run) -> None:
        """What the end means. Our own stop and time-outs outrank what the child says."""
        ended = run.ended
        if run.stopped is not None:
            run.outcome = _stopped(run.stopped, ended)
        elif ended is not None:
            run.outcome = self._judged(run.task, ended)

    def _judged(self, task: Task, ended: Ended) -> Outcome:
        if ended.cause in _TIMED_OUT:
            kind, sentence = _TIMED_OUT[ended.cause]
            spec = task.snapshot
            seconds = (
                spec.timeout_seconds
                if ended.cause is Cause.TIMEOUT
                else spec.silence_timeout_seconds
            )
            failed = _failed(kind, sentence.format(seconds=f"{seconds:g}"))
            return replace(failed, result=_result(ended), exit_code=ended.exit_code)
        exit_code = -1 if ended.exit_code is None else ended.exit_code
        reading = self._providers[task.snapshot.provider].read(ended.stdout, exit_code=exit_code)
        outcome = judge(reading.text, exit_code=exit_code, stderr=ended.stderr, error=reading.error)
        return replace(outcome, result=_result(ended))

    async def record(self, run: Run) -> None:
        """Write the outcome, or give the Task back for another try. Waits for an absent store."""
        outcome = run.outcome
        if run.stopped is StopReason.LEASE_LOST or outcome is None:
            log.warning("run.lease_lost", task_id=run.task.task_id)
            return
        while True:
            try:
                if _may_pass(run.task, outcome) and run.task.attempt < run.task.max_attempts:
                    await self._retry(run, outcome)
                else:
                    await self._finish(run, outcome)
                return
            except LeaseLost:
                log.warning("run.lease_lost", task_id=run.task.task_id)
                return
            except StoreUnavailable as error:
                log.warning("run.not_recorded_yet", task_id=run.task.task_id, reason=error.reason)
                await self._clock.sleep(RECORD_RETRY_SECONDS)

    async def _finish(self, run: Run, outcome: Outcome) -> None:
        task = await self._store.finish(run.held, outcome, now=self._clock.now(), announce=announce)
        log.info(
            "run.ended",
            task_id=task.task_id,
            agent_id=task.agent_id,
            status=task.status,
            severity=task.severity,
            error_kind=task.error_kind,
            attempt=task.attempt,
            duration_seconds=task.duration_seconds,
        )

    async def _retry(self, run: Run, outcome: Outcome) -> None:
        now = self._clock.now()
        wait = timedelta(0)
        if run.stopped is not StopReason.SHUTDOWN:
            wait = backoff(run.task.snapshot.retry_backoff_seconds, run.task.attempt)
        task = await self._store.retry(
            run.held,
            not_before=now + wait,
            error_kind=outcome.error_kind or ErrorKind.PROVIDER,
            error=outcome.error or "",
            now=now,
            announce=announce,
        )
        log.info(
            "run.will_retry",
            task_id=task.task_id,
            agent_id=task.agent_id,
            error_kind=task.error_kind,
            attempt=task.attempt,
            wait_seconds=round(wait.total_seconds(), 3),
        )


def backoff(base_seconds: float, attempt: int) -> timedelta:
    """The wait after the given attempt: doubling, a quarter of jitter either way, bounded."""
    wait = min(base_seconds * 2.0 ** (attempt - 1), LONGEST_BACKOFF_SECONDS)
    return timedelta(seconds=wait * random.uniform(0.75, 1.25))


_TIMED_OUT = {
    Cause.TIMEOUT: (
        ErrorKind.TIMEOUT,
        "It did not end within {seconds} s and was stopped. Raise policies.timeout_seconds,"
        " or give it less to do.",
    ),
    Cause.SILENT: (
        ErrorKind.SILENT,
        "It printed nothing for {seconds} s and was stopped. It may wait for an answer that"
        " nobody gives; see its log, or raise policies.silence_timeout_seconds.",
    ),
}


def _may_pass(task: Task, outcome: Outcome) -> bool:
    """Whether another try may end otherwise.

    A verdict that a report states is a finding, not a fault: trying again would only repeat it.
    """
    if outcome.error_kind == ErrorKind.TIMEOUT:
        return task.snapshot.retry_on_timeout
    if outcome.error_kind == ErrorKind.EXIT:
        verdict = outcome.verdict
        return verdict is None or verdict.source is not VerdictSource.CONTRACT
    return outcome.error_kind in {ErrorKind.PROVIDER, ErrorKind.SHUTDOWN}


def _failed(kind: str, sentence: str) -> Outcome:
    return Outcome(
        status=Status.ERROR,
        severity=Severity.ERROR,
        verdict=Verdict(severity=Severity.ERROR, summary=sentence, source=VerdictSource.HEURISTIC),
        error_kind=kind,
        error=sentence,
    )


def _stopped(reason: StopReason, ended: Ended | None) -> Outcome:
    kind, sentence = {
        StopReason.CANCELLED: (ErrorKind.CANCELLED, "It was cancelled on request."),
        StopReason.SHUTDOWN: (ErrorKind.SHUTDOWN, "The server was stopped while it ran."),
        StopReason.LEASE_LOST: (ErrorKind.WORKER_LOST, "Its lease was lost."),
    }[reason]
    return Outcome(
        status=Status.CANCELLED,
        error_kind=kind,
        error=sentence,
        result=_result(ended) if ended else None,
        exit_code=ended.exit_code if ended else None,
    )


def _result(ended: Ended) -> str:
    """The kept output; what the child said on stderr is told when it said nothing else."""
    return ended.stdout if ended.stdout.strip() else ended.stderr
