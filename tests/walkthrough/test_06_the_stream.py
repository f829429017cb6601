"""Chapter 6. Clients follow events as they happen, and resume where they stopped."""

from __future__ import annotations

from tests.support.server import Server


def test_a_client_follows_a_run_and_resumes_later(server: Server) -> None:
    server.promote("hugo", ["echo", "all is well"])

    # A snapshot says from which event on to follow, so that nothing falls between the two.
    resume_point = server.get("/api/councilors")["last_event_id"]
    server.call("hugo")

    with server.listen(resume_point) as stream:
        started = stream.until("councilor_started", councilor_id="hugo")
        completed = stream.until("councilor_completed", councilor_id="hugo")
    assert completed.data["severity"] == "success"
    assert completed.data["summary"] == "all is well"

    # A client that was away says what it heard last, and gets the rest: no gap, no double.
    with server.listen(started.event_id) as stream:
        again = stream.until("councilor_completed", councilor_id="hugo")
    assert again == completed
