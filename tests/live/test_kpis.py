"""The council in figures over HTTP, and figures over time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.task import Outcome, SkipReason, Status
from conselho.models.verdict import Severity
from conselho.store import Held, Loss, Store
from conselho.stores.sql import open_sql_store
from tests.support.factories import (
    LEASE,
    WORKER,
    failed,
    make_lost,
    make_outcome,
    make_task,
    no_events,
)
from tests.support.server import Json, Server, running

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Whole days ago, at noon: far from where a day begins, and from the days that are asked for today.

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
ANA, BIA = AgentId("ana"), AgentId("bia")


async def ran(store: Store, agent: AgentId, ended: datetime, seconds: int, how: Outcome) -> None:
    began = ended - timedelta(seconds=seconds)
    task = make_task(agent, due_at=None, created_at=began)
    await store.submit([task], announce=no_events)
    [task] = await store.claim(WORKER, now=began, limit=1, lease=LEASE, announce=no_events)
    held = Held(task_id=task.task_id, fence=task.fence)
    await store.finish(held, how, now=ended, announce=no_events)


async def lost(store: Store, status: Status, reason: SkipReason, *slots: datetime) -> None:
    row = make_lost(ANA, status=status, reason=reason, at=slots[-1])
    loss = Loss(row=row, slots=slots)
    await store.record_lost([loss], now=slots[-1], announce=no_events)


async def fill(database: Path) -> None:
    """A week ago: four runs of Ana and one of Bia; three slots lost; a day without a server."""
    store = await open_sql_store(f"sqlite:///{database}")
    then = NOON - 7 * DAY
    for number, severity in enumerate(
        (Severity.SUCCESS, Severity.SUCCESS, Severity.INFO, Severity.WARNING), start=1
    ):
        outcome = make_outcome(severity, usage={"cost_usd": 0.25})
        await ran(store, ANA, then + number * HOUR, 10 * number, outcome)
    await ran(store, BIA, then + HOUR, 100, failed())
    await lost(store, Status.SKIPPED, SkipReason.OVERLAP, then)
    await lost(store, Status.MISSED, SkipReason.SERVER_DOWN, then + DAY, then + DAY + HOUR)
    for at, kind in (
        (then - 40 * DAY, JournalKind.SERVER_STARTED),
        (then + 2 * DAY, JournalKind.SERVER_STOPPED),
        (then + 3 * DAY, JournalKind.SERVER_STARTED),
    ):
        await store.write_journal([JournalEntry(at=at, kind=kind)])
    await store.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("kpis")
    (folder / "data").mkdir(mode=0o700)
    asyncio.run(fill(folder / "data" / "conselho.db"))
    with running(folder) as server:
        yield server


def text(moment: datetime) -> str:
    return moment.isoformat()


def series(server: Server, metric: str, **query: object) -> list[Json]:
    answer = server.get("/api/series", metric=metric, **query)
    assert answer["metric"] == metric
    buckets: list[Json] = answer["buckets"]
    return buckets


def refused(server: Server, status: int, **query: object) -> str:
    response = server.api.get("/api/series", params={key: str(v) for key, v in query.items()})
    assert response.status_code == status, response.text
    detail = response.json()["detail"]
    assert isinstance(detail, str)
    return detail


def test_thirty_days_tell_runs_durations_costs_and_lost_slots(server: Server) -> None:
    figures = server.get("/api/kpis", timezone="UTC")
    month = figures["days_30"]
    assert figures["timezone"] == "UTC"
    assert (month["runs"], month["success"], month["info"]) == (5, 2, 1)
    assert (month["warning"], month["error"], month["success_rate"]) == (1, 1, 40.0)
    assert month["cost_usd"] == 1.0
    assert month["p50_duration_ms"] == pytest.approx(30_000, rel=1 / 32)
    assert month["p95_duration_ms"] == pytest.approx(100_000, rel=1 / 32)
    assert (month["missed"], month["missed_by_reason"]) == (2, {"server_down": 2})
    assert (month["skipped"], month["skipped_by_reason"]) == (1, {"overlap": 1})


def test_nothing_today_is_null_and_not_zero(server: Server) -> None:
    today = server.get("/api/kpis", timezone="UTC")["today"]
    assert today["runs"] == 0
    assert (today["success_rate"], today["p50_duration_ms"], today["cost_usd"]) == (None,) * 3
    assert today["missed_by_reason"] == {}


def test_uptime_knows_of_the_day_without_a_server(server: Server) -> None:
    figures = server.get("/api/kpis", timezone="UTC")
    month = figures["days_30"]["uptime"]
    entries = server.get("/api/journal", limit=100)["entries"]
    began = next(entry["at"] for entry in entries if entry["kind"] == "server_started")
    # One day stopped; and the start of this server follows a start, so up to it nothing is known.
    stopped, unknown = DAY, datetime.fromisoformat(began) - (NOON - 4 * DAY)
    away = (stopped + unknown).total_seconds()
    assert month["away_seconds"] == pytest.approx(away, abs=2)
    assert 0 < month["percent"] < 100
    assert figures["today"]["uptime"]["percent"] < month["percent"]


def test_what_waits_and_runs_is_told(server: Server) -> None:
    figures = server.get("/api/kpis")
    assert (figures["running"], figures["pending"], figures["queued"]) == (0, 0, 0)


def test_runs_by_hour_of_the_council_and_of_one(server: Server) -> None:
    since, until = NOON - 7 * DAY, NOON - 7 * DAY + 6 * HOUR
    span = {"by": "hour", "since": text(since), "until": text(until), "timezone": "UTC"}
    assert [one["runs"] for one in series(server, "runs", **span)] == [0, 2, 1, 1, 1, 0]
    of_ana = series(server, "runs", agent_id="ana", **span)
    assert [one["runs"] for one in of_ana] == [0, 1, 1, 1, 1, 0]
    assert of_ana[1] == {
        "start": text(since + HOUR),
        "end": text(since + 2 * HOUR),
        "runs": 1,
        "completed": 1,
        "error": 0,
        "cancelled": 0,
        "success_rate": 100.0,
    }


@pytest.mark.parametrize("agent", [{}, {"agent_id": "ana"}])
def test_every_metric_by_day(server: Server, agent: dict[str, str]) -> None:
    query = {"by": "day", "timezone": "UTC", **agent}
    [severities] = [day for day in series(server, "severity", **query) if day["success"]]
    assert (severities["success"], severities["info"], severities["warning"]) == (2, 1, 1)
    [costs] = [day for day in series(server, "cost", **query) if day["cost_usd"]]
    assert costs["cost_usd"] == 1.0
    [lengths] = [day for day in series(server, "duration", **query) if day["runs"]]
    assert lengths["p50_ms"] == pytest.approx(20_000 if agent else 30_000, rel=1 / 32)
    assert lengths["average_ms"] == (25_000 if agent else 40_000)
    slots = [day for day in series(server, "lost", **query) if day["missed"] or day["skipped"]]
    assert [(day["missed"], day["skipped"]) for day in slots] == [(0, 1), (2, 0)]
    assert slots[1]["missed_by_reason"] == {"server_down": 2}


def test_days_begin_by_the_clock_of_the_zone(server: Server) -> None:
    days = series(
        server, "runs", by="day", timezone="Europe/Lisbon",
        since="2026-10-24T12:00:00Z", until="2026-10-26T12:00:00Z",
    )  # fmt: skip
    assert [(day["start"], day["end"]) for day in days] == [
        ("2026-10-24T00:00:00+01:00", "2026-10-25T00:00:00+01:00"),
        ("2026-10-25T00:00:00+01:00", "2026-10-26T00:00:00+00:00"),
        ("2026-10-26T00:00:00+00:00", "2026-10-27T00:00:00+00:00"),
    ]


def test_without_a_span_it_is_the_last_day_or_month(server: Server) -> None:
    assert len(series(server, "runs", by="hour")) in (24, 25)
    assert len(series(server, "runs")) in (30, 31)


def test_what_cannot_be_answered_is_refused_in_a_sentence(server: Server) -> None:
    long = {"since": "2026-01-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    assert "more than 400 hours" in refused(server, 422, metric="runs", by="hour", **long)
    swapped = {"since": long["until"], "until": long["since"]}
    assert "before `until`" in refused(server, 422, metric="runs", **swapped)
    assert "1970" in refused(server, 422, metric="runs", until="0001-01-01T00:00:00Z")
    assert "1970" in refused(server, 422, metric="runs", since="9999-12-31T23:59:59-12:00")
    assert "time zone" in refused(server, 422, metric="runs", timezone="Mars/Olympus")
    assert "metric" in refused(server, 422, metric="luck")
    assert "metric" in refused(server, 422)
    assert "nobody" in refused(server, 404, metric="runs", agent_id="nobody")
