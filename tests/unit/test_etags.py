"""What the tag of a list is made of, with answers of any kind."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import ASGIApp

from conselho.api.etags import MOST_TAGGED_BYTES, ETags

KPIS = {
    "running": 1,
    "today": {"completed": 3, "uptime": {"percent": 99.5, "away_seconds": 60.0}},
    "days_7": {"uptime": None},
    "now": "2026-11-22T12:00:00Z",
    "last_event_id": "s-1",
}


async def get(app: ASGIApp, path: str, known: str | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(app=ETags(app))
    headers = {"If-None-Match": known} if known else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://lists") as client:
        return await client.get(path, headers=headers)


async def tag_of(document: Any, path: str = "/api/kpis") -> str:
    tag: str = (await get(JSONResponse(document), path)).headers["etag"]
    return tag


@pytest.mark.parametrize(
    "moment",
    [
        {"now": "2026-11-22T12:00:01Z"},
        {"last_event_id": "s-2"},
        {"today": {"completed": 3, "uptime": {"percent": 99.6, "away_seconds": 60.0}}},
    ],
)
async def test_what_changes_by_itself_changes_no_tag(moment: dict[str, Any]) -> None:
    assert await tag_of(KPIS | moment) == await tag_of(KPIS)


@pytest.mark.parametrize(
    "change",
    [
        {"running": 2},
        {"new": None},
        {"today": {"completed": 3, "uptime": {"percent": 99.5, "away_seconds": 61.0}}},
        {"today": {"completed": 4, "uptime": {"percent": 99.5, "away_seconds": 60.0}}},
        {"days_7": {"uptime": 0}},
        # Only where it is declared.
        {"today": KPIS["today"] | {"now": "2026-11-22T12:00:00Z"}},  # type: ignore[operator]
    ],
)
async def test_what_somebody_did_changes_it(change: dict[str, Any]) -> None:
    assert await tag_of(KPIS | change) != await tag_of(KPIS)


@pytest.mark.parametrize("document", [[], [1], None, "text", {"today": [1]}, {"today": "x"}])
async def test_an_answer_of_another_form_has_a_tag_too(document: Any) -> None:
    tag = await tag_of(document)
    assert (await get(JSONResponse(document), "/api/kpis", tag)).status_code == 304


async def test_an_answer_in_parts_is_tagged_as_one() -> None:
    async def parts() -> Any:
        for part in ("[1", ",2", "]"):
            yield part

    answer = await get(StreamingResponse(parts(), media_type="application/json"), "/api/agents")
    assert answer.text == "[1,2]"
    assert answer.headers["etag"] == await tag_of([1, 2], "/api/agents")


async def test_what_is_too_long_goes_out_part_by_part_and_whole() -> None:
    async def parts() -> Any:
        yield b'["' + b"x" * MOST_TAGGED_BYTES
        yield b"yz"
        yield b'"]'

    whole = StreamingResponse(parts(), media_type="application/json")
    answer = await get(whole, "/api/agents", "*")
    assert (answer.status_code, "etag" in answer.headers) == (200, False)
    assert json.loads(answer.content)[0].endswith("xyz")


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        (JSONResponse({}, 404), "/api/kpis"),
        (JSONResponse({}, 201), "/api/kpis"),
        (StreamingResponse(iter(["x"]), media_type="text/plain"), "/api/kpis"),
        (JSONResponse({}), "/api/kpis/"),
        (JSONResponse({}), "/api/tasks/t1"),
    ],
)
async def test_other_answers_pass_as_they_are(answer: ASGIApp, path: str) -> None:
    passed = await get(answer, path, "*")
    assert (passed.status_code, "etag" in passed.headers) == (
        getattr(answer, "status_code", 0),
        False,
    )
