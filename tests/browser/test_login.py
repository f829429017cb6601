"""The page of a server that asks for a token: who is let in, and what their role lets them do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.server import DEADLINE_SECONDS, Server, running

ADMIN_TOKEN = "a-long-token-for-the-tests"
PHONE = 390
FIELD = "#login-token"


@pytest.fixture
def guarded(
    chromium_path: str, council_dir: Path, tmp_path: Path, free_port: int
) -> Iterator[Server]:
    """A server that asks for a token on this machine too; `api` shows the administrator's."""
    environ = {"CONSELHO_REQUIRE_LOGIN": "true", "CONSELHO_ADMIN_TOKEN": ADMIN_TOKEN}
    arguments = ["--port", str(free_port)]
    with running(tmp_path, council=council_dir, environ=environ, arguments=arguments) as server:
        server.api.headers["Authorization"] = f"Bearer {ADMIN_TOKEN}"
        yield server


def token(server: Server, role: str, name: str) -> tuple[str, str]:
    """A new token: its id and its secret."""
    answer = server.post("/api/tokens", {"name": name, "role": role})
    return answer["token"]["token_id"], answer["secret"]


async def log_in(page: Page, secret: str) -> None:
    await page.locator(FIELD).fill(secret)
    await page.keyboard.press("Enter")


async def let_in(page: Page) -> None:
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    await expect(page.locator(".card")).to_have_count(4)
    await expect(page.locator(FIELD)).to_have_count(0)


async def test_who_shows_a_token_sees_the_council_live_and_may_leave(
    guarded: Server, open_page: Open
) -> None:
    _, secret = token(guarded, "operator", "Ana da portaria")
    page = await open_page(guarded, until=FIELD)
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "O plenário está a portas fechadas."
    )
    await expect(page.locator(FIELD)).to_be_focused()
    await expect(page.locator(".login")).to_contain_text("conselho token create --role viewer")
    await expect(page.locator(".shell")).to_be_hidden()

    await log_in(page, secret)
    await let_in(page)
    guarded.begin("calm")
    await expect(page.locator(".card[data-agent=calm]")).to_contain_text("All 42 jobs are green")
    cookies = await page.context.cookies()
    assert [(each["httpOnly"], each["sameSite"]) for each in cookies] == [(True, "Strict")]

    await page.reload()
    await let_in(page)
    await page.get_by_role("button", name="Quem entrou: Ana da portaria").click()
    await expect(page.locator("#who")).to_contain_text("executa, pausa e cancela")
    await page.get_by_role("button", name="Sair").click()
    await expect(page.locator(FIELD)).to_be_focused()
    await expect(page.locator(".card")).to_have_count(0)


