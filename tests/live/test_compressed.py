"""What travels compressed between a server and a page: lists of JSON, and nothing that is live."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.server import Server, running

TAKES = {"Accept-Encoding": "gzip, deflate, br, zstd", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("served")
    with running(folder) as server:
        for number in range(3):
            server.promote(f"agent-{number}")
        yield server


def raw(server: Server, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it travelled."""
    with server.api.stream("GET", path, headers=TAKES | headers) as answer:
        return answer, b"".join(answer.iter_raw())


def test_a_list_travels_compressed_and_is_the_same_list(server: Server) -> None:
    path = "/api/councilors"
    plain, whole = raw(server, path, **{"Accept-Encoding": "identity"})
    answer, body = raw(server, path)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-length"] == str(len(body))
    assert len(body) < len(whole) / 2
    assert abs(len(gzip.decompress(body)) - len(whole)) < 20  # `now` may end in fewer digits
    assert "content-encoding" not in plain.headers
    # One tag for both, by the weak comparison: they say the same of the council.
    assert answer.headers["etag"] == plain.headers["etag"]
    again, nothing = raw(server, path, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, nothing) == (304, b"")


def test_streams_and_logs_come_as_they_are_made(server: Server) -> None:
    task = server.call("agent-0")
    for path in (f"/api/tasks/{task['task_id']}/log", "/api/councilors/events/stream"):
        with server.api.stream("GET", path, headers=TAKES) as answer:
            assert "content-encoding" not in answer.headers, path
            assert answer.status_code == 200
            assert b"\x1f\x8b" not in next(answer.iter_raw()), path
