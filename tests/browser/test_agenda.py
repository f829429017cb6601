"""Schedules on the page: edited beside what they come to, and taken or refused by a server."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from conselho.models.journal import JournalEntry, JournalKind
from tests.browser.conftest import Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.server import Server
from tests.support.stores import open_store


async def open_agenda(page: Page, agent_id: str = "calm") -> Locator:
    """The panel, opened from the schedule on the card, which a phone's card has no room for."""
    if await page.evaluate("innerWidth") < 720:
        await page.goto(f"{page.url.split('#')[0]}#/agenda/{agent_id}")
    else:
        await page.locator(f".card[data-agent={agent_id}] .schedule").click()
    panel = page.get_by_role("dialog")
    await expect(panel.locator(".days li").first).to_be_visible()
    return panel


async def edit(page: Page, panel: Locator) -> Locator:
    await panel.get_by_role("button", name="Editar agenda").click()
    form = panel.locator("form")
    await expect(form).to_be_visible()
    return form


async def write_cron(form: Locator, line: str, zone: str = "America/Sao_Paulo") -> None:
    await form.get_by_label("Em dias e horas").check()
    await form.get_by_label("Linha cron").fill(line)
    await form.get_by_label("Fuso horário").fill(zone)


def schedule_of(server: Server, agent_id: str = "calm") -> dict[str, object]:
    agent = server.get(f"/api/agents/{agent_id}")
    schedule: dict[str, object] = agent.get("agent", agent)["councilor_config"]["schedule"]
    return schedule


