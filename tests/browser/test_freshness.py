"""What is shown is the present, or the page says since when it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.browser.conftest import CHROMIUM_FLAGS, Open
from tests.support.proxy import STREAM, Fault, Proxy, proxy
from tests.support.redis import running_redis
from tests.support.scripted_server import answer
from tests.support.server import Json, Server, running

HTML = b"<!doctype html><h1>Bad Gateway</h1>"
BUSY = answer({"detail": "Try again in 1 second."}, status=429)
REFUSALS = {
    "401": answer({"detail": "Who are you?"}, status=401),
    "403": answer({"detail": "Not from here."}, status=403),
    "429": BUSY.replace(b"\r\n", b"\r\nRetry-After: 1\r\n", 1),
    "500": answer(b"Internal Server Error", status=500, content_type="text/plain"),
    "a page": answer(HTML, content_type="text/html"),
}


@pytest.fixture
def between(server: Server) -> Iterator[Proxy]:
    with proxy(server.url) as between:
        yield between


def connected(page: Page, how: str) -> Locator:
    return page.locator(f"[data-connection={how}]")


def shown(page: Page, task: Json) -> Locator:
    return page.locator(f".recent [data-execution='{task['task_id']}']")


async def is_live(page: Page) -> None:
    await expect(connected(page, "live")).to_be_visible()


async def test_the_page_is_right_again_whatever_became_of_its_line(
    server: Server, between: Proxy, open_page: Open
) -> None:
    page = await open_page(between)
    await page.evaluate("window.same = true")
    for name, refusal in REFUSALS.items():
        between.rules[STREAM] = refusal
        between.cut(STREAM)
        await expect(connected(page, "live")).to_have_count(0)
        task = server.call("calm")
        between.rules.clear()
        await is_live(page)
        await expect(shown(page, task), name).to_have_count(1)

    # The machine slept, say, and nobody told the page: what it has open leads nowhere.
    between.rules[STREAM] = Fault.SWALLOWED
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(connected(page, "live")).to_have_count(0)
    between.rules.clear()
    await is_live(page)

    with between.down():
        await expect(page.locator("html")).to_have_attribute("data-lost", "")
        await expect(connected(page, "lost")).to_contain_text("Sem sinal há")
        task = server.call("leaky")
    await expect(shown(page, task)).to_have_count(1)
    await is_live(page)
    assert await page.evaluate("window.same") is True


@pytest.mark.parametrize("fault", [Fault.HELD, answer(HTML, status=502, content_type="text/html")])
async def test_without_a_stream_that_comes_through_the_page_polls(
    server: Server, between: Proxy, open_page: Open, fault: Fault | bytes
) -> None:
    between.rules[STREAM] = fault
    task = server.call("leaky")
    page = await open_page(between, until="[data-connection=polling]")
    await expect(connected(page, "polling")).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))
    await expect(shown(page, task)).to_have_count(1)
    between.rules.clear()
    between.cut(STREAM)
    await is_live(page)


async def test_eight_tabs_share_one_stream_and_each_survives_the_others(
    server: Server, between: Proxy, open_page: Open
) -> None:
    first = await open_page(between)
    tabs = [await first.context.new_page() for _ in range(7)]
    for tab in tabs:
        await tab.goto(between.url)
    for tab in tabs:
        await is_live(tab)
    assert between.open(STREAM) == 1
    task = server.call("calm")
    for tab in [first, *tabs]:
        await expect(shown(tab, task)).to_have_count(1)

    await tabs.pop().close()
    await first.close()
    task = server.call("leaky")
    for tab in tabs:
        await is_live(tab)
        await expect(shown(tab, task)).to_have_count(1)
    assert between.open(STREAM) == 1

    await tabs[0].get_by_role("button", name="Já sei").click()
    for tab in tabs:
        await expect(tab.locator(".attention-card")).to_have_count(0)

    server.kill()
    server.start()
    for tab in tabs:
        await expect(connected(tab, "live")).to_have_count(0)
    task = server.call("calm")
    for tab in tabs:
        await is_live(tab)
        await expect(shown(tab, task)).to_have_count(1)
    assert between.open(STREAM) == 1


async def test_a_frozen_tab_leaves_the_stream_to_others_and_catches_up(
    server: Server, open_page: Open
) -> None:
    frozen = await open_page(server)
    other = await frozen.context.new_page()
    await other.goto(server.url)
    await is_live(other)
    inspector = await frozen.context.new_cdp_session(frozen)
    await inspector.send("Page.setWebLifecycleState", {"state": "frozen"})
    task = server.call("calm")
    await expect(shown(other, task)).to_have_count(1)
    await inspector.send("Page.setWebLifecycleState", {"state": "active"})
    await expect(shown(frozen, task)).to_have_count(1)
    await is_live(frozen)


async def test_a_page_that_comes_back_from_the_browser_s_cache_is_right_again(
    server: Server, chromium_path: str
) -> None:
    # Playwright switches that cache off, and hears nothing of a page that comes back from it.
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path,
            args=CHROMIUM_FLAGS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        page = await browser.new_page(locale="pt-BR")
        await page.goto(server.url)
        await is_live(page)
        await page.evaluate(KEPT)
        await page.goto(f"{server.url}/docs")
        assert await page.evaluate("'same' in window") is False
        task = server.call("leaky")
        await page.evaluate("setTimeout(() => history.back())")
        await page.wait_for_function("window.same === true && window.cameBack === true")
        await is_live(page)
        await expect(shown(page, task)).to_have_count(1)
        await expect(page.locator(".attention-card")).to_have_count(1)
        # And goes on from there.
        await expect(shown(page, server.call("calm"))).to_have_count(1)
        await browser.close()


KEPT = """
window.same = true;
addEventListener("pageshow", (event) => { window.cameBack = event.persisted; });
"""


async def test_ages_are_right_on_a_machine_whose_clock_is_not(
    server: Server, open_page: Open
) -> None:
    server.call("calm")
    page = await open_page(server, language="en", until="body")
    # Installed after the page began; it shows the next document, too.
    await page.clock.install(time=datetime.now(UTC) + timedelta(hours=7))
    await page.goto(server.url)
    await is_live(page)
    age = page.locator(".card[data-agent=calm] .age")
    await expect(age).to_have_text(re.compile(r"^(now|\d+ s ago)$"))
    await page.clock.set_system_time(datetime.now(UTC) - timedelta(days=2))
    await expect(page.locator(".card[data-agent=calm] .when b")).to_have_text(
        re.compile(r"^in 23 h")
    )
    await is_live(page)


async def test_where_tabs_cannot_share_one_that_nobody_sees_gives_its_stream_up(
    chromium_path: str, tmp_path: Path
) -> None:
    flags = [*CHROMIUM_FLAGS, "--host-resolver-rules=MAP conselho.test 127.0.0.1"]
    environ = {"CONSELHO_HOSTS": "conselho.test"}
    with running(tmp_path, environ=environ) as server, proxy(server.url) as between:
        server.promote("ana")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium_path, args=flags)
            page = await browser.new_page()
            await page.clock.install()
            await page.goto(between.url.replace("127.0.0.1", "conselho.test"))
            await is_live(page)
            assert await page.evaluate("isSecureContext") is False

            await page.evaluate(HIDE)
            await page.clock.run_for(40_000)
            await expect(connected(page, "polling")).to_be_visible()
            assert between.open(STREAM) == 0
            task = server.call("ana")
            await page.clock.run_for(31_000)
            await expect(shown(page, task)).to_have_count(1)

            await page.evaluate("document.isHidden = false; dispatchEvent(new Event('shown'))")
            await is_live(page)
            await browser.close()


# A browser without a window never hides a page.
HIDE = """
document.isHidden = true;
Object.defineProperty(document, "hidden", { get: () => document.isHidden });
const tell = () => document.dispatchEvent(new Event("visibilitychange"));
addEventListener("shown", tell);
tell();
"""


async def test_that_news_of_other_servers_are_late_is_said_and_no_longer(
    tmp_path: Path, open_page: Open
) -> None:
    with (
        running_redis() as redis,
        running(tmp_path, environ={"CONSELHO_REDIS_URL": redis.url}) as server,
    ):
        page = await open_page(server)
        await expect(connected(page, "live")).to_contain_text("último sinal")
        redis.kill()
        await expect(connected(page, "live")).to_contain_text("com até um segundo de atraso")
        redis.start()
        await expect(connected(page, "live")).to_contain_text("último sinal")
