"""The runner over a real store and real child processes, from a claimed Task to what is stored."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.errors import RunError
from conselho.models.task import ErrorKind, Status, Task
from conselho.models.verdict import Severity, VerdictSource
from conselho.providers.command import CommandProvider
from conselho.services.logs import RunLogs
from conselho.services.runner import RECORD_RETRY_SECONDS, Run, Runner, StopReason
from conselho.store import Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import ANA, LEASE, WORKER, make_snapshot, make_task, one_event

DEADLINE = 20
WARNING = """
```json
{"severity": "warning", "summary": "Two files are too long.", "findings": []}
```
"""


class Bench:
    """A runner with all that it needs. `claimed` makes the Task, `run` takes it through."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.clock = FakeClock()
        self.logs = RunLogs(folder / "logs")
        providers = {"command": CommandProvider()}
        self.runner = Runner(
            store,
            providers,
            self.logs,
            self.clock,
            home="test-runner",
            scratch=folder / "scratch",
        )

    async def claimed(self, *argv: str, max_attempts: int = 1, **snapshot: Any) -> Task:
        fields = {"argv": argv, "cwd": str(self.folder)} | snapshot
        task = make_task(
            ANA, due_at=None, snapshot=make_snapshot(**fields), max_attempts=max_attempts
        )
        await self.store.submit([task], announce=one_event)
        return await self.claim()

    async def claim(self) -> Task:
        [task] = await self.store.claim(
            WORKER, now=self.clock.now(), limit=1, lease=LEASE, announce=one_event
        )
        return task

    async def run(self, *argv: str, **fields: Any) -> Task:
        """One attempt from its claim to its record: the Task as stored then."""
        return await self.take(Run(task=await self.claimed(*argv, **fields)))

    async def take(self, run: Run) -> Task:
        async with asyncio.timeout(DEADLINE):
            await self.runner.run(run)
        return await self.store.task(run.task.task_id)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}?busy_timeout=100")
    yield Bench(store, tmp_path)
    await store.close()


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


# -- what is stored ------------------------------------------------------------------------------


async def test_a_report_is_stored_with_its_verdict_output_and_log(bench: Bench) -> None:
    task = await bench.run("echo", WARNING)

    assert (task.status, task.severity) == (Status.COMPLETED, Severity.WARNING)
    assert task.verdict is not None
    assert (task.verdict.source, task.verdict.summary) == (
        VerdictSource.CONTRACT,
        "Two files are too long.",
    )
    assert (task.exit_code, task.error, task.error_kind) == (0, None, None)
    assert task.result == WARNING + "\n"
    assert bench.logs.path(task.task_id).read_text() == WARNING + "\n"


async def test_the_prompt_is_on_stdin_and_the_task_id_in_the_environment(bench: Bench) -> None:
    task = await bench.run("sh", "-c", 'cat; echo; echo "$CONSELHO_TASK_ID"', prompt="Olhe já.")

    assert task.result == f"Olhe já.\n{task.task_id}\n"


async def test_secrets_of_the_server_stay_with_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    bench.runner = Runner(
        bench.store,
        {"command": CommandProvider()},
        bench.logs,
        bench.clock,
        home="h",
        scratch=bench.folder / "scratch",
    )

    task = await bench.run("env")

    assert "PATH=" in (task.result or "")
    assert "hunter2" not in (task.result or "")


async def test_a_shell_is_used_only_when_asked_for(bench: Bench) -> None:
    literal = await bench.run("echo", "$((6 * 7))")
    through = await bench.run("echo $((6 * 7))", shell=True)

    assert (literal.result, through.result) == ("$((6 * 7))\n", "42\n")


async def test_an_exit_code_is_an_error_and_stderr_says_why(bench: Bench) -> None:
    task = await bench.run("sh", "-c", "echo no such branch >&2; exit 3")

    assert (task.status, task.severity) == (Status.ERROR, Severity.ERROR)
    assert (task.error_kind, task.exit_code) == (ErrorKind.EXIT, 3)
    assert task.error == "The command ended with exit code 3: no such branch"
    assert task.result == "no such branch\n"


async def test_a_run_without_a_word_is_no_success(bench: Bench) -> None:
    task = await bench.run("true")

    assert (task.status, task.severity) == (Status.COMPLETED, Severity.INFO)


