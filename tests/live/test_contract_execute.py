"""Older pages run agents by themselves: what they are answered, and that nothing runs twice."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import DEADLINE_SECONDS, Json, Server, config, eventually, running

PREFIXES = ["/api/councilors", "/api/agents"]
PROMPT = "Look around and report."
ECHO = ["cat"]


@pytest.fixture
def agent_id(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    name = re.sub(r"\W+", "-", request.node.name)[:100]
    yield name
    server.api.delete(f"/api/agents/{name}")


def execute(server: Server, agent_id: str, text: str = PROMPT, **fields: Any) -> Json:
    """As the older page posts it."""
    body = {"input_text": text, "instance_id": "instance-1761400000000-a1b2c3d4e"}
    body |= {"context_mode": "stateless"} | fields
    answer: Json = server.post(f"/api/agents/{agent_id}/execute", body)
    return answer


def runs(server: Server, agent_id: str) -> list[Json]:
    rows: list[Json] = server.get("/api/tasks", agent_id=agent_id, limit=500)["tasks"]
    return [row for row in rows if row["status"] not in ("skipped", "missed")]


# -- a prompt of the client's own ------------------------------------------------------------------


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_agent_without_a_seat_answers_a_prompt(
    server: Server, agent_id: str, prefix: str
) -> None:
    server.create(agent_id, ECHO)

    answer = server.post(f"{prefix}/{agent_id}/execute", {"input_text": "Is all well?"})

    assert answer["success"] is True
    assert (answer["status"], answer["result"]) == ("success", "Is all well?")
    assert (answer["context_mode"], answer["coalesced"]) == ("stateless", False)
    assert answer["instance_id"].startswith("instance-")
    task = server.task(answer["execution_id"])
    assert (task["trigger"], task["is_councilor_execution"]) == ("api", False)
    assert task["instance_id"] == answer["instance_id"]
    assert task["prompt"] == "Is all well?"


def test_a_councilors_agent_answers_a_prompt_that_is_not_its_task(
    server: Server, agent_id: str
) -> None:
    server.promote(agent_id, ECHO)

    first = execute(server, agent_id, "Something else")
    second = execute(server, agent_id, "Something else")

    assert [first["result"], second["result"]] == ["Something else"] * 2
    assert first["execution_id"] != second["execution_id"]
    report = server.get(f"/api/councilors/{agent_id}/councilor-reports")
    assert (report["total_executions"], report["recent_executions"]) == (0, [])
    assert server.get(f"/api/agents/{agent_id}")["recent"] == []
    assert server.get(f"/api/councilors/{agent_id}/councilor-reports/latest") is None


def test_what_the_client_names_is_given_back(server: Server, agent_id: str) -> None:
    server.create(agent_id, ECHO)

    answer = execute(server, agent_id, "a", instance_id="instance-1-x", context_mode="stateful")

    assert (answer["instance_id"], answer["context_mode"]) == ("instance-1-x", "stateful")
    assert answer["warnings"] == []


def test_where_and_with_what_an_agent_runs_is_not_the_clients_choice(
    server: Server, agent_id: str
) -> None:
    server.create(agent_id, ["pwd"])

    answer = execute(server, agent_id, "a", cwd="/", ai_provider="claude", position={"x": 1})

    assert answer["result"].strip() != "/"
    assert [warning.partition(":")[0] for warning in answer["warnings"]] == ["cwd", "ai_provider"]


def test_a_failed_execution_says_so_in_the_words_of_the_page(server: Server, agent_id: str) -> None:
    server.create(agent_id, ["sh", "-c", "echo broken; exit 3"])

    answer = execute(server, agent_id, "a")

    assert (answer["success"], answer["status"]) == (False, "error")
    assert "broken" in answer["result"]
    assert answer["error"]


@pytest.mark.parametrize("body", [{}, {"input_text": ""}, {"input_text": "  \n"}])
def test_an_empty_prompt_is_a_400(server: Server, agent_id: str, body: Json) -> None:
    server.create(agent_id)

    response = server.api.post(f"/api/agents/{agent_id}/execute", json=body)

    assert response.status_code == 400
    assert "input_text" in response.json()["detail"]
    assert [error["field"] for error in response.json()["errors"]] == ["input_text"]


def test_an_unknown_agent_is_a_404(server: Server) -> None:
    response = server.api.post("/api/agents/nobody/execute", json={"input_text": "a"})

    assert response.status_code == 404
    assert "nobody" in response.json()["detail"]


def test_who_does_not_wait_is_told_where_the_result_will_be(
    server: Server, agent_id: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    server.create(agent_id, waiting_for(gate))

    answer = server.post(f"/api/agents/{agent_id}/execute", {"input_text": "a"}, wait=0)

    assert (answer["success"], answer["status"]) == (False, "error")
    assert answer["execution_id"] in answer["result"]
    gate.touch()
    ended = eventually(
        lambda: (row := server.task(answer["execution_id"]))["status"] == "completed" and row,
        "the run goes on without its client",
    )
    assert ended["result"].strip() == "done"


def waiting_for(gate: Path) -> list[str]:
    return ["sh", "-c", f"while ! test -e '{gate}'; do sleep 0.02; done; echo done"]


# -- the councilor's own task ----------------------------------------------------------------------


def test_a_task_that_runs_is_waited_for_and_not_run_again(
    server: Server, agent_id: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    server.promote(agent_id, waiting_for(gate))
    active = server.begin(agent_id)
    before = coalesced(server)

    with ThreadPoolExecutor(2) as pages:
        asked = [pages.submit(execute, server, agent_id) for _ in range(2)]
        eventually(lambda: coalesced(server) == before + 2, "both pages wait for the run")
        gate.touch()
        answers = [one.result(DEADLINE_SECONDS) for one in asked]

    assert [answer["execution_id"] for answer in answers] == [active] * 2
    assert all(answer["coalesced"] and answer["success"] for answer in answers)
    assert [answer["result"].strip() for answer in answers] == ["done"] * 2
    assert [row["task_id"] for row in runs(server, agent_id)] == [active]


def coalesced(server: Server) -> float:
    """What the metric counts."""
    text = server.api.get("/metrics").text
    found = re.search(r"^conselho_coalesced_executions_total (\S+)$", text, re.MULTILINE)
    assert found, text
    return float(found.group(1))


def test_a_task_that_ran_within_one_interval_is_answered_with_that_run(
    server: Server, agent_id: str
) -> None:
    server.promote(agent_id, ["sh", "-c", "date +%N"], schedule="30m")
    ran = server.call(agent_id)

    answers = [execute(server, agent_id, f"  {PROMPT}\n") for _ in range(3)]

    assert {answer["result"] for answer in answers} == {ran["result"]}
    assert {answer["execution_id"] for answer in answers} == {ran["task_id"]}
    [entry] = [
        one
        for one in server.get("/api/journal", agent_id=agent_id)["entries"]
        if one["kind"] == "coalesced"
    ]
    assert ran["task_id"] in entry["detail"]


def test_the_task_that_a_page_still_knows_from_before_an_edit_is_not_run_either(
    server: Server, agent_id: str
) -> None:
    server.promote(agent_id, schedule="30m")
    ran = server.call(agent_id)
    server.patch(f"/api/agents/{agent_id}/councilor-config", {"task": {"prompt": "Look anew."}})

    answer = execute(server, agent_id)

    assert (answer["coalesced"], answer["execution_id"]) == (True, ran["task_id"])
    assert len(runs(server, agent_id)) == 1


def test_a_task_that_has_not_run_yet_runs_once_as_the_councils(
    server: Server, agent_id: str
) -> None:
    server.promote(agent_id, ECHO, schedule="30m")

    with ThreadPoolExecutor(4) as pages:
        asked = [pages.submit(execute, server, agent_id) for _ in range(4)]
        answers = [one.result(DEADLINE_SECONDS) for one in asked]

    [run] = runs(server, agent_id)
    assert {answer["execution_id"] for answer in answers} == {run["task_id"]}
    assert sorted(answer["coalesced"] for answer in answers) == [False, True, True, True]
    assert (run["trigger"], run["is_councilor_execution"]) == ("manual", True)
    assert server.get(f"/api/agents/{agent_id}")["stats"]["total_executions"] == 1


def test_two_pages_that_post_as_the_slot_is_due_share_the_schedulers_run(tmp_path: Path) -> None:
    """With an interval of seconds the slots come while both pages post again and again."""
    with running(tmp_path) as server:
        server.create("ana", ["echo", "all is well"])
        body = {"councilor_config": config(schedule="3s", task={"name": "n", "prompt": PROMPT})}
        promoted = server.post("/api/councilors/ana/promote-councilor", body)
        assert promoted["success"]
        first = eventually(lambda: runs(server, "ana"), "the first slot ran")
        enough = threading.Event()

        def page() -> set[str]:
            seen = set()
            with httpx.Client(base_url=server.url, timeout=DEADLINE_SECONDS) as client:
                while not enough.is_set():
                    answer = client.post("/api/agents/ana/execute", json={"input_text": PROMPT})
                    assert answer.status_code == 200, answer.text
                    seen.add(answer.json()["execution_id"])
            return seen

        with ThreadPoolExecutor(2) as pages:
            asked = [pages.submit(page) for _ in range(2)]
            try:
                eventually(lambda: len(runs(server, "ana")) >= len(first) + 3, "three more slots")
            finally:
                enough.set()
            seen = set.union(*(one.result(DEADLINE_SECONDS) for one in asked))

        rows = runs(server, "ana")
        assert {row["trigger"] for row in rows} == {"schedule"}
        assert seen <= {row["task_id"] for row in rows}
        assert len({row["due_at"] for row in rows}) == len(rows)


def test_two_pages_that_post_right_before_the_first_slot_get_its_run(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        agent = server.promote("ana", ["echo", "all is well"], schedule="3s")
        due = datetime.fromisoformat(agent["next_execution"])
        eventually(
            lambda: datetime.now(UTC) > due - timedelta(seconds=0.7), "the slot is nearly there"
        )

        with ThreadPoolExecutor(2) as pages:
            asked = [pages.submit(execute, server, "ana") for _ in range(2)]
            answers = [one.result(DEADLINE_SECONDS) for one in asked]

        first = runs(server, "ana")[-1]
        assert (first["trigger"], first["due_at"]) == ("schedule", agent["next_execution"])
        assert {row["trigger"] for row in runs(server, "ana")} == {"schedule"}
        assert all(answer["coalesced"] and answer["success"] for answer in answers)
