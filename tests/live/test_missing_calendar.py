"""A calendar that is gone keeps no council from work."""

from __future__ import annotations

from pathlib import Path

from tests.support.server import running

FILE = """\
---
agent_id: ana
name: Ana
provider: command
command: [echo, fine]
title: Eye
schedule: {value: 1d, excluded_calendars: [feriados]}
task: Look
---

Look around.
"""


def test_a_start_goes_on_without_a_calendar_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "council").mkdir()
    (tmp_path / "council" / "ana.md").write_text(FILE)

    with running(tmp_path, environ={"CONSELHO_COUNCIL_DIR": "council"}) as server:
        [agent] = server.get("/api/councilors", is_councilor=True)["agents"]
        following = server.get("/api/councilors/ana/next")

    assert agent["agent_id"] == "ana"
    assert "calendar.missing" in server.log.read_text()
    assert "There is no calendar 'feriados'" in following["warnings"][0]["message"]