async def test_text_that_is_no_text_is_stored_all_the_same(bench: Bench) -> None:
    program = r"import os; os.write(1, b'a\xff\x00b\xed\xa0\x80c\n')"

    task = await bench.run(*python(program))

    assert task.status is Status.COMPLETED
    assert task.result is not None
    assert task.result.startswith("a\ufffd")


async def test_a_report_with_half_a_character_is_stored_all_the_same(bench: Bench) -> None:
    """JSON can spell half of a surrogate pair; no database and no stream can hold it."""
    report = r'{"severity": "error", "summary": "bad \ud800 end", "findings": []}'

    task = await bench.run(
        "sh", "-c", f"echo '```json\n{report}\n```'; exit 1".replace("\\", "\\\\")
    )

    assert (task.status, task.severity) == (Status.ERROR, Severity.ERROR)
    assert task.verdict is not None
    assert task.verdict.summary == "bad \ufffd end"
    assert task.error == "bad \ufffd end"


# -- what goes wrong before it starts ------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "kind", "cure"),
    [
        ({"argv": ("no-such-program-here",)}, ErrorKind.SPAWN, "was not found in PATH"),
        ({"cwd": "/no/such/folder"}, ErrorKind.SPAWN, "Make it, or give the agent another cwd"),
        ({"argv": ()}, ErrorKind.SPAWN, "Give its agent one"),
        ({"argv": ("a\0b",)}, ErrorKind.SPAWN, "Correct its arguments"),
        ({"provider": "oracle"}, ErrorKind.PREFLIGHT, "known: command"),
    ],
)
async def test_a_run_that_cannot_start_says_what_to_do(
    bench: Bench, fields: dict[str, Any], kind: ErrorKind, cure: str
) -> None:
    argv = fields.pop("argv", ("true",))

    task = await bench.run(*argv, **fields)

    assert (task.status, task.severity, task.error_kind) == (Status.ERROR, Severity.ERROR, kind)
    assert cure in (task.error or "")
    assert task.verdict is not None
    assert task.verdict.summary == task.error


async def test_prepare_finds_out_before_anything_is_started(bench: Bench) -> None:
    run = Run(task=await bench.claimed("true", provider="oracle"))

    with pytest.raises(RunError):
        await bench.runner.prepare(run)

    assert run.invocation is None


# -- time-outs and stops -------------------------------------------------------------------------


async def test_a_run_that_takes_too_long_is_ended(bench: Bench) -> None:
    task = await bench.run("sh", "-c", "echo begun; sleep 300", timeout_seconds=0.3)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.TIMEOUT)
    assert task.severity is Severity.ERROR
    assert "within 0.3 s" in (task.error or "")
    assert task.result == "begun\n", "what it said until then is kept"


async def test_a_run_that_says_nothing_for_too_long_is_ended(bench: Bench) -> None:
    task = await bench.run("sleep", "300", silence_timeout_seconds=0.3)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.SILENT)


async def test_a_cancelled_run_ends_its_child(bench: Bench) -> None:
    run = Run(task=await bench.claimed("sleep", "300"))
    await bench.runner.prepare(run)
    await bench.runner.start(run)
    run.cancel()

    await bench.runner.follow(run)
    bench.runner.end(run)
    await bench.runner.record(run)

    task = await bench.store.task(run.task.task_id)
    assert (task.status, task.severity) == (Status.CANCELLED, None)
    assert task.error_kind == ErrorKind.CANCELLED


async def test_the_reason_of_a_cancellation_is_what_the_run_says(bench: Bench) -> None:
    run = Run(task=await bench.claimed("sleep", "300"))
    reason = "A newer slot was due: policies.overlap is cancel_running."
    await bench.store.cancel(run.task.task_id, reason=reason, now=NOON, announce=one_event)
    run.cancel()

    task = await bench.take(run)

    assert (task.status, task.error_kind, task.error) == (
        Status.CANCELLED,
        ErrorKind.CANCELLED,
        reason,
    )


async def test_a_run_stopped_before_its_start_starts_nothing(bench: Bench) -> None:
    run = Run(task=await bench.claimed("touch", str(bench.folder / "started")))
    run.cancel()

    task = await bench.take(run)

    assert task.status is Status.CANCELLED
    assert run.child is None
    assert not (bench.folder / "started").exists()


