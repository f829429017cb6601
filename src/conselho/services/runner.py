"""One attempt at a Task, as one value through five steps.

    prepare -> start -> follow -> end -> record

Each step takes the Run and leaves its result on it. What goes wrong inside is data: a RunError
becomes the outcome, and `record` always writes one, unless the lease is lost: then nothing that
this worker says counts any more.

What a child says is redacted here, once, before it is judged: verdict, error, result and events all
derive from the redacted text.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import structlog
from structlog.contextvars import bound_contextvars

from conselho.clock import Clock
from conselho.errors import LeaseLost, RunError, StoreUnavailable
from conselho.models.task import ErrorKind, Outcome, Snapshot, Status, Task, short_lines
from conselho.models.verdict import Severity, Verdict, VerdictSource
from conselho.provider import Invocation, Provider
from conselho.redaction import Redactor
from conselho.services.announcements import announce
from conselho.services.log_copy import LogCopy
from conselho.services.logs import RunLogs
from conselho.services.preflight import preflight
from conselho.services.process import Cause, Child, Ended, Limits, start
from conselho.services.prompt import Prompt, assemble, read_context_files
from conselho.services.retries import (
    PASSING,
    given_up,
    is_too_late,
    may_pass,
    retry_at,
    without_further_try,
)
from conselho.services.run_figures import RunFigures
from conselho.services.run_log import RunLog
from conselho.services.run_traces import AttemptTrace, RunTraces
from conselho.services.scratch import remove_tree
from conselho.services.transcript import Account, Transcript
from conselho.store import Held, LogPiece, Store
from conselho.verdict.judge import AgentWord, judge, judge_agent

log = structlog.get_logger(__name__)

RECORD_RETRY_SECONDS = 1.0
# Longer outputs are redacted and judged in a thread: a hostile megabyte takes a second or two, in
# which requests would not be answered. Below, asking a thread takes longer than the work.
_LONG_OUTPUT: Final = 16 << 10
# Some exceptions repeat all of what they could not bear.
_LONGEST_CRASH: Final = 500


class StopReason(StrEnum):
    """Why somebody ended the run from outside."""

    CANCELLED = "cancelled"
    LEASE_LOST = "lease_lost"
    SHUTDOWN = "shutdown"
    OVER_BUDGET = "over_budget"


class SpendingRule(Protocol):
    """Whether there is still money for a run. See services.budget."""

    async def objection(self, task: Task, *, now: datetime) -> str | None:
        """A sentence when the run must not start; None when it may."""
        ...


@dataclass(slots=True, kw_only=True)
class Run:
    """One attempt on its way. `task` is the claimed Task; the rest is filled step by step.

    `preparing` is the step `prepare` while it lasts, `sent_prompt` the prompt as it is kept.
    `is_too_late`: the deadline of the Task passed before this attempt could begin. `traceparent`:
    for the child, when runs are traced. `recorded`: the Task as `record` left it in the store.
    """

    task: Task
    preparing: asyncio.Future[None] | None = None
    prompt: Prompt | None = None
    sent_prompt: str | None = None
    scratch: Path | None = None
    invocation: Invocation | None = None
    traceparent: str | None = None
    transcript: Transcript | None = None
    log_copy: LogCopy | None = None
    child: Child | None = None
    ended: Ended | None = None
    account: Account | None = None
    outcome: Outcome | None = None
    notes: tuple[str, ...] = ()
    is_too_late: bool = False
    stopped: StopReason | None = None
    recorded: Task | None = None

    @property
    def held(self) -> Held:
        return Held(task_id=self.task.task_id, fence=self.task.fence)

    @property
    def is_stopped(self) -> bool:
        return self.stopped is not None

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
        if self.preparing is not None:
            self.preparing.cancel()
        if self.child is not None:
            self.child.stop()


class Runner:
    """Runs claimed Tasks on this machine."""

    def __init__(
        self,
        store: Store,
        providers: Mapping[str, Provider],
        logs: RunLogs,
        clock: Clock,
        *,
        home: str,
        scratch: Path,
        redactor: Redactor | None = None,
        spending: SpendingRule | None = None,
        figures: RunFigures | None = None,
        traces: RunTraces | None = None,
    ) -> None:
        """`home` marks all children, so that a later server finds those that outlived this one.

        `scratch` is where an attempt may have files of its own; each gets a folder below.
        `redactor` knows the server's own secrets; without it only well-known shapes are redacted.
        """
        self._store = store
        self._providers = providers
        self._logs = logs
        self._clock = clock
        self._home = home
        self._scratch = scratch
        self._redactor = redactor or Redactor()
        self._spending = spending
        self._figures = figures or RunFigures()
        self._traces = traces or RunTraces(clock)

    async def run(self, run: Run) -> None:
        """Take one attempt through all steps. Raises nothing but CancelledError.

        Whatever is logged meanwhile, here or below, bears the ids of the Task and its agent.
        """
        task = run.task
        self._figures.began(task)
        with bound_contextvars(task_id=task.task_id, agent_id=task.agent_id, attempt=task.attempt):
            await self._run(run)

    async def _run(self, run: Run) -> None:
        trace = self._traces.attempt(run.task)
        try:
            try:
                with trace.step("prepare"):
                    await self._prepare_unless_stopped(run)
                await self._child(run, trace)
                await self._aside(run, partial(self.end, run))
            except RunError as error:
                failed = _failed(error.kind, self._redactor.text(str(error)))
                cause = run.task.error_cause if run.is_too_late else None
                run.outcome = replace(failed, error_cause=cause)
            except StoreUnavailable as error:
                run.outcome = _failed(ErrorKind.PROVIDER, str(error))
            except Exception as error:
                log.exception("run.crashed")
                what = self._redactor.text(repr(error)[:_LONGEST_CRASH])
                run.outcome = _failed(ErrorKind.PROVIDER, f"Conselho itself failed: {what}")
            with trace.step("record"):
                await self.record(run)
        finally:
            trace.close(run.recorded)
            if run.child is not None and run.ended is None:
                run.child.stop()
            if run.log_copy is not None:
                run.log_copy.abandon()
            if run.scratch is not None and _is_there(run.scratch):
                await asyncio.to_thread(remove_tree, run.scratch)

    async def _child(self, run: Run, trace: AttemptTrace) -> None:
        if run.stopped is not None or run.invocation is None:
            return
        with trace.step("child") as step:
            run.traceparent = step.traceparent
            await self.start(run)
            await self.follow(run)
            if run.ended is not None:
                step.failed = _failed_as(run.ended)
                if run.ended.exit_code is not None:
                    step.attributes["conselho.exit_code"] = run.ended.exit_code

    async def _prepare_unless_stopped(self, run: Run) -> None:
        """`prepare`, given up when somebody stops the run.

        A program that does not tell its version would hold up a cancel for half a minute.
        """
        if run.is_stopped:
            return
        run.preparing = asyncio.ensure_future(self.prepare(run))
        try:
            await run.preparing
        except asyncio.CancelledError:
            attempt = asyncio.current_task()
            if (attempt is not None and attempt.cancelling()) or not run.is_stopped:
                raise  # not the step was cancelled, but this whole attempt
        finally:
            run.preparing = None

    async def prepare(self, run: Run) -> None:
        """What to start. Raises RunError when it is known that it cannot, or must not."""
        task, spec = run.task, run.task.snapshot
        # The wait was within the deadline; but nobody may have been there when it was over.
        if task.attempt > 1 and is_too_late(task, self._clock.now()):
            run.is_too_late = True
            sentence = without_further_try(task, task.error, "has passed")
            raise RunError(task.error_kind or ErrorKind.WORKER_LOST, sentence)
        provider = self._provider(task)
        # By the log's name, which is checked: the id must not lead out of the folder.
        run.scratch = self._scratch / f"{self._logs.path(task.task_id).stem}.{task.fence}"
        prompt = spec.prompt
        if provider.is_agent:
            if self._spending is not None:
                objection = await self._spending.objection(task, now=self._clock.now())
                if objection is not None:
                    raise RunError(ErrorKind.BUDGET, objection)
            troubles = await preflight(spec, provider)
            for trouble in troubles:
                if trouble.level == "error":
                    raise RunError(ErrorKind.PREFLIGHT, trouble.sentence)
            run.prompt, run.sent_prompt = await self._prompt(task)
            prompt = run.prompt.text
            run.notes = tuple(
                trouble.sentence for trouble in troubles if trouble.about != "context_files"
            ) + tuple(f"Context file {one}." for one in run.prompt.lacking)
        run.invocation = provider.invocation(task, prompt=prompt, scratch=run.scratch)

    def _provider(self, task: Task) -> Provider:
        name = task.snapshot.provider
        provider = self._providers.get(name)
        if provider is None:
            known = ", ".join(sorted(self._providers))
            raise RunError(ErrorKind.PREFLIGHT, f"There is no provider {name!r}; known: {known}.")
        return provider

    async def _prompt(self, task: Task) -> tuple[Prompt, str]:
        spec = task.snapshot
        cwd = Path(spec.cwd) if spec.cwd else Path.cwd()
        previous = await self._store.last_verdict(task.agent_id) if spec.continuity else None
        return await asyncio.to_thread(self._assembled, spec, cwd, previous)

    def _assembled(self, spec: Snapshot, cwd: Path, previous: Task | None) -> tuple[Prompt, str]:
        """The prompt, and how it is kept. Reads the context files."""
        files = read_context_files(spec.context_files, cwd)
        prompt = assemble(spec, files, previous=previous, redactor=self._redactor)
        return prompt, self._redactor.text(prompt.text)

    async def start(self, run: Run) -> None:
        """Start the child, unless somebody stopped the run already. Raises RunError."""
        if run.stopped is not None or run.invocation is None:
            return
        spec = run.task.snapshot
        reader = self._provider(run.task).reader(spec.model)
        if reader is not None:
            run.transcript = Transcript(reader, spent=partial(_watch_cost, run))
        run.child = await start(
            _in_trace(run.invocation, run.traceparent),
            Limits(
                timeout_seconds=spec.timeout_seconds,
                silence_timeout_seconds=spec.silence_timeout_seconds,
            ),
            log=self._logs.path(run.task.task_id),
            mark=run.task.task_id,
            home=self._home,
            listener=RunLog(self._redactor, run.transcript),
            copy=self._log_copy(run),
        )
        log.info("run.started", provider=spec.provider, trigger=run.task.trigger)

    def _log_copy(self, run: Run) -> Callable[[bytes], None] | None:
        """Where what it prints goes beside the file of this machine."""
        if not self._store.is_shared:
            return None
        is_first = run.task.attempt == 1
        run.log_copy = LogCopy(self._store, run.held, self._clock, is_first=is_first)
        return run.log_copy.add

    async def follow(self, run: Run) -> None:
        """Wait for the end of the child and of all that it started."""
        if run.child is None:
            return
        ended = await run.child.follow()
        for problem in ended.problems:
            log.warning("run.problem", problem=problem)
        run.ended = ended
        await self._aside(run, partial(self._redact, run, ended))

    def _redact(self, run: Run, ended: Ended) -> None:
        """Hide secrets in all that the child said, before anything is made of it."""
        hide = self._redactor.text
        run.ended = replace(ended, stdout=hide(ended.stdout), stderr=hide(ended.stderr))
        if run.transcript is not None:
            account = run.transcript.account()
            if not account.ended:
                account = _diagnosed(account, self._provider(run.task), ended.stderr)
            run.account = _redacted(account, self._redactor)

    async def _aside(self, run: Run, work: Callable[[], None]) -> None:
        """Do what takes long with a long output where it holds up nobody."""
        ended = run.ended
        if ended is not None and len(ended.stdout) + len(ended.stderr) > _LONG_OUTPUT:
            await asyncio.to_thread(work)
        else:
            work()

    def end(self, run: Run) -> None:
        """What the end means. Our own stop and time-outs outrank what the child says."""
        ended, stopped = run.ended, run.stopped
        if stopped is StopReason.OVER_BUDGET and ended is not None:
            run.outcome = _over_budget(run, self._judgement(run, ended))
        elif stopped is StopReason.SHUTDOWN and ended is not None:
            run.outcome = self._reported_in_time(run, ended) or _stopped(stopped, run)
        elif stopped is not None:
            run.outcome = _stopped(stopped, run)
        elif ended is not None:
            run.outcome = self._judged(run, ended)

    def _reported_in_time(self, run: Run, ended: Ended) -> Outcome | None:
        """The outcome of a run that had ended by itself, with a report, when the server stopped.

        Only a report counts: who stops the server may have told its children as well, and some
        agents answer that with "success".
        """
        if ended.cause is not Cause.EXIT:
            return None
        outcome = self._judged(run, ended)
        verdict = outcome.verdict
        reported = verdict is not None and verdict.source is VerdictSource.CONTRACT
        return outcome if reported and outcome.status is Status.COMPLETED else None

    def _judged(self, run: Run, ended: Ended) -> Outcome:
        spec = run.task.snapshot
        if ended.cause in _TIMED_OUT:
            kind, sentence = _TIMED_OUT[ended.cause]
            seconds = (
                spec.timeout_seconds
                if ended.cause is Cause.TIMEOUT
                else spec.silence_timeout_seconds
            )
            failed = self._blamed(run, _failed(kind, sentence.format(seconds=f"{seconds:g}")))
            return replace(failed, result=_result(run), exit_code=ended.exit_code)
        outcome = replace(self._judgement(run, ended), result=_result(run))
        cost = (run.account.usage or {}).get("cost_usd") if run.account else None
        if spec.max_cost_usd is not None and cost is not None and cost > spec.max_cost_usd:
            return _over_budget(run, outcome)
        return outcome

    def _blamed(self, run: Run, late: Outcome) -> Outcome:
        """A run that is out of time, with the trouble at the provider that it was waiting out.

        Some agents wait by themselves, in silence, for longer than the run may take: without this a
        rate limit would pass for a task that is too large.
        """
        account = run.account
        if account is None or account.ended or not account.trouble:
            return late
        told = self._provider(run.task).diagnose(account.trouble)
        if told is None or told.cause not in PASSING:
            return late
        run.account = replace(account, retry_at=told.retry_at)
        sentence = f"{late.error} It was waiting: {account.trouble}."
        return replace(_failed(late.error_kind or "", sentence), error_cause=told.cause)

    def _judgement(self, run: Run, ended: Ended) -> Outcome:
        """What the child itself says, by its words and its end."""
        exit_code = -1 if ended.exit_code is None else ended.exit_code
        if not self._provider(run.task).is_agent:
            return judge(_said(run), exit_code=exit_code, stderr=ended.stderr)
        return judge_agent(
            _word(run, ended),
            exit_code=exit_code,
            stderr=ended.stderr,
            evidence=run.task.snapshot.evidence,
            lacking=run.prompt.lacking if run.prompt else (),
        )

    async def record(self, run: Run) -> None:
        """Write the outcome, or give the Task back for another try. Waits for an absent store."""
        outcome = run.outcome
        if run.stopped is StopReason.LEASE_LOST or outcome is None:
            self._lost()
            return
        again = self._again_at(run, outcome)
        if again is not None and is_too_late(run.task, again):
            outcome, again = given_up(run.task, outcome), None
        while True:
            try:
                await self._record(run, outcome, again)
                return
            except LeaseLost:
                self._lost()
                return
            except StoreUnavailable as error:
                log.warning("run.not_recorded_yet", reason=error.reason)
                await self._clock.sleep(RECORD_RETRY_SECONDS)

    async def _record(self, run: Run, outcome: Outcome, again: datetime | None) -> None:
        copy, is_begun = run.log_copy, not _was_not_begun(run, outcome)
        if is_begun and again is None:
            await self._finish(run, outcome, await copy.last_piece() if copy else None)
            return
        if copy is not None:
            await copy.finish()
        if is_begun and again is not None:
            await self._retry(run, outcome, again)
        else:
            await self._release(run)

    def _lost(self) -> None:
        self._figures.lost()
        log.warning("run.lease_lost")

    def _again_at(self, run: Run, outcome: Outcome) -> datetime | None:
        """When to try again; None when this was the last word."""
        task, now = run.task, self._clock.now()
        if task.attempt >= task.max_attempts or run.is_too_late or not may_pass(task, outcome):
            return None
        if outcome.error_kind == ErrorKind.SHUTDOWN:
            return now
        told = run.account.retry_at if run.account else None
        return retry_at(task, told=told, now=now)

    async def _finish(self, run: Run, outcome: Outcome, log_end: LogPiece | None) -> None:
        outcome = replace(
            outcome,
            usage=run.account.usage if run.account else None,
            notes=short_lines(map(self._redactor.text, run.notes)),
            permission_denied=short_lines(
                run.account.denied if run.account else outcome.permission_denied
            ),
            sent_prompt=run.sent_prompt,
        )
        task = await self._store.finish(
            run.held, outcome, log=log_end, now=self._clock.now(), announce=announce
        )
        run.recorded = task
        self._figures.ended(task)
        log.info(
            "run.ended",
            status=task.status,
            severity=task.severity,
            error_kind=task.error_kind,
            duration_seconds=task.duration_seconds,
        )

    async def _release(self, run: Run) -> None:
        now = self._clock.now()
        run.recorded = await self._store.release(run.held, now=now, announce=announce)
        log.info("run.handed_back")

    async def _retry(self, run: Run, outcome: Outcome, again: datetime) -> None:
        now = self._clock.now()
        task = await self._store.retry(
            run.held,
            not_before=again,
            error_kind=outcome.error_kind or ErrorKind.PROVIDER,
            error=outcome.error or "",
            error_cause=outcome.error_cause,
            usage=run.account.usage if run.account else None,
            now=now,
            announce=announce,
        )
        run.recorded = task
        log.info(
            "run.will_retry",
            error_kind=task.error_kind,
            wait_seconds=round((again - now) / timedelta(seconds=1), 3),
        )


def _was_not_begun(run: Run, outcome: Outcome) -> bool:
    """Whether this process stopped before the child was started: no attempt was made."""
    return (
        run.stopped is StopReason.SHUTDOWN
        and run.child is None
        and outcome.error_kind == ErrorKind.SHUTDOWN
    )


def _in_trace(invocation: Invocation, traceparent: str | None) -> Invocation:
    """The same, with word of the span that the child continues."""
    if traceparent is None:
        return invocation
    return replace(invocation, env={**invocation.env, "TRACEPARENT": traceparent})


def _failed_as(ended: Ended) -> str | None:
    if ended.cause is not Cause.EXIT:
        return ended.cause.value
    return None if ended.exit_code == 0 else "exit"


def _is_there(path: Path) -> bool:
    """Asked in the loop: most runs have no scratch folder, and a thread costs more than a look."""
    return os.path.lexists(path)


def _watch_cost(run: Run, cost_usd: float) -> None:
    """End a run that has spent more than it may, as soon as it says so."""
    limit = run.task.snapshot.max_cost_usd
    if limit is not None and cost_usd > limit and run.child is not None:
        run.stop(StopReason.OVER_BUDGET)


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


def _failed(kind: str, sentence: str) -> Outcome:
    return Outcome(
        status=Status.ERROR,
        severity=Severity.ERROR,
        verdict=Verdict(severity=Severity.ERROR, summary=sentence, source=VerdictSource.HEURISTIC),
        error_kind=kind,
        error=sentence,
    )


def _stopped(reason: StopReason, run: Run) -> Outcome:
    kind, sentence = {
        StopReason.CANCELLED: (ErrorKind.CANCELLED, "It was cancelled on request."),
        StopReason.SHUTDOWN: (ErrorKind.SHUTDOWN, "The server was stopped while it ran."),
        StopReason.LEASE_LOST: (ErrorKind.WORKER_LOST, "Its lease was lost."),
    }[reason]
    return Outcome(
        status=Status.CANCELLED,
        error_kind=kind,
        error=sentence,
        result=_result(run) if run.ended else None,
        exit_code=run.ended.exit_code if run.ended else None,
    )


def _over_budget(run: Run, judged: Outcome) -> Outcome:
    """The run cost more than it may: an error, with the findings that the money bought."""
    cost = (run.account.usage or {}).get("cost_usd", 0.0) if run.account else 0.0
    limit = run.task.snapshot.max_cost_usd or 0.0
    sentence = (
        f"It cost {cost:.4f} USD, more than the {limit:g} USD that one run may cost"
        " (policies.max_cost_usd). Raise the limit, or give it less to do."
    )
    failed = _failed(ErrorKind.BUDGET, sentence)
    verdict = judged.verdict
    # One that was stopped on its way has a verdict on that, unless it had reported already.
    reported = verdict is not None and verdict.source is VerdictSource.CONTRACT
    if verdict is not None and (reported or judged.status is Status.COMPLETED):
        kept = replace(verdict, severity=Severity.ERROR, reason=sentence)
        failed = replace(failed, verdict=kept)
    exit_code = run.ended.exit_code if run.ended else None
    return replace(failed, result=_result(run) if run.ended else None, exit_code=exit_code)


def _word(run: Run, ended: Ended) -> AgentWord:
    account = run.account
    if account is None:  # an agent whose plain output is its answer: it ended when it ended
        return AgentWord(text=ended.stdout, ended=True, shows_tools=False)
    error = account.unreadable if account.unreadable is not None else account.reason
    failed = account.unreadable is not None or (account.ended and not account.ok)
    return AgentWord(
        text=account.text,
        report=account.report,
        ended=account.ended,
        error=(error or "The agent says that it failed, and not why.") if failed else None,
        cause=account.cause,
        tools=account.tools,
        tools_called=account.tools_called,
        denied=account.denied,
    )


def _diagnosed(account: Account, provider: Provider, stderr: str) -> Account:
    """The account of an agent without a last word, with what its stderr tells in place of one."""
    final = provider.diagnose(stderr)
    if final is None:
        return account
    return replace(
        account,
        ended=True,
        ok=False,
        reason=final.reason,
        cause=final.cause,
        retry_at=final.retry_at,
    )


def _redacted(account: Account, redactor: Redactor) -> Account:
    return replace(
        account,
        text=redactor.text(account.text),
        report=redactor.text(account.report) if account.report else None,
        trouble=redactor.text(account.trouble) if account.trouble else None,
        reason=redactor.text(account.reason) if account.reason else account.reason,
        denied=tuple(map(redactor.text, account.denied)),
        usage=redactor.document(account.usage),
        unreadable=redactor.text(account.unreadable) if account.unreadable else None,
    )


def _said(run: Run) -> str:
    """The answer: an agent's, as its events tell it, or a program's whole output."""
    if run.account is not None:
        return run.account.text
    return run.ended.stdout if run.ended else ""


def _result(run: Run) -> str:
    """The answer as it is kept. In place of none: why, or what a child said on stderr."""
    said = _said(run)
    if said.strip() or run.ended is None:
        return said
    if run.account is not None and run.account.ended:
        return run.account.reason or ""
    return run.ended.stderr
