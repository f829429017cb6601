"""What `conselho audit` asks for and prints."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from conselho.cli.audit import _change
from conselho.cli.main import main
from tests.support.scripted_server import ScriptedServer, answer

Capture = pytest.CaptureFixture[str]

ENTRY = {
    "seq": 7,
    "at": "2026-11-22T12:00:00Z",
    "actor": "ci",
    "role": "admin",
    "address": "127.0.0.1",
    "action": "maintenance_set",
    "target": "w1",
    "before": None,
    "after": {"reason": "move"},
}


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*os.environ]:
        if name.startswith("CONSELHO_") or name in ("NO_COLOR", "MONGO_URI"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def ask(server: ScriptedServer, *arguments: str) -> int:
    return main(["audit", *arguments, "--url", server.url])


def test_it_says_who_did_what_and_where_it_goes_on(capsys: Capture) -> None:
    with ScriptedServer(answer({"entries": [ENTRY], "next_before": 7})) as server:
        assert ask(server, "w1", "--actor", "ci", "--limit", "1", "--before", "9") == 0
    assert server.requests[0].target == "/api/audit?target=w1&actor=ci&limit=1&before=9"
    _, row, more = capsys.readouterr().out.splitlines()
    assert re.split("  +", row)[1:] == ["ci", "maintenance set", "w1", 'reason: "move"']
    assert more == "(more: --before 7)"


def test_it_says_so_when_there_is_nothing(capsys: Capture) -> None:
    with ScriptedServer(answer({"entries": [], "next_before": None})) as server:
        assert ask(server) == 0
    assert capsys.readouterr().out == "There is no such entry.\n"


def test_programs_get_everything(capsys: Capture) -> None:
    told = {"entries": [ENTRY], "count": 1, "next_before": None}
    with ScriptedServer(answer(told)) as server:
        assert ask(server, "--json") == 0
    assert json.loads(capsys.readouterr().out) == told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": {"b": 1}}, {"a": {"b": "x"}}, 'a.b: "x", was 1'),
        ({"a": 1}, {"b": True}, "a: gone, was 1; b: true, was not there"),
        (None, {"a": []}, "a: []"),
        ({"a": {}}, None, "a: gone, was {}"),
        (None, None, ""),
        (None, dict.fromkeys("abcdef", 1), "a: 1; b: 1; c: 1; d: 1; and 2 more"),
        (None, {"a": "é" * 80}, 'a: "' + "é" * 59 + "…"),
        ("odd", ["odd"], ""),
    ],
)
def test_a_change_is_told_in_one_line(before: Any, after: Any, told: str) -> None:
    assert _change(before, after) == told
