"""Runs that are stopped before their agent starts, or right after it has ended."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from conselho.models.task import ErrorKind, Status
from conselho.models.verdict import Severity
from conselho.services.runner import Run
from tests.support.agent_bench import AgentBench, agent_bench

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

REPORT = '[[tool: Read README.md]][[report: {"severity": "warning", "summary": "Two are long."}]]'


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[AgentBench]:
    async with agent_bench(tmp_path) as bench:
        yield bench


def mute_about_its_version(bench: AgentBench) -> Path:
    """Let claude be a program that never tells its version; it leaves its pid in the file."""
    asked = bench.bin / "asked"
    program = bench.bin / "mute"
    program.write_text(
        f"#!/bin/sh\necho $$ > {asked}.new; mv {asked}.new {asked}; exec sleep 300\n"
    )
    program.chmod(0o755)
    bench.amend("claude", command=(str(program),), version_command=("--version",))
    return asked


async def appeared(path: Path) -> None:
    async with asyncio.timeout(20):
        while not path.exists():  # noqa: ASYNC110, ASYNC240 - no event tells of a file
            await asyncio.sleep(0.01)


async def ended(pid: int) -> None:
    async with asyncio.timeout(5):
        while psutil.pid_exists(pid):  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)


async def ended_before_the_stop(bench: AgentBench, run: Run) -> None:
    """Take a run through all steps; the server is stopped when its child has just ended."""
    runner = bench.runner()
    await runner.prepare(run)
    await runner.start(run)
    await runner.follow(run)
    run.shut_down()
    runner.end(run)
    await runner.record(run)


async def test_a_cancel_does_not_wait_until_a_program_has_told_its_version(
    bench: AgentBench,
) -> None:
    asked = mute_about_its_version(bench)
    async with bench.running("claude", "x") as run:
        await appeared(asked)
        run.cancel()

    task = await bench.store.task(run.task.task_id)
    assert (task.status, task.error_kind) == (Status.CANCELLED, ErrorKind.CANCELLED)
    await ended(int(asked.read_text()))


async def test_a_stop_of_the_server_before_the_start_leaves_the_run_to_the_next_one(
    bench: AgentBench,
) -> None:
    asked = mute_about_its_version(bench)
    async with bench.running("claude", "x", max_attempts=2) as run:
        await appeared(asked)
        run.shut_down()

    task = await bench.store.task(run.task.task_id)
    # It was handed back: nothing had begun, so that no attempt counts.
    assert (task.status, task.error_kind, task.attempt) == (Status.PENDING, None, 0)
    await ended(int(asked.read_text()))


async def test_who_cancels_the_whole_attempt_is_not_answered_with_a_record(
    bench: AgentBench,
) -> None:
    asked = mute_about_its_version(bench)
    run = Run(task=await bench.claimed("claude", "x"))
    whole = asyncio.ensure_future(bench.runner().run(run))
    await appeared(asked)
    whole.cancel()

    with pytest.raises(asyncio.CancelledError):
        await whole
    assert (await bench.store.task(run.task.task_id)).status is Status.PROCESSING
    await ended(int(asked.read_text()))


async def test_a_report_that_was_there_before_the_server_stopped_is_kept(
    bench: AgentBench,
) -> None:
    run = Run(task=await bench.claimed("claude", REPORT, max_attempts=3))
    await ended_before_the_stop(bench, run)

    task = await bench.store.task(run.task.task_id)
    assert (task.status, task.severity) == (Status.COMPLETED, Severity.WARNING)


async def test_an_answer_without_a_report_does_not_count_once_the_server_stops(
    bench: AgentBench,
) -> None:
    # Whoever stops the server may have told the agent too, and some answer that with "success".
    run = Run(task=await bench.claimed("claude", "[[tool: Read README.md]][[say: All is well.]]"))
    await ended_before_the_stop(bench, run)

    task = await bench.store.task(run.task.task_id)
    assert (task.status, task.error_kind) == (Status.CANCELLED, ErrorKind.SHUTDOWN)
