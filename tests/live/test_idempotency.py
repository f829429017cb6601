"""Idempotency-Key against a real server: what is sent twice is done once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.support.server import Json, Server, running


def ask(server: Server, path: str, body: Json | None = None, *, key: str) -> httpx.Response:
    return server.api.post(path, json=body, headers={"Idempotency-Key": key})


def runs(server: Server, agent_id: str) -> int:
    total: int = server.get("/api/tasks", agent_id=agent_id)["total"]
    return total


def test_a_run_that_is_asked_for_twice_runs_once(server: Server) -> None:
    server.promote("twice")
    key = str(uuid4())

    answers = [ask(server, "/api/councilors/twice/execute-now?wait=30", key=key) for _ in range(3)]

    assert runs(server, "twice") == 1
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["execution"]["status"] == "completed"
    replayed = [answer.headers.get("idempotency-replayed") for answer in answers]
    assert replayed == [None, "true", "true"]
    assert ask(server, "/api/councilors/twice/execute-now", key=str(uuid4())).status_code == 200
    assert runs(server, "twice") == 2


def test_a_key_is_for_one_request(server: Server) -> None:
    server.promote("one")
    key = str(uuid4())
    form = {"agent_id": "one-more", "name": "A", "command": ["true"]}
    assert ask(server, "/api/agents", form, key=key).status_code == 201
    others = [
        ask(server, "/api/agents", form | {"name": "B"}, key=key),
        ask(server, "/api/agents?x=1", form, key=key),
        ask(server, "/api/councilors/one/execute-now", key=key),
    ]
    for other in others:
        assert other.status_code == 422
        assert "new key" in other.json()["detail"]
    assert runs(server, "one") == 0
    assert ask(server, "/api/agents", form, key=key).headers["idempotency-replayed"] == "true"


def test_one_that_is_being_carried_out_is_not_begun_again(server: Server) -> None:
    server.promote("slow", command=["sleep", "60"])
    path, key = "/api/councilors/slow/execute-now?wait=60", str(uuid4())
    with ThreadPoolExecutor(1) as threads, server.listen() as stream:
        first = threads.submit(ask, server, path, key=key)
        task_id = stream.until("councilor_started", councilor_id="slow").data["execution_id"]
        busy = ask(server, path, key=key)
        server.post(f"/api/tasks/{task_id}/cancel")
        answered = first.result(60)

    assert busy.status_code == 409
    assert int(busy.headers["retry-after"]) > 0
    assert answered.status_code == 200
    again = ask(server, path, key=key)
    assert (again.headers["idempotency-replayed"], again.content) == ("true", answered.content)
    assert runs(server, "slow") == 1


def test_a_refusal_is_given_again(server: Server) -> None:
    key = str(uuid4())
    first = ask(server, "/api/councilors/later/execute-now", key=key)
    server.promote("later")
    again = ask(server, "/api/councilors/later/execute-now", key=key)
    assert first.status_code == again.status_code == 404
    assert first.json() == again.json()
    assert ask(server, "/api/councilors/later/execute-now", key="other").status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "\u00e9"])
def test_a_key_that_is_none_is_refused(server: Server, key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode())]
    form = {"agent_id": "bad-key", "name": "A"}
    answer = server.api.post("/api/agents", json=form, headers=headers)
    assert answer.status_code == 422
    assert "1 to 255" in answer.json()["detail"]
    assert server.api.get("/api/agents/bad-key").status_code == 404


def test_two_keys_are_none(server: Server) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    form = {"agent_id": "two-keys", "name": "A"}
    assert server.api.post("/api/agents", json=form, headers=headers).status_code == 422


def test_without_a_key_everything_is_carried_out(server: Server) -> None:
    server.promote("free")
    for _ in range(2):
        server.call("free")
    assert runs(server, "free") == 2
    answer = server.api.get("/api/agents/free", headers={"Idempotency-Key": "a b"})
    assert answer.status_code == 200


def test_a_body_that_is_too_large_is_told(server: Server) -> None:
    body = b'"' + b"x" * 1_000_001 + b'"'
    headers = {"Idempotency-Key": "large"}
    chunked = server.api.post("/api/agents", content=iter([body]), headers=headers)
    assert chunked.status_code == 413


def test_what_a_crash_broke_off_is_not_begun_again(tmp_path: Path) -> None:
    with running(tmp_path) as server, ThreadPoolExecutor(1) as threads:
        server.promote("ana", command=["sleep", "60"])
        path = "/api/councilors/ana/execute-now?wait=60"
        with server.listen() as stream:
            first = threads.submit(ask, server, path, key="k")
            stream.until("councilor_started", councilor_id="ana")
            server.kill()
        assert isinstance(first.exception(60), httpx.TransportError)
        server.start()
        again = ask(server, path, key="k")
        assert (again.status_code, "retry-after" in again.headers) == (409, False)
        assert "server stopped" in again.json()["detail"]
        assert runs(server, "ana") == 1


def test_answers_outlive_the_server(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        form = {"agent_id": "ana", "name": "A", "command": ["true"]}
        first = ask(server, "/api/agents", form, key="k")
        server.kill()
        server.start()
        again = ask(server, "/api/agents", form, key="k")
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotency-replayed"] == "true"


def test_each_token_has_its_own_keys(server: Server) -> None:
    server.promote("keys")
    answers = []
    for name in ("keys-a", "keys-b"):
        made = server.post("/api/tokens", {"name": name, "role": "operator"})
        shown = {"Authorization": f"Bearer {made['secret']}", "Idempotency-Key": "k"}
        for _ in range(2):
            path = "/api/councilors/keys/execute-now"
            answers.append(server.api.post(path, headers=shown, params={"wait": 30}))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert ["idempotency-replayed" in answer.headers for answer in answers] == [
        False, True, False, True,
    ]  # fmt: skip
    assert runs(server, "keys") == 2


def test_the_secret_of_a_new_token_is_kept_nowhere(server: Server) -> None:
    form = {"name": "kept-nowhere", "role": "viewer"}
    made = ask(server, "/api/tokens", form, key="token")
    assert made.status_code == 201
    assert ask(server, "/api/tokens", form, key="token").status_code == 409
    server.delete(f"/api/tokens/{made.json()['token']['token_id']}")
    with closing(sqlite3.connect(server.database)) as database:
        dump = "\n".join(database.iterdump())
    assert "kept-nowhere" in dump
    assert made.json()["secret"] not in dump
