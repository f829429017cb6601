"""A server whose council is changed by its files alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conselho.api.roles import ROLES, changes_council
from tests.support.server import Server, running

FILE = """\
---
agent_id: ana
name: Ana
provider: command
command: [echo, fine]
title: Eye
schedule: 1d
task: Look
---

Look around.
"""
SEAT = {"title": "Eye", "schedule": "1d", "task": {"name": "look", "prompt": "Look."}}
REFUSED: list[tuple[str, str, Any]] = [
    ("POST", "/api/agents", {"agent_id": "bia", "name": "Bia", "command": ["true"]}),
    ("PATCH", "/api/agents/ana", {"name": "Bia"}),
    ("DELETE", "/api/agents/ana", None),
    ("POST", "/api/agents/ana/promote-councilor", {"councilor_config": SEAT}),
    ("PATCH", "/api/councilors/ana/councilor-config", {"title": "Ear"}),
    ("DELETE", "/api/councilors/ana/demote-councilor", None),
    ("POST", "/api/council", {"files": [], "base": "/", "prune": True}),
]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("closed")
    (folder / "council").mkdir()
    (folder / "council" / "ana.md").write_text(FILE)
    settings = {"CONSELHO_READ_ONLY_COUNCIL": "true", "CONSELHO_COUNCIL_DIR": "council"}
    with running(folder, environ=settings) as server:
        yield server


@pytest.mark.parametrize(("method", "path", "body"), REFUSED)
def test_nobody_changes_it_from_here(closed: Server, method: str, path: str, body: Any) -> None:
    answer = closed.api.request(method, path, json=body)

    assert answer.status_code == 403
    assert "read_only_council" in answer.json()["detail"]
    assert closed.get("/api/councilors")["agents"][0]["title"] == "Eye"


def test_runs_and_pauses_are_still_to_be_had(closed: Server) -> None:
    run = closed.api.post("/api/councilors/ana/execute-now", params={"wait": 30}).json()
    paused = closed.post("/api/council/pause", {"agent_ids": ["ana"]})

    assert run["execution"]["status"] == "completed"
    assert paused["changed"] == ["ana"]
    assert closed.post("/api/council/resume", {"agent_ids": ["ana"]})["changed"] == ["ana"]


def test_what_counts_as_a_change_is_what_only_an_admin_may_write() -> None:
    changes = {path for method, path in ROLES if changes_council(method, path)}

    assert {path for _, path, _ in REFUSED if "ana" not in path} <= changes
    assert "/api/councilors/{agent_id}/councilor-config" in changes
    assert not any("execute" in path or "tokens" in path or "schedule" in path for path in changes)
