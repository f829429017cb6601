"""What Claude Code's lines mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conselho.models.task import ErrorCause
from conselho.provider import Final, Notice, Session, Text, Tool, Usage
from conselho.providers.claude import ClaudeDialect
from tests.support.clock import NOON
from tests.unit.providers.lines import Reading

INIT = {"type": "system", "subtype": "init", "session_id": "s-1", "model": "opus", "tools": []}


def assistant(*content: dict[str, Any], message_id: str = "m-1", **fields: Any) -> dict[str, Any]:
    message = {"id": message_id, "role": "assistant", "content": list(content)}
    return {"type": "assistant", "message": message | fields.pop("message", {}), **fields}


def says(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def calls(name: str = "Read", call_id: str = "t-1", **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": arguments}


def returned(content: Any, call_id: str = "t-1", *, is_error: bool | None = None) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": call_id, "content": content}
    if is_error is not None:
        block["is_error"] = is_error
    return {"type": "user", "message": {"role": "user", "content": [block]}}


def result(text: str = "All is well.", **fields: Any) -> dict[str, Any]:
    usual = {
        "type": "result", "subtype": "success", "is_error": False, "result": text,
        "api_error_status": None, "stop_reason": "end_turn", "num_turns": 2,
        "total_cost_usd": 0.25, "permission_denials": [], "usage": {}, "modelUsage": {},
    }  # fmt: skip
    return usual | fields


def reading(*lines: dict[str, Any]) -> Reading:
    return Reading(ClaudeDialect, lines)


def final(*lines: dict[str, Any]) -> Final:
    last = reading(*lines).final
    assert last is not None
    return last


def test_a_run_that_went_well_is_told_from_its_session_to_its_last_word() -> None:
    told = reading(
        INIT,
        assistant(says("I will look.")),
        assistant(calls(file_path="a.py")),
        returned("1\tx = 1"),
        assistant(says("All is well."), message_id="m-2"),
        result(),
    )
    assert told.only(Session) == Session(session_id="s-1", model="opus")
    assert told.all(Text) == [Text(text="I will look."), Text(text="All is well.")]
    assert told.tools == [("Read", "started", "a.py"), ("Read", "completed", "a.py")]
    assert {tool.call_id for tool in told.all(Tool)} == {"t-1"}
    assert told.final == Final(ok=True, text="All is well.")


def test_subtype_success_means_nothing_when_is_error_is_true() -> None:
    last = final(
        INIT,
        assistant(says("API Error: 400 bad"), error="unknown", message={"model": "<synthetic>"}),
        result("API Error: 400 bad", is_error=True, api_error_status=400),
    )
    assert (last.ok, last.cause) == (False, ErrorCause.BAD_REQUEST)
    assert last.reason == "The provider could not use the request: API Error: 400 bad"


def test_an_error_that_the_program_tells_is_not_the_agents_answer() -> None:
    told = reading(INIT, assistant(says("API Error: 500 x"), error="server_error"))
    assert told.texts == []
    assert told.only(Notice).text == "API Error: 500 x"


def test_without_a_result_there_is_no_last_word() -> None:
    assert reading(INIT, assistant(says("All is well."))).final is None


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"subtype": "error_max_budget_usd", "is_error": True}, ErrorCause.BUDGET),
        ({"subtype": "error_max_turns", "is_error": True}, ErrorCause.UNFINISHED),
        ({"stop_reason": "refusal", "is_error": True}, ErrorCause.REFUSED),
        ({"stop_reason": "refusal"}, ErrorCause.REFUSED),
        ({"stop_reason": "max_tokens"}, ErrorCause.TRUNCATED),
        ({"stop_reason": "model_context_window_exceeded"}, ErrorCause.TRUNCATED),
        ({"is_error": True, "api_error_status": 529}, ErrorCause.OVERLOADED),
        ({"is_error": True, "api_error_status": 401}, ErrorCause.AUTHENTICATION),
        ({"is_error": True, "result": "Not logged in · Please run /login"},
         ErrorCause.AUTHENTICATION),
        ({"is_error": True, "result": "exceeded the 64000 output token maximum"},
         ErrorCause.TRUNCATED),
        ({"subtype": "error_during_execution", "result": None, "errors": ["fetch failed"]},
         ErrorCause.NETWORK),
        ({"subtype": "something_new"}, ErrorCause.OTHER),
        ({"is_error": None}, ErrorCause.OTHER),
    ],
)  # fmt: skip
def test_a_result_that_is_no_success_has_its_cause(
    fields: dict[str, Any], cause: ErrorCause
) -> None:
    last = final(INIT, result(**({"result": "text"} | fields)))
    assert (last.ok, last.cause) == (False, cause)
    assert last.reason


def test_the_kind_of_error_that_the_program_names_decides_where_its_text_does_not() -> None:
    last = final(
        assistant(says("Something happened"), error="rate_limit"),
        result("Something happened", is_error=True),
    )
    assert last.cause is ErrorCause.RATE_LIMIT


def test_a_usage_limit_tells_when_it_ends() -> None:
    resets = int(NOON.timestamp()) + 3600
    limit = {"status": "rejected", "resetsAt": resets, "rateLimitType": "five_hour"}
    told = reading(
        {"type": "rate_limit_event", "rate_limit_info": limit},
        result("You've hit your limit", is_error=True),
    )
    assert told.final is not None
    assert told.final.cause is ErrorCause.RATE_LIMIT
    assert told.final.retry_at == NOON + timedelta(hours=1)
    assert told.only(Notice).text == "the five hour limit is used up"


def test_a_limit_that_is_only_near_delays_nothing() -> None:
    limit = {"status": "allowed_warning", "resetsAt": int(NOON.timestamp()) + 3600}
    told = reading(
        {"type": "rate_limit_event", "rate_limit_info": limit},
        result("Rate limited", is_error=True, api_error_status=429),
    )
    assert told.final is not None
    assert told.final.retry_at is None


class TestDenials:
    def test_a_denial_in_the_result_is_told_as_a_denied_tool(self) -> None:
        denial = {"tool_name": "Bash", "tool_use_id": "t-9", "tool_input": {"command": "rm x"}}
        told = reading(result(permission_denials=[denial]))
        assert told.tools == [("Bash", "denied", "rm x")]

    @pytest.mark.parametrize(
        "words",
        [
            "Permission to use Bash has been denied because it does not ask.",
            "Claude requested permissions to write to /p, but you haven't granted it yet.",
            "This command requires approval",
            "touch was blocked. For security, only files of the folder may be changed.",
            "Error: No such tool available: Bash. Bash is disabled for this session.",
            "<tool_use_error>Error: No such tool available: Bash. Bash exists but is not enabled"
            " in this context.</tool_use_error>",
        ],
    )
    def test_a_denial_is_told_once_however_often_the_program_does(self, words: str) -> None:
        denial = {"tool_name": "Bash", "tool_use_id": "t-1", "tool_input": {"command": "ls"}}
        event = {"type": "system", "subtype": "permission_denied", "tool_name": "Bash"}
        told = reading(
            assistant(calls("Bash", command="ls")),
            event | {"tool_use_id": "t-1", "message": words},
            returned(words, is_error=True),
            result(permission_denials=[denial]),
        )
        assert told.tools == [("Bash", "started", "ls"), ("Bash", "denied", "ls")]

    def test_the_words_alone_are_enough(self) -> None:
        told = reading(
            assistant(calls("Bash", command="ls")),
            returned([{"type": "text", "text": "Permission to use Bash has been denied"}],
                     is_error=True),
        )  # fmt: skip
        assert told.tools[-1] == ("Bash", "denied", "ls")

    def test_a_tool_that_failed_was_not_denied(self) -> None:
        told = reading(assistant(calls(file_path="x")), returned("no such file", is_error=True))
        assert told.tools[-1] == ("Read", "failed", "no such file")


class TestUsage:
    def test_input_counts_what_came_from_the_cache(self) -> None:
        usage = {
            "input_tokens": 10, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 70,
            "output_tokens": 5,
        }  # fmt: skip
        assert reading(result(usage=usage)).only(Usage) == Usage(
            input_tokens=100, cached_tokens=70, output_tokens=5, turns=2, cost_usd=0.25
        )

    def test_the_bill_counts_all_models_and_each_token_once(self) -> None:
        """A message comes once a block, with the same usage; the result repeats the whole."""
        usage = {"usage": {"input_tokens": 40, "cache_read_input_tokens": 10}}
        by_model = {
            "opus": {"inputTokens": 60, "outputTokens": 7, "cacheReadInputTokens": 20},
            "haiku": {"inputTokens": 5, "outputTokens": 1, "cacheReadInputTokens": 0},
        }
        told = reading(
            assistant(says("a"), message=usage),
            assistant(calls(), message=usage),
            result(modelUsage=by_model),
        )
        spent = told.all(Usage)
        assert spent[0] == Usage(input_tokens=50, cached_tokens=10)
        assert len(spent) == 2
        assert sum(one.input_tokens or 0 for one in spent) == 85
        assert sum(one.cached_tokens or 0 for one in spent) == 20
        assert spent[1].output_tokens == 8

    def test_a_run_that_was_stopped_tells_what_is_known_of_its_input(self) -> None:
        told = reading(assistant(says("a"), message={"usage": {"input_tokens": 40}}))
        assert told.only(Usage).input_tokens == 40


class TestPieces:
    def test_a_message_that_comes_in_pieces_is_not_told_twice(self) -> None:
        def event(**fields: Any) -> dict[str, Any]:
            return {"type": "stream_event", "event": fields, "parent_tool_use_id": None}

        told = reading(
            event(type="message_start", message={"id": "m-1"}),
            event(type="content_block_start", content_block={"type": "text", "text": ""}),
            event(type="content_block_delta", delta={"type": "text_delta", "text": "All "}),
            event(type="content_block_delta", delta={"type": "text_delta", "text": "well"}),
            assistant(says("All well")),
            event(type="content_block_stop"),
        )
        assert told.all(Text) == [
            Text(text=""),
            Text(text="All ", partial=True),
            Text(text="well", partial=True),
        ]

    def test_a_helpers_words_are_not_the_agents_answer(self) -> None:
        told = reading(assistant(says("I found it"), parent_tool_use_id="t-1"))
        assert told.texts == []
        assert told.only(Notice).text == "a helper of the agent says: I found it"


def test_a_retry_inside_the_agent_is_told_in_the_log_alone() -> None:
    line = {
        "type": "system", "subtype": "api_retry", "attempt": 1, "max_retries": 3,
        "retry_delay_ms": 500, "error_status": 529, "error": "overloaded",
    }  # fmt: skip
    told = reading(line)
    expected = "the request failed (overloaded, HTTP 529) and is tried again in 0.5 s: 1 of 3"
    assert told.events == [Notice(text=expected)]


def test_a_message_to_itself_and_events_that_nobody_knows_say_nothing() -> None:
    own = {"type": "user", "message": {"role": "user", "content": [says("Please continue.")]}}
    assert reading(own, {"type": "news"}, {"no": "type"}).events == []
