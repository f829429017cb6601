"""The clock over HTTP: previews, orders to several councilors, maintenance, backfills, journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import Json, Server, running

HOURLY = "0 * * * *"

# Further back than any slot of this test run, and not so far that runs of then are deleted.
LONG_AGO = datetime.now(UTC).date() - timedelta(days=20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One council for the tests of this module: each has a tag of its own."""
    with running(tmp_path_factory.mktemp("clock")) as server:
        yield server


@pytest.fixture
def tag(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """A tag that no other test uses; the agents `<tag>-...` are gone afterwards."""
    name = request.node.originalname.removeprefix("test_")[:60].replace("_", "-")
    yield name
    for agent in server.get("/api/agents"):
        if agent["agent_id"].startswith(name):
            server.delete(f"/api/agents/{agent['agent_id']}")


def seat(server: Server, tag: str, *names: str, **fields: Any) -> list[str]:
    """Councilors `<tag>-<name>` that bear the tag, due at each full hour."""
    ids = [f"{tag}-{name}" for name in names]
    for agent_id in ids:
        server.promote(agent_id, tags=[tag], **({"schedule": "1d"} | fields))
    return ids


def hourly(server: Server, tag: str, *names: str) -> list[str]:
    ids = seat(server, tag, *names)
    for agent_id in ids:
        server.patch(f"/api/councilors/{agent_id}/councilor-config", {"schedule": HOURLY})
    return ids


def refused(server: Server, path: str, body: Json, status: int, *said: str) -> Json:
    response = server.api.post(path, json=body)
    assert response.status_code == status, response.text
    answer: Json = response.json()
    assert all(part in answer["detail"] for part in said), answer
    return answer


def full_hours(first: str, hours: int) -> list[str]:
    start = datetime.fromisoformat(first)
    return [
        (start + timedelta(hours=hour)).isoformat().replace("+00:00", "Z") for hour in range(hours)
    ]


# -- previews --------------------------------------------------------------------------------------


def test_a_schedule_is_shown_in_sentences_and_slots_before_it_is_stored(server: Server) -> None:
    found = server.post(
        "/api/schedules/preview",
        {
            "schedule": {"value": "30 2 * * *", "timezone": "America/New_York"},
            "after": "2027-03-13T12:00:00Z",
            "count": 2,
        },
    )

    assert found["success"] is True
    assert found["schedule"]["value"] == "30 2 * * *"
    assert found["schedule"]["gap"] == "run_after"
    assert found["sentence"]["en"].startswith("every day at 02:30")
    assert set(found["sentence"]) == {"pt-BR", "en"}
    assert found["timezone"] == "America/New_York"
    assert found["slots"] == [
        {"at": "2027-03-14T07:30:00Z", "local": "2027-03-14T03:30:00-04:00", "note": "gap"},
        {"at": "2027-03-15T06:30:00Z", "local": "2027-03-15T02:30:00-04:00", "note": None},
    ]
    assert (found["left_out"], found["warnings"]) == ({}, [])


def test_a_preview_counts_what_is_left_out_and_warns(server: Server) -> None:
    schedule = {"value": HOURLY, "active_hours": ["09:00-11:00"], "excluded_dates": ["2026-11-30"]}
    found = server.post(
        "/api/schedules/preview",
        {"schedule": schedule, "count": 3, "after": "2026-11-29T10:00:00Z"},
    )
    assert [slot["at"] for slot in found["slots"]] == [
        "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z", "2026-12-02T09:00:00Z"
    ]  # fmt: skip
    assert found["left_out"]["excluded_date"] == 24

    past = {"schedule": "2020-01-01T00:00", "count": 1}
    assert [each["code"] for each in server.post("/api/schedules/preview", past)["warnings"]] == [
        "past"
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"schedule": "0 0 31 2 *"}, "schedule.value"),
        ({"schedule": {"value": "1h", "timezone": "Mars/Base"}}, "schedule.timezone"),
        ({"schedule": "0m"}, "schedule.value"),
        ({"schedule": {"value": "10s"}, "provider": "claude"}, "schedule.value"),
        (
            {"schedule": {"value": "1h", "excluded_calendars": ["no"]}},
            "schedule.excluded_calendars.0",
        ),
        ({"schedule": "1h", "count": 101}, "count"),
        ({"schedule": "1h", "count": 0}, "count"),
        ({"schedule": "1h", "after": "2026-11-30T10:00"}, "after"),
        ({}, "schedule"),
    ],
)
def test_a_preview_is_refused_like_the_schedule_itself(
    server: Server, body: Json, field: str
) -> None:
    answer = refused(server, "/api/schedules/preview", body, 422)

    assert [error["field"] for error in answer["errors"]] == [field]


