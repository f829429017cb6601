"""What the page tells on its own: for whom, when, how much of it, and where."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import Open
from tests.support.server import Server

STREAM = "**/api/councilors/events/stream**"
FAILS = ["sh", "-c", "echo no lock file; exit 3"]

# The browser lets no test hide a page or read a notification: both are put in its place.
HIDEABLE = """
  Object.defineProperty(document, 'hidden', {get: () => sessionStorage.away === 'yes'});
  Object.defineProperty(document, 'visibilityState', {
    get: () => sessionStorage.away === 'yes' ? 'hidden' : 'visible',
  });
  // Whichever tab tells it, both show all that was told.
  const shown = (told) => document.documentElement.setAttribute('data-told', told);
  window.addEventListener('storage', (event) => event.key === 'told' && shown(event.newValue));
  window.Notification = class extends EventTarget {
    static permission = 'granted';
    static requestPermission = async () => 'granted';
    constructor(title, options) {
      super();
      window.last = this;
      localStorage.told = `${localStorage.told ?? ''}${title}: ${options.body}; `;
      shown(localStorage.told);
    }
    close() {}
  };
"""


async def hide(page: Page, away: bool) -> None:
    await page.evaluate(
        """away => {
          sessionStorage.away = away;
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        "yes" if away else "no",
    )


def toasts(page: Page) -> Any:
    return page.get_by_role("region", name="Avisos").get_by_role("group")


def flags(server: Server, agent_id: str, *channels: str, **said: Any) -> None:
    told = {"channels": channels or ("panel", "toast")} | said
    server.patch(f"/api/councilors/{agent_id}/councilor-config", {"notifications": told})


async def test_a_notice_comes_for_what_the_flags_say_and_only_as_it_happens(
    server: Server, open_page: Open
) -> None:
    server.call("failing")
    flags(server, "leaky", on_error=False)
    server.promote("glad", name="Ana Alegre")
    flags(server, "glad", on_success=True)
    page = await open_page(server)
    await expect(page.locator(".attention-card")).to_have_count(1)

    # What a resumed stream catches up on is no news of this moment.
    await page.context.route(STREAM, lambda route: route.abort())
    server.kill()
    server.start()
    server.call("failing")
    await page.context.unroute(STREAM)
    await expect(page.locator(".attention-card")).to_contain_text("2ª vez seguida")
    await expect(page.locator("[data-connection=live]")).to_be_visible()

    server.call("leaky")
    server.call("calm")
    server.call("glad")
    await expect(toasts(page)).to_have_count(1)
    await expect(toasts(page)).to_contain_text("Em ordem Ana Alegre")
    server.call("failing")  # by a person: told, although it is the third time
    await expect(toasts(page)).to_have_count(2)
    said = page.locator(".footer [role=status]").first
    await expect(said).to_contain_text("Erro: Bento Rocha.")

    # On the footer, not over its news; reached by a key, held while somebody is there.
    above = await toasts(page).last.bounding_box()
    bar = await page.locator(".footer-bar").bounding_box()
    assert above is not None
    assert bar is not None
    assert above["y"] + above["height"] <= bar["y"]
    await page.keyboard.press("t")
    await expect(toasts(page).first).to_be_focused()
    await page.get_by_role("button", name="Dispensar: Ana Alegre").press("Enter")
    await expect(toasts(page)).to_have_count(1)
    await expect(toasts(page)).to_be_focused()
    await toasts(page).get_by_role("link").click()
    await expect(page).to_have_url(re.compile("#/execution/"))
    await expect(toasts(page)).to_have_count(0)


