"""The whole council over time, over HTTP: what ran, what was lost, what is to come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.task import SkipReason, Status
from conselho.models.verdict import Severity
from conselho.store import Loss, Store
from conselho.stores.sql import open_sql_store
from tests.support.factories import (
    failed,
    make_councilor,
    make_ended,
    make_lost,
    make_outcome,
    no_events,
)
from tests.support.server import Json, Server, running

HOUR = timedelta(hours=1)
# On the hour, so that each row stands at the beginning of its step. It is read when these tests are
# collected: hours may have begun since.
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
CALM, BUSY = AgentId("calm"), AgentId("busy")


async def fill(database: Path) -> None:
    """One that runs now and then, one that runs each minute, and a server that was away."""
    store = await open_sql_store(f"sqlite:///{database}")
    # Paused: nothing of what the test is about is done by the server itself.
    for agent, schedule in ((CALM, "6h"), (BUSY, "1m")):
        councilor = make_councilor(
            agent, schedule=schedule, enabled=False, created_at=NOW - 48 * HOUR
        )
        await store.create_agent(councilor, events=[])
    await store.import_tasks(
        [
            make_ended(CALM, NOW - 5 * HOUR, make_outcome()),
            make_ended(CALM, NOW - 3 * HOUR, failed(error="It ended with exit code 3.")),
            make_ended(CALM, NOW - 30 * HOUR, make_outcome()),
        ]
    )
    minutes = [NOW - 6 * HOUR + timedelta(minutes=n) for n in range(120)]
    await store.import_tasks([make_ended(BUSY, minute, make_outcome()) for minute in minutes])
    await store.import_tasks([make_ended(BUSY, NOW - 5 * HOUR, make_outcome(Severity.WARNING))])
    await lose(store, CALM, Status.MISSED, SkipReason.SERVER_DOWN, NOW - 2 * HOUR, NOW - HOUR)
    await lose(store, BUSY, Status.SKIPPED, SkipReason.OVERLAP, NOW - 150 * HOUR / 60, NOW - HOUR)
    for at, kind in (
        (NOW - 40 * HOUR, JournalKind.SERVER_STARTED),
        (NOW - 3 * HOUR, JournalKind.SERVER_STOPPED),
        (NOW - HOUR / 2, JournalKind.SERVER_STARTED),
    ):
        await store.write_journal([JournalEntry(at=at, kind=kind)])
    await store.close()


async def lose(
    store: Store, agent: AgentId, status: Status, reason: SkipReason, *slots: datetime
) -> None:
    row = make_lost(agent, status=status, reason=reason, at=slots[-1])
    await store.record_lost([Loss(row=row, slots=slots)], now=slots[-1], announce=no_events)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("timeline")
    (folder / "data").mkdir(mode=0o700)
    asyncio.run(fill(folder / "data" / "conselho.db"))
    with running(folder) as server:
        yield server


def lanes(told: Json) -> dict[str, Json]:
    return {lane["agent_id"]: lane for lane in told["lanes"]}


def hours(moment: str) -> float:
    return (datetime.fromisoformat(moment) - NOW) / HOUR


def test_a_quiet_lane_tells_each_run_and_each_lost_slot(server: Server) -> None:
    asked = datetime.now(UTC)
    told = server.get("/api/timeline", timezone="UTC")
    assert told["step_seconds"] == 3600
    since = datetime.fromisoformat(told["since"])
    assert asked - 25 * HOUR < since <= datetime.now(UTC) - 24 * HOUR
    lane = lanes(told)["calm"]
    assert (lane["display_name"], lane["enabled"], lane["bars"]) == ("Calm", False, None)
    good, bad, lost = lane["rows"]
    assert (good["severity"], good["summary"]) == ("success", "All is well.")
    assert (good["duration_ms"], hours(good["completed_at"])) == (60_000, -5)
    assert (bad["status"], bad["summary"]) == ("error", "It ended with exit code 3.")
    assert (lost["status"], lost["skip_reason"], lost["slot_count"]) == ("missed", "server_down", 2)
    assert (hours(lost["slot_from"]), hours(lost["slot_to"])) == (-2, -1)
    assert (lane["current"], lane["next"], lane["stretches"]) == (None, [], [])


def test_a_busy_lane_tells_how_many_and_the_trouble(server: Server) -> None:
    told = server.get("/api/timeline", timezone="UTC")
    lane = lanes(told)["busy"]
    since = datetime.fromisoformat(told["since"])
    bars = {(since - NOW) / HOUR + bar.pop("step"): bar for bar in lane["bars"]}
    assert bars[-6] == {"success": 60}
    assert bars[-5] == {"success": 60, "warning": 1}
    # Lost at half past, and an hour and a half later.
    assert (bars[-3], bars[-1]) == ({"skipped": 1}, {"skipped": 1})
    assert [row["severity"] for row in lane["rows"] if "severity" in row] == ["warning"]
    assert lane["more_troubles"] == 0
    assert hours(lane["counted_to"]) == -1


def test_it_tells_when_no_server_was_there_and_what_is_maintained(server: Server) -> None:
    window = server.post("/api/maintenance", {"reason": "new disks", "agent_ids": ["calm"]})
    told = server.get("/api/timeline")
    first = told["absences"][0]
    assert (first["kind"], hours(first["from"]), hours(first["until"])) == ("away", -3, -0.5)
    assert [one["reason"] for one in told["maintenance"]] == ["new disks"]
    server.delete(f"/api/maintenance/{window['window']['window_id']}")
    over = server.get("/api/timeline")["maintenance"]
    assert [one["state"] for one in over] == ["over"]
    ahead = {"since": NOW + 12 * HOUR, "until": NOW + 15 * HOUR}
    assert server.get("/api/timeline", **ahead)["maintenance"] == []


def test_what_is_at_work_and_what_is_to_come_follows_the_stream(server: Server) -> None:
    server.promote("worker", ["sleep", "60"], schedule="6h")
    with server.listen() as stream:
        server.begin("worker")
        heard = stream.until("councilor_started", councilor_id="worker")
        told = server.get("/api/timeline")
        lane = lanes(told)["worker"]
        assert lane["current"]["status"] == "processing"
        assert lane["current"]["task_id"] == heard.data["execution_id"]
        assert lane["current"]["started_at"] is not None
        assert [round(hours(slot) - hours(lane["next"][0])) for slot in lane["next"]][:3] == [
            0,
            6,
            12,
        ]
        assert int(told["last_event_id"].rpartition("-")[2]) >= heard.seq
        server.post(f"/api/tasks/{lane['current']['task_id']}/cancel")
        stream.until(
            "councilor_execution", execution_id=lane["current"]["task_id"], status="cancelled"
        )
    ended = lanes(server.get("/api/timeline"))["worker"]
    assert ended["current"] is None
    assert [row["status"] for row in ended["rows"]] == ["cancelled"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "2999-12-31T23:00:00Z"}, "since"),
        ({"since": "1950-01-01T00:00:00Z"}, "since"),
        ({"until": "2020-01-01T00:00:00Z"}, "since"),
        ({"since": "2026-01-01T00:00:00Z", "until": "2026-03-03T00:00:00Z"}, "since"),
        ({"until": "tomorrow"}, "until"),
        ({"until": f"{NOW + 9 * 24 * HOUR:%Y-%m-%dT%H:%M:%SZ}"}, "until"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_a_span_that_cannot_be_shown_is_refused(
    server: Server, query: dict[str, str], field: str
) -> None:
    response = server.api.get("/api/timeline", params=query)
    assert response.status_code == 422, response.text
    assert field in response.json()["detail"]


def test_a_time_long_past_is_empty_and_quick(server: Server) -> None:
    span = {"since": "2020-01-01T00:00:00Z", "until": "2020-02-01T00:00:00Z"}
    told = server.get("/api/timeline", **span)
    assert told["step_seconds"] == 86_400
    assert all(lane["rows"] == [] and lane["next"] == [] for lane in told["lanes"])
