"""What Codex's lines mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conselho.models.task import ErrorCause
from conselho.provider import Final, Notice, Session, Text, Usage
from conselho.providers.codex import CodexDialect
from tests.unit.providers.lines import Reading

THREAD = {"type": "thread.started", "thread_id": "th-1"}
DONE = {
    "type": "turn.completed",
    "usage": {
        "input_tokens": 100, "cached_input_tokens": 60, "output_tokens": 9,
        "reasoning_output_tokens": 4,
    },
}  # fmt: skip


def completed(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "item.completed", "item": {"id": "item_1", "type": kind, **fields}}


def failed(message: str) -> dict[str, Any]:
    return {"type": "turn.failed", "error": {"message": message}}


def reading(*lines: dict[str, Any]) -> Reading:
    return Reading(CodexDialect, lines)


def shell(**fields: Any) -> dict[str, Any]:
    usual = {"command": "ls", "aggregated_output": "", "exit_code": 0, "status": "completed"}
    return completed("command_execution", **(usual | fields))


def test_a_run_that_went_well_is_told_from_its_session_to_its_last_word() -> None:
    started = {"id": "item_1", "type": "command_execution", "command": "ls", "exit_code": None}
    told = reading(
        THREAD,
        {"type": "turn.started"},
        {"type": "item.started", "item": started | {"status": "in_progress"}},
        shell(),
        completed("agent_message", text="All is well."),
        DONE,
    )
    assert told.only(Session).session_id == "th-1"
    assert told.tools == [("shell", "started", "ls"), ("shell", "completed", "ls")]
    assert told.only(Text) == Text(text="All is well.")
    assert told.only(Usage) == Usage(
        input_tokens=100, cached_tokens=60, output_tokens=9, reasoning_tokens=4, turns=1
    )
    assert told.final == Final(ok=True)


def test_items_and_events_that_say_error_are_only_told_where_the_turn_completes() -> None:
    told = reading(
        completed("error", message="Model metadata not found"),
        {"type": "error", "message": "Reconnecting... 1/5"},
        completed("agent_message", text="fine"),
        DONE,
    )
    assert told.final == Final(ok=True)
    assert [notice.text for notice in told.all(Notice)] == [
        "Model metadata not found",
        "Reconnecting... 1/5",
    ]


def test_an_error_without_the_end_of_its_turn_is_no_last_word() -> None:
    assert reading(THREAD, {"type": "error", "message": "Reconnecting... 5/5"}).final is None


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (json.dumps({"error": {"message": "no", "type": "invalid_request_error"}}),
         ErrorCause.BAD_REQUEST),
        ("unexpected status 401 Unauthorized", ErrorCause.AUTHENTICATION),
        ("exceeded retry limit, last status: 429 Too Many Requests", ErrorCause.RATE_LIMIT),
        ("stream disconnected before completion", ErrorCause.NETWORK),
        ("Incomplete response returned, reason: max_output_tokens", ErrorCause.TRUNCATED),
        ("", ErrorCause.OTHER),
    ],
)  # fmt: skip
def test_a_turn_that_failed_has_its_cause(message: str, cause: ErrorCause) -> None:
    last = reading(THREAD, failed(message)).final
    assert last is not None
    assert (last.ok, last.cause) == (False, cause)
    assert last.reason


def test_a_usage_limit_tells_when_it_ends() -> None:
    last = reading(failed("You've hit your usage limit. Try again in 2 hours 5 minutes.")).final
    assert last is not None
    assert last.retry_at is not None


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"exit_code": 1, "status": "failed"}, "failed"),
        ({"exit_code": 2}, "failed"),
        ({"exit_code": -1, "status": "declined"}, "denied"),
        ({"exit_code": None, "status": "declined"}, "denied"),
        ({"exit_code": None, "status": "failed", "aggregated_output": "`rm` rejected: blocked by"
          " policy"}, "denied"),
        ({"exit_code": 1, "status": "failed",
          "aggregated_output": "touch: cannot touch 'x': Read-only file system\n"}, "denied"),
        ({"aggregated_output": "touch: cannot touch 'x': Read-only file system\nran\n"}, "denied"),
        ({"aggregated_output": "docs: how a Read-only file system is mounted\n"}, "completed"),
        ({"status": "in_progress"}, "failed"),
    ],
)  # fmt: skip
def test_how_a_command_ended_is_told(fields: dict[str, Any], state: str) -> None:
    assert reading(shell(**fields)).tools[-1][1] == state


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (completed("file_change", changes=[{"path": "a.py", "kind": "update"}], status="completed"),
         ("apply_patch", "completed", "a.py")),
        (completed("file_change", changes=[], status="failed"), ("apply_patch", "failed", "")),
        (completed("web_search", query="what"), ("web_search", "completed", "what")),
        (completed("mcp_tool_call", server="db", tool="ask", arguments={"query": "q"},
                   status="failed", error={"message": "gone"}), ("db.ask", "failed", "gone")),
    ],
)  # fmt: skip
def test_other_tools_are_told_by_their_names(
    item: dict[str, Any], told: tuple[str, str, str]
) -> None:
    assert reading(item).tools == [told]


def test_thoughts_plans_and_events_that_nobody_knows_say_nothing() -> None:
    told = reading(completed("reasoning", text="hm"), completed("todo_list"), {"type": "news"})
    assert told.events == []
