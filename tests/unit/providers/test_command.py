"""Provider `command`: the agent's own argv, as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conselho.errors import RunError
from conselho.models.task import ErrorKind
from conselho.provider import Invocation
from conselho.providers.command import CommandProvider
from tests.support.factories import make_snapshot, make_task
from tests.unit.providers.programs import program


def provider(tmp_path: Path) -> CommandProvider:
    environ = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "SECRET": "x", "CONSELHO_X": "y"}
    return CommandProvider(environ, server_url="http://127.0.0.1:1")


def started(tmp_path: Path, **snapshot: Any) -> Invocation:
    task = make_task(snapshot=make_snapshot(**snapshot))
    return provider(tmp_path).invocation(task, prompt="Look.", scratch=tmp_path)


def test_argv_is_taken_as_it_is_with_the_prompt_on_stdin(tmp_path: Path) -> None:
    invocation = started(tmp_path, argv=("prog", "{model}", "$HOME"), cwd="/w")
    assert invocation.argv == ("prog", "{model}", "$HOME")
    assert (invocation.stdin, invocation.cwd, invocation.files) == (b"Look.", Path("/w"), {})
    assert invocation.env["CONSELHO_URL"] == "http://127.0.0.1:1"
    assert invocation.env["CONSELHO_AGENT_ID"] == "ana"
    assert not {"SECRET", "CONSELHO_X"} & invocation.env.keys()


def test_a_shell_runs_it_only_when_asked_for(tmp_path: Path) -> None:
    invocation = started(tmp_path, argv=("ls | wc",), shell=True)
    assert invocation.argv == ("/bin/sh", "-c", "ls | wc")


def test_without_a_command_it_cannot_start(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has no command") as caught:
        started(tmp_path, argv=())
    assert caught.value.kind == ErrorKind.SPAWN


def test_its_output_is_the_answer(tmp_path: Path) -> None:
    command = provider(tmp_path)
    assert command.reader() is None
    assert not command.is_agent


@pytest.mark.parametrize(
    ("snapshot", "found"),
    [
        ({"argv": ("tool", "-x")}, True),
        ({"argv": ("absent",)}, False),
        ({"argv": ("absent | tool",), "shell": True}, True),
        ({"argv": ()}, False),
        ({"argv": ("./tool",), "cwd": "bin"}, True),
        ({"argv": ("./tool",), "cwd": "home"}, False),
    ],
)
async def test_whether_its_program_is_there_is_known_for_each_councilor(
    tmp_path: Path, snapshot: dict[str, Any], found: bool
) -> None:
    program(tmp_path / "bin", "tool")
    if "cwd" in snapshot:
        snapshot = snapshot | {"cwd": str(tmp_path / snapshot["cwd"])}
    examination = await provider(tmp_path).examine(make_snapshot(**snapshot))
    assert (examination.program is not None) is found
    assert [trouble.about for trouble in examination.troubles] == ([] if found else ["program"])


async def test_without_a_councilor_there_is_nothing_to_examine(tmp_path: Path) -> None:
    assert (await provider(tmp_path).examine()).troubles == ()
