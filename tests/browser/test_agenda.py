"""Schedules on the page: edited beside what they come to, and taken or refused by a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from conselho.models.journal import JournalEntry, JournalKind
from tests.browser.conftest import Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.server import Server
from tests.support.stores import open_store


async def open_agenda(page: Page, agent_id: str = "calm") -> Locator:
    """The panel, opened from the schedule on the card."""
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
        "minuto, hora, dia, mês, dia da semana Esta linha não serve."
        " The minute field '61' cannot be read: 61 is not between 0 and 59."
    )
    await expect(form.locator(".next-slots")).to_contain_text("Corrija o campo marcado")
    await form.get_by_label("Fuso horário").fill("America/Atlantis")
    await value.fill("1 9 * * *")
    await expect(value).to_have_attribute("aria-invalid", "false")
    await expect(form.get_by_label("Fuso horário")).to_have_attribute("aria-invalid", "true")

    await form.get_by_label("Fuso horário").fill("America/Sao_Paulo")
    await form.locator("summary").click()
    await form.get_by_label("Tentativas ao todo").fill("99")
    await form.get_by_role("button", name="Salvar agenda").click()
    await expect(form.get_by_label("Tentativas ao todo")).to_have_attribute("aria-invalid", "true")
    await expect(form.locator(".save-bar")).to_contain_text("Nada mudou")
    assert schedule_of(server)["value"] == "1d"


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
    await page.keyboard.press("Enter")
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
