"""Whether a provider's program is there, able and allowed to run: what is known without a model."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from conselho.clock import Clock
from conselho.models.task import Snapshot
from conselho.provider import Examination, Trouble
from conselho.providers.environment import child_environment
from conselho.providers.spec import ProviderSpec, filled
from conselho.providers.version_probe import Answer, ask_version, compared

VERSION_KEPT: Final = timedelta(minutes=1)

_SETTINGS_BYTES = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The newest answer about the version, and of which file it was."""

    path: str
    changed_ns: int
    at: datetime
    answer: Answer


class Examiner:
    """Examines one provider. `env` is what its child will get."""

    def __init__(self, spec: ProviderSpec, env: Mapping[str, str], clock: Clock) -> None:
        self._spec = spec
        self._env = env
        self._clock = clock
        self._asked: _Asked | None = None
        self._asking = asyncio.Lock()
        self.home = env.get("HOME") or str(Path.home())

    async def examine(self, snapshot: Snapshot | None) -> Examination:
        program = self.program()
        answer = await self._version(program) if program else Answer()
        troubles = [
            *([] if program else [_error("program", self.missing())]),
            *self._version_troubles(program or "", answer),
            *self._credential_troubles(),
            *(self._councilor_troubles(snapshot) if snapshot else []),
        ]
        return Examination(program=program, version=answer.version, troubles=tuple(troubles))

    def program(self) -> str | None:
        """The program's absolute path, by the PATH of the child; None when there is none.

        A relative path is none: the child starts in a folder that agents may write to.
        """
        name = filled(self._spec.command[0], {"home": self.home})
        if os.sep in name and not os.path.isabs(name):
            return None
        return shutil.which(name, path=self._env["PATH"])

    # The sentences that a start without an examination says too.

    def missing(self) -> str:
        label, name = self._spec.label, filled(self._spec.command[0], {"home": self.home})
        if os.path.isabs(name) and os.path.isfile(name):
            return f"{label}: {name!r} may not be executed. Allow it: chmod +x {shlex.quote(name)}"
        return f"{label}: there is no program {self._spec.command[0]!r} to run.{self._hint()}"

    def model_trouble(self, model: str | None) -> str | None:
        """Why this model cannot be used, if so."""
        if not model:
            if not self._spec.needs_model or self._knows_model():
                return None
            return f"{self._spec.label} needs a model. Name one in the agent's `model`."
        if model.startswith("-"):  # it would be read as an option, whichever the agent likes
            return f"{model!r} is no model's name."
        return None

    def _knows_model(self) -> bool:
        """Whether its own settings name a model. What they name, only a run would tell."""
        if self._spec.speaks_of_model:
            return False
        texts = (
            self._env.get(source, "") if _is_variable(source) else self._begin_of(source)
            for source in self._spec.model_sources
        )
        return any('"model"' in text for text in texts)

    def level_trouble(self, level: str) -> str | None:
        """Why this level of permissions cannot be given, if so."""
        if not self._spec.permissions or level in self._spec.permissions:
            return None
        known = ", ".join(self._spec.permissions)
        return f"{self._spec.label} has no permission profile {level!r}; it has: {known}."

    def folder_trouble(self, cwd: str | None) -> str | None:
        """Why the program must not run in this folder, if so."""
        if not self._spec.forbidden_files:
            return None
        folder = Path(os.path.realpath(cwd or Path.cwd()))
        for above in (folder, *folder.parents):
            if above == Path(os.path.realpath(self.home)):
                return None
            for name in self._spec.forbidden_files:
                if os.path.lexists(file := above / name):
                    return (
                        f"{self._spec.label} would obey {str(file)!r}, and whoever wrote it."
                        " Remove that file, or give the agent another folder or provider."
                    )
        return None

    # -- parts -------------------------------------------------------------------------------------

    async def _version(self, program: str) -> Answer:
        if not self._spec.version_command:
            return Answer()
        async with self._asking:  # many may examine at once; one asks
            try:
                changed_ns = os.stat(program).st_mtime_ns
            except OSError:
                changed_ns = 0  # gone since it was found: starting it will tell
            now, known = self._clock.now(), self._asked
            if (
                known is None
                or (known.path, known.changed_ns) != (program, changed_ns)
                or not timedelta(0) <= now - known.at < VERSION_KEPT
            ):
                # Without credentials: who only tells a version needs none, and might repeat them.
                env = {**child_environment(self._env), "PATH": self._env["PATH"]}
                answer = await ask_version((program, *self._spec.version_command), env)
                known = _Asked(path=program, changed_ns=changed_ns, at=now, answer=answer)
                self._asked = known
            return known.answer

    def _version_troubles(self, program: str, answer: Answer) -> Iterator[Trouble]:
        label, least = self._spec.label, self._spec.minimum_version
        if answer.refusal is not None:
            asked = " ".join((program, *self._spec.version_command))
            yield _error(
                "version",
                f"{label}: `{asked}` {answer.refusal}. Repair its installation, or set"
                " version_command = [] if it cannot tell its version.",
            )
        if least and answer.version and compared(answer.version, least) < 0:
            yield _error(
                "version",
                f"{label}: version {answer.version} is too old: {least} is needed.{self._hint()}",
            )

    def _credential_troubles(self) -> Iterator[Trouble]:
        """Whether something is there. Whether it is valid, only a request would tell."""
        spec = self._spec
        if not spec.credentials and not spec.credential_files:
            return
        if any(self._env.get(name, "").strip() for name in spec.credentials):
            return
        if any(self._has_file(name) for name in spec.credential_files):
            return
        sentence = (
            f"{spec.label}: there are no credentials. Set {_either(spec.credentials)} for the"
        )
        sentence += " server, or log in with the program itself as the server's user."
        level: Literal["error", "warning"] = "error" if spec.credentials_required else "warning"
        yield Trouble(level=level, about="credentials", sentence=sentence)

    def _begin_of(self, name: str) -> str:
        """The beginning of a settings file; empty when there is none."""
        try:
            with self._place(name).open("rb") as file:
                return file.read(_SETTINGS_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""

    def _has_file(self, name: str) -> bool:
        path = self._place(name)
        try:
            return path.is_file() and path.stat().st_size > 0
        except OSError:
            return False

    def _place(self, name: str) -> Path:
        start, _, rest = name.partition("/")
        if start == "~":
            return Path(self.home, rest)
        if start.startswith("$"):
            return Path(self._env.get(start[1:], "") or os.devnull, rest)
        return Path(name)

    def _councilor_troubles(self, snapshot: Snapshot) -> Iterator[Trouble]:
        spec = self._spec
        if sentence := self.model_trouble(snapshot.model):
            yield _error("model", sentence)
        if sentence := self.level_trouble(snapshot.permissions):
            yield _error("permissions", sentence)
        if sentence := self.folder_trouble(snapshot.cwd):
            yield _error("cwd", sentence)
        if spec.is_agent and not spec.permissions:
            yield _warning(
                "permissions",
                f"{spec.label} has no permission profiles: what it may do is its own affair.",
            )
        tells_cost = spec.tells_cost or spec.prices
        if snapshot.max_cost_usd is not None and not (spec.enforces_budget or tells_cost):
            yield _warning(
                "budget",
                f"{spec.label} tells no cost, so max_cost_usd cannot hold it. Give the provider"
                " prices, and its cost is computed from its tokens.",
            )

    def _hint(self) -> str:
        return f" {self._spec.install}" if self._spec.install else ""


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names[:2]) if names else "what it needs"


def _error(about: str, sentence: str) -> Trouble:
    return Trouble(level="error", about=about, sentence=sentence)


def _warning(about: str, sentence: str) -> Trouble:
    return Trouble(level="warning", about=about, sentence=sentence)


def _is_variable(source: str) -> bool:
    return "/" not in source