async def test_a_token_that_is_not_accepted_is_told(guarded: Server, open_page: Open) -> None:
    page = await open_page(guarded, until=FIELD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Cole aqui o token.")
    await log_in(page, "no-token-at-all")
    await expect(page.get_by_role("alert")).to_contain_text("Este token não é aceito")
    field = page.locator(FIELD)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("autocomplete", "current-password")
    await expect(field).to_have_attribute("type", "password")
    await page.get_by_role("button", name="Mostrar").click()
    await expect(field).to_have_attribute("type", "text")
    await expect(field).to_have_value("no-token-at-all")


async def test_a_login_that_cannot_be_fetched_says_so(guarded: Server, open_page: Open) -> None:
    """The page was open while the server was upgraded: the file that it knows of is gone."""
    page = await open_page(guarded, until=FIELD)
    await page.route("**/assets/login-*.js", lambda route: route.abort())
    await page.reload()
    await expect(page.get_by_role("alert")).to_contain_text("uma parte desta página")
    await page.unroute("**/assets/login-*.js")
    await page.get_by_role("button", name="Recarregar a página").click()
    await expect(page.locator(FIELD)).to_be_focused()


async def test_who_guesses_has_to_wait(guarded: Server, open_page: Open) -> None:
    guesses = (guarded.api.post("/api/session", json={"token": "guessed"}) for _ in range(60))
    assert any(answer.status_code == 429 for answer in guesses), "who guesses is slowed down"
    asked: list[str] = []
    page = await open_page(guarded, until=FIELD)
    page.on(
        "request", lambda sent: asked.append(sent.method) if "/api/session" in sent.url else None
    )
    await log_in(page, "guessed")
    await expect(page.get_by_role("alert")).to_contain_text("Tentativas demais")
    await expect(page.get_by_role("alert")).to_contain_text("de novo em")
    button = page.get_by_role("button", name="Entrar", exact=True)
    await expect(button).to_have_attribute("aria-disabled", "true")
    for _ in range(5):
        await page.keyboard.press("Enter")
    assert asked == ["POST"], "while it waits, the page asks nothing"


async def test_a_session_that_ends_loses_nothing(guarded: Server, open_page: Open) -> None:
    token_id, secret = token(guarded, "admin", "Ana")
    page = await open_page(guarded, until=FIELD)
    await log_in(page, secret)
    await let_in(page)
    await page.locator(".card[data-agent=calm] .schedule").click()
    await page.get_by_role("button", name="Editar agenda").click()
    await page.get_by_label("Em dias e horas").check()
    line = page.get_by_label("Linha cron")
    await line.fill("0 7 * * 1")

    guarded.delete(f"/api/tokens/{token_id}")
    await page.get_by_role("button", name="Salvar agenda").click()
    await expect(page.locator(FIELD)).to_be_focused()
    await expect(page.locator(".login")).to_contain_text("o que estava aberto continua aqui")
    await expect(line).to_be_hidden()
    await page.keyboard.press("Escape")

    _, another = token(guarded, "admin", "Ana")
    await log_in(page, another)
    await expect(line).to_have_value("0 7 * * 1")
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    await page.get_by_role("button", name="Enviar de novo").click()
    await expect(page.get_by_role("dialog")).to_contain_text("A agenda foi salva e já vale.")


async def test_who_has_come_in_is_not_shut_out_by_what_was_asked_before(
    guarded: Server, open_page: Open
) -> None:
    """Another call's refusal, or another tab, makes the page ask who it is at any moment."""
    _, secret = token(guarded, "operator", "Ana")
    page = await open_page(guarded, until=FIELD)
    other_tab = await page.context.new_page()
    await other_tab.goto(guarded.url)
    answered, let_go = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        if route.request.method != "GET" or answered.is_set():
            await route.continue_()
            return
        answer = await route.fetch()
        answered.set()
        await let_go.wait()
        await route.fulfill(response=answer)

    await page.route("**/api/session", late)
    await other_tab.evaluate("localStorage.setItem('conselho.login-changed', 'now')")
    async with asyncio.timeout(DEADLINE_SECONDS):
        await answered.wait()
    await log_in(page, secret)
    await let_in(page)

    async with page.expect_request("**/api/session"):
        let_go.set()

    guarded.begin("calm")
    await expect(page.locator(".card[data-agent=calm]")).to_contain_text("All 42 jobs are green")
    await let_in(page)


async def test_two_people_at_one_browser_are_not_taken_for_each_other(
    guarded: Server, open_page: Open
) -> None:
    """Who logs in or out in one tab does so in all, and what one wrote is not for the other."""
    _, ana = token(guarded, "admin", "Ana")
    bia_id, bia = token(guarded, "admin", "Bia")
    first = await open_page(guarded, until=FIELD)
    second = await first.context.new_page()
    await second.goto(guarded.url)
    await log_in(first, ana)
    await let_in(second)
    line = await write_a_schedule(second)

    await leave(first, "Ana")
    await expect(second.locator(FIELD)).to_be_visible()
    await log_in(first, ana)
    await expect(line).to_have_value("0 7 * * 1")
    await leave(first, "Ana")
    await log_in(first, bia)
    await expect(second.locator(".who-button")).to_have_attribute("title", "Quem entrou: Bia")
    await let_in(second)
    assert await drafts(second) == []

    await write_a_schedule(second)
    assert await drafts(second) == ["conselho.draft.agenda/calm"]
    guarded.delete(f"/api/tokens/{bia_id}")
    await second.get_by_role("button", name="Salvar agenda").click()
    await log_in(second, ana)
    for page in (first, second):
        await expect(page.locator(".who-button")).to_have_attribute("title", "Quem entrou: Ana")
        await let_in(page)
        assert await drafts(page) == []


async def write_a_schedule(page: Page) -> Locator:
    await page.evaluate("location.hash = '#/agenda/calm'")
    await page.get_by_role("button", name="Editar agenda").click()
    await page.get_by_label("Em dias e horas").check()
    line = page.get_by_label("Linha cron")
    await line.fill("0 7 * * 1")
    return line


async def leave(page: Page, name: str) -> None:
    await page.get_by_role("button", name=f"Quem entrou: {name}").click()
    await page.get_by_role("button", name="Sair").click()
    await expect(page.locator(FIELD)).to_be_focused()


async def drafts(page: Page) -> list[str]:
    kept = "Object.keys(sessionStorage).filter((key) => key.startsWith('conselho.draft.'))"
    found: list[str] = await page.evaluate(kept)
    return found


async def test_a_stream_whose_token_is_revoked_leads_to_the_login(
    guarded: Server, open_page: Open
) -> None:
    token_id, secret = token(guarded, "viewer", "short")
    page = await open_page(guarded, until=FIELD)
    await log_in(page, secret)
    await let_in(page)
    guarded.delete(f"/api/tokens/{token_id}")
    # What goes over the stream next is not sent any more.
    await expect(page.locator(FIELD)).to_be_visible(timeout=60_000)


async def test_a_viewer_is_offered_no_orders(guarded: Server, open_page: Open) -> None:
    _, secret = token(guarded, "viewer", "guest")
    guarded.call("leaky")
    guarded.post("/api/maintenance", {"duration": "1h", "reason": "new disks"})
    page = await open_page(guarded, until=FIELD)
    await log_in(page, secret)
    await expect(page.locator(".attention-card")).to_have_count(1)
    await expect(page.locator(".maintenance")).to_contain_text("new disks")
    for name in ("Executar", "Dar licença", "Encerrar"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
    await expect(page.get_by_role("link", name="Ordens")).to_have_count(0)

    await page.goto(f"{guarded.url}#/agenda/calm")
    panel = page.get_by_role("dialog")
    await expect(panel).to_contain_text("Editar a agenda pede o papel admin.")
    await expect(panel.get_by_role("button", name="Editar agenda")).to_have_count(0)
    await page.goto(f"{guarded.url}#/orders")
    await expect(panel).to_contain_text("dar ordens pede o papel operator")
    await expect(panel.locator(".windows li")).to_contain_text("new disks")
    await expect(panel.get_by_role("button", name="Convocar")).to_have_count(0)
    await expect(panel.locator("form")).to_have_count(0)


async def test_a_role_that_was_taken_away_is_told_in_words(
    guarded: Server, open_page: Open
) -> None:
    """The page believes the token to be an operator's until the server says otherwise."""
    _, secret = token(guarded, "viewer", "guest")

    async def promoted(route: Any) -> None:
        if route.request.method == "POST":
            answer = await route.fetch()
            await route.fulfill(response=answer, json=await answer.json() | {"role": "operator"})
        else:
            await route.continue_()

    page = await open_page(guarded, until=FIELD)
    await page.route("**/api/session", promoted)
    await log_in(page, secret)
    await let_in(page)
    card = page.locator(".card[data-agent=calm]")
    await card.hover()
    await card.get_by_role("button", name="Executar").click()
    await expect(page.locator(".notice")).to_contain_text(
        "isto pede o papel operator, e o seu token tem viewer"
    )
    await expect(card.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, PHONE])
@pytest.mark.parametrize("language", ["pt-BR", "en"])
async def test_everybody_can_log_in(
    guarded: Server, open_page: Open, axe_source: str, width: int, language: str, *, dark: bool
) -> None:
    page = await open_page(guarded, until=FIELD, width=width, dark=dark, language=language)
    await assert_accessible(page, axe_source, "login")
    await log_in(page, "no-token-at-all")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await assert_accessible(page, axe_source, "login refused")
    await log_in(page, ADMIN_TOKEN)
    await let_in(page)
    # On a phone it stands in the menu.
    narrow = width == PHONE
    await page.locator(".appearance-button" if narrow else ".who-button").click()
    await expect(page.locator(":popover-open")).to_contain_text("settings")
    await assert_accessible(page, axe_source, "who is logged in")
