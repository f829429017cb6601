"""The council's tools for agents in an editor, over HTTP and over pipes, with the SDK's client."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.support.live_server import CONSELHO
from tests.support.server import Server

TOOLS = {
    "council_figures",
    "list_councilors",
    "list_findings",
    "read_execution",
    "read_report",
    "run_councilor",
}
DEADLINE_SECONDS = 60.0
Act = Callable[["Client"], Awaitable[Any]]


@pytest.fixture(params=["http", "stdio"])
def ask(request: pytest.FixtureRequest, server: Server) -> Callable[[Act], Any]:
    """Does something with a client that is connected in one of the two ways."""
    url = str(server.api.base_url).rstrip("/")
    reached: str | StdioServerParameters = f"{url}/mcp"
    if request.param == "stdio":
        reached = StdioServerParameters(command=CONSELHO, args=["mcp", "--url", url])

    def asked(act: Act) -> Any:
        async def connected() -> Any:
            async with asyncio.timeout(DEADLINE_SECONDS), Client(reached) as client:
                return await act(client)

        return asyncio.run(connected())

    return asked


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result: Any = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    structured: dict[str, Any] = result.structured_content
    return structured


def test_the_tools_say_what_they_do_and_which_only_read(ask: Callable[[Act], Any]) -> None:
    listed = ask(lambda client: client.list_tools())

    tools = {tool.name: tool for tool in listed.tools}
    assert set(tools) == TOOLS
    assert all(tool.description for tool in tools.values())
    reads = {name for name, tool in tools.items() if tool.annotations.read_only_hint}
    assert reads == TOOLS - {"run_councilor"}


def test_a_councilor_is_run_and_its_findings_are_read(
    ask: Callable[[Act], Any], server: Server, tag: str
) -> None:
    agent_id = seat(server, f"mcp-{tag}", ["echo", "warning: three files are too long"])

    async def look(client: Client) -> dict[str, Any]:
        run = await call(client, "run_councilor", agent_id=agent_id, wait_seconds=30)
        return {
            "run": run,
            "councilors": await call(client, "list_councilors"),
            "report": await call(client, "read_report", agent_id=agent_id),
            "findings": await call(client, "list_findings", agent_id=agent_id),
            "execution": await call(client, "read_execution", task_id=run["execution_id"]),
            "figures": await call(client, "council_figures"),
        }

    seen = ask(look)

    assert (seen["run"]["status"], seen["run"]["severity"]) == ("completed", "warning")
    mine = [one for one in seen["councilors"]["councilors"] if one["agent_id"] == agent_id]
    assert mine[0]["schedule"] == "every day"
    assert seen["report"]["executions"][0]["execution_id"] == seen["run"]["execution_id"]
    assert seen["findings"]["executions"][0]["severity"] == "warning"
    assert "three files are too long" in seen["execution"]["result"]
    assert seen["figures"]["today"]["runs"] >= 1


def test_what_cannot_be_is_told_in_the_servers_own_sentence(ask: Callable[[Act], Any]) -> None:
    async def look(client: Client) -> Any:
        return await client.call_tool("run_councilor", {"agent_id": "no/body"})

    result = ask(look)

    assert result.is_error
    assert "no/body" in result.content[0].text


@pytest.mark.parametrize("task_id", [".", "..", "a/../b", "x" * 70_000])
def test_an_id_names_nothing_but_an_execution(ask: Callable[[Act], Any], task_id: str) -> None:
    async def act(client: Client) -> str:
        result = await client.call_tool("read_execution", {"task_id": task_id})
        assert result.is_error
        return str(result.content)

    said = ask(act)

    assert "There is no" in said or "Nothing has an id like this" in said


def test_calls_over_pipes_leave_nothing_on_stderr(server: Server) -> None:
    client = {"name": "test", "version": "1"}
    opening = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": opening},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "council_figures", "arguments": {}}},
    ]
    command = [CONSELHO, "mcp", "--url", server.url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for message in messages:
            child.stdin.write(json.dumps({"jsonrpc": "2.0"} | message) + "\n")
        child.stdin.flush()
        answers = [json.loads(child.stdout.readline()) for _ in range(2)]
        _, told = child.communicate(timeout=DEADLINE_SECONDS)

    assert [answer["id"] for answer in answers] == [1, 2]
    assert told == ""


def test_there_is_nothing_to_wait_for(server: Server) -> None:
    answer = server.api.get("/mcp", headers={"Accept": "text/event-stream"})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_a_page_of_somebody_else_cannot_use_the_tools(server: Server) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = server.api.post("/mcp", json=message, headers={"origin": "https://example.org"})

    assert answer.status_code == 403


@pytest.mark.parametrize("way", ["http", "stdio"])
def test_the_role_of_the_caller_holds_for_each_tool(
    server: Server, tag: str, way: str, tmp_path: Path
) -> None:
    """On loopback, where nobody needs a token, one that is shown still says who asks."""
    agent_id = seat(server, f"roles-{tag}", ["echo", "fine"])
    made = server.post("/api/tokens", {"name": f"reader-{tag}", "role": "viewer"})
    url = str(server.api.base_url).rstrip("/")

    async def look(client: Client) -> tuple[Any, Any]:
        return (
            await client.call_tool("list_councilors", {}),
            await client.call_tool("run_councilor", {"agent_id": agent_id}),
        )

    async def over_http() -> tuple[Any, Any]:
        headers = {"Authorization": f"Bearer {made['secret']}"}
        async with httpx2.AsyncClient(headers=headers) as http:
            transport = streamable_http_client(f"{url}/mcp", http_client=http)
            async with asyncio.timeout(DEADLINE_SECONDS), Client(transport) as client:
                return await look(client)

    async def over_pipes() -> tuple[Any, Any]:
        environ = {"CONSELHO_TOKEN": made["secret"], "PATH": os.environ["PATH"]}
        started = StdioServerParameters(command=CONSELHO, args=["mcp", "--url", url], env=environ)
        async with asyncio.timeout(DEADLINE_SECONDS), Client(started) as client:
            return await look(client)

    read, run = asyncio.run(over_http() if way == "http" else over_pipes())

    assert not read.is_error
    assert run.is_error
    assert "operator" in run.content[0].text, "the role that it would take"
    assert server.get("/api/tasks", agent_id=agent_id)["total"] == 0


def seat(server: Server, agent_id: str, command: list[str]) -> str:
    config = {"title": "Eye", "schedule": "1d", "task": {"name": "look", "prompt": "Look."}}
    agent = {"agent_id": agent_id, "name": agent_id, "provider": "command", "command": command}
    assert server.api.post("/api/agents", json=agent).status_code == 201
    url = f"/api/councilors/{agent_id}/promote-councilor"
    assert server.api.post(url, json={"councilor_config": config}).status_code == 200
    return agent_id


@pytest.fixture
def tag(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"{abs(hash(request.node.nodeid)):x}"[:8]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
def test_the_audit_names_the_address_that_a_call_came_from(server: Server) -> None:
    server.promote("called-over-mcp")
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "run_councilor", "arguments": {"agent_id": "called-over-mcp"}},
    }
    headers = {"Accept": "application/json, text/event-stream"}
    transport = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(transport=transport, timeout=DEADLINE_SECONDS) as client:
        answer = client.post(f"{server.url}/mcp", json=call, headers=headers)
    assert answer.status_code == 200, answer.text

    entries = server.get("/api/audit", target="called-over-mcp")["entries"]
    assert (entries[0]["action"], entries[0]["address"]) == ("run", "127.0.0.2")
