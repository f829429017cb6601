"""Every route, asked by nobody and with each role: the table of api/roles.py is what happens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from conselho.api.app import make_app
from conselho.api.context import Context
from conselho.api.doors import Doors
from conselho.api.front import SOCKET_PATH, STREAM_PATH
from conselho.api.mcp import PATH as MCP_PATH
from conselho.api.roles import ROLES, role_for, route_of
from conselho.api.stream import Hub
from conselho.config import load_settings
from conselho.models.access import Role
from conselho.services.data_dir import DataDir
from conselho.wiring.system import open_system
from tests.support.server import DEADLINE_SECONDS, Server, running

ADMIN = "the-admin-of-the-settings"
PAGE = ("MOUNT", "")
# They go on until the client leaves, so only their beginning is asked for.
ENDLESS = {STREAM_PATH, SOCKET_PATH}

Entry = tuple[str, str]


def entries(routes: Sequence[BaseRoute]) -> Iterator[Entry]:
    """Method and path of all that is there, as the table names them."""
    for route in routes:
        if hasattr(route, "effective_candidates"):  # a router that was included
            yield from entries([*route.effective_candidates()])
        elif (inner := getattr(route, "starlette_route", None)) is not None:
            yield from entries([inner])
        elif isinstance(route, Mount):
            yield "MOUNT", route.path
        elif isinstance(route, WebSocketRoute):
            yield "WEBSOCKET", route.path
        else:
            path, methods = getattr(route, "path", None), getattr(route, "methods", None)
            assert path is not None, f"a kind of route that this test does not know: {route!r}"
            for method in sorted(methods or ["ANY"]):
                if method != "HEAD":
                    yield method, path


async def served(tmp_path: Path) -> set[Entry]:
    """All routes of a server, those beside the application too."""
    settings, _ = load_settings({"data_dir": tmp_path / "data"}, environ={}, cwd=tmp_path)
    data_dir = DataDir(settings.data_dir)
    data_dir.acquire()
    try:
        system = await open_system(settings, data_dir)
        hub = Hub(system.store, system.store.identity, system.clock)
        found = set(entries(make_app(Context(system, hub, Doors(9, of_address=9))).routes))
        await system.store.close()
    finally:
        data_dir.release()
    beside = {("GET", STREAM_PATH), ("WEBSOCKET", SOCKET_PATH), ("MOUNT", MCP_PATH)}
    return found | beside | {("GET", "/healthz")}


async def test_every_route_stands_in_the_table_and_no_other(tmp_path: Path) -> None:
    found = await served(tmp_path)
    assert len(found) > 40

    assert found - ROLES.keys() - {PAGE} == set()
    # The page is a mount; its files stand in the table one by one.
    page = {("GET", "/"), ("GET", "/index.html"), ("GET", "/assets/{path:path}")}
    assert ROLES.keys() - found - page == set()


def test_a_route_that_is_new_is_missed(tmp_path: Path) -> None:
    async def nothing(*_: Any) -> None: ...

    new = [Route("/api/new", nothing, methods=["GET"]), Mount("/new", nothing)]

    assert set(entries(new)) - ROLES.keys() == {("GET", "/api/new"), ("MOUNT", "/new")}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_what_nobody_knows_is_an_admins_to_change(method: str) -> None:
    assert role_for(method, "/api/nowhere") is Role.ADMIN


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "WEBSOCKET"])
def test_what_nobody_knows_is_a_viewers_to_read(method: str) -> None:
    assert role_for(method, "/api/nowhere") is Role.VIEWER


@pytest.mark.parametrize("entry", sorted(ROLES), ids=" ".join)
def test_a_request_falls_under_its_own_entry(entry: Entry) -> None:
    method, template = entry
    assert route_of("POST" if method == "MOUNT" else method, concrete(template)) == entry


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environ = {
        "CONSELHO_REQUIRE_LOGIN": "true",
        "CONSELHO_ADMIN_TOKEN": ADMIN,
        "CONSELHO_RATE_LIMITS": "writes=10000, runs=10000, streams=10000",
    }
    with running(tmp_path_factory.mktemp("server"), environ=environ) as server:
        yield server


@pytest.fixture(scope="module")
def secrets(server: Server) -> dict[Role | None, str | None]:
    """A token of each role, and none for nobody."""
    found: dict[Role | None, str | None] = {None: None}
    for role in Role:
        answer = server.api.post(
            "/api/tokens", json={"role": role, "name": role}, headers=headers(ADMIN)
        )
        found[role] = answer.json()["secret"]
    return found


@pytest.mark.parametrize("who", [None, *Role], ids=lambda role: role or "nobody")
@pytest.mark.parametrize(
    "entry", sorted(key for key, role in ROLES.items() if role is not None), ids=" ".join
)
def test_each_role_may_do_what_the_table_says(
    server: Server, secrets: dict[Role | None, str | None], entry: Entry, who: Role | None
) -> None:
    needed = ROLES[entry]
    assert needed is not None

    status, detail = asked(server, entry, secrets[who])

    if who is None:
        assert status == 401
    elif who.covers(needed):
        assert status not in (401, 403), detail
    else:
        assert status == 403
        assert f"needs the role {needed.value}" in detail


def asked(server: Server, entry: Entry, secret: str | None) -> tuple[int, str]:
    """Status and body of a request for nothing that is there."""
    method, template = entry
    if method == "WEBSOCKET":
        url = server.url.replace("http://", "ws://") + template
        try:
            with connect(url, proxy=None, additional_headers=headers(secret)):
                return 101, ""
        except InvalidStatus as refused:
            return refused.response.status_code, (refused.response.body or b"").decode()
    request = server.api.build_request(
        "POST" if method == "MOUNT" else method,
        concrete(template),
        headers=headers(secret),
        timeout=DEADLINE_SECONDS,
    )
    response: httpx.Response = server.api.send(request, stream=template in ENDLESS)
    if template in ENDLESS and response.status_code == 200:
        response.close()
        return 200, ""
    return response.status_code, response.read().decode()


def headers(secret: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"} if secret else {}


def concrete(template: str) -> str:
    """A path of this template; what it names is not there."""
    return re.sub(r"\{\w+(:path)?\}", "nothing-of-ours", template)