async def test_a_schedule_is_seen_before_it_is_saved(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    panel = await open_agenda(page)
    form = await edit(page, panel)
    await write_cron(form, "0 9,13 * * *")
    await expect(form.locator(".days time")).to_have_count(10)
    await expect(form.locator(".days li li", has_text="09:00")).to_have_count(5)
    await expect(form.locator(".sentence")).to_contain_text("09:00 e às 13:00")
    assert schedule_of(server)["value"] == "1d", "nothing is changed by looking"

    await form.get_by_role("button", name="Salvar agenda").click()
    await expect(panel).to_contain_text("A agenda foi salva e já vale.")
    await expect(panel.locator("h2")).to_contain_text("09:00 e às 13:00")
    await expect(panel.locator(".ledger ol")).to_contain_text("Agenda: de “1d” para “0 9,13 * * *”")
    saved = schedule_of(server)
    assert (saved["type"], saved["value"]) == ("cron", "0 9,13 * * *")
    assert saved["timezone"] == "America/Sao_Paulo"


async def test_the_sentence_is_in_the_language_of_the_page(server: Server, open_page: Open) -> None:
    page = await open_page(server, language="en")
    panel = await open_agenda(page)
    await panel.get_by_role("button", name="Edit schedule").click()
    await panel.get_by_label("On days and hours").check()
    await panel.get_by_role("button", name="weekdays at 9").click()
    await expect(panel.locator(".sentence")).to_contain_text("at 09:00")


async def test_a_schedule_by_another_clock_names_it_on_the_card(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server, language="en", timezone_id="America/Sao_Paulo")
    card = page.locator(".card[data-agent=calm] .schedule")
    await expect(card).to_have_text("every day")
    path = "/api/councilors/calm/councilor-config"
    line = {"value": "0 9 13 * fri", "timezone": "Asia/Tokyo"}
    sentence = server.patch(path, {"schedule": line})["agent"]["schedule_sentence"]
    await expect(card).to_have_text(f"{sentence['en']} (Asia/Tokyo)")
    server.patch(path, {"schedule": line | {"timezone": "America/Sao_Paulo"}})
    await expect(card).to_have_text(sentence["en"])


async def test_what_changes_about_a_seat_is_told_once_while_its_panel_is_open(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    panel = await open_agenda(page)
    entries = panel.locator(".ledger ol > li")
    await expect(entries).to_have_count(1)
    await panel.get_by_role("button", name="Dar licença").click()
    await expect(entries).to_have_count(2)
    await expect(entries.first).to_contain_text("Saiu de licença")
    await panel.get_by_role("button", name="Chamar de volta").click()
    await expect(entries).to_have_count(3)
    await expect(entries.first).to_contain_text("Voltou da licença")


async def test_a_mistake_is_told_at_its_field(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    form = await edit(page, await open_agenda(page))
    await form.get_by_label("Uma vez só").check()
    await expect(form.locator(".outcome")).to_have_text("Diga quando, e os horários aparecem aqui.")
    await expect(form.locator("[aria-invalid=true]")).to_have_count(0)
    await write_cron(form, "61 9 * * *")
    value = form.get_by_label("Linha cron")
    await expect(value).to_have_attribute("aria-invalid", "true")
    await expect(value).to_have_accessible_description(
        "minuto, hora, dia, mês, dia da semana No campo minuto, 61 não está entre 0 e 59."
        " The minute field '61' cannot be read: 61 is not between 0 and 59."
    )
    await expect(form.locator(".next-slots")).to_contain_text("Corrija o campo marcado")
    await form.get_by_label("Fuso horário").fill("America/Atlantis")
    await value.fill("1 9 * * *")
    await expect(value).to_have_attribute("aria-invalid", "false")
    await expect(form.get_by_label("Fuso horário")).to_have_attribute("aria-invalid", "true")

    await form.get_by_label("Fuso horário").fill("America/Sao_Paulo")
    await form.locator("summary").click()
    dates = form.get_by_label("Dias fora da agenda")
    await dates.fill("32-12")
    await form.get_by_role("button", name="Salvar agenda").click()
    await expect(form.locator(".save-bar")).to_contain_text("O servidor não aceitou. Nada mudou")
    await expect(dates).to_be_focused()
    await expect(dates).to_have_accessible_description(re.compile("Uma das datas não se lê"))
    assert schedule_of(server)["value"] == "1d"


async def test_simple_bounds_are_judged_at_once(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    form = await edit(page, await open_agenda(page))
    save = form.get_by_role("button", name="Salvar agenda")
    await form.get_by_label("A cada", exact=True).fill("")
    await expect(save).to_have_attribute("aria-disabled", "true")
    await form.get_by_label("A cada", exact=True).fill("2")
    await expect(save).to_have_attribute("aria-disabled", "false")

    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "PATCH" else None)
    await form.locator("summary").click()
    attempts = form.get_by_label("Tentativas ao todo")
    await attempts.fill("99")
    await expect(attempts).to_have_accessible_description(
        "1 a 10, a primeira conta Precisa estar entre 1 e 10."
    )
    await form.locator("summary").click()
    await save.click()
    await expect(attempts).to_be_focused()
    await expect(form.locator(".save-bar")).to_contain_text("corrija o campo marcado")
    assert sent == [], "what is plainly wrong is not sent"
    await attempts.fill("3")
    await save.click()
    await expect(page.get_by_role("dialog")).to_contain_text("A agenda foi salva e já vale.")


@pytest.mark.parametrize("width", [1440, 390])
async def test_what_has_the_focus_is_not_below_the_save_bar(
    server: Server, open_page: Open, width: int
) -> None:
    page = await open_page(server, width=width, height=640)
    form = await edit(page, await open_agenda(page))
    await form.locator("summary").click()
    await form.locator("summary").focus()
    for _ in range(80):
        await page.keyboard.press("Tab")
        overlap = await page.evaluate(
            """() => {
              const field = document.activeElement;
              if (field.closest(".save-bar")) return null;
              const bar = document.querySelector(".save-bar").getBoundingClientRect();
              return field.getBoundingClientRect().bottom - bar.top;
            }"""
        )
        if overlap is None:
            return
        assert overlap <= 0
    raise AssertionError("the bar was never reached")


async def test_a_server_that_asks_for_a_rest_gets_it(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    form = await edit(page, await open_agenda(page))
    asked: list[str] = []

    async def busy(route: Any) -> None:
        asked.append(route.request.post_data)
        if len(asked) > 1:
            await route.continue_()
            return
        refusal = {"detail": "60 changes a minute are the most. Try again in 4 seconds."}
        await route.fulfill(status=429, json=refusal, headers={"Retry-After": "4"})

    await page.route("**/api/schedules/preview", busy)
    await write_cron(form, "0 9 * * *")
    await expect(form.locator(".next-slots")).to_contain_text("Pedidos demais em pouco tempo")
    await form.get_by_label("Linha cron").fill("0 10 * * *")
    await form.get_by_label("Linha cron").fill("0 11 * * *")
    await expect(form.locator(".days time").first).to_have_text("11:00")
    assert len(asked) == 2, "it is asked again once, after the rest, with the newest question"


async def test_a_single_moment_is_by_the_clock_of_its_zone(server: Server, open_page: Open) -> None:
    page = await open_page(server, timezone_id="America/Sao_Paulo")
    panel = await open_agenda(page)
    form = await edit(page, panel)
    await form.get_by_label("Uma vez só").check()
    year = datetime.now(UTC).year + 1
    await form.get_by_label("Dia e hora").fill(f"{year}-12-24T18:00")
    await form.get_by_label("Fuso horário").fill("Europe/Lisbon")
    await expect(form.locator(".days time")).to_have_count(1)
    await expect(form.locator(".days time")).to_have_text("18:00")
    await expect(form.locator(".days h4")).to_contain_text(str(year))
    await expect(form.locator(".next-slots .by-clock")).to_have_text(
        "pelo relógio de Europe/Lisbon"
    )
    await form.get_by_role("button", name="Salvar agenda").click()
    await expect(panel.locator(".head")).to_contain_text("pelo relógio de Europe/Lisbon")
    await expect(panel.locator(".head")).to_contain_text("15:00 no seu")
    saved = schedule_of(server)
    assert (saved["type"], saved["timezone"]) == ("at", "Europe/Lisbon")


async def test_rules_are_saved_with_the_schedule(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    panel = await open_agenda(page)
    form = await edit(page, panel)
    await form.locator("summary").click()
    await form.get_by_label("Horário de atividade").fill("mon-fri 09:00-18:00")
    await form.get_by_label("Dias fora da agenda").fill("12-25")
    await form.get_by_label("Prioridade").fill("8")
    await form.get_by_label("Prazo das tentativas", exact=True).fill("90")
    await form.get_by_role("button", name="Salvar agenda").click()
    rules = panel.locator(".facts")
    await expect(rules).to_contain_text("mon-fri 09:00-18:00")
    await expect(rules).to_contain_text("1 h 30 min")
    await expect(rules).to_contain_text("8 de 9")
    saved = schedule_of(server)
    assert saved["value"] == "1d"
    assert saved["active_hours"] == ["mon-fri 09:00-18:00"]
    assert saved["excluded_dates"] == ["12-25"]


async def test_nothing_is_lost_while_the_server_is_away(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    panel = await open_agenda(page)
    form = await edit(page, panel)
    await write_cron(form, "0 9 * * 1")
    await expect(form.locator(".days time").first).to_have_text("09:00")
    server.kill()
    await form.get_by_role("button", name="Salvar agenda").click()
    await expect(form.locator(".save-bar")).to_contain_text("Nada se perdeu")
    await form.get_by_label("Linha cron").fill("0 10 * * 1")
    await expect(form.locator(".next-slots")).to_contain_text("os horários abaixo são de antes")

    server.start()
    await expect(page.locator("[data-connection=live]")).to_be_visible()
    await expect(form.locator(".days time").first).to_have_text("10:00")
    await form.get_by_role("button", name="Enviar de novo").click()
    await expect(panel).to_contain_text("A agenda foi salva e já vale.")
    assert schedule_of(server)["value"] == "0 10 * * 1"


async def test_a_closed_panel_keeps_what_was_not_saved(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    form = await edit(page, await open_agenda(page))
    await write_cron(form, "0 7 * * *")
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await open_agenda(page)
    await expect(form.get_by_label("Linha cron")).to_have_value("0 7 * * *")
    await expect(form.locator(".save-bar")).to_contain_text("Rascunho guardado")

    await form.get_by_role("button", name="Descartar").click()
    await expect(form).to_have_count(0)
    await page.keyboard.press("Escape")
    await open_agenda(page)
    await expect(form).to_have_count(0)


async def test_the_form_is_used_with_the_keyboard_alone(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    await page.locator(".card[data-agent=calm] .schedule").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_focused()
    button = page.get_by_role("button", name="Editar agenda")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("A cada tanto")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("6")
    await expect(page.get_by_label("A cada", exact=True)).to_have_value("6")
    await page.get_by_role("dialog").focus()
    await page.keyboard.press("ControlOrMeta+Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("A agenda foi salva e já vale.")
    await expect(button).to_be_focused()
    assert schedule_of(server)["value"] == "6d"


async def test_a_clock_that_was_set_back_is_told_for_an_hour(
    server: Server, open_page: Open
) -> None:
    server.stop()
    now = datetime.now(UTC)
    sentence = "The clock was set back by 2 h, from 14:00 to 12:00; no slot runs twice."
    old = "The machine slept for 8 h."
    async with open_store("sqlite", server.data_dir) as store:
        await store.write_journal(
            [
                JournalEntry(
                    at=now - timedelta(minutes=61), kind=JournalKind.SUSPENDED, detail=old
                ),
                JournalEntry(
                    at=now - timedelta(minutes=2), kind=JournalKind.CLOCK_BACK, detail=sentence
                ),
            ]
        )
    server.start()
    page = await open_page(server)
    notes = page.locator(".clock-notes li")
    await expect(notes).to_have_count(1)
    await expect(notes).to_contain_text("O relógio do servidor foi atrasado em 2 h.")
    await notes.get_by_role("button", name="Já sei").click()
    await expect(notes).to_have_count(0)
    await page.reload()
    await page.wait_for_selector("[data-connection=live]")
    await expect(page.locator(".card").first).to_be_visible()
    await expect(notes).to_have_count(0)


async def test_a_server_that_was_killed_is_told_for_an_hour(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    notes = page.locator(".clock-notes li")
    await expect(notes).to_have_count(0)
    server.kill()
    server.start()
    await expect(notes).to_contain_text("O servidor foi morto, ou a máquina dele caiu")


async def test_the_journal_of_the_council_is_read_back_to_its_beginning(
    server: Server, open_page: Open, axe_source: str
) -> None:
    server.stop()
    began = datetime.now(UTC) - timedelta(days=2)
    async with open_store("sqlite", server.data_dir) as store:
        await store.write_journal(
            [
                JournalEntry(
                    at=began + timedelta(minutes=n), kind=JournalKind.SUSPENDED, detail=f"No. {n}."
                )
                for n in range(60)
            ]
        )
    server.start()
    page = await open_page(server)
    await page.get_by_role("link", name="Diário do conselho").click()
    panel = page.get_by_role("dialog")
    entries = panel.locator(".ledger li")
    await expect(entries).to_have_count(50)
    await expect(panel.locator("li", has_text="O servidor começou")).to_have_count(1)
    await assert_accessible(page, axe_source, "journal")
    await panel.get_by_role("button", name="Mais antigas").click()
    await expect(panel.locator("li", has_text="No. 0.")).to_have_count(1)
    await expect(panel.get_by_role("button", name="Mais antigas")).to_have_count(0)
    await expect(panel.locator("li", has_text="Bento Rocha")).to_contain_text("Ganhou a cadeira")
    server.patch("/api/agents/failing/councilor-schedule", {"enabled": False})
    await expect(entries.first).to_contain_text("Saiu de licença")
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, 390])
async def test_the_schedule_can_be_read_and_edited_by_everybody(
    server: Server, open_page: Open, axe_source: str, width: int, *, dark: bool
) -> None:
    page = await open_page(server, dark=dark, width=width)
    panel = await open_agenda(page)
    await assert_accessible(page, axe_source, "schedule")
    form = await edit(page, panel)
    await form.locator("summary").click()
    await write_cron(form, "0 9 * * 1-5")
    await expect(form.locator(".days time").first).to_have_text("09:00")
    await assert_accessible(page, axe_source, "schedule form")
    await write_cron(form, "61 9 * * *")
    await expect(form.locator(".next-slots")).to_contain_text("Corrija")
    await assert_accessible(page, axe_source, "schedule form with a mistake")
