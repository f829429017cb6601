"""What the commands about the clock print, and ask, for each kind of answer."""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.cli import phrases, rows
from conselho.cli.main import main
from conselho.cli.options import Moment
from conselho.models.task import SkipReason
from tests.support.scripted_server import ScriptedServer, answer, event, stream

Capture = pytest.CaptureFixture[str]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No settings but those of the test, read by a clock in UTC."""
    for name in [*os.environ]:
        if name.startswith("CONSELHO_") or name in ("NO_COLOR", "MONGO_URI"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.chdir(tmp_path)
    yield
    monkeypatch.undo()
    time.tzset()


def ask(server: ScriptedServer, *arguments: str) -> int:
    return main([*arguments, "--url", server.url])


def body(server: ScriptedServer, index: int = 0) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(server.requests[index].body)
    return sent


# -- times that people give ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "end_of_day", "read"),
    [
        ("2026-11-30", False, "2026-11-30T00:00:00+00:00"),
        ("2026-11-30", True, "2026-11-30T23:59:59+00:00"),
        ("2026-11-30 22:00", True, "2026-11-30T22:00:00+00:00"),
        ("2026-11-30T22:00-03:00", False, "2026-12-01T01:00:00+00:00"),
    ],
)
def test_a_time_is_by_the_clock_of_whoever_types(text: str, end_of_day: bool, read: str) -> None:
    assert Moment(end_of_day=end_of_day).convert(text, None, None) == read


# -- pause, resume, run ----------------------------------------------------------------------------


def test_one_that_is_named_alone_is_paused_by_itself(capsys: Capture) -> None:
    with ScriptedServer(answer({"schedule": {"value": "1h"}})) as server:
        assert ask(server, "pause", "ana") == 0
    assert server.requests[0].target == "/api/agents/ana/councilor-schedule"
    assert capsys.readouterr().out == "paused  ana  1h\n"


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["pause", "ana", "bia"], {"agent_ids": ["ana", "bia"]}),
        (["pause", "--tag", "a", "--tag", "b"], {"tags": ["a", "b"]}),
        (["pause", "--all"], {"all": True}),
        (["resume", "ana", "bia"], {"agent_ids": ["ana", "bia"], "include_single": True}),
        (["resume", "--all"], {"all": True, "include_single": False}),
        (["resume", "--tag", "a", "--include-single"], {"tags": ["a"], "include_single": True}),
    ],
)
def test_several_are_asked_for_in_one_request(arguments: list[str], meant: dict[str, Any]) -> None:
    with ScriptedServer(answer({"changed": []})) as server:
        assert ask(server, *arguments) == 0
    assert (server.requests[0].target, body(server)) == (f"/api/council/{arguments[0]}", meant)


def test_each_councilor_is_told_on_a_line_and_failures_are_errors(capsys: Capture) -> None:
    done = {
        "changed": ["ana"],
        "unchanged": ["bia", "caio"],
        "still_paused": ["caio"],
        "failed": [{"agent_id": "dora", "detail": "It was changed\x1b[2J meanwhile."}],
    }
    with ScriptedServer(answer(done)) as server:
        assert ask(server, "resume", "--all") == 5
    out, err = capsys.readouterr()
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["resumed", "ana"], ["unchanged", "bia"], ["still", "paused"]
    ]  # fmt: skip
    assert "--include-single" in out
    assert err == "conselho: dora: It was changed meanwhile.\n"


def test_a_run_of_several_names_who_started_and_who_could_not(capsys: Capture) -> None:
    done = {
        "started": [{"agent_id": "ana", "execution_id": "t1"}],
        "refused": [{"agent_id": "bia", "detail": "At work already."}],
    }
    with ScriptedServer(answer(done)) as server:
        assert ask(server, "run", "--tag", "nightly") == 5
    assert capsys.readouterr() == ("started  ana  t1\n", "conselho: bia: At work already.\n")


# -- next ------------------------------------------------------------------------------------------


def test_the_next_slots_tell_odd_times_left_out_ones_and_a_pause(capsys: Capture) -> None:
    sent = {
        "sentence": {"en": "every day at 02:30"},
        "timezone": "America/New_York",
        "enabled": False,
        "paused_since": "2026-11-20T10:00:00Z",
        "slots": [
            {"at": "2027-03-14T07:30:00Z", "local": "2027-03-14T03:30:00-04:00", "note": "gap"},
            {"at": 7, "local": None, "note": "strange"},
        ],
        "left_out": {"excluded_date": 2, "quiet_hours": 1},
        "warnings": [{"code": "far_away", "message": "It is far away."}],
    }
    with ScriptedServer(answer(sent)) as server:
        assert ask(server, "next", "ana", "--count", "2") == 0
    out, err = capsys.readouterr()
    assert server.requests[0].target == "/api/councilors/ana/next?count=2"
    assert out.startswith("every day at 02:30\n‖ paused  It is paused since 2026-11-20 10:00:00")
    assert "2027-03-14 03:30:00  Sun" in out
    assert "2027-03-14 07:30:00  the clock leaps over its time that day" in out
    assert "Left out in between: excluded date 2, quiet hours 1" in out
    assert err == "conselho: warning: It is far away.\n"


def test_the_next_slots_of_a_schedule_need_no_server(capsys: Capture) -> None:
    arguments = ["--schedule", "0 9 * * 1", "--timezone", "America/Sao_Paulo", "--count", "3"]
    assert main(["next", *arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sentence"]["en"].startswith("every Monday at 09:00")
    assert found["schedule"]["timezone"] == "America/Sao_Paulo"
    slots = [datetime.fromisoformat(slot["at"]) for slot in found["slots"]]
    assert [slot.weekday() for slot in slots] == [0, 0, 0]
    assert slots[1] - slots[0] == timedelta(days=7)

    assert main(["next", *arguments]) == 0
    assert capsys.readouterr().out.count(" 09:00:00  Mon  ") == 3


# -- maintenance -----------------------------------------------------------------------------------

WINDOW = {
    "window_id": "w1",
    "state": "active",
    "starts_at": "2026-11-22T12:00:00Z",
    "ends_at": "2026-11-22T14:00:00Z",
    "tags": ["nightly"],
    "agent_ids": [],
    "reason": "new\x1b[2J disks",
}


def test_a_window_is_set_as_it_was_asked_for(capsys: Capture) -> None:
    with ScriptedServer(answer({"window": WINDOW}, status=201)) as server:
        assert ask(server, "maintenance", "start", "ana", "--tag", "n", "--for", "2h") == 0
    sent = body(server)
    assert (sent["agent_ids"], sent["tags"], sent["duration"]) == (["ana"], ["n"], "2h")
    assert (sent["starts_at"], sent["ends_at"]) == (None, None)
    assert capsys.readouterr().out == "active  w1  tag nightly  until 2026-11-22 14:00:00\n"


def test_windows_are_listed_with_whom_they_hold_for(capsys: Capture) -> None:
    everybody: dict[str, Any] = WINDOW | {
        "window_id": "w2",
        "state": "planned",
        "ends_at": None,
        "tags": [],
    }
    with ScriptedServer(answer({"windows": [WINDOW, everybody]})) as server:
        assert ask(server, "maintenance", "list", "--all") == 0
    assert server.requests[0].target == "/api/maintenance?all=1"
    _, first, second = capsys.readouterr().out.splitlines()
    assert "tag nightly     new disks" in first
    assert "until it is ended    all councilors" in second


def test_no_window_is_said_so(capsys: Capture) -> None:
    with ScriptedServer(answer({"windows": []})) as server:
        assert ask(server, "maintenance", "list") == 0
    assert capsys.readouterr().out == "There is no maintenance, and none is planned.\n"


# -- backfill --------------------------------------------------------------------------------------

PLAN = {
    "confirm": 3,
    "per_councilor": {"ana": 3, "bia": 0},
    "until": "2026-11-22T12:00:00Z",
    "message": "This would start 3 runs.",
}
BACKFILL = ["backfill", "--all", "--from", "2026-11-20"]


def test_a_backfill_is_confirmed_with_the_number_that_was_told(capsys: Capture) -> None:
    done = answer({"message": "3 runs will start."}, status=202)
    with ScriptedServer(answer(PLAN), done) as server:
        assert ask(server, *BACKFILL, "--yes", "--include-covered") == 0
    first, second = body(server), body(server, 1)
    assert (first["confirm"], second["confirm"]) == (None, 3)
    assert first["from"] == second["from"] == "2026-11-20T00:00:00+00:00"
    assert (first["until"], second["until"]) == (None, PLAN["until"]), "by the server's clock"
    assert (second["all"], second["include_covered"]) == (True, True)
    assert capsys.readouterr().out.splitlines() == [
        "COUNCILOR  RUNS", "ana        3", "This would start 3 runs.", "3 runs will start."
    ]  # fmt: skip


def test_a_backfill_until_today_goes_to_now(capsys: Capture) -> None:
    today = datetime.now(UTC).date().isoformat()
    with ScriptedServer(answer(PLAN)) as server:
        assert ask(server, *BACKFILL, "--until", today, "--dry-run") == 0
    assert body(server)["until"] is None


def test_a_backfill_that_nobody_can_confirm_is_refused(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with ScriptedServer(answer(PLAN)) as server:
        assert ask(server, *BACKFILL) == 2
    assert "Nothing was started" in capsys.readouterr().err
    assert len(server.requests) == 1


@pytest.mark.parametrize("plan", [PLAN | {"confirm": 0}, PLAN])
def test_a_backfill_of_nothing_or_for_show_asks_nobody(
    plan: dict[str, Any], capsys: Capture
) -> None:
    dry_run = ["--dry-run"] if plan["confirm"] else []
    with ScriptedServer(answer(plan)) as server:
        assert ask(server, *BACKFILL, *dry_run, "--json") == 0
    assert json.loads(capsys.readouterr().out) == plan


# -- journal, list, report, tail -------------------------------------------------------------------

ENTRY = {
    "seq": 7,
    "at": "2026-11-22T12:00:00Z",
    "kind": "clock_forward",
    "agent_id": None,
    "display_name": None,
    "detail": "The clock was set.",
}


def test_the_journal_says_where_it_goes_on(capsys: Capture) -> None:
    with ScriptedServer(answer({"entries": [ENTRY], "next_before": 7})) as server:
        assert ask(server, "journal", "ana", "--limit", "1", "--before", "9") == 0
    assert server.requests[0].target == "/api/journal?agent_id=ana&limit=1&before=9"
    _, row, more = capsys.readouterr().out.splitlines()
    assert re.split("  +", row) == [
        "2026-11-22 12:00:00", "clock forward", "-", "The clock was set."
    ]  # fmt: skip
    assert more == "(more: --before 7)"


def test_a_tail_tells_what_stands_in_the_journal(capsys: Capture) -> None:
    frames = [
        event("council_journal", "s-1", {"entry": ENTRY, "ts": 1}),
        event("council_journal", "s-2", {"entry": ENTRY | {"agent_id": "bia"}, "ts": 1}),
    ]
    gone = answer({"detail": "Enough."}, status=404)
    with ScriptedServer(stream(*frames, ended=True), gone) as server:
        assert ask(server, "tail", "--since", "s-0") == 4
    assert capsys.readouterr().out.count("clock forward") == 2


def councilor(**fields: Any) -> rows.CouncilorRow:
    return rows.councilor_row({"agent_id": "ana"} | fields)


def test_a_councilor_is_in_maintenance_unless_it_works_or_is_paused() -> None:
    held: dict[str, Any] = {"maintenance": WINDOW}
    assert councilor(**held).state == "maintenance"
    assert councilor(**held, current={"status": "processing"}).state == "running"
    paused = {"schedule": {"enabled": False}}
    assert councilor(**held, councilor_config=paused).state == "paused"
    assert councilor(maintenance=None).state == "waiting"


def test_the_newest_lost_slot_is_found_behind_runs_that_went_well() -> None:
    recent = [
        {"status": "missed", "skip_reason": "server_down", "slot_to": "2026-11-22T09:00:00Z"},
        {"status": "skipped", "skip_reason": "overlap", "slot_to": "2026-11-22T10:00:00Z"},
        {"status": "completed", "severity": "success", "completed_at": "2026-11-22T11:00:00Z"},
    ]
    row = councilor(recent=recent)
    assert (row.last_status, row.lost_reason) == ("completed", "overlap")
    assert row.lost_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_the_list_tells_the_retry_and_the_lost_slot(capsys: Capture) -> None:
    agent: dict[str, Any] = {
        "agent_id": "ana",
        "current": {"status": "pending", "retry_at": "2026-11-22T12:03:00Z"},
        "next_execution": "2026-11-22T13:00:00Z",
        "recent": [
            {"status": "missed", "skip_reason": "server_down", "slot_to": "2026-11-22T09:00:00Z"},
            {"status": "error", "severity": "error", "completed_at": "2026-11-22T11:00:00Z"},
        ],
    }
    lost = agent | {"agent_id": "bia", "recent": agent["recent"][:1]}
    sent = {"agents": [agent, lost], "now": "2026-11-22T12:00:00Z"}
    with ScriptedServer(answer(sent)) as server:
        assert ask(server, "list") == 0
    _, ana, bia = capsys.readouterr().out.splitlines()
    assert "retry in 3m" in ana
    assert "✗ error   1h ago  lost 3h ago: server down" in ana
    assert "∅ missed  3h ago  server down" in bia


def test_the_report_shows_lost_slots_with_from_to_number_and_reason(capsys: Capture) -> None:
    report = {
        "councilor_name": "Ana",
        "recent_executions": [],
        "slots": [
            {
                "status": "missed",
                "skip_reason": "server_down",
                "slot_from": "2026-11-22T01:00:00Z",
                "slot_to": "2026-11-22T09:00:00Z",
                "slot_count": 9,
            },
            {
                "status": "skipped",
                "skip_reason": "maintenance",
                "slot_from": "2026-11-21T01:00:00Z",
                "slot_to": "2026-11-21T01:00:00Z",
                "slot_count": 1,
                "error": "new disks",
            },
        ],
    }
    with ScriptedServer(answer(report), answer({"days": []})) as server:
        assert ask(server, "report", "ana") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].startswith("∅ missed   2026-11-22 01:00:00  2026-11-22 09:00:00")
    assert re.search(r"  9 +No server was there\.$", lines[3])
    assert re.search(r" -  +1 +It was in a maintenance window\. new disks$", lines[4])


@pytest.mark.parametrize("word", [*SkipReason])
def test_every_reason_is_told_in_words(word: str) -> None:
    assert phrases.reason_sentence(word).endswith(".")
    assert len(phrases.reason(word)) <= 16


def test_a_reason_of_a_newer_server_is_told_as_it_is() -> None:
    assert (phrases.reason("solar_flare"), phrases.reason_sentence("solar_flare")) == (
        "solar flare", "solar flare"
    )  # fmt: skip
    assert phrases.reason(None) == phrases.reason_sentence(None) == ""
