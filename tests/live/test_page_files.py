"""What a browser gets of the built page: compressed, kept for ever or never, and the right kind."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import httpx
import pytest

from tests.support.server import Server, running

PAGE = Path(str(resources.files("conselho"))) / "web_dist"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not (PAGE / "index.html").is_file():
        pytest.skip("the page is not built: run `make page`")
    with running(tmp_path_factory.mktemp("served")) as server:
        yield server


def script(server: Server) -> str:
    """The address of the page's script."""
    found = re.search(r'src="(/assets/index-[^"]+\.js)"', server.api.get("/").text)
    assert found
    return found[1]


def raw(server: Server, path: str, accepted: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it travelled."""
    with server.api.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_a_script_travels_as_small_as_the_browser_takes_it(
    server: Server, accepted: str, coding: str | None
) -> None:
    path = script(server)
    whole = (PAGE / path.lstrip("/")).read_bytes()
    answer, body = raw(server, path, accepted)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"].lower() == "accept-encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-length"] == str(len(body))
    assert len(body) == len(whole) if coding is None else len(body) < len(whole) / 2
    if coding == "gzip":
        assert gzip.decompress(body) == whole


def test_what_has_not_changed_is_not_sent_again(server: Server) -> None:
    for path in ("/", script(server)):
        for accepted in ("br", "identity"):
            answer, _ = raw(server, path, accepted)
            headers = {"Accept-Encoding": accepted, "If-None-Match": answer.headers["etag"]}
            again = server.api.get(path, headers=headers)
            assert (again.status_code, again.content) == (304, b""), path


def test_the_entry_is_asked_for_anew_and_names_that_are_no_files_are_not_found(
    server: Server,
) -> None:
    entry = server.api.get("/")
    assert entry.headers["cache-control"] == "no-cache"
    assert entry.headers["content-type"] == "text/html; charset=utf-8"
    for path in (
        "/assets/none.js",
        "/assets/%00.js",
        f"/assets/{'x' * 300}.js",
        "/assets/..%2f.js",
    ):
        assert server.api.get(path).status_code == 404, path
