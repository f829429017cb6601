"""The shell of the page: its views, the palette, the keyboard, and how it fits its council."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import COUNCILOR, Open
from tests.browser.test_login import let_in, log_in, token
from tests.support.server import Server, running

ADMIN_TOKEN = "a-long-token-for-the-tests"
LONG_NAME = "Excelentíssimo Conselheiro " + "Superlongapalavra" * 10
PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'%3E"
    "%3Crect width='9' height='9'/%3E%3C/svg%3E"
)
MANY = 90

# Whatever moved in the footer without the reader's doing.
WATCH_SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      for (const {node} of entry.sources)
        if (node?.parentElement?.closest('.footer'))
          window.shifts.push(`${node.nodeName} ${node.className} ${node.textContent}`);
  }).observe({type: 'layout-shift'});
}"""
# The focus, as far as the bar and the footer leave it to be seen: 0 when they cover all of it.
SEEN_OF_FOCUS = """() => {
  const shown = document.activeElement;
  if (shown === document.body || shown.closest('.topbar, .footer, .skip')) return 1;
  const box = shown.getBoundingClientRect();
  const top = document.querySelector('.topbar').getBoundingClientRect().bottom;
  const bottom = document.querySelector('.footer').getBoundingClientRect().top;
  return Math.min(box.bottom, bottom) - Math.max(box.top, top);
}"""

# Two keys between which the browser does nothing else, so that no event of the first one comes.
ESCAPE_AND_HELP = """() => {
  for (const key of ['Escape', '?']) {
    const press = new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true});
    document.activeElement.dispatchEvent(press);
  }
}"""
# Once the browser has told of everything that was closed before.
NEXT_FRAME = "() => new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)))"


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Buscar ou mandar")


async def ask(page: Page, query: str) -> Locator:
    """The options of the palette for this query, the first one chosen."""
    await page.keyboard.press("Control+k")
    await palette(page).get_by_role("combobox").fill(query)
    return palette(page).get_by_role("option")


async def test_the_palette_finds_goes_and_orders(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    opener = page.get_by_label("Filtrar por nome")
    await opener.focus()
    options = await ask(page, "otavia")
    await expect(options.first).to_have_text(re.compile("^Otávia Prado"))
    await page.keyboard.press("Escape")
    await expect(palette(page)).to_have_count(0)
    await expect(opener).to_be_focused()

    options = await ask(page, "exec nilo")
    await expect(options).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator(".footer .line")).to_contain_text("All 42 jobs are green")

    options = await ask(page, "jobs green")
    await expect(options.first).to_contain_text("Nilo Teixeira: All 42 jobs are green")
    await page.keyboard.press("Enter")
    await expect(page.locator(".panel")).to_contain_text("All 42 jobs are green")
    await ask(page, "prov")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Provedores")

    options = await ask(page, "tema")
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await options.filter(has_text="escuro").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await ask(page, "nobody at all")
    await expect(palette(page).get_by_role("status")).to_have_text("Nada com “nobody at all”.")


async def test_the_palette_takes_what_a_quick_hand_types_and_puts_orders_before_runs(
    server: Server, open_page: Open
) -> None:
    server.call("calm")
    page = await open_page(server)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("nilo")
    await expect(palette(page).get_by_role("combobox")).to_have_value("nilo")
    kinds = palette(page).locator(".option .kind")
    await expect(kinds.last).to_have_text("Execução")
    assert "Execução" not in (await kinds.all_inner_texts())[:-1]
    await page.keyboard.press("Escape")
    options = await ask(page, "pausar nilo")
    await expect(options.first).to_have_text(re.compile("^Dar licença a Nilo Teixeira"))


