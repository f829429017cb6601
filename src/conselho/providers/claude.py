"""Provider `claude`: Claude Code, `claude -p --output-format stream-json`.

    system/init ─► assistant (text, tool_use) ─► user (tool_result) ─► ... ─► result

`result` has the last word, and `subtype: success` in it means nothing when `is_error` is true.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from conselho.models.task import ErrorCause
from conselho.provider import (
    AgentEvent,
    Final,
    Notice,
    Session,
    Text,
    Tool,
    ToolState,
    Usage,
)
from conselho.providers.failures import failed, failed_for
from conselho.providers.fields import (
    JsonObject,
    amount,
    asked,
    at,
    count,
    items,
    one_line,
    table,
    text,
)
from conselho.providers.recent import Recent
from conselho.providers.reset_times import from_epoch
from conselho.providers.spec import Level, Parser, PermissionProfile, ProviderSpec

_LOOK = "Read,Grep,Glob"
_CHANGE = f"{_LOOK},Edit,Write,NotebookEdit"
_RUN = f"{_CHANGE},Bash,WebFetch,WebSearch"

SPEC = ProviderSpec(
    name="claude",
    label="Claude Code",
    command=("claude", "-p"),
    arguments=(
        "--output-format", "stream-json", "--verbose",
        # Nothing of the folder it works in may configure it: no settings, hooks, servers, commands.
        "--setting-sources", "", "--strict-mcp-config", "--disable-slash-commands",
        "--no-session-persistence",
    ),
    model_arguments=("--model", "{model}"),
    budget_arguments=("--max-budget-usd", "{max_cost_usd}"),
    parser=Parser.CLAUDE,
    permissions={
        # dontAsk: what is not allowed is denied at once, where others would ask and wait.
        Level.READ_ONLY: PermissionProfile(
            arguments=("--tools", _LOOK, "--permission-mode", "dontAsk")
        ),
        Level.WRITE: PermissionProfile(
            arguments=("--tools", _CHANGE, "--permission-mode", "acceptEdits")
        ),
        Level.FULL: PermissionProfile(
            arguments=("--tools", _RUN, "--allowedTools", _RUN, "--permission-mode", "dontAsk")
        ),
    },
    environment=("ANTHROPIC_*", "CLAUDE_*"),
    set={
        "API_TIMEOUT_MS": "{request_timeout_ms}",
        "CLAUDE_CODE_MAX_RETRIES": "2",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
    },
    credentials=(
        "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN",
        "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX",
    ),
    credential_files=("~/.claude/.credentials.json", "$CLAUDE_CONFIG_DIR/.credentials.json"),
    credentials_required=sys.platform != "darwin",  # there they may lie in the keychain
    install="Install it with `npm install -g @anthropic-ai/claude-code`.",
    enforces_budget=True,
    tells_cost=True,
)  # fmt: skip

_SPOKEN_DENIALS = (
    "permission to use", "requested permissions to", "was blocked. for security",
    "exists but is not enabled", "is disabled for this session", "this command requires approval",
)  # fmt: skip


class ClaudeDialect:
    """Makes events of Claude Code's lines."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._calls: Recent[tuple[str, str]] = Recent()  # the tool, and what it was asked
        self._denied: Recent[bool] = Recent()
        self._streamed: Recent[bool] = Recent()  # messages whose text came in pieces
        self._counted: Recent[bool] = Recent()  # messages whose usage was told
        self._told_input = self._told_cached = 0
        self._error_code = ""
        self._resets_at: datetime | None = None

    def read(self, line: JsonObject) -> Iterator[AgentEvent]:
        match line.get("type"):
            case "system":
                yield from self._system(line)
            case "assistant":
                yield from self._assistant(line)
            case "user":
                yield from self._tool_results(line)
            case "stream_event":
                yield from self._piece(line)
            case "rate_limit_event":
                yield from self._rate_limit(line)
            case "result":
                yield from self._result(line)
            case "error":
                yield Notice(text=one_line(text(line, "error", "message") or text(line, "error")))

    def end(self) -> Iterator[AgentEvent]:
        return iter(())

    def _system(self, line: JsonObject) -> Iterator[AgentEvent]:
        match line.get("subtype"):
            case "init":
                yield Session(
                    session_id=text(line, "session_id") or None, model=text(line, "model") or None
                )
            case "api_retry":
                yield _retry(line)
            case "permission_denied":
                yield from self._deny(
                    text(line, "tool_use_id"), text(line, "tool_name"), text(line, "message")
                )
            case "compact_boundary":
                yield Notice(text="the conversation was shortened to fit the context window")

    def _assistant(self, line: JsonObject) -> Iterator[AgentEvent]:
        message = table(line, "message")
        message_id = text(message, "id")
        if code := text(line, "error"):  # not the model's words: the program tells of an error
            self._error_code = code
            yield Notice(text=one_line(_joined(message.get("content")), 500))
            return
        for block in items(message, "content"):
            kind = at(block, "type")
            if kind == "tool_use":
                yield self._started(block)
            elif kind == "text" and at(line, "parent_tool_use_id") is not None:
                yield Notice(text=f"a helper of the agent says: {one_line(text(block, 'text'))}")
            elif kind == "text" and message_id not in self._streamed:
                yield Text(text=text(block, "text"))
        yield from self._message_usage(message_id, message)

    def _message_usage(self, message_id: str, message: JsonObject) -> Iterator[AgentEvent]:
        """What is known of the bill so far, for a run that is stopped before its result.

        A message comes once a block, each time with the same usage; its output count is not final.
        """
        used = _tokens(table(message, "usage"))
        if message_id in self._counted or not used.input_tokens:
            return
        self._counted.keep(message_id, True)
        self._told_input += used.input_tokens
        self._told_cached += used.cached_tokens or 0
        yield Usage(input_tokens=used.input_tokens, cached_tokens=used.cached_tokens)

    def _started(self, block: object) -> Tool:
        name, call_id = text(block, "name") or "tool", text(block, "id")
        detail = asked(at(block, "input"))
        if call_id:
            self._calls.keep(call_id, (name, detail))
        return Tool(name=name, state=ToolState.STARTED, call_id=call_id or None, detail=detail)

    def _tool_results(self, line: JsonObject) -> Iterator[AgentEvent]:
        for block in items(line, "message", "content"):
            if at(block, "type") != "tool_result":
                continue
            call_id = text(block, "tool_use_id")
            name, detail = self._calls.get(call_id, ("tool", ""))
            if at(block, "is_error") is not True:
                yield Tool(name=name, state=ToolState.COMPLETED, call_id=call_id, detail=detail)
                continue
            said = _joined(at(block, "content"))
            if any(words in said[:2000].lower() for words in _SPOKEN_DENIALS):
                yield from self._deny(call_id, name, said)
            elif call_id not in self._denied:
                failure = one_line(said) or detail
                yield Tool(name=name, state=ToolState.FAILED, call_id=call_id, detail=failure)

    def _deny(self, call_id: str, name: str, why: str) -> Iterator[AgentEvent]:
        """Tell a denial once, however often the program repeats it."""
        if call_id in self._denied:
            return
        self._denied.keep(call_id, True)
        known, detail = self._calls.get(call_id, (name or "tool", ""))
        yield Tool(
            name=known,
            state=ToolState.DENIED,
            call_id=call_id or None,
            detail=detail or one_line(why),
        )

    def _piece(self, line: JsonObject) -> Iterator[AgentEvent]:
        """A piece of a message, which comes whole afterwards; only when a user asked for pieces."""
        event = table(line, "event")
        if line.get("parent_tool_use_id") is not None:
            return
        if event.get("type") == "message_start":
            self._streamed.keep(text(event, "message", "id"), True)
        elif event.get("type") == "content_block_start":
            if at(event, "content_block", "type") == "text":
                yield Text(text=text(event, "content_block", "text"))
        elif at(event, "delta", "type") == "text_delta":
            yield Text(text=text(event, "delta", "text"), partial=True)

    def _rate_limit(self, line: JsonObject) -> Iterator[AgentEvent]:
        info = table(line, "rate_limit_info")
        status = text(info, "status")
        if status == "rejected":
            self._resets_at = from_epoch(amount(info, "resetsAt"), now=self._now())
        if status in ("rejected", "allowed_warning"):
            kind = text(info, "rateLimitType").replace("_", " ")
            yield Notice(text=f"the {kind or 'usage'} limit is {_LIMIT_WORDS[status]}")

    def _result(self, line: JsonObject) -> Iterator[AgentEvent]:
        for denial in items(line, "permission_denials"):
            call_id, name = text(denial, "tool_use_id"), text(denial, "tool_name")
            yield from self._deny(call_id, name, asked(at(denial, "tool_input")))
        yield self._bill(line)
        yield self._last_word(line)

    def _bill(self, line: JsonObject) -> Usage:
        """The rest of the bill, which `result` tells as a whole, helpers included."""
        by_model = [_model_tokens(used) for used in table(line, "modelUsage").values()]
        total = _sum(by_model) if by_model else _tokens(table(line, "usage"))
        bill = Usage(
            input_tokens=_rest(total.input_tokens, self._told_input),
            output_tokens=total.output_tokens,
            cached_tokens=_rest(total.cached_tokens, self._told_cached),
            turns=count(line, "num_turns"),
            cost_usd=amount(line, "total_cost_usd"),
        )
        self._told_input = self._told_cached = 0
        return bill

    def _last_word(self, line: JsonObject) -> Final:
        subtype, said = text(line, "subtype"), text(line, "result")
        reason = text(line, "stop_reason")
        if subtype == "error_max_budget_usd":
            return failed_for(ErrorCause.BUDGET, _errors(line))
        if subtype == "error_max_turns":
            return failed_for(ErrorCause.UNFINISHED, _errors(line) or "it used up its turns")
        if reason == "refusal":
            return failed_for(ErrorCause.REFUSED, said)
        if reason in ("max_tokens", "model_context_window_exceeded"):
            return failed_for(ErrorCause.TRUNCATED, reason.replace("_", " "))
        if subtype == "success" and line.get("is_error") is False:
            return Final(ok=True, text=said)
        return failed(
            said or _errors(line),
            now=self._now(),
            status=count(line, "api_error_status"),
            code=self._error_code,
            retry_at=self._resets_at,
        )


