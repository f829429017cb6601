"""Ids, headers and bodies that no client means to send: refused in a sentence, never a failure."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conselho.api.operations import OPERATIONS
from tests.support.server import Server, running

STREAM = "/api/councilors/events/stream"
READS = sorted(path for method, path in OPERATIONS if method == "GET" and path != STREAM)
WRITES = sorted((method, path) for method, path in OPERATIONS if method in ("POST", "PATCH"))
HEADERS = (
    "Accept", "Authorization", "Content-Type", "Cookie", "Host", "Idempotency-Key",
    "If-None-Match", "Origin", "X-Forwarded-For",
)  # fmt: skip

bounded = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    limits = {"CONSELHO_RATE_LIMITS": "writes=1000000, runs=1000000, failed_logins=1000000"}
    with running(tmp_path_factory.mktemp("target"), environ=limits) as server:
        server.promote("ana")
        yield server


@bounded
@given(path=st.sampled_from(READS), name=st.text(min_size=1, max_size=300))
@example(path="/api/agents/{agent_id}", name="\0")
@example(path="/api/tasks/{task_id}/log", name="../../etc/passwd")
@example(path="/api/tasks/{task_id}", name="a" * 300)
def test_any_text_may_be_an_id(target: Server, path: str, name: str) -> None:
    start, brace, rest = path.partition("{")
    end = rest.partition("}")[2]
    place = f"{start}{quote(name, safe='', errors='surrogatepass') if brace else ''}{end}"
    refused_or_done(target.api.get(place))


@bounded
@given(path=st.sampled_from(READS), query=st.binary(max_size=100))
@example(path="/api/tasks/{task_id}/log", query=b"follow=\xff")
def test_any_bytes_may_be_a_query(target: Server, path: str, query: bytes) -> None:
    url = httpx.URL(target.url, path=path.replace("{", "").replace("}", ""))
    refused_or_done(target.api.get(url.copy_with(query=quote(query, safe="=&%").encode())))


@bounded
@given(
    name=st.sampled_from(HEADERS),
    # What HTTP lets stand in a header.
    value=st.binary(max_size=200).map(
        lambda value: bytes(c for c in value if c >= 32 and c != 127)
    ),
)
@example(name="Cookie", value=b'conselho_session=\xff; a="')
@example(name="Host", value=b"[")
@example(name="Origin", value=b"http://[")
@example(name="Authorization", value=b"Bearer \xff")
def test_any_bytes_may_be_a_header(target: Server, name: str, value: bytes) -> None:
    refused_or_done(target.api.get("/api/tasks", headers=[(name.encode(), value.strip())]))


@bounded
@given(place=st.sampled_from(WRITES), body=st.binary(max_size=300))
@example(place=("POST", "/api/agents"), body=b"[" * 300)
@example(place=("POST", "/api/agents"), body=b'{"agent_id": "\\ud800"}')
@example(place=("POST", "/api/agents"), body=b'{"agent_id": 1e999, "name": NaN}')
@example(place=("POST", "/api/schedules/preview"), body=b'{"schedule": "\\ud800"}')
def test_any_bytes_may_be_a_body(target: Server, place: tuple[str, str], body: bytes) -> None:
    method, path = place
    path = path.replace("{agent_id}", "ana").replace("{", "").replace("}", "")
    answer = target.api.request(
        method, path, content=body, headers={"Content-Type": "application/json"}
    )
    refused_or_done(answer)


def refused_or_done(answer: httpx.Response) -> None:
    place = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    assert answer.status_code < 500, place
    if answer.status_code >= 400 and answer.headers.get("content-type") == "application/json":
        detail = answer.json()["detail"]
        assert isinstance(detail, str), place
        assert detail, place
