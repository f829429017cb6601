"""The page as a person uses it: a real Chromium, a real server, real runs."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import COUNCIL, PAGE, Open
from tests.support.server import CONSELHO, Server

STREAM = "**/api/councilors/events/stream**"
KIB = 1000


def card(page: Page, agent_id: str) -> Locator:
    return page.locator(f".card[data-agent={agent_id}]")


def news(page: Page, task_id: str) -> Locator:
    return page.locator(f".news [data-execution='{task_id}']")


async def test_the_dashboard_shows_the_council(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ainda sem veredito.")
    for name, title, *_ in COUNCIL.values():
        councilor = page.locator(".card", has_text=name)
        await expect(councilor).to_contain_text(title)
        await expect(councilor).to_contain_text("a cada dia")
    await expect(page.locator("[data-kpi=active] b")).to_have_text("4")
    await expect(page.locator(".hemicycle [data-seat]")).to_have_count(4)


async def test_a_run_called_from_its_card_reaches_the_footer_without_a_reload(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    await page.evaluate("window.same = true")
    await card(page, "calm").hover()
    await card(page, "calm").get_by_role("button", name="Executar Nilo Teixeira agora").click()
    await expect(page.locator(".footer .line")).to_contain_text("All 42 jobs are green")
    await expect(page.locator(".footer .line")).to_contain_text("Em ordem")
    await expect(card(page, "calm")).to_contain_text("All 42 jobs are green")
    await expect(page.locator("[data-kpi=runs] b")).to_have_text("1")
    await expect(page.locator("[data-kpi=runs]")).to_contain_text("1 em 7 dias")
    await expect(page.locator("[data-kpi=rate]")).to_contain_text("só hoje em 7 dias")
    await expect(page.locator(".recent tbody tr")).to_have_count(1)
    assert await page.evaluate("window.same") is True


async def test_an_execution_stands_once_in_the_footer_and_changes_in_place(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    task_id = server.begin("slow")
    await expect(card(page, "slow")).to_have_class(re.compile("is-running"))
    await page.keyboard.press("r")
    await expect(news(page, task_id)).to_have_attribute("data-status", "processing")
    await expect(page.locator("[data-kpi=running] b")).to_have_text("1")

    server.call("calm")
    await expect(page.locator(".news li")).to_have_count(2)
    await news(page, task_id).get_by_role("link").click()
    await page.locator(".panel").get_by_role("button", name="Cancelar a execução").click()

    await expect(news(page, task_id)).to_have_attribute("data-status", "cancelled")
    await expect(news(page, task_id)).to_have_count(1)
    await expect(page.locator(".news li")).to_have_count(2)
    await expect(page.locator(".panel h2")).to_have_text("Cancelado antes de terminar")
    await expect(page.locator("[data-kpi=running] b")).to_have_text("0")


async def test_what_an_agent_wrote_is_shown_as_text(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    server.call("leaky")
    needs = page.locator(".attention-card")
    await expect(needs).to_contain_text("A key in seed.env <b>line 12</b>")
    await expect(page).to_have_title("(1) Conselho")
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Otávia Prado pede a sua atenção."
    )
    await needs.get_by_role("link", name="Ver o que viu").click()
    panel = page.get_by_role("dialog")
    await expect(panel.locator(".findings li")).to_contain_text("deploy/seed.env:12")
    await expect(panel.locator(".findings li")).to_contain_text("<script>window.broken")
    await expect(panel.locator(".said .markdown")).to_contain_text("<img src=x onerror=")
    assert await page.locator("main img, .panel img, .panel script").count() == 0
    assert await page.evaluate("'broken' in window") is False


async def test_a_failed_run_says_what_happened_and_what_to_do(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server, language="en")
    task = server.call("failing")
    await page.goto(f"{server.url}/#/execution/{task['task_id']}")
    cause = page.locator(".panel .cause")
    await expect(cause).to_contain_text("The command ended with an error.")
    await expect(cause.locator("code")).to_have_text("exit")
    await expect(cause).to_contain_text("Run the same command by hand")
    await expect(page.locator(".panel .facts", has_text="Exit code")).to_contain_text("Exit code3")
    page = await open_page(server)
    said = "Terminou com código de saída 3: no lock file"
    await expect(page.locator(".attention-card h3")).to_have_text(said)


async def test_what_is_known_leaves_the_list_until_the_next_verdict(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server, language="en")
    server.call("failing")
    await page.get_by_role("button", name="I know").click()
    await expect(page.locator(".attention-card")).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing new.")
    await page.reload()
    await expect(card(page, "failing")).to_be_visible()
    await expect(page.locator(".attention-card")).to_have_count(0)
    server.call("failing")
    await expect(page.locator(".attention-card")).to_contain_text("2nd in a row")


async def test_a_councilor_goes_on_leave_and_is_called_back(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    await card(page, "calm").hover()
    await page.get_by_role("button", name="Dar licença a Nilo Teixeira").click()
    await expect(card(page, "calm").locator(".when b")).to_have_text("de licença")
    await expect(page.locator("[data-kpi=active]")).to_contain_text("1 de licença")
    await page.get_by_role("button", name="Chamar Nilo Teixeira de volta").click()
    # The event does not tell the next slot: the page asks for it by itself.
    await expect(card(page, "calm").locator(".when b")).to_contain_text("em 23 h")


async def test_a_refused_order_says_why(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    # The page has not heard of the run that somebody else has just started.
    await page.route("**/execute-now", lambda route: _call_first(server, route))
    await card(page, "slow").hover()
    await page.get_by_role("button", name="Executar Caetano Reis agora").click()
    await expect(page.get_by_role("alert")).to_contain_text("Não deu certo:")


async def _call_first(server: Server, route: Route) -> None:
    server.begin("slow")
    await route.continue_()


async def test_after_a_restart_of_the_server_the_page_goes_on_by_itself(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    await page.evaluate("window.same = true")
    before = server.call("leaky")
    headline = page.get_by_role("heading", level=1)
    await expect(headline).to_have_text("Otávia Prado pede a sua atenção.")

    server.kill()
    await expect(page.locator("html")).to_have_attribute("data-lost", "")
    await expect(page.locator("[data-connection=lost]")).to_contain_text("Sem sinal há")
    await expect(headline).to_have_text("Otávia Prado pedia a sua atenção.")
    await expect(page.locator(".footer h2")).to_have_text("Rodapé parado")
    await expect(card(page, "calm").locator(".when b")).to_contain_text("previsto")

    server.start()
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    await expect(page.locator("html")).not_to_have_attribute("data-lost", "")
    after = server.call("calm")
    await page.keyboard.press("r")
    for task in (before, after):
        await expect(news(page, task["task_id"])).to_have_count(1)
    assert await page.evaluate("window.same") is True


async def test_without_a_stream_the_page_polls_and_returns_to_it(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    await page.context.route(STREAM, lambda route: route.abort())
    # Cut the open line: the browser then meets the refusals.
    await page.context.set_offline(True)
    await page.context.set_offline(False)
    server.kill()
    server.start()
    await expect(page.locator("[data-connection=polling]")).to_be_visible()
    await expect(page.locator("html")).not_to_have_attribute("data-lost", "")
    await page.context.unroute(STREAM)
    await expect(page.locator("[data-connection=live]")).to_be_visible()


async def test_an_event_id_that_the_server_does_not_know_brings_a_fresh_picture(
    server: Server, open_page: Open, tmp_path: Path
) -> None:
    page = await open_page(server)
    server.call("leaky")
    await expect(page.locator(".attention-card")).to_have_count(1)
    server.kill()
    for path in server.data_dir.glob("conselho.db*"):
        path.unlink()
    server.start()
    await expect(page.locator(".attention-card")).to_have_count(0)
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    server.call("calm")
    await expect(page.locator(".footer .line")).to_contain_text("All 42 jobs")


async def test_the_language_is_the_browser_s_and_then_the_reader_s_choice(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server, language="en-GB")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_role("heading", name="The council")).to_be_visible()
    await page.get_by_role("button", name="Appearance and language").click()
    await page.get_by_role("radio", name="Português").check()
    await expect(page.get_by_role("heading", name="O conselho")).to_be_visible()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "pt-BR")
    await expect(page.get_by_role("heading", name="O conselho")).to_be_visible()


async def test_the_theme_is_the_system_s_and_then_the_reader_s_choice(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server, dark=True)
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert await page.evaluate(background) == "rgb(13, 23, 25)"
    await page.get_by_role("button", name="Aparência e idioma").click()
    await page.get_by_role("radio", name="Claro").check()
    assert await page.evaluate(background) == "rgb(230, 234, 227)"
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert await page.evaluate(background) == "rgb(230, 234, 227)"


async def test_the_footer_and_the_panel_answer_to_the_keyboard(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    server.call("calm")
    await expect(page.locator(".footer .line")).to_contain_text("All 42 jobs")
    await page.keyboard.press("r")
    await expect(page.locator(".news")).to_be_visible()
    await page.get_by_label("Filtrar por nome").press("r")
    await expect(page.locator(".news")).to_be_visible()
    await page.locator(".news a").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_council_can_be_filtered(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    field = page.get_by_label("Filtrar por nome")
    await field.fill("otavia")
    await expect(page.locator(".card h3")).to_have_text(["Otávia Prado"])
    await field.fill("nobody at all")
    await page.get_by_role("button", name="Limpar o filtro").click()
    await expect(page.locator(".card")).to_have_count(4)
    await page.get_by_role("button", name=re.compile("security")).click()
    await expect(page.locator(".card")).to_have_count(2)


async def test_an_empty_council_is_taught_with_an_example_that_works(
    empty_server: Server, open_page: Open, tmp_path: Path
) -> None:
    for language in ("pt-BR", "en"):
        page = await open_page(empty_server, language=language)
        await expect(page.locator(".command").first).to_have_text("conselho apply council/")
        folder = tmp_path / f"council-{language}"
        folder.mkdir()
        await page.locator(".empty summary").click()
        example = await page.locator(".empty pre").inner_text()
        (folder / "example.md").write_text(example, encoding="utf-8")
        checked = subprocess.run(  # noqa: ASYNC221
            [CONSELHO, "check", str(folder)],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_the_first_councilor_takes_its_seat_without_a_reload(
    empty_server: Server, open_page: Open
) -> None:
    page = await open_page(empty_server, language="en")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("The chamber is open.")
    empty_server.promote("ana")
    await expect(card(page, "ana")).to_be_visible()
    empty_server.delete("/api/councilors/ana/demote-councilor")
    await expect(page.locator(".empty")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1440, 1920])
async def test_nothing_stands_beyond_the_edge(server: Server, open_page: Open, width: int) -> None:
    page = await open_page(server, width=width)
    for agent_id in ("leaky", "failing", "calm"):
        server.call(agent_id)
    await expect(page.locator(".attention-card")).to_have_count(2)
    within = "document.documentElement.scrollWidth <= innerWidth"
    assert await page.evaluate(within)
    await page.locator(".attention-card").first.get_by_role("link").click()
    await expect(page.get_by_role("dialog").locator("h2")).to_be_visible()
    assert await page.evaluate(within)
    await page.keyboard.press("Escape")
    await page.keyboard.press("r")
    await expect(page.locator(".news li")).to_have_count(3)
    assert await page.evaluate(within)


async def test_the_page_asks_nobody_but_its_server(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.reload()
    server.call("leaky")
    await page.locator(".attention-card").get_by_role("link").click()
    await expect(page.get_by_role("dialog").locator("h2")).to_be_visible()
    assert len(asked) > 5
    assert [url for url in asked if not url.startswith(server.url)] == []


def test_the_first_view_is_light() -> None:
    if not PAGE.is_file():
        pytest.skip("the page is not built: run `make page`")
    html = PAGE.read_text(encoding="utf-8")
    # The words of one language come with it, by the script: Portuguese ones are the longer.
    words = [f"assets/{path.name}" for path in (PAGE.parent / "assets").glob("pt-BR-*.js")]
    assert len(words) == 1
    first = re.findall(r'(?:src|href)="/(assets/[^"]+)"', html) + words
    sizes = {name: (PAGE.parent / name).read_bytes() for name in first}
    code = sum(len(gzip.compress(b)) for n, b in sizes.items() if n.endswith((".js", ".css")))
    fonts = sum(len(b) for n, b in sizes.items() if n.endswith(".woff2"))
    assert 0 < code <= 60 * KIB
    assert 0 < fonts <= 80 * KIB


async def test_a_page_that_stays_open_keeps_no_old_elements(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    await page.keyboard.press("r")
    for _ in range(15):
        server.call("calm")
        server.call("leaky")
    await expect(page.locator("[data-kpi=runs] b")).to_have_text("30")
    # The last change may still hold its own; a leak keeps some of every change.
    assert await removed_elements(page) <= 3


async def removed_elements(page: Page) -> int:
    """Nodes that left the document and are still held by something, after a collection."""
    inspector = await page.context.new_cdp_session(page)
    await inspector.send("HeapProfiler.collectGarbage")
    prototype = await inspector.send("Runtime.evaluate", {"expression": "Node.prototype"})
    nodes = await inspector.send(
        "Runtime.queryObjects", {"prototypeObjectId": prototype["result"]["objectId"]}
    )
    counted = await inspector.send(
        "Runtime.callFunctionOn",
        {
            "objectId": nodes["objects"]["objectId"],
            # Prototypes are found too; they have no owner document.
            "functionDeclaration": "function () { let count = 0; for (const node of this) "
            "{ try { if (!node.isConnected) count += 1 } catch {} } return count }",
            "returnByValue": True,
        },
    )
    await inspector.send("Runtime.releaseObject", {"objectId": nodes["objects"]["objectId"]})
    await inspector.detach()
    number: int = counted["result"]["value"]
    return number
