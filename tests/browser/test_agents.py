"""What the page tells of agents' runs: real runs of stand-in agents, in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.server import Server, eventually

REPORT = (
    '[[report: {"severity": "success", "summary": "Every lock file is fine.", "findings": []}]]'
)

# Two orders of a terminal, a name that reads backwards, and more lines than the page keeps.
NOISE = r"""
printf '\033[31mred\033[0m words\n'
printf 'photo_\342\200\256gpj.exe\n'
i=0; while [ $i -lt 2500 ]; do echo "line $i"; i=$((i+1)); done
"""


@pytest.fixture
def server(agent_server: Server) -> Server:
    return agent_server


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """The file that a waiting agent waits for."""
    return tmp_path / "gate"


def let_go(gate: Path) -> None:
    gate.touch()


def seat(server: Server, prompt: str, *, provider: str = "claude", **policies: object) -> None:
    """The councilor `ana`, an agent with this prompt."""
    server.promote("ana", (), prompt=prompt, provider=provider, policies=policies)


async def open_run(page: Page, server: Server, task_id: str) -> Locator:
    await page.goto(f"{server.url}/#/execution/{task_id}")
    return page.get_by_role("dialog")


async def test_a_run_is_told_while_it_works_and_when_it_has_ended(
    server: Server, open_page: Open, gate: Path, axe_source: str
) -> None:
    usage = "[[usage: input=21630 output=1118 cost=0.0412]]"
    seat(
        server,
        "[[say: I look for locks.]][[tool: Read README.md]][[failing tool: Bash git log]]"
        f"[[deny: Bash npm install]][[wait for: {gate}]]{usage}{REPORT}",
    )
    page = await open_page(server)
    task_id = server.begin("ana")
    panel = await open_run(page, server, task_id)
    log = panel.locator(".log")
    await expect(log.locator(".is-text")).to_have_text("I look for locks.")
    await expect(log.locator(".is-done")).to_contain_text("Read README.md")
    await expect(log.locator(".is-failed")).to_contain_text("Bash")
    await expect(log.locator(".is-denied")).to_contain_text("Bash npm install")
    await expect(log.locator(".is-denied em")).to_have_text("sem permissão")
    await expect(log).to_contain_text("ao vivo")
    await expect(panel.locator("h2")).to_have_text("Ainda sem veredito")
    await assert_accessible(page, axe_source, "agent at work")

    let_go(gate)
    await expect(panel.locator("h2")).to_have_text("Faltou permissão: Bash npm install")
    await expect(panel.locator(".head")).to_contain_text("dito pelo agente, rebaixado por nós")
    await expect(panel.locator(".head")).to_contain_text("“Every lock file is fine.”")
    await expect(panel.locator(".denied code")).to_have_text("Bash npm install")
    await expect(panel.locator(".denied")).to_contain_text(
        "policies.permissions (agora: read-only)"
    )
    figures = panel.locator(".facts", has_text="Entrada")
    await expect(figures).to_contain_text("21.630 tokens")
    await expect(figures).to_contain_text("Ferramentas chamadas3")
    await expect(panel.locator(".cost")).to_have_text("US$\xa00,0412")
    await expect(panel.locator(".facts", has_text="Provedor")).to_contain_text("claude")
    await expect(log).to_contain_text("encerrado")
    await panel.get_by_role("tab", name="Pedido").click()
    await expect(panel.get_by_role("tabpanel")).to_contain_text("Bash npm install")
    await assert_accessible(page, axe_source, "agent held back")

    await page.keyboard.press("Escape")
    attention = page.locator(".attention-card")
    await expect(attention.locator("h3")).to_have_text("Faltou permissão: Bash npm install")
    await expect(attention).to_contain_text("policies.permissions")
    await expect(page.locator("[data-kpi=cost] b")).to_have_text("US$\xa00,0412")


async def test_a_success_without_a_tool_is_told_as_a_note(server: Server, open_page: Open) -> None:
    seat(server, f"Look.{REPORT}", provider="gemini")
    page = await open_page(server, language="en")
    task = server.call("ana")
    words = "Ended without using a tool: a note, not an approval."
    await expect(page.locator(".footer .line")).to_contain_text(words)
    await expect(page.locator(".recent tbody tr")).to_contain_text(words)
    await expect(page.locator(".card .last")).to_contain_text(words)
    panel = await open_run(page, server, task["task_id"])
    await expect(panel.locator("h2")).to_have_text(words)
    await expect(panel.locator(".head")).to_contain_text("Every lock file is fine.")


async def test_a_run_that_waits_for_another_try_says_when_and_why(
    server: Server, open_page: Open, axe_source: str
) -> None:
    seat(server, "[[error: 429 retry-after=600 too many requests]]", max_attempts=3)
    page = await open_page(server, dark=True, width=390, height=844)
    task_id = server.begin("ana")
    await expect(page.locator(".card .when b")).to_contain_text("tenta em 9 min")
    panel = await open_run(page, server, task_id)
    await expect(panel.locator("h2")).to_have_text("Espera pela tentativa 2 de 3")
    waiting = panel.locator(".cause")
    await expect(waiting).to_contain_text("Começa às")
    await expect(waiting).to_contain_text("O provedor não aceita mais pedidos por agora.")
    await expect(waiting.locator("code")).to_have_text("provider rate_limit")
    await assert_accessible(page, axe_source, "waiting for another try")
    await panel.get_by_role("button", name="Cancelar a execução").click()
    await expect(panel.locator("h2")).to_have_text("Cancelado antes de terminar")


async def test_a_run_that_a_provider_refused_says_what_to_do(
    server: Server, open_page: Open
) -> None:
    seat(server, "[[error: 401 invalid x-api-key]]")
    page = await open_page(server, language="en")
    task = server.call("ana")
    card = page.locator(".attention-card")
    await expect(card).to_contain_text("The provider refused the credentials or the account.")
    await expect(card).to_contain_text("conselho doctor")
    panel = await open_run(page, server, task["task_id"])
    await expect(panel.locator(".cause code")).to_have_text("provider authentication")
    await expect(panel.locator(".cause .own-words")).to_contain_text("invalid x-api-key")


async def test_one_click_on_its_card_cancels_a_run(
    server: Server, open_page: Open, gate: Path
) -> None:
    seat(server, f"[[tool: Read a]][[wait for: {gate}]]{REPORT}")
    page = await open_page(server, language="en")
    card = page.locator(".card")
    await card.hover()
    # The second click of a double click must not cancel what the first has begun.
    await card.get_by_role("button", name="Run Ana now").dblclick()
    await expect(card.locator(".last")).to_contain_text("Working")
    await card.get_by_role("button", name="Cancel the run of Ana").click()
    await expect(card.get_by_role("button", name="Run Ana now")).to_be_visible()
    await expect(page.locator(".recent tbody tr")).to_have_count(1)
    await expect(page.locator(".recent tbody tr")).to_contain_text("Cancelled before its end")


async def test_a_cancellation_that_comes_too_late_says_so(
    server: Server, open_page: Open, gate: Path
) -> None:
    seat(server, f"[[tool: Read a]][[wait for: {gate}]]{REPORT}")
    page = await open_page(server, language="en")
    task_id = server.begin("ana")
    panel = await open_run(page, server, task_id)

    async def end_first(route: Route) -> None:
        let_go(gate)
        eventually(lambda: server.task(task_id)["status"] == "completed", "its end")
        await route.continue_()

    await page.route("**/cancel", end_first)
    await panel.get_by_role("button", name="Cancel the run").click()
    await expect(page.get_by_role("alert")).to_contain_text("ended before the cancellation")
    await expect(panel.locator("h2")).to_have_text("Every lock file is fine.")


async def test_a_long_and_hostile_log_stays_readable_and_bounded(
    server: Server, open_page: Open
) -> None:
    server.promote("ana", ("sh", "-c", NOISE))
    page = await open_page(server)
    task = server.call("ana")
    panel = await open_run(page, server, task["task_id"])
    await expect(panel.locator(".said .raw")).to_contain_text("red words\nphoto_⟨U+202E⟩gpj.exe")
    log = panel.locator(".log")
    await expect(log).to_contain_text("2.502 linhas")
    await expect(log.locator(".lines")).to_contain_text("Só as 1.902 linhas mais novas.")
    await expect(log.get_by_text("line 2499", exact=True)).to_be_in_viewport()
    assert await log.locator(".is-text").count() <= 2000

    lines = log.locator(".lines")
    await lines.evaluate("box => { box.scrollTop = 0 }")
    jump = log.get_by_role("button", name="Ir ao fim")
    await jump.click()
    await expect(jump).to_have_count(0)
    await expect(log.get_by_text("line 2499", exact=True)).to_be_in_viewport()
