"""Provider `opencode`: OpenCode, `opencode run --format json`.

    step_start ─► text, tool_use ─► step_finish (tool-calls) ─► step_start ... ─► step_finish (stop)

There is no last event. It has finished when its newest step ended with reason `stop` and nothing
came after it, which only the end of the output tells.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from conselho.models.task import ErrorCause
from conselho.provider import AgentEvent, Final, Session, Text, Tool, ToolState, Usage
from conselho.providers.failures import failed, failed_for, text_headers
from conselho.providers.fields import JsonObject, amount, asked, at, count, one_line, table, text
from conselho.providers.spec import Level, Parser, PermissionProfile, ProviderSpec

# By name too, beside the star: the user's own rules for these stay in the merged list.
_LOOK = {
    "*": "deny", "read": "allow", "glob": "allow", "grep": "allow", "list": "allow",
    "edit": "deny", "bash": "deny", "webfetch": "deny", "websearch": "deny", "task": "deny",
    "external_directory": "deny",
}  # fmt: skip
_CHANGE = _LOOK | {"edit": "allow", "todowrite": "allow"}
# Nobody is there to answer a question, or to say that going in circles is fine.
_RUN = {"*": "allow", "question": "deny", "doom_loop": "deny"}


def _held(rules: Mapping[str, str]) -> PermissionProfile:
    """A level as rules that OpenCode puts over those of all its settings, the user's own too."""
    return PermissionProfile(environment={"OPENCODE_PERMISSION": json.dumps(rules)})


SPEC = ProviderSpec(
    name="opencode",
    label="OpenCode",
    command=("opencode", "run"),
    # pure: without plugins, which a repository may bring with it
    arguments=("--format", "json", "--pure"),
    model_arguments=("--model", "{model}"),
    parser=Parser.OPENCODE,
    permissions={
        Level.READ_ONLY: _held(_LOOK),
        Level.WRITE: _held(_CHANGE),
        Level.FULL: _held(_RUN),
    },
    environment=("OPENCODE_*", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"),
    set={
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_SHARE": "1",
        "OPENCODE_DISABLE_PROJECT_CONFIG": "1",
    },
    credentials=("OPENCODE_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"),
    credential_files=(
        "~/.local/share/opencode/auth.json",
        "$XDG_DATA_HOME/opencode/auth.json",
    ),
    credentials_required=False,
    install="Install it with `npm install -g opencode-ai`.",
    model_required=True,
    model_sources=(
        "OPENCODE_CONFIG_CONTENT",
        "~/.config/opencode/opencode.json",
        "~/.config/opencode/opencode.jsonc",
        "$XDG_CONFIG_HOME/opencode/opencode.json",
        "$XDG_CONFIG_HOME/opencode/opencode.jsonc",
    ),
    tells_cost=True,
)

_SPOKEN_DENIALS = (
    "rejected permission to use",
    "rule which prevents you from using",
    "unavailable tool",  # kept back by the level, so it was not offered
)


class OpencodeDialect:
    """Makes events of OpenCode's lines."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._session = ""
        self._reason = ""  # why the newest step ended; empty while one is under way
        self._failed = False
        self._denied = ""

    def read(self, line: JsonObject) -> Iterator[AgentEvent]:
        session = text(line, "sessionID")
        if session and session != self._session:
            self._session = session
            yield Session(session_id=session)
        part = table(line, "part")
        match line.get("type"):
            case "step_start":
                self._reason = ""
            case "text":
                yield Text(text=text(part, "text"))
            case "tool_use":
                yield self._tool(part)
            case "step_finish":
                self._reason = text(part, "reason")
                yield _usage(part)
            case "error":
                self._failed = True
                yield self._failure(table(line, "error"))

    def end(self) -> Iterator[AgentEvent]:
        """The last word. None when a step was under way, or waited for its tools' results."""
        if self._failed:
            return
        if self._reason == "stop":
            yield Final(ok=True)
        elif self._reason == "length":
            yield failed_for(ErrorCause.TRUNCATED, "the model reached its output limit")
        elif self._reason == "content-filter":
            yield failed_for(ErrorCause.REFUSED, "the content filter stopped the answer")
        elif self._reason == "tool-calls" and self._denied:
            # It ends by itself, without a word, once a permission was asked for and rejected.
            yield failed_for(ErrorCause.PERMISSION_DENIED, self._denied)

    def _tool(self, part: JsonObject) -> Tool:
        state, error = text(part, "state", "status"), text(part, "state", "error")
        name, call_id = text(part, "tool") or "tool", text(part, "callID") or None
        detail = asked(at(part, "state", "input"))
        self._denied = ""
        if state == "completed":
            return Tool(name=name, state=ToolState.COMPLETED, call_id=call_id, detail=detail)
        if any(words in error[:2000] for words in _SPOKEN_DENIALS):
            self._denied = one_line(f"{name} {detail}")
            return Tool(name=name, state=ToolState.DENIED, call_id=call_id, detail=detail)
        failure = one_line(error) or detail
        return Tool(name=name, state=ToolState.FAILED, call_id=call_id, detail=failure)

    def _failure(self, error: JsonObject) -> Final:
        name = text(error, "name")
        said = text(error, "data", "message") or text(error, "message")
        if name == "MessageAbortedError":
            return failed_for(ErrorCause.UNFINISHED, said)
        return failed(
            said,
            now=self._now(),
            status=count(error, "data", "statusCode"),
            # The body often knows more than the message: a code, the time of the next try.
            code=f"{name} {text(error, 'data', 'responseBody')[:4000]}",
            headers=text_headers(at(error, "data", "responseHeaders")),
        )


def _usage(part: JsonObject) -> Usage:
    """OpenCode counts what came from the cache apart; ours counts it in.

    Its cost is 0 for a model whose price it does not know: that is no cost.
    """
    tokens = table(part, "tokens")
    told = [count(tokens, "input"), count(tokens, "cache", "read"), count(tokens, "cache", "write")]
    known = [number for number in told if number is not None]
    return Usage(
        input_tokens=sum(known) if known else None,
        output_tokens=count(tokens, "output"),
        cached_tokens=count(tokens, "cache", "read"),
        reasoning_tokens=count(tokens, "reasoning"),
        turns=1,
        cost_usd=amount(part, "cost") or None,
    )
