"""How to call one agent and follow what it prints: the contract beside `providers/`.

    examine()      is it there, able and allowed to run: asked before anything is spent
    invocation()   the child process for one attempt at a Task
    reader()       what that child prints, as events that are the same for every agent

A plain program has no events: its output is its answer, and `reader` gives None for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

from conselho.models.task import ErrorCause, Snapshot, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One child process to start.

    `env` is its whole environment; `stdin` is written, then closed. `files` are written before the
    start, readable by the owner only: absolute paths inside the attempt's scratch folder, which is
    removed in the end.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    stdin: bytes = b""
    files: Mapping[Path, str] = field(default_factory=dict)


# -- events ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The agent began. Both are for people who want to look the session up at the provider."""

    session_id: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What the agent said. A `partial` one continues the text right before it."""

    text: str
    partial: bool = False


class ToolState(StrEnum):
    """started: asked for. completed: it did its work. failed: it ran and said that it failed.

    denied: the agent was not allowed to; nobody was asked, nothing was done.
    """

    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool that the agent called. `detail`: one line, what it was asked, or what came of it."""

    name: str
    state: ToolState
    call_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was spent since the last Usage of this attempt; None where the agent does not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    turns: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something for the log alone: a warning, the agent's own retry, a line nobody understands."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """The agent's own word on how it ended; the last Final of an attempt counts.

    When not `ok`, `reason` is a sentence for people, `cause` says it for code, and `retry_at` is
    when the provider will take requests again, if it said so. `text` is the whole answer where the
    agent repeats it here; None: the texts before are the answer.
    """

    ok: bool
    reason: str | None = None
    cause: ErrorCause | None = None
    retry_at: datetime | None = None
    text: str | None = None


AgentEvent = Session | Text | Tool | Usage | Notice | Final


class OutputReader(Protocol):
    """Makes events of what one attempt prints on stdout. The output is untrusted."""

    def feed(self, piece: bytes) -> Sequence[AgentEvent]:
        """The events that `piece` completes; pieces are of any size, cut anywhere."""
        ...

    def close(self) -> Sequence[AgentEvent]:
        """The events that only the end of the output tells."""
        ...


# -- what is known before a start ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something about a provider or a councilor that a person should know, with the cure.

    An `error` keeps it from running. `about`: program, version, credentials, model, cwd,
    context_files, permissions, budget; doctor adds surroundings, instructions, policies.
    """

    level: Literal["error", "warning"]
    about: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found out about a provider's program on this machine, at most a minute ago."""

    program: str | None = None
    version: str | None = None
    troubles: tuple[Trouble, ...] = ()


class Provider(Protocol):
    """`is_agent`: a model answers, so the prompt is assembled and its word needs evidence.

    `enforces_budget`: the program itself stops at max_cost_usd. `tells_cost`: Usage has cost_usd.
    """

    name: str
    is_agent: bool
    enforces_budget: bool
    tells_cost: bool

    async def examine(self, snapshot: Snapshot | None = None) -> Examination:
        """Whether it could run, for this councilor if one is given. Costs no model call.

        The program's own answer about its version is kept for a minute. Raises nothing.
        """
        ...

    def invocation(self, task: Task, *, prompt: str, scratch: Path) -> Invocation:
        """The child process for this Task; `scratch` is the attempt's own folder, not made yet.

        Raises RunError (spawn, preflight) with the cure in one sentence when it cannot run.
        """
        ...

    def diagnose(self, stderr: str) -> Final | None:
        """What a child without a last word told on stderr; None when that says nothing known.

        Some programs fail before their first event: no credentials, a wrong setting.
        """
        ...

    def reader(self, model: str | None = None) -> OutputReader | None:
        """A new reader for one attempt; None when the output is the answer.

        `model` is the agent's: what a run costs may have to be computed from its prices.
        """
        ...
