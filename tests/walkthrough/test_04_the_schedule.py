"""Chapter 4. Each due slot becomes one Task; one that cannot run is recorded with its reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.support.server import Server


def test_slots_fire_by_themselves(server: Server) -> None:
    with server.listen() as stream:
        server.promote("dora", ["echo", "all is well"], schedule="1s")
        first = stream.until("councilor_completed", councilor_id="dora")
        second = stream.until("councilor_completed", councilor_id="dora")
    server.delete("/api/councilors/dora/demote-councilor")

    # Slots are whole seconds apart, however long the runs took.
    tasks = [server.task(event.data["execution_id"]) for event in (first, second)]
    due = [datetime.fromisoformat(task["due_at"]) for task in tasks]
    assert [task["trigger"] for task in tasks] == ["schedule", "schedule"]
    assert due[1] > due[0]
    assert (due[1] - due[0]) % timedelta(seconds=1) == timedelta(0)
    assert tasks[0]["idempotency_key"] == f"dora@{tasks[0]['due_at']}", "one Task per slot"


def test_a_slot_during_a_run_is_skipped_and_said_so(server: Server) -> None:
    with server.listen() as stream:
        server.promote("eva", ["sleep", "300"], schedule="1s")
        run = stream.until("councilor_started", councilor_id="eva")
        skipped = stream.until("councilor_skipped", councilor_id="eva")
    server.delete("/api/councilors/eva/demote-councilor")
    server.post(f"/api/tasks/{run.data['execution_id']}/cancel")

    assert (skipped.data["status"], skipped.data["reason"]) == ("skipped", "overlap")
    # Silence never looks healthy: the slot has a row of its own in the report.
    server.post("/api/councilors/eva/promote-councilor", SEAT)
    [row, *_] = server.get("/api/councilors/eva/councilor-reports")["slots"]
    assert (row["status"], row["skip_reason"]) == ("skipped", "overlap")


SEAT = {
    "councilor_config": {
        "title": "t",
        "schedule": "0 9 * * 1",  # cron works as well: Mondays at nine
        "task": {"name": "n", "prompt": "p"},
    }
}
