"""The findings of a councilor, as the server tells them over its runs."""

from __future__ import annotations

from pathlib import Path

from tests.support.server import Server, running

REPORT = """
import json, pathlib, sys
found = pathlib.Path("found.txt").read_text().split()
if found == ["crash"]:
    sys.exit("it broke")
more = {"severity": "warning", "file": "a.py", "detail": "d" * 400}
findings = [{"title": one} | more for one in found]
report = {"severity": "warning", "summary": "Seen.", "findings": findings}
print("```json", json.dumps(report), "```", sep="\\n")
"""


def look(server: Server, folder: Path, *found: str) -> str:
    """One run that finds this; the id of the execution."""
    (folder / "found.txt").write_text(" ".join(found))
    task_id: str = server.call("ana")["task_id"]
    return task_id


def test_findings_are_told_with_their_first_and_last_run(tmp_path: Path) -> None:
    (tmp_path / "report.py").write_text(REPORT)
    with running(tmp_path) as server:
        server.promote("ana", ["python3", "report.py"], cwd=str(tmp_path))
        assert server.get("/api/councilors/ana/findings") == {
            "findings": [],
            "left_out": 0,
            "runs_read": 0,
            "newest_task_id": None,
            "oldest_task_id": None,
        }
        first = look(server, tmp_path, "Long", "Leak")
        second = look(server, tmp_path, "Long")
        # What crashed saw nothing, and so closes nothing.
        look(server, tmp_path, "crash")

        answer = server.get("/api/councilors/ana/findings")
        assert (answer["runs_read"], answer["newest_task_id"]) == (2, second)
        long, leak = answer["findings"]
        assert (long["title"], long["open"], long["runs"]) == ("Long", True, 2)
        assert (long["first_task_id"], long["last_task_id"]) == (first, second)
        assert (long["file"], long["detail"]) == ("a.py", "d" * 300)
        assert (leak["title"], leak["open"], leak["last_task_id"]) == ("Leak", False, first)
        assert server.get("/api/agents/ana/findings") == answer

        rows = server.get("/api/tasks", agent_id="ana", results="false")["tasks"]
        assert [row["result"] for row in rows] == [None] * 3

        server.delete("/api/councilors/ana/demote-councilor")
        assert server.get("/api/councilors/ana/findings") == answer
        assert server.api.get("/api/councilors/nobody/findings").status_code == 404
