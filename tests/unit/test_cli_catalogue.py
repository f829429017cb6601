"""`conselho catalogue` in this process: listing, showing, writing council files."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click
import pytest

from conselho.cli import catalogue as commands
from conselho.cli.main import main
from conselho.services.catalogue import LANGUAGES, document, entry
from conselho.services.council_files import read_council

DOCS = Path(__file__).parents[2] / "docs"
WRITE = ["catalogue", "write", "check-inline-css", "--provider", "command"]

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings and no language but those of the test."""
    for name in [*os.environ]:
        if name.startswith(("CONSELHO_", "LC_")) or name in ("LANG", "NO_COLOR", "MONGO_URI"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def printed(arguments: list[str], capsys: Capture) -> str:
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(arguments: list[str], capsys: Capture, *, code: int) -> str:
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("conselho: ")
    assert err.count("\n") == 1
    return err


# -- listing ---------------------------------------------------------------------------------------


def test_the_list_has_a_row_for_each_entry(capsys: Capture) -> None:
    head, *rows = printed(["catalogue"], capsys).splitlines()
    assert head.split() == ["KEY", "KIND", "NAME", "SCHEDULE", "PURPOSE"]
    assert len(rows) == 9
    assert re.split(r"  +", rows[1])[:4] == ["CHECK_INLINE_CSS", "template", "Inline CSS", "7d"]
    assert re.split(r"  +", rows[-1])[:2] == ["security-auditor", "investigator"]


def test_the_list_as_json_is_what_the_api_answers(capsys: Capture) -> None:
    assert json.loads(printed(["catalogue", "--json"], capsys)) == document("en")


@pytest.mark.parametrize(
    ("environment", "arguments", "said"),
    [
        ({}, [], "Inline CSS"),
        ({"LANG": "pt_BR.UTF-8"}, [], "CSS embutido"),
        ({"LANG": "pt_PT"}, [], "CSS embutido"),
        ({"LANG": "de_DE.UTF-8"}, [], "Inline CSS"),
        ({"LANG": "pt_BR.UTF-8", "LC_ALL": "C"}, [], "Inline CSS"),
        ({"LANG": "C", "LC_ALL": "pt_BR.UTF-8"}, [], "CSS embutido"),
        ({"LANG": "pt_BR.UTF-8", "LC_ALL": ""}, [], "CSS embutido"),
        ({"LANG": "pt_BR.UTF-8"}, ["--lang", "en"], "Inline CSS"),
        ({}, ["--lang", "pt-br"], "CSS embutido"),
    ],
)
def test_the_language_is_the_one_asked_for_or_that_of_the_environment(
    environment: dict[str, str],
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert said in printed(["catalogue", *arguments], capsys)
    assert said in printed(["catalogue", "show", "CHECK_INLINE_CSS", *arguments], capsys)
    assert said in printed(["catalogue", *arguments, "show", "CHECK_INLINE_CSS"], capsys)
    assert f"name: {said}" in printed([*WRITE, *arguments], capsys)


def test_the_languages_of_the_command_are_those_that_ship() -> None:
    assert commands.LANGUAGES == LANGUAGES


def test_every_command_and_option_is_explained_and_documented() -> None:
    documented = (DOCS / "cli.md").read_text(encoding="utf-8")
    for name, command in commands.catalogue.commands.items():
        assert command.help, name
        assert f"conselho catalogue {name}" in documented
        for option in (one for one in command.params if isinstance(one, click.Option)):
            assert option.help, f"{name} {option.opts}"
            assert f"`{option.opts[-1]}" in documented, f"{name} {option.opts}"


def test_every_entry_is_documented() -> None:
    documented = (DOCS / "catalogue.md").read_text(encoding="utf-8")
    for one in [*document("en")["templates"], *document("en")["investigators"]]:
        assert f"`{one['key']}`" in documented


# -- showing ---------------------------------------------------------------------------------------


def test_an_entry_is_shown_with_its_whole_texts(capsys: Capture) -> None:
    out = printed(["catalogue", "show", "security-auditor"], capsys)
    auditor = entry("security-auditor", "en")
    assert out.startswith("🔐 Security auditor\n")
    assert re.search(r"^Schedule  1d$", out, re.MULTILINE)
    assert "\nInstructions\n\nYou audit security" in out
    assert f"\nPrompt\n\n{auditor.task.prompt}\n" in out


def test_a_template_is_shown_without_instructions(capsys: Capture) -> None:
    assert "\nInstructions\n" not in printed(["catalogue", "show", "check-performance"], capsys)


def test_an_entry_as_json(capsys: Capture) -> None:
    shown = json.loads(printed(["catalogue", "show", "security-auditor", "--json"], capsys))
    assert shown == entry("security-auditor", "en").document()


@pytest.mark.parametrize("command", [["show"], ["write", "--provider", "command"]])
def test_an_unknown_key_is_told_with_the_nearest(command: list[str], capsys: Capture) -> None:
    said = refused(["catalogue", *command, "check_inline"], capsys, code=4)
    assert "There is no catalogue entry 'check_inline'" in said
    assert "Did you mean 'CHECK_INLINE_CSS'?" in said


# -- writing ---------------------------------------------------------------------------------------


def test_what_is_printed_is_a_council_file_that_check_accepts(
    tmp_path: Path, capsys: Capture
) -> None:
    council = tmp_path / "council"
    council.mkdir()
    arguments = ["--agent-id", "bia", "--schedule", "2h", "--model", "m", "--lang", "pt-BR"]
    (council / "bia.md").write_text(printed([*WRITE, *arguments], capsys), encoding="utf-8")

    assert main(["check"]) == 0
    (file,) = read_council(council, known_providers=["command"]).accepted()
    assert (file.form.agent_id, file.form.schedule.value, file.form.model) == ("bia", "2h", "m")
    assert file.form.name == "CSS embutido"
    assert file.form.command == ["python", "-m", "conselho.checks", "inline-css"]


def test_what_stands_after_two_dashes_is_the_command(capsys: Capture) -> None:
    arguments = ["catalogue", "write", "security-auditor", "--provider", "command"]
    out = printed([*arguments, "--", "my-agent", "--lang", "x"], capsys)
    assert "command:\n- my-agent\n- --lang\n- x\n" in out


def test_a_file_is_written_once_and_overwritten_only_by_force(
    tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "a.md"
    assert printed([*WRITE, "--output", "a.md"], capsys) == "✓ success  a.md is written\n"
    first = path.read_bytes()
    assert first.decode().startswith("---\nagent_id: check-inline-css\n")

    again = [*WRITE, "--output", "a.md", "--agent-id", "b"]
    said = refused(again, capsys, code=5)
    assert "The file a.md exists already. --force overwrites it." in said
    assert path.read_bytes() == first

    printed([*again, "--force"], capsys)
    assert path.read_bytes().startswith(b"---\nagent_id: b\n")


@pytest.mark.parametrize("output", ["nowhere/a.md", "."])
def test_a_file_that_cannot_be_written_is_told(output: str, capsys: Capture) -> None:
    assert main([*WRITE, "--output", output]) in (1, 2)
    assert output in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["catalogue", "write", "check-inline-css"], "Missing option '--provider'"),
        (["catalogue", "write", "check-inline-css", "--provider", "comand"], "known here: "),
        (["catalogue", "write", "security-auditor", "--provider", "command"], "command: "),
        ([*WRITE, "--schedule", "0m"], "schedule.value: "),
        ([*WRITE, "--agent-id", ""], "agent_id: "),
        ([*WRITE, "--force"], "--force goes with --output"),
        (["catalogue", "--lang", "de"], "'de' is not one of"),
        (["catalogue", "shwo"], "No such command 'shwo'"),
    ],
)
def test_what_is_given_wrongly_is_told_in_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: Capture
) -> None:
    assert said in refused(arguments, capsys, code=2)
    assert [*tmp_path.iterdir()] == []
