"""A stand-in for the four agent CLIs: no model, no network, no library beside Python's own.

    programs = agent_programs(tmp_path / "bin")     # claude, codex, gemini, opencode

Each takes the flags of the real one, refuses what it refuses, reads its prompt from stdin, prints
the real one's lines, and ends as it ends. What it does in between stands in the prompt, as marks
that are obeyed in their order; without any it reads one file and reports success.

    [[say: text]]                       [[report: {"severity": "success", ...}]]
    [[tool: Read README.md]]            [[failing tool: Bash false]]
    [[deny: Bash touch x]]              [[reject: Bash touch x]]         denied, and the end of it
    [[write: FILE]]                     writes it, if its flags allow that; else it is denied
    [[usage: input=10 output=5 cost=0.02]]
    [[error: 429 retry-after=7 text]]   [[passing trouble]]              it gets over that one
    [[refuse]]  [[cut by token limit]]  [[empty]]  [[loop]]              as only that CLI does
    [[stop without a word]]             no final event
    [[exit: N]]                         the exit code, whatever was said
    [[hang]]  [[ignore TERM]]  [[answer TERM with success]]
    [[child in own session: ignore TERM]]  (or obey TERM)
    [[orphan]]                          tools that stay behind
    [[line of: BYTES]]                  one message on one line
    [[output of: BYTES]]                many messages
    [[stderr: text]]  [[garbage]]       lines that make no sense
    [[read stdin slowly]]               in small pieces
    [[flaky: N FILE]]                   overloaded the first N times; FILE counts them
    [[wait for: FILE]]                  until somebody makes it
    [[save prompt: FILE]]  [[save environment: FILE]]  [[save arguments: FILE]]
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TextIO

WAIT_SECONDS = 60.0  # nobody waits for ever, not even when a test has failed
SESSION = "5a1f0e6c-0000-4000-8000-00000000c0de"
REPORT = {"severity": "success", "summary": "Everything is in order.", "findings": []}
UNTOUCHED = f"[[tool: Read README.md]][[report: {json.dumps(REPORT)}]]"
MARK = re.compile(r"\[\[([a-zA-Z ]+)(?:: ?(.*?))?\]\](?!\])", re.DOTALL)
# A success, if nobody sees that it stops in the middle of a sentence.
CUT_ANSWER = "I looked at all files. Everything is in order so far, and the"
LINE_SEPARATOR = "\u2028"  # ends no line of NDJSON

# Ignores TERM and says so, then sleeps; what it was started with stays open.
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, b".")
os.close(1)
time.sleep(600)
"""


