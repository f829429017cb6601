"""axe on every view, in both themes: WCAG 2.2 AA and the rules of good practice, no violation."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.support.server import Server

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(params=["light", "dark"])
def dark(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "dark")


async def assert_accessible(page: Page, axe_source: str, view: str) -> None:
    await page.evaluate(axe_source)
    outcome: dict[str, Any] = await page.evaluate(
        "rules => axe.run(document, {runOnly: rules})", RULES
    )
    found = [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in outcome["violations"]
        for node in violation["nodes"]
    ]
    assert found == [], view
    assert len(outcome["passes"]) > 10, f"axe looked at nothing in {view}"


async def test_every_view_of_a_council_at_work(
    server: Server, open_page: Open, axe_source: str, dark: bool
) -> None:
    page = await open_page(server, dark=dark)
    server.call("leaky")
    server.call("calm")
    server.begin("slow")
    server.patch("/api/agents/failing/councilor-schedule", {"enabled": False})
    await expect(page.locator(".card.is-running")).to_be_visible()
    await expect(page.locator(".card.is-paused")).to_be_visible()
    await expect(page.locator(".toast")).to_be_visible()
    await assert_accessible(page, axe_source, "plenary, with a notice")

    await page.locator("[popovertarget=appearance]").click()
    await expect(page.locator(".appearance fieldset")).to_have_count(5)
    await assert_accessible(page, axe_source, "appearance")
    await page.keyboard.press("Escape")

    await page.keyboard.press("Control+k")
    await expect(page.locator(".palette .option").first).to_be_visible()
    await assert_accessible(page, axe_source, "palette")
    await page.locator(".palette input").fill("ota")
    await assert_accessible(page, axe_source, "palette with results")
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Atalhos do teclado")).to_be_visible()
    await assert_accessible(page, axe_source, "shortcuts")
    await page.keyboard.press("Escape")

    server.promote("lost", ["no-such-program-anywhere"])
    await page.keyboard.type("gv")
    await expect(page.locator(".patients li").first).to_be_visible()
    await assert_accessible(page, axe_source, "providers")
    await page.keyboard.type("gt")
    await expect(page.locator("#timeline-title")).to_be_visible()
    await assert_accessible(page, axe_source, "timeline")
    await page.keyboard.type("gp")

    await page.keyboard.press("r")
    await expect(page.locator(".news li")).to_have_count(3)
    await assert_accessible(page, axe_source, "open footer")

    await page.locator(".news li.is-error a").click()
    await expect(page.get_by_role("dialog").locator(".said .markdown h4")).to_be_visible()
    await assert_accessible(page, axe_source, "execution")

    await page.locator(".news li.is-running a").click()
    await expect(page.get_by_role("dialog").locator(".head.is-running")).to_be_visible()
    await assert_accessible(page, axe_source, "running execution")


async def test_a_phone(server: Server, open_page: Open, axe_source: str, dark: bool) -> None:
    page = await open_page(server, dark=dark, width=360, height=740, has_touch=True)
    server.call("leaky")
    await expect(page.locator(".attention-card")).to_be_visible()
    await assert_accessible(page, axe_source, "phone")
    await page.locator("[popovertarget=appearance]").tap()
    await expect(page.locator(".appearance fieldset")).to_have_count(5)
    await assert_accessible(page, axe_source, "menu of a phone")


async def test_an_empty_council(
    empty_server: Server, open_page: Open, axe_source: str, dark: bool
) -> None:
    page = await open_page(empty_server, dark=dark)
    await expect(page.locator(".empty")).to_be_visible()
    await assert_accessible(page, axe_source, "empty council")


async def test_a_lost_signal(server: Server, open_page: Open, axe_source: str, dark: bool) -> None:
    page = await open_page(server, dark=dark)
    server.call("leaky")
    await expect(page.locator(".attention-card")).to_be_visible()
    server.kill()
    await expect(page.locator("html")).to_have_attribute("data-lost", "", timeout=20_000)
    await assert_accessible(page, axe_source, "lost signal")
