"""What the older page polls: instances and their figures, metrics, and the lists of tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import Json, Server, eventually, running

STATISTICS = {
    "task_count", "total_execution_time", "average_execution_time", "last_task_duration",
    "last_task_completed_at", "success_count", "error_count", "last_exit_code", "success_rate",
}  # fmt: skip
INSTANCE = {
    "instance_id", "agent_id", "screenplay_id", "emoji", "definition", "position", "status", "cwd",
    "config", "statistics", "created_at", "updated_at", "last_execution",
}  # fmt: skip
METRICS = {
    "totalExecutions", "totalExecutionTime", "averageExecutionTime", "lastExecutionTime",
    "isCurrentlyExecuting",
}  # fmt: skip
EVENT = {
    "execution_id", "agent_id", "agent_name", "agent_emoji", "status", "severity", "summary",
    "duration_ms", "completed_at", "is_councilor", "level",
}  # fmt: skip
DETAILS = {
    "task_id", "agent_id", "agent_name", "agent_emoji", "prompt", "result", "status", "severity",
    "created_at", "completed_at", "duration", "error", "is_councilor",
}  # fmt: skip


@pytest.fixture
def agent_id(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    name = re.sub(r"\W+", "-", request.node.name)[:100]
    yield name
    server.api.delete(f"/api/agents/{name}")


def instance_of(server: Server, agent_id: str) -> Json:
    """As the page finds it: once in the list, then by its id."""
    listed = server.get("/api/agents/instances", limit=500)
    assert (listed["success"], listed["count"]) == (True, len(listed["instances"]))
    [found] = [one for one in listed["instances"] if one["agent_id"] == agent_id]
    answer = server.get(f"/api/agents/instances/{found['instance_id']}")
    assert answer["success"] is True
    instance: Json = answer["instance"]
    assert instance == found
    return instance


def in_utc(text: Any) -> datetime:
    assert isinstance(text, str)
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


# -- instances -------------------------------------------------------------------------------------


def test_each_run_raises_the_task_count_of_the_councilors_instance(
    server: Server, agent_id: str
) -> None:
    server.promote(agent_id)
    counts = [instance_of(server, agent_id)["statistics"]["task_count"]]
    for _ in range(2):
        server.call(agent_id)
        counts.append(instance_of(server, agent_id)["statistics"]["task_count"])

    assert counts == [0, 1, 2]


def test_an_instance_before_the_first_run(server: Server, agent_id: str) -> None:
    server.promote(agent_id, emoji="🦉", description="Sees at night.")

    instance = instance_of(server, agent_id)

    assert instance.keys() >= INSTANCE
    assert instance["statistics"].keys() == STATISTICS
    assert instance["statistics"] | {"success_rate": 0} == {
        **dict.fromkeys(STATISTICS, 0),
        **dict.fromkeys(("last_task_duration", "last_task_completed_at", "last_exit_code"), None),
    }
    assert (instance["status"], instance["last_execution"]) == ("pending", None)
    assert instance["definition"] == {
        "title": agent_id.title(),
        "description": "Sees at night.",
        "unicode": "🦉",
    }
    assert instance["position"].keys() == {"x", "y"}
    in_utc(instance["created_at"])


def test_the_figures_of_an_instance_are_those_of_its_runs(server: Server, agent_id: str) -> None:
    server.promote(agent_id, ["sh", "-c", "echo broken; exit 3"])
    ran = [server.call(agent_id) for _ in range(2)]

    instance = instance_of(server, agent_id)

    figures = instance["statistics"]
    total = sum(row["duration"] for row in ran) * 1000
    assert figures["total_execution_time"] == pytest.approx(total, abs=2)
    assert figures["average_execution_time"] == pytest.approx(total / 2, abs=2)
    assert figures["last_task_duration"] == pytest.approx(ran[1]["duration"] * 1000, abs=1)
    assert figures["last_task_completed_at"] == ran[1]["completed_at"]
    assert (figures["success_count"], figures["error_count"]) == (0, 2)
    assert (figures["success_rate"], figures["last_exit_code"]) == (0.0, 3)
    assert instance["status"] == "error"
    assert instance["last_execution"] == ran[1]["created_at"]


def test_an_instance_runs_while_its_councilor_does(
    server: Server, agent_id: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    server.promote(agent_id, ["sh", "-c", f"while ! test -e '{gate}'; do sleep 0.02; done; echo a"])
    with server.listen() as stream:
        task_id = server.begin(agent_id)
        stream.until("councilor_started", execution_id=task_id)
        during = instance_of(server, agent_id)
        metrics = server.get("/api/agents/metrics")[agent_id]
        processing = server.get("/api/tasks/processing")
        gate.touch()
        stream.until("councilor_completed", execution_id=task_id)

    assert (during["status"], during["statistics"]["task_count"]) == ("running", 0)
    assert metrics["isCurrentlyExecuting"] is True
    assert (processing["success"], processing["count"]) == (True, len(processing["tasks"]))
    assert processing["total"] >= 1
    [task] = [one for one in processing["tasks"] if one["agent_id"] == agent_id]
    assert task["instance_id"] == during["instance_id"]
    assert (task["_id"], task["status"]) == (task_id, "processing")
    in_utc(task["created_at"])
    assert instance_of(server, agent_id)["status"] == "completed"
    assert server.get("/api/agents/metrics")[agent_id]["isCurrentlyExecuting"] is False


def test_what_a_client_has_an_agent_do_counts_for_no_instance(
    server: Server, agent_id: str
) -> None:
    server.promote(agent_id)
    server.call(agent_id)
    before = instance_of(server, agent_id)

    server.post(f"/api/agents/{agent_id}/execute", {"input_text": "Something else"})

    assert instance_of(server, agent_id) == before
    assert server.get("/api/agents/metrics")[agent_id]["totalExecutions"] == 1


def test_the_list_of_instances_can_be_cut_and_sorted(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        for agent_id in ("ana", "bia", "caio"):
            server.promote(agent_id)
        server.create("davi")
        server.call("bia")

        def ids(**query: Any) -> list[str]:
            answer = server.get("/api/agents/instances", **query)
            return [one["agent_id"] for one in answer["instances"]]

        assert ids() == ["caio", "bia", "ana"], "the newest first, and none without a seat"
        assert ids(sort="created_at") == ["ana", "bia", "caio"]
        assert ids(sort="-agent_id", limit=1, offset=1) == ["bia"]
        assert ids(agent_id="ana") == ["ana"]
        assert ids(status="completed") == ["bia"]
        assert ids(include_deleted="true") == ["caio", "bia", "ana"]
        assert server.get("/api/agents/instances", limit=2)["total"] == 3
        for query in ({"limit": 0}, {"limit": 501}, {"sort": "color"}, {"status": "lost"}):
            refused = server.api.get("/api/agents/instances", params=query)
            assert refused.status_code == 422
            assert isinstance(refused.json()["detail"], str)


def test_an_instance_that_is_not_there(server: Server, agent_id: str) -> None:
    server.create(agent_id)

    for path in (f"instances/councilor_{agent_id}", "instances/nobody", "context/nobody"):
        assert server.api.get(f"/api/agents/{path}").status_code == 404


def test_a_run_that_is_told_again_is_not_counted_again(server: Server, agent_id: str) -> None:
    server.promote(agent_id)
    server.call(agent_id)
    before = instance_of(server, agent_id)
    path = f"/api/agents/instances/{before['instance_id']}/statistics"

    answer = server.patch(path, {"task_duration": 1500, "exit_code": 0, "increment_count": True})

    assert answer["success"] is True
    assert answer["message"]
    assert answer["instance_id"] == before["instance_id"]
    assert answer["statistics"] == before["statistics"]
    assert server.api.patch(path, json={"task_duration": -1}).status_code == 422
    nobody = "/api/agents/instances/nobody/statistics"
    assert server.api.patch(nobody, json={"task_duration": 1}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "instances"),
        ("PATCH", "instances/councilor_x"),
        ("PATCH", "instances/councilor_x/cwd"),
        ("DELETE", "instances/councilor_x"),
    ],
)
def test_instances_are_not_made_by_hand_and_that_is_said(
    server: Server, method: str, path: str
) -> None:
    response = server.api.request(method, f"/api/agents/{path}", json={})

    assert response.status_code == 405
    assert "derived" in response.json()["detail"]


def test_the_context_of_an_instance(server: Server, agent_id: str) -> None:
    server.promote(agent_id, instructions="You are careful.", cwd="/")
    first, second = (server.call(agent_id)["task_id"] for _ in range(2))

    context = server.get(f"/api/agents/context/councilor_{agent_id}")

    assert context["persona"] == "You are careful."
    assert context["operating_procedure"] == "Look around and report."
    assert context["cwd"] == "/"
    assert [one["execution_id"] for one in context["history"]] == [first, second]


# -- metrics ---------------------------------------------------------------------------------------


def test_metrics_are_keyed_by_agent_and_rise_with_each_run(server: Server, agent_id: str) -> None:
    server.promote(agent_id)
    before = server.get("/api/agents/metrics")[agent_id]
    ran = server.call(agent_id)

    after = server.get("/api/agents/metrics")[agent_id]

    assert before.keys() == after.keys() == METRICS
    assert (before["totalExecutions"], after["totalExecutions"]) == (0, 1)
    assert before["lastExecutionTime"] is None
    assert after["lastExecutionTime"] == ran["created_at"]
    assert after["totalExecutionTime"] == after["averageExecutionTime"]
    assert after["totalExecutionTime"] == pytest.approx(ran["duration"] * 1000, abs=1)


# -- tasks -----------------------------------------------------------------------------------------


def test_the_list_of_tasks_has_the_envelope_of_the_page(server: Server, agent_id: str) -> None:
    server.promote(agent_id)
    ids = [server.call(agent_id)["task_id"] for _ in range(3)]

    def told(**query: Any) -> list[str]:
        answer = server.get("/api/tasks", agent_id=agent_id, **query)
        assert (answer["success"], answer["count"]) == (True, len(answer["tasks"]))
        assert answer["total"] == 3
        return [task["task_id"] for task in answer["tasks"]]

    assert told() == told(sort="-created_at") == ids[::-1]
    assert told(sort="created_at") == ids
    assert told(limit=1, offset=1) == told(limit=1, offset=1, sort="created_at") == [ids[1]]
    assert told(limit=2, offset=2, sort="created_at") == [ids[2]]
    assert told(offset=9, sort="created_at") == []
    assert told(status="completed") == ids[::-1]
    refused = server.api.get("/api/tasks", params={"sort": "color"})
    assert refused.status_code == 422


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"offset": -1}, {"sort": "x"}])
def test_processing_takes_the_same_bounds(server: Server, query: Json) -> None:
    assert server.api.get("/api/tasks/processing", params=query).status_code == 422


def test_the_events_of_tasks(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        nothing = server.get("/api/tasks/events")
        server.promote("ana", ["sh", "-c", "printf '%300s' x"], emoji="🦉")
        server.promote("bia", ["sh", "-c", "exit 3"])
        server.promote("caio", ["true"])
        server.create("davi", ["cat"])
        ana, bia, caio = (server.call(one) for one in ("ana", "bia", "caio"))
        asked = server.post("/api/agents/davi/execute", {"input_text": "Hello."})

        def told(**query: Any) -> list[Json]:
            answer = server.get("/api/tasks/events", **query)
            assert (answer["success"], answer["count"]) == (True, len(answer["events"]))
            events: list[Json] = answer["events"]
            return events

        def ids(**query: Any) -> list[str]:
            return [event["data"]["execution_id"] for event in told(**query)]

        all_ids = [asked["execution_id"], caio["task_id"], bia["task_id"], ana["task_id"]]
        assert nothing == {"success": True, "count": 0, "events": []}
        assert ids() == ids(limit=50) == all_ids, "what ended last comes first"
        assert ids(limit=2) == all_ids[:2]
        assert ids(include_regular="false") == all_ids[1:]
        assert ids(include_councilors="false") == all_ids[:1]
        assert ids(include_councilors="false", include_regular="false") == []
        for limit in (0, 201):
            refused = server.api.get("/api/tasks/events", params={"limit": limit})
            assert refused.status_code == 422

        by_id = {event["data"]["execution_id"]: event for event in told()}
        long, failed = by_id[ana["task_id"]], by_id[bia["task_id"]]
        plain, silent = by_id[asked["execution_id"]], by_id[caio["task_id"]]
        assert all(event["data"].keys() == EVENT for event in by_id.values())
        assert long["type"] == "agent_execution_completed"
        ended_at = in_utc(ana["completed_at"]).timestamp()
        assert long["timestamp"] == pytest.approx(ended_at * 1000, abs=1)
        assert isinstance(long["timestamp"], int)
        assert (long["data"]["agent_name"], long["data"]["agent_emoji"]) == ("Ana", "🦉")
        assert (long["data"]["is_councilor"], long["data"]["level"]) == (True, "result")
        assert failed["type"] == "agent_execution_error"
        assert (failed["data"]["status"], failed["data"]["severity"]) == ("error", "error")
        assert (plain["data"]["is_councilor"], plain["data"]["level"]) == (False, "debug")
        assert plain["data"]["summary"] == "Hello."
        assert silent["data"]["summary"], "a fixed text when nothing was said"


def test_events_reach_beyond_what_is_read_at_one_time(server: Server, agent_id: str) -> None:
    """Reported in the order of their ends, and told so, however they began."""
    server.create(agent_id)
    for second in range(60):
        body = {
            "execution_id": f"{agent_id}-{second}",
            "councilor_id": agent_id,
            "started_at": f"2025-01-01T00:00:{59 - second:02}Z",
            "completed_at": f"2025-01-01T00:01:{second:02}Z",
            "status": "completed",
        }
        server.post("/api/councilors/executions", body)

    events = server.get("/api/tasks/events", limit=200)["events"]

    mine = [event["data"] for event in events if event["data"]["agent_id"] == agent_id]
    assert [one["execution_id"] for one in mine] == [f"{agent_id}-{n}" for n in range(59, -1, -1)]


def test_a_long_result_is_cut_in_the_summary_of_an_event(server: Server, agent_id: str) -> None:
    server.create(agent_id, ["cat"])
    asked = server.post(f"/api/agents/{agent_id}/execute", {"input_text": "x" * 201})

    [event] = [
        event
        for event in server.get("/api/tasks/events", limit=200)["events"]
        if event["data"]["execution_id"] == asked["execution_id"]
    ]

    assert event["data"]["summary"] == "x" * 200 + "..."


def test_what_runs_is_not_among_the_events(server: Server, agent_id: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    server.promote(agent_id, ["sh", "-c", f"while ! test -e '{gate}'; do sleep 0.02; done; echo a"])
    task_id = server.begin(agent_id)

    def told() -> bool:
        events = server.get("/api/tasks/events", limit=200)["events"]
        return task_id in [event["data"]["execution_id"] for event in events]

    assert not told()
    gate.touch()
    eventually(told, "it is told when it has ended")


def test_the_details_of_a_task(server: Server, agent_id: str) -> None:
    server.promote(agent_id, emoji="🦉")
    ran = server.call(agent_id)

    answer = server.get(f"/api/tasks/{ran['task_id']}/details")

    details = answer["task"]
    assert answer["success"] is True
    assert details.keys() == DETAILS
    assert details["task_id"] == ran["task_id"]
    assert re.fullmatch(r"[0-9a-f]{24}", ran["task_id"])
    assert (details["agent_name"], details["agent_emoji"]) == (agent_id.title(), "🦉")
    assert details["prompt"] == "Look around and report."
    assert (details["result"], details["error"]) == ("all is well\n", None)
    assert (details["status"], details["severity"]) == ("completed", "success")
    assert details["duration"] == ran["duration"], "in seconds"
    assert details["is_councilor"] is True
    assert server.api.get("/api/tasks/nothing/details").status_code == 404


def test_the_details_of_an_execution_that_an_older_system_named(
    server: Server, agent_id: str
) -> None:
    server.create(agent_id)
    execution_id = f"exec_{agent_id}_1761400000"
    body = {
        "execution_id": execution_id,
        "councilor_id": agent_id,
        "started_at": "2025-10-25T13:46:40",
        "status": "completed",
    }
    server.post("/api/councilors/executions", body)

    details = server.get(f"/api/tasks/{execution_id}/details")["task"]

    assert (details["task_id"], details["prompt"]) == (execution_id, None)
    assert details["completed_at"] == "2025-10-25T13:46:40Z"


def test_the_severity_in_the_details_is_info_while_there_is_none(
    server: Server, agent_id: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    server.promote(agent_id, ["sh", "-c", f"while ! test -e '{gate}'; do sleep 0.02; done"])
    task_id = server.begin(agent_id)

    details = server.get(f"/api/tasks/{task_id}/details")["task"]
    gate.touch()

    assert (details["severity"], details["completed_at"], details["duration"]) == (
        "info",
        None,
        None,
    )
