"""What is kept of hostile runs: no secrets, in bounded form, made where it holds up nobody."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from conselho.models.rows import task_row
from conselho.models.task import SHORT_LINE_CHARACTERS, SHORT_LINES, Outcome, Status
from conselho.redaction import Redactor
from conselho.services import runner
from conselho.verdict.judge import judge_agent
from tests.support.agent_bench import AgentBench, agent_bench

SECRET = "sk-ant-api03-" + "A1b2C3d4" * 8


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[AgentBench]:
    async with agent_bench(tmp_path) as bench:
        yield bench


def prints(bench: AgentBench, *lines: dict[str, Any]) -> None:
    """Let claude be a program that prints just these lines."""
    said = bench.bin / "said.ndjson"
    said.write_text("".join(json.dumps(line) + "\n" for line in lines))
    program = bench.bin / "recital"
    program.write_text(f"#!{sys.executable}\nprint(open({str(said)!r}).read(), end='')\n")
    program.chmod(0o755)
    bench.amend("claude", command=(str(program),))


def result(text: str) -> dict[str, Any]:
    return {"type": "result", "subtype": "success", "is_error": False, "result": text}


async def test_a_session_id_and_a_model_can_carry_no_secret_out(bench: AgentBench) -> None:
    prints(
        bench,
        {"type": "system", "subtype": "init", "session_id": SECRET, "model": f"m {SECRET}"},
        result("Done."),
    )

    task = await bench.run("claude", "x")

    assert task.status is Status.COMPLETED
    assert task.usage is not None
    assert task.usage["session_id"]
    assert SECRET[:20] not in json.dumps(task_row(task))


async def test_notes_are_few_and_short_however_much_is_missing(bench: AgentBench) -> None:
    prints(bench, result("Done."))
    files = tuple(f"{n}/{'x' * 200}/{'y' * 200}" for n in range(100))

    task = await bench.run("claude", "x", context_files=files)

    assert len(task.notes) == SHORT_LINES
    assert max(map(len, task.notes)) <= SHORT_LINE_CHARACTERS


class Watched(Redactor):
    """Knows in which threads it had long texts before it."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[int] = set()

    def text(self, text: str) -> str:
        if len(text) > 100_000:
            self.threads.add(threading.get_ident())
        return super().text(text)


async def test_long_outputs_are_redacted_and_judged_beside_the_event_loop(
    bench: AgentBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints(bench, result("password=Ab1xxxxxxx " * 20_000))
    redactor = Watched()
    bench.options["redactor"] = redactor
    judging: set[int] = set()

    def judged(*word: Any, **how: Any) -> Outcome:
        judging.add(threading.get_ident())
        return judge_agent(*word, **how)

    monkeypatch.setattr(runner, "judge_agent", judged)

    task = await bench.run("claude", "x")

    assert task.status is Status.COMPLETED
    assert redactor.threads
    assert judging
    assert threading.get_ident() not in redactor.threads | judging
