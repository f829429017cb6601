"""Provider `codex`: Codex CLI, `codex exec --json`.

    thread.started ─► turn.started ─► item.started / item.completed ... ─► turn.completed
                                                                       └► turn.failed

Items and events of type `error` are told even where all went well: only `turn.failed` is fatal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from conselho.provider import AgentEvent, Final, Notice, Session, Text, Tool, ToolState, Usage
from conselho.providers.failures import failed, message_in
from conselho.providers.fields import JsonObject, asked, at, count, items, one_line, table, text
from conselho.providers.spec import Level, Parser, PermissionProfile, ProviderSpec

SPEC = ProviderSpec(
    name="codex",
    label="Codex CLI",
    command=("codex", "exec"),
    arguments=(
        "--json", "--skip-git-repo-check", "--ephemeral",
        "--disable", "plugins", "--disable", "hooks",
        "-c", 'approval_policy="never"',
        # Even where the user trusts the folder: else the repository's own servers are started.
        "-c", 'projects={"{cwd}"={trust_level="untrusted"}}',
        "-",  # the prompt is on stdin
    ),
    model_arguments=("--model", "{model}"),
    parser=Parser.CODEX,
    permissions={
        Level.READ_ONLY: PermissionProfile(arguments=("--sandbox", "read-only")),
        Level.WRITE: PermissionProfile(arguments=("--sandbox", "workspace-write")),
        Level.FULL: PermissionProfile(arguments=("--sandbox", "danger-full-access")),
    },
    environment=("OPENAI_*", "CODEX_*"),
    credentials=("CODEX_API_KEY", "OPENAI_API_KEY"),
    credential_files=("~/.codex/auth.json", "$CODEX_HOME/auth.json"),
    install="Install it with `npm install -g @openai/codex`.",
)  # fmt: skip

_TOOLS = {"command_execution": "shell", "file_change": "apply_patch", "web_search": "web_search"}
_STATES = {
    "in_progress": ToolState.STARTED,
    "completed": ToolState.COMPLETED,
    "failed": ToolState.FAILED,
    "declined": ToolState.DENIED,
}
_SPOKEN_DENIALS = ("blocked by policy", "rejected by user")
# What programs say in the sandbox; there is no other sign, and the exit code may well be 0.
_SANDBOX = re.compile(r": Read-only file system$|: Operation not permitted$", re.MULTILINE)


class CodexDialect:
    """Makes events of Codex's lines."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def read(self, line: JsonObject) -> Iterator[AgentEvent]:
        match line.get("type"):
            case "thread.started":
                yield Session(session_id=text(line, "thread_id") or None)
            case "item.started" | "item.completed":
                yield from self._item(table(line, "item"), done=line["type"] == "item.completed")
            case "turn.completed":
                yield _usage(table(line, "usage"))
                yield Final(ok=True)
            case "turn.failed":
                yield failed(
                    text(line, "error", "message"),
                    now=self._now(),
                    code=text(line, "error", "code"),
                )
            case "error":
                yield Notice(text=one_line(message_in(text(line, "message")), 500))

    def end(self) -> Iterator[AgentEvent]:
        return iter(())

    def _item(self, item: JsonObject, *, done: bool) -> Iterator[AgentEvent]:
        kind = text(item, "type")
        if kind == "agent_message":
            if done:
                yield Text(text=text(item, "text"))
        elif kind == "error":
            yield Notice(text=one_line(text(item, "message"), 500))
        elif kind in _TOOLS or kind.endswith("tool_call"):
            yield self._tool(kind, item, done=done)

    def _tool(self, kind: str, item: JsonObject, *, done: bool) -> Tool:
        name = _TOOLS.get(kind) or ".".join(
            part for part in (text(item, "server"), text(item, "tool") or kind) if part
        )
        state = _state(item) if done else ToolState.STARTED
        return Tool(
            name=name, state=state, call_id=text(item, "id") or None, detail=_detail(item, state)
        )


def _state(item: JsonObject) -> ToolState:
    """How a finished item ended. Some kinds have no status: they are told when they are done."""
    state = _STATES.get(text(item, "status"), ToolState.COMPLETED)
    if state is ToolState.STARTED:
        return ToolState.FAILED  # told as completed, but it never was
    output, exit_code = text(item, "aggregated_output")[-20_000:], at(item, "exit_code")
    if isinstance(exit_code, int) and exit_code != 0 and state is ToolState.COMPLETED:
        state = ToolState.FAILED
    said = (output + text(item, "error", "message")[:2000]).lower()
    rejected = state is ToolState.FAILED and any(words in said for words in _SPOKEN_DENIALS)
    return ToolState.DENIED if rejected or _SANDBOX.search(output) else state


def _detail(item: JsonObject, state: ToolState) -> str:
    if state is ToolState.FAILED and (error := text(item, "error", "message")):
        return one_line(error)
    if item.get("type") == "file_change":
        return one_line(" ".join(text(one, "path") for one in items(item, "changes")[:20]))
    arguments = at(item, "arguments")
    return asked(arguments if arguments is not None else item)


def _usage(usage: JsonObject) -> Usage:
    return Usage(
        input_tokens=count(usage, "input_tokens"),
        output_tokens=count(usage, "output_tokens"),
        cached_tokens=count(usage, "cached_input_tokens"),
        reasoning_tokens=count(usage, "reasoning_output_tokens"),
        turns=1,
    )
