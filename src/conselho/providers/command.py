"""Provider `command`: any program, as an argv list; through /bin/sh only when asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from conselho.errors import RunError
from conselho.models.task import ErrorKind, Snapshot, Task
from conselho.provider import Examination, Final, Invocation, OutputReader, Trouble
from conselho.providers.environment import child_environment


class CommandProvider:
    """Runs the Task's own argv with its prompt on stdin."""

    name = "command"
    is_agent = False
    enforces_budget = False
    tells_cost = False

    def __init__(
        self, environment: Mapping[str, str] | None = None, *, server_url: str | None = None
    ) -> None:
        """`environment` is the server's own, os.environ unless given.

        Children find `server_url` as CONSELHO_URL, so that they can speak to the server.
        """
        self._env = child_environment(os.environ if environment is None else environment)
        if server_url is not None:
            self._env["CONSELHO_URL"] = server_url

    async def examine(self, snapshot: Snapshot | None = None) -> Examination:
        """Only with a councilor: there is no program without one."""
        if snapshot is None:
            return Examination()
        if not snapshot.argv:
            return Examination(troubles=(_missing("It has no command. " + _GIVE_ONE),))
        name = "/bin/sh" if snapshot.shell else snapshot.argv[0]
        program = self._program(name, snapshot.cwd)
        if program is None:
            sentence = f"There is no program {name!r} to run: install it, or correct its command."
            return Examination(troubles=(_missing(sentence),))
        return Examination(program=program)

    def invocation(self, task: Task, *, prompt: str, scratch: Path) -> Invocation:
        argv = task.snapshot.argv
        if not argv:
            raise RunError(
                ErrorKind.SPAWN, f"The councilor {task.agent_id} has no command. {_GIVE_ONE}"
            )
        return Invocation(
            argv=("/bin/sh", "-c", *argv) if task.snapshot.shell else argv,
            cwd=_folder(task.snapshot.cwd),
            env={**self._env, "CONSELHO_AGENT_ID": task.agent_id},
            stdin=prompt.encode("utf-8", "replace"),
        )

    def diagnose(self, stderr: str) -> Final | None:
        """None: its exit code tells."""
        return None

    def reader(self, model: str | None = None) -> OutputReader | None:
        """None: the output is the answer."""
        return None

    def _program(self, name: str, cwd: str | None) -> str | None:
        """Its path, as the child finds it: a path with a slash counts from its own folder."""
        if os.sep in name:
            return shutil.which(str(_folder(cwd) / name))
        return shutil.which(name, path=self._env["PATH"])


_GIVE_ONE = 'Give its agent one: command: ["program", "argument"].'


def _folder(cwd: str | None) -> Path:
    return Path(cwd) if cwd else Path.cwd()


def _missing(sentence: str) -> Trouble:
    return Trouble(level="error", about="program", sentence=sentence)
