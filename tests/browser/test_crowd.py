"""A council of hundreds: in parts that fold, with trouble on top of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import COUNCILOR, Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.server import Server, running

TAGS = {"qualidade": 120, "segurança": 100, "só-um": 1}
MANY = sum(TAGS.values())
FAILING, SLOW = "agent-000", "agent-001"
SCRIPTS = {FAILING: "exit 3", SLOW: "echo started; exec sleep 300"}


@pytest.fixture
def crowd(chromium_path: str, tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "council"
    folder.mkdir()
    tags = [tag for tag, count in TAGS.items() for _ in range(count)]
    for number, tag in enumerate(tags):
        agent_id = f"agent-{number:03d}"
        text = COUNCILOR.format(
            agent_id=agent_id,
            name=f"Conselheiro {number:03d}",
            script=f"-c, '{SCRIPTS.get(agent_id, 'echo all is well')}'",
            title="Vigia",
            tag=tag,
            task="Ronda",
            prompt="Look.",
        )
        (folder / f"{agent_id}.md").write_text(text, encoding="utf-8")
    with running(tmp_path, council=folder) as server:
        yield server


def part(page: Page, name: str) -> Locator:
    return page.locator(".part-head", has=page.locator(".name", has_text=re.compile(f"^{name}$")))


async def test_hundreds_are_parts_by_tag_that_fold_and_trouble_is_on_top(
    crowd: Server, open_page: Open, axe_source: str
) -> None:
    crowd.call(FAILING)
    crowd.begin(SLOW)
    page = await open_page(crowd)
    tiles = page.locator(".tile")
    heads = page.locator(".part-head h3")
    above = ["Precisa de você 1", "Trabalhando agora 1"]
    await expect(heads).to_have_text([*above, "qualidade 118", "segurança 100", "Os outros 1"])
    await expect(tiles).to_have_count(2)
    await expect(tiles.first).to_have_attribute("data-agent", FAILING)
    await expect(tiles.last).to_have_attribute("data-agent", SLOW)
    await expect(page.locator(".hemicycle [data-seat]")).to_have_count(MANY)
    await assert_accessible(page, axe_source, "parts, folded")

    security = part(page, "segurança").get_by_role("button", name="segurança")
    await expect(security).to_have_attribute("aria-expanded", "false")
    await security.press("Enter")
    await expect(tiles).to_have_count(102)
    await page.reload()  # kept in this browser
    await expect(tiles).to_have_count(102)
    await expect(part(page, "segurança").get_by_role("button").first).to_be_visible()
    await page.get_by_role("button", name="Recolher todos").click()
    await expect(tiles).to_have_count(2)
    await page.get_by_role("button", name="Abrir todos").click()
    await expect(tiles).to_have_count(MANY)
    await assert_accessible(page, axe_source, "parts, open")


async def test_what_is_looked_for_is_found_in_a_part_that_is_folded(
    crowd: Server, open_page: Open
) -> None:
    page = await open_page(crowd, width=360, height=740)
    tiles = page.locator(".tile")
    await expect(page.locator(".part-head")).to_have_count(3)
    await expect(tiles).to_have_count(0)
    await expect(page.locator(".tally").first).to_have_text("120 ainda sem veredito")
    search = page.get_by_role("searchbox")
    await search.fill("conselheiro 21")  # 021, 121, and ten that begin with it
    await expect(tiles).to_have_count(12)
    await expect(page.locator(".part-head")).to_have_count(0)
    await search.fill("conselheiro")  # more than a window holds: in parts again, and open
    await expect(tiles).to_have_count(MANY)
    await expect(page.locator(".part-head")).to_have_count(3)
    await expect(page.get_by_role("button", name="Recolher todos")).to_have_count(0)
    await search.fill("")
    # Whoever wants one list has it.
    await page.get_by_role("combobox", name="Ordem").select_option("name")
    await expect(page.locator(".part-head")).to_have_count(0)
    await expect(tiles).to_have_count(MANY)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # As cards too, for who has chosen them.
    await page.evaluate("localStorage.setItem('conselho.density', 'comfortable')")
    await page.goto(crowd.url)
    await expect(page.locator(".part-head")).to_have_count(3)
    await part(page, "qualidade").get_by_role("button").first.click()
    await expect(page.locator(".card")).to_have_count(TAGS["qualidade"])


async def test_the_lanes_in_sight_are_drawn_on_a_large_screen_too(
    crowd: Server, open_page: Open
) -> None:
    page = await open_page(crowd, width=3840, height=2160)
    await page.goto(f"{crowd.url}/#/timeline")
    lanes = page.locator("[data-lane]")
    await lanes.first.wait_for()
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    await page.wait_for_function(IN_SIGHT)
    assert await lanes.count() < MANY / 2


# Most of the window has a lane at every height.
IN_SIGHT = """() => {
  const drawn = [...document.querySelectorAll("[data-lane]")];
  const lanes = drawn.map((lane) => lane.getBoundingClientRect());
  const heights = Array.from({ length: 20 }, (_, at) => innerHeight * (0.25 + 0.03 * at));
  return heights.every((y) => lanes.some(({ top, bottom }) => top <= y + 2 && bottom >= y - 2));
}"""
