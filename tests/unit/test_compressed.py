"""Which answers are compressed, and for whom."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import pytest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message

from conselho.api.compressed import LEAST_BYTES, THREAD_BYTES, Compressed

LIST = [{"agent_id": f"councilor-{number}", "severity": "success"} for number in range(100)]
JSON = "application/json"


async def answer(
    app: ASGIApp, *, method: str = "GET", accepted: str = "gzip, deflate, br", site: str = ""
) -> list[Message]:
    """Every message as it was sent."""
    headers = [(b"accept-encoding", accepted.encode())]
    if site:
        headers.append((b"sec-fetch-site", site.encode()))
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()  # the client stays
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/api/councilors", "headers": headers}
    await Compressed(app)(scope, receive, send)
    return sent


def headers_of(sent: list[Message]) -> dict[bytes, bytes]:
    return dict(sent[0]["headers"])


def is_compressed(sent: list[Message]) -> bool:
    return headers_of(sent).get(b"content-encoding") == b"gzip"


@pytest.mark.parametrize("times", [1, 2 * THREAD_BYTES // len(json.dumps(LIST))])
async def test_a_list_is_sent_smaller_and_says_so(times: int) -> None:
    app = JSONResponse(LIST * times, headers={"etag": 'W/"1"'})
    start, body = sent = await answer(app)
    headers = headers_of(sent)
    assert is_compressed(sent)
    assert json.loads(gzip.decompress(body["body"])) == LIST * times
    assert len(body["body"]) < len(app.body) / 3
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    assert headers[b"vary"].lower() == b"accept-encoding"
    assert headers[b"etag"] == b'W/"1"'
    assert start["status"] == 200


@pytest.mark.parametrize(
    "app",
    [
        JSONResponse("x" * (LEAST_BYTES - 3)),  # with its two quotes, one byte less than the least
        Response("x" * 10_000, media_type="text/plain"),
        Response(b"\n" * 10_000, media_type="text/event-stream"),
        Response(b"x" * 10_000, media_type=JSON, headers={"content-encoding": "br"}),
        Response(status_code=304),
    ],
    ids=["short", "text", "stream", "compressed already", "not modified"],
)
async def test_everything_else_is_sent_as_it_is(app: Response) -> None:
    sent = await answer(app)
    assert sent[1]["body"] == app.body
    assert headers_of(sent) == dict(app.raw_headers)


async def test_the_shortest_that_is_compressed_has_a_thousand_bytes() -> None:
    assert is_compressed(await answer(JSONResponse("x" * (LEAST_BYTES - 2))))


async def test_what_comes_in_parts_is_passed_on_part_by_part() -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 10_000

    sent = await answer(StreamingResponse(parts(), media_type=JSON))
    assert [len(message["body"]) for message in sent[1:]] == [10_000, 10_000, 10_000, 0]
    assert not is_compressed(sent)


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0, br"])
async def test_who_takes_no_gzip_gets_none(accepted: str) -> None:
    assert not is_compressed(await answer(JSONResponse(LIST), accepted=accepted))


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_the_page_s_own_requests_are_compressed(site: str) -> None:
    assert is_compressed(await answer(JSONResponse(LIST), site=site))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "of-a-later-standard"])
async def test_no_other_site_learns_from_the_length_of_an_answer(site: str) -> None:
    """It could have the browser ask for words, and see which of them make the answer shorter."""
    assert not is_compressed(await answer(JSONResponse(LIST), site=site))


async def test_what_is_told_once_is_not_compressed() -> None:
    """The secret of a new token is in the answer to a POST."""
    assert not is_compressed(await answer(JSONResponse(LIST), method="POST"))