async def test_a_lost_lease_outranks_a_cancellation_and_writes_nothing(bench: Bench) -> None:
    run = Run(task=await bench.claimed("echo", "done"))
    run.cancel()
    run.lose()
    assert run.stopped is StopReason.LEASE_LOST

    task = await bench.take(run)

    assert task.status is Status.PROCESSING, "whoever owns it now decides"


async def test_an_owner_that_was_replaced_meanwhile_changes_nothing(bench: Bench) -> None:
    """It did not hear of it: the fence in the store stops its write."""
    run = Run(task=await bench.claimed("echo", "too late", max_attempts=2))
    later = NOON + 2 * LEASE
    await bench.store.sweep(now=later, announce=one_event)
    bench.clock.jump(2 * LEASE.total_seconds())
    successor = await bench.claim()

    task = await bench.take(run)

    assert task == successor


# -- trying again --------------------------------------------------------------------------------


async def test_a_failed_attempt_is_due_again_after_its_backoff(bench: Bench) -> None:
    task = await bench.run("false", max_attempts=3, retry_backoff_seconds=8)

    assert (task.status, task.attempt, task.error_kind) == (Status.PENDING, 1, ErrorKind.EXIT)
    assert timedelta(seconds=6) <= task.not_before - NOON <= timedelta(seconds=10)
    assert (
        await bench.store.claim(
            WORKER, now=NOON + timedelta(seconds=5), limit=1, lease=LEASE, announce=one_event
        )
        == []
    )


async def test_the_last_attempt_is_final(bench: Bench) -> None:
    await bench.run("false", max_attempts=2, retry_backoff_seconds=0)

    task = await bench.take(Run(task=await bench.claim()))

    assert (task.status, task.attempt, task.error_kind) == (Status.ERROR, 2, ErrorKind.EXIT)


async def test_an_attempt_that_succeeds_leaves_no_trace_of_the_failed_one(bench: Bench) -> None:
    once = f"test -e {bench.folder}/flag && echo well && exit; touch {bench.folder}/flag; exit 1"
    failed = await bench.run("sh", "-c", once, max_attempts=2, retry_backoff_seconds=0)
    assert failed.error_kind == ErrorKind.EXIT

    task = await bench.take(Run(task=await bench.claim()))

    assert (task.status, task.severity, task.attempt) == (Status.COMPLETED, Severity.SUCCESS, 2)
    assert (task.error_kind, task.error, task.exit_code) == (None, None, 0)


async def test_a_stated_verdict_is_a_finding_and_not_tried_again(bench: Bench) -> None:
    report = WARNING.replace("warning", "error")

    task = await bench.run("sh", "-c", f"echo '{report}'; exit 1", max_attempts=3)

    assert (task.status, task.attempt) == (Status.ERROR, 1)
    assert task.error == "Two files are too long."


@pytest.mark.parametrize(("asked", "status"), [(False, Status.ERROR), (True, Status.PENDING)])
async def test_a_timeout_is_tried_again_only_when_asked_for(
    bench: Bench, asked: bool, status: Status
) -> None:
    task = await bench.run(
        "sleep", "300", max_attempts=2, timeout_seconds=0.2, retry_on_timeout=asked
    )

    assert (task.status, task.error_kind) == (status, ErrorKind.TIMEOUT)


async def test_what_cannot_start_is_not_tried_again(bench: Bench) -> None:
    task = await bench.run("no-such-program-here", max_attempts=3)

    assert (task.status, task.attempt) == (Status.ERROR, 1)


@pytest.mark.parametrize(("max_attempts", "status"), [(1, Status.CANCELLED), (2, Status.PENDING)])
async def test_a_run_ended_by_the_stop_of_the_server_goes_on_after_it_if_it_may(
    bench: Bench, max_attempts: int, status: Status
) -> None:
    run = Run(task=await bench.claimed("sleep", "300", max_attempts=max_attempts))

    task = await stopped_at_work(bench, run)

    assert (task.status, task.error_kind) == (status, ErrorKind.SHUTDOWN)
    if status is Status.PENDING:
        assert task.not_before == NOON, "there is no reason to wait"


