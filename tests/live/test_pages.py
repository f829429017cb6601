"""Pages of /api/tasks over HTTP: by cursor, while executions arrive, and with all filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.server import Server, running

RUNS = 5


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where Ana ran RUNS times and said that all is well."""
    with running(tmp_path_factory.mktemp("busy")) as server:
        server.promote("ana")
        for _ in range(RUNS):
            server.call("ana")
        yield server


def all_pages(server: Server, **query: Any) -> list[str]:
    """The ids of all executions, page by page, from the first page or from `cursor` on."""
    found: list[str] = []
    for _ in range(100):
        page = server.get("/api/tasks", **query)
        found += [row["task_id"] for row in page["tasks"]]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]
    raise AssertionError("the pages have no end")


def test_a_cursor_leads_through_all_of_them_while_others_arrive(busy: Server) -> None:
    before = [row["task_id"] for row in busy.get("/api/tasks", limit=500)["tasks"]]
    first = busy.get("/api/tasks", limit=2)
    arrived = busy.call("ana")["task_id"]
    assert arrived not in before
    rest = all_pages(busy, limit=2, cursor=first["next_cursor"])
    assert [row["task_id"] for row in first["tasks"]] + rest == before


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "ALL IS WELL"}, True),
        ({"q": "nobody says this"}, False),
        ({"q": "  "}, True),
        (
            {
                "agent_id": "ana",
                "status": ["completed", "error"],
                "trigger": "manual",
                "severity": "success",
                "since": "2020-01-01T00:00:00Z",
                "until": "2999-01-01T00:00:00Z",
                "q": "well",
            },
            True,
        ),
        ({"agent_id": "ana", "severity": "error", "q": "well"}, False),
    ],
)
def test_filters_can_be_combined_and_paged(
    busy: Server, query: dict[str, Any], found: bool
) -> None:
    whole = [row["task_id"] for row in busy.get("/api/tasks", limit=500, **query)["tasks"]]
    assert bool(whole) is found
    assert all_pages(busy, limit=2, **query) == whole


@pytest.mark.parametrize("cursor", ["x", "MTI=", "null", "é", "\0"])
def test_a_cursor_of_somebody_elses_is_refused(busy: Server, cursor: str) -> None:
    answer = busy.api.get("/api/tasks", params={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "cursor"
