"""How the model APIs of the four agent CLIs are spoken: one class for each of them.

    Anthropic   claude      Messages
    Responses   codex       OpenAI Responses
    Chat        opencode    OpenAI Chat Completions
    Gemini      gemini      generateContent

A dialect reads what was asked, and writes a `Reply` whole or as the frames of an event stream. It
knows nothing of why a reply is what it is: that is tests/support/model_api.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

Json = dict[str, Any]

# What every reply costs, so that tests can count. Anthropic and OpenAI bill by these.
INPUT_TOKENS: Final = 1000
OUTPUT_TOKENS: Final = 50
# The one tool that codex offers to the models that it knows: it runs JavaScript.
SCRIPT: Final = "exec"
_SMALL_PIECE, _LARGE_PIECE, _LARGE_TEXT = 12, 8192, 20_000


class Stop(StrEnum):
    """Why the model stopped."""

    END = "end"
    TOOL = "tool"
    REFUSED = "refused"
    LENGTH = "length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One use of a tool that the model wants."""

    name: str
    arguments: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the model says: a text, or one tool call. `number` makes its ids its own."""

    number: int
    model: str
    text: str = ""
    call: Call | None = None
    stop: Stop = Stop.END

    def pieces(self) -> Iterator[str]:
        """The text as a stream brings it."""
        size = _SMALL_PIECE if len(self.text) < _LARGE_TEXT else _LARGE_PIECE
        for start in range(0, len(self.text), size):
            yield self.text[start : start + size]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An answer that is an HTTP error.

    `retry_after`: seconds, as the header has them. `limit_resets_at`: the epoch seconds at which a
    subscription's limit ends; 0 when it is none.
    """

    status: int
    message: str = ""
    retry_after: str = ""
    limit_resets_at: int = 0

    def headers(self) -> Iterator[tuple[str, str]]:
        if self.retry_after:
            yield "retry-after", self.retry_after
        if self.limit_resets_at:
            yield "anthropic-ratelimit-unified-status", "rejected"
            yield "anthropic-ratelimit-unified-representative-claim", "five_hour"
            yield "anthropic-ratelimit-unified-reset", str(self.limit_resets_at)


class Frame(NamedTuple):
    """One event of a stream. `spoken`: it carries a piece of the text."""

    data: Json | str
    event: str = ""
    spoken: bool = False


class Dialect(Protocol):
    """One API. `turns` gives each text of the user, and None for each result of a tool."""

    def turns(self, body: Json) -> Iterator[str | None]: ...
    def tools(self, body: Json) -> Iterator[str]: ...
    def whole(self, reply: Reply) -> Json: ...
    def frames(self, reply: Reply) -> Iterator[Frame]: ...
    def error(self, failure: Failure) -> Json: ...


