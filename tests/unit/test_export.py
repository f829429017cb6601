"""What goes into an exported file, and a reader that does not take it."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from conselho.api import export as exporting
from conselho.services.export import Part, csv_lines, harmless
from tests.support.factories import make_snapshot, make_task

FORMULA_SIGNS = "=+-@\t\r\n"


@given(st.text())
def test_a_text_that_might_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) in (text, f"'{text}")
    assert not str(harmless(text)).startswith(tuple(FORMULA_SIGNS))
    if text[:1].isalnum():
        assert harmless(text) == text


@pytest.mark.parametrize("value", [-9, -0.5, None, 3])
def test_numbers_stay_numbers(value: object) -> None:
    assert harmless(value) is value


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1))
def test_any_text_is_read_back_as_one_cell(text: str) -> None:
    task = make_task(snapshot=make_snapshot(title=text))
    written = csv_lines([task, task], [Part.PROMPT]).decode()
    first, second = csv.reader(io.StringIO(written, newline=""), strict=True)
    assert first == second
    assert first[3] == harmless(text)


async def test_who_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "STALLED_SECONDS", 0.01)
    is_cut = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"piece"

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    for version in ("2.3", "2.4"):
        is_cut.clear()
        scope = {
            "type": "http",
            "method": "GET",
            "asgi": {"spec_version": version},
            "conselho.abort": is_cut.set,
        }
        async with asyncio.timeout(30):
            await exporting.Download(pieces())(scope, receive, send)
        assert is_cut.is_set()


async def test_other_errors_of_a_download_are_not_hidden() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"piece"
        raise ValueError("no more")

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def send(message: Message) -> None:
        pass

    scope = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}}
    with pytest.raises(ValueError, match="no more"):
        await exporting.Download(pieces())(scope, receive, send)
