"""The page in a real Chromium: its weight, when it shows, whether it freezes, whether it grows.

The server is real, and so are the events: page_feed.py says where they come from. Nothing else
should be at work on the machine: a browser that has to wait for a core looks like one that is slow.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, CDPSession, Page, ViewportSize, async_playwright

from bench.councils import seat_due_councilors
from bench.figures import Report, at_most, spread
from bench.page_feed import EVENTS_OF_A_RUN
from bench.server import Server, ready_server, temporary_folder

CHROMIUM: Final = os.environ.get("CONSELHO_CHROMIUM", "/usr/bin/chromium")
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDE: Final[ViewportSize] = {"width": 1440, "height": 900}
FEEDING: Final = (sys.executable, "-P", str(Path(__file__).with_name("page_feed.py")))
DIST: Final = Path(str(resources.files("conselho"))) / "web_dist"
CAUGHT_UP_MS: Final = 120_000

FEW, MANY = 20, 200
STORM_PER_SECOND, STORM_SECONDS = 200, 10
FREEZE_MS = 100
SHOWN_MS = 1_000
WEIGHT_KB = 60
# What the browser compiled meanwhile is part of the heap: about 0.5 MB at this length.
GROWTH_MB = 1
GROWTH = 1.1


async def main(*, quick: bool) -> Report:
    councilors, early, late = (4, 2_000, 5_000) if quick else (FEW, 5_000, 50_000)
    opened, storm_seconds = (1, 1) if quick else (5, STORM_SECONDS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            first_view, storm = await _many(browser, opened, storm_seconds)
            growth = await _growth(browser, councilors, early, late)
            version = browser.version
        finally:
            await browser.close()
    longest = f"longest task at {STORM_PER_SECOND} events/s, ms"
    aims = [
        at_most("first view, JS and CSS, kB of gzip", first_view["gzip_kb"], WEIGHT_KB),
        at_most(f"{MANY} councilors shown, ms", first_view["shown"]["max"], SHOWN_MS),
        at_most(longest, storm["longest_task_ms"], FREEZE_MS),
    ]
    before, after = growth["heap_mb"]
    aims.append(at_most(f"MB of heap from {early} to {late} events", after - before, GROWTH_MB))
    for kind in ("nodes", "listeners"):
        before, after = growth[kind]
        times = f"{kind} after {late} events, times those after {early}"
        aims.append(at_most(times, after / before, GROWTH))
    return {
        "chromium": version,
        "first_view": first_view,
        "storm": storm,
        "growth": growth,
        "aims": aims,
    }


# -- a council of many: how soon, how heavy, how smooth ------------------------------------------


async def _many(browser: Browser, opened: int, storm_seconds: int) -> tuple[Report, Report]:
    async with _council(MANY) as server:
        await server.feed(2 * MANY, rate=0)
        first_view = await _first_view(browser, server.url, opened)
        storm = await _storm(browser, server, storm_seconds)
    return first_view, storm


# Set before the page's own script runs: when the first councilor is there, and painted.
WATCH_FIRST = """
new MutationObserver((_, watching) => {
  if (!document.querySelector(".card, .tile")) return;
  watching.disconnect();
  window.thereAt = performance.now();
  requestAnimationFrame(() => setTimeout(() => { window.shownAt = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
"""


async def _first_view(browser: Browser, url: str, opened: int) -> Report:
    """Each time with nothing kept from the time before."""
    shown, fetched, travelled = [], set[str](), 0
    for _ in range(opened):
        context = await browser.new_context(viewport=WIDE, locale="pt-BR")
        page = await context.new_page()
        await page.add_init_script(WATCH_FIRST)
        await page.goto(url)
        shown.append(await page.evaluate(SHOWN_AT))
        code = await page.evaluate(FETCHED_BEFORE)
        fetched |= set(code["names"])
        travelled = code["bytes"]
        await context.close()
    return {
        "councilors": MANY,
        "shown": spread(shown, "ms"),
        "files": sorted(fetched),
        "travelled_kb": round(travelled / 1000, 1),
        "gzip_kb": round(sum(_gzipped(name) for name in fetched) / 1000, 1),
    }


SHOWN_AT = """() => new Promise((tell) => {
  const look = () => (window.shownAt === undefined ? setTimeout(look, 10) : tell(window.shownAt));
  look();
})"""
FETCHED_BEFORE = """() => {
  const code = performance.getEntriesByType("resource")
    .filter((one) => /[.](js|css)$/.test(one.name) && one.startTime < window.thereAt);
  return {
    names: code.map((one) => new URL(one.name).pathname.slice(1)),
    bytes: code.reduce((sum, one) => sum + one.encodedBodySize, 0),
  };
}"""


def _gzipped(name: str) -> int:
    return len(gzip.compress((DIST / name).read_bytes(), 9, mtime=0))


# The browser tells of tasks from 50 ms on.
WATCH_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longTasks.push(entry.duration);
}).observe({ type: "longtask" });
"""


async def _storm(browser: Browser, server: Fed, seconds: int) -> Report:
    page = await _open(browser, server.url)
    await page.evaluate(WATCH_TASKS)
    runs = STORM_PER_SECOND * seconds // EVENTS_OF_A_RUN
    loop = asyncio.get_running_loop()
    async with _traced(page) as events:
        began = loop.time()
        last = await server.feed(runs, rate=STORM_PER_SECOND / EVENTS_OF_A_RUN)
        took = loop.time() - began
        await _shows(page, last)
    tasks = await page.evaluate("window.longTasks")
    await page.context.close()
    processor = _processor_ms(events)
    return {
        "councilors": MANY,
        "events_per_second": round(runs * EVENTS_OF_A_RUN / took, 1),
        "seconds": round(took, 1),
        "long_tasks": len(tasks),
        "longest_task_ms": round(max(tasks, default=0), 1),
        # What a task needed of a core: a busy machine makes tasks longer, and this hardly.
        "longest_task_processor_ms": round(max(processor, default=0), 1),
        "processor_share": round(sum(processor) / 1000 / took, 3),
    }


@asynccontextmanager
async def _traced(page: Page) -> AsyncIterator[list[dict[str, Any]]]:
    """What the browser did meanwhile, complete when it is left."""
    inspector = await page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    complete = asyncio.Event()
    inspector.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    inspector.on("Tracing.tracingComplete", lambda _: complete.set())
    config = {"includedCategories": ["toplevel"], "recordMode": "recordAsMuchAsPossible"}
    await inspector.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    yield events
    await inspector.send("Tracing.end")
    await complete.wait()


def _processor_ms(events: list[dict[str, Any]]) -> list[float]:
    """The processor time of each task of the page's main thread."""
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        event.get("tdur", 0) / 1000
        for event in events
        if event["name"] == "ThreadControllerImpl::RunTask"
        and (event["pid"], event["tid"]) in threads
    ]


# -- a page that stays open ----------------------------------------------------------------------


async def _growth(browser: Browser, councilors: int, *counts: int) -> Report:
    """What the page holds after so many events, once what is no longer used was collected.

    At the first of these counts, every list that the page keeps is full already.
    """
    async with _council(councilors) as server:
        page = await _open(browser, server.url)
        await page.keyboard.press("r")  # the footer's list, too
        inspector = await page.context.new_cdp_session(page)
        await inspector.send("Performance.enable")
        held, fed = [], 0
        for count in counts:
            runs = (count - fed) // EVENTS_OF_A_RUN
            await _shows(page, await server.feed(runs, rate=0))
            fed = count
            held.append(await _held(inspector))
        await page.context.close()
    return {
        "councilors": councilors,
        "events": list(counts),
        "heap_mb": [round(one["JSHeapUsedSize"] / 1e6, 2) for one in held],
        "nodes": [round(one["Nodes"]) for one in held],
        "listeners": [round(one["JSEventListeners"]) for one in held],
    }


async def _held(inspector: CDPSession) -> dict[str, float]:
    for _ in range(3):  # what a finaliser lets go is collected the next time
        await inspector.send("HeapProfiler.collectGarbage")
    told = await inspector.send("Performance.getMetrics")
    return {one["name"]: one["value"] for one in told["metrics"]}


# -- both ----------------------------------------------------------------------------------------


class Fed:
    """A server whose store is told of runs that nobody has to wait for."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self._process = server.process

    async def feed(self, runs: int, *, rate: float) -> str:
        """Live so many runs, `rate` a second or as fast as it goes; the id of the last one."""
        return await asyncio.to_thread(self._feed, runs, rate)

    def _feed(self, runs: int, rate: float) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{runs} {rate}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line.startswith("fed "):
            raise RuntimeError("The server ended while it was fed.")
        return line.split()[1]


@asynccontextmanager
async def _council(size: int) -> AsyncIterator[Fed]:
    with temporary_folder() as folder:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        await seat_due_councilors(folder, size, ["true"], first=tomorrow, every="1d")
        async with ready_server(folder, program=FEEDING) as server:
            yield Fed(server)


async def _open(browser: Browser, url: str) -> Page:
    context = await browser.new_context(viewport=WIDE, locale="pt-BR")
    context.set_default_timeout(CAUGHT_UP_MS)
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_selector("[data-connection=live]")
    return page


async def _shows(page: Page, task_id: str) -> None:
    row = f"[data-execution='{task_id}'][data-status=completed]"
    await page.wait_for_selector(row, state="attached")
