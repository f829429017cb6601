"""Agents of a real server: over the API and the command line, with the stand-ins on its PATH."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from tests.support import live_server
from tests.support.agent_bench import KEYS, SPECS
from tests.support.agent_cli import agent_programs
from tests.support.server import Server, config, eventually, running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

CLIS = list(SPECS)
TOOL = "[[tool: Read README.md]]"
SUCCESS = '[[report: {"severity": "success", "summary": "All is well.", "findings": []}]]'
# Ignores TERM itself, and so does what it has started.
STUBBORN = "[[ignore TERM]][[child in own session: ignore TERM]][[hang]]"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture
def server(shared: Server) -> Iterator[Server]:
    """One for all tests that only use it; each begins without agents."""
    yield shared
    for agent_id in ("ana", *CLIS):
        shared.api.delete(f"/api/agents/{agent_id}")


def serving(folder: Path) -> AbstractContextManager[Server]:
    """A server whose PATH leads to the stand-ins, with a project for agents to work in."""
    (folder / "project").mkdir()
    (folder / "home").mkdir()
    programs = agent_programs(folder / "bin")
    path = os.pathsep.join([str(programs), "/usr/bin", "/bin"])
    environ = KEYS | {"PATH": path, "HOME": str(folder / "home")}
    return running(folder, environ=environ)


def seat(server: Server, provider: str, prompt: str, **policies: Any) -> str:
    """A councilor of that provider with this prompt; its id is the provider's name."""
    form = {
        "agent_id": provider,
        "name": provider.title(),
        "provider": provider,
        "cwd": str(server.folder / "project"),
    }
    if provider == "opencode":
        form["model"] = "anthropic/claude-opus-4-8"
    server.post("/api/agents", form)
    task = {"name": "look around", "prompt": prompt}
    body = {"councilor_config": config(policies=policies, task=task)}
    server.post(f"/api/councilors/{provider}/promote-councilor", body)
    return provider


def lines_until(lines: Iterator[str], words: str) -> list[str]:
    """The lines up to the first that holds these words."""
    found: list[str] = []
    for line in lines:
        found.append(line)
        if words in line:
            return found
    raise AssertionError(f"the log ended without {words!r}: {found}")


def works(server: Server, processes: int) -> bool:
    """Whether so many children of the server's runs are there."""
    return len(of_runs(server)) == processes


