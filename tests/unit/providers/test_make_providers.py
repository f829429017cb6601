"""All providers of a server: the shipped ones and the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from conselho.cli.main import main
from conselho.config import load_settings
from conselho.errors import Invalid
from conselho.provider import Provider
from conselho.wiring.parts import make_providers

MINE = '[providers.mine]\ncommand = ["mine"]\nis_agent = false\n'


def providers(folder: Path, toml: str | None = None) -> dict[str, Provider]:
    if toml is not None:
        (folder / "conselho-providers.toml").write_text(toml)
    settings, _ = load_settings({}, environ={}, cwd=folder)
    return make_providers(settings, server_url="http://127.0.0.1:1")


def test_the_shipped_providers_are_there_without_any_setting(tmp_path: Path) -> None:
    known = providers(tmp_path)
    assert set(known) == {"command", "claude", "codex", "gemini", "opencode"}
    assert {name for name, provider in known.items() if provider.is_agent} == known.keys() - {
        "command"
    }
    assert all(provider.name == name for name, provider in known.items())
    assert known["claude"].enforces_budget
    assert known["claude"].tells_cost
    assert not known["codex"].tells_cost


def test_those_of_the_users_file_stand_beside_them(tmp_path: Path) -> None:
    known = providers(tmp_path, MINE + '[providers.codex.prices."*"]\ninput = 1\noutput = 2\n')
    assert not known["mine"].is_agent
    assert known["codex"].tells_cost


def test_a_wrong_file_stops_with_the_field(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        providers(tmp_path, MINE + "promt = 1")
    assert caught.value.field == "providers.mine.promt"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_check_tells_what_is_wrong_in_the_file_and_looks_at_the_council_too(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "conselho-providers.toml").write_text(MINE + "promt = 1")
    (here / "council").mkdir()
    (here / "council" / "a.md").write_text("---\nagent_id: a\nname: A\n---\nLook.\n")
    assert main(["check"]) == 2
    told = capsys.readouterr().out
    assert "providers.mine.promt: there is no such field. Did you mean 'prompt'?" in told
    assert "council/a.md" in told


def test_a_check_knows_the_users_providers(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "conselho-providers.toml").write_text(MINE)
    (here / "council").mkdir()
    head = "agent_id: a\nname: A\nprovider: mine\ntitle: T\nschedule: 30m\ntask: Look\n"
    (here / "council" / "a.md").write_text(f"---\n{head}---\nLook.\n")
    assert main(["check"]) == 0, capsys.readouterr().out
