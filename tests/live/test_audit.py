"""Who changed what, as GET /api/audit tells it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import CONSELHO, Json, Server, config, environment, running

SECRET = "correct-horse-battery-staple"


def entries(server: Server, **query: Any) -> list[Json]:
    """Oldest first."""
    found: list[Json] = server.get("/api/audit", **query)["entries"]
    return found[::-1]


def acts(server: Server, target: str) -> list[str]:
    return [entry["action"] for entry in entries(server, target=target)]


def enabled(value: bool) -> Json:
    return {"councilor_config": {"schedule": {"enabled": value}}}


def test_the_life_of_a_councilor_is_told_with_what_changed(server: Server) -> None:
    server.promote("life", command=["true"])
    patch = {"councilor_config": {"schedule": {"type": "interval", "value": "2d"}}}
    for _ in range(2):  # the second changes nothing
        server.patch("/api/councilors/life/councilor-config", patch)
    server.patch("/api/agents/life/councilor-schedule", {"enabled": False})
    server.patch("/api/agents/life/councilor-schedule", {"enabled": True})
    server.delete("/api/councilors/life/demote-councilor")
    server.patch("/api/agents/life", {"name": "Long life"})
    server.delete("/api/agents/life")

    told = entries(server, target="life")

    assert [entry["action"] for entry in told] == [
        "create_agent", "promote", "edit", "pause", "resume", "demote", "edit_agent",
        "delete_agent",
    ]  # fmt: skip
    created, promoted, edited, paused, resumed, demoted, renamed, deleted = told
    for entry in told:
        assert (entry["actor"], entry["role"], entry["address"]) == ("local", "admin", "127.0.0.1")
        assert entry["at"].endswith("Z")
    assert created["before"] is None
    assert (created["after"]["name"], created["after"]["command"]) == ("Life", ["true"])
    assert promoted["before"] == {"councilor_config": None}
    assert promoted["after"]["councilor_config"]["title"] == "Guardiã"
    assert set(edited["before"]) == set(edited["after"]) == {"councilor_config"}
    assert set(edited["after"]["councilor_config"]) == {"schedule"}
    assert edited["before"]["councilor_config"]["schedule"]["value"] == "1d"
    assert edited["after"]["councilor_config"]["schedule"]["value"] == "2d"
    assert (paused["before"], paused["after"]) == (enabled(True), enabled(False))
    assert (resumed["before"], resumed["after"]) == (enabled(False), enabled(True))
    assert demoted["after"]["councilor_config"] is None
    assert (renamed["before"], renamed["after"]) == ({"name": "Life"}, {"name": "Long life"})
    assert deleted["before"]["name"] == "Long life"
    assert deleted["after"] is None


def test_runs_and_their_cancelling(server: Server) -> None:
    server.promote("runs", command=["sleep", "60"])
    task_id = server.begin("runs")
    for _ in range(2):  # asked again, it changes nothing
        server.post(f"/api/tasks/{task_id}/cancel")

    *_, run = entries(server, target="runs")
    [cancel] = entries(server, target=task_id)

    assert (run["action"], run["after"]) == ("run", {"execution_id": task_id})
    assert (cancel["action"], cancel["before"].keys()) == ("cancel", cancel["after"].keys())
    assert cancel["before"] != cancel["after"]


def test_what_is_refused_is_not_told(server: Server) -> None:
    server.create("refused")
    newest = server.get("/api/audit", limit=1)["entries"][0]["seq"]
    refusals = [
        server.api.post("/api/agents", json={"agent_id": "refused", "name": "A"}),
        server.api.post("/api/councilors/refused/execute-now"),
        server.api.patch("/api/councilors/nobody/councilor-config", json={"title": "x"}),
        server.api.delete("/api/councilors/refused/demote-councilor"),
        server.api.delete("/api/agents/nobody"),
        server.api.post("/api/tasks/nothing/cancel"),
    ]
    assert all(400 <= answer.status_code < 500 for answer in refusals)
    assert server.get("/api/audit", limit=1)["entries"][0]["seq"] == newest


def test_orders_to_several_are_told_one_by_one(server: Server) -> None:
    for name in ("several-a", "several-b"):
        server.promote(name, command=["true"], tags=["several"])
    server.post("/api/council/pause", {"tag": "several"})
    server.post("/api/council/resume", {"tag": "several"})
    started = server.post("/api/council/run", {"tag": "several"})["started"]

    for name in ("several-a", "several-b"):
        *_, paused, resumed, run = entries(server, target=name)
        assert (paused["action"], paused["before"], paused["after"]) == (
            "pause", enabled(True), enabled(False),
        )  # fmt: skip
        assert (resumed["action"], resumed["before"], resumed["after"]) == (
            "resume", enabled(False), enabled(True),
        )  # fmt: skip
        assert run["action"] == "run"
        assert {"agent_id": name, **run["after"]} in started


def test_maintenance_and_backfills(server: Server) -> None:
    server.promote("slots", command=["true"])
    hourly = {"schedule": {"type": "cron", "value": "0 * * * *"}}
    server.patch("/api/councilors/slots/councilor-config", hourly)
    window = server.post("/api/maintenance", {"reason": "move", "agent_ids": ["slots"]})["window"]
    server.delete(f"/api/maintenance/{window['window_id']}")
    began, ended = entries(server, target=window["window_id"])
    assert (began["action"], began["after"]["reason"]) == ("maintenance_set", "move")
    assert (ended["action"], ended["after"]["state"]) == ("maintenance_ended", "over")

    day = datetime.now(UTC).date() - timedelta(days=20)
    form = {
        "agent_ids": ["slots"], "from": f"{day}T00:00:00Z", "until": f"{day}T01:00:00Z",
    }  # fmt: skip
    count = server.post("/api/backfills", form)["confirm"]
    assert count > 0
    server.post("/api/backfills", form | {"confirm": count})
    [*_, filled] = entries(server, limit=1)
    assert (filled["action"], filled["target"]) == ("backfill", None)
    assert filled["after"]["agent_ids"] == ["slots"]
    assert filled["after"]["started"] == count


def test_applied_files_are_told_for_each_agent_that_changed(server: Server) -> None:
    def apply(schedule: str) -> None:
        text = (
            "---\nagent_id: filed\nname: Filed\nprovider: command\ncommand: ['true']\n"
            f"title: Guard\nschedule: {schedule}\ntask: look\n---\nLook around.\n"
        )
        form = {"files": [{"name": "filed.md", "text": text}], "base": str(server.folder)}
        server.post("/api/council", form)

    for schedule in ("1d", "1d", "2d"):
        apply(schedule)

    created, changed = entries(server, target="filed")
    assert (created["action"], created["before"]) == ("apply", None)
    assert changed["before"]["councilor_config"]["schedule"]["value"] == "1d"
    assert changed["after"]["councilor_config"]["schedule"]["value"] == "2d"
    assert "name" not in changed["after"]


def test_pages_go_on_where_the_one_before_ended(server: Server) -> None:
    for n in range(5):
        server.create(f"page-{n}")
    seen: list[Json] = []
    before = None
    while True:
        query = {"limit": 2} | ({"before": before} if before else {})
        page = server.get("/api/audit", **query)
        assert page["count"] == len(page["entries"]) <= 2
        seen += page["entries"]
        before = page["next_before"]
        if before is None:
            break
    numbers = [entry["seq"] for entry in seen]
    assert numbers == sorted(set(numbers), reverse=True)
    assert {f"page-{n}" for n in range(5)} <= {entry["target"] for entry in seen}
    assert entries(server, actor="nobody") == []
    assert entries(server, actor="local", limit=1) == [seen[0]]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"before": 0}, {"before": "x"}])
def test_a_question_that_makes_no_sense_is_refused(server: Server, query: Json) -> None:
    assert server.api.get("/api/audit", params=query).status_code == 422


def test_secrets_and_long_prompts_do_not_get_into_it(tmp_path: Path) -> None:
    with running(tmp_path, environ={"DEPLOY_TOKEN": SECRET}) as server:
        server.create("ana", ["deploy", SECRET])
        task = {"name": "look", "prompt": "p" * 9000}
        server.post(
            "/api/councilors/ana/promote-councilor", {"councilor_config": config(task=task)}
        )

        created, promoted = entries(server)

        assert created["after"]["command"] == ["deploy", "[redacted: server secret]"]
        prompt = promoted["after"]["councilor_config"]["task"]["prompt"]
        assert prompt == "p" * 4096 + "… (9000 characters)"
        server.stop()
        server.start()
        assert entries(server) == [created, promoted]


def test_an_act_stands_when_its_entry_cannot_be_written(tmp_path: Path) -> None:
    with running(tmp_path, environ={"DEPLOY_TOKEN": SECRET}) as server:
        assert entries(server) == []  # the store is open
        with closing(sqlite3.connect(server.database)) as database:
            database.execute("DROP TABLE audit")

        server.create("ana", ["deploy", SECRET])

        assert server.get("/api/agents/ana")["name"] == "Ana"
        [line] = [one for one in server.log.read_text().splitlines() if "audit.not_written" in one]
        assert "create_agent" in line
        assert "local" in line
        assert SECRET not in line
        assert server.api.get("/api/audit").status_code == 503


def with_token(server: Server, name: str, role: str) -> tuple[str, Json]:
    """The id of a new token, and the headers that show it."""
    made = server.post("/api/tokens", {"name": name, "role": role})
    return made["token"]["token_id"], {"Authorization": f"Bearer {made['secret']}"}


def test_acts_are_told_with_the_name_of_the_token(server: Server) -> None:
    server.promote("watched", command=["true"])
    token_id, shown = with_token(server, "night-watch", "operator")
    started = server.api.post("/api/councilors/watched/execute-now", headers=shown)
    assert started.status_code == 200
    server.delete(f"/api/tokens/{token_id}")

    [run] = entries(server, actor="night-watch")
    assert (run["action"], run["target"], run["role"]) == ("run", "watched", "operator")
    made, revoked = entries(server, target=token_id)
    assert (made["action"], made["actor"]) == ("token_created", "local")
    assert (made["after"]["name"], made["after"]["role"]) == ("night-watch", "operator")
    assert revoked["action"] == "token_revoked"
    secret = shown["Authorization"].removeprefix("Bearer ")
    assert secret not in server.api.get("/api/audit", params={"limit": 500}).text


@pytest.mark.parametrize(("role", "expected"), [("viewer", 403), ("operator", 403), ("admin", 200)])
def test_the_audit_is_for_administrators(server: Server, role: str, expected: int) -> None:
    _, shown = with_token(server, f"reading-{role}", role)
    assert server.api.get("/api/audit", headers=shown).status_code == expected


def test_what_is_done_without_a_server_is_told_too(tmp_path: Path) -> None:
    council = tmp_path / "council"
    council.mkdir()
    (council / "ana.md").write_text(
        "---\nagent_id: ana\nname: Ana\nprovider: command\ncommand: ['true']\n"
        "title: Guard\nschedule: 1d\ntask: look\n---\nLook around.\n"
    )
    data_dir = tmp_path / "data"

    def conselho(*arguments: str) -> Json:
        done = subprocess.run(
            [CONSELHO, *arguments, "--json"],
            env=environment({"CONSELHO_DATA_DIR": str(data_dir)}),
            capture_output=True,
            timeout=60,
            check=True,
        )
        answer: Json = json.loads(done.stdout)
        return answer

    conselho("apply", str(council))
    made = conselho("token", "create", "--role", "viewer", "--name", "eva")
    conselho("token", "revoke", made["token"]["token_id"])

    with running(tmp_path) as server:
        applied, created, revoked = entries(server)
        assert (applied["action"], applied["target"], applied["before"]) == ("apply", "ana", None)
        assert (created["action"], created["after"]["name"]) == ("token_created", "eva")
        assert revoked["action"] == "token_revoked"
        assert created["target"] == revoked["target"] == made["token"]["token_id"]
        assert {(one["actor"], one["address"]) for one in (applied, created, revoked)} == {
            ("local", "")
        }
        assert made["secret"] not in server.api.get("/api/audit").text