async def test_the_key_after_the_one_that_closes_is_for_the_page(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    await page.keyboard.press("Control+k")
    await expect(palette(page).get_by_role("combobox")).to_be_focused()
    await page.evaluate(ESCAPE_AND_HELP)
    await expect(page.get_by_role("dialog", name="Atalhos do teclado")).to_be_visible()
    await page.evaluate(NEXT_FRAME)
    await expect(page.get_by_role("dialog", name="Atalhos do teclado")).to_be_visible()
    await expect(palette(page)).to_have_count(0)


async def test_shortcuts_lead_everywhere_and_can_be_switched_off(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    server.call("leaky")
    server.call("failing")
    needs = page.locator("[data-needs] .buttons a:first-child")
    await expect(needs).to_have_count(2)
    for keys, name in (("gt", "Linha do tempo"), ("gv", "Provedores"), ("gp", "Plenário")):
        await page.keyboard.type(keys)
        current = page.locator(".topbar > nav [aria-current=page]")
        await expect(current).to_have_text(name)
    await page.keyboard.press("n")
    await expect(needs.first).to_be_focused()
    await page.keyboard.press("n")
    await expect(needs.last).to_be_focused()

    await page.keyboard.type("gv")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Provedores")
    await page.keyboard.press("/")
    await expect(page.get_by_label("Filtrar por nome")).to_be_focused()
    await page.keyboard.type("rgt")  # letters, where one types
    await expect(page.get_by_label("Filtrar por nome")).to_have_value("rgt")
    await expect(page.locator(".news")).to_have_count(0)

    await page.locator("#council").focus()
    await page.keyboard.press("?")
    shortcuts = page.get_by_role("dialog", name="Atalhos do teclado")
    await expect(shortcuts).to_contain_text("Abrir ou recolher o rodapé")
    await shortcuts.get_by_role("checkbox").uncheck()
    await page.keyboard.press("Escape")
    await expect(shortcuts).to_have_count(0)
    await page.keyboard.press("r")
    await page.keyboard.press("Control+k")
    await expect(palette(page)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".news")).to_have_count(0)


async def test_what_a_role_may_not_do_is_shown_with_the_reason(
    chromium_path: str, council_dir: Path, tmp_path: Path, open_page: Open
) -> None:
    environ = {"CONSELHO_REQUIRE_LOGIN": "true", "CONSELHO_ADMIN_TOKEN": ADMIN_TOKEN}
    with running(tmp_path, council=council_dir, environ=environ) as server:
        server.api.headers["Authorization"] = f"Bearer {ADMIN_TOKEN}"
        _, secret = token(server, "viewer", "Visita")
        page = await open_page(server, until="#login-token")
        await log_in(page, secret)
        await let_in(page)
        options = await ask(page, "executar nilo")
        await expect(options).to_have_attribute("aria-disabled", "true")
        await expect(options).to_contain_text("Pede o papel operator.")
        await page.keyboard.press("Enter")
        await expect(palette(page)).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(palette(page)).to_have_count(0)
        await page.keyboard.type("gv")
        await expect(page.locator(".providers")).to_contain_text("Isso pede o papel operator")
        await expect(page.get_by_role("button", name="Conferir de novo")).to_have_count(0)
        assert server.get("/api/tasks")["total"] == 0


async def test_the_providers_say_what_is_wrong_and_the_cure(
    server: Server, open_page: Open
) -> None:
    server.promote("lost", ["no-such-program-anywhere"], name="Seu Sumido")
    page = await open_page(server)
    await page.get_by_role("link", name="Provedores").click()
    await expect(page.locator(".verdict")).to_have_text("1 de 5 conselheiros não pode rodar.")
    ill = page.locator(".patients [data-agent=lost]")
    await expect(ill).to_contain_text(
        "O programa no-such-program-anywhere não foi encontrado. Instale-o"
    )
    await expect(page.locator("[data-provider=command]")).to_contain_text("Serve a 5 conselheiros")
    claude = page.locator("[data-provider=claude]")
    await expect(claude).to_contain_text("npm install -g @anthropic-ai/claude-code")

    server.delete("/api/councilors/lost/demote-councilor")
    await page.get_by_role("button", name="Conferir de novo").click()
    await expect(page.locator(".verdict")).to_have_text("Os 4 conselheiros podem rodar.")
    await page.get_by_role("link", name="Nilo Teixeira").click()
    await expect(page).to_have_url(re.compile("#/councilor/calm$"))


async def test_the_filter_stands_in_the_address_and_every_tag_can_be_reached(
    server: Server, open_page: Open
) -> None:
    tags = [f"tag-{n}" for n in range(1, 8)]
    server.promote("ana", tags=tags)
    page = await open_page(server)
    chips = page.get_by_role("group", name="Filtrar por etiqueta")
    await expect(chips.get_by_role("button", name="tag-7")).to_have_count(0)
    await chips.get_by_role("button", name="Mais 4").click()
    await chips.get_by_role("button", name="tag-7").click()
    await expect(page.locator(".card")).to_have_count(1)
    await page.get_by_role("combobox").select_option("name")
    await expect(page).to_have_url(re.compile(r"\?tag=tag-7&order=name$"))

    await page.get_by_role("link", name="Provedores").click()
    await page.reload()
    await page.get_by_role("link", name="Plenário", exact=True).click()
    await expect(page.locator(".card h3")).to_have_text(["Ana"])
    pressed = chips.locator("[aria-pressed=true]")
    await expect(pressed).to_have_text(re.compile("tag-7"))
    await pressed.click()
    await expect(page.locator(".card")).to_have_count(5)


async def test_names_and_pictures_from_anywhere_do_no_harm(server: Server, open_page: Open) -> None:
    pictures = {
        "own": PICTURE,
        "foreign": "https://example.com/a.png",
        "broken": "/no/such/picture.png",
    }
    for agent_id, picture in pictures.items():
        server.promote(agent_id, name=LONG_NAME[:200])
        look = {"customization": {"avatar_url": picture}}
        server.patch(f"/api/councilors/{agent_id}/councilor-config", look)
    for width in (1440, 360):
        page = await open_page(server, width=width, has_touch=width < 400)
        await expect(page.locator(".card[data-agent=own] .portrait image")).to_have_count(1)
        # The others are drawn: a face has eyes, and no frame of a picture that is not there.
        for agent_id in ("foreign", "broken"):
            portrait = page.locator(f".card[data-agent={agent_id}] .portrait")
            await expect(portrait.locator("image")).to_have_count(0)
            await expect(portrait.locator(".dot, .stroke").first).to_be_attached()
        requests = "performance.getEntriesByType('resource').map((entry) => entry.name)"
        assert not [url for url in await page.evaluate(requests) if server.url not in url]
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def crowd(chromium_path: str, tmp_path: Path) -> Iterator[Server]:
    """A council so large that it is shown as tiles."""
    folder = tmp_path / "council"
    folder.mkdir()
    for number in range(MANY):
        form: dict[str, Any] = {
            "agent_id": f"agent-{number:03d}",
            "name": f"Conselheiro {number:03d}",
            "script": "-c, 'exit 3'" if number == MANY - 1 else "-c, 'echo all is well'",
            "title": "Vigia",
            "tag": "ala",
            "task": "Ronda",
            "prompt": "Look.",
        }
        path = folder / f"{form['agent_id']}.md"
        path.write_text(COUNCILOR.format(**form), encoding="utf-8")
    with running(tmp_path, council=folder) as server:
        yield server


async def test_a_crowd_is_drawn_where_it_is_seen_and_trouble_comes_first(
    crowd: Server, open_page: Open
) -> None:
    failing = f"agent-{MANY - 1:03d}"
    crowd.call(failing)
    page = await open_page(crowd, width=360, height=640)
    tiles = page.locator(".tile")
    await expect(tiles).to_have_count(MANY)
    await expect(tiles.first).to_have_attribute("data-agent", failing)
    await expect(tiles.first.locator(".soon")).to_contain_text("em 23 h")
    far = tiles.last
    await expect(far).to_contain_text(f"Conselheiro {MANY - 2:03d}")  # its name can be found
    await expect(far.locator(".portrait")).to_have_count(0)
    await far.scroll_into_view_if_needed()
    await expect(far.locator(".portrait")).to_have_count(1)
    await page.locator("#council").focus()
    await page.keyboard.press("n")
    await expect(tiles.first.get_by_role("link")).to_be_focused()
    await tiles.first.get_by_role("button", name="Já sei").click()
    await expect(page).to_have_title("Conselho")


async def test_the_density_is_the_council_s_and_then_the_reader_s_choice(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    await expect(page.locator(".cards.is-cards")).to_be_visible()
    high = await page.locator(".card").first.evaluate("card => card.offsetHeight")
    await page.get_by_role("button", name="Aparência e idioma").click()
    await page.get_by_role("radio", name="Densa").check()
    await expect(page.locator(".cards.is-compact")).to_be_visible()
    assert await page.locator(".card").first.evaluate("card => card.offsetHeight") < high
    await page.reload()
    await expect(page.locator(".cards.is-compact")).to_be_visible()
    await expect(page.locator(".card").first).to_contain_text("Ainda sem veredito")


async def test_the_menu_of_a_phone_leads_to_every_view(server: Server, open_page: Open) -> None:
    page = await open_page(server, width=360, height=740, has_touch=True)
    await expect(page.locator(".topbar > nav")).to_be_hidden()
    await page.get_by_role("button", name="Aparência e idioma").tap()
    await page.locator(".appearance").get_by_role("link", name="Linha do tempo").tap()
    await expect(page).to_have_url(re.compile("#/timeline$"))
    await expect(page.locator(".appearance")).to_be_hidden()
    await page.get_by_role("button", name="Buscar ou mandar").tap()
    await expect(palette(page).get_by_role("combobox")).to_be_focused()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_footer_keeps_an_unseen_error_and_moves_nothing(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    line = page.locator(".footer .line")
    await page.evaluate(WATCH_SHIFTS)
    error = server.call("leaky")
    await expect(line).to_contain_text("A key in seed.env")
    for _ in range(6):
        server.call("calm")
    await expect(page.locator("[data-kpi=runs] b")).to_have_text("7")
    await expect(line).to_contain_text("A key in seed.env")
    await expect(page.locator(".footer .side")).to_have_text("1 erro que você não viu")
    await page.keyboard.press("r")
    await expect(page.locator(".news li")).to_have_count(7)
    server.call("calm")
    await expect(page.locator(".news li")).to_have_count(8)
    await page.keyboard.press("r")
    await expect(line).to_contain_text("All 42 jobs are green")
    await page.reload()  # what was seen stays seen
    await expect(line).to_contain_text("All 42 jobs are green")

    await page.evaluate(WATCH_SHIFTS)
    server.call("leaky")
    await expect(line).to_contain_text("A key in seed.env")
    assert await page.evaluate("window.shifts") == []
    await line.click()
    await expect(page).to_have_url(re.compile("#/execution/"))
    assert error["task_id"] not in page.url


async def test_what_has_the_focus_is_never_under_the_bar_or_the_footer(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server, height=520)
    server.call("leaky")
    await expect(page.locator(".attention-card")).to_be_visible()
    await page.keyboard.press("r")
    await page.locator("#council").focus()
    reached = set()
    for key in ["Tab"] * 30 + ["Shift+Tab"] * 30:
        await page.keyboard.press(key)
        assert await page.evaluate(SEEN_OF_FOCUS) > 0
        reached.add(await page.evaluate("document.activeElement.className"))
    assert len(reached) > 4
