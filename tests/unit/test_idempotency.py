"""What is done with a key when the answer is not an ordinary one, over a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from conselho.api.idempotency import (
    ABANDONED_AFTER,
    HEADER,
    MOST_KEPT_BYTES,
    REPLAYED,
    Idempotency,
)
from conselho.models.access import Identity, Role
from conselho.store import Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import FakeClock

JSON = (b"content-type", b"application/json")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


class Office:
    """An application that answers as told, in two parts, and counts what it was asked."""

    def __init__(self, store: Store, *, alone: bool = False) -> None:
        self.carried_out: list[bytes] = []
        self.clock = FakeClock()
        self.identity: Identity | None = None
        self.fails: Exception | None = None
        self.answer: dict[str, Any] = {"status": 200, "headers": [JSON]}
        self.parts = [b'{"ok":', b"true}"]
        self.application: ASGIApp = self._carry_out
        self._app: ASGIApp = Idempotency(self._forward, store=store, clock=self.clock, alone=alone)

    async def ask(self, path: str = "/api/x", key: str = "k", body: bytes = b"{}") -> Any:
        transport = httpx.ASGITransport(app=self._identified, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
            return await client.post(path, content=body, headers={HEADER: key})

    async def _identified(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = {"identity": self.identity} if self.identity else {}
        await self._app({**scope, "state": state}, receive, send)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.application(scope, receive, send)

    async def _carry_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        self.carried_out.append(message["body"])
        if self.fails:
            raise self.fails
        await send({"type": "http.response.start", **self.answer})
        for n, part in enumerate(self.parts, 1):
            more = n < len(self.parts)
            await send({"type": "http.response.body", "body": part, "more_body": more})


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


@pytest.mark.parametrize("status", [200, 201, 202, 400, 404, 409, 422])
async def test_an_answer_that_stands_is_given_again(office: Office, status: int) -> None:
    office.answer = {"status": status, "headers": [JSON]}
    first, again = await office.ask(body=b"1"), await office.ask(body=b"1")
    assert office.carried_out == [b"1"]
    assert (first.status_code, first.text) == (again.status_code, again.text) == (
        status, '{"ok":true}',
    )  # fmt: skip
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert again.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "headers": [JSON]},
        {"status": 503, "headers": [JSON]},
        {"status": 303, "headers": [JSON]},
        {"status": 200, "headers": [(b"content-type", b"text/event-stream")]},
        {"status": 200, "headers": [JSON, (b"set-cookie", b"a=b")]},
        {"status": 200, "headers": []},
    ],
)
async def test_after_another_answer_the_request_is_carried_out_again(
    office: Office, answer: dict[str, Any]
) -> None:
    office.answer = answer
    for _ in range(2):
        response = await office.ask()
        assert (response.status_code, response.text) == (answer["status"], '{"ok":true}')
        assert REPLAYED not in response.headers
    assert len(office.carried_out) == 2


async def test_after_a_failure_the_request_is_carried_out_again(office: Office) -> None:
    office.fails = RuntimeError("the roof came down")
    assert (await office.ask()).status_code == 500
    office.fails = None
    assert (await office.ask()).status_code == 200
    assert len(office.carried_out) == 2


async def test_an_answer_that_is_too_long_is_not_given_again_nor_made_again(
    office: Office,
) -> None:
    office.parts = [b"[", b"1" * (MOST_KEPT_BYTES - 2), b"]"]
    assert len((await office.ask(key="fits")).content) == MOST_KEPT_BYTES
    assert len((await office.ask(key="fits")).content) == MOST_KEPT_BYTES
    office.parts = [b"[", b"1" * (MOST_KEPT_BYTES - 1), b"]"]
    assert len((await office.ask()).content) == MOST_KEPT_BYTES + 1
    again = await office.ask()
    assert (again.status_code, again.headers[REPLAYED]) == (409, "true")
    assert "carried out before, with status 200" in again.json()["detail"]
    assert len(office.carried_out) == 2


async def test_clients_do_not_meet_each_others_keys(office: Office) -> None:
    identities = [
        None,
        Identity(name="ci", role=Role.OPERATOR),
        Identity(name="ci", role=Role.OPERATOR, token_id="t1"),
        Identity(name="ci", role=Role.OPERATOR, token_id="t2"),
    ]
    for identity in identities:
        office.identity = identity
        assert REPLAYED not in (await office.ask()).headers
    for identity in identities:
        office.identity = identity
        assert REPLAYED in (await office.ask()).headers
    assert len(office.carried_out) == len(identities)


class Stopped(BaseException):
    """As for a task that is cancelled when its server stops."""


async def stops(scope: Scope, receive: Receive, send: Send) -> None:
    raise Stopped


async def test_a_request_that_nobody_finished_is_told_apart_from_one_that_is_slow(
    store: Store,
) -> None:
    office = Office(store)
    office.application = stops
    with pytest.raises(Stopped):
        await office.ask()
    answers = []
    for seconds in (ABANDONED_AFTER.total_seconds() - 1, 1):
        await office.clock.advance(seconds)
        answers.append(await office.ask())
    slow, gone = answers
    assert (slow.status_code, slow.headers["retry-after"]) == (409, "2")
    assert (gone.status_code, "retry-after" in gone.headers) == (409, False)
    assert "server stopped" in gone.json()["detail"]


async def test_a_server_that_is_alone_knows_at_once_that_nobody_carries_it_out(
    store: Store,
) -> None:
    office = Office(store, alone=True)
    asked = []

    async def asks_again(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(await office.ask())
        raise Stopped

    office.application = asks_again
    with pytest.raises(Stopped):
        await office.ask()
    gone = await office.ask()
    assert [answer.headers.get("retry-after") for answer in (*asked, gone)] == ["2", None]
    assert "server stopped" in gone.json()["detail"]


@pytest.mark.parametrize("path", ["/api/tokens", "/api/session", "/mcp"])
async def test_some_answers_are_nobodys_to_keep(office: Office, path: str) -> None:
    for _ in range(2):
        assert REPLAYED not in (await office.ask(path)).headers
    assert len(office.carried_out) == 2
