"""Chapter 5. A councilor is paused, resumed and edited; the schedule obeys at once."""

from __future__ import annotations

from tests.support.server import Server


def test_a_councilor_is_paused_and_resumed(server: Server) -> None:
    server.promote("fabio", schedule="1h")

    paused = server.patch("/api/agents/fabio/councilor-schedule", {"enabled": False})
    assert paused["schedule"]["enabled"] is False
    assert server.get("/api/agents/fabio")["next_execution"] is None

    server.patch("/api/agents/fabio/councilor-schedule", {"enabled": True})
    assert server.get("/api/agents/fabio")["next_execution"] is not None


def test_an_edit_names_only_what_changes(server: Server) -> None:
    server.promote("gil", schedule="1h")

    edited = server.patch(
        "/api/councilors/gil/councilor-config",
        {"title": "Inspetor", "schedule": {"value": "45m"}, "policies": {"max_attempts": 3}},
    )["agent"]

    seat = edited["councilor_config"]
    assert (seat["title"], seat["schedule"]["value"]) == ("Inspetor", "45m")
    assert seat["task"]["name"] == "look around", "what was not named stayed"
    jobs = {job["id"]: job for job in server.get("/api/councilors/scheduler/jobs")["jobs"]}
    assert jobs["gil"]["trigger"] == "interval[0:45:00]"
