"""Chapter 11. Orders to the clock: a look ahead, a pause of many, maintenance, the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.server import Server


def test_a_schedule_is_looked_at_before_it_is_given(server: Server) -> None:
    seen = server.post(
        "/api/schedules/preview",
        {"schedule": {"value": "0 9 * * 1", "timezone": "America/Sao_Paulo"}, "count": 2},
    )

    assert seen["sentence"]["pt-BR"].startswith("toda segunda-feira às 09:00")
    assert [slot["local"][11:16] for slot in seen["slots"]] == ["09:00", "09:00"]


def test_what_belongs_together_is_paused_and_resumed_together(server: Server) -> None:
    for name in ("olga", "pedro"):
        server.promote(name, tags=["release"])

    paused = server.post("/api/council/pause", {"tag": "release"})
    assert paused["changed"] == ["olga", "pedro"]

    resumed = server.post("/api/council/resume", {"tag": "release"})
    assert resumed["changed"] == ["olga", "pedro"]


def test_in_a_maintenance_window_slots_are_skipped_with_its_reason(server: Server) -> None:
    server.promote("rosa")
    asked = {"reason": "new disks", "agent_ids": ["rosa"]}
    window = server.post("/api/maintenance", asked)["window"]
    assert window["state"] == "active"

    with server.listen() as stream:
        server.patch("/api/councilors/rosa/councilor-config", {"schedule": "1s"})
        skipped = stream.until("councilor_skipped", councilor_id="rosa")
    assert skipped.data["reason"] == "maintenance"

    server.delete(f"/api/maintenance/{window['window_id']}")
    server.delete("/api/councilors/rosa/demote-councilor")


def test_slots_of_the_past_run_after_somebody_confirmed_how_many(server: Server) -> None:
    server.promote("saulo")
    server.patch("/api/councilors/saulo/councilor-config", {"schedule": "0 9 * * *"})
    day = datetime.now(UTC).date() - timedelta(days=20)
    asked = {
        "agent_ids": ["saulo"],
        "from": f"{day}T00:00:00Z",
        "until": f"{day + timedelta(days=2)}T23:59:00Z",
    }

    plan = server.post("/api/backfills", asked)
    assert (plan["confirm"], plan["per_councilor"]) == (3, {"saulo": 3})

    with server.listen() as stream:
        assert server.post("/api/backfills", asked | {"confirm": 3})["started"] == 3
        stream.until("councilor_completed", councilor_id="saulo")


def test_everything_that_people_did_stands_in_the_journal(server: Server) -> None:
    entries = server.get("/api/journal", agent_id="saulo")["entries"]

    assert [entry["kind"] for entry in entries] == ["backfill", "edited", "promoted"]
