"""Orders to many on the page: nothing is sent before it was confirmed, and all of it is real."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.server import Server, eventually


async def open_orders(page: Page) -> Locator:
    await page.get_by_role("link", name="Ordens").click()
    panel = page.get_by_role("dialog")
    await expect(panel.locator(".box").first).to_be_visible()
    return panel


def enabled(server: Server) -> dict[str, bool]:
    agents = server.get("/api/councilors", is_councilor="true")["agents"]
    return {each["agent_id"]: each["councilor_config"]["schedule"]["enabled"] for each in agents}


def runs(server: Server, agent_id: str, status: str | None = None) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = server.get("/api/tasks", agent_id=agent_id, limit=50)["tasks"]
    return [task for task in tasks if status is None or task["status"] == status]


async def test_those_of_a_tag_are_paused_and_resumed_together(
    server: Server, open_page: Open
) -> None:
    server.patch("/api/agents/failing/councilor-schedule", {"enabled": False})
    page = await open_page(server)
    panel = await open_orders(page)
    await panel.get_by_text("security", exact=False).first.click()
    await panel.get_by_role("button", name="Dar licença 1").click()
    question = panel.get_by_role("alertdialog")
    await expect(question).to_contain_text("Dar licença a 1 conselheiro?")
    await expect(question.get_by_role("button", name="Não")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    assert enabled(server)["leaky"], "nothing is sent before it is confirmed"

    await panel.get_by_role("button", name="Dar licença 1").click()
    await question.get_by_role("button", name="Dar licença a 1").click()
    await expect(panel).to_contain_text("1 saiu de licença. 1 já estava assim.")
    assert enabled(server) == {"calm": True, "slow": True, "leaky": False, "failing": False}

    await panel.get_by_role("button", name="Chamar de volta 1").click()
    await question.get_by_role("button", name="Chamar 1 de volta").click()
    await expect(panel).to_contain_text("1 voltou. Continua de licença: Bento Rocha.")
    assert enabled(server) == {"calm": True, "slow": True, "leaky": True, "failing": False}

    await panel.get_by_label("Também quem saiu de licença sozinho").check()
    await panel.get_by_role("button", name="Chamar de volta 1").click()
    await question.get_by_role("button", name="Chamar 1 de volta").click()
    await expect(panel.get_by_role("button", name="Chamar de volta 0")).to_be_visible()
    assert all(enabled(server).values())


async def test_all_are_called_once_it_is_confirmed(server: Server, open_page: Open) -> None:
    server.begin("slow")
    page = await open_page(server)
    panel = await open_orders(page)
    await panel.get_by_role("button", name="Convocar 3").click()
    assert runs(server, "calm") == []
    await panel.get_by_role("alertdialog").get_by_role("button", name="Convocar 3").click()
    await expect(panel).to_contain_text("3 começaram.")
    await expect(panel.locator(".refusals")).to_contain_text("Caetano Reis")
    await page.keyboard.press("Escape")
    await expect(page.locator(".card", has_text="Nilo Teixeira")).to_contain_text("42 jobs")


@pytest.fixture
def ticking(server: Server, tmp_path: Path) -> Server:
    """A councilor more, due every second."""
    server.promote("tick", schedule="1s", tags=["ticking"])
    return server


async def test_maintenance_is_begun_seen_and_ended(ticking: Server, open_page: Open) -> None:
    server = ticking
    page = await open_page(server)
    panel = await open_orders(page)
    await panel.locator(".kinds label", has_text="ticking").click()
    await panel.get_by_label("2 h", exact=True).check()
    await panel.get_by_label("Motivo").fill("troca de discos")
    await panel.get_by_role("button", name="Começar agora").click()
    await expect(panel.locator(".windows li")).to_contain_text("troca de discos")
    await expect(panel).to_contain_text("A janela está marcada.")
    await page.keyboard.press("Escape")
    banner = page.locator(".maintenance")
    await expect(banner).to_contain_text("Em manutenção: troca de discos")
    await expect(banner).to_contain_text("para os de ticking")
    await expect(banner).to_contain_text("ainda 1 h 59 min")
    await expect(page.locator(".card[data-agent=tick] .last")).to_contain_text(
        "janela de manutenção"
    )

    await page.locator(".card[data-agent=tick] .schedule").click()
    await expect(page.get_by_role("dialog").locator(".ledger ul")).to_contain_text(
        ": janela de manutenção."
    )
    await page.keyboard.press("Escape")
    await banner.get_by_role("button", name="Encerrar").click()
    await expect(banner).to_have_count(0)
    await expect(page.locator(".notice")).to_contain_text("A janela foi encerrada.")
    assert server.get("/api/maintenance")["windows"] == []
    await page.reload()
    await page.wait_for_selector("[data-connection=live]")
    await expect(page.locator(".card").first).to_be_visible()
    await expect(banner).to_have_count(0)


async def test_maintenance_is_planned_and_called_off(server: Server, open_page: Open) -> None:
    page = await open_page(server, timezone_id="America/Sao_Paulo")
    panel = await open_orders(page)
    await panel.get_by_label("planejar").check()
    await panel.get_by_role("button", name="Planejar").click()
    await expect(panel).to_contain_text("Diga quando começa.")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d")
    await panel.get_by_label("Começa", exact=True).fill(f"{tomorrow}T20:00")
    await panel.get_by_label("Termina").fill(f"{tomorrow}T19:00")
    await panel.get_by_role("button", name="Planejar").click()
    question = panel.get_by_role("alertdialog")
    await expect(question).to_contain_text("Pular os horários do conselho inteiro")
    await expect(question.get_by_role("button", name="Não")).to_be_focused()
    assert server.get("/api/maintenance")["windows"] == [], "nothing is sent before"
    await question.get_by_role("button", name="Planejar").click()
    await expect(panel).to_contain_text("Não deu certo:")
    await panel.get_by_label("Termina").fill("")
    await panel.get_by_role("button", name="Planejar").click()
    await question.get_by_role("button", name="Planejar").click()
    window = panel.locator(".windows li")
    await expect(window).to_contain_text("planejada")
    await expect(window).to_contain_text("até alguém encerrar")
    [planned] = server.get("/api/maintenance")["windows"]
    assert planned["starts_at"].startswith(f"{tomorrow}T23:00"), "by the reader's clock"
    await expect(page.locator(".maintenance")).to_have_count(0)

    await window.get_by_role("button", name="Desmarcar").click()
    await expect(window).to_have_count(0)
    await expect(page.locator(".notice")).to_contain_text("A janela foi desmarcada.")
    assert server.get("/api/maintenance")["windows"] == []


async def test_slots_of_the_past_run_once_their_number_was_confirmed(
    ticking: Server, open_page: Open
) -> None:
    server = ticking
    began = datetime.now(UTC).replace(second=0, microsecond=0)
    window = server.post("/api/maintenance", {"tags": ["ticking"], "duration": "1h"})["window"]
    eventually(lambda: runs(server, "tick", "skipped"), "a slot is skipped")
    server.patch("/api/agents/tick/councilor-schedule", {"enabled": False})
    server.delete(f"/api/maintenance/{window['window_id']}")
    [lost, *_] = eventually(lambda: runs(server, "tick", "skipped"), "it stays on record")

    page = await open_page(server, timezone_id="UTC")
    panel = await open_orders(page)
    await panel.locator(".kinds label", has_text="ticking").click()
    await panel.get_by_role("button", name="Contar").click()
    await expect(panel).to_contain_text("Diga desde quando.")
    await panel.get_by_label("De", exact=True).fill(began.strftime("%Y-%m-%dT%H:%M"))
    await panel.get_by_role("button", name="Contar").click()
    question = panel.get_by_role("alertdialog")
    await expect(question).to_contain_text("Seri")
    await expect(panel.locator(".plan")).to_contain_text("Tick")
    assert not [task for task in runs(server, "tick") if task["trigger"] == "backfill"]

    await question.get_by_role("button", name="Refazer").click()
    await expect(panel).to_contain_text("começar")
    done = eventually(
        lambda: [
            task for task in runs(server, "tick", "completed") if task["trigger"] == "backfill"
        ],
        "a slot of the past runs",
    )
    assert done[0]["due_at"] >= lost["slot_from"]


async def test_a_number_that_changed_is_shown_again(server: Server, open_page: Open) -> None:
    """The server refuses a number that is not true any more; the page asks with the new one."""
    page = await open_page(server)
    asked: list[dict[str, Any]] = []

    async def changing(route: Any) -> None:
        body = json.loads(route.request.post_data)
        asked.append(body)
        count = 2 if len(asked) == 1 else 3
        if "confirm" in body and body["confirm"] != 3:
            refusal = {"detail": "This would start 3 runs now, not 2.", "confirm": 3}
            await route.fulfill(status=409, json=refusal)
        elif "confirm" in body:
            await route.fulfill(status=202, json={"started": 3, "duplicates": 0})
        else:
            await route.fulfill(json={"confirm": count, "per_councilor": {"calm": count}})

    await page.route("**/api/backfills", changing)
    panel = await open_orders(page)
    await panel.get_by_label("De", exact=True).fill("2026-11-20T10:00")
    await panel.get_by_role("button", name="Contar").click()
    await panel.get_by_role("button", name="Refazer 2 execuções").click()
    await expect(panel).to_contain_text("O número mudou enquanto você olhava.")
    await panel.get_by_role("button", name="Refazer 3 execuções").click()
    await expect(panel).to_contain_text("3 execuções vão começar")
    assert [body.get("confirm") for body in asked] == [None, 2, None, 3]


async def test_an_order_that_fails_says_so(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    panel = await open_orders(page)
    await panel.get_by_role("button", name="Dar licença 4").click()
    server.kill()
    yes = panel.get_by_role("alertdialog").get_by_role("button", name="Dar licença a 4")
    await yes.click()
    await expect(panel).to_contain_text("Não deu certo: o servidor não respondeu.")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, 390])
async def test_orders_can_be_given_by_everybody(
    server: Server, open_page: Open, axe_source: str, width: int, *, dark: bool
) -> None:
    server.post("/api/maintenance", {"duration": "1h", "reason": "new disks"})
    page = await open_page(server, dark=dark, width=width)
    await expect(page.locator(".maintenance")).to_be_visible()
    await assert_accessible(page, axe_source, "maintenance")
    panel = await open_orders(page)
    await panel.get_by_label("planejar").check()
    await panel.get_by_role("button", name="Dar licença 4").click()
    await assert_accessible(page, axe_source, "orders")
