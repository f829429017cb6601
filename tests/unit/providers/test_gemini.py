"""What Gemini CLI's lines mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conselho.models.task import ErrorCause
from conselho.provider import Final, Session, Text, Usage
from conselho.providers.gemini import GeminiDialect
from tests.support.clock import NOON
from tests.unit.providers.lines import Reading

INIT = {"type": "init", "session_id": "s-1", "model": "flash"}
PROMPT = {"type": "message", "role": "user", "content": "the prompt"}


def says(text: str, *, delta: bool = True) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": text, "delta": delta}


def calls(name: str = "read_file", **parameters: Any) -> dict[str, Any]:
    return {"type": "tool_use", "tool_name": name, "tool_id": "c-1", "parameters": parameters}


def returned(status: str = "success", **error: Any) -> dict[str, Any]:
    line = {"type": "tool_result", "tool_id": "c-1", "status": status, "output": "x"}
    return line | ({"error": error} if error else {})


def result(status: str = "success", **fields: Any) -> dict[str, Any]:
    stats = {"input_tokens": 100, "output_tokens": 9, "cached": 40, "total_tokens": 109}
    return {"type": "result", "status": status, "stats": stats, **fields}


def trouble(message: str, severity: str = "error") -> dict[str, Any]:
    return {"type": "error", "severity": severity, "message": message}


def reading(*lines: dict[str, Any]) -> Reading:
    return Reading(GeminiDialect, lines)


def test_a_run_that_went_well_is_told_from_its_session_to_its_last_word() -> None:
    told = reading(
        INIT, PROMPT, says("I will "), says("look."), calls(file_path="a.py"), returned(),
        says("All is "), says("well."), result(),
    )  # fmt: skip
    assert told.only(Session) == Session(session_id="s-1", model="flash")
    assert told.all(Text) == [
        Text(text="I will "),
        Text(text="look.", partial=True),
        Text(text="All is "),
        Text(text="well.", partial=True),
    ]
    assert told.tools == [("read_file", "started", "a.py"), ("read_file", "completed", "a.py")]
    assert told.only(Usage) == Usage(input_tokens=100, output_tokens=9, cached_tokens=40)
    assert told.final == Final(ok=True)


def test_a_whole_message_is_not_continued() -> None:
    told = reading(says("one", delta=False), says("two", delta=False), says("three"))
    assert [text.partial for text in told.all(Text)] == [False, False, False]


def test_without_a_result_there_is_no_last_word() -> None:
    assert reading(INIT, PROMPT, says("All is well.")).final is None


@pytest.mark.parametrize(
    ("message", "severity", "status", "cause"),
    [
        ("Loop detected, stopping execution", "warning", "success", ErrorCause.LOOP),
        ("Maximum session turns exceeded", "error", "success", ErrorCause.UNFINISHED),
        ("The model returned an empty response with no text.", "error", "error", ErrorCause.EMPTY),
    ],
)
def test_an_error_event_outranks_the_success_of_the_result(
    message: str, severity: str, status: str, cause: ErrorCause
) -> None:
    last = reading(INIT, trouble(message, severity), result(status)).final
    assert last is not None
    assert (last.ok, last.cause) == (False, cause)
    assert message.rstrip(".") in (last.reason or "")


def test_a_warning_of_another_kind_does_no_harm() -> None:
    told = reading(trouble("a server of the user is gone", "warning"), says("fine"), result())
    assert told.final == Final(ok=True)


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ('[API Error: {"error":{"code":400,"message":"no"}}]', ErrorCause.BAD_REQUEST),
        ('[API Error: {"error":{"code":403,"message":"no"}}]', ErrorCause.AUTHENTICATION),
        ('[API Error: {"error":{"code":500,"message":"no"}}]', ErrorCause.SERVER),
        ("[API Error: exception TypeError: fetch failed sending request]", ErrorCause.NETWORK),
    ],
)
def test_a_result_that_is_an_error_has_its_cause(message: str, cause: ErrorCause) -> None:
    last = reading(INIT, result("error", error={"type": "unknown", "message": message})).final
    assert last is not None
    assert (last.ok, last.cause) == (False, cause)


def test_a_quota_tells_when_it_ends() -> None:
    said = '[API Error: {"error":{"code":429,"message":"You exceeded your current quota",'
    said += '"details":[{"@type":"RetryInfo","retryDelay":"30s"}]}}]'
    last = reading(result("error", error={"message": said})).final
    assert last is not None
    assert last.cause is ErrorCause.RATE_LIMIT
    assert last.retry_at == NOON + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("name", "error", "state"),
    [
        ("read_file", {"type": "file_not_found", "message": "no such file"}, "failed"),
        ("write_file", {"type": "policy_violation", "message": "denied by policy"}, "denied"),
        ("x", {"type": "e", "message": "Tool execution denied by policy. x"}, "denied"),
        ("run_shell_command", {"type": "tool_not_registered", "message": "not found"}, "denied"),
        (
            "read_file",
            {"type": "invalid_tool_params", "message": "Path not in workspace: /etc/x"},
            "denied",
        ),
        ("made_up", {"type": "tool_not_registered", "message": "not found"}, "failed"),
        ("read_file", {}, "failed"),
    ],
)
def test_how_a_tool_ended_is_told(name: str, error: dict[str, Any], state: str) -> None:
    assert reading(calls(name, path="x"), returned("error", **error)).tools[-1][1] == state
