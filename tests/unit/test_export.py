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


@given(st.text(st.sampled_from([*FORMULA_SIGNS, *"a;\"' "])) | st.text())
def test_no_part_of_a_text_is_a_formula_whatever_a_spreadsheet_splits_at(text: str) -> None:
    told = str(harmless(text))

    assert not told.startswith(tuple(FORMULA_SIGNS))
    for separator in ";\t\r\n":
        for part in told.split(separator)[1:]:
            assert not part.lstrip('" ').startswith(tuple("=+-@"))
    assert told.replace("'", "") == text.replace("'", ""), "nothing but apostrophes was added"


@pytest.mark.parametrize("text", ["all is well", "3 < 4; 5 > 4", "a-b = c", "x;y", ""])
def test_a_text_without_danger_stays_as_it_is(text: str) -> None:
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
