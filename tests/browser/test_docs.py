"""The page of the API at /docs: whole, in both themes, and with nothing from outside."""

from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import DEADLINE_MS
from tests.support.server import Server

Scheme = Literal["light", "dark"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_shows_the_api_and_asks_nobody_else(
    browser: Browser, server: Server, scheme: Scheme
) -> None:
    context = await browser.new_context(color_scheme=scheme)
    page = await context.new_page()
    page.set_default_timeout(DEADLINE_MS)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{server.url}/docs")
    operation = page.locator("#operations-tasks-list_tasks")
    await page.locator("#operations-tag-tasks").click()
    await operation.locator(".opblock-summary-control").click()
    # The models of its answers are there, too.
    await expect(operation.locator(".responses-inner")).to_contain_text("next_cursor")
    text = await page.locator(".info .title").evaluate("e => getComputedStyle(e).color")
    ground = await page.locator("html").evaluate("e => getComputedStyle(e).backgroundColor")
    assert _is_bright(ground) is (scheme == "light")
    assert _is_bright(text) is (scheme == "dark")
    # Nothing was refused by the content security policy.
    assert said == []
    outside = [url for url in asked if not url.startswith((f"{server.url}/", "data:"))]
    assert outside == []
    await context.close()


async def test_an_operation_is_tried_without_filling_in_what_may_be_left_out(
    browser: Browser, server: Server
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    page.set_default_timeout(DEADLINE_MS)
    await page.goto(f"{server.url}/docs")
    operation = page.locator("#operations-tasks-list_tasks")
    await page.locator("#operations-tag-tasks").click()
    await operation.locator(".opblock-summary-control").click()
    await operation.get_by_role("button", name="Try it out").click()
    async with page.expect_request("**/api/tasks?*") as asked:
        await operation.get_by_role("button", name="Execute").click()
    sent = await asked.value
    assert set(parse_qs(urlsplit(sent.url).query)) == {"limit", "offset", "results", "sort"}
    assert "if-none-match" not in sent.headers
    await context.close()


def _is_bright(color: str) -> bool:
    """Of `rgb(r, g, b)`."""
    parts = [float(part) for part in color.partition("(")[2].rstrip(")").split(",")[:3]]
    return sum(parts) / 3 > 127
