"""Chapter 9. Runs are bounded, retried and cancelled; the Task says what happened."""

from __future__ import annotations

from tests.support.server import Server


def test_a_run_that_takes_too_long_is_ended(server: Server) -> None:
    server.promote("kaio", ["sleep", "300"], policies={"timeout_seconds": 0.3})

    task = server.call("kaio")

    assert (task["status"], task["error_kind"]) == ("error", "timeout")
    assert "policies.timeout_seconds" in task["error"], "it says what to do"


def test_a_failed_attempt_is_tried_again(server: Server) -> None:
    flag = server.folder / "once"
    server.promote(
        "lara",
        ["sh", "-c", f"test -e {flag} && echo well && exit; touch {flag}; exit 1"],
        policies={"max_attempts": 2, "retry_backoff_seconds": 0},
    )

    task = server.call("lara")

    assert (task["status"], task["attempt"]) == ("completed", 2)


def test_a_run_is_cancelled(server: Server) -> None:
    server.promote("mia", ["sleep", "300"])
    with server.listen() as stream:
        task_id = server.begin("mia")
        stream.until("councilor_started", execution_id=task_id)

    cancelled = server.post(f"/api/tasks/{task_id}/cancel")

    assert cancelled["task"]["status"] == "cancelled"
