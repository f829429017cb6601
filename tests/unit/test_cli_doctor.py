"""`doctor`, `usage`, the costs in `report` and the doubts of `check`, in this process."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from conselho.cli import money
from conselho.cli.main import main
from conselho.config import load_settings
from conselho.services.data_dir import DataDir
from conselho.wiring.commands import open_offline
from conselho.wiring.parts import read_files
from tests.support.scripted_server import ScriptedServer, answer

Capture = pytest.CaptureFixture[str]

COUNCILOR = """---
agent_id: {agent_id}
name: {agent_id}
provider: {provider}
title: Guardian
schedule: 1d
task: look
{more}
---
Look around.
"""


@pytest.fixture(autouse=True)
def bin_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No settings but those of the test, and only the programs that it installs."""
    for name in [*os.environ]:
        if name.startswith(("CONSELHO_", "ANTHROPIC_", "OPENAI_", "CODEX_", "CLAUDE_")) or name in (
            "NO_COLOR",
            "MONGO_URI",
        ):
            monkeypatch.delenv(name)
    folder = tmp_path / "bin"
    home = tmp_path / "home"
    for made in (folder, home):
        made.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return folder


def install(folder: Path, name: str, version: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    program.chmod(0o755)


def council(folder: Path, agent_id: str, provider: str = "claude", more: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    text = COUNCILOR.format(agent_id=agent_id, provider=provider, more=more)
    (folder / f"{agent_id}.md").write_text(text, encoding="utf-8")
    return folder


def squeezed(text: str) -> list[str]:
    return [re.sub(" +", " ", line).strip() for line in text.splitlines()]


# -- doctor, as a server answers -------------------------------------------------------------------

MISSING = "Claude Code: there is no program 'claude' to run. Install it."


def trouble(sentence: str, level: str = "error", about: str = "program") -> dict[str, str]:
    return {"level": level, "about": about, "sentence": sentence}


def checkup(**fields: Any) -> dict[str, Any]:
    return {
        "examined_by": "server",
        "council": "store",
        "ok": False,
        "providers": [
            {
                "name": "claude",
                "state": "error",
                "program": None,
                "version": None,
                "used_by": 2,
                "troubles": [trouble(MISSING), trouble("There are no credentials. Log in.")],
            },
            {
                "name": "gemini",
                "state": "not_installed",
                "program": None,
                "version": None,
                "used_by": 0,
                "troubles": [
                    trouble("Install it with npm."),
                    trouble("Log in.", about="credentials"),
                ],
            },
            {
                "name": "codex",
                "state": "ready",
                "program": "/opt/codex",
                "version": "0.169.0",
                "used_by": 1,
                "troubles": [],
            },
        ],
        "councilors": [
            {
                "agent_id": "ana",
                "display_name": "Ana",
                "provider": "claude",
                "enabled": True,
                "state": "error",
                "troubles": [trouble(MISSING), trouble("The folder /x is gone. Make it.")],
            },
            {
                "agent_id": "bia",
                "display_name": "Bia",
                "provider": "codex",
                "enabled": False,
                "state": "ready",
                "troubles": [],
            },
        ],
        "surroundings": {
            "user": "conselho",
            "is_root": False,
            "home": "/home/conselho",
            "path": ["/usr/bin", "/bin"],
            "cwd": "/srv",
            "workspaces": [],
            "troubles": [trouble("HOME may not be written.", level="warning")],
        },
        "budgets": {
            "council": {"today_usd": 1.5, "month_usd": 2, "max_cost_usd_per_day": 5},
            "councilors": {
                "ana": {
                    "today_usd": 1,
                    "month_usd": 1,
                    "max_cost_usd_per_day": 1,
                    "max_cost_usd_per_month": None,
                    "spent": True,
                }
            },
        },
    } | fields


def test_a_checkup_tells_each_trouble_below_what_has_it(capsys: Capture) -> None:
    with ScriptedServer(answer(checkup())) as server:
        assert main(["doctor", "--url", server.url]) == 1
    assert squeezed(capsys.readouterr().out) == [
        f"Examined by the server at {server.url}.",
        "user conselho",
        "home /home/conselho",
        "path /usr/bin:/bin",
        "cwd /srv",
        "workspaces anywhere",
        "! warning HOME may not be written.",
        "",
        "Providers",
        "✗ error claude - 2 councilors -",
        f"✗ error {MISSING}",
        "✗ error There are no credentials. Log in.",
        "· not installed gemini - unused -",
        "i info Install it with npm.",
        "✓ ready codex 0.169.0 1 councilor /opt/codex",
        "",
        "Councilors",
        "✗ error ana claude Ana",
        "✗ error The folder /x is gone. Make it.",
        "✗ error As provider claude, above.",
        "✓ ready bia codex ‖ paused Bia",
        "",
        "Budgets",
        "✓ ready the council 1.50 of 5.00 USD today, 2.00 USD this month",
        "✗ error ana 1.00 of 1.00 USD today, 1.00 USD this month",
        "",
        "✗ error 1 of 2 councilors cannot run.",
    ]


def test_a_checkup_as_json_is_the_answer_of_the_api(capsys: Capture) -> None:
    sent = checkup(ok=True, new_field=1)
    with ScriptedServer(answer(sent)) as server:
        assert main(["doctor", "--json", "--url", server.url]) == 0
    assert json.loads(capsys.readouterr().out) == sent


def test_what_is_chosen_is_what_the_server_is_asked_for() -> None:
    with ScriptedServer(answer(checkup(ok=True))) as server:
        main(["doctor", "ana", "b&c", "--provider", "claude", "--url", server.url])
    [request] = server.requests
    assert request.target == "/api/doctor?agent_id=ana&agent_id=b%26c&provider=claude"


def test_an_id_that_the_server_does_not_know_is_not_found(capsys: Capture) -> None:
    unknown = answer({"detail": "There is no councilor 'x'."}, status=404)
    with ScriptedServer(unknown) as server:
        assert main(["doctor", "x", "--url", server.url]) == 4
    assert capsys.readouterr().err == "conselho: There is no councilor 'x'.\n"


@pytest.mark.parametrize("odd", [{}, {"ok": "yes"}, {"ok": True, "providers": 3}])
def test_an_answer_that_is_no_checkup_is_no_green_light(
    odd: dict[str, Any], capsys: Capture
) -> None:
    with ScriptedServer(answer(odd)) as server:
        assert main(["doctor", "--url", server.url]) == 1
    assert "is no Conselho server of this version" in capsys.readouterr().err


def test_a_checkup_of_nonsense_is_printed_as_far_as_it_goes(capsys: Capture) -> None:
    odd = {
        "ok": True,
        "providers": [{"troubles": [3, {"sentence": "\x1b[2Jx"}], "used_by": "many"}],
        "councilors": [{"troubles": "none", "state": 7}],
        "surroundings": [],
        "budgets": {"council": 1, "councilors": {"a": []}},
    }
    with ScriptedServer(answer(odd)) as server:
        assert main(["doctor", "--url", server.url]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_server_that_was_named_must_be_there(capsys: Capture) -> None:
    assert main(["doctor", "--url", "http://127.0.0.1:1"]) == 6


# -- doctor, by itself -----------------------------------------------------------------------------


def test_without_a_server_the_council_files_are_examined(
    tmp_path: Path, bin_folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    council(tmp_path / "council", "ana")
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert out.startswith(
        "No server answers: examined by this command, in its own environment."
        f" The council is that of the files in {tmp_path}/council.\n"
    )
    assert "npm install" in out

    install(bin_folder, "claude", "2.1.197")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    assert main(["doctor", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["examined_by"], document["council"]) == ("command", "files")
    assert document["budgets"] is None
    [ana] = document["councilors"]
    assert (ana["agent_id"], ana["troubles"]) == ("ana", [])


def test_without_a_server_the_council_of_the_data_directory_is_examined(
    tmp_path: Path, capsys: Capture
) -> None:
    folder = council(tmp_path / "council", "ana")

    async def apply() -> None:
        settings, _ = load_settings({})
        async with open_offline(settings) as there:
            await there.council.apply(read_files(settings, folder))

    asyncio.run(apply())
    council(folder, "bia")

    assert main(["doctor", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["council"] == "store"
    assert [one["agent_id"] for one in document["councilors"]] == ["ana"]
    assert document["budgets"]["councilors"] == {}
    assert main(["doctor", "bia"]) == 4


def test_the_data_directory_is_examined_though_somebody_holds_it(
    tmp_path: Path, capsys: Capture
) -> None:
    held = DataDir(tmp_path / ".conselho")
    held.acquire()
    try:
        assert main(["doctor"]) == 0
    finally:
        held.release()
    assert "There is no councilor to examine." in capsys.readouterr().out


def test_a_server_that_has_gone_is_told_and_replaced(tmp_path: Path, capsys: Capture) -> None:
    data_dir = tmp_path / ".conselho"
    data_dir.mkdir()
    word = {"pid": os.getpid(), "url": "http://127.0.0.1:1"}
    (data_dir / "server.json").write_text(json.dumps(word), encoding="utf-8")
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert "nothing listens there" in err
    assert out.startswith("No server answers: ")


def test_an_examination_leaves_nothing_behind(tmp_path: Path) -> None:
    council(tmp_path / "council", "ana")
    main(["doctor"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "council", "home"]


def test_council_files_that_are_not_in_order_are_told(tmp_path: Path, capsys: Capture) -> None:
    folder = council(tmp_path / "council", "ana", "command", "command: [/bin/sh]")
    (folder / "bad.md").write_text("no front matter", encoding="utf-8")
    assert main(["doctor"]) == 0
    assert "1 problem in " in capsys.readouterr().err


def test_an_unknown_provider_is_told_with_the_known_ones(capsys: Capture) -> None:
    assert main(["doctor", "--provider", "cluade"]) == 2
    err = capsys.readouterr().err
    assert "known here: claude, codex, command" in err
    assert "Did you mean 'claude'?" in err


# -- usage -----------------------------------------------------------------------------------------


def amounts(**given: float) -> dict[str, float]:
    nothing = dict.fromkeys(
        ("runs", "input_tokens", "output_tokens", "cached_tokens", "turns", "cost_usd"), 0
    )
    return nothing | given


USAGE = {
    "days": [
        {"date": "2026-10-31", "total": amounts(cost_usd=9.0, runs=1), "councilors": {}},
        {
            "date": "2026-11-01",
            "total": amounts(runs=1, cost_usd=0.5),
            "councilors": {"ana": amounts(runs=1, cost_usd=0.5)},
        },
        {
            "date": "2026-11-02",
            "total": amounts(runs=3, input_tokens=1_234_567, cost_usd=0.2542),
            "councilors": {
                "ana": amounts(runs=2, input_tokens=1_234_000, turns=7, cost_usd=0.25),
                "bia": amounts(runs=1, input_tokens=567, output_tokens=8, cost_usd=0.0042),
            },
        },
    ],
    "budgets": {
        "council": {
            "today_usd": 0.2542,
            "month_usd": 0.7542,
            "max_cost_usd_per_day": None,
            "max_cost_usd_per_month": 50,
            "spent": False,
        },
        "councilors": {
            "ana": {
                "today_usd": 0.25,
                "month_usd": 0.75,
                "max_cost_usd_per_day": 0.25,
                "max_cost_usd_per_month": 10,
                "spent": True,
            }
        },
    },
    "timezone": "UTC",
}


def test_usage_is_a_row_a_day_and_councilor_with_the_newest_first(capsys: Capture) -> None:
    with ScriptedServer(answer(USAGE)) as server:
        assert main(["usage", "--url", server.url]) == 0
    assert server.requests[0].target == "/api/usage?days=7"
    assert squeezed(capsys.readouterr().out) == [
        "DAY COUNCILOR RUNS IN CACHED OUT TURNS USD",
        "2026-11-02 ana 2 1,234,000 0 0 7 0.25",
        "2026-11-02 bia 1 567 0 8 0 0.0042",
        "2026-11-02 all 3 1,234,567 0 0 0 0.25",
        "2026-11-01 ana 1 0 0 0 0 0.50",
        "",
        "Budgets",
        "✓ ready the council 0.25 USD today, 0.75 of 50.00 USD this month"
        " 49.25 USD left this month",
        "✗ error ana 0.25 of 0.25 USD today, 0.75 of 10.00 USD this month 0.00 USD left today",
    ]


def test_usage_of_one_councilor_says_nothing_of_the_whole_councils_budget(
    capsys: Capture,
) -> None:
    with ScriptedServer(answer(USAGE)) as server:
        assert main(["usage", "ana", "--days", "31", "--url", server.url]) == 0
    assert server.requests[0].target == "/api/usage?agent_id=ana&days=31"
    assert "the council" not in capsys.readouterr().out


def test_no_usage_is_told_in_a_sentence(capsys: Capture) -> None:
    with ScriptedServer(answer({"days": [], "budgets": {}})) as server:
        assert main(["usage", "ana", "--url", server.url]) == 0
    assert capsys.readouterr().out == "No run of ana told what it spent in 7 days.\n"


def test_usage_as_json_is_the_answer_of_the_api(capsys: Capture) -> None:
    with ScriptedServer(answer(USAGE)) as server:
        assert main(["usage", "--json", "--url", server.url]) == 0
    assert json.loads(capsys.readouterr().out) == USAGE


def test_days_beyond_a_year_are_refused(capsys: Capture) -> None:
    assert main(["usage", "--days", "367"]) == 2


@pytest.mark.parametrize(
    ("amount", "told"), [(0, "0.00"), (0.0042, "0.0042"), (0.1, "0.10"), (1234.5, "1234.50")]
)
def test_an_amount_of_money_is_never_hidden_by_its_decimals(amount: float, told: str) -> None:
    assert money.usd(amount) == told


REPORT = {
    "councilor_id": "ana",
    "councilor_name": "Ana",
    "total_executions": 2,
    "success_rate": 50.0,
    "recent_executions": [],
}


def test_a_report_tells_what_the_councilor_costs_today_and_this_month(capsys: Capture) -> None:
    with ScriptedServer(answer(REPORT), answer(USAGE)) as server:
        assert main(["report", "ana", "--url", server.url]) == 0
    assert server.requests[1].target == "/api/usage?agent_id=ana&days=31"
    first = capsys.readouterr().out.splitlines()[0]
    assert first == "Ana  2 runs, 50% success, cost 0.25 USD today, 0.75 this month"


def test_a_report_of_a_councilor_without_costs_does_not_speak_of_money(capsys: Capture) -> None:
    free = {"days": [{"date": "2026-11-02", "total": amounts(), "councilors": {}}], "budgets": {}}
    with ScriptedServer(answer(REPORT), answer(free)) as server:
        assert main(["report", "ana", "--url", server.url]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Ana  2 runs, 50% success"


def test_a_report_says_why_the_newest_was_judged_so_and_why_slots_were_lost(
    capsys: Capture,
) -> None:
    run = {"execution_id": "e1", "status": "completed", "severity": "warning", "summary": "Well"}
    lost = {"status": "skipped", "skip_reason": "budget", "slot_count": 3, "error": "All spent."}
    report = REPORT | {
        "recent_executions": [run | {"reason": "it was not allowed: Read a.py"}],
        "slots": [lost, lost | {"error": "Older."}],
    }
    with ScriptedServer(answer(report), answer(USAGE)) as server:
        assert main(["report", "ana", "--url", server.url]) == 0
    out = capsys.readouterr().out
    [newest, older] = [line.split() for line in out.splitlines() if line.startswith("↷ skipped")]
    assert newest[4] == "3"
    assert "Its budget, or that of the council, was spent. All spent." in " ".join(newest)
    assert older[-1] == "Older."
    assert "\nReason of the newest: it was not allowed: Read a.py\n" in out


# -- check -----------------------------------------------------------------------------------------


def test_a_check_warns_of_a_program_that_is_not_on_this_machine(
    tmp_path: Path, bin_folder: Path, capsys: Capture
) -> None:
    council(tmp_path / "council", "ana")
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert "! warning  council/ana.md: Claude Code: there is no program 'claude'" in out
    assert "0 errors, 1 warning, 1 sound council file" in out

    asked = tmp_path / "asked"
    (bin_folder / "claude").write_text(f"#!/bin/sh\necho x > '{asked}'\n", encoding="utf-8")
    (bin_folder / "claude").chmod(0o755)
    assert main(["check"]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out
    assert not asked.exists()


def test_a_check_warns_of_a_command_that_is_not_on_this_machine(
    tmp_path: Path, capsys: Capture
) -> None:
    council(tmp_path / "council", "ana", "command", "command: [no-such-program]")
    assert main(["check"]) == 0
    assert "! warning  council/ana.md: There is no program 'no-such-program'" in (
        capsys.readouterr().out
    )


def test_a_check_warns_of_a_model_and_a_permission_that_a_run_would_lack(
    tmp_path: Path, bin_folder: Path, capsys: Capture
) -> None:
    (tmp_path / "conselho-providers.toml").write_text(
        '[providers.local]\ncommand = ["local", "run", "{model}"]\npermissions.read-only = {}\n',
        encoding="utf-8",
    )
    (bin_folder / "local").write_text("#!/bin/sh\n", encoding="utf-8")
    (bin_folder / "local").chmod(0o755)
    council(tmp_path / "council", "ana", "local", "policies: {permissions: full}")
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert "! warning  council/ana.md: local needs a model." in out
    assert "! warning  council/ana.md: local has no permission profile 'full'" in out


def test_a_check_warns_of_fields_that_have_no_effect(tmp_path: Path, capsys: Capture) -> None:
    more = "command: [/bin/sh]\npolicies: {continuity: true, max_cost_usd: 1}"
    council(tmp_path / "council", "ana", "command", more)
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert "council/ana.md: policies.continuity has no effect" in out
    assert "council/ana.md: policies.max_cost_usd cannot be kept" in out
