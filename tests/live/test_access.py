"""A server that asks for a login: who gets in, how, for how long, and what keeps others out."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.live_server import run
from tests.support.server import DEADLINE_SECONDS, Json, Server, eventually, running, serve_and_fail

ADMIN = "the-admin-of-the-settings"
SETTINGS = {
    "CONSELHO_REQUIRE_LOGIN": "true",
    "CONSELHO_ADMIN_TOKEN": ADMIN,
    "CONSELHO_HOSTS": "council.example",
    "CONSELHO_TRUSTED_PROXIES": "127.0.0.1",
    "CONSELHO_RATE_LIMITS": "failed_logins=3, writes=4, streams_at_once=1",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), environ=SETTINGS) as server:
        yield server


@pytest.fixture
def nobody(server: Server, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A browser that has not logged in, at an address of its own."""
    with browser(server, address_of(request)) as client:
        yield client


def address_of(request: pytest.FixtureRequest) -> str:
    number = sum(request.node.name.encode())
    return f"198.51.{number // 256 % 256}.{number % 256}"


def browser(server: Server, address: str = "198.51.100.1", **headers: str) -> httpx.Client:
    given = {"X-Forwarded-For": address} | headers
    return httpx.Client(base_url=server.url, headers=given, timeout=DEADLINE_SECONDS)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def issued(server: Server, name: str, role: str = "operator", **fields: Any) -> Json:
    # Each with an address of its own, so that these changes are not counted together.
    with browser(server, f"203.0.113.{sum(name.encode()) % 256}", **bearer(ADMIN)) as admin:
        answer = admin.post("/api/tokens", json={"name": name, "role": role} | fields)
    assert answer.status_code == 201, answer.text
    created: Json = answer.json()
    return created


# -- starting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "environ", "word"),
    [
        (["--host", "0.0.0.0"], {}, "0.0.0.0 is not a loopback address"),
        ([], {"CONSELHO_REQUIRE_LOGIN": "true"}, "require_login: it is on"),
    ],
)
def test_a_server_that_nobody_could_log_in_to_refuses_to_start(
    tmp_path: Path, arguments: list[str], environ: dict[str, str], word: str
) -> None:
    done = serve_and_fail(tmp_path, "--port", "0", *arguments, environ=environ)

    assert done.returncode == 2
    assert done.stdout == ""
    assert word in done.stderr
    assert "conselho token create" in done.stderr


def test_a_token_made_without_a_server_lets_it_start_and_lets_its_holder_in(
    tmp_path: Path,
) -> None:
    data_dir = ["--data-dir", str(tmp_path / "data")]
    made = run("token", "create", "--role", "admin", "--name", "ana", *data_dir)
    assert made.code == 0, made.err
    secret = made.out.strip()
    assert secret.startswith("cns_")
    assert secret not in made.err

    with running(tmp_path, environ={"CONSELHO_REQUIRE_LOGIN": "true"}) as server:
        shut_out = run("list", *data_dir)
        let_in = run("list", *data_dir, environ={"CONSELHO_TOKEN": secret})
        listed = run("token", "list", "--json", *data_dir, environ={"CONSELHO_TOKEN": secret})
        [token] = json.loads(listed.out)["tokens"]
        revoked = run(
            "token", "revoke", token["token_id"], *data_dir, environ={"CONSELHO_TOKEN": secret}
        )
        after = server.api.get("/api/tasks", headers=bearer(secret))

    assert shut_out.code == 2
    assert "CONSELHO_TOKEN" in shut_out.err
    assert (let_in.code, revoked.code, after.status_code) == (0, 0, 401)
    assert (token["name"], token["role"], token["state"]) == ("ana", "admin", "holds")
    assert secret not in listed.out
    assert secret not in server.log.read_text()
    stored = b"".join(path.read_bytes() for path in server.data_dir.glob("conselho.db*"))
    assert secret.encode() not in stored


def test_the_command_line_shows_the_token_of_the_settings_to_its_own_server_only(
    server: Server,
) -> None:
    environ = {"CONSELHO_ADMIN_TOKEN": ADMIN}

    own = run("token", "list", "--data-dir", str(server.data_dir), environ=environ)
    named = run("token", "list", "--url", server.url, environ=environ)

    assert (own.code, named.code) == (0, 2)


def test_on_loopback_nobody_needs_a_login_and_a_token_still_says_who_it_is(
    tmp_path: Path,
) -> None:
    with running(tmp_path, environ={"CONSELHO_ADMIN_TOKEN": ADMIN}) as server:
        made = server.post("/api/tokens", {"name": "reader", "role": "viewer"})
        who = server.api.get("/api/session", headers={"Cookie": "conselho_session=of-another"})
        stale = server.api.get("/api/tokens", headers={"Cookie": "conselho_session=of-another"})
        reader = server.api.get("/api/tokens", headers=bearer(made["secret"]))
        admin = server.api.get("/api/tokens", headers=bearer(ADMIN))
        # Nobody is a proxy unless the settings say so: these are one address.
        guesses = [
            server.api.get("/api/tasks", headers=bearer("x") | {"X-Forwarded-For": f"10.0.0.{n}"})
            for n in range(11)
        ]
        without = server.api.get("/api/tokens")

    assert who.json() == {"name": "local", "role": "admin", "login_required": False}
    assert (stale.status_code, reader.status_code, admin.status_code) == (200, 403, 200)
    assert [guess.status_code for guess in guesses] == [401] * 10 + [429]
    assert without.status_code == 200


