"""What the older page sends for its councilors, request by request, and what it reads in answers.

The page mixes the prefixes, so every request is made under both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import Json, Server, running

AGENT = {
    "_id", "agent_id", "name", "title", "emoji", "description", "prompt", "model", "is_councilor",
    "councilor_config", "customization", "stats", "created_at", "updated_at",
}  # fmt: skip
EXECUTION = {
    "_id", "execution_id", "councilor_id", "started_at", "completed_at", "status", "severity",
    "output", "error", "duration_ms", "created_at",
}  # fmt: skip
REPORT = {
    "councilor_id", "councilor_name", "recent_executions", "total_executions", "success_rate",
    "next_execution",
}  # fmt: skip


@pytest.fixture(params=["/api/councilors", "/api/agents"])
def prefix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def agent_id(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    name = re.sub(r"\W+", "-", request.node.name)[:100]
    server.create(name, name="Sentinela", emoji="🛡️", description="Looks after the code.")
    yield name
    server.api.delete(f"/api/agents/{name}")


def promotion(**fields: Any) -> Json:
    """What the promote form submits."""
    config = {
        "title": "Guardiã da qualidade",
        "schedule": {"type": "interval", "value": "30m", "enabled": True},
        "task": {
            "name": "Arquivos grandes",
            "prompt": "Procure arquivos com mais de 500 linhas.",
            "context_files": None,
            "output_format": "checklist",
        },
        "notifications": {
            "on_success": False,
            "on_warning": True,
            "on_error": True,
            "channels": ["panel", "toast"],
        },
    }
    return {"councilor_config": config | fields, "customization": {"display_name": "Silva"}}


def edition(**fields: Any) -> Json:
    """What the edit form submits: the title at the top, and no output_format."""
    return {
        "title": "Outra guardiã",
        "task": {"name": "Outra", "prompt": "Procure outra coisa.", "context_files": []},
        "schedule": {"type": "interval", "value": "2h", "enabled": True},
        "notifications": {
            "on_success": False,
            "on_warning": True,
            "on_error": True,
            "channels": ["panel"],
        },
    } | fields


@pytest.fixture
def seat(server: Server, agent_id: str, prefix: str) -> str:
    """The path of a councilor that was promoted as the page does."""
    path = f"{prefix}/{agent_id}"
    server.post(f"{path}/promote-councilor", promotion())
    return path


def in_utc(text: Any) -> datetime:
    """The page hands times to `new Date`, which takes one without a zone for local time."""
    assert isinstance(text, str)
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def refusal(response: Any, status: int) -> str:
    """The page puts `detail` into a message: it must be a text."""
    assert response.status_code == status, response.text
    detail = response.json()["detail"]
    assert isinstance(detail, str)
    assert detail
    return detail


def listed(server: Server, prefix: str, agent_id: str) -> Json | None:
    agents = server.get(prefix, is_councilor="true")["agents"]
    return next((agent for agent in agents if agent["agent_id"] == agent_id), None)


# -- the list --------------------------------------------------------------------------------------


def test_the_dashboard_lists_the_councilors(server: Server, prefix: str, seat: str) -> None:
    answer = server.get(prefix, is_councilor="true")

    assert answer["count"] == len(answer["agents"])
    agent = listed(server, prefix, seat.rpartition("/")[2])
    assert agent is not None
    assert agent.keys() >= AGENT
    assert agent["customization"]["display_name"] == "Silva"
    assert (agent["name"], agent["emoji"]) == ("Sentinela", "🛡️")
    in_utc(agent["created_at"])
    in_utc(agent["updated_at"])


def test_an_agent_without_a_seat_is_in_the_list_of_those_without(
    server: Server, prefix: str, agent_id: str
) -> None:
    others = server.get(prefix, is_councilor="false")["agents"]

    assert agent_id in [agent["agent_id"] for agent in others]
    assert listed(server, prefix, agent_id) is None


def test_the_selector_maps_over_a_bare_list_of_agents(server: Server, agent_id: str) -> None:
    agents = server.get("/api/agents")

    assert isinstance(agents, list)
    [agent] = [agent for agent in agents if agent["agent_id"] == agent_id]
    assert agent.keys() >= {"id", "agent_id", "name", "emoji", "description", "model", "tags"}
    assert isinstance(agent["name"], str)
    assert agent["tags"] == []


# -- promote and demote ----------------------------------------------------------------------------


def test_promote(server: Server, prefix: str, agent_id: str) -> None:
    before = datetime.now(UTC)

    answer = server.post(f"{prefix}/{agent_id}/promote-councilor", promotion())

    agent = answer["agent"]
    assert (answer["success"], agent["is_councilor"], answer["execution"]) == (True, True, None)
    assert answer["message"]
    config = agent["councilor_config"]
    assert config["title"] == agent["title"] == "Guardiã da qualidade"
    assert config["notifications"]["channels"] == ["panel", "toast"]
    assert agent["customization"]["enabled"] is True
    stats = {"total_executions": 0, "last_execution": None, "success_rate": 0.0}
    assert {name: agent["stats"][name] for name in stats} == stats
    due = in_utc(agent["next_execution"])
    assert timedelta(minutes=29) < due - before < timedelta(minutes=31), "after one interval"


def test_promote_one_that_has_a_seat(server: Server, seat: str) -> None:
    refusal(server.api.post(f"{seat}/promote-councilor", json=promotion()), 409)


def test_promote_nobody(server: Server, prefix: str) -> None:
    refusal(server.api.post(f"{prefix}/nobody/promote-councilor", json=promotion()), 404)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"title": "  "}, "title"),
        ({"schedule": {"type": "interval", "value": "0m"}}, "schedule"),
        ({"schedule": {"type": "interval", "value": "soon"}}, "schedule"),
        ({"schedule": {"type": "cron", "value": "0 9 * *"}}, "schedule"),
        ({"schedule": {"type": "cron", "value": "0 99 * * *"}}, "schedule"),
        ({"task": {"name": "a", "prompt": "x" * 10_001}}, "prompt"),
        ({"task": {"name": " ", "prompt": "x"}}, "name"),
        ({"notifications": {"channels": []}}, "channels"),
        ({"notifications": {"channels": ["pigeon"]}}, "channels"),
    ],
)
def test_promote_with_what_cannot_be(
    server: Server, agent_id: str, prefix: str, fields: Json, named: str
) -> None:
    body = promotion(**fields)

    response = server.api.post(f"{prefix}/{agent_id}/promote-councilor", json=body)

    refusal(response, 422)
    assert any(named in error["field"] for error in response.json()["errors"])
    assert listed(server, prefix, agent_id) is None


def test_a_color_begins_with_a_hash(server: Server, agent_id: str, prefix: str) -> None:
    body = promotion() | {"customization": {"display_name": "Silva", "color": "red"}}

    refusal(server.api.post(f"{prefix}/{agent_id}/promote-councilor", json=body), 422)


def test_channels_that_are_named_twice_are_one_in_the_order_given(
    server: Server, agent_id: str, prefix: str
) -> None:
    body = promotion(notifications={"channels": ["toast", "panel", "toast"]})

    answer = server.post(f"{prefix}/{agent_id}/promote-councilor", body)

    channels = answer["agent"]["councilor_config"]["notifications"]["channels"]
    assert channels == ["toast", "panel"]


@pytest.mark.parametrize("value", ["15m", "30m", "1h", "2h", "6h", "12h", "1d", " 45m "])
def test_the_intervals_that_the_forms_suggest(
    server: Server, agent_id: str, prefix: str, value: str
) -> None:
    body = promotion(schedule={"type": "interval", "value": value, "enabled": True})

    answer = server.post(f"{prefix}/{agent_id}/promote-councilor", body)

    assert answer["agent"]["councilor_config"]["schedule"]["value"] == value.strip()


@pytest.mark.parametrize("day", ["1", "MON", "mon"])
def test_the_first_weekday_of_a_cron_line_is_monday(
    server: Server, agent_id: str, prefix: str, day: str
) -> None:
    schedule = {"type": "cron", "value": f"0 9 * * {day}", "enabled": True}

    answer = server.post(f"{prefix}/{agent_id}/promote-councilor", promotion(schedule=schedule))

    due = in_utc(answer["agent"]["next_execution"])
    assert (due.weekday(), due.hour, due.minute) == (0, 9, 0)


@pytest.mark.parametrize("day", ["0", "7"])
def test_a_week_may_begin_or_end_with_sunday(
    server: Server, agent_id: str, prefix: str, day: str
) -> None:
    schedule = {"type": "cron", "value": f"0 0 * * {day}", "enabled": True}

    answer = server.post(f"{prefix}/{agent_id}/promote-councilor", promotion(schedule=schedule))

    assert in_utc(answer["agent"]["next_execution"]).weekday() == 6


def test_demote(server: Server, prefix: str, seat: str) -> None:
    answer = server.delete(f"{seat}/demote-councilor")

    agent = answer["agent"]
    assert (answer["success"], agent["is_councilor"], agent["councilor_config"]) == (
        True,
        False,
        None,
    )
    assert agent["customization"]["display_name"] == "Silva", "it is kept"
    assert agent["stats"] is not None
    assert listed(server, prefix, agent["agent_id"]) is None
    jobs = server.get("/api/councilors/scheduler/jobs")["jobs"]
    assert agent["agent_id"] not in [job["id"] for job in jobs]


def test_demote_one_without_a_seat(server: Server, prefix: str, agent_id: str) -> None:
    refusal(server.api.delete(f"{prefix}/{agent_id}/demote-councilor"), 400)
    refusal(server.api.delete(f"{prefix}/nobody/demote-councilor"), 404)


# -- edit, pause and resume ------------------------------------------------------------------------


def test_the_edit_form_changes_the_title_and_keeps_what_it_does_not_show(
    server: Server, agent_id: str, prefix: str
) -> None:
    sent = promotion()
    sent["councilor_config"]["task"]["output_format"] = "detailed"
    server.post(f"{prefix}/{agent_id}/promote-councilor", sent)
    before = datetime.now(UTC)

    answer = server.patch(f"{prefix}/{agent_id}/councilor-config", edition())

    config = answer["agent"]["councilor_config"]
    assert answer["success"] is True
    assert config["title"] == answer["agent"]["title"] == "Outra guardiã"
    assert config["task"]["name"] == "Outra"
    assert config["task"]["output_format"] == "detailed"
    assert config["notifications"]["channels"] == ["panel"]
    due = in_utc(answer["agent"]["next_execution"])
    assert timedelta(minutes=119) < due - before < timedelta(minutes=121), "it is rescheduled"


def test_a_title_inside_the_configuration_counts_as_well(server: Server, seat: str) -> None:
    answer = server.patch(f"{seat}/councilor-config", {"councilor_config": {"title": "Dentro"}})

    assert answer["agent"]["councilor_config"]["title"] == "Dentro"


@pytest.mark.parametrize(
    ("patch", "part", "field", "value"),
    [
        ({"schedule": {"value": "6h"}}, "schedule", "value", "6h"),
        ({"schedule": {"enabled": False}}, "schedule", "enabled", False),
        ({"task": {"prompt": "Nova."}}, "task", "prompt", "Nova."),
        ({"notifications": {"on_success": True}}, "notifications", "on_success", True),
    ],
)
def test_a_sparse_patch_changes_one_field(
    server: Server, seat: str, patch: Json, part: str, field: str, value: Any
) -> None:
    agent_id = seat.rpartition("/")[2]
    before = server.get(f"/api/agents/{agent_id}")["councilor_config"]

    after = server.patch(f"{seat}/councilor-config", patch)["agent"]["councilor_config"]

    assert after[part] == before[part] | {field: value}
    assert {name: after[name] for name in after if name != part} == {
        name: before[name] for name in before if name != part
    }


def test_any_edit_resumes_a_paused_councilor(server: Server, seat: str) -> None:
    """The form always sends `enabled: true`."""
    server.patch(f"{seat}/councilor-schedule", {"enabled": False})

    answer = server.patch(f"{seat}/councilor-config", edition())

    assert answer["agent"]["councilor_config"]["schedule"]["enabled"] is True
    assert answer["agent"]["next_execution"] is not None


def test_edit_one_without_a_seat(server: Server, prefix: str, agent_id: str) -> None:
    refusal(server.api.patch(f"{prefix}/{agent_id}/councilor-config", json=edition()), 404)
    refusal(server.api.patch(f"{prefix}/nobody/councilor-config", json=edition()), 404)


def test_an_edit_that_cannot_be_is_told_as_a_text(server: Server, seat: str) -> None:
    body = edition(schedule={"type": "interval", "value": "never", "enabled": True})

    refusal(server.api.patch(f"{seat}/councilor-config", json=body), 422)


def test_pause_and_resume(server: Server, prefix: str, seat: str) -> None:
    agent_id = seat.rpartition("/")[2]

    paused = server.patch(f"{seat}/councilor-schedule", {"enabled": False})
    agent = listed(server, prefix, agent_id)
    resumed = server.patch(f"{seat}/councilor-schedule", {"enabled": True})

    assert (paused["success"], bool(paused["message"])) == (True, True)
    told = {name: paused["schedule"][name] for name in ("type", "value", "enabled")}
    assert told == {"type": "interval", "value": "30m", "enabled": False}
    assert agent is not None
    assert agent["next_execution"] is None
    assert resumed["schedule"]["enabled"] is True


def test_a_resume_schedules_a_councilor_that_never_was(
    server: Server, agent_id: str, prefix: str
) -> None:
    schedule = {"type": "interval", "value": "30m", "enabled": False}
    server.post(f"{prefix}/{agent_id}/promote-councilor", promotion(schedule=schedule))

    server.patch(f"{prefix}/{agent_id}/councilor-schedule", {"enabled": True})

    [job] = [
        job for job in server.get("/api/councilors/scheduler/jobs")["jobs"] if job["id"] == agent_id
    ]
    in_utc(job["next_run_time"])


def test_pause_one_without_a_seat(server: Server, prefix: str, agent_id: str) -> None:
    body = {"enabled": False}
    refusal(server.api.patch(f"{prefix}/{agent_id}/councilor-schedule", json=body), 404)
    refusal(server.api.patch(f"{prefix}/nobody/councilor-schedule", json=body), 404)


# -- reports and runs ------------------------------------------------------------------------------


def test_the_report_is_bare_and_wrapped(server: Server, seat: str) -> None:
    ran = server.call(seat.rpartition("/")[2])

    answer = server.get(f"{seat}/councilor-reports", limit=10)

    assert answer.keys() >= REPORT | {"report"}
    assert {name: answer[name] for name in REPORT} == {
        name: answer["report"][name] for name in REPORT
    }
    assert answer["councilor_name"] == "Silva"
    assert (answer["total_executions"], answer["success_rate"]) == (1, 100.0)
    in_utc(answer["next_execution"])
    [execution] = answer["recent_executions"]
    assert execution.keys() >= EXECUTION
    assert (execution["status"], execution["severity"]) == ("completed", "success")
    assert (execution["execution_id"], execution["error"]) == (ran["task_id"], None)
    assert execution["output"] == "all is well\n"
    assert isinstance(execution["duration_ms"], int)
    for name in ("started_at", "completed_at", "created_at"):
        in_utc(execution[name])


def test_the_newest_execution_comes_first_and_limit_cuts(server: Server, seat: str) -> None:
    ids = [server.call(seat.rpartition("/")[2])["task_id"] for _ in range(3)]

    answer = server.get(f"{seat}/councilor-reports", limit=2)

    told = [execution["execution_id"] for execution in answer["recent_executions"]]
    assert told == [ids[2], ids[1]]
    assert answer["total_executions"] == 3


@pytest.mark.parametrize("limit", [0, 101])
def test_a_limit_out_of_range(server: Server, seat: str, limit: int) -> None:
    refusal(server.api.get(f"{seat}/councilor-reports", params={"limit": limit}), 422)


def test_a_report_of_one_without_a_seat(server: Server, prefix: str, agent_id: str) -> None:
    refusal(server.api.get(f"{prefix}/{agent_id}/councilor-reports"), 404)
    refusal(server.api.get(f"{prefix}/nobody/councilor-reports"), 404)


def test_a_failed_execution_is_an_error_whatever_it_says(
    server: Server, prefix: str, agent_id: str
) -> None:
    server.delete(f"/api/agents/{agent_id}")
    server.create(agent_id, ["sh", "-c", "echo all is well; exit 3"])
    server.post(f"{prefix}/{agent_id}/promote-councilor", promotion())
    server.call(agent_id)

    answer = server.get(f"{prefix}/{agent_id}/councilor-reports")

    [execution] = answer["report"]["recent_executions"]
    assert (execution["status"], execution["severity"]) == ("error", "error")
    assert execution["error"]
    assert (answer["total_executions"], answer["success_rate"]) == (1, 0.0)


def test_a_running_execution_is_running_without_severity(
    server: Server, prefix: str, agent_id: str, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    server.delete(f"/api/agents/{agent_id}")
    server.create(agent_id, ["sh", "-c", f"while ! test -e '{gate}'; do sleep 0.02; done"])
    server.post(f"{prefix}/{agent_id}/promote-councilor", promotion())
    with server.listen() as stream:
        task_id = server.begin(agent_id)
        stream.until("councilor_started", execution_id=task_id)
        [execution] = server.get(f"{prefix}/{agent_id}/councilor-reports")["recent_executions"]
        again = server.api.post(f"{prefix}/{agent_id}/execute-now")
        gate.touch()
        stream.until_that(lambda event: event.data.get("completed_at") is not None)

    assert (execution["status"], execution["severity"]) == ("running", None)
    assert (execution["completed_at"], execution["duration_ms"]) == (None, None)
    assert task_id in refusal(again, 409)


def test_the_latest_execution(server: Server, seat: str) -> None:
    none_yet = server.get(f"{seat}/councilor-reports/latest")
    ran = server.call(seat.rpartition("/")[2])

    latest = server.get(f"{seat}/councilor-reports/latest")

    assert none_yet is None
    assert latest["execution_id"] == latest["execution"]["execution_id"] == ran["task_id"]
    assert latest["execution"].keys() >= EXECUTION
    prefix = seat.rpartition("/")[0]
    refusal(server.api.get(f"{prefix}/nobody/councilor-reports/latest"), 404)


def test_execute_now_tells_the_execution_and_the_figures(server: Server, seat: str) -> None:
    answer = server.post(f"{seat}/execute-now", wait=30)

    execution = answer["execution"]
    assert (answer["success"], bool(answer["message"])) == (True, True)
    assert execution.keys() >= EXECUTION | {"agent_id", "stats"}
    assert execution["status"] == "completed"
    assert answer["stats"] == execution["stats"]
    assert answer["stats"]["total_executions"] == 1
    in_utc(answer["stats"]["last_execution"])


def test_execute_now_of_one_without_a_seat(server: Server, prefix: str, agent_id: str) -> None:
    refusal(server.api.post(f"{prefix}/{agent_id}/execute-now"), 400)
    refusal(server.api.post(f"{prefix}/nobody/execute-now"), 404)


def test_the_figures_of_the_list_agree_with_the_report(
    server: Server, prefix: str, seat: str
) -> None:
    agent_id = seat.rpartition("/")[2]
    server.call(agent_id)
    server.call(agent_id)

    agent = listed(server, prefix, agent_id)
    report = server.get(f"{seat}/councilor-reports")

    assert agent is not None
    assert agent["stats"]["total_executions"] == report["total_executions"] == 2
    assert agent["stats"]["success_rate"] == report["success_rate"]
    assert agent["stats"]["last_execution"] == report["recent_executions"][0]["created_at"]
    assert agent["next_execution"] == report["next_execution"]


# -- executions that ran elsewhere -----------------------------------------------------------------


RECORDING_PATHS = [
    "/api/councilors/executions",
    "/api/agents/executions",
    "/api/councilors/councilors/executions",
    "/api/agents/councilors/executions",
]


def recorded(agent_id: str, **fields: Any) -> Json:
    return {
        "execution_id": f"exec_{agent_id}_1761400000",
        "councilor_id": agent_id,
        "started_at": "2025-10-25T13:46:40",
        "completed_at": "2025-10-25T13:46:42Z",
        "status": "completed",
        "severity": "warning",
        "output": "Há um arquivo grande.",
        "duration_ms": 2000,
    } | fields


@pytest.mark.parametrize("path", RECORDING_PATHS)
def test_an_execution_that_ran_elsewhere_is_kept(server: Server, agent_id: str, path: str) -> None:
    server.post(f"/api/agents/{agent_id}/promote-councilor", promotion())

    response = server.api.post(path, json=recorded(agent_id))

    assert response.status_code == 201, response.text
    answer = response.json()
    assert (answer["success"], bool(answer["message"])) == (True, True)
    report = server.get(f"/api/agents/{agent_id}/councilor-reports")
    [execution] = report["recent_executions"]
    assert execution == answer["execution"]
    assert execution.keys() >= EXECUTION
    assert (execution["status"], execution["severity"]) == ("completed", "warning")
    assert (execution["started_at"], execution["duration_ms"]) == ("2025-10-25T13:46:40Z", 2000)
    assert execution["created_at"] == execution["started_at"]
    assert (report["total_executions"], report["success_rate"]) == (1, 0.0)
    refusal(server.api.post(path, json=recorded(agent_id)), 409)
    assert server.get(f"/api/agents/{agent_id}/councilor-reports")["total_executions"] == 1
    assert server.task(execution["execution_id"])["is_councilor_execution"] is True


def test_a_failure_that_ran_elsewhere_is_an_error(server: Server, agent_id: str) -> None:
    body = recorded(agent_id, status="error", error="Sem memória.", completed_at=None)

    execution = server.post("/api/councilors/executions", body)["execution"]

    assert (execution["status"], execution["severity"]) == ("error", "error")
    assert execution["error"] == "Sem memória."
    assert execution["completed_at"] == "2025-10-25T13:46:42Z"


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"status": "running"}, 422, "running"),
        ({"status": "done"}, 422, "status"),
        ({"execution_id": "../a"}, 422, "execution_id"),
        ({"started_at": "yesterday"}, 422, "started_at"),
        ({"started_at": "2999-01-01T00:00:00Z", "completed_at": None}, 422, "future"),
        ({"completed_at": "2025-10-25T13:46:39Z"}, 422, "completed_at"),
        ({"duration_ms": -1}, 422, "duration_ms"),
        ({"severity": "fatal"}, 422, "severity"),
        ({"councilor_id": "nobody"}, 404, "nobody"),
    ],
)
def test_an_execution_that_cannot_be_kept(
    server: Server, agent_id: str, fields: Json, status: int, named: str
) -> None:
    body = recorded(agent_id, **fields)

    assert named in refusal(server.api.post("/api/councilors/executions", json=body), status)


# -- the scheduler ---------------------------------------------------------------------------------


def test_the_jobs_of_the_scheduler(server: Server, seat: str) -> None:
    agent_id = seat.rpartition("/")[2]

    answer = server.get("/api/councilors/scheduler/jobs")
    server.patch(f"{seat}/councilor-schedule", {"enabled": False})
    later = server.get("/api/councilors/scheduler/jobs")

    assert answer["count"] == len(answer["jobs"])
    [job] = [job for job in answer["jobs"] if job["id"] == agent_id]
    assert job["name"] == "Councilor: Sentinela"
    assert job["trigger"] == "interval[0:30:00]"
    in_utc(job["next_run_time"])
    [paused] = [job for job in later["jobs"] if job["id"] == agent_id]
    assert paused["next_run_time"] is None


def test_a_server_without_a_scheduler_has_no_jobs(tmp_path: Path) -> None:
    with running(tmp_path, environ={"CONSELHO_SCHEDULER_ENABLED": "false"}) as server:
        refusal(server.api.get("/api/councilors/scheduler/jobs"), 503)


def test_the_light_of_the_page(server: Server) -> None:
    assert server.api.get("/health").is_success
