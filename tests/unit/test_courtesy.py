"""Whom the writing of the event stream makes way for."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Receive, Scope, Send

from conselho.api import courtesy
from conselho.api.courtesy import Courtesy


class Answering:
    """An app whose answers take until `done`."""

    def __init__(self) -> None:
        self.courtesy = Courtesy()
        self.done = asyncio.Event()
        self._app = self.courtesy.towards(self.answer)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.done.wait()

    async def ask(self) -> asyncio.Task[None]:
        async def nothing(*_: object) -> None: ...

        asked = asyncio.ensure_future(self._app({"type": "http"}, nothing, nothing))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        return asked


async def test_it_is_due_from_a_request_to_its_answer() -> None:
    app = Answering()
    assert not app.courtesy.is_due()
    first, second = await app.ask(), await app.ask()
    assert app.courtesy.is_due()
    second.cancel()
    await asyncio.wait({second})
    assert app.courtesy.is_due()
    app.done.set()
    await first
    assert not app.courtesy.is_due()


async def test_who_waits_for_something_else_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courtesy, "SOON_SECONDS", 0.0)
    app = Answering()
    asked = await app.ask()
    assert not app.courtesy.is_due()
    app.done.set()
    await asked