# -- tokens --------------------------------------------------------------------------------------


def test_without_a_token_there_is_nothing_but_the_page(nobody: httpx.Client) -> None:
    assert nobody.get("/").status_code in (200, 503)
    assert nobody.get("/healthz").status_code == 200
    assert nobody.get("/api/session").json() == {
        "name": None,
        "role": None,
        "login_required": True,
    }
    for path in (
        "/api/councilors",
        "/api/councilors/events/stream",
        "/metrics",
        "/readyz",
        "/openapi.json",
        "/mcp",
        "/api/nowhere",
    ):
        answer = nobody.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["cache-control"] == "no-store"
        assert "asks for a token" in answer.json()["detail"]


def test_a_wrong_token_is_told_the_same_as_one_that_was_revoked(
    server: Server, nobody: httpx.Client
) -> None:
    created = issued(server, "revoked")
    with browser(server, "203.0.113.250", **bearer(ADMIN)) as admin:
        admin.delete(f"/api/tokens/{created['token']['token_id']}")

    wrong = nobody.get("/api/tasks", headers=bearer("cns_" + "x" * 43))
    revoked = nobody.get("/api/tasks", headers=bearer(created["secret"]))

    assert wrong.status_code == revoked.status_code == 401
    assert wrong.json() == revoked.json()


def test_who_guesses_is_slowed_down_and_others_are_not(
    server: Server, nobody: httpx.Client
) -> None:
    made = issued(server, "beside guesses", role="viewer")
    codes = [nobody.get("/api/tasks", headers=bearer(f"guess {n}")).status_code for n in range(3)]
    beside = nobody.get("/api/tasks", headers=bearer(made["secret"]))
    stopped = nobody.get("/api/tasks", headers=bearer(ADMIN))
    login = nobody.post("/api/session", json={"token": ADMIN})
    with browser(server, "203.0.113.9") as other:
        elsewhere = other.get("/api/tasks", headers=bearer(ADMIN))

    assert codes == [401, 401, 401]
    assert beside.status_code == 200, "a token that cannot be guessed is not locked out by others"
    assert (stopped.status_code, login.status_code, elsewhere.status_code) == (429, 429, 200)
    assert int(stopped.headers["retry-after"]) >= 1
    assert "failed logins" in stopped.json()["detail"]


def test_a_refusal_is_a_problem_for_who_asks_for_one(nobody: httpx.Client) -> None:
    answer = nobody.get("/api/tasks", headers={"Accept": "application/problem+json"})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Unauthorized"
    assert "asks for a token" in answer.json()["detail"]


def test_a_role_that_does_not_suffice_is_named(server: Server, nobody: httpx.Client) -> None:
    secret = issued(server, "reader", "viewer")["secret"]

    answer = nobody.post("/api/council/pause", json={"all": True}, headers=bearer(secret))

    assert answer.status_code == 403
    assert answer.json()["detail"] == (
        "This needs the role operator; the token 'reader' has the role viewer."
    )


# -- sessions ------------------------------------------------------------------------------------


def test_the_page_logs_in_with_a_cookie_that_scripts_cannot_read(
    server: Server, nobody: httpx.Client
) -> None:
    secret = issued(server, "page")["secret"]

    answer = nobody.post("/api/session", json={"token": secret})

    assert answer.status_code == 200
    assert answer.json() == {"name": "page", "role": "operator", "login_required": True}
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert secret not in cookie
    assert nobody.get("/api/tasks").status_code == 200
    assert nobody.get("/api/tokens").status_code == 403
    assert nobody.get("/api/session").json()["name"] == "page"

    assert nobody.delete("/api/session").status_code == 200
    assert nobody.get("/api/tasks").status_code == 401


def test_a_login_outlives_the_server(tmp_path: Path) -> None:
    with running(tmp_path, environ=SETTINGS) as server:
        secret = issued(server, "page")["secret"]
        with browser(server) as first:
            first.post("/api/session", json={"token": secret})
            cookie = first.cookies["conselho_session"]
        server.kill()
        server.start()

        with browser(server, Cookie=f"conselho_session={cookie}") as again:
            assert again.get("/api/session").json()["name"] == "page"
            assert again.delete("/api/session").status_code == 200
            assert again.get("/api/tasks").status_code == 401


def test_over_https_the_cookie_goes_nowhere_else(server: Server) -> None:
    with browser(server, **{"X-Forwarded-Proto": "https"}) as client:
        answer = client.post("/api/session", json={"token": ADMIN})

    assert "Secure" in answer.headers["set-cookie"].split("; ")