async def test_each_channel_tells_in_its_own_place(server: Server, open_page: Open) -> None:
    page = await open_page(server)
    # Notices are fetched when the page is shown: from then on they tell everything.
    await expect(page.locator(".over-footer [role=status]")).to_be_attached()
    side = page.locator(".footer .side")
    unseen = ("", "", "1 erro que você não viu", "2 erros que você não viu")
    channels = (["email"], ["toast"], ["panel"], ["panel", "toast"])
    for number, (chosen, held) in enumerate(zip(channels, unseen, strict=True)):
        agent_id = f"agent-{number}"
        server.promote(agent_id, FAILS, name=f"Agente {number}")
        flags(server, agent_id, *chosen)
        task = server.call(agent_id)
        row = page.locator(f".recent [data-execution='{task['task_id']}']")
        await expect(row).to_have_count(1)
        if held:
            await expect(side).to_have_text(held)
        else:
            await expect(side).not_to_contain_text("não viu")
        if "toast" in chosen:
            await expect(toasts(page).filter(has_text=f"Agente {number}")).to_have_count(1)
            await toasts(page).get_by_role("button", name=re.compile("^Dispensar")).click()
        await expect(toasts(page)).to_have_count(0)
    # The list has them all.
    await page.keyboard.press("r")
    await expect(page.locator(".news li")).to_have_count(4)


async def test_many_at_once_are_one_notice_that_opens_the_footer(
    server: Server, open_page: Open
) -> None:
    many = [f"many-{number}" for number in range(5)]
    for agent_id in many:
        server.promote(agent_id, FAILS)
        flags(server, agent_id)
    page = await open_page(server)
    server.post("/api/council/run", {"agent_ids": many})
    await expect(toasts(page)).to_have_count(1)
    await expect(toasts(page)).to_contain_text("Cinco execuções pedem atenção")
    await toasts(page).get_by_role("button", name="Ver no rodapé").click()
    await expect(page.locator(".news li")).to_have_count(5)
    await expect(page.locator(".filters [aria-pressed=true]")).to_contain_text("Avisos e erros")
    await expect(toasts(page)).to_have_count(0)


async def test_the_system_is_told_once_by_one_of_two_tabs_that_nobody_sees(
    server: Server, open_page: Open
) -> None:
    first = await open_page(server)
    await first.context.add_init_script(HIDEABLE)
    await first.reload()
    second = await first.context.new_page()
    await second.goto(server.url)
    tabs = (first, second)
    await first.get_by_role("button", name="Aparência e idioma").click()
    await first.get_by_role("checkbox", name="Avisar com a página escondida").check()
    for tab in tabs:
        await expect(tab.locator("[data-connection=live]")).to_be_visible()
    locks = "async () => (await navigator.locks.query()).held.map((lock) => lock.name)"
    assert "conselho.speaker" in await first.evaluate(locks)

    await hide(first, away=True)
    server.call("failing")  # somebody looks at the second tab
    await expect(toasts(second)).to_have_count(1)
    await hide(second, away=True)
    task = server.call("leaky")
    told = "Erro: Otávia Prado: A key in seed.env <b>line 12</b>; "
    for tab in tabs:
        await expect(toasts(tab).filter(has_text="Otávia Prado")).to_have_count(1)
        await expect(tab.locator("html")).to_have_attribute("data-told", told)
    speaker = first if await first.evaluate("'last' in window") else second
    await speaker.evaluate("window.last.onclick()")
    await expect(speaker).to_have_url(re.compile(task["task_id"]))
    assert await first.evaluate("localStorage.told") == told


async def test_nothing_speaks_up_unasked_and_a_refusal_is_explained(
    server: Server, open_page: Open
) -> None:
    page = await open_page(server)
    await page.get_by_role("button", name="Aparência e idioma").click()
    box = page.get_by_role("checkbox", name="Avisar com a página escondida")
    await box.click()
    await expect(page.locator(".appearance")).to_contain_text("O navegador recusou avisos")
    await expect(box).not_to_be_checked()
    # Sound too waits until it is asked for, and stays then.
    sound = page.get_by_role("checkbox", name="Som curto")
    await expect(sound).not_to_be_checked()
    await sound.check()
    await page.reload()
    await page.get_by_role("button", name="Aparência e idioma").click()
    await expect(sound).to_be_checked()
