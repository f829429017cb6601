"""The doctor of a real server: in its environment, with stand-ins of the agent CLIs on its PATH."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.agent_cli import agent_programs
from tests.support.live_server import run
from tests.support.server import Server, config, running

KEYS = ("ANTHROPIC_", "CLAUDE_", "CODEX_", "OPENAI_", "GEMINI_", "GOOGLE_", "OPENROUTER_")


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return agent_programs(tmp_path_factory.mktemp("bin"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, bin_folder: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("doctor")
    home = folder / "home"
    home.mkdir()
    environ = {
        # Nothing that this machine has installed or knows of may decide here.
        **{name: "" for name in os.environ if name.startswith(KEYS)},
        "PATH": f"{bin_folder}:/usr/bin:/bin",
        "HOME": str(home),
        "ANTHROPIC_API_KEY": "key",
        "CONSELHO_MAX_COST_USD_PER_MONTH": "50",
    }
    with running(folder, environ=environ) as server:
        seat(server, "sound", "claude", policies={"max_cost_usd_per_day": 5})
        seat(server, "locked-out", "codex")
        server.promote("program", ["/bin/sh", "-c", "echo hello"])
        yield server


def seat(server: Server, agent_id: str, provider: str, **seat_fields: Any) -> None:
    form = {
        "agent_id": agent_id,
        "name": agent_id.title(),
        "provider": provider,
        "cwd": str(server.folder),
    }
    server.post("/api/agents", form)
    body = {"councilor_config": config(**seat_fields)}
    server.post(f"/api/councilors/{agent_id}/promote-councilor", body)


def doctor(server: Server, *arguments: str) -> tuple[int, Any]:
    done = run("doctor", "--json", "--url", server.url, *arguments)
    assert done.err == ""
    return done.code, json.loads(done.out)


def test_a_server_examines_in_its_own_environment(server: Server, bin_folder: Path) -> None:
    code, document = doctor(server)

    assert code == 1
    assert (document["examined_by"], document["council"]) == ("server", "store")
    providers = {one["name"]: one for one in document["providers"]}
    assert providers["claude"]["program"] == str(bin_folder / "claude")
    assert providers["claude"]["version"]
    assert providers["claude"]["used_by"] == 1
    states = {one["agent_id"]: one["state"] for one in document["councilors"]}
    assert states == {"sound": "ready", "locked-out": "error", "program": "ready"}
    surroundings = document["surroundings"]
    assert surroundings["home"] == str(server.folder / "home")
    assert str(bin_folder) in surroundings["path"]


def test_a_councilor_that_cannot_run_is_told_with_the_cure(server: Server) -> None:
    done = run("doctor", "locked-out", "--url", server.url)

    assert done.code == 1
    assert "locked-out" in done.out
    assert "CODEX_API_KEY" in done.out
    assert "1 of 1 councilor cannot run." in done.out
    assert "sound" not in done.out


def test_sound_councilors_end_with_exit_code_0(server: Server) -> None:
    code, document = doctor(server, "sound", "program")

    assert (code, document["ok"]) == (0, True)
    assert {one["name"] for one in document["providers"]} == {"claude", "command"}


def test_budgets_stand_in_the_checkup(server: Server) -> None:
    _, document = doctor(server)

    assert document["budgets"]["council"]["max_cost_usd_per_month"] == 50
    assert [*document["budgets"]["councilors"]] == ["sound"]


def test_an_unknown_councilor_is_exit_code_4(server: Server) -> None:
    done = run("doctor", "nobody", "--url", server.url)
    assert (done.code, done.err) == (4, "conselho: There is no councilor 'nobody'.\n")


def test_an_unknown_provider_is_refused_with_the_known_ones(server: Server) -> None:
    done = run("doctor", "--provider", "aider", "--url", server.url)
    assert done.code == 2
    assert "claude" in done.err


def test_too_many_ids_are_refused(server: Server) -> None:
    query = "&".join(f"agent_id=a{n}" for n in range(501))
    assert server.api.get(f"/api/doctor?{query}").status_code == 422


def test_a_folder_that_goes_is_found_at_the_next_examination(
    server: Server, tmp_path: Path
) -> None:
    place = tmp_path / "project"
    place.mkdir()
    server.create("mover", ["/bin/sh"], cwd=str(place))
    server.post("/api/councilors/mover/promote-councilor", {"councilor_config": config()})
    assert doctor(server, "mover")[0] == 0
    place.rmdir()
    code, document = doctor(server, "mover")
    assert code == 1
    assert document["councilors"][0]["troubles"][0]["about"] == "cwd"
    server.delete("/api/agents/mover")


def test_an_examination_starts_no_run(server: Server) -> None:
    before = server.get("/api/tasks")["total"]
    doctor(server)
    assert server.get("/api/tasks")["total"] == before


def test_what_a_run_spent_stands_in_usage_and_report(server: Server) -> None:
    prompt = (
        "[[tool: Read README.md]][[usage: input=1000 output=50 cost=0.02]]"
        '[[report: {"severity": "success", "summary": "All is well.", "findings": []}]]'
    )
    spender = config(policies={"max_cost_usd_per_day": 1}, task={"name": "x", "prompt": prompt})
    server.post(
        "/api/agents",
        {
            "agent_id": "spender",
            "name": "Spender",
            "provider": "claude",
            "cwd": str(server.folder),
        },
    )
    server.post("/api/councilors/spender/promote-councilor", {"councilor_config": spender})
    task = server.call("spender")
    assert task["status"] == "completed", task

    usage = run("usage", "spender", "--url", server.url)
    assert usage.code == 0
    head, row, *rest = usage.out.splitlines()
    assert head.split() == "DAY COUNCILOR RUNS IN CACHED OUT TURNS USD".split()
    assert row.split()[1:4] == ["spender", "1", "1,000"]
    assert row.split()[-1] == "0.0200"
    assert "0.0200 of 1.00 USD today" in rest[-1]
    assert "0.98 USD left today" in rest[-1]
    report = run("report", "spender", "--url", server.url)
    assert "cost 0.0200 USD today, 0.0200 this month" in report.out.splitlines()[0]
    server.delete("/api/agents/spender")
