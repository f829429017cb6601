"""Chapter 1. An agent is a catalogue entry; promoted, it is a councilor with a schedule."""

from __future__ import annotations

from tests.support.server import Server


def test_an_agent_is_created_and_promoted(server: Server) -> None:
    # An agent says who it is and what it runs: here any program, as a list of arguments.
    created = server.post(
        "/api/agents",
        {"agent_id": "ana", "name": "Ana", "emoji": "🦉", "command": ["echo", "all is well"]},
    )
    assert created["agent"]["is_councilor"] is False

    # A seat adds a title, a schedule and a task.
    promoted = server.post(
        "/api/councilors/ana/promote-councilor",
        {
            "councilor_config": {
                "title": "Guardiã da casa",
                "schedule": "30m",
                "task": {"name": "Look around", "prompt": "Look around and report."},
            },
            "customization": {"display_name": "Ana Lima", "color": "#8EB8C8"},
        },
    )

    # Nothing runs at promotion: the first run comes with the first slot, half an hour from now.
    councilor = promoted["agent"]
    assert councilor["is_councilor"] is True
    assert councilor["next_execution"] > councilor["updated_at"]
    assert councilor["stats"]["total_executions"] == 0

    # The council lists it.
    council = server.get("/api/councilors", is_councilor="true")
    named = [one["customization"] for one in council["agents"] if one["customization"]]
    assert "Ana Lima" in [one["display_name"] for one in named]
