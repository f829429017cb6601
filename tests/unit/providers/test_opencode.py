"""What OpenCode's lines mean: there is no last event, so the end of the output is one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conselho.models.task import ErrorCause
from conselho.provider import Final, Session, Text, Usage
from conselho.providers.opencode import OpencodeDialect
from tests.support.clock import NOON
from tests.unit.providers.lines import Reading


def line(kind: str, **part: Any) -> dict[str, Any]:
    return {"type": kind, "sessionID": "ses_1", "part": part}


def finished(reason: str, *, cost: float = 0.01) -> dict[str, Any]:
    tokens = {"input": 10, "output": 5, "reasoning": 2, "cache": {"read": 70, "write": 20}}
    return line("step_finish", reason=reason, tokens=tokens, cost=cost)


def tool(name: str = "read", **state: Any) -> dict[str, Any]:
    usual = {"status": "completed", "input": {"filePath": "a.py"}, "output": "x"}
    return line("tool_use", tool=name, callID="c-1", state=usual | state)


def error(name: str = "APIError", **data: Any) -> dict[str, Any]:
    return {"type": "error", "sessionID": "ses_1", "error": {"name": name, "data": data}}


START = line("step_start")
REJECTED = tool(
    "bash",
    status="error",
    input={"command": "ls"},
    error="The user rejected permission to use this specific tool call.",
)


def reading(*lines: dict[str, Any]) -> Reading:
    return Reading(OpencodeDialect, lines)


def test_a_run_that_went_well_is_told_from_its_session_to_its_end() -> None:
    told = reading(
        START, tool(), finished("tool-calls"),
        START, line("text", text="All is well."), finished("stop"),
    )  # fmt: skip
    assert told.only(Session) == Session(session_id="ses_1")
    assert told.only(Text) == Text(text="All is well.")
    assert told.tools == [("read", "completed", "a.py")]
    assert told.all(Usage)[0] == Usage(
        input_tokens=100, cached_tokens=70, output_tokens=5, reasoning_tokens=2, turns=1,
        cost_usd=0.01,
    )  # fmt: skip
    assert told.events[-1] == Final(ok=True)


def test_a_cost_of_nothing_means_that_the_price_is_not_known() -> None:
    assert reading(START, finished("stop", cost=0)).only(Usage).cost_usd is None


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [START],
        [START, line("text", text="All is w")],
        [START, tool(), finished("tool-calls")],
        [START, finished("stop"), START],
        [START, finished("unknown")],
    ],
)
def test_an_output_that_just_stops_has_no_last_word(lines: list[dict[str, Any]]) -> None:
    assert reading(*lines).final is None


@pytest.mark.parametrize(
    ("reason", "cause"),
    [("length", ErrorCause.TRUNCATED), ("content-filter", ErrorCause.REFUSED)],
)
def test_a_step_that_the_model_broke_off_is_no_success(reason: str, cause: ErrorCause) -> None:
    last = reading(START, line("text", text="All is"), finished(reason)).final
    assert last is not None
    assert (last.ok, last.cause) == (False, cause)


def test_a_rejected_permission_at_the_end_is_the_reason_of_the_silence() -> None:
    told = reading(START, REJECTED, finished("tool-calls"))
    assert told.tools == [("bash", "denied", "ls")]
    assert told.final is not None
    assert (told.final.ok, told.final.cause) == (False, ErrorCause.PERMISSION_DENIED)


def test_a_rejected_permission_that_the_agent_lived_with_is_told_with_its_answer() -> None:
    told = reading(
        START, REJECTED, finished("tool-calls"), START, line("text", text="x"), finished("stop")
    )
    assert told.tools == [("bash", "denied", "ls")]
    assert told.final == Final(ok=True)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("The user has specified a rule which prevents you from using this", "denied"),
        ("Model tried to call unavailable tool 'invalid'. Available tools: read.", "denied"),
        ("File not found: x", "failed"),
    ],
)
def test_how_a_tool_ended_is_told(words: str, state: str) -> None:
    assert reading(tool("edit", status="error", error=words)).tools[-1][1] == state


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        (error(message="no", statusCode=400), ErrorCause.BAD_REQUEST),
        (error(message="no", statusCode=401), ErrorCause.AUTHENTICATION),
        (error(message="no", statusCode=529), ErrorCause.OVERLOADED),
        (error(message="quota", statusCode=429, responseBody='{"code":"insufficient_quota"}'),
         ErrorCause.AUTHENTICATION),
        (error("ProviderAuthError", message="no key"), ErrorCause.AUTHENTICATION),
        (error("ContentFilterError", message="blocked"), ErrorCause.REFUSED),
        (error("MessageOutputLengthError"), ErrorCause.TRUNCATED),
        (error("ContextOverflowError", message="too long"), ErrorCause.BAD_REQUEST),
        (error("MessageAbortedError", message="aborted"), ErrorCause.UNFINISHED),
        (error("UnknownError", message="Model not found: a/b"), ErrorCause.BAD_REQUEST),
        (error("UnknownError", message="Unable to connect. Is the computer online?"),
         ErrorCause.NETWORK),
    ],
)  # fmt: skip
def test_an_error_has_its_cause_and_outranks_the_step(
    failure: dict[str, Any], cause: ErrorCause
) -> None:
    last = reading(START, line("text", text="x"), finished("stop"), failure).final
    assert last is not None
    assert (last.ok, last.cause) == (False, cause)
    assert last.reason


def test_a_rate_limit_tells_when_it_ends() -> None:
    headers = {"Retry-After": "90", "x": ["not", "text"]}
    last = reading(error(message="slow down", statusCode=429, responseHeaders=headers)).final
    assert last is not None
    assert last.retry_at == NOON + timedelta(seconds=90)