class Anthropic:
    """https://docs.claude.com/en/api/messages-streaming"""

    _STOPS: Mapping[Stop, str] = {
        Stop.END: "end_turn",
        Stop.TOOL: "tool_use",
        Stop.REFUSED: "refusal",
        Stop.LENGTH: "max_tokens",
    }
    _ERRORS: Mapping[int, str] = {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        429: "rate_limit_error",
        529: "overloaded_error",
    }

    def turns(self, body: Json) -> Iterator[str | None]:
        for message in body.get("messages", []):
            if message["role"] == "user":
                yield from _turns_of(message["content"])

    def tools(self, body: Json) -> Iterator[str]:
        return (tool["name"] for tool in body.get("tools", []))

    def whole(self, reply: Reply) -> Json:
        return self._message(reply) | {
            "content": [{**block, **rest} for block, rest in self._blocks(reply)],
            "stop_reason": self._STOPS[reply.stop],
        }

    def frames(self, reply: Reply) -> Iterator[Frame]:
        yield self._frame("message_start", message=self._message(reply))
        for index, (block, rest) in enumerate(self._blocks(reply)):
            yield self._frame("content_block_start", index=index, content_block=block)
            if "text" in rest:
                for piece in reply.pieces():
                    delta = {"type": "text_delta", "text": piece}
                    yield self._frame("content_block_delta", True, index=index, delta=delta)
            else:
                delta = {"type": "input_json_delta", "partial_json": json.dumps(rest["input"])}
                yield self._frame("content_block_delta", index=index, delta=delta)
            yield self._frame("content_block_stop", index=index)
        yield self._frame(
            "message_delta",
            delta={"stop_reason": self._STOPS[reply.stop], "stop_sequence": None},
            usage={"output_tokens": OUTPUT_TOKENS},
        )
        yield self._frame("message_stop")

    def error(self, failure: Failure) -> Json:
        kind = self._ERRORS.get(failure.status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": failure.message}}

    @staticmethod
    def _message(reply: Reply) -> Json:
        return {
            "id": f"msg_{reply.number}",
            "type": "message",
            "role": "assistant",
            "model": reply.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {
                "input_tokens": INPUT_TOKENS,
                "output_tokens": OUTPUT_TOKENS,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
            },
        }

    @staticmethod
    def _blocks(reply: Reply) -> Iterator[tuple[Json, Json]]:
        """Each block as it begins, and what fills it."""
        if reply.call is not None:
            tool_id = f"toolu_{reply.number}"
            block = {"type": "tool_use", "id": tool_id, "name": reply.call.name, "input": {}}
            yield block, {"input": reply.call.arguments}
        elif reply.text:
            yield {"type": "text", "text": ""}, {"text": reply.text}

    @staticmethod
    def _frame(kind: str, spoken: bool = False, **fields: Any) -> Frame:
        return Frame({"type": kind, **fields}, kind, spoken)


class Responses:
    """https://platform.openai.com/docs/api-reference/responses-streaming"""

    def turns(self, body: Json) -> Iterator[str | None]:
        for item in body["input"]:
            if item.get("role") == "user":
                yield from _turns_of(item["content"])
            elif item.get("type") in ("function_call_output", "custom_tool_call_output"):
                yield None

    def tools(self, body: Json) -> Iterator[str]:
        yield from (tool["name"] for tool in body.get("tools", []) if "name" in tool)
        # To the models that it knows, codex offers them as an item of the conversation.
        for item in body["input"]:
            if item.get("type") == "additional_tools":
                for space in item["tools"]:
                    yield from (tool["name"] for tool in space["tools"])

    def whole(self, reply: Reply) -> Json:
        cut = reply.stop is Stop.LENGTH
        return self._response(reply) | {
            "status": "incomplete" if cut else "completed",
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "output": [self._item(reply)],
            "usage": {
                "input_tokens": INPUT_TOKENS,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": OUTPUT_TOKENS,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
            },
        }

    def frames(self, reply: Reply) -> Iterator[Frame]:
        item, whole = self._item(reply), self.whole(reply)
        yield self._frame("response.created", response=self._response(reply))
        yield self._frame(
            "response.output_item.added",
            output_index=0,
            item=item | {"status": "in_progress"} | ({"content": []} if "content" in item else {}),
        )
        if reply.call is None and reply.stop is not Stop.REFUSED:
            place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
            for piece in reply.pieces():
                yield self._frame("response.output_text.delta", True, **place, delta=piece)
        yield self._frame("response.output_item.done", output_index=0, item=item)
        yield self._frame(f"response.{whole['status']}", response=whole)

    def error(self, failure: Failure) -> Json:
        kind = "invalid_request_error" if failure.status in (400, 401, 404) else "api_error"
        error: Json = {"message": failure.message, "type": kind, "param": None}
        error["code"] = {401: "invalid_api_key", 429: "rate_limit_exceeded"}.get(failure.status)
        if failure.limit_resets_at:
            error |= {"type": "usage_limit_reached", "resets_at": failure.limit_resets_at}
        return {"error": error}

    @staticmethod
    def _response(reply: Reply) -> Json:
        return {
            "id": f"resp_{reply.number}",
            "object": "response",
            "created_at": 0,
            "model": reply.model,
            "status": "in_progress",
            "output": [],
        }

    @staticmethod
    def _item(reply: Reply) -> Json:
        call = reply.call
        if call is not None:
            arguments = json.dumps(call.arguments)
            item = {"call_id": f"call_{reply.number}", "name": call.name, "status": "completed"}
            if call.name == SCRIPT:
                script = f"text((await tools.exec_command({arguments})).output)"
                return {**item, "type": "custom_tool_call", "input": script}
            return {**item, "type": "function_call", "arguments": arguments}
        part: Json = {"type": "output_text", "text": reply.text, "annotations": []}
        if reply.stop is Stop.REFUSED:
            part = {"type": "refusal", "refusal": reply.text}
        return {
            "type": "message",
            "id": f"msg_{reply.number}",
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }

    @staticmethod
    def _frame(kind: str, spoken: bool = False, **fields: Any) -> Frame:
        return Frame({"type": kind, **fields}, kind, spoken)


class Chat:
    """https://platform.openai.com/docs/api-reference/chat-streaming"""

    _STOPS: Mapping[Stop, str] = {
        Stop.END: "stop",
        Stop.TOOL: "tool_calls",
        Stop.REFUSED: "content_filter",
        Stop.LENGTH: "length",
    }

    def turns(self, body: Json) -> Iterator[str | None]:
        for message in body["messages"]:
            if message["role"] == "user":
                yield from _turns_of(message["content"])
            elif message["role"] == "tool":
                yield None

    def tools(self, body: Json) -> Iterator[str]:
        return (tool["function"]["name"] for tool in body.get("tools", []))

    def whole(self, reply: Reply) -> Json:
        message = {"role": "assistant", "content": reply.text or None, **self._calls(reply)}
        choice = {"index": 0, "message": message, "finish_reason": self._STOPS[reply.stop]}
        return {
            **self._head(reply, "chat.completion"),
            "choices": [choice],
            "usage": self._USAGE,
        }

    def frames(self, reply: Reply) -> Iterator[Frame]:
        head = self._head(reply, "chat.completion.chunk")

        def frame(delta: Json, stop: str | None = None, spoken: bool = False) -> Frame:
            choice = {"index": 0, "delta": delta, "finish_reason": stop}
            return Frame({**head, "choices": [choice]}, spoken=spoken)

        yield frame({"role": "assistant", "content": "", **self._calls(reply)})
        if reply.call is None:
            for piece in reply.pieces():
                yield frame({"content": piece}, spoken=True)
        yield frame({}, self._STOPS[reply.stop])
        yield Frame({**head, "choices": [], "usage": self._USAGE})
        yield Frame("[DONE]")

    def error(self, failure: Failure) -> Json:
        return Responses().error(failure)

    _USAGE: Mapping[str, int] = {
        "prompt_tokens": INPUT_TOKENS,
        "completion_tokens": OUTPUT_TOKENS,
        "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
    }

    @staticmethod
    def _head(reply: Reply, kind: str) -> Json:
        return {
            "id": f"chatcmpl-{reply.number}",
            "object": kind,
            "created": 0,
            "model": reply.model,
        }

    @staticmethod
    def _calls(reply: Reply) -> Json:
        if reply.call is None:
            return {}
        function = {"name": reply.call.name, "arguments": json.dumps(reply.call.arguments)}
        call = {"index": 0, "id": f"call_{reply.number}", "type": "function", "function": function}
        return {"tool_calls": [call]}


class Gemini:
    """https://ai.google.dev/api/generate-content"""

    _STOPS: Mapping[Stop, str] = {
        Stop.END: "STOP",
        Stop.TOOL: "STOP",
        Stop.REFUSED: "SAFETY",
        Stop.LENGTH: "MAX_TOKENS",
    }
    _ERRORS: Mapping[int, str] = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        429: "RESOURCE_EXHAUSTED",
        503: "UNAVAILABLE",
    }

    def turns(self, body: Json) -> Iterator[str | None]:
        for content in body["contents"]:
            if content.get("role", "user") == "user":
                yield from _turns_of(content["parts"])

    def tools(self, body: Json) -> Iterator[str]:
        for tool in body.get("tools", []):
            for function in tool.get("functionDeclarations", []):
                yield function["name"]

    def whole(self, reply: Reply) -> Json:
        if reply.call is not None:
            parts: list[Json] = [
                {"functionCall": {"name": reply.call.name, "args": reply.call.arguments}}
            ]
        else:
            parts = [{"text": reply.text}] if reply.text else []
        return self._chunk(reply, parts, self._STOPS[reply.stop])

    def frames(self, reply: Reply) -> Iterator[Frame]:
        if reply.call is not None or not reply.text:
            yield Frame(self.whole(reply))
            return
        for piece in reply.pieces():
            yield Frame(self._chunk(reply, [{"text": piece}]), spoken=True)
        yield Frame(self._chunk(reply, [{"text": ""}], self._STOPS[reply.stop]))

    def error(self, failure: Failure) -> Json:
        error: Json = {
            "code": failure.status,
            "message": failure.message,
            "status": self._ERRORS.get(failure.status, "INTERNAL"),
        }
        if failure.retry_after:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            error["details"] = [{"@type": kind, "retryDelay": f"{failure.retry_after}s"}]
        return {"error": error}

    @staticmethod
    def _chunk(reply: Reply, parts: list[Json], stop: str | None = None) -> Json:
        candidate: Json = {"index": 0, "content": {"role": "model", "parts": parts}}
        if stop is not None:
            candidate["finishReason"] = stop
        usage = {
            "promptTokenCount": INPUT_TOKENS,
            "candidatesTokenCount": OUTPUT_TOKENS,
            "totalTokenCount": INPUT_TOKENS + OUTPUT_TOKENS,
        }
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": reply.model}


def _turns_of(content: str | list[Json]) -> Iterator[str | None]:
    """The texts and the results in one message, whatever an API calls its parts."""
    if isinstance(content, str):
        yield content
        return
    for part in content:
        if "text" in part:
            yield part["text"]
        elif part.get("type") == "tool_result" or "functionResponse" in part:
            yield None
