"""A server alone on its machine that stood still for longer than its own leases."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from tests.support.server import eventually, running

LEASE_SECONDS = 1.0


def test_it_goes_on_with_the_run_that_nobody_else_could_have_begun(tmp_path: Path) -> None:
    began, gate = tmp_path / "began", tmp_path / "may-end"
    script = f"echo $$ >> {began}; until [ -e {gate} ]; do sleep 0.05; done; echo all is well"
    environ = {"CONSELHO_LEASE_SECONDS": "1", "CONSELHO_RENEW_SECONDS": "0.3"}
    with running(tmp_path, environ=environ | {"CONSELHO_SWEEP_SECONDS": "0.1"}) as server:
        server.promote("ana", ["sh", "-c", script], policies={"max_attempts": 2})
        task_id = server.begin("ana")
        eventually(began.exists, "it runs")

        server.signal(signal.SIGSTOP)
        until = time.monotonic() + 3 * LEASE_SECONDS
        eventually(lambda: time.monotonic() >= until, "its lease has ended")
        server.signal(signal.SIGCONT)
        eventually(lambda: server.get("/readyz")["status"] == "ready", "it is awake")
        gate.touch()

        def row() -> str:
            status: str = server.task(task_id)["status"]
            return status

        eventually(lambda: row() not in ("pending", "processing"), "it ends")
        ended = server.task(task_id)
    assert (ended["status"], ended["attempt"]) == ("completed", 1)
    assert len(began.read_text().split()) == 1
