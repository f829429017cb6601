"""Chapter 2. A councilor can be called at any time; each run is a Task in the store."""

from __future__ import annotations

from tests.support.server import Server


def test_a_councilor_is_called_and_reports(server: Server) -> None:
    server.promote("bento", ["sh", "-c", "echo Two files are too long.; exit 0"])

    # Without `wait` the answer comes at once; with it, when the run has ended.
    answer = server.post("/api/councilors/bento/execute-now", wait=30)
    execution = answer["execution"]
    assert execution["status"] == "completed"
    assert execution["output"] == "Two files are too long.\n"

    # The same run stands in the list of all tasks, with everything that is known of it.
    task = server.get(f"/api/tasks/{execution['execution_id']}")
    assert (task["trigger"], task["attempt"], task["exit_code"]) == ("manual", 1, 0)

    # What it printed is kept as a log.
    log = server.api.get(f"/api/tasks/{task['task_id']}/log")
    assert log.text == "Two files are too long.\n"
