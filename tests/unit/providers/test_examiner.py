"""What is found out about a provider before anything is spent."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from conselho.provider import Examination
from conselho.providers.declared import DeclaredProvider
from conselho.providers.spec import Level, Parser, PermissionProfile, Price
from tests.support.clock import FakeClock
from tests.support.factories import make_snapshot
from tests.unit.providers.programs import make_provider, program


def told(examination: Examination) -> list[tuple[str, str]]:
    return [(trouble.level, trouble.about) for trouble in examination.troubles]


async def examined(provider: DeclaredProvider, **snapshot: Any) -> Examination:
    return await provider.examine(make_snapshot(provider="agent", argv=(), **snapshot))


async def test_a_sound_provider_tells_its_program_and_version(tmp_path: Path) -> None:
    path = program(tmp_path / "bin", script='echo "agent version 2.1.197 (Agent CLI)"')
    found = await make_provider(tmp_path).examine()
    assert found == Examination(program=str(path), version="2.1.197")


async def test_a_program_that_is_missing_comes_with_the_way_to_get_it(tmp_path: Path) -> None:
    found = await make_provider(tmp_path, install="Install it with `get agent`.").examine()
    (trouble,) = found.troubles
    assert (found.program, trouble.level, trouble.about) == (None, "error", "program")
    assert trouble.sentence.endswith("'agent' to run. Install it with `get agent`.")


async def test_a_file_that_may_not_be_run_is_no_program(tmp_path: Path) -> None:
    program(tmp_path / "bin").chmod(0o644)
    assert told(await make_provider(tmp_path).examine()) == [("error", "program")]


async def test_a_script_that_may_not_be_run_is_not_called_missing(tmp_path: Path) -> None:
    path = program(tmp_path / "scripts", "nightly script.sh")
    path.chmod(0o644)
    (trouble,) = (await make_provider(tmp_path, command=(str(path),)).examine()).troubles
    assert (trouble.level, trouble.about) == ("error", "program")
    assert trouble.sentence == (
        f"Agent CLI: '{path}' may not be executed. Allow it: chmod +x '{path}'"
    )


async def test_a_program_that_cannot_run_says_why(tmp_path: Path) -> None:
    program(tmp_path / "bin", script="echo starting; echo 'no such library' >&2; exit 3")
    (trouble,) = (await make_provider(tmp_path).examine()).troubles
    assert (trouble.level, trouble.about) == ("error", "version")
    assert "ended with exit code 3: no such library" in trouble.sentence
    assert "version_command = []" in trouble.sentence


async def test_a_program_whose_interpreter_is_gone_cannot_be_started(tmp_path: Path) -> None:
    path = program(tmp_path / "bin")
    path.write_text("#!/nowhere/sh\n")
    (trouble,) = (await make_provider(tmp_path).examine()).troubles
    assert trouble.about == "version"
    assert "cannot be started" in trouble.sentence


async def test_an_old_version_is_refused_with_the_one_that_is_needed(tmp_path: Path) -> None:
    program(tmp_path / "bin", script="echo v1.9.0")
    found = await make_provider(tmp_path, minimum_version="1.10", install="Get it.").examine()
    (trouble,) = found.troubles
    assert (trouble.level, trouble.about, found.version) == ("error", "version", "1.9.0")
    assert trouble.sentence == "Agent CLI: version 1.9.0 is too old: 1.10 is needed. Get it."


async def test_the_version_is_asked_once_a_minute_and_after_an_upgrade(tmp_path: Path) -> None:
    asked, clock = tmp_path / "asked", FakeClock()
    path = program(tmp_path / "bin", script=f"echo x >> {asked}; echo 1.0.0")
    provider = make_provider(tmp_path, clock=clock)

    async def times() -> int:
        await provider.examine()
        return len(asked.read_text().split())

    assert [await times(), await times()] == [1, 1]
    clock.jump(61)
    assert [await times(), await times()] == [2, 2]
    os.utime(path, ns=(1, 1))
    assert [await times(), await times()] == [3, 3]


async def test_many_that_ask_at_once_start_the_program_once(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    program(tmp_path / "bin", script=f"echo x >> {asked}; echo 1.0.0")
    provider = make_provider(tmp_path)
    await asyncio.gather(*(provider.examine() for _ in range(5)))
    assert len(asked.read_text().split()) == 1


async def test_a_script_is_never_asked_for_its_version(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    path = program(tmp_path / "bin", script=f"echo x >> {asked}")
    found = await make_provider(tmp_path, version_command=()).examine()
    assert found == Examination(program=str(path))
    assert not asked.exists()


async def test_the_version_is_asked_without_secrets_and_away_from_the_repository(
    tmp_path: Path,
) -> None:
    seen = tmp_path / "seen"
    program(tmp_path / "bin", script=f"(pwd; env) > {seen}; echo 1.0")
    await make_provider(tmp_path).examine()
    where, *variables = seen.read_text().splitlines()
    assert where == "/"
    assert not [line for line in variables if "s3cret" in line or "t0ken" in line]


class TestCredentials:
    @pytest.fixture(autouse=True)
    def agent(self, tmp_path: Path) -> None:
        program(tmp_path / "bin")

    async def test_without_any_it_cannot_run_and_the_ways_are_told(self, tmp_path: Path) -> None:
        provider = make_provider(
            tmp_path, credentials=("A_KEY", "B_KEY"), credential_files=("~/.agent/auth.json",)
        )
        (trouble,) = (await provider.examine()).troubles
        assert (trouble.level, trouble.about) == ("error", "credentials")
        assert "Set A_KEY or B_KEY for the server, or log in" in trouble.sentence

    async def test_any_one_variable_is_enough(self, tmp_path: Path) -> None:
        provider = make_provider(
            tmp_path, credentials=("A_KEY", "B_KEY"), environ={"A_KEY": "", "B_KEY": "k"}
        )
        assert told(await provider.examine()) == []

    async def test_a_file_at_home_is_enough_unless_it_is_empty(self, tmp_path: Path) -> None:
        file = tmp_path / "home" / ".agent" / "auth.json"
        file.parent.mkdir(parents=True)
        provider = make_provider(tmp_path, credential_files=("~/.agent/auth.json",))
        file.touch()
        assert told(await provider.examine()) == [("error", "credentials")]
        file.write_text("{}")
        assert told(await provider.examine()) == []

    async def test_a_file_in_a_folder_that_a_variable_names_is_enough(self, tmp_path: Path) -> None:
        (tmp_path / "auth.json").write_text("{}")
        fields: dict[str, Any] = {
            "credential_files": ("$AGENT_HOME/auth.json",),
            "environment": ("AGENT_HOME",),
        }
        there = make_provider(tmp_path, **fields, environ={"AGENT_HOME": str(tmp_path)})
        assert told(await there.examine()) == []
        unset = make_provider(tmp_path, **fields)
        assert told(await unset.examine()) == [("error", "credentials")]

    async def test_where_they_may_lie_elsewhere_it_is_only_a_warning(self, tmp_path: Path) -> None:
        provider = make_provider(tmp_path, credentials=("A_KEY",), credentials_required=False)
        assert told(await provider.examine()) == [("warning", "credentials")]


class TestCouncilor:
    @pytest.fixture(autouse=True)
    def agent(self, tmp_path: Path) -> None:
        program(tmp_path / "bin")

    async def test_a_model_that_is_needed_is_asked_for(self, tmp_path: Path) -> None:
        provider = make_provider(
            tmp_path, model_required=True, permissions={Level.READ_ONLY: PermissionProfile()}
        )
        assert told(await provider.examine()) == []
        assert told(await examined(provider)) == [("error", "model")]
        assert told(await examined(provider, model="m")) == []

    async def test_a_model_of_its_own_settings_is_enough(self, tmp_path: Path) -> None:
        fields: dict[str, Any] = {
            "model_required": True,
            "model_sources": ("AGENT_CONFIG", "~/agent.json"),
            "environment": ("AGENT_CONFIG",),
            "permissions": {Level.READ_ONLY: PermissionProfile()},
        }
        by_variable = make_provider(tmp_path, environ={"AGENT_CONFIG": '{"model": "m"}'}, **fields)
        silent = make_provider(tmp_path, environ={"AGENT_CONFIG": '{"theme": "x"}'}, **fields)

        assert told(await examined(by_variable)) == []
        assert told(await examined(silent)) == [("error", "model")]

        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "agent.json").write_text('{"model": "m"}')
        assert told(await examined(silent)) == []

    async def test_a_level_that_is_not_there_is_told_and_none_at_all_is_a_warning(
        self, tmp_path: Path
    ) -> None:
        held = make_provider(tmp_path, permissions={Level.READ_ONLY: PermissionProfile()})
        assert told(await examined(held, permissions="full")) == [("error", "permissions")]
        free = make_provider(tmp_path)
        assert told(await examined(free, permissions="full")) == [("warning", "permissions")]
        assert told(await examined(make_provider(tmp_path, is_agent=False))) == []

    async def test_a_folder_that_would_command_it_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / ".env").touch()
        profile = {Level.READ_ONLY: PermissionProfile()}
        provider = make_provider(tmp_path, forbidden_files=(".env",), permissions=profile)
        assert told(await examined(provider, cwd=str(tmp_path))) == [("error", "cwd")]

    async def test_a_budget_that_nobody_can_hold_is_a_warning(self, tmp_path: Path) -> None:
        profile: dict[str, Any] = {
            "permissions": {Level.READ_ONLY: PermissionProfile()},
            "parser": Parser.CODEX,
        }
        silent = make_provider(tmp_path, **profile)
        assert told(await examined(silent, max_cost_usd=1)) == [("warning", "budget")]
        priced = make_provider(tmp_path, **profile, prices={"*": Price(input=1, output=1)})
        assert told(await examined(priced, max_cost_usd=1)) == []


async def test_no_sentence_holds_the_value_of_a_secret(tmp_path: Path) -> None:
    program(tmp_path / "bin", script="echo $A_KEY; exit 1")
    provider = make_provider(
        tmp_path, credentials=("A_KEY",), environ={"A_KEY": "sk-abcdef"}, install="Get it."
    )
    found = await examined(provider, permissions="full", max_cost_usd=1)
    assert found.troubles
    assert "sk-abcdef" not in repr(found)
