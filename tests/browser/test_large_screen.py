"""A screen of 4K that nobody scales: all of it larger, and what the pointer is at still found."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import Open
from tests.support.server import Server

HEIGHT = "element => element.getBoundingClientRect().height"


async def height(locator: Locator) -> float:
    drawn: float = await locator.first.evaluate(HEIGHT)
    return drawn


async def test_everything_grows_with_the_screen_and_stays_in_the_window(
    server: Server, open_page: Open
) -> None:
    server.call("leaky")
    plain = await open_page(server)
    # Wide, and no finer than the others.
    ultrawide = await open_page(server, width=3440, height=1440)
    fine = await open_page(server, width=3840, height=2160)
    for what in (".topbar", ".footer-bar", ".card"):
        usual = await height(plain.locator(what))
        assert await height(ultrawide.locator(what)) == usual
        assert await height(fine.locator(what)) == 1.5 * usual, what
    assert await fine.evaluate("document.documentElement.scrollWidth <= innerWidth")
    bar = await fine.locator(".footer-bar").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] == 2160
    # A short page is not made longer than the window.
    await fine.goto(f"{server.url}/#/providers")
    await expect(fine.locator(".provider-list li").first).to_be_visible()
    assert await fine.evaluate("document.querySelector('main').getBoundingClientRect().bottom") <= (
        await fine.evaluate("Math.max(innerHeight, document.documentElement.scrollHeight)")
    )


async def test_the_pointer_finds_what_is_drawn_under_it(server: Server, open_page: Open) -> None:
    for agent_id in ("leaky", "calm"):
        server.call(agent_id)
    page = await open_page(server, width=3840, height=2160)
    await page.goto(f"{server.url}/#/timeline")
    mark = page.locator("[data-lane=leaky] .run a").last
    await mark.hover()
    card = await page.locator(".mark-card").bounding_box()
    under = await mark.bounding_box()
    assert card is not None
    assert under is not None
    assert card["x"] + card["width"] <= 3840
    assert card["x"] <= under["x"] + under["width"]
    assert under["x"] <= card["x"] + card["width"]
    assert 0 <= card["y"] - (under["y"] + under["height"]) < 40

    await page.goto(f"{server.url}/#/councilor/leaky")
    panel = page.locator(".panel")
    await expect(panel.locator(".verdicts .counted")).to_have_text("1 execução: 1 erro")
    await panel.locator(".strip .mark-error").last.hover(force=True)
    await expect(panel.locator(".strip .tip")).to_contain_text("A key in seed.env")
    chart = panel.locator(".drawing .u-over").first
    box = await chart.bounding_box()
    assert box is not None
    # The run of this day stands at the right end.
    await page.mouse.move(box["x"] + box["width"] - 6, box["y"] + box["height"] / 2)
    reading = panel.locator(".chart .reading").first
    await expect(reading).to_have_text(re.compile(r": "))