def test_a_councilor_keeps_its_anchor_in_a_preview_of_what_it_has(server: Server, tag: str) -> None:
    [agent_id] = seat(server, tag, "ana", schedule="1h")
    own = server.get(f"/api/councilors/{agent_id}/next", count=2)
    body = {"agent_id": agent_id, "count": 2}

    same = server.post("/api/schedules/preview", body | {"schedule": "1h"})

    assert same["slots"] == own["slots"]
    due = server.get(f"/api/agents/{agent_id}")["next_execution"]
    assert (own["slots"][0]["at"], len(own["slots"])) == (due, 2)
    other = server.post("/api/schedules/preview", body | {"schedule": "2h"})
    assert other["slots"][0]["at"] > own["slots"][0]["at"]


def test_the_next_slots_tell_of_a_pause(server: Server, tag: str) -> None:
    [agent_id] = seat(server, tag, "ana")
    before = server.get(f"/api/agents/{agent_id}/next", count=1)
    assert (before["agent_id"], before["enabled"], before["paused_since"]) == (agent_id, True, None)

    server.patch(f"/api/agents/{agent_id}/councilor-schedule", {"enabled": False})

    paused = server.get(f"/api/councilors/{agent_id}/next", count=1)
    assert (paused["enabled"], paused["slots"]) == (False, before["slots"])
    [entry] = server.get("/api/journal", agent_id=agent_id, limit=1)["entries"]
    assert (paused["paused_since"], entry["kind"]) == (entry["at"], "paused")


def test_there_are_no_next_slots_without_a_seat(server: Server, tag: str) -> None:
    server.create(f"{tag}-ana")
    for agent_id in (f"{tag}-ana", "nobody"):
        assert server.api.get(f"/api/councilors/{agent_id}/next").status_code == 404


# -- orders to several -----------------------------------------------------------------------------


def test_councilors_of_a_tag_are_paused_and_come_back_together(server: Server, tag: str) -> None:
    ana, bia, caio = seat(server, tag, "ana", "bia", "caio")
    server.patch(f"/api/agents/{bia}/councilor-schedule", {"enabled": False})

    paused = server.post("/api/council/pause", {"tag": tag})
    assert (paused["success"], paused["changed"], paused["unchanged"]) == (True, [ana, caio], [bia])
    assert paused["message"] == "2 councilors were paused; 1 councilor was paused already."
    assert server.get(f"/api/agents/{ana}")["next_execution"] is None

    back = server.post("/api/council/resume", {"tags": [tag]})
    assert (back["changed"], back["still_paused"], back["failed"]) == ([ana, caio], [bia], [])
    assert "paused one by one" in back["message"]
    assert server.get(f"/api/agents/{ana}")["next_execution"] is not None

    whole = server.post("/api/council/resume", {"agent_ids": [bia], "include_single": True})
    assert whole["changed"] == [bia]


def test_a_run_of_several_starts_each_and_names_who_is_at_work(server: Server, tag: str) -> None:
    ana, bia = seat(server, tag, "ana", "bia")
    slow = f"{tag}-slow"
    server.promote(slow, command=["sleep", "60"], tags=[tag])
    active = server.begin(slow)

    done = server.post("/api/council/run", {"tag": tag})

    assert [one["agent_id"] for one in done["started"]] == [ana, bia]
    assert all(server.task(one["execution_id"])["trigger"] == "manual" for one in done["started"])
    [busy] = done["refused"]
    assert (busy["agent_id"], active in busy["detail"]) == (slow, True)
    assert done["success"] is False
    server.post(f"/api/tasks/{active}/cancel")


@pytest.mark.parametrize("path", ["/api/council/pause", "/api/council/resume", "/api/council/run"])
def test_who_is_meant_must_be_said_in_one_way(server: Server, path: str) -> None:
    refused(server, path, {}, 422, "say which councilors")
    refused(server, path, {"all": True, "tag": "x"}, 422, "not by tag and all")
    refused(server, path, {"agent_ids": ["zoe", "yan"]}, 404, "'zoe', 'yan'")
    refused(server, path, {"tag": "nobody-bears-it"}, 404, "No councilor bears the tag")


