"""The server behind nginx and behind Caddy, each with its file of deploy/."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.support import postgresql
from tests.support.reverse_proxies import (
    AT_ONCE_SECONDS,
    ReverseProxy,
    Start,
    caddy,
    nginx,
    resolved,
    why_missing,
)
from tests.support.server import (
    DEADLINE_SECONDS,
    Listener,
    Server,
    eventually,
    free_port,
    running,
)
from tests.support.stores import store_url

ADMIN = "the-admin-of-the-settings"
SETTINGS = {
    "CONSELHO_REQUIRE_LOGIN": "true",
    "CONSELHO_ADMIN_TOKEN": ADMIN,
    "CONSELHO_HOSTS": "council.example",
    "CONSELHO_TRUSTED_PROXIES": "127.0.0.1",
    "CONSELHO_RATE_LIMITS": "failed_logins=3, writes=1000",
}
AS_ADMIN = {"Authorization": f"Bearer {ADMIN}"}
STREAM = "/api/councilors/events/stream"
PROXIES: dict[str, Start] = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module", params=PROXIES)
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    name: str = request.param
    if missing := why_missing(name):
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with resolved():
        yield PROXIES[name]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with conselho(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(
    start: Start, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ReverseProxy]:
    with start(tmp_path_factory.mktemp("proxy") / "one", servers=[server.url]) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def lasting(proxy: ReverseProxy) -> Iterator[Listener]:
    """A stream that is opened before all others, and read when they are done."""
    with listening(proxy) as stream:
        yield stream


@pytest.fixture
def browser(proxy: ReverseProxy, lasting: Listener) -> Iterator[httpx.Client]:
    with proxy.browser(AS_ADMIN) as browser:
        yield browser


@contextmanager
def conselho(folder: Path, **environ: str) -> Iterator[Server]:
    """A server that asks for a login, on a port that it keeps."""
    folder.mkdir(exist_ok=True)
    port = ["--port", str(free_port())]
    with running(folder, environ=SETTINGS | environ, arguments=port) as server:
        server.api.headers.update(AS_ADMIN)
        yield server


@contextmanager
def listening(
    proxy: ReverseProxy, last_event_id: str | None = None, *, wait: float = DEADLINE_SECONDS
) -> Iterator[Listener]:
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    with (
        proxy.browser(AS_ADMIN, wait=wait) as browser,
        browser.stream("GET", STREAM, headers=headers) as response,
    ):
        assert response.status_code == 200
        assert "content-encoding" not in response.headers
        yield Listener(response)


# -- pages and requests --------------------------------------------------------------------------


def test_the_page_loads_over_tls(proxy: ReverseProxy) -> None:
    with proxy.browser() as browser:
        page = browser.get("/")

    assert page.status_code == 200
    assert '<div id="app">' in page.text or "<script" in page.text
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_a_login_makes_a_secure_cookie_that_works(proxy: ReverseProxy) -> None:
    with proxy.browser({"Origin": proxy.url}) as browser:
        before = browser.get("/api/councilors")
        login = browser.post("/api/session", json={"token": ADMIN})
        after = browser.get("/api/councilors")

    assert (before.status_code, login.status_code, after.status_code) == (401, 200, 200)
    cookie = login.headers["set-cookie"].lower()
    assert "secure" in cookie
    assert "httponly" in cookie


def test_a_page_of_another_site_is_refused(proxy: ReverseProxy) -> None:
    with proxy.browser({"Origin": "https://evil.example"} | AS_ADMIN) as browser:
        answer = browser.get("/api/councilors")

    assert answer.status_code == 403


def test_answers_of_the_api_are_compressed(browser: httpx.Client) -> None:
    answer = browser.get("/openapi.json")

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["openapi"]


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with its length", "chunked"])
def test_a_body_over_the_limit_is_refused_in_a_sentence(
    browser: httpx.Client, is_chunked: bool
) -> None:
    body = json.dumps({"agent_id": "big", "instructions": "x" * 1_100_000}).encode()
    pieces = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    answer = browser.post(
        "/api/agents",
        content=pieces if is_chunked else body,
        headers={"Content-Type": "application/json"},
    )

    # A proxy may take it for a fault of the server's; it must not take it away from others.
    assert browser.get("/healthz").status_code == 200
    assert answer.status_code == 413
    assert "1000000 bytes" in answer.json()["detail"]


@pytest.mark.parametrize(("size", "status"), [(1_000_000, 422), (1_000_001, 413)])
def test_the_limit_is_the_same_to_the_byte_as_without_a_proxy(
    browser: httpx.Client, size: int, status: int
) -> None:
    answer = browser.post(
        "/api/agents", content=b"{}".ljust(size), headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == status


def test_connections_to_the_server_are_used_again(browser: httpx.Client, server: Server) -> None:
    browser.get("/api/councilors")
    before = connections(server)
    for _ in range(20):
        assert browser.get("/api/councilors").status_code == 200

    # A machine that stalls for four seconds may cost one.
    assert len(connections(server) - before) <= 2


# -- what comes as it is made --------------------------------------------------------------------


def test_an_event_comes_before_anything_could_push_it(
    proxy: ReverseProxy, server: Server, start: Start
) -> None:
    with listening(proxy, wait=AT_ONCE_SECONDS) as stream:
        name = f"small-{start.__name__}"
        server.promote(name)
        event = stream.until("councilor_updated")

    assert event.data["agent"]["agent_id"] == name


def test_a_followed_log_comes_line_by_line(
    browser: httpx.Client, server: Server, tmp_path: Path, start: Start
) -> None:
    gate = tmp_path / "gate"
    script = f"echo first; until [ -e {gate} ]; do sleep 0.05; done; echo last"
    agent_id = f"slow-{start.__name__}"
    server.promote(agent_id, ["sh", "-c", script])
    task_id = server.begin(agent_id)
    with browser.stream("GET", f"/api/tasks/{task_id}/log", params={"follow": 1}) as log:
        pieces = log.iter_text()
        said = ""
        while "first" not in said:
            said += next(pieces)
        assert "last" not in said
        gate.touch()
        said += "".join(pieces)

    assert said.endswith("last\n")


def test_older_clients_hear_over_their_websocket(
    proxy: ReverseProxy, server: Server, start: Start
) -> None:
    url = proxy.url.replace("https://", "wss://") + "/ws/gamification"
    agent_id = f"older-{start.__name__}"
    server.promote(agent_id)
    with connect(
        url, ssl=proxy.trust, additional_headers=AS_ADMIN, origin=Origin(proxy.url), proxy=None
    ) as socket:
        connected = json.loads(socket.recv(timeout=DEADLINE_SECONDS))
        server.call(agent_id)
        # The end of another test's run may come first.
        told = {"data": connected["data"]}
        while told["data"].get("councilor_id") != agent_id:
            told = json.loads(socket.recv(timeout=DEADLINE_SECONDS))

    assert (connected["type"], told["type"]) == ("connected", "councilor_started")


# -- leaving and coming back ---------------------------------------------------------------------


def test_the_server_is_rid_of_who_has_left(
    proxy: ReverseProxy, browser: httpx.Client, server: Server, start: Start
) -> None:
    agent_id = f"silent-{start.__name__}"
    server.promote(agent_id, ["sh", "-c", "echo here; exec sleep 600"])
    task_id = server.begin(agent_id)
    before = open_streams(server)
    try:
        with ExitStack() as opened:
            for _ in range(3):
                opened.enter_context(listening(proxy))
            # Nothing more is printed: no write could tell the proxy that its reader is gone.
            follow = browser.stream("GET", f"/api/tasks/{task_id}/log", params={"follow": 1})
            log = opened.enter_context(follow).iter_text()
            assert "here" in next(log)
            eventually(lambda: open_streams(server) == before + 4, "all are there")
        eventually(lambda: open_streams(server) == before, "all have left")
    finally:
        server.post(f"/api/tasks/{task_id}/cancel")


def test_a_client_resumes_after_the_proxy_was_away(
    start: Start, server: Server, tmp_path: Path
) -> None:
    with start(tmp_path / "own", servers=[server.url]) as own:
        with listening(own) as stream:
            server.promote(f"before-{start.__name__}")
            heard = stream.until("councilor_updated")
            own.stop()
        server.promote(f"meanwhile-{start.__name__}")
        own.start()
        with listening(own, heard.event_id) as stream:
            server.promote(f"after-{start.__name__}")
            names = seated(stream, 2)

    assert names == [f"meanwhile-{start.__name__}", f"after-{start.__name__}"]


def test_a_client_resumes_after_the_server_was_away(start: Start, tmp_path: Path) -> None:
    with (
        conselho(tmp_path) as server,
        start(tmp_path / "own", servers=[server.url]) as own,
        own.browser(AS_ADMIN) as browser,
    ):
        with listening(own) as stream:
            server.promote("before")
            heard = stream.until("councilor_updated")
            server.kill()
        away = browser.get("/api/councilors")
        server.start()
        server.api.headers.update(AS_ADMIN)
        server.promote("after")
        # It may take the proxy a moment to ask again.
        eventually(lambda: browser.get("/healthz").status_code == 200, "it is found again")
        with listening(own, heard.event_id) as stream:
            names = seated(stream, 1)

    assert away.status_code in (502, 503)
    assert "No server of the council answers" in away.json()["detail"]
    assert away.headers["retry-after"] == "5"
    assert names == ["after"]


# -- whose address it is -------------------------------------------------------------------------


def test_failed_logins_count_for_the_address_that_the_proxy_saw(
    start: Start, tmp_path: Path
) -> None:
    def wrong(proxy: ReverseProxy, address: str) -> int:
        said = {"X-Forwarded-For": address, "Forwarded": f"for={address}"}
        with proxy.browser(said) as browser:
            return browser.post("/api/session", json={"token": "no such token"}).status_code

    with conselho(tmp_path) as server:
        with start(tmp_path / "balanced", servers=[server.url], behind_balancer=True) as proxy:
            balanced = [wrong(proxy, "203.0.113.1") for _ in range(4)]
            other = wrong(proxy, "203.0.113.2")
        with start(tmp_path / "first", servers=[server.url]) as proxy:
            forged = [wrong(proxy, f"203.0.113.{number}") for number in range(3, 7)]

    assert balanced == [401, 401, 401, 429]
    assert other == 401
    assert forged == [401, 401, 401, 429]


# -- several servers -----------------------------------------------------------------------------


async def test_one_address_stays_with_one_server_and_goes_to_the_next_when_it_ends(
    start: Start, tmp_path: Path
) -> None:
    if missing := postgresql.why_missing():
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    async with store_url("postgresql", tmp_path) as url:
        with ExitStack() as opened:
            servers = [
                opened.enter_context(conselho(tmp_path / name, CONSELHO_DATABASE_URL=url))
                for name in ("ana", "bia")
            ]
            places = [server.url for server in servers]
            proxy = opened.enter_context(start(tmp_path / "own", servers=places))
            browser = opened.enter_context(proxy.browser({"Origin": proxy.url}))

            # Sessions are of one server: with the other one this would be 401.
            assert logged_in(browser) == 200
            stayed = {browser.get("/api/tokens").status_code for _ in range(6)}
            with listening(proxy) as stream:
                servers[0].promote("before")
                heard = stream.until("councilor_updated")
                [first] = [server for server in servers if open_streams(server)]
                first.kill()
            [second] = [server for server in servers if server is not first]
            second.promote("after")
            gone_on = browser.get("/healthz").status_code
            login = logged_in(browser)
            with listening(proxy, heard.event_id) as stream:
                names = seated(stream, 1)

    assert stayed == {200}
    assert (gone_on, login) == (200, 200)
    assert names == ["after"]


# -- time ----------------------------------------------------------------------------------------


def test_a_heartbeat_passes_on_a_stream_that_has_lasted(lasting: Listener) -> None:
    assert lasting.until("heartbeat").data["timestamp"]


def seated(stream: Listener, count: int) -> list[str]:
    """Who is seated in the next events that tell of a seat; none may have been lost before."""
    events = [stream.until("councilor_updated") for _ in range(count)]
    assert "reset" not in {event.type for event in stream.heard}
    return [event.data["agent"]["agent_id"] for event in events]


def logged_in(browser: httpx.Client) -> int:
    return browser.post("/api/session", json={"token": ADMIN}).status_code


def open_streams(server: Server) -> int:
    text = server.api.get("/metrics").text
    for family in text_string_to_metric_families(text):
        if family.name == "conselho_streams":
            return int(family.samples[0].value)
    raise AssertionError(text)


def connections(server: Server) -> set[tuple[str, int]]:
    """The other ends of the server's connections."""
    port = int(server.url.rpartition(":")[2])
    found = psutil.Process(server.pid).net_connections("tcp")
    return {tuple(c.raddr) for c in found if c.raddr and c.laddr.port == port}
