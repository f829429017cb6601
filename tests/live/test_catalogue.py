"""The shipped catalogue over HTTP, as the page's promote form reads it."""

from __future__ import annotations

import pytest

from conselho.services.catalogue import document
from tests.support.server import Server


@pytest.mark.parametrize(
    ("query", "lang"),
    [({}, "en"), ({"lang": "en"}, "en"), ({"lang": "pt-BR"}, "pt-BR"), ({"lang": "pt"}, "pt-BR")],
)
def test_the_catalogue_is_sent_whole_in_the_language_asked_for(
    server: Server, query: dict[str, str], lang: str
) -> None:
    answer = server.get("/api/catalogue", **query)

    assert answer == document(lang)
    assert len(answer["templates"]) == 5
    assert len(answer["investigators"]) == 4


def test_a_language_of_senseless_length_is_refused(server: Server) -> None:
    response = server.api.get("/api/catalogue", params={"lang": "x" * 41})
    assert response.status_code == 422
    assert response.json()["detail"] == "query.lang: must have at most 40 characters"


def test_a_template_becomes_the_task_of_an_agent_of_ones_own(server: Server) -> None:
    template = server.get("/api/catalogue", lang="pt-BR")["templates"][0]
    server.create("ana")
    task = {name: template[name] for name in ("name", "prompt", "output_format")}
    config = {"title": template["title"], "schedule": template["schedule"], "task": task}

    answer = server.post("/api/councilors/ana/promote-councilor", {"councilor_config": config})

    seat = answer["agent"]["councilor_config"]
    assert seat["task"]["prompt"] == template["prompt"]
    assert seat["task"]["output_format"] == template["output_format"]
    assert seat["schedule"]["value"] == template["schedule"]["value"]
    server.delete("/api/agents/ana")


def test_an_investigator_is_created_and_promoted_as_it_is(server: Server) -> None:
    auditor = server.get("/api/catalogue", lang="en")["investigators"][-1]
    names = ("agent_id", "name", "emoji", "description", "instructions")
    agent = {name: auditor[name] for name in names}
    server.post("/api/agents", agent | {"provider": "command", "command": ["true"]})
    config = {name: auditor[name] for name in ("title", "schedule", "task")}

    path = f"/api/councilors/{auditor['agent_id']}/promote-councilor"
    answer = server.post(path, {"councilor_config": config})

    assert answer["agent"]["agent_id"] == "security-auditor"
    assert answer["agent"]["councilor_config"]["task"]["prompt"] == auditor["task"]["prompt"]
    server.delete("/api/agents/security-auditor")