# -- maintenance -----------------------------------------------------------------------------------


def test_a_window_is_set_seen_told_and_ended(server: Server, tag: str) -> None:
    [agent_id] = seat(server, tag, "ana")
    with server.listen() as stream:
        response = server.api.post(
            "/api/maintenance", json={"duration": "2h", "reason": "new disks", "tags": [tag]}
        )
        assert response.status_code == 201
        window = response.json()["window"]
        told = stream.until("council_journal")
    assert (window["state"], window["tags"], window["agent_ids"]) == ("active", [tag], [])
    assert (told.data["entry"]["kind"], told.data["window"]) == ("maintenance_set", window)
    length = datetime.fromisoformat(window["ends_at"]) - datetime.fromisoformat(window["starts_at"])
    assert length == timedelta(hours=2)
    assert window in server.get("/api/maintenance")["windows"]
    listed = {agent["agent_id"]: agent for agent in server.get("/api/councilors")["agents"]}
    assert listed[agent_id]["maintenance"] == window
    assert all(
        agent["maintenance"] is None for other, agent in listed.items() if tag not in agent["tags"]
    )

    ended = server.delete(f"/api/maintenance/{window['window_id']}")

    assert ended["window"]["state"] == "over"
    known = [each["window_id"] for each in server.get("/api/maintenance")["windows"]]
    assert window["window_id"] not in known
    every = {each["window_id"]: each for each in server.get("/api/maintenance", all=1)["windows"]}
    assert every[window["window_id"]]["state"] == "over"
    again = server.api.delete(f"/api/maintenance/{window['window_id']}")
    assert again.status_code == 409


def test_slots_in_a_window_are_skipped_with_its_reason(server: Server, tag: str) -> None:
    with server.listen() as stream:
        server.post("/api/maintenance", {"reason": "new disks", "tags": [tag]})
        [agent_id] = seat(server, tag, "ana", schedule="1s")
        lost = stream.until("councilor_skipped", councilor_id=agent_id)
        assert (lost.data["status"], lost.data["reason"]) == ("skipped", "maintenance")
    [row] = server.get(f"/api/councilors/{agent_id}/councilor-reports")["slots"]
    assert "new disks" in row["error"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"duration": "two hours"}, 422, "is not a length of time"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, 422, "end before it begins"),
        ({"ends_at": "2999-01-01T00:00:00Z", "duration": "1h"}, 422, "not both"),
        ({"starts_at": "2026-11-30T10:00"}, 422, "tells no time zone"),
        ({"agent_ids": ["zoe"]}, 404, "'zoe'"),
    ],
)
def test_a_window_that_cannot_be_is_refused(
    server: Server, body: Json, status: int, said: str
) -> None:
    before = server.get("/api/maintenance", all=1)["count"]

    refused(server, "/api/maintenance", body, status, said)

    assert server.get("/api/maintenance", all=1)["count"] == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/maintenance", {"until": "2999-01-01T00:00:00Z"}),
        ("/api/council/pause", {"tags": ["nobody"], "everyone": False}),
        ("/api/backfills", {"tag": "nobody", "from": f"{LONG_AGO}T00:00:00Z", "to": "now"}),
    ],
)
def test_an_order_with_a_word_that_is_not_known_is_refused(
    server: Server, path: str, body: Json
) -> None:
    *_, unknown = body

    answer = refused(server, path, body, 422)

    assert [error["field"] for error in answer["errors"]] == [unknown]


def test_an_edit_that_leaves_nothing_to_run_says_so(server: Server, tag: str) -> None:
    [ana] = hourly(server, tag, "ana")
    url = f"/api/councilors/{ana}/councilor-config"

    night = server.api.patch(
        url, json={"schedule": {"value": "0 12 * * *", "active_hours": "22:00-06:00"}}
    )
    day = server.api.patch(url, json={"schedule": {"active_hours": "06:00-22:00"}})

    assert (night.status_code, day.status_code) == (200, 200)
    [warning] = night.json()["warnings"]
    assert warning["message"]
    assert day.json()["warnings"] == []


# -- backfills -------------------------------------------------------------------------------------