def of_runs(server: Server) -> list[psutil.Process]:
    found = []
    for process in server.processes():
        try:
            if "CONSELHO_TASK_ID" in process.environ():
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def is_alive(process: psutil.Process) -> bool:
    """A zombie is not: who adopted it has to reap it, and that is not always the new server."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


# -- a run -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", CLIS)
def test_an_agent_runs_from_a_call_to_its_verdict(server: Server, provider: str) -> None:
    prompt = f"Look. {TOOL}[[deny: Bash touch x]][[usage: input=10 output=5 cost=0.02]]{SUCCESS}"
    seat(server, provider, prompt)

    row = server.call(provider)

    assert (row["status"], row["severity"]) == ("completed", "warning"), row["error"]
    assert row["verdict"]["summary"] == "All is well."
    assert len(row["permission_denied"]) == 1
    assert row["usage"]["input_tokens"] == 10
    assert row["sent_prompt"].startswith("# Task: look around")
    assert "All is well." in row["result"]
    assert '"type"' not in server.api.get(f"/api/tasks/{row['task_id']}/log").text


def test_an_agent_that_fails_says_why_on_its_row_and_in_the_stream(server: Server) -> None:
    seat(server, "codex", "[[error: 401 who are you]]", max_attempts=3)

    with server.listen() as stream:
        row = server.call("codex")
        heard = stream.until("councilor_error", councilor_id="codex")

    assert (row["status"], row["error_kind"], row["attempt"]) == ("error", "provider", 1)
    assert row["error_cause"] == "authentication"
    assert "who are you" in row["error"]
    assert heard.data["error"] == row["error"]


# -- the live log ----------------------------------------------------------------------------------


def test_the_log_is_followed_over_the_api_while_the_agent_works(server: Server) -> None:
    seat(server, "claude", f"[[say: I begin]]{TOOL}[[wait for: go-api]]{SUCCESS}")
    task_id = server.begin("claude")

    with server.api.stream("GET", f"/api/tasks/{task_id}/log", params={"follow": 1}) as response:
        lines = response.iter_lines()
        first = lines_until(lines, "README.md")
        assert server.task(task_id)["status"] == "processing"
        (server.folder / "project" / "go-api").touch()
        rest = list(lines)

    assert "I begin" in first
    assert any("All is well." in line for line in rest)
    assert not [line for line in [*first, *rest] if '"type"' in line]
    assert server.task(task_id)["status"] == "completed"


def test_the_log_is_followed_on_the_command_line_while_the_agent_works(server: Server) -> None:
    seat(server, "gemini", f"[[say: I begin]]{TOOL}[[wait for: go-cli]][[say: Done.]]{SUCCESS}")
    task_id = server.begin("gemini")

    with live_server.start("logs", "-f", task_id, "--url", server.url) as command:
        lines = live_server.Lines(command)
        lines.until("README.md")
        assert server.task(task_id)["status"] == "processing"
        (server.folder / "project" / "go-cli").touch()
        lines.until("Done.")
        assert command.wait(live_server.DEADLINE_SECONDS) == 0


# -- an end before the end -------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["api", "cli"])
def test_a_cancelled_agent_that_ignores_term_is_gone_with_its_tools(
    server: Server, way: str
) -> None:
    seat(server, "opencode", STUBBORN)
    task_id = server.begin("opencode")
    eventually(lambda: works(server, 2), "the agent and its tool run")

    if way == "api":
        answer = server.post(f"/api/tasks/{task_id}/cancel")
        assert answer["message"] == "The execution is cancelled.", "it was over in time"
    else:
        done = live_server.run("cancel", task_id, "--url", server.url)
        assert (done.code, done.err) == (0, "")
        assert "The execution is cancelled." in done.out

    row = server.task(task_id)
    assert (row["status"], row["error_kind"]) == ("cancelled", "cancelled")
    assert of_runs(server) == []


def test_nothing_of_an_agent_outlives_a_killed_server_and_its_restart(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        task_ids = [server.begin(seat(server, provider, STUBBORN)) for provider in CLIS]
        eventually(lambda: works(server, 2 * len(CLIS)), "the agents and their tools run")
        before = of_runs(server)

        server.kill()
        server.start()

        rows = [server.task(task_id) for task_id in task_ids]  # answered when all is settled
        assert [process for process in before if is_alive(process)] == []
        assert [row["error_kind"] for row in rows] == ["worker_lost"] * len(CLIS)


# -- what is refused -------------------------------------------------------------------------------


def test_an_unknown_provider_is_refused_with_the_known_ones(server: Server) -> None:
    form = {"agent_id": "ana", "name": "Ana", "provider": "gemeni"}

    response = server.api.post("/api/agents", json=form)

    assert response.status_code == 422
    detail = response.json()["detail"]
    for name in ("command", *CLIS):
        assert name in detail
    assert "Did you mean 'gemini'" in detail


def test_a_prompt_of_more_than_ten_thousand_characters_is_refused(server: Server) -> None:
    server.post("/api/agents", {"agent_id": "ana", "name": "Ana", "provider": "claude"})

    def promoted(prompt: str) -> Any:
        body = {"councilor_config": config(task={"name": "look", "prompt": prompt})}
        return server.api.post("/api/councilors/ana/promote-councilor", json=body)

    refused, accepted = promoted("x" * 10_001), promoted("x" * 10_000)

    assert refused.status_code == 422
    assert "10000" in refused.json()["detail"].replace(",", "").replace("_", "")
    assert accepted.status_code == 200


def test_a_program_that_is_not_installed_is_told_with_how_to_get_it(server: Server) -> None:
    seat(server, "codex", SUCCESS)
    (server.folder / "bin" / "codex").unlink()

    try:
        row = server.call("codex")
    finally:
        agent_programs(server.folder / "bin")

    assert (row["status"], row["error_kind"]) == ("error", "preflight")
    assert "Install it with `npm install -g @openai/codex`." in row["error"]
