"""How to call one agent CLI and read its output: the contract beside `providers/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from conselho.models.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One child process to start.

    `env` is its whole environment; `stdin` is written, then closed.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    stdin: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a provider makes of the kept output: the answer, and why it is no success, if so."""

    text: str
    error: str | None = None


class Provider(Protocol):
    name: str

    def invocation(self, task: Task) -> Invocation:
        """The child process for this Task.

        Raises RunError (spawn, preflight) with the cure in one sentence when it cannot run.
        """
        ...

    def read(self, stdout: str, *, exit_code: int) -> Reading:
        """The answer in the kept output of a child that ended by itself."""
        ...
