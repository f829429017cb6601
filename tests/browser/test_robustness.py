"""Bad input: what breaks shows where it broke, in a sentence, and the rest of the page goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.async_api import Locator, Page, Route, expect

from bench.councils import seat_due_councilors
from conselho.models.event import EventDraft, EventType
from conselho.models.journal import JournalEntry, JournalKind
from conselho.stores.sql import open_sql_store
from tests.browser.conftest import Open
from tests.support.proxy import Proxy, proxy
from tests.support.scripted_server import answer
from tests.support.server import Json, Server, config, running

HTML = answer(b"<!doctype html><h1>Bad Gateway</h1>", status=502, content_type="text/html")
PAGE_OF_ANOTHER = answer(b"<!doctype html><h1>Log in</h1>", content_type="text/html")
CUT = answer(b'{"agents": [{"agent_id": "ca')
BUSY = answer({"detail": "Slow down."}, status=429)
PARTS = ("/api/kpis", "/api/tasks", "/api/usage", "/api/journal", "/api/maintenance")
MANY = 500
LONG = "Conselheira " * 16
NAMES = {
    "long": LONG + "x" * (200 - len(LONG)),
    "unbroken": "W" * 200,
    "rtl": "מועצה العربية (ראשונה) 123",
    "family": "👩\u200d👩\u200d👧 Ζωή 🏳️ ẞ " + "z\u0335\u0301\u0323" * 40,
}
# The server refuses such names; agents may write what they like.
SAID = "\u202egpj.exe\u202c \u2066and\u200b\ufeff\u2069 \x07\x1b[31mred"


@pytest.fixture
def between(server: Server) -> Iterator[Proxy]:
    with proxy(server.url) as between:
        yield between


async def is_live(page: Page) -> None:
    await expect(page.locator("[data-connection=live]")).to_be_visible()


# -- how many, and what they are called ------------------------------------------------------------


async def test_five_hundred_councilors_with_ugly_names_fit_any_screen(
    chromium_path: str, tmp_path: Path, open_page: Open
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await seat_due_councilors(tmp_path, MANY, ["true"], first=tomorrow, every="1d")
    with running(tmp_path) as server:
        for agent_id, name in NAMES.items():
            server.create(
                agent_id,
                ["sh", "-c", f"printf '%s\\n' '{name} {SAID}'; exit 3"],
                tags=["ugly", "t" * 60],
            )
            seat = config() | {"title": name[:200], "task": {"name": name[:200], "prompt": "p"}}
            looks = {"display_name": name}
            server.post(
                f"/api/councilors/{agent_id}/promote-councilor",
                {"councilor_config": seat, "customization": looks},
            )
            server.call(agent_id)
        flood = "head -c 5000000 /dev/zero | tr '\\0' x; echo; yes | head -c 1000000"
        server.promote("flood", ["sh", "-c", flood])
        flooded = server.call("flood")
        for width, dark in ((1440, False), (360, True)):
            page = await open_page(server, width=width, dark=dark)
            for agent_id in NAMES:
                await expect(page.locator(f"[data-agent='{agent_id}']").first).to_be_attached()
            heading = page.get_by_role("heading", level=1)
            await expect(heading).to_have_text("Quatro conselheiros pedem a sua atenção.")
            # What turns text around is named, so that it cannot.
            await expect(page.locator("main")).to_contain_text("⟨U+202E⟩gpj.exe")
            within = "document.documentElement.scrollWidth - innerWidth"
            assert await page.evaluate(within) <= 0
            await page.keyboard.press("r")
            await expect(page.locator(".news li")).to_have_count(len(NAMES) + 1)
            assert await page.evaluate(within) <= 0
            await page.goto(f"{server.url}/#/execution/{flooded['task_id']}")
            panel = page.get_by_role("dialog")
            await expect(panel.locator("h2").first).to_be_visible()
            await expect(panel).to_contain_text("x" * 100)
            assert await page.evaluate(within) <= 0
            await page.keyboard.press("Escape")
            await expect(panel).to_have_count(0)


# -- answers ---------------------------------------------------------------------------------------


async def test_parts_that_do_not_come_are_named_and_the_others_are_shown(
    server: Server, between: Proxy, open_page: Open
) -> None:
    server.call("leaky")
    page = await open_page(between, language="en")
    alerts = page.locator("main [role=alert]")
    for bad in (HTML, CUT, BUSY, answer([])):
        between.rules |= dict.fromkeys(PARTS, bad)
        await page.reload()
        await expect(page.locator("[data-agent=calm]")).to_be_visible()
        await expect(page.locator(".attention-card")).to_have_count(1)
        await expect(alerts).to_have_count(2)
        await expect(alerts.first).to_contain_text("The figures are missing: ")
        await expect(alerts.last).to_contain_text("The latest runs are missing: ")
        assert "undefined" not in await page.locator("body").inner_text()
        await expect(page.locator(".footer")).not_to_contain_text("honest silence")
        between.rules.clear()
        await alerts.first.get_by_role("button", name="Try again").click()
        await expect(alerts).to_have_count(0)
        await expect(page.locator(".recent tbody tr")).to_have_count(1)
        await expect(page.locator("[data-kpi=runs] b")).to_have_text("1")


async def test_without_the_council_the_page_says_why_and_keeps_trying(
    between: Proxy, open_page: Open
) -> None:
    page = await open_page(between, language="en")
    for bad in (PAGE_OF_ANOTHER, answer({"agents": {}})):
        between.rules["/api/councilors?"] = bad
        await page.reload()
        alert = page.locator(".first-load[role=alert]")
        await expect(alert).to_contain_text("did not send the council")
        await expect(alert).to_contain_text("keeps trying")
        between.rules.clear()
        await expect(page.locator("[data-agent=calm]")).to_be_visible()
        await is_live(page)


async def test_councilors_that_cannot_be_read_are_counted_and_the_others_are_shown(
    server: Server, open_page: Open
) -> None:
    server.call("calm")
    page = await open_page(server, language="en", until="body")
    await page.context.route("**/api/councilors?*", spoiled)
    await page.reload()
    seen = page.locator("[data-agent=calm], [data-agent=failing]")
    spoiled_ones = page.locator("[data-agent=leaky], [data-agent=slow]")
    await expect(seen).to_have_count(2)
    await expect(spoiled_ones).to_have_count(0)
    alert = page.locator("main [role=alert]")
    await expect(alert).to_contain_text("2 councilors are not shown here")
    # One has no verdict yet, and of two nothing is known.
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("Three without a verdict yet.")
    await is_live(page)
    await page.context.unroute("**/api/councilors?*")
    await alert.get_by_role("button", name="Try again").click()
    await expect(alert).to_have_count(0)
    await expect(spoiled_ones).to_have_count(2)


async def spoiled(route: Route) -> None:
    answered = await route.fetch()
    council: Json = await answered.json()
    by_id = {agent["agent_id"]: agent for agent in council["agents"]}
    by_id["leaky"]["recent"] = None
    by_id["slow"]["created_at"] = "yesterday"
    # The page can do without these.
    by_id["calm"] |= {"stats": by_id["calm"]["stats"] | {"skipped": None}, "further": {"a": 1}}
    del by_id["failing"]["version"], by_id["failing"]["source"]
    await route.fulfill(response=answered, json=council)


async def test_a_view_that_breaks_says_so_and_leaves_the_rest_alone(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)

    async def broken(route: Route) -> None:
        await route.fulfill(json={"slots": "many"})

    await page.route("**/next?*", broken)
    await page.goto(f"{server.url}/#/agenda/calm")
    panel = page.locator(".shell > .broken")
    await expect(panel).to_contain_text("Esta parte não pôde ser mostrada.")
    assert await on_top(panel)
    task = server.call("leaky")
    await expect(page.locator(f".recent [data-execution='{task['task_id']}']")).to_have_count(1)
    await page.unroute("**/next?*")
    await panel.get_by_role("button", name="Tentar de novo").click()
    await expect(page.locator(".panel ol li").first).to_be_visible()


async def on_top(notice: Locator) -> bool:
    """Nothing lies over it."""
    top: bool = await notice.evaluate(
        """(notice) => {
          const { left, top, width, height } = notice.getBoundingClientRect();
          return notice.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }"""
    )
    return top


# -- events ----------------------------------------------------------------------------------------


async def test_events_that_cannot_be_read_are_dropped_told_once_and_repaired(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    task_id = server.begin("slow")
    await expect(page.locator("[data-agent=slow].is-running")).to_have_count(1)
    whole = server.task(task_id)
    for _ in range(2):
        await announce(
            server,
            ("councilor_promoted_to_king", {"councilor_id": "calm"}),
            ("councilor_skipped", {"execution": 7}),
            ("councilor_execution", {"execution": whole | {"created_at": "yesterday"}}),
            ("councilor_updated", {"councilor_id": "calm", "change": "edited", "agent": []}),
            ("council_journal", {"entry": None}),
        )
    task = server.call("leaky")
    await expect(page.locator(f".recent [data-execution='{task['task_id']}']")).to_have_count(1)
    await is_live(page)
    kinds = [re.search(r'"(\w+)"', line) for line in said if line.startswith("warning")]
    assert sorted(kind[1] for kind in kinds if kind) == [
        "council_journal",
        "councilor_execution",
        "councilor_promoted_to_king",
        "councilor_skipped",
        "councilor_updated",
    ]
    assert [line for line in said if line.startswith("error")] == []


async def announce(server: Server, *events: tuple[str, Json]) -> None:
    """Stored beside the running server, as a program of another release might."""
    store = await open_sql_store(f"sqlite:///{server.database}")
    try:
        drafts = [
            EventDraft(
                type=cast(EventType, SimpleNamespace(value=kind)), agent_id="calm", data=data
            )
            for kind, data in events
        ]
        entry = JournalEntry(at=datetime.now(UTC), kind=JournalKind.BACKFILL, detail="Spoiled.")
        await store.write_journal([entry], events=drafts)
    finally:
        await store.close()


# -- files of the page -----------------------------------------------------------------------------


async def test_files_of_the_page_that_do_not_come_are_told_of(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    await page.route("**/assets/panel-*.js", lambda route: route.abort())
    await page.goto(f"{server.url}/#/orders")
    notice = page.locator(".shell > .broken")
    await expect(notice).to_contain_text("uma parte desta página")
    assert await on_top(notice)
    await is_live(page)

    await page.route("**/assets/pt-BR-*.js", lambda route: route.abort())
    await page.goto("about:blank")
    await page.goto(server.url)
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("uma parte da página não chegou")
    await expect(alert).to_contain_text("did not arrive")
    await page.unroute("**/assets/pt-BR-*.js")
    await alert.get_by_role("button").click()
    await is_live(page)
