"""Lists that are polled: 304 while nothing changed, the list when something did."""

from __future__ import annotations

import pytest

from conselho.api.etags import VOLATILE
from tests.support.server import Server


def etag(server: Server, path: str) -> str:
    tag: str = server.api.get(path).headers["etag"]
    return tag


def status(server: Server, path: str, known: str) -> int:
    return server.api.get(path, headers={"If-None-Match": known}).status_code


def polled(server: Server) -> list[str]:
    """The lists that this server has."""
    return [path for path in VOLATILE if server.api.get(path).status_code == 200]


def test_a_list_that_did_not_change_is_not_sent_again(server: Server) -> None:
    server.promote("same")
    server.call("same")
    # An event that changes none of the lists.
    window = server.post("/api/maintenance", {"reason": "x", "agent_ids": ["same"]})["window"]
    tags = {path: etag(server, path) for path in polled(server)}
    assert {"/api/councilors", "/api/tasks", "/api/kpis", "/api/agents"} <= set(tags)
    planned = {"reason": "x", "starts_at": "2999-01-01T00:00:00Z", "agent_ids": ["same"]}
    server.post("/api/maintenance", planned)
    for path, tag in tags.items():
        assert tag.startswith('W/"'), path
        answer = server.api.get(path, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content) == (304, b""), path
        assert answer.headers["etag"] == tag
        assert "content-type" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
    server.delete(f"/api/maintenance/{window['window_id']}")


def test_a_list_that_changed_is_sent(server: Server) -> None:
    server.promote("changing")
    lists = ["/api/councilors", "/api/agents", "/api/tasks", "/api/kpis"]
    tags = {path: etag(server, path) for path in lists}
    server.patch("/api/councilors/changing/councilor-config", {"title": "Another"})
    assert status(server, "/api/councilors", tags["/api/councilors"]) == 200
    assert status(server, "/api/tasks", tags["/api/tasks"]) == 304
    server.call("changing")
    for path in ("/api/tasks", "/api/kpis"):
        assert status(server, path, tags[path]) == 200, path
    server.create("changing-more")
    for path in lists:
        if path != "/api/tasks":
            assert etag(server, path) != tags[path], path


def test_another_question_has_another_tag(server: Server) -> None:
    server.promote("asked")
    server.call("asked")
    whole, one = etag(server, "/api/tasks"), etag(server, "/api/tasks?agent_id=nobody")
    assert whole != one
    assert status(server, "/api/tasks?agent_id=nobody", whole) == 200
    assert status(server, "/api/tasks?agent_id=nobody", one) == 304


def test_tags_are_compared_weakly_and_in_lists(server: Server) -> None:
    tag = etag(server, "/api/agents")
    for known in (tag, tag.removeprefix("W/"), f'"a", {tag}', "*"):
        assert status(server, "/api/agents", known) == 304, known
    for known in ('"a"', "", tag.strip('"'), "W/"):
        assert status(server, "/api/agents", known) == 200, known


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/api/tasks?limit=0", 422), ("/api/agents/nobody", 404), ("/api/journal", 200)],
)
def test_other_answers_bear_no_tag(server: Server, path: str, expected: int) -> None:
    answer = server.api.get(path, headers={"If-None-Match": "*"})
    assert answer.status_code == expected
    assert "etag" not in answer.headers


def test_a_list_that_is_too_long_is_sent_whole_without_a_tag(server: Server) -> None:
    for n in range(12):
        server.create(f"long-{n}", instructions="x" * 50_000)
    plain = {"If-None-Match": "*", "Accept-Encoding": "identity"}
    answer = server.api.get("/api/councilors", headers=plain)
    assert answer.status_code == 200
    assert len(answer.content) > 1_000_000
    assert len(answer.content) == int(answer.headers["content-length"])
    assert "etag" not in answer.headers
    for n in range(12):
        server.delete(f"/api/agents/long-{n}")
