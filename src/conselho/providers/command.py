"""Provider `command`: any program, as an argv list; through /bin/sh only when asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from conselho.errors import RunError
from conselho.models.task import ErrorKind, Task
from conselho.provider import Invocation, Reading

# What a child may know of the server's environment: enough to find programs, a home, a language, a
# way out through a proxy. Everything else, secrets first, stays here.
ALLOWED = frozenset(
    {
        "HOME", "LANG", "LANGUAGE", "LOGNAME", "SHELL", "TEMP", "TMP", "TMPDIR", "TZ", "USER",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
        "http_proxy", "https_proxy", "no_proxy", "all_proxy",
        "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE",
    }
)  # fmt: skip
ALLOWED_PREFIXES = ("LC_", "XDG_")


class CommandProvider:
    """Runs the Task's own argv with its prompt on stdin."""

    name = "command"

    def __init__(
        self, environment: Mapping[str, str] | None = None, *, server_url: str | None = None
    ) -> None:
        """`environment` is the server's own, os.environ unless given.

        Children find `server_url` as CONSELHO_URL, so that they can speak to the server.
        """
        self._env = child_environment(os.environ if environment is None else environment)
        if server_url is not None:
            self._env["CONSELHO_URL"] = server_url

    def invocation(self, task: Task) -> Invocation:
        argv = task.snapshot.argv
        if not argv:
            raise RunError(
                ErrorKind.SPAWN,
                f"The councilor {task.agent_id} has no command. Give its agent one:"
                ' command: ["program", "argument"].',
            )
        return Invocation(
            argv=("/bin/sh", "-c", *argv) if task.snapshot.shell else argv,
            cwd=Path(task.snapshot.cwd) if task.snapshot.cwd else Path.cwd(),
            env={**self._env, "CONSELHO_AGENT_ID": task.agent_id},
            stdin=task.snapshot.prompt.encode("utf-8", "replace"),
        )

    def read(self, stdout: str, *, exit_code: int) -> Reading:
        """The output is the answer; a command's errors are its exit codes."""
        return Reading(text=stdout)


def child_environment(own: Mapping[str, str]) -> dict[str, str]:
    """The allowed part of `own`, with this Python's programs first on PATH."""
    env = {
        name: value
        for name, value in own.items()
        if name in ALLOWED or name.startswith(ALLOWED_PREFIXES)
    }
    # The council's own checks run as `python -m conselho.checks`: that must be this Python.
    programs = str(Path(sys.executable).parent)
    env["PATH"] = os.pathsep.join([programs, own.get("PATH", os.defpath)])
    env["TERM"] = "dumb"
    return env
