"""The stand-in for the model APIs says what its marks ask for, in each API's own way.

That the real CLIs understand it is proved where they run: tests/live/test_real_agents.py.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.model_api import ModelApi, model_api

Json = dict[str, Any]

TOOLS = {"anthropic": "Read", "responses": "exec_command", "chat": "read", "gemini": "read_file"}
APIS = list(TOOLS)


@pytest.fixture
def api() -> Iterator[ModelApi]:
    with model_api() as api:
        yield api


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


def asked(name: str, prompt: str, *, stream: bool, result: bool = False) -> tuple[str, Json]:
    """Path and body of a request as the CLI of that API makes it; `result`: of a tool, after it."""
    tool: Json = {"name": TOOLS[name]}
    said: Json = {"role": "user", "content": prompt}
    if name == "gemini":
        method = "streamGenerateContent" if stream else "generateContent"
        parts: list[Json] = [{"functionResponse": {}}] if result else []
        contents = [{"role": "user", "parts": [{"text": prompt}, *parts]}]
        body: Json = {"contents": contents, "tools": [{"functionDeclarations": [tool]}]}
        return f"/v1beta/models/gemini-x:{method}", body
    body = {"model": "model-x", "stream": stream}
    if name == "anthropic":
        used = [{"role": "user", "content": [{"type": "tool_result"}]}] if result else []
        return "/v1/messages", body | {"messages": [said, *used], "tools": [tool]}
    if name == "responses":
        used = [{"type": "function_call_output"}] if result else []
        return "/v1/responses", body | {"input": [said, *used], "tools": [tool]}
    used = [{"role": "tool", "content": ""}] if result else []
    return "/v1/chat/completions", body | {
        "messages": [said, *used],
        "tools": [{"function": tool}],
    }


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", APIS)
def test_each_api_brings_the_text_that_the_prompt_asks_for(
    api: ModelApi, client: httpx.Client, name: str, stream: bool
) -> None:
    path, body = asked(name, "[[say: four_words]]", stream=stream)

    answer = client.post(api.url + path, json=body)

    assert answer.status_code == 200
    assert "four_words" in answer.text
    assert answer.headers["content-type"] == ("text/event-stream" if stream else "application/json")


@pytest.mark.parametrize("name", APIS)
def test_a_tool_comes_first_and_the_text_after_its_result(
    api: ModelApi, client: httpx.Client, name: str
) -> None:
    prompt = "[[tool: shell touch x]][[say: that_was_it]]"
    path, body = asked(name, prompt, stream=False)
    first = client.post(api.url + path, json=body).text
    path, body = asked(name, prompt, stream=False, result=True)
    second = client.post(api.url + path, json=body).text

    assert "touch x" in first
    assert "that_was_it" not in first
    assert "touch x" not in second
    assert "that_was_it" in second


@pytest.mark.parametrize("name", APIS)
def test_an_http_error_has_its_status_its_words_and_its_wait(
    api: ModelApi, client: httpx.Client, name: str
) -> None:
    path, body = asked(name, "[[http: 429 retry-after=7 not so fast]]", stream=True)

    answer = client.post(api.url + path, json=body)

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "7"
    assert answer.json()["error"]["message"] == "not so fast"


@pytest.mark.parametrize("name", APIS)
def test_a_cut_answer_breaks_off_after_the_first_words(
    api: ModelApi, client: httpx.Client, name: str
) -> None:
    path, body = asked(name, f"[[cut]][[say: {'word ' * 20}end]]", stream=True)

    received: list[bytes] = []
    with (
        client.stream("POST", api.url + path, json=body) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        received.extend(answer.iter_bytes())

    # `extend` keeps what came before the error.
    assert b"word" in b"".join(received)
    assert b"end" not in b"".join(received)


def test_a_flaky_api_answers_after_so_many_failures(api: ModelApi, client: httpx.Client) -> None:
    path, body = asked("chat", "[[flaky: 2]]", stream=False)

    assert [client.post(api.url + path, json=body).status_code for _ in range(3)] == [500, 500, 200]


def test_what_was_asked_is_kept(api: ModelApi, client: httpx.Client) -> None:
    path, body = asked("anthropic", "Look. [[say: a]]", stream=False, result=True)
    client.post(api.url + path, json=body, headers={"x-api-key": "k1"})
    path, body = asked("gemini", "Look again.", stream=False)
    client.post(f"{api.url}{path}?key=k2", json=body)

    first, second = api.requests
    assert (first.api, first.model, first.prompt) == ("anthropic", "model-x", "Look. [[say: a]]")
    assert (first.tools, first.results, first.credential) == (frozenset({"Read"}), 1, "k1")
    assert (second.api, second.model, second.credential) == ("gemini", "gemini-x", "k2")


def test_a_request_without_tools_is_a_side_matter(api: ModelApi, client: httpx.Client) -> None:
    path, body = asked("chat", "[[http: 500]]", stream=False)
    answer = client.post(api.url + path, json=body | {"tools": []})

    assert answer.status_code == 200


def test_a_hanging_answer_ends_with_the_stand_in(client: httpx.Client) -> None:
    with model_api() as api:
        path, body = asked("responses", f"[[stall]][[say: {'word ' * 20}]]", stream=True)
        request = client.build_request("POST", api.url + path, json=body)
        pieces = client.send(request, stream=True).iter_raw()
        assert b"response.created" in next(pieces)

    with pytest.raises(httpx.RemoteProtocolError):
        list(pieces)


def test_a_mark_that_is_none_fails_the_test_that_uses_it(client: httpx.Client) -> None:
    path, body = asked("chat", "[[sing: a song]]", stream=False)

    with (
        pytest.raises(ExceptionGroup) as raised,
        model_api() as api,
        contextlib.suppress(httpx.RemoteProtocolError),
    ):
        client.post(api.url + path, json=body)

    assert [str(error) for error in raised.value.exceptions] == ["there is no mark [[sing]]"]


def test_a_websocket_is_told_to_use_http(api: ModelApi, client: httpx.Client) -> None:
    answer = client.get(f"{api.url}/v1/responses", headers={"upgrade": "websocket"})

    assert answer.status_code == 426


def test_tokens_are_counted_without_being_answered(api: ModelApi, client: httpx.Client) -> None:
    counted = client.post(f"{api.url}/v1/messages/count_tokens", json={"messages": []})

    assert json.loads(counted.text)["input_tokens"] > 0
    assert api.requests == []
