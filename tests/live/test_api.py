"""The HTTP interface from outside: paths, shapes and status codes that clients rely on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.server import Json, Server, config, eventually

PREFIXES = ["/api/councilors", "/api/agents"]
EXECUTION = {
    "_id", "execution_id", "councilor_id", "started_at", "completed_at", "status", "severity",
    "output", "error", "duration_ms", "created_at",
}  # fmt: skip


@pytest.fixture
def agent_id(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """An id that no other test uses; its agent is gone afterwards, whoever made it."""
    name = re.sub(r"\W+", "-", request.node.name)[:100]
    yield name
    server.api.delete(f"/api/agents/{name}")


def refusal(response: httpx.Response, status: int) -> str:
    """The sentence that a refusal says."""
    assert response.status_code == status, response.text
    detail = response.json()["detail"]
    assert isinstance(detail, str)
    assert re.fullmatch(r"\S.*[.\w'\"\])]", detail, re.DOTALL), detail
    return detail


def is_time(text: Any) -> bool:
    return text.endswith("Z") and datetime.fromisoformat(text).tzinfo is not None


# -- agents --------------------------------------------------------------------------------------


def test_an_agent_is_created_listed_read_and_deleted(server: Server, agent_id: str) -> None:
    form = {"agent_id": agent_id, "name": "Ana", "emoji": "🦉", "command": ["true"], "tags": ["a"]}

    created = server.api.post("/api/agents", json=form)

    assert created.status_code == 201
    agent = created.json()["agent"]
    assert (agent["agent_id"], agent["name"], agent["emoji"]) == (agent_id, "Ana", "🦉")
    assert (agent["is_councilor"], agent["councilor_config"], agent["provider"]) == (
        False,
        None,
        "command",
    )
    assert agent["next_execution"] is agent["current"] is None
    assert agent["recent"] == []
    assert is_time(agent["created_at"])
    [listed] = [one for one in server.get("/api/agents") if one["agent_id"] == agent_id]
    assert listed["name"] == "Ana"
    assert server.get(f"/api/agents/{agent_id}")["agent_id"] == agent_id
    assert server.delete(f"/api/agents/{agent_id}")["success"] is True
    assert agent_id in refusal(server.api.get(f"/api/agents/{agent_id}"), 404)
    refusal(server.api.delete(f"/api/agents/{agent_id}"), 404)


def test_the_list_of_agents_is_bare_and_an_object_only_when_asked_for_councilors(
    server: Server, agent_id: str
) -> None:
    server.create(agent_id)

    assert isinstance(server.get("/api/agents"), list)
    for prefix in PREFIXES:
        seated = server.get(prefix, is_councilor="true")
        others = server.get(prefix, is_councilor="false")
        assert seated["count"] == len(seated["agents"])
        assert agent_id not in [agent["agent_id"] for agent in seated["agents"]]
        assert agent_id in [agent["agent_id"] for agent in others["agents"]]
    assert agent_id in [agent["agent_id"] for agent in server.get("/api/councilors")["agents"]]


def test_a_second_agent_of_the_same_id_is_refused(server: Server, agent_id: str) -> None:
    server.create(agent_id)
    again = {"agent_id": agent_id, "name": "Another", "command": ["true"]}

    assert agent_id in refusal(server.api.post("/api/agents", json=again), 409)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"agent_id": "x", "command": ["true"]}, "name"),
        ({"agent_id": "x y", "name": "X", "command": ["true"]}, "agent_id"),
        ({"agent_id": ".x", "name": "X", "command": ["true"]}, "agent_id"),
        ({"agent_id": "x", "name": "X", "command": "rm -rf /"}, "command"),
        ({"agent_id": "x", "name": "X", "provider": "oracle"}, "provider"),
        ({"agent_id": "x", "name": "X"}, "command"),
    ],
)
def test_an_agent_that_cannot_be_is_refused_with_its_field(
    server: Server, form: Json, field: str
) -> None:
    response = server.api.post("/api/agents", json=form)

    assert field in refusal(response, 422)
    assert field in [error["field"] for error in response.json()["errors"]]
    assert all(error["message"] for error in response.json()["errors"])


# -- seats ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_seat_route_answers_under_both_prefixes(
    server: Server, agent_id: str, prefix: str
) -> None:
    server.create(agent_id)
    seat = f"{prefix}/{agent_id}"

    promoted = server.post(f"{seat}/promote-councilor", {"councilor_config": config()})
    edited = server.patch(f"{seat}/councilor-config", {"title": "Outra"})
    paused = server.patch(f"{seat}/councilor-schedule", {"enabled": False})
    called = server.post(f"{seat}/execute-now", wait=30)
    report = server.get(f"{seat}/councilor-reports")
    latest = server.get(f"{seat}/councilor-reports/latest")
    demoted = server.delete(f"{seat}/demote-councilor")

    assert promoted["success"] is promoted["agent"]["is_councilor"] is True
    assert promoted["message"]
    assert promoted["execution"] is None, "promotion runs nothing"
    assert edited["agent"]["councilor_config"]["title"] == "Outra"
    told = {name: paused["schedule"][name] for name in ("type", "value", "enabled", "timezone")}
    assert told == {"type": "interval", "value": "1d", "enabled": False, "timezone": "UTC"}
    assert called["execution"]["status"] == "completed"
    assert report["report"]["total_executions"] == report["total_executions"] == 1
    assert latest["execution_id"] == latest["execution"]["execution_id"]
    assert demoted["agent"]["is_councilor"] is False
    assert demoted["agent"]["councilor_config"] is None


def test_promotion_keeps_what_was_sent_and_fills_in_the_rest(server: Server, agent_id: str) -> None:
    server.create(agent_id)
    body = {
        "councilor_config": {
            "title": "  Guardiã  ",
            "schedule": "0 9 * * 1",
            "task": {"name": "t", "prompt": "p", "output_format": "detailed"},
            "notifications": {"on_success": True, "channels": ["toast", "panel", "toast"]},
            "timeout": 30,
        },
        "customization": {"display_name": "Ana Lima", "color": "#abc"},
    }

    agent = server.post(f"/api/councilors/{agent_id}/promote-councilor", body)["agent"]

    seat = agent["councilor_config"]
    assert seat["title"] == "Guardiã"
    assert seat["schedule"] == {
        "type": "cron",
        "value": "0 9 * * 1",
        "enabled": True,
        "timezone": "UTC",
        "gap": "run_after",
        "fold": "once",
        "jitter_seconds": 0,
        "starts_at": None,
        "ends_at": None,
        "active_hours": [],
        "excluded_dates": [],
        "excluded_calendars": [],
    }
    assert seat["notifications"] == {
        "on_success": True,
        "on_warning": True,
        "on_error": True,
        "channels": ["toast", "panel"],
        "ping_url": None,
    }
    assert (seat["policies"]["timeout_seconds"], seat["policies"]["max_attempts"]) == (30, 1)
    assert agent["customization"] == {
        "enabled": True, "display_name": "Ana Lima", "avatar_url": None, "color": "#abc"
    }  # fmt: skip
    assert datetime.fromisoformat(agent["next_execution"]).weekday() == 0, "1 is Monday"
    assert agent["stats"]["total_executions"] == 0
    assert agent["stats"]["last_execution"] is None


def test_a_second_promotion_is_refused(server: Server, agent_id: str) -> None:
    server.promote(agent_id)

    body = {"councilor_config": config()}
    refusal(server.api.post(f"/api/councilors/{agent_id}/promote-councilor", json=body), 409)


@pytest.mark.parametrize("value", ["0m", "5 minutes", "61 * * * *", "0 0 30 2 *", "* * * *", ""])
def test_a_schedule_that_means_nothing_is_refused(
    server: Server, agent_id: str, value: str
) -> None:
    server.create(agent_id)
    kind = "cron" if " " in value and value != "5 minutes" else "interval"
    body = {"councilor_config": config() | {"schedule": {"type": kind, "value": value}}}

    response = server.api.post(f"/api/councilors/{agent_id}/promote-councilor", json=body)

    assert "schedule" in refusal(response, 422)
    assert server.get(f"/api/agents/{agent_id}")["is_councilor"] is False


@pytest.mark.parametrize(
    ("schedule", "field", "words"),
    [
        ("59s", "value", "min_agent_interval_seconds"),
        ({"value": "1h", "excluded_calendars": ["feriados"]}, "excluded_calendars.0", "none here"),
        ({"value": "1h", "jitter_seconds": 3_600}, "jitter_seconds", "shorter than the interval"),
        (
            {"value": "2026-03-08T02:30", "gap": "skip", "timezone": "America/New_York"},
            "value",
            "leaps over",
        ),
    ],
)
def test_a_schedule_that_this_server_would_not_keep_is_refused_at_its_field(
    server: Server, agent_id: str, schedule: object, field: str, words: str
) -> None:
    server.post("/api/agents", {"agent_id": agent_id, "name": agent_id, "provider": "claude"})
    body = {"councilor_config": config() | {"schedule": schedule}}

    response = server.api.post(f"/api/councilors/{agent_id}/promote-councilor", json=body)

    assert words in refusal(response, 422)
    assert f"councilor_config.schedule.{field}" in response.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"{}",
        b'{"councilor_config": 3}',
        b'{"councilor_config": {"title": "a\\ud800"}}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_promotion_is_refused_in_a_sentence(
    server: Server, agent_id: str, body: bytes
) -> None:
    server.create(agent_id)

    response = server.api.post(
        f"/api/councilors/{agent_id}/promote-councilor",
        content=body,
        headers={"content-type": "application/json"},
    )

    assert response.status_code in {400, 422}
    refusal(response, response.status_code)


def test_channels_that_leave_nobody_to_tell_are_refused(server: Server, agent_id: str) -> None:
    server.create(agent_id)
    body = {"councilor_config": config(notifications={"channels": []})}

    response = server.api.post(f"/api/councilors/{agent_id}/promote-councilor", json=body)

    assert "channels" in refusal(response, 422)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_unknown_agent_is_404_everywhere(server: Server, prefix: str) -> None:
    seat = f"{prefix}/nobody"
    answers = [
        server.api.post(f"{seat}/promote-councilor", json={"councilor_config": config()}),
        server.api.delete(f"{seat}/demote-councilor"),
        server.api.patch(f"{seat}/councilor-config", json={"title": "x"}),
        server.api.patch(f"{seat}/councilor-schedule", json={"enabled": True}),
        server.api.get(f"{seat}/councilor-reports"),
        server.api.get(f"{seat}/councilor-reports/latest"),
        server.api.post(f"{seat}/execute-now"),
    ]

    assert all("nobody" in refusal(answer, 404) for answer in answers)


def test_an_agent_without_a_seat_has_none_to_change(server: Server, agent_id: str) -> None:
    server.create(agent_id)
    seat = f"/api/councilors/{agent_id}"

    refusal(server.api.delete(f"{seat}/demote-councilor"), 400)
    refusal(server.api.post(f"{seat}/execute-now"), 400)
    refusal(server.api.patch(f"{seat}/councilor-config", json={"title": "x"}), 404)
    refusal(server.api.patch(f"{seat}/councilor-schedule", json={"enabled": True}), 404)
    refusal(server.api.get(f"{seat}/councilor-reports"), 404)


# -- editing -------------------------------------------------------------------------------------


def test_an_edit_changes_what_it_names_and_nothing_else(server: Server, agent_id: str) -> None:
    server.create(agent_id)
    task = {"name": "t", "prompt": "p", "context_files": ["a.py"], "output_format": "detailed"}
    before = server.post(
        f"/api/councilors/{agent_id}/promote-councilor",
        {"councilor_config": config(task=task, policies={"max_attempts": 2})},
    )["agent"]["councilor_config"]

    after = server.patch(
        f"/api/councilors/{agent_id}/councilor-config",
        {"task": {"prompt": "q"}, "schedule": {"value": "45m"}},
    )["agent"]["councilor_config"]

    assert after == before | {
        "task": before["task"] | {"prompt": "q"},
        "schedule": before["schedule"] | {"value": "45m"},
    }


@pytest.mark.parametrize("path", ["agents/{}", "councilors/{}/councilor-config"])
def test_an_edit_that_changes_nothing_says_so(server: Server, agent_id: str, path: str) -> None:
    """A mistyped field is ignored, as any unknown one: its sender is not told that it counts."""
    server.promote(agent_id)
    path = f"/api/{path.format(agent_id)}"
    before = server.patch(path, {"title": "Uma", "description": "Looks on."})
    assert before["message"].endswith(" was changed.")

    for same in ({"titel": "Duas"}, {}, {"title": "Uma", "description": "Looks on."}):
        answer = server.patch(path, same)
        assert answer["message"].endswith(" stays as it was: nothing that was sent changes it.")
        assert answer["agent"] == before["agent"]


def test_a_title_may_stand_at_the_top_or_inside(server: Server, agent_id: str) -> None:
    server.promote(agent_id)
    path = f"/api/councilors/{agent_id}/councilor-config"

    top = server.patch(path, {"title": "Uma"})
    inside = server.patch(path, {"councilor_config": {"title": "Duas"}})

    assert top["agent"]["councilor_config"]["title"] == "Uma"
    assert inside["agent"]["councilor_config"]["title"] == "Duas"


def test_the_edit_of_the_former_page_works_whole(server: Server, agent_id: str) -> None:
    """What its modal sends: everything but output_format, and always enabled."""
    server.promote(agent_id)
    server.patch(f"/api/agents/{agent_id}/councilor-schedule", {"enabled": False})

    agent = server.patch(
        f"/api/councilors/{agent_id}/councilor-config",
        {
            "title": "Guardiã",
            "task": {"name": "t", "prompt": "p", "context_files": []},
            "schedule": {"type": "interval", "value": "15m", "enabled": True},
            "notifications": {
                "on_success": False, "on_warning": True, "on_error": True, "channels": ["panel"]
            },
        },
    )["agent"]  # fmt: skip

    assert agent["councilor_config"]["schedule"]["enabled"] is True
    assert agent["councilor_config"]["task"]["output_format"] == "checklist"
    assert agent["next_execution"] is not None


def test_a_refused_edit_changes_nothing(server: Server, agent_id: str) -> None:
    before = server.promote(agent_id)

    response = server.api.patch(
        f"/api/councilors/{agent_id}/councilor-config",
        json={"title": "New", "schedule": {"value": "soon"}},
    )

    assert "schedule.value" in refusal(response, 422)
    assert server.get(f"/api/agents/{agent_id}")["councilor_config"] == before["councilor_config"]


def test_a_pause_takes_the_next_slot_away_and_a_resume_gives_one(
    server: Server, agent_id: str
) -> None:
    server.promote(agent_id, schedule="2h")
    path = f"/api/agents/{agent_id}/councilor-schedule"

    server.patch(path, {"enabled": False})
    paused = server.get(f"/api/agents/{agent_id}")["next_execution"]
    jobs = {job["id"]: job for job in server.get("/api/councilors/scheduler/jobs")["jobs"]}
    server.patch(path, {"enabled": True})
    resumed = server.get(f"/api/agents/{agent_id}")["next_execution"]

    assert paused is jobs[agent_id]["next_run_time"] is None
    assert jobs[agent_id]["trigger"] == "interval[2:00:00]"
    assert is_time(resumed)
    refusal(server.api.patch(path, json={}), 422)
    refusal(server.api.patch(path, json={"enabled": "perhaps"}), 422)


# -- runs ----------------------------------------------------------------------------------------


def test_execute_now_answers_at_once_or_waits_for_the_end(server: Server, agent_id: str) -> None:
    server.promote(agent_id, ["cat", fifo(server, agent_id)])
    path = f"/api/councilors/{agent_id}/execute-now"

    at_once = server.post(path)
    task_id = at_once["execution"]["execution_id"]
    busy = server.api.post(path)
    (server.folder / agent_id).write_text("all is well")
    eventually(lambda: server.task(task_id)["status"] == "completed", "the run ended")
    server.patch(f"/api/councilors/{agent_id}/councilor-config", {"task": {"name": "again"}})

    assert at_once["success"] is True
    assert at_once["execution"].keys() >= EXECUTION
    assert at_once["execution"]["status"] in {"pending", "running"}
    assert at_once["execution"]["severity"] is None
    assert at_once["stats"] == at_once["execution"]["stats"]
    assert task_id in refusal(busy, 409), "it names the run that is in the way"


def fifo(server: Server, name: str) -> str:
    """A pipe: who reads it waits until the test writes."""
    path = server.folder / name
    os.mkfifo(path)
    return str(path)


def test_execute_now_with_wait_returns_the_ended_execution(server: Server, agent_id: str) -> None:
    server.promote(agent_id, ["echo", "all is well"])

    answer = server.post(f"/api/councilors/{agent_id}/execute-now", wait=30)

    ended = answer["execution"]
    assert (ended["status"], ended["severity"]) == ("completed", "success")
    assert (ended["output"], ended["error"]) == ("all is well\n", None)
    assert ended["duration_ms"] >= 0
    assert is_time(ended["started_at"])
    assert is_time(ended["completed_at"])
    assert answer["stats"]["total_executions"] == 1
    assert answer["stats"]["success_rate"] == 100.0


@pytest.mark.parametrize("wait", ["-1", "601", "soon", "nan"])
def test_a_wait_that_cannot_be_is_refused_before_anything_runs(
    server: Server, agent_id: str, wait: str
) -> None:
    server.promote(agent_id)

    refusal(server.api.post(f"/api/councilors/{agent_id}/execute-now?wait={wait}"), 422)

    assert server.get("/api/tasks", agent_id=agent_id)["total"] == 0


def test_a_report_has_both_forms_and_newest_first(server: Server, agent_id: str) -> None:
    server.promote(agent_id, customization=None)
    ids = [server.call(agent_id)["task_id"] for _ in range(3)]

    answer = server.get(f"/api/agents/{agent_id}/councilor-reports", limit=2)

    report = answer.pop("report")
    assert report == answer
    assert (report["councilor_id"], report["councilor_name"]) == (agent_id, agent_id.title())
    assert [one["execution_id"] for one in report["recent_executions"]] == ids[:0:-1]
    assert all(one.keys() >= EXECUTION for one in report["recent_executions"])
    assert (report["total_executions"], report["success_rate"]) == (3, 100.0)
    assert is_time(report["next_execution"])
    assert report["slots"] == []


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x"])
def test_a_report_limit_out_of_range_is_refused(server: Server, agent_id: str, limit: str) -> None:
    server.promote(agent_id)

    refusal(server.api.get(f"/api/councilors/{agent_id}/councilor-reports?limit={limit}"), 422)


def test_the_latest_report_of_a_councilor_that_never_ran_is_null(
    server: Server, agent_id: str
) -> None:
    server.promote(agent_id)

    assert server.get(f"/api/councilors/{agent_id}/councilor-reports/latest") is None


def test_a_failed_run_says_why_in_every_place(server: Server, agent_id: str) -> None:
    server.promote(agent_id, ["sh", "-c", "echo out; echo no such branch >&2; exit 2"])

    row = server.call(agent_id)

    assert (row["status"], row["severity"], row["error_kind"]) == ("error", "error", "exit")
    assert (row["exit_code"], row["result"]) == (2, "out\n")
    assert "no such branch" in row["error"]
    [shown] = server.get(f"/api/agents/{agent_id}/councilor-reports")["recent_executions"]
    assert (shown["status"], shown["error"]) == ("error", row["error"])
    [mark] = server.get(f"/api/agents/{agent_id}")["recent"]
    assert (mark["status"], mark["error_kind"], mark["summary"]) == ("error", "exit", row["error"])


def test_a_run_shows_all_public_fields(server: Server, agent_id: str) -> None:
    server.promote(agent_id)

    row = server.call(agent_id)

    assert row.keys() >= {
        "task_id", "execution_id", "agent_id", "display_name", "title", "task_name", "emoji",
        "trigger", "due_at", "idempotency_key", "status", "severity", "verdict", "error_kind",
        "error", "skip_reason", "slot_from", "slot_to", "slot_count", "attempt", "max_attempts",
        "not_before", "worker_id", "created_at", "started_at", "completed_at", "duration",
        "exit_code", "result", "usage",
    }  # fmt: skip
    assert row["task_id"] == row["execution_id"]
    assert (row["trigger"], row["due_at"], row["attempt"]) == ("manual", None, 1)
    assert row["verdict"] == {
        "severity": "success",
        "summary": "all is well",
        "source": "heuristic",
        "reason": "it says that all is well: all is well",
        "findings": [],
    }


# -- tasks ---------------------------------------------------------------------------------------


def test_tasks_are_listed_newest_first_and_by_each_filter(server: Server, agent_id: str) -> None:
    server.promote(agent_id, ["sh", "-c", f"test -e {server.folder}/fail && exit 1; echo well"])
    good = server.call(agent_id)["task_id"]
    (server.folder / "fail").touch()
    bad = server.call(agent_id)["task_id"]
    (server.folder / "fail").unlink()

    def listed(**query: Any) -> list[str]:
        answer = server.get("/api/tasks", agent_id=agent_id, **query)
        assert answer["success"] is True
        assert answer["count"] == len(answer["tasks"])
        return [row["task_id"] for row in answer["tasks"]]

    assert listed() == [bad, good]
    assert listed(limit=1) == [bad]
    assert listed(limit=1, offset=1) == [good]
    assert listed(status="completed") == [good]
    assert listed(status=["completed", "error"]) == [bad, good]
    assert listed(severity="error") == [bad]
    assert listed(trigger="manual") == [bad, good]
    assert listed(trigger="schedule") == []
    assert server.get("/api/tasks", agent_id=agent_id, limit=1)["total"] == 2
    assert server.get("/api/tasks", agent_id="nobody")["tasks"] == []


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=501", "limit=x", "offset=-1", "status=fine", "severity=bad", "trigger=who"],
)
def test_a_list_that_cannot_be_is_refused(server: Server, query: str) -> None:
    assert query.split("=")[0] in refusal(server.api.get(f"/api/tasks?{query}"), 422)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("2026-11-30T22:00:00", "must tell its offset from UTC, as 2026-11-30T22:00:00Z"),
        ("yesterday", "must be a time, as 2026-11-30T22:00:00Z"),
    ],
)
def test_a_time_that_cannot_be_used_is_answered_with_one_that_can(
    server: Server, sent: str, said: str
) -> None:
    assert refusal(server.api.get("/api/tasks", params={"since": sent}), 422).endswith(said)


def test_a_request_without_its_body_is_told_what_to_send(server: Server) -> None:
    answer = server.api.post("/api/agents")

    assert refusal(answer, 422) == "The body is missing: send a JSON object."


def test_a_body_that_is_no_json_is_no_field(server: Server) -> None:
    headers = {"Content-Type": "application/json"}
    answer = server.api.post("/api/agents", content="{bad", headers=headers)

    assert refusal(answer, 422).startswith("The body is not JSON: ")
    assert answer.json()["errors"][0]["field"] == ""


def test_an_unknown_task_is_404_everywhere(server: Server) -> None:
    for answer in [
        server.api.get("/api/tasks/none"),
        server.api.get("/api/tasks/none/log"),
        server.api.get("/api/tasks/..%2F..%2Flock/log"),
        server.api.post("/api/tasks/none/cancel"),
    ]:
        refusal(answer, 404)


def test_a_running_task_is_cancelled_and_asking_again_is_no_error(
    server: Server, agent_id: str
) -> None:
    server.promote(agent_id, ["sh", "-c", "echo begun; sleep 300"])
    with server.listen() as stream:
        task_id = server.begin(agent_id)
        stream.until("councilor_started", execution_id=task_id)
        processing = server.get("/api/tasks/processing")

        answer = server.post(f"/api/tasks/{task_id}/cancel")
        told = stream.until("councilor_execution", execution_id=task_id, status="cancelled")

    assert task_id in [row["task_id"] for row in processing["tasks"]]
    assert answer["success"] is True
    assert (answer["task"]["status"], answer["task"]["error_kind"]) == ("cancelled", "cancelled")
    assert answer["task"]["severity"] is None
    assert told.data["execution"]["task_id"] == task_id
    again = server.post(f"/api/tasks/{task_id}/cancel")
    assert again["task"]["status"] == "cancelled"
    successor = server.begin(agent_id)
    assert successor != task_id, "the seat is free again"
    server.post(f"/api/tasks/{successor}/cancel")


def test_a_task_that_ended_otherwise_cannot_be_cancelled(server: Server, agent_id: str) -> None:
    server.promote(agent_id)
    task_id = server.call(agent_id)["task_id"]

    assert "completed" in refusal(server.api.post(f"/api/tasks/{task_id}/cancel"), 409)


def test_a_log_is_read_whole_from_an_offset_and_while_it_grows(
    server: Server, agent_id: str
) -> None:
    pipe = fifo(server, agent_id)
    server.promote(agent_id, ["sh", "-c", f"echo first; cat {pipe}; echo last"])
    task_id = server.begin(agent_id)
    with server.api.stream("GET", f"/api/tasks/{task_id}/log", params={"follow": "1"}) as log:
        lines = log.iter_lines()
        assert next(lines) == "first"
        (server.folder / agent_id).write_text("midst\n")
        assert list(lines) == ["midst", "last"]

    whole = server.api.get(f"/api/tasks/{task_id}/log")
    assert whole.headers["content-type"] == "text/plain; charset=utf-8"
    assert whole.text == "first\nmidst\nlast\n"
    assert server.api.get(f"/api/tasks/{task_id}/log", params={"offset": 6}).text == "midst\nlast\n"
    beyond = server.api.get(f"/api/tasks/{task_id}/log", params={"offset": 15_000_000})
    assert (beyond.status_code, beyond.text) == (200, "")


def test_the_figures_count_what_ran(server: Server, agent_id: str) -> None:
    server.promote(agent_id)
    before = server.get("/api/kpis")["today"]

    server.call(agent_id)

    figures = server.get("/api/kpis")
    for window in ("today", "days_7", "days_30"):
        assert figures[window]["runs"] >= before["runs"] + 1
    assert figures["today"]["success"] == before["success"] + 1
    assert figures["councilors"]["active"] >= 1
    assert (figures["running"], figures["pending"]) == (0, 0)
    assert is_time(figures["now"])
    assert "time zone" in refusal(server.api.get("/api/kpis?timezone=Mars/Olympus"), 422)


# -- council files -------------------------------------------------------------------------------

FILE = """---
agent_id: {agent_id}
name: Ana
command: [echo, well]
title: Guardiã
schedule: 1h
task: look around
---
Look around.
"""


def test_council_files_are_applied_and_pruned_over_http(server: Server, agent_id: str) -> None:
    text = FILE.format(agent_id=agent_id)
    body = {"files": [{"name": "ana.md", "text": text}], "base": str(server.folder)}

    created = server.post("/api/council", body)
    unchanged = server.post("/api/council", body)
    pruned = server.post("/api/council", {"files": [], "base": "/", "prune": True})

    assert [change["kind"] for change in created["changes"]] == ["created"]
    assert [change["kind"] for change in unchanged["changes"]] == ["unchanged"]
    assert [(change["agent_id"], change["kind"]) for change in pruned["changes"]] == [
        (agent_id, "demoted")
    ]


def test_a_set_of_files_with_one_bad_one_changes_nothing(server: Server, agent_id: str) -> None:
    good = FILE.format(agent_id=agent_id)
    bad = good.replace("schedule: 1h", "schedule: sometimes")
    files = [{"name": "good.md", "text": good}, {"name": "bad.md", "text": bad}]

    response = server.api.post("/api/council", json={"files": files, "base": "/"})

    assert "bad.md:6: schedule" in refusal(response, 422)
    [error] = [one for one in response.json()["errors"] if one["field"].startswith("schedule")]
    assert (error["file"], error["line"]) == ("bad.md", "6")
    refusal(server.api.get(f"/api/agents/{agent_id}"), 404)


# -- the door ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/api/kpis", "/api/councilors/events/stream"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "a:b:c"])
def test_a_foreign_host_is_refused(server: Server, path: str, host: str) -> None:
    response = server.api.get(path, headers={"host": host})

    assert response.status_code == 400
    if response.headers.get("content-type") == "application/json":
        refusal(response, 400)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "://"])
def test_a_page_of_another_origin_is_refused(server: Server, origin: str) -> None:
    for path in ("/api/kpis", "/api/councilors/events/stream"):
        refusal(server.api.get(path, headers={"origin": origin}), 403)
    refusal(server.api.post("/api/agents", json={}, headers={"origin": origin}), 403)


def test_our_own_page_and_localhost_are_welcome(server: Server) -> None:
    port = urlsplit(server.url).port

    assert server.api.get("/api/kpis", headers={"origin": server.url}).status_code == 200
    local = {"host": f"localhost:{port}", "origin": f"http://localhost:{port}"}
    assert server.api.get("/api/kpis", headers=local).status_code == 200


def test_a_body_over_a_megabyte_is_refused(server: Server) -> None:
    large = b'{"agent_id": "' + b"x" * 1_000_000 + b'"}'

    announced = server.api.post("/api/agents", content=large)
    in_pieces = server.api.post("/api/agents", content=iter([large[:500_000], large[500_000:]]))

    assert "1000000" in refusal(announced, 413)
    assert "1000000" in refusal(in_pieces, 413)


def test_what_is_not_there_is_404_in_json(server: Server) -> None:
    for method, path in [("GET", "/api/nothing"), ("POST", "/api"), ("GET", "/api/agents/a/b/c")]:
        assert path in refusal(server.api.request(method, path), 404)


def test_a_method_that_does_not_fit_is_405_in_a_sentence(server: Server) -> None:
    assert "PUT" in refusal(server.api.put("/"), 405)


def test_health_and_readiness(server: Server) -> None:
    assert server.get("/healthz") == {"status": "ok"}
    ready = server.get("/readyz")
    assert ready["status"] == "ready"
    assert ready["checks"].keys() == {"store", "bus", "scheduler", "sweeper", "workers"}
    assert all(check["ok"] for check in ready["checks"].values())


def test_the_page_comes_with_a_policy_and_is_asked_for_anew(server: Server) -> None:
    page = server.api.get("/")

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy, "the page asks nobody but its server"
    assert page.headers["x-content-type-options"] == "nosniff"
    assets = re.findall(r'(?:src|href)="/?(assets/[^"]+)"', page.text)
    assert assets
    for asset in assets:
        answer = server.api.get(f"/{asset}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "cache-control" not in server.api.get("/assets/none.js").headers
    assert server.api.get("/assets/none.js").status_code == 404


def test_refusals_carry_the_security_headers_too(server: Server) -> None:
    for response in [
        server.api.get("/api/nothing"),
        server.api.get("/api/kpis", headers={"host": "evil.example"}),
    ]:
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in response.headers["content-security-policy"]