def _retry(line: JsonObject) -> Notice:
    """A request inside the agent failed. The wait may be long: the provider says how long."""
    status, wait = count(line, "error_status"), amount(line, "retry_delay_ms")
    why = (text(line, "error") or "unknown") + (f", HTTP {status}" if status else "")
    soon = f" in {wait / 1000:.3g} s" if wait else ""
    tries = f"{count(line, 'attempt')} of {count(line, 'max_retries')}"
    return Notice(text=f"the request failed ({why}) and is tried again{soon}: {tries}")


_LIMIT_WORDS = {"rejected": "used up", "allowed_warning": "nearly used up"}


def _joined(content: object) -> str:
    """The text of a content, which is a text or a list of blocks."""
    if isinstance(content, list):
        return "\n".join(text(block, "text") for block in content if at(block, "text"))
    return text({"content": content}, "content")


def _errors(line: JsonObject) -> str:
    return "; ".join(one_line(text({"said": error}, "said")) for error in items(line, "errors")[:5])


def _tokens(usage: JsonObject) -> Usage:
    """Input of the Anthropic API counts what came from the cache apart; ours counts it in."""
    return _counted(
        usage,
        fresh=("input_tokens", "cache_creation_input_tokens"),
        cached="cache_read_input_tokens",
        output="output_tokens",
    )


def _model_tokens(usage: Any) -> Usage:
    return _counted(
        table(usage),
        fresh=("inputTokens", "cacheCreationInputTokens"),
        cached="cacheReadInputTokens",
        output="outputTokens",
    )


def _counted(usage: JsonObject, *, fresh: tuple[str, ...], cached: str, output: str) -> Usage:
    told = [count(usage, key) for key in (*fresh, cached)]
    known = [number for number in told if number is not None]
    return Usage(
        input_tokens=sum(known) if known else None,
        cached_tokens=count(usage, cached),
        output_tokens=count(usage, output),
    )


def _sum(parts: list[Usage]) -> Usage:
    return Usage(
        input_tokens=sum(part.input_tokens or 0 for part in parts),
        cached_tokens=sum(part.cached_tokens or 0 for part in parts),
        output_tokens=sum(part.output_tokens or 0 for part in parts),
    )


def _rest(total: int | None, told: int) -> int | None:
    return None if total is None else max(total - told, 0)