def agent_programs(folder: Path) -> Path:
    """Write the four programs into `folder`, which is made; it belongs on PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in CLIS:
        program = folder / name
        program.write_text(PROGRAM.format(name=name), encoding="utf-8")
        program.chmod(0o755)
    return folder


# Imported rather than run, so that it is compiled once.
PROGRAM = f"""#!{sys.executable} -IS
import sys
sys.path.append({str(Path(__file__).parent)!r})
import agent_cli
sys.exit(agent_cli.main("{{name}}", sys.argv[1:]))
"""


@dataclass
class Spent:
    input: int = 0
    output: int = 0
    cost: float = 0.0


@dataclass
class Arguments:
    """A command line taken apart: what has a value, what has none, and the rest."""

    options: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)


class Ended(BaseException):
    """The program ends with this exit code. Not an Exception: nothing on the way may catch it."""

    def __init__(self, code: int) -> None:
        self.code = code


class Cli:
    """What one of them has of its own. A subclass says which flags it has and how it speaks."""

    command: tuple[str, ...] = ()  # the words right after the program
    with_value: frozenset[str] = frozenset()
    without_value: frozenset[str] = frozenset()
    version = ""
    credentials: tuple[str, ...] = ()

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self.env = env
        self.argv = argv
        self.out: TextIO = sys.stdout
        self.spent = Spent()
        self.calls = 0
        self.exit_code = 0
        if argv in (["--version"], ["-v"]):
            self.write(self.version)
            raise Ended(0)
        self.arguments = self.parse(argv)
        self.check()

    # -- its command line --------------------------------------------------------------------------

    def parse(self, argv: list[str]) -> Arguments:
        found = Arguments()
        if tuple(argv[: len(self.command)]) != self.command:
            self.usage(f"expected the command {' '.join(self.command)}")
        rest = iter(argv[len(self.command) :])
        for word in rest:
            name, equals, value = word.partition("=")
            if name in self.with_value:
                found.options[name] = value if equals else next(rest, "")
            elif word in self.without_value:
                found.flags.add(word)
            elif word.startswith("-"):
                self.usage(f"unexpected argument '{word}'")
            else:
                found.words.append(word)
        return found

    def usage(self, problem: str) -> NoReturn:
        name = type(self).__name__.lower()
        known = " ".join(sorted(self.with_value | self.without_value))
        self.refuse_to_start(2, f"error: {problem}\n\nUsage: {name} {known}")

    def refuse_to_start(self, code: int, problem: str) -> NoReturn:
        print(problem, file=sys.stderr, flush=True)  # noqa: T201 - it is a program
        raise Ended(code)

    def check(self) -> None:
        """Refuse what the real one refuses before it reads its prompt."""

    def may_write(self) -> bool:
        """Whether its flags and settings let it change files."""
        raise NotImplementedError

    def has_credentials(self) -> bool:
        return any(self.env.get(name) for name in self.credentials)

    # -- its lines ---------------------------------------------------------------------------------

    def begin(self) -> None:
        raise NotImplementedError

    def say(self, text: str) -> None:
        raise NotImplementedError

    def tool(self, name: str, detail: str, state: str) -> None:
        """`state`: completed, failed, denied, or rejected, which ends it."""
        raise NotImplementedError

    def pay(self) -> None:
        """Tell what was spent so far, where it tells it before its end."""

    def fail(self, status: int, text: str, retry_after: int | None) -> NoReturn:
        raise NotImplementedError

    def trouble(self) -> None:
        """Something that it gets over by itself."""

    def refuse(self) -> NoReturn:
        raise NotImplementedError

    def cut(self) -> NoReturn:
        raise NotImplementedError

    def empty(self) -> NoReturn:
        raise NotImplementedError

    def loop(self) -> NoReturn:
        self.usage("only gemini detects loops")

    def finish(self) -> None:
        """The final event of a run that went well."""
        raise NotImplementedError

    def write(self, line: str) -> None:
        self.out.write(line + "\n")
        self.out.flush()

    def emit(self, **event: Any) -> None:
        self.write(json.dumps(event, ensure_ascii=False))

    def call_id(self) -> str:
        self.calls += 1
        return f"call_{self.calls}"


class Claude(Cli):
    with_value = frozenset(
        "--output-format --input-format --tools --allowedTools --disallowedTools --permission-mode"
        " --setting-sources --settings --mcp-config --model --fallback-model --max-budget-usd"
        " --max-turns --append-system-prompt --add-dir".split()
    )
    without_value = frozenset(
        "-p --print --verbose --strict-mcp-config --no-session-persistence"
        " --disable-slash-commands --include-partial-messages"
        " --dangerously-skip-permissions".split()
    )
    version = "2.1.197 (Claude Code)"
    credentials = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")

    def check(self) -> None:
        given = self.arguments
        streams = given.options.get("--output-format") == "stream-json"
        if streams and "--verbose" not in given.flags:
            self.refuse_to_start(
                1, "Error: When using --print, --output-format=stream-json requires --verbose"
            )
        unbound = "--dangerously-skip-permissions" in given.flags
        unbound |= given.options.get("--permission-mode") == "bypassPermissions"
        if unbound and os.geteuid() == 0:
            self.refuse_to_start(
                1,
                "--dangerously-skip-permissions cannot be used with root/sudo privileges for"
                " security reasons",
            )
        if not streams or not given.flags & {"-p", "--print"}:
            self.refuse_to_start(1, "this stand-in speaks stream-json only")

    def may_write(self) -> bool:
        tools = self.arguments.options.get("--tools", "Write").split(",")
        mode = self.arguments.options.get("--permission-mode", "default")
        allowed = self.arguments.options.get("--allowedTools", "").split(",")
        return "Write" in tools and (mode == "acceptEdits" or "Write" in allowed)

    def begin(self) -> None:
        self.said = ""
        self.denials: list[dict[str, Any]] = []
        self.turns = 1
        self.messages = self.told_input = 0
        self.emit(
            type="system", subtype="init", cwd=str(Path.cwd()), session_id=SESSION,
            model=self.arguments.options.get("--model", "claude-opus-4-8"), tools=["Read"],
        )  # fmt: skip
        if not self.has_credentials():
            self._api_error(
                "Not logged in · Please run /login", error="authentication_failed", status=None
            )

    def say(self, text: str) -> None:
        self.said = text
        if "--include-partial-messages" in self.arguments.flags:
            self._in_pieces(text)
        self._message({"type": "text", "text": text})

    def tool(self, name: str, detail: str, state: str) -> None:
        call = self.call_id()
        key = "command" if name == "Bash" else "file_path"
        self.turns += 1
        self._message({"type": "tool_use", "id": call, "name": name, "input": {key: detail}})
        result: dict[str, Any] = {"type": "tool_result", "tool_use_id": call, "content": "done"}
        if state == "failed":
            result |= {"content": "Exit code 1\nnothing there", "is_error": True}
        elif state != "completed":
            denied = f"Permission to use {name} has been denied because of don't ask mode."
            result |= {"content": denied, "is_error": True}
            self.denials.append(
                {"tool_name": name, "tool_use_id": call, "tool_input": {key: detail}}
            )
        self.emit(type="user", message={"role": "user", "content": [result]}, session_id=SESSION)
        if state == "rejected":
            self._end_with("")

    def pay(self) -> None:
        """It watches its budget itself."""
        budget = self.arguments.options.get("--max-budget-usd")
        if budget is not None and self.spent.cost > float(budget):
            self._result("", subtype="error_max_budget_usd", is_error=True)
            raise Ended(1)

    def fail(self, status: int, text: str, retry_after: int | None) -> NoReturn:
        if retry_after is not None:
            self.emit(
                type="rate_limit_event",
                rate_limit_info={
                    "status": "rejected", "rateLimitType": "five_hour",
                    "resetsAt": int(time.time()) + retry_after,
                },
            )  # fmt: skip
        self._api_error(f"API Error: {status} {text}", error="unknown", status=status)

    def trouble(self) -> None:
        self.emit(
            type="system", subtype="api_retry", attempt=1, max_retries=3, error="overloaded",
            error_status=529,
        )  # fmt: skip

    def refuse(self) -> NoReturn:
        self.say("I can't help with that.")
        self._api_error(
            "API Error: Claude Code is unable to respond to this request, which appears to violate"
            " our Usage Policy.",
            error="invalid_request",
            status=None,
            stop_reason="refusal",
        )

    def cut(self) -> NoReturn:
        self.say(CUT_ANSWER)
        self._api_error(
            "API Error: Claude's response exceeded the 64000 output token maximum.",
            error="max_output_tokens",
            status=None,
        )

    def empty(self) -> NoReturn:
        self._end_with("")

    def finish(self) -> None:
        self._result(self.said)

    def _message(self, block: dict[str, Any], **more: Any) -> None:
        self.messages += 1
        # As the real one: what this request read is known at once, what it wrote is not yet.
        usage = {"input_tokens": self.spent.input - self.told_input, "output_tokens": 1}
        self.told_input = self.spent.input
        message = {
            "id": f"msg_{self.messages}", "type": "message", "role": "assistant",
            "model": "claude-opus-4-8", "content": [block], "usage": usage,
        }  # fmt: skip
        self.emit(type="assistant", message=message, session_id=SESSION, **more)

    def _in_pieces(self, text: str) -> None:
        def event(**inner: Any) -> None:
            self.emit(type="stream_event", event=inner, session_id=SESSION)

        event(type="message_start", message={"id": f"msg_{self.messages + 1}", "content": []})
        event(type="content_block_start", index=0, content_block={"type": "text", "text": ""})
        for start in range(0, len(text), 12):
            delta = {"type": "text_delta", "text": text[start : start + 12]}
            event(type="content_block_delta", index=0, delta=delta)
        event(type="content_block_stop", index=0)

    def _api_error(
        self, text: str, *, error: str, status: int | None, stop_reason: str = "stop_sequence"
    ) -> NoReturn:
        self._message({"type": "text", "text": text}, error=error)
        self._result(text, is_error=True, status=status, stop_reason=stop_reason)
        raise Ended(1)

    def _end_with(self, text: str) -> NoReturn:
        self._result(text)
        raise Ended(self.exit_code)

    def _result(
        self,
        text: str,
        *,
        subtype: str = "success",
        is_error: bool = False,
        status: int | None = None,
        stop_reason: str = "end_turn",
    ) -> None:
        spent = self.spent
        self.emit(
            type="result", subtype=subtype, is_error=is_error, api_error_status=status,
            num_turns=self.turns, result=text, stop_reason=stop_reason, session_id=SESSION,
            total_cost_usd=spent.cost,
            usage={"input_tokens": spent.input, "output_tokens": spent.output},
            modelUsage={}, permission_denials=self.denials,
        )  # fmt: skip


class Codex(Cli):
    command = ("exec",)
    with_value = frozenset(
        "--disable --enable -s --sandbox -m --model -c --config -C --cd --color -p --profile"
        " --add-dir -o --output-last-message --output-schema".split()
    )
    without_value = frozenset(
        "--json --skip-git-repo-check --ephemeral --ignore-user-config --ignore-rules -"
        " --full-auto --dangerously-bypass-approvals-and-sandbox".split()
    )
    version = "codex-cli 0.169.0"
    credentials = ("CODEX_API_KEY", "OPENAI_API_KEY")

    def check(self) -> None:
        in_git = any((folder / ".git").exists() for folder in (Path.cwd(), *Path.cwd().parents))
        if not in_git and "--skip-git-repo-check" not in self.arguments.flags:
            self.refuse_to_start(
                1,
                "Not inside a trusted directory and --skip-git-repo-check was not specified.",
            )
        if "--json" not in self.arguments.flags:
            self.refuse_to_start(1, "this stand-in speaks JSON only")

    def may_write(self) -> bool:
        options = self.arguments.options
        sandbox = options.get("--sandbox", options.get("-s", "read-only"))
        return sandbox in ("workspace-write", "danger-full-access")

    def begin(self) -> None:
        self.items = 0
        self.emit(type="thread.started", thread_id=SESSION)
        # Told by the real one for a model that it does not know, however well the run goes.
        self._item("completed", type="error", message="Model metadata not found. Using fallbacks.")
        self.emit(type="turn.started")
        if not self.has_credentials():
            self.fail(401, "Missing bearer or basic authentication in header", None)

    def say(self, text: str) -> None:
        self._item("completed", type="agent_message", text=text)

    def tool(self, name: str, detail: str, state: str) -> None:
        command = detail if name == "Bash" else f"cat {detail}"
        item = {"type": "command_execution", "command": f"/bin/bash -lc '{command}'"}
        begun = {"aggregated_output": "", "exit_code": None, "status": "in_progress"}
        self._item("started", **item, **begun)
        self.items -= 1  # an item has one id from its start to its end
        ends: dict[str, dict[str, Any]] = {
            "completed": {"aggregated_output": "done", "exit_code": 0, "status": "completed"},
            "failed": {"aggregated_output": "no", "exit_code": 1, "status": "failed"},
            "denied": {"aggregated_output": "", "exit_code": None, "status": "declined"},
        }
        self._item("completed", **item, **ends.get(state, ends["denied"]))
        if state == "rejected":
            self._end_turn()

    def fail(self, status: int, text: str, retry_after: int | None) -> NoReturn:
        words = f"unexpected status {status}: {text}"
        if retry_after is not None:
            words += f" Please try again in {retry_after}s."
        self._turn_failed(words)

    def trouble(self) -> None:
        self.emit(type="error", message="Reconnecting... 1/5 (stream disconnected)")

    def refuse(self) -> NoReturn:
        self._end_turn()

    def cut(self) -> NoReturn:
        self.say(CUT_ANSWER)
        self._turn_failed("Incomplete response returned, reason: max_output_tokens")

    def empty(self) -> NoReturn:
        self.say("")
        self._end_turn()

    def finish(self) -> None:
        self.emit(
            type="turn.completed",
            usage={
                "input_tokens": self.spent.input, "cached_input_tokens": 0,
                "output_tokens": self.spent.output, "reasoning_output_tokens": 0,
            },
        )  # fmt: skip

    def _end_turn(self) -> NoReturn:
        self.finish()
        raise Ended(self.exit_code)

    def _turn_failed(self, words: str) -> NoReturn:
        self.emit(type="error", message=words)
        self.emit(type="turn.failed", error={"message": words})
        raise Ended(1)

    def _item(self, what: str, **item: Any) -> None:
        self.emit(type=f"item.{what}", item={"id": f"item_{self.items}"} | item)
        self.items += 1


GEMINI_TOOLS = {"Read": "read_file", "Bash": "run_shell_command", "Write": "write_file"}


class Gemini(Cli):
    with_value = frozenset(
        "-o --output-format --approval-mode -m --model -p --prompt -e --extensions"
        " --allowed-tools --include-directories --allowed-mcp-server-names --policy".split()
    )
    without_value = frozenset("--skip-trust -y --yolo -s --sandbox -d --debug".split())
    version = "0.61.0"
    credentials = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS")

    def check(self) -> None:
        given = self.arguments
        if "--skip-trust" not in given.flags:
            self.refuse_to_start(55, "Gemini CLI is not running in a trusted directory.")
        if given.options.get("-o", given.options.get("--output-format")) != "stream-json":
            self.refuse_to_start(1, "this stand-in speaks stream-json only")
        if not self.has_credentials():
            self.refuse_to_start(
                41, "Please set an Auth method, or specify GEMINI_API_KEY before running"
            )

    def may_write(self) -> bool:
        return self.arguments.options.get("--approval-mode") in ("auto_edit", "yolo")

    def begin(self) -> None:
        self.emit(type="init", session_id=SESSION, model="auto")
        self.emit(type="message", role="user", content="(the prompt)")

    def say(self, text: str) -> None:
        size = 12 if len(text) < 4096 else len(text)
        for start in range(0, len(text), size):
            piece = text[start : start + size]
            self.emit(type="message", role="assistant", content=piece, delta=True)

    def tool(self, name: str, detail: str, state: str) -> None:
        call, key = self.call_id(), "command" if name == "Bash" else "file_path"
        own_name = GEMINI_TOOLS.get(name, name)
        self.emit(type="tool_use", tool_name=own_name, tool_id=call, parameters={key: detail})
        if state == "completed":
            self.emit(type="tool_result", tool_id=call, status="success", output="")
            return
        kind, words = "tool_execution_error", "nothing there"
        if state != "failed":
            kind, words = "policy_violation", "Tool execution denied by policy."
        error = {"type": kind, "message": words}
        self.emit(type="tool_result", tool_id=call, status="error", output=words, error=error)
        if state == "rejected":
            self._end(self.exit_code)

    def fail(self, status: int, text: str, retry_after: int | None) -> NoReturn:
        error: dict[str, Any] = {"code": status, "message": text, "status": "UNKNOWN"}
        if retry_after is not None:
            error["details"] = [{"retryDelay": f"{retry_after}s"}]
        words = f"[API Error: {json.dumps({'error': error})}]"
        self._end(status % 256, status="error", error={"type": "unknown", "message": words})

    def trouble(self) -> None:
        self.emit(type="error", severity="warning", message="Retrying with another model")

    def refuse(self) -> NoReturn:
        self.say("I can't help with that.")
        self._end(self.exit_code)

    def cut(self) -> NoReturn:
        self.say(CUT_ANSWER)
        self._end(self.exit_code)

    def empty(self) -> NoReturn:
        words = "The model returned an empty response with no text or thoughts."
        self.emit(type="error", severity="error", message=words)
        self._end(self.exit_code, status="error")

    def loop(self) -> NoReturn:
        self.emit(type="error", severity="warning", message="Loop detected, stopping execution")
        self._end(self.exit_code)

    def finish(self) -> None:
        self._result()

    def _end(self, code: int, **result: Any) -> NoReturn:
        self._result(**result)
        raise Ended(code)

    def _result(self, **result: Any) -> None:
        spent = self.spent
        stats = {
            "total_tokens": spent.input + spent.output, "input_tokens": spent.input,
            "output_tokens": spent.output, "cached": 0, "tool_calls": self.calls,
        }  # fmt: skip
        self.emit(**({"type": "result", "status": "success"} | result), stats=stats)


class OpenCode(Cli):
    command = ("run",)
    with_value = frozenset(
        "--format -m --model --agent --title --variant --dir --log-level".split()
    )
    without_value = frozenset("--print-logs --pure --thinking".split())
    version = "1.18.33"
    credentials = (
        "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "OPENCODE_API_KEY",
    )  # fmt: skip

    def check(self) -> None:
        if self.arguments.options.get("--format") != "json":
            self.refuse_to_start(1, "this stand-in speaks JSON only")
        self.settings = json.loads(self.env.get("OPENCODE_CONFIG_CONTENT", "{}"))
        self.rules = self.settings.get("permission", {})
        self.rules |= json.loads(self.env.get("OPENCODE_PERMISSION", "{}"))
        named = self.arguments.options.keys() & {"-m", "--model"}
        if not named and "model" not in self.settings:
            rest_for_ever()  # so does the real one, without a word

    def may_write(self) -> bool:
        return bool(self.rules.get("edit", self.rules.get("*", "allow")) == "allow")

    def begin(self) -> None:
        self.told = Spent()
        self._event("step_start", {"type": "step-start"})
        if not self.has_credentials():
            self._error("ProviderAuthError", {"message": "API key is missing."})

    def say(self, text: str) -> None:
        self._event("text", {"type": "text", "text": text})

    def tool(self, name: str, detail: str, state: str) -> None:
        key = "command" if name == "Bash" else "filePath"
        result: dict[str, Any] = {"status": "completed", "input": {key: detail}, "output": "done"}
        if state == "failed":
            result |= {"status": "error", "error": "nothing there"}
        elif state == "denied":
            error = "The user has specified a rule which prevents you from using this tool call."
            result |= {"status": "error", "error": error}
        elif state == "rejected":
            error = "The user rejected permission to use this specific tool call."
            result |= {"status": "error", "error": error}
        part = {"type": "tool", "tool": name.lower(), "callID": self.call_id(), "state": result}
        self._event("tool_use", part)
        self._finish_step("tool-calls")
        if state == "rejected":
            raise Ended(self.exit_code)
        self._event("step_start", {"type": "step-start"})

    def pay(self) -> None:
        self._finish_step("tool-calls")
        self._event("step_start", {"type": "step-start"})

    def fail(self, status: int, text: str, retry_after: int | None) -> NoReturn:
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        self._error("APIError", {"message": text, "statusCode": status, "responseHeaders": headers})

    def refuse(self) -> NoReturn:
        self.say("I can't help with that.")
        self._finish_step("content-filter")
        words = "The response was blocked by the provider's content filter"
        self._error("ContentFilterError", {"message": words})

    def cut(self) -> NoReturn:
        self.say(CUT_ANSWER)
        self._finish_step("length")
        raise Ended(self.exit_code)

    def empty(self) -> NoReturn:
        self._finish_step("stop")
        raise Ended(self.exit_code)

    def finish(self) -> None:
        self._finish_step("stop")

    def _finish_step(self, reason: str) -> None:
        now, told = self.spent, self.told
        tokens = {
            "input": now.input - told.input, "output": now.output - told.output, "reasoning": 0,
            "cache": {"read": 0, "write": 0},
        }  # fmt: skip
        cost = now.cost - told.cost
        self.told = Spent(now.input, now.output, now.cost)
        part = {"type": "step-finish", "reason": reason, "tokens": tokens, "cost": cost}
        self._event("step_finish", part)

    def _error(self, name: str, data: dict[str, Any]) -> NoReturn:
        self.emit(type="error", sessionID="ses_1", error={"name": name, "data": data})
        raise Ended(1)

    def _event(self, kind: str, part: dict[str, Any]) -> None:
        self.emit(type=kind, sessionID="ses_1", part=part)


CLIS: dict[str, type[Cli]] = {
    "claude": Claude,
    "codex": Codex,
    "gemini": Gemini,
    "opencode": OpenCode,
}


# -- what stands in the prompt ---------------------------------------------------------------------


def main(program: str, argv: list[str]) -> int:
    try:
        cli = CLIS[program](argv, dict(os.environ))
        prompt = read_prompt()
        cli.begin()
        for word, rest in steps(prompt):
            ACTIONS[word](cli, rest, prompt)
        cli.finish()
    except Ended as ended:
        return ended.code
    return cli.exit_code


def steps(prompt: str) -> Iterator[tuple[str, str]]:
    """The marks of the prompt, in order; its own choice when there are none."""
    found = [(match[1], match[2] or "") for match in MARK.finditer(prompt)]
    known = [(word, rest) for word, rest in found if word in ACTIONS]
    yield from known or steps(UNTOUCHED)


def read_prompt() -> str:
    """stdin to its end. How quickly: it may stand in the beginning."""
    pieces: list[bytes] = []
    size = 65_536
    while piece := os.read(0, size):
        if not pieces and b"[[read stdin slowly]]" in piece:
            size = 512
        pieces.append(piece)
    return b"".join(pieces).decode("utf-8")


def use_tool(state: str) -> Callable[[Cli, str, str], None]:
    def act(cli: Cli, rest: str, _: str) -> None:
        name, _, detail = rest.partition(" ")
        cli.tool(name, detail, state)

    return act


def report(cli: Cli, rest: str, _: str) -> None:
    cli.say(f"I looked around.\n\n```json\n{rest}\n```\n")


def write(cli: Cli, rest: str, _: str) -> None:
    if cli.may_write():
        Path(rest).write_text("written by an agent\n", encoding="utf-8")
    cli.tool("Write", rest, "completed" if cli.may_write() else "denied")


def usage(cli: Cli, rest: str, _: str) -> None:
    told = dict(part.split("=") for part in rest.split())
    cli.spent.input += int(told.get("input", 0))
    cli.spent.output += int(told.get("output", 0))
    cli.spent.cost += float(told.get("cost", 0))
    cli.pay()


def error(cli: Cli, rest: str, _: str) -> None:
    status, _, words = rest.partition(" ")
    retry_after = None
    if match := re.match(r"retry-after=(\d+) ?", words):
        retry_after, words = int(match.group(1)), words[match.end() :]
    cli.fail(int(status), words, retry_after)


def flaky(cli: Cli, rest: str, _: str) -> None:
    times, _, name = rest.partition(" ")
    before = Path(name).read_text(encoding="utf-8") if Path(name).exists() else ""
    if len(before) < int(times):
        Path(name).write_text(before + "x", encoding="utf-8")
        cli.fail(529, "Overloaded", None)


def stop_without_a_word(cli: Cli, rest: str, _: str) -> None:
    raise Ended(cli.exit_code)


def exit_with(cli: Cli, rest: str, _: str) -> None:
    cli.exit_code = int(rest)


def rest_for_ever(*_: object) -> None:
    deadline = time.monotonic() + 10 * WAIT_SECONDS
    while time.monotonic() < deadline:
        time.sleep(60)  # a signal that is handled wakes it


def ignore_term(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def answer_term(cli: Cli, *_: str) -> None:
    def succeed(*_: object) -> None:
        cli.say("Everything is in order.")
        cli.finish()
        os._exit(0)

    signal.signal(signal.SIGTERM, succeed)


def child_in_own_session(cli: Cli, rest: str, _: str) -> None:
    """A tool that runs on. It has a session of its own, as the tools of all four have."""
    script = STUBBORN if rest == "ignore TERM" else STUBBORN.replace("SIG_IGN", "SIG_DFL")
    child = subprocess.Popen(
        [sys.executable, "-IS", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert child.stdout is not None
    child.stdout.read()  # it is ready
    cli.tool("Bash", f"sleep 600, as process {child.pid}", "completed")


def orphan(cli: Cli, *_: str) -> None:
    """A tool whose parent has gone, and that has ended itself: a zombie for whoever adopts it."""
    gone = subprocess.Popen(["/bin/sh", "-c", "(sleep 0.1; exit 3) & exit 0"])
    gone.wait()
    cli.tool("Bash", "sleep 0.1 &", "completed")


def one_line(cli: Cli, rest: str, _: str) -> None:
    line = f"all is well {LINE_SEPARATOR} "
    cli.say((line * (int(rest) // len(line.encode()) + 1)).rstrip())


def many_messages(cli: Cli, rest: str, _: str) -> None:
    message = "all is well, line after line\n" * 2_000
    for _number in range(int(rest) // len(message) + 1):
        cli.say(message)


def complain(cli: Cli, rest: str, _: str) -> None:
    print(rest, file=sys.stderr, flush=True)  # noqa: T201 - it is a program


def garbage(cli: Cli, *_: str) -> None:
    """What no reader expects: no JSON, half of it, events with the wrong kinds of values."""
    kinds = (
        "system assistant user message tool_use tool_result init text step_start item.started"
        " item.completed turn.started stream_event rate_limit_event"
    ).split()
    lines = [
        "Warning: something happened", "{", '{"type": ', "null", "[]", "1e999", '"\\ud800"',
        "NaN", "[" * 5_000, '{"a":' * 5_000, "\x1b[31mred\x1b[0m",
    ]  # fmt: skip
    odd_values: list[Any] = [None, [], 7, "", {"content": 3}, [{"type": None}], {"type": {}}, True]
    for odd in odd_values:
        keys = ("message", "item", "part", "error", "event", "content", "stats", "usage")
        lines += [json.dumps({"type": kind} | dict.fromkeys(keys, odd)) for kind in kinds]
        lines.append(json.dumps({"type": odd}))
    for line in lines:
        cli.write(line)
    cli.out.buffer.write(b"\xff\xfe\x00{}\n\n\r\n")
    cli.out.flush()


def wait_for(cli: Cli, rest: str, _: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not Path(rest).exists():
        if time.monotonic() > deadline:
            cli.refuse_to_start(3, f"nobody made {rest}")
        time.sleep(0.01)


def save(what: Callable[[Cli, str], str]) -> Callable[[Cli, str, str], None]:
    def act(cli: Cli, rest: str, prompt: str) -> None:
        Path(rest).write_text(what(cli, prompt), encoding="utf-8")

    return act


ACTIONS: dict[str, Callable[[Cli, str, str], None]] = {
    "say": lambda cli, rest, _: cli.say(rest),
    "report": report,
    "tool": use_tool("completed"),
    "failing tool": use_tool("failed"),
    "deny": use_tool("denied"),
    "reject": use_tool("rejected"),
    "write": write,
    "usage": usage,
    "error": error,
    "passing trouble": lambda cli, *_: cli.trouble(),
    "refuse": lambda cli, *_: cli.refuse(),
    "cut by token limit": lambda cli, *_: cli.cut(),
    "empty": lambda cli, *_: cli.empty(),
    "loop": lambda cli, *_: cli.loop(),
    "stop without a word": stop_without_a_word,
    "exit": exit_with,
    "hang": rest_for_ever,
    "ignore TERM": ignore_term,
    "answer TERM with success": answer_term,
    "child in own session": child_in_own_session,
    "orphan": orphan,
    "line of": one_line,
    "output of": many_messages,
    "stderr": complain,
    "garbage": garbage,
    "read stdin slowly": lambda *_: None,
    "flaky": flaky,
    "wait for": wait_for,
    "save prompt": save(lambda _, prompt: prompt),
    "save environment": save(lambda cli, _: json.dumps(cli.env)),
    "save arguments": save(lambda cli, _: json.dumps(cli.argv)),
}
