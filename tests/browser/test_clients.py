"""The browser's snippet of docs/clients.md, as it stands there, in a real Chromium."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Browser, Page, Response

from tests.browser.conftest import DEADLINE_MS
from tests.support.proxy import STREAM, Fault, proxy
from tests.support.scripted_server import answer
from tests.support.server import Server, eventually

DOCS = Path(__file__).parents[2] / "docs" / "clients.md"

# What a page does with it; the silence is shorter than the heartbeat's 15 s, for a quick test.
BEGIN = """async ({ since, silence }) => {
  window.heard = [];
  window.reloads = [];
  const council = await (await fetch("/api/councilors?is_councilor=true")).json();
  window.since = since ?? council.last_event_id;
  window.stop = follow({
    lastEventId: window.since,
    tell: (type, event) => window.heard.push({ type, ...event }),
    reload: (reason) => window.reloads.push(reason),
    silence,
  });
}"""
ENDED = """(task) => heard.some(({ type, execution_id, status }) =>
  type === "councilor_execution" && execution_id === task && status === "completed")"""
ELSEWHERE = "(url) => fetch(url).then(() => 'told', () => 'refused')"


async def test_the_snippet_gives_each_event_once_whatever_the_line_does_and_to_its_origin_only(
    server: Server, browser: Browser
) -> None:
    with proxy(server.url) as line:
        page = await page_with_snippet(browser, line.url)

        async def hears_a_run() -> str:
            row = await asyncio.to_thread(server.call, "calm")
            await page.wait_for_function(ENDED, arg=row["task_id"], timeout=DEADLINE_MS)
            return str(row["task_id"])

        line.rules[STREAM] = answer({"detail": "Not now."}, status=503)  # EventSource gives up
        async with page.expect_response(is_stream(503), timeout=DEADLINE_MS):
            await page.evaluate(BEGIN, {"since": None, "silence": 60_000})
        line.rules.clear()
        since = await page.evaluate("since")
        await hears_a_run()
        server.kill()
        await asyncio.to_thread(server.start)
        last = await hears_a_run()
        heard = await page.evaluate("heard.map(({ event_id }) => event_id)")
        assert await page.evaluate("reloads") == []
        await page.evaluate("stop()")
        await asyncio.to_thread(eventually, lambda: not line.open(STREAM), "it does not stop")

        await page.evaluate(BEGIN, {"since": "another-store-17", "silence": 2_000})
        await page.wait_for_function("reloads.length", timeout=DEADLINE_MS)
        assert "not of this store" in (await page.evaluate("reloads"))[0]
        line.rules[STREAM] = Fault.HELD  # the answer begins, and nothing follows
        async with page.expect_response(is_stream(200), timeout=DEADLINE_MS):
            line.cut(STREAM)
        line.rules.clear()
        await hears_a_run()
        assert await page.evaluate(ELSEWHERE, f"{line.url}/api/councilors") == "told"
        assert await page.evaluate(ELSEWHERE, f"{server.url}/api/councilors") == "refused"
    with server.listen(since) as stream:
        stream.until("councilor_execution", execution_id=last, status="completed")
    told = {"councilor_execution", "councilor_skipped", "councilor_updated", "council_journal"}
    assert heard == [event.event_id for event in stream.heard if event.type in told]


def is_stream(status: int) -> Callable[[Response], bool]:
    return lambda response: STREAM in response.url and response.status == status


async def page_with_snippet(browser: Browser, url: str) -> Page:
    """A page that loads nothing by itself, with `follow` of the docs in it."""
    [snippet, _] = re.findall(r"```js\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{url}/healthz")
    await page.evaluate(f"() => {{ {snippet}\nwindow.follow = follow; }}")
    return page
