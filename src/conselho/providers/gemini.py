"""Provider `gemini`: Gemini CLI, `gemini --output-format stream-json`.

    init ─► message (delta) ─► tool_use ─► tool_result ─► ... ─► result

Its `result` says success where it stopped because the model went in circles: an `error` event
before it tells. A refusal and an answer that was cut off cannot be told from its output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from conselho.models.task import ErrorCause
from conselho.provider import AgentEvent, Final, Notice, Session, Text, Tool, ToolState, Usage
from conselho.providers.failures import failed, failed_for, message_in
from conselho.providers.fields import JsonObject, asked, at, count, one_line, table, text
from conselho.providers.recent import Recent
from conselho.providers.spec import Level, Parser, PermissionProfile, ProviderSpec

# Stronger than the user's own settings, and than those of the folder it works in, which hold
# servers and hooks that would be run where the user trusts the folder. maxAttempts holds only for a
# model that is named: without one it makes ten attempts at each request, over minutes, in silence.
_SETTINGS = """{
  "security": {%s"folderTrust": {"enabled": true}},
  "advanced": {"ignoreLocalEnv": true},
  "general": {
    "maxAttempts": 3, "enableAutoUpdate": false, "enableAutoUpdateNotification": false
  },
  "privacy": {"usageStatisticsEnabled": false},
  "telemetry": {"enabled": false}
}
"""
_BY_LOGIN = _SETTINGS % ""
# Asked for by name: with a base URL of one's own it would take the key for that of a gateway.
_BY_KEY = _SETTINGS % '"auth": {"selectedType": "gemini-api-key"}, '

SPEC = ProviderSpec(
    name="gemini",
    label="Gemini CLI",
    command=("gemini",),
    # skip-trust lets it run at all; no settings of the folder are loaded, as long as the folder is
    # not in the list of trusted ones, for which it gets an empty one.
    arguments=("--output-format", "stream-json", "--skip-trust"),
    model_arguments=("--model", "{model}"),
    parser=Parser.GEMINI,
    permissions={
        Level.READ_ONLY: PermissionProfile(arguments=("--approval-mode", "plan")),
        Level.WRITE: PermissionProfile(arguments=("--approval-mode", "auto_edit")),
        Level.FULL: PermissionProfile(arguments=("--approval-mode", "yolo")),
    },
    environment=("GEMINI_*", "GOOGLE_*"),
    # It reads variables from .env files, but none that is set already, be it to nothing.
    pinned=(
        "GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL", "GOOGLE_GENAI_USE_VERTEXAI",
        "GOOGLE_GENAI_USE_GCA", "GEMINI_API_KEY", "GOOGLE_API_KEY", "GEMINI_SYSTEM_MD",
        "GEMINI_SANDBOX", "GEMINI_SANDBOX_PROXY_COMMAND", "GEMINI_CLI_IDE_SERVER_PORT",
        "GEMINI_CLI_IDE_SERVER_STDIO_COMMAND", "NODE_OPTIONS", "NODE_TLS_REJECT_UNAUTHORIZED",
        "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy",
    ),
    set={
        # It complains of a plain terminal in every run, though nothing is drawn.
        # Its reports of errors, with parts of the conversation, go there and would stay.
        "TMPDIR": "{scratch}",
        "TERM": "xterm-256color", "COLORTERM": "truecolor",
        "GEMINI_CLI_SYSTEM_SETTINGS_PATH": "{scratch}/gemini-settings.json",
        "GEMINI_CLI_TRUSTED_FOLDERS_PATH": "{scratch}/no-trusted-folders.json",
    },
    files={"gemini-settings.json": _BY_LOGIN},
    files_with={"GEMINI_API_KEY": {"gemini-settings.json": _BY_KEY}},
    # ... except from this one, which it takes whatever the settings say.
    forbidden_files=(".gemini/.env",),
    credentials=("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"),
    credential_files=("~/.gemini/oauth_creds.json",),
    install="Install it with `npm install -g @google/gemini-cli`.",
)  # fmt: skip

_DENIED_TYPES = {"policy_violation", "permission_denied"}
# Tools that a level does not offer; one that the model made up is another matter.
_KEPT_BACK = {
    "run_shell_command", "write_file", "replace", "web_fetch", "google_web_search", "save_memory",
}  # fmt: skip
_STOPPED_BY = {
    "loop detected": ErrorCause.LOOP,
    "maximum session turns": ErrorCause.UNFINISHED,
    "empty response": ErrorCause.EMPTY,
}


class GeminiDialect:
    """Makes events of Gemini CLI's lines."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._calls: Recent[tuple[str, str]] = Recent()
        self._speaking = False
        self._stopped: tuple[ErrorCause, str] | None = None
        self._error = ""

    def read(self, line: JsonObject) -> Iterator[AgentEvent]:
        kind = line.get("type")
        if kind != "message":
            self._speaking = False
        match kind:
            case "init":
                yield Session(
                    session_id=text(line, "session_id") or None, model=text(line, "model") or None
                )
            case "message":
                yield from self._message(line)
            case "tool_use":
                yield self._started(line)
            case "tool_result":
                yield self._ended(line)
            case "error":
                yield self._trouble(line)
            case "result":
                yield _usage(table(line, "stats"))
                yield self._last_word(line)

    def end(self) -> Iterator[AgentEvent]:
        return iter(())

    def _message(self, line: JsonObject) -> Iterator[AgentEvent]:
        if line.get("role") != "assistant":
            self._speaking = False
            return
        delta = line.get("delta") is True
        yield Text(text=text(line, "content"), partial=delta and self._speaking)
        self._speaking = delta

    def _started(self, line: JsonObject) -> Tool:
        name, call_id = text(line, "tool_name") or "tool", text(line, "tool_id")
        detail = asked(at(line, "parameters"))
        self._calls.keep(call_id, (name, detail))
        return Tool(name=name, state=ToolState.STARTED, call_id=call_id or None, detail=detail)

    def _ended(self, line: JsonObject) -> Tool:
        call_id = text(line, "tool_id")
        name, detail = self._calls.get(call_id, ("tool", ""))
        state = ToolState.COMPLETED
        if line.get("status") != "success":
            error = text(line, "error", "message")
            kind = text(line, "error", "type")
            denied = (
                kind in _DENIED_TYPES
                or "denied by policy" in error
                or "Path not in workspace" in error
                or (kind == "tool_not_registered" and name in _KEPT_BACK)
            )
            state = ToolState.DENIED if denied else ToolState.FAILED
            detail = detail if denied else one_line(error) or detail
        return Tool(name=name, state=state, call_id=call_id or None, detail=detail)

    def _trouble(self, line: JsonObject) -> Notice:
        said = text(line, "message")
        for words, cause in _STOPPED_BY.items():
            if words in said.lower():
                self._stopped = (cause, said)
        if text(line, "severity") == "error":
            self._error = said
        return Notice(text=one_line(message_in(said), 500))

    def _last_word(self, line: JsonObject) -> Final:
        if line.get("status") == "success" and self._stopped is None:
            return Final(ok=True)
        said = text(line, "error", "message")
        if said or self._stopped is None:
            code = text(line, "error", "type")
            return failed(said or self._error, now=self._now(), code=code)
        cause, words = self._stopped
        return failed_for(cause, words)


def _usage(stats: JsonObject) -> Usage:
    return Usage(
        input_tokens=count(stats, "input_tokens"),
        output_tokens=count(stats, "output_tokens"),
        cached_tokens=count(stats, "cached"),
    )
