"""Chapter 10. A councilor leaves its seat, and a server comes back: what happened stays."""

from __future__ import annotations

from pathlib import Path

from tests.support.server import Server, config, running


def test_a_demoted_councilor_keeps_its_history(server: Server) -> None:
    server.promote("nina")
    server.call("nina")

    demoted = server.delete("/api/councilors/nina/demote-councilor")["agent"]
    assert demoted["is_councilor"] is False
    assert demoted["stats"]["total_executions"] == 1
    assert server.get("/api/tasks", agent_id="nina")["total"] == 1

    again = server.post("/api/councilors/nina/promote-councilor", {"councilor_config": config()})
    assert again["agent"]["stats"]["total_executions"] == 1


def test_a_killed_server_comes_back_with_everything(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.promote("otto", schedule="1h")
        task_id = server.call("otto")["task_id"]
        next_execution = server.get("/api/agents/otto")["next_execution"]

        server.kill()
        server.start()

        assert server.task(task_id)["status"] == "completed"
        # The countdown goes on where it was: intervals count from the promotion.
        assert server.get("/api/agents/otto")["next_execution"] == next_execution
