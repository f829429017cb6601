"""The Python client, and `conselho tail` as its user, against a real server."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from conselho.client import (
    AsyncClient,
    ExecutionEvent,
    Refused,
    RefusedForNow,
    Reset,
    StreamEvent,
    UpdatedEvent,
)
from tests.support.live_server import Lines
from tests.support.live_server import start as start_command
from tests.support.server import DEADLINE_SECONDS, Server, environment, free_port, running

DOCS = Path(__file__).parents[2] / "docs" / "clients.md"
ADMIN = "the-admin-of-the-settings"
BAD_NEWS = "councilor_execution"
FAILING = ("sh", "-c", "echo it is broken; exit 3")


class Follower:
    """Listens in the background, so that a test can wait for what was heard."""

    def __init__(self, events: AsyncGenerator[StreamEvent]) -> None:
        self.heard: list[StreamEvent] = []
        self._events = events
        self._news = asyncio.Event()
        self.listening = asyncio.create_task(self._listen())

    async def until(self, wanted: Callable[[StreamEvent], bool]) -> StreamEvent:
        """The first event heard, by now or later, that is wanted."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                self._news.clear()
                if found := next(filter(wanted, self.heard), None):
                    return found
                await self._news.wait()

    async def _listen(self) -> None:
        async for event in self._events:
            self.heard.append(event)
            self._news.set()


@asynccontextmanager
async def following(events: AsyncGenerator[StreamEvent]) -> AsyncIterator[Follower]:
    follower = Follower(events)
    try:
        yield follower
    finally:
        follower.listening.cancel()
        await asyncio.wait({follower.listening})


def ends(task_id: str) -> Callable[[StreamEvent], bool]:
    def is_end(event: StreamEvent) -> bool:
        return (
            isinstance(event, ExecutionEvent)
            and event.data["execution_id"] == task_id
            and event.data["severity"] is not None
        )

    return is_end


@pytest.fixture(name="free_port")
def port_to_come_back_to() -> int:
    return free_port()


async def test_a_killed_server_costs_nobody_an_event_and_gives_nobody_one_twice(
    tmp_path: Path, free_port: int
) -> None:
    told: list[str] = []

    async def call(agent_id: str) -> str:
        row = await asyncio.to_thread(server.call, agent_id)
        return str(row["task_id"])

    with running(tmp_path, arguments=["--port", str(free_port)]) as server:
        server.promote("ana")
        server.promote("bia", FAILING)
        since = server.get("/api/kpis")["last_event_id"]
        wanted = {"councilor_ids": ["bia"], "types": [BAD_NEWS], "min_severity": "error"}
        client = AsyncClient(server.url, first_wait_seconds=0.05)
        tail = start_command(
            *f"tail --json --councilor bia --types {BAD_NEWS} --min-severity error".split(),
            *["--since", since, "--url", server.url],
        )
        lines = Lines(tail)
        try:
            async with (
                following(client.events(since, notice=told.append)) as everything,
                following(client.events(since, **wanted)) as bad_news,  # type: ignore[arg-type]
            ):
                await call("ana")
                before = await call("bia")
                await asyncio.gather(everything.until(ends(before)), bad_news.until(ends(before)))
                printed = [await asyncio.to_thread(lines.next)]
                server.kill()
                await asyncio.to_thread(server.start)
                await call("ana")
                after = await call("bia")
                last = await everything.until(ends(after))
                await bad_news.until(ends(after))
                printed.append(await asyncio.to_thread(lines.next))
        finally:
            tail.kill()
            tail.communicate()
        with server.listen(since) as stream:
            stream.until_that(lambda event: event.event_id == last.event_id)
    stored = [event for event in stream.heard if event.type not in ("heartbeat", "reset")]
    heard = [event.event_id for event in everything.heard]
    assert heard[: heard.index(last.event_id) + 1] == [event.event_id for event in stored]
    bad = [
        event.event_id
        for event in stored
        if (event.type, event.data.get("councilor_id"), event.data.get("severity"))
        == (BAD_NEWS, "bia", "error")
    ]
    assert [event.event_id for event in bad_news.heard] == bad
    assert [json.loads(line)["event_id"] for line in printed] == bad
    assert len(bad) == 2
    assert [sentence.partition(":")[0] for sentence in told] == [
        "The stream is lost",
        "Connected again.",
    ]


async def test_who_comes_with_the_id_of_another_store_is_told_to_read_anew(server: Server) -> None:
    client = AsyncClient(server.url)
    async with following(client.events("another-store-17")) as follower:
        reset = await follower.until(lambda event: isinstance(event, Reset))
        server.promote("new")
        await follower.until(lambda event: isinstance(event, UpdatedEvent))
    assert follower.heard[0] is reset
    assert reset.data["event_id"] == reset.event_id
    assert "not of this store" in reset.data["reason"]


async def test_a_filter_that_nothing_could_meet_is_an_error_at_once(server: Server) -> None:
    client = AsyncClient(server.url)
    for wanted, said in (
        ({"councilor_ids": ["nobody"]}, "no agent 'nobody'"),
        ({"councilor_ids": []}, "councilor_id: is empty"),
        ({"types": ["councilor_executed"]}, "councilor_execution"),
        ({"min_severity": "bad"}, "no severity 'bad'"),
    ):
        with pytest.raises(Refused, match=said) as caught:
            await anext(client.events(**wanted))
        assert caught.value.status == 422


async def test_a_token_opens_the_stream_and_its_end_ends_it(tmp_path: Path) -> None:
    settings = {
        "CONSELHO_REQUIRE_LOGIN": "true",
        "CONSELHO_ADMIN_TOKEN": ADMIN,
        "CONSELHO_RATE_LIMITS": "streams_at_once=1",
    }
    with running(tmp_path, environ=settings) as server:
        admin = AsyncClient(server.url, token=ADMIN)
        for stranger in (AsyncClient(server.url), AsyncClient(server.url, token="cns_wrong")):
            with pytest.raises(Refused) as caught:
                await anext(stranger.events())
            assert caught.value.status == 401
        made = await admin.create_token({"name": "watch", "role": "viewer"})
        viewer = AsyncClient(server.url, token=made["secret"])
        since = (await viewer.tasks(limit=1))["last_event_id"]
        async with following(viewer.events(since)) as follower:
            server.api.headers["Authorization"] = f"Bearer {ADMIN}"
            server.promote("ana")
            await follower.until(lambda event: isinstance(event, UpdatedEvent))
            with pytest.raises(RefusedForNow) as too_many:
                await anext(viewer.events(since))
            assert too_many.value.status == 429
            assert too_many.value.retry_after_seconds
            await admin.revoke_token(made["token"]["token_id"])
            async with asyncio.timeout(DEADLINE_SECONDS):
                with pytest.raises(Refused, match="not accepted"):
                    await follower.listening


def test_the_example_of_the_docs_works(server: Server) -> None:
    [example] = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    server.promote("broken", FAILING)
    process = subprocess.Popen(
        [sys.executable, "-c", example],
        stdout=subprocess.PIPE,
        env=environment({"CONSELHO_URL": server.url}),
    )
    try:
        lines = Lines(process)
        assert "councilors" in lines.next()
        server.call("broken")
        assert lines.next().startswith("Broken error ")
    finally:
        process.kill()
        process.communicate()
