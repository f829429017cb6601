"""Seats on the page: given, changed and taken, on a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.server import Server, running

HOSTILE = '<img src=x onerror="window.broken = true"> ' + "Otávia da Conceição Prado " * 6
RTL = "حارسة الأسرار, <b>keeper</b> of secrets"


# The names of fields that, when they have the focus, lie below the foot of the form.
COVERED = """() => {
  const bar = document.querySelector(".save-bar");
  const kinds = ["input", "select", "textarea"].map((kind) => `.seat-form ${kind}`);
  const fields = [...document.querySelectorAll(kinds.join())];
  return fields.filter((field) => {
    field.focus();
    const box = field.getBoundingClientRect();
    return box.height < 120 && box.bottom > bar.getBoundingClientRect().top;
  }).map((field) => field.name);
}"""


async def promote_form(page: Page, origin: str) -> Locator:
    """The form of a new seat, once it knows the providers and the slots."""
    await page.goto(f"{page.url.split('#')[0]}#/promote/{origin}")
    form = page.locator(".seat-form")
    await expect(form.locator(".days li").first).to_be_visible()
    await expect(form.locator(".health")).not_to_contain_text("Verificando")
    return form


def field(form: Locator, label: str) -> Locator:
    return form.get_by_label(label, exact=True)


async def edit_form(page: Page, agent_id: str = "calm") -> Locator:
    await page.goto(f"{page.url.split('#')[0]}#/edit/{agent_id}")
    form = page.locator(".seat-form")
    await expect(form.locator(".days li").first).to_be_visible()
    return form


async def fill_blank(form: Locator, name: str, command: str = "echo\nall is well") -> None:
    await field(form, "Nome").fill(name)
    await field(form, "Cargo").fill("Guardiã")
    await field(form, "Comando").fill(command)
    await field(form, "Tarefa").fill("Olhar em volta")
    await field(form, "Pedido").fill("Olhe em volta e conte.")


def agents(server: Server) -> dict[str, bool]:
    return {each["agent_id"]: each["is_councilor"] for each in server.get("/api/agents")}


def seat(server: Server, agent_id: str) -> dict[str, Any]:
    agent = server.get(f"/api/agents/{agent_id}")
    config: dict[str, Any] = agent.get("agent", agent)["councilor_config"]
    return config


async def test_the_first_councilor_comes_from_the_catalogue_and_runs_at_once(
    empty_server: Server, open_page: Open
) -> None:
    (empty_server.folder / "small.py").write_text("print('hello')\n", encoding="utf-8")
    page = await open_page(empty_server)
    await page.get_by_role("link", name="Arquivos monolíticos").click()
    form = page.locator(".seat-form")
    await expect(field(form, "Nome")).to_have_value("Arquivos monolíticos")
    await expect(field(form, "Id")).to_have_value("check-monolithic-files")
    await expect(field(form, "Comando")).to_have_value(re.compile("conselho.checks"))
    await expect(form.locator(".sentence")).to_have_text("A cada dia")

    # Another provider brings its own request and time; what was written by hand stays.
    await field(form, "Cargo").fill("Fiscal de obras")
    prompt = field(form, "Pedido")
    await form.get_by_role("radio", name="Claude Code").check()
    await expect(prompt).to_have_value(re.compile("Regras de base|##"))
    await form.get_by_role("radio", name="Um programa").check()
    await expect(prompt).to_have_value(re.compile("^Acha arquivos"))
    await expect(field(form, "Cargo")).to_have_value("Fiscal de obras")

    await field(form, "Em dias e horas").check()
    await form.get_by_role("button", name="dias úteis às 9").click()
    await expect(form.locator(".days time").first).to_have_text("09:00")
    await form.locator("summary", has_text="Aparência").click()
    await form.get_by_role("radio", name="açaí").check()
    await expect(form.locator(".sitter-card .portrait")).to_have_class(re.compile("tone-acai"))
    await form.get_by_role("button", name="Dar a cadeira").click()

    done = page.locator(".seated")
    await expect(done.get_by_role("heading")).to_have_text("Arquivos monolíticos tem a cadeira.")
    await done.get_by_role("button", name="Executar agora").click()
    await expect(done.locator(".verdict a")).to_be_visible()
    await done.get_by_role("button", name="Ver no plenário").click()
    card = page.locator(".card[data-agent=check-monolithic-files]")
    await expect(card).to_contain_text("Fiscal de obras")
    await expect(card.locator(".last .mark")).to_have_class(re.compile("mark-success"))
    saved = seat(empty_server, "check-monolithic-files")
    assert (saved["title"], saved["schedule"]["value"]) == ("Fiscal de obras", "0 9 * * 1-5")
    assert empty_server.get("/api/agents/check-monolithic-files")["customization"]["color"] == (
        "#a79bc0"
    )


@pytest.fixture
def fenced(
    chromium_path: str, council_dir: Path, tmp_path: Path, free_port: int
) -> Iterator[Server]:
    """A server that takes working folders of one place only."""
    environ = {"CONSELHO_WORKSPACES": f"{tmp_path}:{council_dir.parent}"}
    arguments = ["--port", str(free_port)]
    with running(tmp_path, council=council_dir, environ=environ, arguments=arguments) as server:
        yield server


async def test_every_mistake_is_told_at_its_field_and_the_next_try_goes_on(
    fenced: Server, open_page: Open, tmp_path: Path
) -> None:
    server = fenced
    page = await open_page(server)
    form = await promote_form(page, "new:blank")
    bar = form.locator(".save-bar")
    give = form.get_by_role("button", name="Dar a cadeira")
    name = field(form, "Nome")
    agent_id = field(form, "Id")

    await give.click()
    await expect(name).to_be_focused()
    await expect(name).to_have_accessible_description("Como o agente se chama. Falta preencher.")
    await expect(bar).to_contain_text("Falta acertar 6 campos")
    await bar.get_by_role("button", name="Pedido").click()
    await expect(field(form, "Pedido")).to_be_focused()

    # The id follows the name, until it is written by hand; one that is taken is told at once.
    await fill_blank(form, "Guardiã dos Testes")
    await expect(agent_id).to_have_value("guardia-dos-testes")
    await agent_id.fill("calm")
    await expect(agent_id).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_role("link", name="Abrir a cadeira dele")).to_have_attribute(
        "href", "#/edit/calm"
    )
    await agent_id.fill("com espaço")
    await expect(agent_id).to_have_accessible_description(re.compile("Só letras sem acento"))
    await agent_id.fill("")
    await name.fill(HOSTILE[:200])
    await expect(agent_id).to_have_value(re.compile("^img-src-x-onerror"))
    await agent_id.fill("otavia")
    await field(form, "Cargo").fill(RTL)

    # Refused by the server: before anything was made...
    folder = field(form, "Pasta de trabalho")
    await folder.fill("/etc")
    await give.click()
    await expect(folder).to_be_focused()
    await expect(folder).to_have_accessible_description(re.compile("fica fora das pastas"))
    assert "otavia" not in agents(server)

    # ...and when the agent was made and its seat is refused, in a rule that is folded away.
    await folder.fill(str(tmp_path))
    await form.locator("summary", has_text="Mais regras").click()
    dates = field(form, "Dias fora da agenda")
    await dates.fill("32-12")
    await form.locator("summary", has_text="Mais regras").click()
    await form.get_by_role("button", name="Enviar de novo").or_(give).click()
    await expect(dates).to_be_focused()
    await expect(bar).to_contain_text("O agente otavia já existe, mas ainda sem cadeira.")
    assert agents(server)["otavia"] is False

    await dates.fill("12-25")
    await field(form, "Comando").fill("echo\nanother command")
    await give.or_(form.get_by_role("button", name="Enviar de novo")).click()
    await expect(page.locator(".seated")).to_contain_text("tem a cadeira.")
    made = server.get("/api/agents/otavia")
    assert made["command"] == ["echo", "another command"], "what was made for the first try is gone"
    assert seat(server, "otavia")["schedule"]["excluded_dates"] == ["12-25"]
    await page.keyboard.press("Escape")
    card = page.locator(".card[data-agent=otavia]")
    await expect(card).to_contain_text('<img src=x onerror="window.broken = true">')
    await expect(card).to_contain_text(RTL)
    assert await page.evaluate("window.broken") is None
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_draft_outlives_the_server_the_panel_and_a_reload(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    form = await promote_form(page, "new:blank")
    give = form.get_by_role("button", name=re.compile("Dar a cadeira|Enviar de novo"))
    await fill_blank(form, "Ana")
    server.kill()
    await give.click()
    await expect(form.locator(".save-bar")).to_contain_text("Nada se perdeu: o rascunho")
    await field(form, "Pedido").fill("Escrito sem sinal.")
    server.start()
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    await expect(field(form, "Pedido")).to_have_value("Escrito sem sinal.")

    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await page.reload()
    await page.wait_for_selector("[data-connection=live]")
    await page.goto(f"{server.url}#/promote")
    await expect(page.locator(".start .is-draft")).to_have_text("rascunho")
    await page.get_by_role("link", name="Começar em branco").click()
    await expect(field(form, "Pedido")).to_have_value("Escrito sem sinal.")
    await expect(form.locator(".save-bar")).to_contain_text("Rascunho de antes")

    # The answer to each of both requests is lost: what was done is not done again.
    asked: list[tuple[str, str | None]] = []

    async def swallow(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        asked.append((route.request.url, route.request.headers.get("idempotency-key")))
        if len([one for one in asked if one == asked[-1]]) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route(re.compile(r"/api/agents$|/promote-councilor$"), swallow)
    for _ in range(2):
        await give.click()
        await expect(form.locator(".save-bar")).to_contain_text(
            re.compile("Nada se perdeu|ainda sem cadeira")
        )
        await expect(give).to_have_text("Enviar de novo")
    await give.click()
    await expect(page.locator(".seated")).to_contain_text("Ana tem a cadeira.")
    assert [asked[0], asked[2]] == [asked[1], asked[3]], "each was sent again with its key"
    assert server.get("/api/agents/ana")["version"] == 2, "made once, seated once"

    await page.get_by_role("link", name="Promover outro").click()
    await page.get_by_role("link", name="Começar em branco").click()
    await expect(field(form, "Pedido")).to_have_value("")
    await field(form, "Pedido").fill("Outro.")
    await form.get_by_role("button", name="Descartar rascunho").click()
    await expect(page.locator(".start h2")).to_be_visible()
    await expect(page.locator(".start .is-draft")).to_have_count(0)


async def test_an_edit_keeps_what_others_save_meanwhile(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    form = await edit_form(page)
    path = "/api/councilors/calm/councilor-config"
    await expect(form).to_contain_text("Vem do arquivo calm.md.")
    await expect(form).to_contain_text("Provedor")
    bar = form.locator(".save-bar")
    save = form.get_by_role("button", name="Salvar")
    await expect(save).to_have_attribute("aria-disabled", "true")

    # News of the stream reset nothing, neither what was written nor the focus.
    title = field(form, "Cargo")
    await title.fill("Sentinela")
    server.call("calm")
    server.patch("/api/agents/calm/councilor-schedule", {"enabled": False})
    nav = page.locator(".panel-bar")
    await expect(nav.get_by_role("button", name="Chamar de volta")).to_be_visible()
    await expect(title).to_have_value("Sentinela")
    await expect(title).to_be_focused()
    await expect(form.locator(".meanwhile")).to_have_count(0)
    await nav.get_by_role("button", name="Chamar de volta").click()
    await expect(nav.get_by_role("button", name="Dar licença")).to_be_visible()

    # Somebody else changes another field, then the same one.
    server.patch(path, {"task": {"name": "Esteira"}})
    await expect(form.locator(".meanwhile")).to_contain_text("outra pessoa mudou: Tarefa.")
    await expect(field(form, "Tarefa")).to_have_value("Esteira")
    server.patch(path, {"title": "Vigia"})
    conflict = form.locator(".is-conflict")
    await expect(conflict).to_contain_text("O seu: Sentinela")
    await expect(conflict).to_contain_text("O dela: Vigia")
    await expect(save).to_have_attribute("aria-disabled", "true")
    await conflict.get_by_role("button", name="Ficar com o meu").click()
    await expect(conflict).to_have_count(0)
    await field(form, "Em dias e horas").check()
    await field(form, "Linha cron").fill("0 7 * * *")
    await expect(bar).to_contain_text("2 mudanças por salvar")

    # Somebody saves in the very moment: it is found out before anything is sent.
    async def overtake(route: Route) -> None:
        server.patch(path, {"title": "Zelador"})
        await route.continue_()

    await page.route("**/api/agents/calm", overtake, times=1)
    await save.click()
    await expect(conflict).to_contain_text("O dela: Zelador")
    assert seat(server, "calm")["schedule"]["value"] == "1d"
    await conflict.get_by_role("button", name="Ficar com o dela").click()
    await expect(title).to_have_value("Zelador")
    await expect(bar).to_contain_text("1 mudança por salvar")
    await save.click()
    await expect(bar).to_contain_text("Salvo. Já vale.")
    saved = seat(server, "calm")
    assert (saved["title"], saved["task"]["name"]) == ("Zelador", "Esteira")
    assert (saved["schedule"]["value"], saved["schedule"]["enabled"]) == ("0 7 * * *", True)

    # A mistake of the schedule stands at its field here as in its own form.
    await field(form, "Linha cron").fill("61 7 * * *")
    line = field(form, "Linha cron")
    await expect(line).to_have_attribute("aria-invalid", "true")
    await expect(form.locator(".next-slots")).to_contain_text("Corrija o campo marcado")
    await form.get_by_role("button", name="Descartar rascunho").click()
    await expect(line).to_have_value("0 7 * * *")


async def test_the_agent_itself_is_changed_beside_its_seat(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    form = await edit_form(page)
    await field(form, "Nome").fill("Calma")
    await field(form, "Cargo").fill("Sentinela")
    await field(form, "Comando").fill("echo\ntudo bem")
    await field(form, "Fila").fill("no way")
    await form.get_by_role("button", name="Salvar").click()
    await expect(field(form, "Fila")).to_have_accessible_description(re.compile("no máximo 64"))
    assert seat(server, "calm")["title"] != "Sentinela"

    # What the server tidies up is nobody else's change.
    await field(form, "Fila").fill("")
    await field(form, "Etiquetas").fill("a,b")
    await field(form, "Comando").fill("echo\ntudo bem\n")
    await form.get_by_role("button", name="Salvar").click()
    await expect(form.locator(".save-bar")).to_contain_text("Salvo")
    agent = server.get("/api/agents/calm")
    assert (agent["name"], agent["queue"]) == ("Calma", None)
    assert (agent["command"], agent["tags"]) == (["echo", "tudo bem"], ["a", "b"])
    await expect(field(form, "Etiquetas")).to_have_value("a, b")
    assert seat(server, "calm")["title"] == "Sentinela"


async def test_a_seat_is_taken_given_back_and_its_agent_deleted(
    server: Server, open_page: Open
) -> None:
    server.call("calm")
    server.patch("/api/councilors/calm/councilor-config", {"policies": {"max_attempts": 3}})
    page = await open_page(server)
    form = await edit_form(page)
    demote = form.get_by_role("button", name="Tirar a cadeira")
    question = form.get_by_role("alertdialog")
    await demote.click()
    await expect(question).to_contain_text("Ficam o agente, a aparência e todo o histórico.")
    await expect(question).to_contain_text("o próximo conselho apply devolve a cadeira")
    await expect(question.get_by_role("button", name="Não")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(demote).to_be_focused()
    assert agents(server)["calm"] is True

    await demote.click()
    await question.get_by_role("button", name="Tirar a cadeira").click()
    panel = page.get_by_role("dialog")
    await expect(panel).to_contain_text("Nilo Teixeira não tem mais cadeira. O histórico ficou.")
    await expect(page.locator(".card[data-agent=calm]")).to_have_count(0)
    assert agents(server)["calm"] is False

    await panel.get_by_role("link", name="Devolver a cadeira").click()
    await expect(field(form, "Cargo")).to_have_value("Watcher")
    await form.get_by_role("button", name="Dar a cadeira").click()
    await expect(page.locator(".seated")).to_contain_text("Nilo Teixeira tem a cadeira.")
    back = seat(server, "calm")
    assert (back["task"]["name"], back["policies"]["max_attempts"]) == ("Pipeline", 3)

    await edit_form(page)
    await form.get_by_role("button", name="Apagar o agente").click()
    await question.get_by_role("button", name="Apagar de vez").click()
    await expect(panel).to_contain_text("Nilo Teixeira foi apagado.")
    assert "calm" not in agents(server)
    assert server.get("/api/tasks", agent_id="calm")["total"] == 1, "the history stays"


async def test_a_session_that_ends_keeps_the_form_and_a_viewer_gets_none(
    chromium_path: str, council_dir: Path, tmp_path: Path, open_page: Open
) -> None:
    secret = "a-long-token-for-the-tests"
    environ = {"CONSELHO_REQUIRE_LOGIN": "true", "CONSELHO_ADMIN_TOKEN": secret}
    with running(tmp_path, council=council_dir, environ=environ) as server:
        server.api.headers["Authorization"] = f"Bearer {secret}"
        first = server.post("/api/tokens", {"name": "first", "role": "admin"})
        viewer = server.post("/api/tokens", {"name": "guest", "role": "viewer"})["secret"]
        token = "#login-token"
        page = await open_page(server, until=token)
        await page.locator(token).fill(first["secret"])
        await page.keyboard.press("Enter")
        await page.wait_for_selector("[data-connection=live]")
        form = await edit_form(page)
        await field(form, "Cargo").fill("Sentinela")
        server.delete(f"/api/tokens/{first['token']['token_id']}")
        # The same person again: what another one finds is an empty form.
        again = server.post("/api/tokens", {"name": "first", "role": "admin"})
        await page.keyboard.press("Control+Enter")
        await page.locator(token).fill(again["secret"])
        await page.keyboard.press("Enter")
        await expect(field(form, "Cargo")).to_have_value("Sentinela")
        await form.get_by_role("button", name="Enviar de novo").click()
        await expect(form.locator(".save-bar")).to_contain_text("Salvo. Já vale.")
        assert seat(server, "calm")["title"] == "Sentinela"

        guest = await open_page(server, until=token)
        await guest.locator(token).fill(viewer)
        await guest.keyboard.press("Enter")
        await guest.wait_for_selector("[data-connection=live]")
        for address in ("promote", "promote/new:blank", "edit/calm"):
            await guest.goto(f"{server.url}#/{address}")
            await expect(guest.get_by_role("dialog")).to_contain_text("pede o papel admin")
            await expect(guest.locator(".seat-form, .start")).to_have_count(0)


@pytest.mark.parametrize(("dark", "width"), [(False, 1440), (True, 360)])
async def test_seats_can_be_given_and_changed_by_everybody(
    server: Server, open_page: Open, axe_source: str, width: int, *, dark: bool
) -> None:
    server.create("waiting", name=HOSTILE[:200])
    page = await open_page(server, dark=dark, width=width, height=780)
    await page.goto(f"{server.url}#/promote")
    await expect(page.locator(".start .choice")).to_have_count(10)
    await assert_accessible(page, axe_source, "where a seat begins")

    form = await promote_form(page, "new:blank")
    for fold in await form.locator("summary").all():
        await fold.click()
    await field(form, "Pedido").fill("x" * 10_001)
    for place in ("no rodapé", "num aviso sobre a página"):
        await field(form, place).uncheck()
    await form.get_by_role("button", name="Dar a cadeira").click()
    await expect(form.locator(".counter")).to_contain_text("1 a mais")
    await expect(form.locator(".to-mend li")).to_have_count(7)
    await assert_accessible(page, axe_source, "form with mistakes")
    assert await page.evaluate(
        "[...document.querySelectorAll('.panel-body')].every(e => e.scrollWidth <= e.clientWidth)"
    )

    hidden = await page.evaluate(COVERED)
    assert hidden == [], "the foot of the form covers what has the focus"

    form = await edit_form(page)
    await field(form, "Cargo").fill("Meu")
    server.patch("/api/councilors/calm/councilor-config", {"title": "Dela"})
    await expect(form.locator(".is-conflict")).to_be_visible()
    await form.get_by_role("button", name="Tirar a cadeira").click()
    await assert_accessible(page, axe_source, "edit with a conflict")
