"""Chapter 8. Reports of one councilor, figures of the whole council: all derived from the tasks."""

from __future__ import annotations

from tests.support.server import Server


def test_a_report_and_the_figures_agree_with_the_runs(server: Server) -> None:
    flag = server.folder / "ill"
    server.promote("jana", ["sh", "-c", f"test -e {flag} && exit 1; echo well"])
    before = server.get("/api/kpis")["today"]

    server.call("jana")
    flag.touch()
    server.call("jana")

    report = server.get("/api/agents/jana/councilor-reports", limit=10)["report"]
    assert [run["severity"] for run in report["recent_executions"]] == ["error", "success"]
    assert (report["total_executions"], report["success_rate"]) == (2, 50.0)

    today = server.get("/api/kpis")["today"]
    assert today["runs"] == before["runs"] + 2
    assert today["error"] == before["error"] + 1
