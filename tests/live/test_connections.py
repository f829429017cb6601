"""Connections that say nothing, or too slowly, do not stay."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState
from websockets.asyncio.client import connect

from conselho.api import bodies, connections
from conselho.api.connections import BoundedProtocol
from conselho.api.doors import Doors
from conselho.api.security import Guard
from conselho.api.serve import KEEPALIVE, listen
from conselho.api.sockets import BoundedSocket

DEADLINE_SECONDS = 30.0
MOST, MOST_OF_ADDRESS = 8, 6
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body of the request; a socket is opened and closed again."""
    message = await receive()
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
        return
    await PlainTextResponse(message["body"])(scope, receive, send)


@pytest.fixture
def doors() -> Doors:
    return Doors(MOST, of_address=MOST_OF_ADDRESS)


@pytest.fixture
async def port(doors: Doors) -> AsyncIterator[int]:
    config = uvicorn.Config(Guard(echo), log_config=None, lifespan="off", ws=BoundedSocket)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: BoundedProtocol(config, state, {}, doors=doors), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1]
    server.close()
    for connection in list(state.connections):
        connection.transport.abort()
    await server.wait_closed()
    await asyncio.gather(*state.tasks, return_exceptions=True)


async def said(port: int, *pieces: bytes) -> bytes:
    """Everything that the server answers to these bytes, until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_a_request_is_answered(port: int) -> None:
    answer = await said(
        port, HEAD, b"Content-Length: 5\r\nConnection: close\r\n\r\n", b"hel", b"lo"
    )

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\nhello")


async def test_a_head_that_does_not_end_is_let_go(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)

    answer = await said(port, HEAD)

    # Nothing at all where the server was faster than these few bytes.
    assert answer.startswith(b"HTTP/1.1 408 ") or answer == b""


async def test_a_connection_without_a_word_is_let_go_without_one(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)

    assert await said(port) == b""


async def test_a_body_that_does_not_end_is_let_go(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.1)

    answer = await said(port, HEAD + b"Content-Length: 5\r\n\r\nhel")

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"did not arrive within" in answer


@pytest.mark.parametrize(
    "request_and_more",
    [
        (b"POST / HTTP/1.1\r\nHost: elsewhere\r\nContent-Length: 9\r\n\r\n", b"h"),
        (HEAD + b"Content-Length: 2\r\n\r\nhi", b"\r\n"),
    ],
    ids=["the rest of a body", "a blank line"],
)
async def test_who_says_little_after_an_answer_is_let_go(
    port: int, monkeypatch: pytest.MonkeyPatch, request_and_more: tuple[bytes, bytes]
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    request, more = request_and_more
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(DEADLINE_SECONDS):
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        writer.write(more)
        await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 ")


async def test_a_head_that_is_too_long_is_cut_off(port: int) -> None:
    answer = await said(port, HEAD, b"X-Long: ", b"x" * 2 * connections.MAX_HEAD_BYTES)

    assert answer.startswith(b"HTTP/1.1 431 ") or answer == b""


async def test_a_long_body_is_no_long_head(port: int) -> None:
    size = 3 * connections.MAX_HEAD_BYTES
    rest = f"Content-Length: {size}\r\nConnection: close\r\n\r\n".encode()

    answer = await said(port, HEAD + rest, b"x" * size)

    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_two_requests_on_one_connection_are_both_answered(port: int) -> None:
    first = HEAD + b"Content-Length: 2\r\n\r\nhi"
    second = HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\nho"

    answer = await said(port, first + second)

    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert answer.endswith(b"ho")


async def test_who_is_one_too_many_is_told_and_others_are_answered_again(port: int) -> None:
    waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_OF_ADDRESS)]

    answer = await said(port)
    for _, writer in waiting:
        writer.close()
        await writer.wait_closed()
    again = await said_when_let_in(port, HEAD + b"Content-Length: 0\r\nConnection: close\r\n\r\n")

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 429 ")
    assert b"\r\nretry-after: 30" in head
    assert "too many connections from this address" in json.loads(body)["detail"]
    assert again.startswith(b"HTTP/1.1 200 ")


async def said_when_let_in(port: int, request: bytes) -> bytes:
    """The answer, once the server has noticed that others left."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        answer = b""
        while not answer or answer.startswith(b"HTTP/1.1 429 "):
            answer = await said(port, request)
        return answer


async def test_a_connection_that_becomes_a_socket_is_counted_until_it_closes(
    port: int, doors: Doors
) -> None:
    for _ in range(2 * MOST_OF_ADDRESS):
        async with connect(f"ws://localhost:{port}/", proxy=None) as client:
            assert doors.now >= 1
            await client.wait_closed()
    answer = await said_when_let_in(port, HEAD + b"Content-Length: 0\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert doors.now == 0


def test_silent_connections_are_asked_whether_anybody_is_there() -> None:
    with listen("127.0.0.1", 0) as listener:
        listener.setblocking(True)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            if hasattr(socket, "TCP_KEEPIDLE"):
                idle = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
                assert idle == KEEPALIVE["TCP_KEEPIDLE"]