async def stopped_at_work(bench: Bench, run: Run) -> Task:
    """What becomes of a run whose child is there when the server stops."""
    taking = asyncio.ensure_future(bench.take(run))
    async with asyncio.timeout(DEADLINE):
        while run.child is None:  # noqa: ASYNC110 - nobody is told of it
            await asyncio.sleep(0)
    run.shut_down()
    return await taking


async def test_a_run_that_had_not_begun_when_the_server_stopped_is_as_it_was(bench: Bench) -> None:
    run = Run(task=await bench.claimed("sleep", "300"))
    run.shut_down()

    task = await bench.take(run)

    assert (task.status, task.attempt, task.error_kind) == (Status.PENDING, 0, None)
    assert task.worker_id is None


async def test_a_cancelled_run_is_not_tried_again(bench: Bench) -> None:
    run = Run(task=await bench.claimed("sleep", "300", max_attempts=3))
    run.cancel()

    assert (await bench.take(run)).status is Status.CANCELLED


# -- deadlines -----------------------------------------------------------------------------------


async def test_a_retry_after_the_deadline_is_given_up_and_says_so(bench: Bench) -> None:
    task = await bench.run(
        "false", max_attempts=3, retry_backoff_seconds=60, retry_jitter=0, deadline_seconds=59
    )

    assert (task.status, task.attempt, task.error_kind) == (Status.ERROR, 1, ErrorKind.EXIT)
    sentence = "No further try: the deadline of 59 s after it was submitted would have passed."
    assert (task.error or "").endswith(f" {sentence}")
    assert "exit code 1" in (task.error or "")


async def test_a_retry_within_the_deadline_is_made(bench: Bench) -> None:
    task = await bench.run(
        "false", max_attempts=3, retry_backoff_seconds=60, retry_jitter=0, deadline_seconds=60
    )

    assert (task.status, task.not_before) == (Status.PENDING, NOON + timedelta(seconds=60))


async def test_the_first_try_is_made_however_late(bench: Bench) -> None:
    run = Run(task=await bench.claimed("echo", "well", deadline_seconds=60))
    bench.clock.jump(3_600)

    assert (await bench.take(run)).status is Status.COMPLETED


async def test_a_try_that_nobody_could_make_in_time_is_given_up_with_the_cause_before(
    bench: Bench,
) -> None:
    """It waited for its backoff, the server went away, and came back after the deadline."""
    command = f"touch {bench.folder}/again; exit 1"
    first = await bench.run(
        "sh", "-c", command, max_attempts=9, retry_backoff_seconds=5, deadline_seconds=600
    )
    assert first.status is Status.PENDING
    (bench.folder / "again").unlink()
    bench.clock.jump(3_600)

    task = await bench.take(Run(task=await bench.claim()))

    assert (task.status, task.severity) == (Status.ERROR, Severity.ERROR)
    assert (task.attempt, task.error_kind) == (2, ErrorKind.EXIT)
    assert task.error == (
        f"{first.error}. No further try: the deadline of 10 min after it was submitted has passed."
    )
    assert not (bench.folder / "again").exists(), "nothing was started"


async def test_a_run_ended_by_the_stop_of_the_server_is_not_begun_again_after_its_deadline(
    bench: Bench,
) -> None:
    task = await bench.claimed("sleep", "300", max_attempts=2, deadline_seconds=60)
    bench.clock.jump(61)

    stopped = await stopped_at_work(bench, Run(task=task))

    assert (stopped.status, stopped.error_kind) == (Status.CANCELLED, ErrorKind.SHUTDOWN)
    assert "No further try" in (stopped.error or "")


# -- a store that is away ------------------------------------------------------------------------


async def test_an_outcome_waits_for_the_store_to_come_back(bench: Bench) -> None:
    run = Run(task=await bench.claimed("echo", "well"))
    holder = sqlite3.connect(bench.folder / "conselho.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")  # as a backup may
    running = asyncio.ensure_future(bench.runner.run(run))
    await bench.clock.until_asleep()  # it was refused, and waits
    assert not running.done()
    holder.close()

    await bench.clock.advance(RECORD_RETRY_SECONDS)
    async with asyncio.timeout(DEADLINE):
        await running

    task = await bench.store.task(run.task.task_id)
    assert (task.status, task.result) == (Status.COMPLETED, "well\n")
