"""A provider made from its spec: how every agent CLI is started and read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final as Constant

from conselho.clock import Clock, SystemClock
from conselho.errors import RunError
from conselho.models.task import ErrorCause, ErrorKind, Snapshot, Task
from conselho.provider import Examination, Final, Invocation, OutputReader
from conselho.providers.claude import ClaudeDialect
from conselho.providers.codex import CodexDialect
from conselho.providers.environment import absolute_path, child_environment
from conselho.providers.examiner import Examiner
from conselho.providers.failures import failed
from conselho.providers.gemini import GeminiDialect
from conselho.providers.ndjson import Dialect, NdjsonReader
from conselho.providers.opencode import OpencodeDialect
from conselho.providers.prices import PricedReader
from conselho.providers.spec import (
    OPTIONAL,
    PROMPT_FILE,
    Parser,
    PermissionProfile,
    PromptWay,
    ProviderSpec,
    filled,
    placeholders,
)

# One request to the model may take a quarter of the run: when the API hangs, the agent can try
# twice more and still say what happened before the run itself is out of time.
_REQUEST_SHARE: Constant = 4
_SHORTEST_REQUEST_SECONDS: Constant = 10.0
_LONGEST_REQUEST_SECONDS: Constant = 600.0
# Why a program did not even begin stands in its last lines.
_TELLING_STDERR: Constant = 4_000

_DIALECTS: Mapping[Parser, Callable[[Callable[[], datetime]], Dialect]] = {
    Parser.CLAUDE: ClaudeDialect,
    Parser.CODEX: CodexDialect,
    Parser.GEMINI: GeminiDialect,
    Parser.OPENCODE: OpencodeDialect,
}


class DeclaredProvider:
    """Runs one agent CLI as its spec says."""

    def __init__(
        self,
        spec: ProviderSpec,
        environ: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        server_url: str | None = None,
    ) -> None:
        """`environ` is the server's own environment, os.environ unless given.

        Programs that are no agents find `server_url` as CONSELHO_URL. Agents do not: what they
        read may try to talk them into using it.
        """
        self.spec = spec
        self.name = spec.name
        self.is_agent = spec.is_agent
        self.enforces_budget = spec.enforces_budget
        self.tells_cost = spec.tells_cost or bool(spec.prices)
        self._clock = clock or SystemClock()
        own = os.environ if environ is None else environ
        self._env = dict.fromkeys(spec.pinned, "") | child_environment(
            own, (*spec.environment, *spec.pinned, *spec.credentials)
        )
        self._env["PATH"] = absolute_path(self._env["PATH"])
        if server_url is not None and not spec.is_agent:
            self._env["CONSELHO_URL"] = server_url
        self._examiner = Examiner(spec, self._env, self._clock)

    async def examine(self, snapshot: Snapshot | None = None) -> Examination:
        return await self._examiner.examine(snapshot)

    def invocation(self, task: Task, *, prompt: str, scratch: Path) -> Invocation:
        program = self._program(task.snapshot)
        profile = self.spec.permissions.get(task.snapshot.permissions, PermissionProfile())
        values = self._values(task.snapshot, scratch)
        arguments = self._arguments(task.snapshot, profile)
        files = {scratch / name: filled(text, values) for name, text in self._files().items()}
        by_file = self.spec.prompt is PromptWay.FILE
        if by_file:
            files[scratch / PROMPT_FILE] = prompt
        return Invocation(
            argv=(program, *(filled(text, values) for text in arguments)),
            cwd=Path(values["cwd"]),
            env={
                **self._env,
                **_given({**self.spec.set, **profile.environment}, values),
                "CONSELHO_AGENT_ID": task.agent_id,
            },
            stdin=b"" if by_file else prompt.encode("utf-8", "replace"),
            files=files,
        )

    def _files(self) -> dict[str, str]:
        files = dict(self.spec.files)
        for variable, instead in self.spec.files_with.items():
            if self._env.get(variable):
                files |= instead
        return files

    def diagnose(self, stderr: str) -> Final | None:
        if self.spec.parser is Parser.TEXT:
            return None
        lines = stderr[-_TELLING_STDERR:].split("\n")
        finals = (failed(line, now=self._clock.now()) for line in reversed(lines) if line.strip())
        return next((one for one in finals if one.cause is not ErrorCause.OTHER), None)

    def reader(self, model: str | None = None) -> OutputReader | None:
        """As the contract says. `model`: the agent's, where the cost is computed from prices."""
        dialect = _DIALECTS.get(self.spec.parser)
        if dialect is None:
            return None
        reader = NdjsonReader(dialect(self._clock.now))
        return PricedReader(reader, self.spec.prices, model) if self.spec.prices else reader

    def _program(self, snapshot: Snapshot) -> str:
        """The program's path. Raises RunError for what an examination would have told."""
        program = self._examiner.program()
        if program is None:
            raise RunError(ErrorKind.PREFLIGHT, self._examiner.missing())
        trouble = self._examiner.model_trouble(snapshot.model)
        trouble = trouble or self._examiner.level_trouble(snapshot.permissions)
        trouble = trouble or self._examiner.folder_trouble(snapshot.cwd)
        if trouble is not None:
            raise RunError(ErrorKind.PREFLIGHT, trouble)
        return program

    def _arguments(self, snapshot: Snapshot, profile: PermissionProfile) -> tuple[str, ...]:
        return (
            *self.spec.command[1:],
            *self.spec.arguments,
            *profile.arguments,
            *(self.spec.model_arguments if snapshot.model else ()),
            *(self.spec.budget_arguments if snapshot.max_cost_usd is not None else ()),
        )

    def _values(self, snapshot: Snapshot, scratch: Path) -> dict[str, str]:
        """What the placeholders stand for in this attempt."""
        seconds = snapshot.timeout_seconds
        request = min(max(seconds / _REQUEST_SHARE, _SHORTEST_REQUEST_SECONDS), seconds)
        values = {
            "timeout_seconds": _plain(seconds),
            "timeout_ms": str(round(seconds * 1000)),
            "request_timeout_ms": str(round(min(request, _LONGEST_REQUEST_SECONDS) * 1000)),
            "cwd": snapshot.cwd or str(Path.cwd()),
            "scratch": str(scratch),
            "prompt_file": str(scratch / PROMPT_FILE),
            "home": self._examiner.home,
        }
        if snapshot.model:
            values["model"] = snapshot.model
        if snapshot.max_cost_usd is not None:
            values["max_cost_usd"] = _plain(snapshot.max_cost_usd)
        return values


def _given(variables: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The variables, filled; without those that speak of a model or a budget that is not there."""
    missing = OPTIONAL - values.keys()
    return {
        name: filled(text, values)
        for name, text in variables.items()
        if not missing & placeholders(text)
    }


def _plain(number: float) -> str:
    """A number without exponent and without zeros behind the point."""
    return f"{number:.6f}".rstrip("0").rstrip(".")