def test_a_session_that_was_ended_does_not_come_back(server: Server, nobody: httpx.Client) -> None:
    nobody.post("/api/session", json={"token": ADMIN})
    value = nobody.cookies["conselho_session"]
    nobody.delete("/api/session")

    with browser(server, Cookie=f"conselho_session={value}") as thief:
        assert thief.get("/api/tasks").status_code == 401


# -- streams and sockets -------------------------------------------------------------------------


def test_the_stream_takes_the_cookie_and_ends_when_its_token_is_revoked(
    server: Server, nobody: httpx.Client
) -> None:
    created = issued(server, "listener", "viewer")
    nobody.post("/api/session", json={"token": created["secret"]})

    with nobody.stream("GET", "/api/councilors/events/stream") as response:
        assert response.status_code == 200
        second = nobody.get("/api/councilors/events/stream")
        assert second.status_code == 429
        assert "open streams" in second.json()["detail"]
        with browser(server, "203.0.113.251", **bearer(ADMIN)) as admin:
            admin.delete(f"/api/tokens/{created['token']['token_id']}")
        # A heartbeat comes every 15 seconds: with it, the connection is looked at again.
        with pytest.raises(httpx.HTTPError):
            for _ in response.iter_raw():
                pass


def test_the_socket_asks_for_a_token_too(server: Server) -> None:
    url = server.url.replace("http://", "ws://") + "/ws/gamification"
    forwarded = {"X-Forwarded-For": "203.0.113.77"}
    with pytest.raises(InvalidStatus) as refused:
        connect(url, proxy=None, additional_headers=forwarded)
    assert refused.value.response.status_code == 401

    with connect(url, proxy=None, additional_headers=forwarded | bearer(ADMIN)) as socket_:
        assert json.loads(socket_.recv(timeout=DEADLINE_SECONDS))["type"] == "connected"


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_page_of_another_site_reaches_neither_api_nor_socket(server: Server, origin: str) -> None:
    with browser(server, "203.0.113.78", Origin=origin, **bearer(ADMIN)) as client:
        assert client.post("/api/council/pause", json={"all": True}).status_code == 403
        assert client.post("/api/session", json={"token": ADMIN}).status_code == 403
        assert client.get("/api/councilors/events/stream").status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        connect(
            server.url.replace("http://", "ws://") + "/ws/gamification",
            proxy=None,
            additional_headers={"Origin": origin} | bearer(ADMIN),
        )
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("host", "status"),
    [("council.example", 200), ("COUNCIL.example:8000", 200), ("evil.example", 400), ("", 400)],
)
def test_only_names_of_the_settings_are_answered(server: Server, host: str, status: int) -> None:
    with browser(server, Host=host, **bearer(ADMIN)) as client:
        assert client.get("/api/tasks").status_code == status


# -- bounds --------------------------------------------------------------------------------------


def test_too_many_changes_have_to_wait(server: Server, nobody: httpx.Client) -> None:
    secret = issued(server, "eager")["secret"]

    codes = [
        nobody.post("/api/council/pause", json={}, headers=bearer(secret)).status_code
        for _ in range(5)
    ]
    last = nobody.post("/api/council/pause", json={}, headers=bearer(secret))

    assert codes == [422, 422, 422, 422, 429]
    assert int(last.headers["retry-after"]) >= 1
    assert last.json()["detail"].startswith("4 changes a minute are the most for the token 'eager'")
    assert nobody.get("/api/tasks", headers=bearer(secret)).status_code == 200


def test_a_body_that_is_too_deep_or_too_large_is_refused(server: Server) -> None:
    deep = b'{"token":' + b"[" * 70 + b"]" * 70 + b"}"
    with browser(server, "203.0.113.79") as client:
        answer = client.post("/api/session", content=deep)
        assert (answer.status_code, "64 levels" in answer.text) == (422, True)
        chunks = (b" " * 100_000 for _ in range(11))
        assert client.post("/api/session", content=chunks).status_code == 413


@pytest.mark.parametrize(
    "head",
    [b"X-Long: " + b"x" * 200_000, b"".join(b"X-%d: y\r\n" % n for n in range(20_000))],
    ids=["one", "many"],
)
def test_a_head_without_an_end_is_cut_off(server: Server, head: bytes) -> None:
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_SECONDS) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + head)
        answer = connection.recv(100)
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_logins_and_tokens_are_in_the_audit(server: Server, nobody: httpx.Client) -> None:
    created = issued(server, "audited")
    nobody.post("/api/session", json={"token": created["secret"]})

    def entries() -> list[Json]:
        answer = nobody.get(
            "/api/audit", params={"target": created["token"]["token_id"]}, headers=bearer(ADMIN)
        )
        found: list[Json] = answer.json()["entries"]
        return found

    found = eventually(lambda: len(entries()) == 2 and entries(), "both entries")
    assert [entry["action"] for entry in found] == ["login", "token_created"]
    assert [entry["actor"] for entry in found] == ["audited", "settings"]
    assert created["secret"] not in json.dumps(found)
