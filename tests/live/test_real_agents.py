"""The real agent CLIs, run by the product against a stand-in for the models' APIs.

What the stand-in CLIs of test_agents.py claim of the real ones is held against these.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from conselho.models.ids import AgentId
from conselho.models.task import ErrorCause, ErrorKind, Status, Task
from conselho.models.verdict import Severity
from conselho.services.catalogue import LANGUAGES, Investigator, entries
from conselho.services.runner import Run
from tests.support.agent_bench import AgentBench, agent_bench, of_task
from tests.support.model_api import ModelApi, model_api
from tests.support.real_agents import MODELS, PROGRAMS, furnish, program_or_skip

COMPLETED, ERROR = Status.COMPLETED, Status.ERROR
Ending = tuple[Status, Severity, ErrorKind | None, ErrorCause | None]

GOOD: Ending = (COMPLETED, Severity.SUCCESS, None, None)
NOTE: Ending = (COMPLETED, Severity.INFO, None, None)
WARNED: Ending = (COMPLETED, Severity.WARNING, None, None)

READ = "[[tool: read README.md]]"
SHELL = "[[tool: shell touch made.txt]]"
WARNING = '[[report: {"severity": "warning", "summary": "Two files are too long."}]]'


def broken(cause: ErrorCause) -> Ending:
    return (ERROR, Severity.ERROR, ErrorKind.PROVIDER, cause)


# One ending for all four, or one for each in the order claude, codex, gemini, opencode.
SCENARIOS: dict[str, tuple[str, Ending | tuple[Ending, Ending, Ending, Ending]]] = {
    "success after reading a file": (READ, GOOD),
    "a warning after reading a file": (READ + WARNING, WARNED),
    "success without a tool": ("", NOTE),
    "letters of all kinds": (f"{READ}[[unicode]]", GOOD),
    # Codex says nothing at all then: it looks as an empty answer does.
    "a refusal": (
        "[[refuse]]",
        (
            broken(ErrorCause.REFUSED), broken(ErrorCause.EMPTY),
            broken(ErrorCause.REFUSED), broken(ErrorCause.REFUSED),
        ),
    ),
    # Gemini tells nothing of the limit; its text judges nothing.
    "the token limit": (
        "[[token limit]]",
        (
            broken(ErrorCause.TRUNCATED), broken(ErrorCause.TRUNCATED),
            NOTE, broken(ErrorCause.TRUNCATED),
        ),
    ),
    "an empty answer": ("[[empty]]", broken(ErrorCause.EMPTY)),
    "HTTP 400": ("[[http: 400 no such field]]", broken(ErrorCause.BAD_REQUEST)),
    "HTTP 401": ("[[http: 401 who are you]]", broken(ErrorCause.AUTHENTICATION)),
}  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Iterator[ModelApi]:
    with model_api() as api:
        yield api


@pytest.fixture
async def bench(tmp_path: Path, provider: str, api: ModelApi) -> AsyncIterator[AgentBench]:
    programs = program_or_skip(provider)
    async with agent_bench(tmp_path) as bench:
        furnish(bench, programs, api)
        yield bench


@pytest.mark.parametrize("provider", PROGRAMS)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_each_ending_of_the_real_one_is_told_for_what_it_is(
    bench: AgentBench, provider: str, scenario: str
) -> None:
    prompt, endings = SCENARIOS[scenario]
    expected = endings[PROGRAMS.index(provider)] if isinstance(endings[0], tuple) else endings

    task = await bench.run(provider, f"Go. {prompt}", model=MODELS.get(provider))

    found = (task.status, task.severity, task.error_kind, task.error_cause)
    assert found == expected, (task.error, task.verdict, bench.log(task))
    assert of_task(task) == []


@pytest.mark.parametrize("provider", PROGRAMS)
async def test_a_shell_command_does_nothing_in_read_only_and_is_no_success(
    bench: AgentBench, provider: str
) -> None:
    task = await bench.run(provider, f"Go. {SHELL}", model=MODELS.get(provider))

    assert not (bench.project / "made.txt").exists()
    assert task.severity is not Severity.SUCCESS, bench.log(task)
    if provider != "codex":  # it keeps silent about what its sandbox stopped
        assert task.permission_denied, bench.log(task)


@pytest.mark.parametrize("provider", PROGRAMS)
async def test_with_full_permissions_the_same_command_runs(
    bench: AgentBench, provider: str
) -> None:
    task = await bench.run(provider, f"Go. {SHELL}", model=MODELS.get(provider), permissions="full")

    assert (bench.project / "made.txt").exists(), bench.log(task)
    assert task.severity is Severity.SUCCESS


@pytest.mark.parametrize("provider", PROGRAMS)
async def test_an_api_that_never_answers_ends_at_the_time_out_and_leaves_nothing(
    bench: AgentBench, provider: str
) -> None:
    task = await bench.run(provider, "Go. [[hang]]", model=MODELS.get(provider), timeout_seconds=6)

    assert (task.status, task.severity, task.error_kind) == (
        Status.ERROR,
        Severity.ERROR,
        ErrorKind.TIMEOUT,
    )
    assert of_task(task) == []


@pytest.mark.parametrize("provider", PROGRAMS)
async def test_a_cancelled_agent_leaves_nothing(bench: AgentBench, provider: str) -> None:
    """While its tool runs, for which some ignore TERM."""
    prompt = "Go. [[tool: shell echo running > here; sleep 300]]"

    async with bench.running(
        provider, prompt, model=MODELS.get(provider), permissions="full"
    ) as run:
        await bench.appeared(bench.project / "here")
        run.cancel()

    task = await bench.store.task(run.task.task_id)
    assert (task.status, task.error_kind) == (Status.CANCELLED, ErrorKind.CANCELLED)
    assert of_task(task) == []


@pytest.mark.parametrize("provider", PROGRAMS)
async def test_usage_is_told(bench: AgentBench, provider: str) -> None:
    task = await bench.run(provider, f"Go. {READ}", model=MODELS.get(provider))

    assert task.usage is not None
    assert task.usage["input_tokens"] > 0
    assert task.usage["output_tokens"] > 0
    assert task.usage["tool_calls"] == 1
    assert task.usage["session_id"]


@pytest.mark.parametrize("provider", ["claude"])
async def test_one_that_can_stops_itself_at_its_budget(bench: AgentBench, provider: str) -> None:
    task = await bench.run(provider, f"Go. {READ}", max_cost_usd=0.000001, max_attempts=3)

    assert (task.status, task.error_kind, task.attempt) == (Status.ERROR, ErrorKind.BUDGET, 1)


@pytest.mark.parametrize("provider", PROGRAMS)
async def test_a_prompt_of_a_megabyte_arrives_whole(
    bench: AgentBench, api: ModelApi, provider: str
) -> None:
    marked = "0123456789abcdef" * 62_500  # with the rest codex takes 1,048,576 characters at most

    task = await bench.run(provider, f"Go. {marked} {READ}", model=MODELS.get(provider))

    assert task.severity is Severity.SUCCESS, (task.error, bench.log(task)[-500:])
    assert any(marked in request.prompt for request in api.requests)


@pytest.mark.parametrize("provider", PROGRAMS)
async def test_each_program_tells_its_version_to_the_doctor(
    bench: AgentBench, provider: str
) -> None:
    bench.amend(provider, version_command=("--version",))

    examination = await bench.provider(provider).examine()

    assert examination.program is not None
    assert examination.version is not None
    assert [
        one for one in examination.troubles if one.level == "error" and one.about != "model"
    ] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("provider", PROGRAMS)
async def test_the_whole_catalogue_runs(bench: AgentBench, provider: str, lang: str) -> None:
    """All nine entries, every other one in each language, over one HOME; most at one time."""
    mine = [
        entry for place, entry in enumerate(entries(lang)) if place % 2 == LANGUAGES.index(lang)
    ]
    assert mine
    tasks = [
        await bench.claimed(
            provider,
            f"{entry.task.prompt}\n\n{READ}",
            agent_id=AgentId(entry.slug),
            model=MODELS.get(provider),
            task_name=entry.task.name,
            instructions=entry.instructions if isinstance(entry, Investigator) else "",
            output_format=entry.task.output_format,
        )
        for entry in mine
    ]

    # OpenCode keeps a database in its HOME, and on a busy machine its runs lock each other out.
    together = 1 if provider == "opencode" else len(tasks)
    turn = asyncio.Semaphore(together)

    async def take(task: Task) -> Task:
        async with turn:
            return await bench.take(Run(task=task))

    for task in await asyncio.gather(*map(take, tasks)):
        assert task.severity is Severity.SUCCESS, (task.agent_id, task.error, bench.log(task))
