"""Agents from a claimed Task to the stored row: real children, a real store, the real readers.

The four CLIs are played by tests/support/agent_cli.py, which does what the prompt's marks say. The
numbered traps are what the real ones were seen to do: each has a test that fails without its cure.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.models.ids import AgentId
from conselho.models.task import ErrorCause, ErrorKind, Status, Task
from conselho.models.verdict import Severity, VerdictSource
from conselho.providers.spec import Price
from conselho.redaction import Redactor
from conselho.services.catalogue import LANGUAGES, Investigator, entries
from conselho.services.runner import Run
from tests.support.agent_bench import (
    KEYS,
    SPECS,
    AgentBench,
    agent_bench,
    of_task,
    zombies,
)
from tests.support.factories import ANA, make_snapshot

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

CLIS = list(SPECS)
MEGABYTE = 1 << 20

TOOL = "[[tool: Read README.md]]"
SUCCESS = '[[report: {"severity": "success", "summary": "All is well.", "findings": []}]]'
WARNING = '[[report: {"severity": "warning", "summary": "Two files are too long."}]]'
WELL = TOOL + SUCCESS


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[AgentBench]:
    async with agent_bench(tmp_path) as bench:
        yield bench


def saved(bench: AgentBench, name: str) -> Any:
    return json.loads((bench.project / name).read_text())


# -- what ends how ---------------------------------------------------------------------------------

COMPLETED, ERROR = Status.COMPLETED, Status.ERROR
Ending = tuple[Status, Severity, ErrorKind | None, ErrorCause | None]

GOOD: Ending = (COMPLETED, Severity.SUCCESS, None, None)
NOTE: Ending = (COMPLETED, Severity.INFO, None, None)
WARNED: Ending = (COMPLETED, Severity.WARNING, None, None)


def broken(cause: ErrorCause) -> Ending:
    return (ERROR, Severity.ERROR, ErrorKind.PROVIDER, cause)


EMPTY = broken(ErrorCause.EMPTY)
REFUSED = broken(ErrorCause.REFUSED)
TRUNCATED = broken(ErrorCause.TRUNCATED)

# One ending for all four, or one for each in the order claude, codex, gemini, opencode.
SCENARIOS: dict[str, tuple[str, Ending | tuple[Ending, Ending, Ending, Ending]]] = {
    "a report of success after a tool": (WELL, GOOD),
    "a report with a warning": (TOOL + WARNING, WARNED),
    "the first of two reports is not the last word": (TOOL + SUCCESS + TOOL + WARNING, WARNED),
    "a report, then silent tidying": (TOOL + WARNING + TOOL, WARNED),
    "success without a tool is a claim": (SUCCESS, NOTE),
    "success after a tool that failed": ("[[failing tool: Bash false]]" + SUCCESS, NOTE),
    "success after a denial": (TOOL + "[[deny: Bash touch x]]" + SUCCESS, WARNED),
    "no answer after a denial": (
        "[[reject: Bash touch x]]",
        broken(ErrorCause.PERMISSION_DENIED),
    ),
    # Codex says nothing at all then: it looks as an empty answer does.
    "a refusal": (TOOL + "[[refuse]]", (REFUSED, EMPTY, REFUSED, REFUSED)),
    # Gemini cannot be told to have been cut off; that its sentence breaks off can.
    "an answer cut off": (
        TOOL + "[[cut by token limit]]", (TRUNCATED, TRUNCATED, NOTE, TRUNCATED)
    ),
    "an empty answer": (TOOL + "[[empty]]", EMPTY),
    "HTTP 400": ("[[error: 400 no such field]]", broken(ErrorCause.BAD_REQUEST)),
    "HTTP 401": ("[[error: 401 who are you]]", broken(ErrorCause.AUTHENTICATION)),
    "HTTP 429": ("[[error: 429 slowly]]", broken(ErrorCause.RATE_LIMIT)),
    "HTTP 500": ("[[error: 500 oh]]", broken(ErrorCause.SERVER)),
    "HTTP 529": ("[[error: 529 too much]]", broken(ErrorCause.OVERLOADED)),
    "a report, then an API error": (
        WELL + "[[error: 500 oh]]", broken(ErrorCause.SERVER)
    ),
    "no last word": (WELL + "[[stop without a word]]", broken(ErrorCause.UNFINISHED)),
    "an exit code after success": (
        "[[exit: 7]]" + WELL, (ERROR, Severity.ERROR, ErrorKind.EXIT, None)
    ),
    "trouble that it gets over": ("[[passing trouble]]" + WELL, GOOD),
    "lines that make no sense": ("[[garbage]]" + WELL, GOOD),
    "complaints on stderr": ("[[stderr: error: 17 fatal problems]]" + WELL, GOOD),
}  # fmt: skip


@pytest.mark.parametrize("provider", CLIS)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_each_ending_is_told_for_what_it_is(
    bench: AgentBench, provider: str, scenario: str
) -> None:
    prompt, endings = SCENARIOS[scenario]
    expected = endings[CLIS.index(provider)] if isinstance(endings[0], tuple) else endings

    task = await bench.run(provider, prompt)

    found = (task.status, task.severity, task.error_kind, task.error_cause)
    assert found == expected, task.error or task.verdict
    assert (task.error is not None) == (task.status is ERROR)
    assert task.verdict is not None
    assert task.verdict.severity is task.severity
    assert of_task(task) == []


# -- the traps -------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", CLIS)
@pytest.mark.parametrize(
    "ending",
    ["[[empty]]", "[[refuse]]", "[[reject: Bash ls]]", SUCCESS + "[[stop without a word]]"],
)
async def test_trap_1_exit_code_0_is_no_success(
    bench: AgentBench, provider: str, ending: str
) -> None:
    task = await bench.run(provider, TOOL + ending)

    assert (task.status, task.severity) == (Status.ERROR, Severity.ERROR)
    assert task.error


@pytest.mark.parametrize("provider", CLIS)
async def test_trap_2_a_cancelled_agent_that_answers_term_with_success_is_cancelled(
    bench: AgentBench, provider: str
) -> None:
    prompt = f"[[answer TERM with success]]{TOOL}[[say: I begin]][[hang]]"

    async with bench.running(provider, prompt) as run:
        await bench.logged(run, "I begin")
        run.cancel()

    task = await bench.store.task(run.task.task_id)
    assert "Everything is in order." in bench.log(task), "it did claim success, and exit with 0"
    assert (task.status, task.severity, task.exit_code) == (Status.CANCELLED, None, 0)
    assert task.error_kind == ErrorKind.CANCELLED


@pytest.mark.parametrize("provider", ["claude", "gemini"])
async def test_trap_2_a_late_agent_that_answers_term_with_success_is_late(
    bench: AgentBench, provider: str
) -> None:
    task = await bench.run(
        provider, f"[[answer TERM with success]]{WELL}[[hang]]", timeout_seconds=3
    )

    assert "Everything is in order." in bench.log(task), "it did claim success, and exit with 0"
    assert (task.status, task.severity, task.exit_code) == (Status.ERROR, Severity.ERROR, 0)
    assert (task.error_kind, task.error_cause) == (ErrorKind.TIMEOUT, None)


@pytest.mark.parametrize("manner", ["obey TERM", "ignore TERM"])
async def test_trap_3_tools_in_their_own_session_end_with_the_agent(
    bench: AgentBench, manner: str
) -> None:
    task = await bench.run("claude", f"[[child in own session: {manner}]]{SUCCESS}")

    assert task.severity is Severity.SUCCESS
    assert of_task(task) == []


@pytest.mark.parametrize("provider", CLIS)
async def test_trap_3_tools_in_their_own_session_end_with_a_cancelled_agent(
    bench: AgentBench, provider: str
) -> None:
    prompt = "[[ignore TERM]][[child in own session: ignore TERM]][[hang]]"

    async with bench.running(provider, prompt) as run:
        await bench.logged(run, "sleep 600")
        assert len(of_task(run.task)) == 2
        run.cancel()

    task = await bench.store.task(run.task.task_id)
    assert (task.status, of_task(task)) == (Status.CANCELLED, [])


async def test_trap_3_tools_in_their_own_session_end_with_a_late_agent(bench: AgentBench) -> None:
    prompt = "[[child in own session: ignore TERM]][[hang]]"

    task = await bench.run("claude", prompt, timeout_seconds=2)

    assert "sleep 600" in bench.log(task)
    assert (task.error_kind, of_task(task)) == (ErrorKind.TIMEOUT, [])


@pytest.mark.parametrize("provider", CLIS)
async def test_trap_4_nothing_is_left_to_be_reaped(bench: AgentBench, provider: str) -> None:
    before = zombies()

    await bench.run(provider, "[[orphan]][[orphan]]" + SUCCESS)

    assert zombies() == before


@pytest.mark.parametrize("pace", ["", "[[read stdin slowly]]"])
@pytest.mark.parametrize("provider", CLIS)
async def test_trap_5_a_prompt_of_a_megabyte_arrives_whole(
    bench: AgentBench, provider: str, pace: str
) -> None:
    prompt = f"{pace}[[save prompt: got]]{WELL}" + "Olá ✅ \u2028 " * (MEGABYTE // 16) + "the end"
    run = Run(task=await bench.claimed(provider, prompt))

    task = await bench.take(run)

    assert task.severity is Severity.SUCCESS
    assert run.prompt is not None
    assert prompt in run.prompt.text
    assert (bench.project / "got").read_text() == run.prompt.text


@pytest.mark.parametrize("level", ["read-only", "write", "full"])
@pytest.mark.parametrize("provider", CLIS)
async def test_trap_6_the_flags_are_those_that_the_program_has(
    bench: AgentBench, provider: str, level: str
) -> None:
    """Claude Code wants --verbose, and does not run unbound as root; none takes what is unknown."""
    task = await bench.run(
        provider, WELL, permissions=level, max_cost_usd=5.0, model="anthropic/some-model"
    )

    assert (task.error, task.severity) == (None, Severity.SUCCESS)


@pytest.mark.parametrize(("level", "may"), [("read-only", False), ("write", True), ("full", True)])
@pytest.mark.parametrize("provider", CLIS)
async def test_what_an_agent_may_do_must_be_asked_for(
    bench: AgentBench, provider: str, level: str, may: bool
) -> None:
    task = await bench.run(provider, f"{TOOL}[[write: made.txt]]{SUCCESS}", permissions=level)

    assert (bench.project / "made.txt").exists() == may
    assert task.severity is (Severity.SUCCESS if may else Severity.WARNING)
    assert len(task.permission_denied) == (0 if may else 1)
    if not may:
        assert "made.txt" in task.permission_denied[0]
        assert "(not allowed)" in bench.log(task)


@pytest.mark.parametrize("provider", CLIS)
async def test_trap_7_a_line_of_two_megabytes_is_read(bench: AgentBench, provider: str) -> None:
    task = await bench.run(provider, f"{TOOL}[[line of: 2000000]]{WARNING}")

    assert task.severity is Severity.WARNING
    assert task.verdict is not None
    assert task.verdict.source is VerdictSource.CONTRACT
    assert "\u2028" in bench.log(task), "it ended no line"
    assert len(bench.log(task)) > 1_000_000


@pytest.mark.parametrize("provider", CLIS)
async def test_trap_7_an_output_of_five_megabytes_is_kept_in_a_bounded_form(
    bench: AgentBench, provider: str
) -> None:
    task = await bench.run(provider, f"{TOOL}[[output of: 5000000]]{WARNING}")

    assert task.severity is Severity.WARNING, "the report stands at its end"
    assert task.result is not None
    assert len(task.result.encode()) <= MEGABYTE + 200
    assert "Two files are too long." in task.result


async def test_trap_7_the_log_of_an_agent_without_end_is_bounded(bench: AgentBench) -> None:
    task = await bench.run("codex", f"{TOOL}[[output of: 20000000]]{WARNING}")

    assert task.severity is Severity.WARNING
    assert bench.logs.path(task.task_id).stat().st_size <= 16 * MEGABYTE + 200


async def test_trap_8_errors_that_codex_gets_over_are_not_fatal(bench: AgentBench) -> None:
    task = await bench.run("codex", "[[passing trouble]]" + WELL)

    assert (task.status, task.severity, task.error) == (Status.COMPLETED, Severity.SUCCESS, None)
    assert "Model metadata not found" in bench.log(task)
    assert "Reconnecting" in bench.log(task)


async def test_trap_9_opencode_that_ends_after_a_rejected_permission_is_an_error(
    bench: AgentBench,
) -> None:
    task = await bench.run("opencode", "[[reject: Bash touch x]]")

    assert (task.status, task.exit_code) == (Status.ERROR, 0)
    assert (task.error_kind, task.error_cause) == (
        ErrorKind.PROVIDER,
        ErrorCause.PERMISSION_DENIED,
    )
    assert task.permission_denied == ("bash touch x",)


async def test_trap_10_gemini_that_goes_in_circles_is_an_error(bench: AgentBench) -> None:
    task = await bench.run("gemini", f"{TOOL}[[loop]]")

    assert (task.status, task.exit_code) == (Status.ERROR, 0)
    assert (task.error_kind, task.error_cause) == (ErrorKind.PROVIDER, ErrorCause.LOOP)


@pytest.mark.parametrize("provider", CLIS)
async def test_trap_11_a_missing_folder_is_told_before_anything_is_spent(
    bench: AgentBench, provider: str
) -> None:
    run = Run(task=await bench.claimed(provider, WELL, cwd="/no/such/folder", max_attempts=3))

    task = await bench.take(run)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.PREFLIGHT)
    assert task.error == (
        "The working directory /no/such/folder does not exist."
        " Make it, or give the agent another cwd."
    )
    assert run.child is None


async def test_trap_11_codex_runs_where_there_is_no_git(bench: AgentBench) -> None:
    assert not any((folder / ".git").exists() for folder in bench.project.parents)

    task = await bench.run("codex", WELL)

    assert (task.error, task.severity) == (None, Severity.SUCCESS)


@pytest.mark.parametrize("provider", CLIS)
async def test_trap_12_four_at_a_time_share_one_home(bench: AgentBench, provider: str) -> None:
    """Each waits for all others: they do run at one time."""
    names = ["a", "b", "c", "d"]
    wait = "".join(f"[[wait for: {name}]]" for name in names)
    tasks = [
        await bench.claimed(
            provider, f"[[save prompt: {name}]]{wait}{WELL}", agent_id=AgentId(f"agent-{name}")
        )
        for name in names
    ]

    ended = await asyncio.gather(*(bench.take(Run(task=task)) for task in tasks))

    assert [task.severity for task in ended] == [Severity.SUCCESS] * 4


# -- time and money --------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", CLIS)
async def test_an_agent_that_falls_silent_is_ended(bench: AgentBench, provider: str) -> None:
    task = await bench.run(provider, f"{TOOL}[[say: Hm]][[hang]]", silence_timeout_seconds=1)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.SILENT)
    assert "printed nothing for 1 s" in (task.error or "")
    assert of_task(task) == []


async def test_what_was_denied_is_told_of_a_run_that_was_late_too(bench: AgentBench) -> None:
    task = await bench.run(
        "claude", "[[deny: Bash touch x]][[hang]]", silence_timeout_seconds=1, max_attempts=1
    )

    assert task.error_kind == ErrorKind.SILENT
    assert task.permission_denied == ("Bash touch x",)


async def test_an_agent_that_ignores_term_is_ended_at_its_time_out(bench: AgentBench) -> None:
    task = await bench.run("gemini", f"[[ignore TERM]]{TOOL}[[hang]]", timeout_seconds=2)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.TIMEOUT)
    assert task.exit_code == 128 + 9
    assert of_task(task) == []


@pytest.mark.parametrize("provider", CLIS)
async def test_what_a_run_spent_is_stored(bench: AgentBench, provider: str) -> None:
    prompt = (
        f"{TOOL}[[usage: input=100 output=5 cost=0.25]]{TOOL}[[usage: input=20 output=2]]{WELL}"
    )

    task = await bench.run(provider, prompt)

    assert task.usage is not None
    assert (task.usage["input_tokens"], task.usage["output_tokens"]) == (120, 7)
    assert task.usage.get("cost_usd") == (0.25 if SPECS[provider].tells_cost else None)
    assert task.usage["tool_calls"] == 3
    assert task.usage["session_id"]


async def test_prices_make_a_cost_of_tokens(bench: AgentBench) -> None:
    bench.amend("codex", prices={"*": Price(input=2.0, output=10.0)})

    task = await bench.run("codex", f"{TOOL}[[usage: input=500000 output=100000]]{SUCCESS}")

    assert task.usage is not None
    assert task.usage["cost_usd"] == pytest.approx(2.0)


@pytest.mark.parametrize("provider", ["claude", "opencode"])
async def test_failed_attempts_are_on_the_bill(bench: AgentBench, provider: str) -> None:
    prompt = f"[[usage: input=100 output=5 cost=0.25]][[flaky: 1 tries]]{WELL}"
    began = bench.clock.now()
    first = await bench.run(provider, prompt, max_attempts=2, retry_backoff_seconds=0)
    assert (first.status, first.error_cause) == (Status.PENDING, ErrorCause.OVERLOADED)

    task = await bench.take(Run(task=await bench.claim()))

    assert (task.severity, task.attempt) == (Severity.SUCCESS, 2)
    assert task.usage is not None
    assert (task.usage["cost_usd"], task.usage["input_tokens"]) == (0.5, 200)
    summed = await bench.store.usage(
        [ANA], since=began - timedelta(hours=1), until=began + timedelta(hours=1)
    )
    assert summed[ANA].cost_usd == 0.5


async def test_a_run_over_its_budget_is_stopped_as_soon_as_it_tells(bench: AgentBench) -> None:
    prompt = f"[[ignore TERM]]{TOOL}{WARNING}[[usage: input=9 output=9 cost=0.75]][[hang]]"

    task = await bench.run("opencode", prompt, max_cost_usd=0.5, max_attempts=3)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.BUDGET)
    assert "0.7500 USD" in (task.error or "")
    assert task.usage is not None
    assert task.usage["cost_usd"] == 0.75
    assert of_task(task) == []


async def test_a_run_that_tells_too_late_that_it_was_over_its_budget_keeps_its_findings(
    bench: AgentBench,
) -> None:
    bench.amend("codex", prices={"*": Price(input=1.0, output=1.0)})
    prompt = f"{TOOL}[[usage: input=700000 output=50000]]{WARNING}"

    task = await bench.run("codex", prompt, max_cost_usd=0.5)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.BUDGET)
    assert "0.7500 USD" in (task.error or "")
    assert task.verdict is not None
    assert task.verdict.severity is Severity.ERROR
    assert task.verdict.summary == "Two files are too long.", "the money bought this"


async def test_an_agent_that_stops_itself_at_its_budget_is_over_it(bench: AgentBench) -> None:
    prompt = f"{TOOL}[[usage: input=9 output=9 cost=0.75]]{SUCCESS}"

    task = await bench.run("claude", prompt, max_cost_usd=0.5, max_attempts=3)

    assert (task.status, task.error_kind, task.attempt) == (Status.ERROR, ErrorKind.BUDGET, 1)


async def test_the_budget_is_told_to_a_program_that_can_keep_it(bench: AgentBench) -> None:
    await bench.run("claude", f"[[save arguments: argv]]{WELL}", max_cost_usd=0.5)

    argv = saved(bench, "argv")
    assert argv[argv.index("--max-budget-usd") + 1] == "0.5"


# -- trying again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", CLIS)
async def test_a_rate_limit_waits_for_the_time_that_the_provider_tells(
    bench: AgentBench, provider: str
) -> None:
    began = bench.clock.now()

    task = await bench.run(
        provider,
        "[[error: 429 retry-after=3600 Too many requests.]]",
        max_attempts=2,
        retry_backoff_seconds=0,
    )

    assert (task.status, task.error_cause) == (Status.PENDING, ErrorCause.RATE_LIMIT)
    waits = task.not_before - began
    assert timedelta(seconds=3_599) <= waits <= timedelta(seconds=3_600 + 75)


@pytest.mark.parametrize("provider", CLIS)
async def test_an_overload_passes_and_is_tried_again(bench: AgentBench, provider: str) -> None:
    prompt = f"[[flaky: 2 tries]]{WELL}"

    task = await bench.run(provider, prompt, max_attempts=3, retry_backoff_seconds=0)
    while task.status is Status.PENDING:
        task = await bench.take(Run(task=await bench.claim()))

    assert (task.severity, task.attempt) == (Severity.SUCCESS, 3)


@pytest.mark.parametrize(
    ("mark", "cause"),
    [
        ("error: 401 who are you", ErrorCause.AUTHENTICATION),
        ("error: 400 no such field", ErrorCause.BAD_REQUEST),
        ("refuse", ErrorCause.REFUSED),
        ("cut by token limit", ErrorCause.TRUNCATED),
        ("reject: Bash touch x", ErrorCause.PERMISSION_DENIED),
    ],
)
async def test_what_would_only_happen_again_is_not_tried_again(
    bench: AgentBench, mark: str, cause: ErrorCause
) -> None:
    task = await bench.run("opencode", f"[[{mark}]]", max_attempts=3)

    assert (task.status, task.attempt, task.error_cause) == (Status.ERROR, 1, cause)


@pytest.mark.parametrize("provider", CLIS)
async def test_credentials_that_are_worth_nothing_are_told(
    bench: AgentBench, provider: str
) -> None:
    """A file from an old login is there, so nothing is known before the run."""
    for key in KEYS:
        del bench.environ[key]
    for name in SPECS[provider].credential_files:
        file = bench.home / name.removeprefix("~/")
        file.parent.mkdir(parents=True)
        file.write_text("{}")

    task = await bench.run(provider, WELL, max_attempts=1 if provider == "gemini" else 3)

    assert (task.status, task.attempt) == (Status.ERROR, 1)
    if provider == "gemini":  # says so on stderr alone, before its first event
        assert "Please set an Auth method" in (task.error or "")
    else:
        assert task.error_cause == ErrorCause.AUTHENTICATION


# -- before the start ------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", CLIS)
async def test_a_program_that_is_not_there_is_told_with_how_to_get_it(
    bench: AgentBench, provider: str
) -> None:
    (bench.bin / provider).unlink()

    task = await bench.run(provider, WELL, max_attempts=3)

    assert (task.status, task.error_kind, task.attempt) == (Status.ERROR, ErrorKind.PREFLIGHT, 1)
    assert f"there is no program '{provider}'" in (task.error or "")
    assert "Install it with" in (task.error or "")


@pytest.mark.parametrize("provider", ["claude", "codex", "gemini"])
async def test_missing_credentials_are_told_before_anything_is_spent(
    bench: AgentBench, provider: str
) -> None:
    for key in KEYS:
        del bench.environ[key]
    run = Run(task=await bench.claimed(provider, WELL))

    task = await bench.take(run)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.PREFLIGHT)
    assert f"Set {SPECS[provider].credentials[0]}" in (task.error or "")
    assert run.child is None


async def test_opencode_without_a_model_is_told_and_not_left_to_hang(bench: AgentBench) -> None:
    task = await bench.run("opencode", WELL, model=None)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.PREFLIGHT)
    assert task.error == "OpenCode needs a model. Name one in the agent's `model`."


async def test_a_program_that_cannot_tell_its_version_is_broken(bench: AgentBench) -> None:
    bench.amend("codex", version_command=("--version",))
    (bench.bin / "codex").write_text("#!/bin/sh\necho segmentation fault >&2\nexit 3\n")

    task = await bench.run("codex", WELL)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.PREFLIGHT)
    assert "exit code 3: segmentation fault" in (task.error or "")


async def test_a_version_that_is_too_old_is_told(bench: AgentBench) -> None:
    bench.amend("codex", version_command=("--version",), minimum_version="1.0")

    task = await bench.run("codex", WELL)

    assert (task.status, task.error_kind) == (Status.ERROR, ErrorKind.PREFLIGHT)
    assert "version 0.169.0 is too old: 1.0 is needed" in (task.error or "")


# -- the prompt ------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", CLIS)
async def test_the_agent_gets_the_whole_prompt_and_the_row_keeps_it(
    bench: AgentBench, provider: str
) -> None:
    (bench.project / "notes.md").write_text("Remember the milk.\n")

    task = await bench.run(
        provider,
        f"Count the files. [[save prompt: got]]{WELL}",
        instructions="You are a careful reader.",
        context_files=("notes.md", "gone.md"),
        output_format="detailed",
    )

    got = (bench.project / "got").read_text()
    parts = ["You are a careful reader.", "Count the files.", "Remember the milk.", "in detail"]
    places = [got.index(part) for part in parts]
    assert places == sorted(places)
    assert "gone.md: not available" in got
    assert '"severity"' in got, "the contract of the report"
    assert task.sent_prompt == got


async def test_success_without_a_context_file_is_no_success_and_says_why(
    bench: AgentBench,
) -> None:
    task = await bench.run("claude", WELL, context_files=("gone.md",))

    assert task.severity is Severity.INFO
    assert task.verdict is not None
    assert "gone.md: it does not exist" in (task.verdict.reason or "")
    assert task.notes == ("Context file gone.md: it does not exist.",)


async def test_a_councilor_that_asks_for_it_hears_its_previous_verdict(bench: AgentBench) -> None:
    await bench.run("claude", TOOL + WARNING)

    await bench.run("claude", f"[[save prompt: got]]{WELL}", continuity=True)
    asked = (bench.project / "got").read_text()
    await bench.run("claude", f"[[save prompt: got]]{WELL}", continuity=False)

    assert "Two files are too long." in asked
    assert "Two files are too long." not in (bench.project / "got").read_text()


# -- secrets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", CLIS)
async def test_the_agent_sees_only_what_it_needs_of_the_environment(
    bench: AgentBench, provider: str
) -> None:
    bench.environ |= {
        "DATABASE_PASSWORD": "hunter2", "CONSELHO_ADMIN_TOKEN": "hunter2", "LD_PRELOAD": "x.so",
        "AWS_SECRET_ACCESS_KEY": "hunter2", "LANG": "pt_BR.UTF-8",
    }  # fmt: skip

    task = await bench.run(provider, f"[[save environment: env]]{WELL}")

    env: dict[str, str] = saved(bench, "env")
    assert "hunter2" not in env.values()
    assert "LD_PRELOAD" not in env
    assert (env["LANG"], env["HOME"]) == ("pt_BR.UTF-8", str(bench.home))
    assert (env["CONSELHO_TASK_ID"], env["CONSELHO_AGENT_ID"]) == (task.task_id, ANA)
    assert "CONSELHO_URL" not in env, "what it reads may talk it into using it"
    keys = {name for name in KEYS if name in env}
    own = {"claude": {"ANTHROPIC_API_KEY"}, "codex": {"OPENAI_API_KEY"},
           "gemini": {"GEMINI_API_KEY"}}  # fmt: skip
    assert keys == own.get(provider, {"ANTHROPIC_API_KEY", "OPENAI_API_KEY"})


TOKEN = "nobody-must-read-this-0123456789"
KEY = "MIIEowIBAAKCAQEA" * 4
# What is said, and the part of it that nobody may read. `\\n` is a line's end inside the report.
SHAPES = [
    ("sk-ant-api03-" + "Ab3" * 30, "Ab3Ab3"),
    ("ghp_" + "aB3d" * 9, "aB3daB3d"),
    ("AKIA" + "ABCD2345EFGH6789", "ABCD2345EFGH6789"),
    (f"-----BEGIN RSA PRIVATE KEY-----\\n{KEY}\\n-----END RSA PRIVATE KEY-----", KEY[:20]),
]


def everywhere(secret: str) -> str:
    """A run that says it wherever an agent can say something."""
    finding = json.dumps({"title": f"leaked {secret}", "severity": "warning", "file": "a.py"})
    return (
        f"[[say: it is {secret}]][[tool: Bash cat {secret}]][[deny: Bash rm {secret}]]"
        f"[[failing tool: Bash ls {secret}]][[stderr: {secret}]]"
        f'[[report: {{"severity": "warning", "summary": "{secret}", "findings": [{finding}]}}]]'
    )


async def all_that_is_kept(bench: AgentBench, task: Task) -> str:
    """The row, the log and the events as they are stored, in one text."""
    events = await bench.store.events_after(0, limit=1_000)
    kept = replace(task, snapshot=make_snapshot())  # a person wrote the prompt
    return "\n".join([repr(kept), bench.log(task), *map(repr, events)])


@pytest.mark.parametrize("provider", CLIS)
async def test_the_secrets_of_the_server_are_in_nothing_that_is_kept(
    bench: AgentBench, provider: str
) -> None:
    bench.options["redactor"] = Redactor([TOKEN])
    (bench.project / "notes.md").write_text(f"The token is {TOKEN}.\n")

    task = await bench.run(
        provider, everywhere(TOKEN) + "[[save prompt: got]]", context_files=("notes.md",)
    )

    assert task.severity is Severity.WARNING
    assert task.verdict is not None
    assert task.verdict.findings[0].title.startswith("leaked ")
    assert TOKEN not in await all_that_is_kept(bench, task)
    sent = (bench.project / "got").read_text().partition("# Context files")[2]
    assert "The token is" in sent
    assert TOKEN not in sent, "it would leave the machine without anybody's asking"


@pytest.mark.parametrize("ending", ["error: 400 {}", "error: 401 {}", "say: {}", "stderr: {}"])
@pytest.mark.parametrize("provider", CLIS)
async def test_no_error_tells_a_secret(bench: AgentBench, provider: str, ending: str) -> None:
    bench.options["redactor"] = Redactor([TOKEN])

    task = await bench.run(
        provider, f"[[exit: 1]]{TOOL}[[{ending.format(TOKEN)}]][[stop without a word]]"
    )

    assert task.status is Status.ERROR
    assert TOKEN not in await all_that_is_kept(bench, task)


@pytest.mark.parametrize(("said", "secret"), SHAPES)
async def test_what_looks_like_a_secret_is_in_nothing_that_is_kept(
    bench: AgentBench, said: str, secret: str
) -> None:
    task = await bench.run("codex", everywhere(said))

    assert task.severity is Severity.WARNING
    assert secret not in await all_that_is_kept(bench, task)


# -- the log ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", CLIS)
async def test_the_log_says_what_the_agent_does_and_holds_no_raw_events(
    bench: AgentBench, provider: str
) -> None:
    prompt = f"[[say: I look around.]]{TOOL}[[deny: Bash touch x]][[stderr: a warning]]{SUCCESS}"

    task = await bench.run(provider, prompt)

    lines = bench.log(task).splitlines()
    assert "I look around." in lines
    assert any(line.startswith("✓ ") and "README.md" in line for line in lines)
    assert any(line.startswith("⊘ ") and line.endswith("(not allowed)") for line in lines)
    assert "a warning" in lines
    assert not [line for line in lines if '"type"' in line]


@pytest.mark.parametrize("provider", CLIS)
async def test_the_log_is_written_while_the_agent_works(bench: AgentBench, provider: str) -> None:
    async with bench.running(provider, f"[[say: I begin]]{TOOL}[[wait for: go]]{SUCCESS}") as run:
        await bench.logged(run, "README.md")
        assert "I begin" in bench.log(run.task)
        assert "All is well." not in bench.log(run.task)
        (bench.project / "go").touch()

    task = await bench.store.task(run.task.task_id)
    assert task.severity is Severity.SUCCESS
    assert "All is well." in bench.log(task)


@pytest.mark.parametrize(
    ("provider", "cause"), [("claude", ErrorCause.OVERLOADED), ("codex", ErrorCause.NETWORK)]
)
async def test_a_run_that_waits_for_its_provider_until_it_is_late_blames_the_provider(
    bench: AgentBench, provider: str, cause: ErrorCause
) -> None:
    task = await bench.run(
        provider,
        f"{TOOL}[[passing trouble]][[hang]]",
        timeout_seconds=2,
        max_attempts=2,
    )

    assert (task.status, task.error_kind) == (Status.PENDING, ErrorKind.TIMEOUT)
    assert task.error_cause == cause
    assert "It was waiting:" in (task.error or "")


# -- the catalogue ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("provider", CLIS)
async def test_the_whole_catalogue_runs(bench: AgentBench, provider: str, lang: str) -> None:
    """Nobody's marks are in these prompts: the stand-in reads a file and reports success."""
    whole = [
        (one.slug, one.task, one.instructions if isinstance(one, Investigator) else "")
        for one in entries(lang)
    ]
    tasks = [
        await bench.claimed(
            provider,
            form.prompt,
            agent_id=AgentId(slug),
            task_name=form.name,
            instructions=instructions,
            output_format=form.output_format,
        )
        for slug, form, instructions in whole
    ]

    ended = [await bench.take(Run(task=task)) for task in tasks]

    assert len(ended) == 5 + 4
    for task in ended:
        assert (task.error, task.severity) == (None, Severity.SUCCESS)
        assert task.snapshot.prompt.strip() in (task.sent_prompt or "")
        assert task.snapshot.instructions.strip() in (task.sent_prompt or "")