def test_a_backfill_starts_only_with_the_number_that_was_told(server: Server, tag: str) -> None:
    ana, bia = hourly(server, tag, "ana", "bia")
    body = {"tag": tag, "from": f"{LONG_AGO}T00:00:00Z", "until": f"{LONG_AGO}T01:00:00Z"}

    plan = server.post("/api/backfills", body)
    assert (plan["confirm"], plan["per_councilor"]) == (4, {ana: 2, bia: 2})
    assert plan["message"].startswith("This would start 4 runs.")
    assert server.post("/api/backfills", body | {"confirm": 4, "dry_run": True})["confirm"] == 4
    assert refused(server, "/api/backfills", body | {"confirm": 5}, 409, "4 runs")["confirm"] == 4
    assert server.get("/api/tasks", trigger="backfill", agent_id=ana)["total"] == 0

    with server.listen() as stream:
        response = server.api.post("/api/backfills", json=body | {"confirm": 4})
        assert response.status_code == 202
        assert (response.json()["started"], response.json()["duplicates"]) == (4, 0)
        stream.until("councilor_completed", councilor_id=ana)
    rows = server.get("/api/tasks", trigger="backfill", agent_id=ana)["tasks"]
    assert sorted(row["due_at"] for row in rows) == full_hours(f"{LONG_AGO}T00:00:00+00:00", 2)
    assert {row["trigger"] for row in rows} == {"backfill"}

    again = server.post("/api/backfills", body)
    assert (again["confirm"], again["duplicates"]) == (0, 4)
    [entry] = server.get("/api/journal", agent_id=ana, limit=1)["entries"]
    assert (entry["kind"], entry["detail"][:1]) == ("backfill", "2")


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"until": "2999-01-01T00:00:00Z"}, "until", "lies in the future"),
        ({"from": f"{LONG_AGO}T02:00:00Z"}, "from", "comes after until"),
        ({"from": "2024-01-01T00:00:00Z"}, "from", "366 days"),
        ({"from": f"{LONG_AGO - timedelta(days=200)}T00:00:00Z"}, "from", "are deleted"),
        ({"from": f"{LONG_AGO - timedelta(days=45)}T00:00:00Z"}, "until", "at most 1000"),
        ({"from": "yesterday"}, "from", "is not a moment"),
        ({"confirm": "all"}, "confirm", "whole number"),
    ],
)
def test_a_backfill_that_is_too_much_is_refused(
    server: Server, tag: str, change: Json, field: str, said: str
) -> None:
    hourly(server, tag, "ana")
    body = {"tag": tag, "from": f"{LONG_AGO}T00:00:00Z", "until": f"{LONG_AGO}T01:00:00Z"}

    answer = refused(server, "/api/backfills", body | change, 422, said)

    assert [error["field"] for error in answer["errors"]] == [field]


# -- the journal -----------------------------------------------------------------------------------


def test_the_journal_is_read_page_by_page_newest_first(server: Server, tag: str) -> None:
    [agent_id] = seat(server, tag, "ana")
    server.patch(f"/api/agents/{agent_id}/councilor-schedule", {"enabled": False})
    server.patch(f"/api/agents/{agent_id}/councilor-schedule", {"enabled": True})

    first = server.get("/api/journal", agent_id=agent_id, limit=2)
    rest = server.get("/api/journal", agent_id=agent_id, limit=2, before=first["next_before"])

    assert [entry["kind"] for entry in first["entries"] + rest["entries"]] == [
        "resumed", "paused", "promoted"
    ]  # fmt: skip
    assert (first["count"], rest["count"], rest["next_before"]) == (2, 1, None)
    assert all(set(entry) == {"seq", "at", "kind", "agent_id", "display_name", "detail"}
               for entry in first["entries"])  # fmt: skip
    assert server.api.get("/api/journal?limit=0").status_code == 422
    assert server.api.get(f"/api/journal?before={2**63}").status_code == 422


def test_the_journal_outlives_a_restart_and_tells_of_it(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.promote("ana")
        server.stop()
        server.start()
        kinds = [entry["kind"] for entry in server.get("/api/journal")["entries"]]
        newest = datetime.fromisoformat(server.get("/api/journal")["entries"][0]["at"])
    assert kinds == ["server_started", "server_stopped", "promoted", "server_started"]
    assert datetime.now(UTC) - newest < timedelta(minutes=5)
