"""The gate without a server: what it counts, and what it tells those who guess."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from conselho.api.gate import Gate
from conselho.api.rate_limits import RateLimits
from conselho.config import Secret
from conselho.services.access import Access
from tests.support.clock import FakeClock
from tests.support.stores import open_store

MOST = 2


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("in")(scope, receive, send)


async def status_of(gate: Gate, secret: str, path: str = "/api/tasks", query: bytes = b"") -> int:
    """What somebody with this token is answered."""
    answers: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answers.append(message["status"])

    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query,
        "headers": [(b"authorization", f"Bearer {secret}".encode())],
        "client": ("192.0.2.7", 1),
    }
    await gate(scope, receive, send)
    return answers[0]


@pytest.mark.parametrize(
    ("path", "query", "endless"),
    [
        ("/api/tasks/a/log", b"follow=1", True),
        ("/api/tasks/a/log", b"x=1&%66ollow=true", True),
        ("/api/tasks/a/log", b"offset=1", False),
        ("/api/tasks", b"follow=1", False),
    ],
)
async def test_what_goes_on_for_long_is_counted_however_it_is_written(
    tmp_path: Path, path: str, query: bytes, endless: bool
) -> None:
    clock = FakeClock()
    async with open_store("sqlite", tmp_path) as store:
        access = Access(store, clock, admin_token=Secret("right"), login_required=True)
        gate = Gate(behind, access, RateLimits({"streams": 1}), clock)

        found = [await status_of(gate, "right", path, query) for _ in range(2)]

    assert found == [200, 429 if endless else 200]


async def test_guesses_that_come_together_are_answered_no_oftener(tmp_path: Path) -> None:
    clock = FakeClock()
    async with open_store("sqlite", tmp_path) as store:
        access = Access(store, clock, admin_token=Secret("right"), login_required=True)
        gate = Gate(behind, access, RateLimits({"failed_logins": MOST}), clock)
        # The tokens are read for the first of them, and all the others wait for that.
        guesses = [f"wrong {number}" for number in range(20)]
        found = await asyncio.gather(*(status_of(gate, guess) for guess in guesses))
        right = await status_of(gate, "right")

    assert found.count(401) == MOST
    assert found.count(429) == len(guesses) - MOST
    assert right == 429
