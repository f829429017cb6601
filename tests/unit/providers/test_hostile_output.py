"""Readers live on: whatever an agent prints, however wrong, and however much of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.provider import AgentEvent, Final, Text, Tool
from conselho.providers.claude import ClaudeDialect
from conselho.providers.codex import CodexDialect
from conselho.providers.gemini import GeminiDialect
from conselho.providers.ndjson import NdjsonReader
from conselho.providers.opencode import OpencodeDialect
from conselho.providers.recent import Recent
from tests.support.clock import NOON
from tests.unit.providers.lines import read

DIALECTS = [ClaudeDialect, CodexDialect, GeminiDialect, OpencodeDialect]

# One line of each kind with every field that a reader looks at.
LINES: list[dict[str, Any]] = [
    {"type": "system", "subtype": "init", "session_id": "s", "model": "m"},
    {"type": "system", "subtype": "api_retry", "attempt": 1, "max_retries": 2, "error": "x",
     "error_status": 500},
    {"type": "system", "subtype": "permission_denied", "tool_use_id": "t", "tool_name": "n",
     "message": "m"},
    {"type": "assistant", "parent_tool_use_id": None, "message": {"id": "m", "usage": {
        "input_tokens": 1, "cache_read_input_tokens": 1, "cache_creation_input_tokens": 1},
        "content": [{"type": "text", "text": "a"},
                    {"type": "tool_use", "id": "t", "name": "n", "input": {"command": ["a"]}}]}},
    {"type": "user", "message": {"content": [{"type": "tool_result", "tool_use_id": "t",
        "is_error": True, "content": [{"type": "text", "text": "x"}]}]}},
    {"type": "stream_event", "event": {"type": "content_block_delta",
        "delta": {"type": "text_delta", "text": "x"}}},
    {"type": "rate_limit_event", "rate_limit_info": {"status": "rejected", "resetsAt": 1,
        "rateLimitType": "five_hour"}},
    {"type": "result", "subtype": "success", "is_error": True, "result": "x", "status": "error",
     "api_error_status": 500, "num_turns": 1, "total_cost_usd": 1.5, "stop_reason": "end_turn",
     "usage": {"input_tokens": 1}, "modelUsage": {"m": {"inputTokens": 1}}, "errors": ["x"],
     "permission_denials": [{"tool_name": "n", "tool_use_id": "u", "tool_input": {"a": "b"}}],
     "error": {"type": "x", "message": "y"}, "stats": {"input_tokens": 1, "cached": 0}},
    {"type": "thread.started", "thread_id": "t"},
    {"type": "item.completed", "item": {"id": "i", "type": "command_execution", "command": "ls",
        "status": "failed", "exit_code": 1, "aggregated_output": "x", "error": {"message": "y"}}},
    {"type": "item.completed", "item": {"id": "i", "type": "file_change", "status": "completed",
        "changes": [{"path": "a"}]}},
    {"type": "item.started", "item": {"id": "i", "type": "mcp_tool_call", "server": "s",
        "tool": "t", "arguments": {"query": "q"}}},
    {"type": "turn.completed", "usage": {"input_tokens": 1, "output_tokens": 1}},
    {"type": "turn.failed", "error": {"message": "x", "code": "y"}},
    {"type": "init", "session_id": "s", "model": "m"},
    {"type": "message", "role": "assistant", "content": "x", "delta": True},
    {"type": "tool_use", "tool_name": "n", "tool_id": "t", "parameters": {"path": "p"},
     "sessionID": "s", "part": {"tool": "n", "callID": "c", "state": {"status": "error",
        "error": "x", "input": {"a": "b"}}}},
    {"type": "tool_result", "tool_id": "t", "status": "error", "error": {"type": "x",
        "message": "y"}},
    {"type": "error", "severity": "error", "message": "x", "error": {"name": "APIError", "data": {
        "message": "m", "statusCode": 500, "responseHeaders": {"retry-after": "1"},
        "responseBody": "{}"}}},
    {"type": "step_finish", "part": {"reason": "stop", "cost": 1, "tokens": {"input": 1,
        "output": 1, "reasoning": 1, "cache": {"read": 1, "write": 1}}}},
    {"type": "text", "part": {"text": "x"}},
]  # fmt: skip
WRONG: list[Any] = [
    None, True, -1, 1e300, 10**30, "", "\0\ud800", [], [None], [[]], {}, {"": None}, [{"type": 1}],
]  # fmt: skip


def changed(value: Any, wrong: Any) -> Iterator[Any]:
    """`value` with each part of it, in turn, replaced by `wrong`, or left out."""
    yield wrong
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {name: kept for name, kept in value.items() if name != key}
            for other in changed(inner, wrong):
                yield value | {key: other}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            for other in changed(inner, wrong):
                yield [*value[:place], other, *value[place + 1 :]]


def checked(events: list[AgentEvent]) -> None:
    """What no event may be, since the log, the store and the page will hold it."""
    for event in events:
        repr(event).encode()
        if isinstance(event, Tool):
            assert "\n" not in event.detail
            assert len(event.detail) <= 200
        if isinstance(event, Final) and not event.ok:
            assert event.reason
            assert event.cause is not None


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_any_field_may_be_missing_or_of_any_kind(dialect: Any, wrong: Any) -> None:
    for line in LINES:
        for other in changed(line, wrong):
            reader = NdjsonReader(dialect(lambda: NOON))
            output = json.dumps(other).encode() + b"\n" + json.dumps(line).encode()
            checked(read(reader, output))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(output=st.binary(max_size=300), value=JSON)
def test_any_bytes_and_any_json_are_survived(dialect: Any, output: bytes, value: Any) -> None:
    reader = NdjsonReader(dialect(lambda: NOON))
    checked(read(reader, output + b"\n" + json.dumps(value).encode(), piece_bytes=13))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_text_of_two_megabytes_with_line_separators_comes_whole(dialect: Any) -> None:
    whole = "x\u2028y\n" * 400_000
    line: dict[Any, dict[str, Any]] = {
        ClaudeDialect: {"type": "assistant", "message": {"id": "m", "content": [
            {"type": "text", "text": whole}]}},
        CodexDialect: {"type": "item.completed", "item": {"type": "agent_message", "text": whole}},
        GeminiDialect: {"type": "message", "role": "assistant", "content": whole},
        OpencodeDialect: {"type": "text", "part": {"text": whole}},
    }  # fmt: skip
    output = json.dumps(line[dialect], ensure_ascii=False).encode() + b"\n"
    events = read(NdjsonReader(dialect(lambda: NOON)), output, piece_bytes=4096)
    assert [event.text for event in events if isinstance(event, Text)] == [whole]


def test_only_the_newest_are_remembered() -> None:
    recent: Recent[int] = Recent(most=3)
    for number in range(10):
        recent.keep("k" * 1000 + str(number), number)  # cut: all the same key
        recent.keep(str(number), number)
    assert [str(number) in recent for number in (7, 8, 9)] == [False, True, True]
    assert recent.get("7", -1) == -1
    assert recent.get("9", -1) == 9
