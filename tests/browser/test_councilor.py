"""The report of a councilor: what it shows of a long past, and how it follows what happens."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from conselho.models.ids import AgentId
from conselho.models.task import SkipReason, Status, Task, Trigger
from conselho.models.verdict import Finding, Severity
from conselho.store import Loss
from conselho.stores.sql import open_sql_store
from tests.browser.conftest import Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.factories import make_lost, make_snapshot, make_task, make_verdict, no_events
from tests.support.server import Server, running

HOUR = timedelta(hours=1)
BUSY_RUNS = 1_200

KEY = Finding(
    title="AWS key <b>in seed.env</b>",
    severity=Severity.ERROR,
    file="deploy/seed.env",
    line=12,
    fingerprint="key",
)
LONG = Finding(title="app.py is long", severity=Severity.WARNING, fingerprint="long")
NOTHING_FOUND = """import json
print("```json", json.dumps({"severity": "success", "summary": "All clean."}), "```", sep="\\n")
"""


def past_run(
    agent_id: str, ended: datetime, severity: Severity, *found: Finding, **more: Any
) -> Task:
    """A run that took half a minute, as it stands in the store."""
    began = ended - timedelta(seconds=30)
    summary = more.pop("summary", f"It was {severity}.")
    return make_task(
        AgentId(agent_id),
        due_at=None,
        trigger=Trigger.SCHEDULE,
        created_at=began,
        started_at=began,
        completed_at=ended,
        duration_seconds=30.0,
        status=Status.COMPLETED,
        severity=severity,
        attempt=1,
        snapshot=make_snapshot(display_name=agent_id.title(), task_name="look around"),
        verdict=make_verdict(severity, summary=summary, findings=found),
        **more,
    )


async def fill(database: str, now: datetime) -> None:
    """Ana: twenty hours, one with an error, three slots missed. Beto: a run each ten minutes."""
    store = await open_sql_store(database)
    ana = [
        past_run(
            "ana",
            now - hours * HOUR,
            Severity.ERROR if hours == 6 else Severity.WARNING,
            *([LONG, KEY] if hours == 6 else [LONG]),
            usage={"cost_usd": 0.25, "input_tokens": 900, "output_tokens": 100},
            spent_at=now - hours * HOUR,
        )
        for hours in range(1, 21)
    ]
    beto = [
        past_run(
            "beto",
            now - timedelta(minutes=10 * n + 5),
            Severity.ERROR if n % 100 == 50 else Severity.SUCCESS,
            summary="A needle." if n == 1_150 else f"Look number {n}.",
        )
        for n in range(BUSY_RUNS)
    ]
    gone = [past_run("gone", now - HOUR, Severity.SUCCESS)]
    await store.import_tasks([*ana, *beto, *gone])
    slots = [now - timedelta(hours=23, minutes=-20 * n) for n in range(3)]
    row = make_lost(AgentId("ana"), reason=SkipReason.SERVER_DOWN, at=slots[-1])
    await store.record_lost([Loss(row=row, slots=slots)], now=slots[-1], announce=no_events)
    await store.close()


@pytest.fixture(scope="module")
def council(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("reports")
    (folder / "data").mkdir(mode=0o700)
    (folder / "look.py").write_text(NOTHING_FOUND, encoding="utf-8")
    database = f"sqlite:///{folder / 'data' / 'conselho.db'}"
    asyncio.run(fill(database, datetime.now(UTC)))
    with running(folder) as server:
        for agent_id in ("ana", "beto", "nova"):
            server.promote(agent_id, ["python3", "look.py"], cwd=str(folder))
        server.create("gone")
        yield server


async def report(page: Page, server: Server, agent_id: str) -> Locator:
    await page.goto(f"{server.url}/#/councilor/{agent_id}")
    panel = page.locator(f"[data-councilor={agent_id}]")
    await expect(panel).to_be_visible()
    return panel


async def drawn_in(page: Page, token: str) -> None:
    """Wait until bars of the first chart have this very colour."""
    await page.wait_for_function(
        """token => {
          const canvas = document.querySelector(".chart canvas");
          if (!canvas) return false;
          const probe = canvas.parentElement.appendChild(document.createElement("i"));
          probe.style.color = `var(${token})`;
          const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
          probe.remove();
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let found = 0;
          for (let at = 0; at < data.length; at += 4) {
            if (wanted.every((part, n) => Math.abs(data[at + n] - part) < 3)) found += 1;
          }
          return found > 200;
        }""",
        arg=token,
    )


async def test_a_councilor_is_seen_over_time_and_followed_live(
    council: Server, open_page: Open
) -> None:
    page = await open_page(council)
    panel = await report(page, council, "ana")
    await expect(panel.locator("h2")).to_have_text("Ana")
    await expect(panel.locator(".next-slot")).to_contain_text("em 23 h")
    await expect(panel.locator(".report-figures")).to_contain_text("US$ 5,00")
    await expect(panel.locator(".verdicts .counted")).to_have_text(
        "20 execuções: 1 erro, 19 avisos, 3 horários sem execução"
    )

    # By keyboard from the newest mark to the oldest: what was lost says why.
    cursor = panel.locator(".strip a.cursor")
    await cursor.focus()
    await expect(cursor).to_have_accessible_name(re.compile("^Execução: Atenção"))
    await page.keyboard.press("Home")
    await expect(cursor).to_have_accessible_name(re.compile("Faltou a 3 horários.*no ar"))
    await expect(panel.locator(".strip .tip")).to_contain_text("Faltou a 3 horários")
    # And with the pointer to the one error, which opens.
    await panel.locator(".strip .mark-error").last.hover(force=True)
    await expect(panel.locator(".strip .tip")).to_contain_text("It was error.")
    await page.mouse.down()
    await page.mouse.up()
    await expect(page.get_by_role("dialog").locator(".findings")).to_contain_text("deploy/seed.env")
    await page.go_back()

    known = panel.locator(".known > ul > li")
    await expect(known).to_have_count(1)
    await expect(known).to_contain_text("app.py is long")
    await expect(known).to_contain_text("em 20 execuções")
    await panel.locator(".known summary").click()
    await expect(panel.locator(".closed li")).to_contain_text("AWS key <b>in seed.env</b>")

    await drawn_in(page, "--info")
    await panel.locator(".chart summary").first.click()
    await expect(panel.locator(".chart table").first.locator("tbody tr")).to_have_count(20)
    await page.emulate_media(color_scheme="dark")
    await drawn_in(page, "--info")

    first = panel.locator(".run").first
    await panel.get_by_role("button", name="Executar agora").click()
    await expect(first).to_contain_text("All clean.")
    await expect(panel.locator(".head .last-words")).to_have_text("All clean.")
    await expect(panel.locator(".verdicts .counted")).to_contain_text("1 em ordem")
    await expect(panel.locator(".known")).to_contain_text("Nada em aberto")
    sound = council.get("/api/agents/ana")["command"]
    council.patch("/api/agents/ana", {"command": ["sh", "-c", "exit 3"]})
    council.call("ana")
    council.patch("/api/agents/ana", {"command": sound})
    await expect(panel.locator(".known")).to_contain_text("Depois dela houve falha")
    await expect(panel.locator(".known").get_by_role("link", name="Ver a que")).to_be_visible()
    await panel.get_by_role("button", name="Dar licença").click()
    await expect(panel.locator(".countdown")).to_have_text("de licença")
    await panel.get_by_role("button", name="Chamar de volta").click()
    await expect(panel.locator(".countdown")).to_contain_text("em 23 h")


async def test_a_long_history_scrolls_is_filtered_and_does_not_move_under_the_reader(
    council: Server, open_page: Open
) -> None:
    page = await open_page(council)
    panel = await report(page, council, "beto")
    head = panel.locator(".run-history .list-head")
    await expect(head).to_contain_text("1.200 execuções")
    # 1,008 runs of a week: the older ones are counted, and an hour of them can be looked into.
    await panel.get_by_role("button", name="7 dias").click()
    await expect(panel.locator(".verdicts .older")).to_contain_text("contadas por hora")
    await panel.locator(".strip a.cursor").focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")
    await expect(head).to_contain_text("6 execuções")
    await head.get_by_label("Período").select_option("")
    await expect(head).to_contain_text("1.200 execuções")

    # To the end, however far it is: only what can be seen is in the document.
    await page.evaluate(
        """async () => {
          const body = document.querySelector(".panel-body");
          const end = () => document.querySelector("[aria-posinset='1200']");
          while (!end()) {
            body.scrollBy(0, 2000);
            await new Promise(requestAnimationFrame);
          }
        }"""
    )
    assert await panel.locator(".run").count() < 60
    await panel.locator(".run").last.focus()
    await page.keyboard.press("Home")
    await expect(panel.locator(".run").first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(panel.locator("[data-row='1'] .run")).to_be_focused()

    # Deep in the list, new ones wait until they are asked for.
    await panel.locator(".panel-body").evaluate("body => body.scrollTo(0, 9000)")
    read = await row_in_sight(panel)
    for _ in range(2):
        council.call("beto")
    fresh = head.get_by_role("button", name="2 novas")
    await expect(fresh).to_be_visible()
    assert await row_in_sight(panel) == read
    await fresh.click()
    await expect(panel.locator(".run").first).to_contain_text("All clean.")
    await expect(head).to_contain_text("1.202 execuções")

    await head.get_by_role("button", name="Erro").click()
    await expect(head).to_contain_text("12 execuções")
    await expect(panel.locator(".run:not(.is-error)")).to_have_count(0)
    await head.get_by_role("button", name="Tudo").click()
    await head.get_by_label("Origem").select_option("manual")
    await expect(head).to_contain_text("2 execuções")
    await head.get_by_label("Origem").select_option("")
    await head.get_by_label("Procurar texto").fill("needle")
    await expect(panel.locator(".run")).to_have_count(1)
    await expect(panel.locator(".run")).to_contain_text("A needle.")
    await head.get_by_label("Procurar texto").fill("nothing of that")
    await panel.get_by_role("button", name="Limpar filtros").click()
    await expect(head).to_contain_text("1.202 execuções")


async def row_in_sight(panel: Locator) -> list[object]:
    """Which execution is the first below the head of the list, and where it stands."""
    found: list[object] = await panel.evaluate(
        """panel => {
          const line = panel.querySelector(".list-head").getBoundingClientRect().bottom;
          const rows = [...panel.querySelectorAll(".run")];
          const place = row => Math.round(row.getBoundingClientRect().top);
          const top = rows.filter(row => place(row) >= line).sort((a, b) => place(a) - place(b))[0];
          return [top.dataset.execution, place(top)];
        }"""
    )
    return found


async def test_who_never_ran_lost_its_seat_or_is_unknown_is_said_to_be_so(
    council: Server, open_page: Open
) -> None:
    page = await open_page(council, language="en")
    panel = await report(page, council, "nova")
    await expect(panel.locator(".head")).to_contain_text("Run it now and see the first verdict")
    await expect(panel.locator(".days time")).to_have_count(10)
    await expect(panel.locator(".run-history, .chart, .verdicts")).to_have_count(0)
    council.delete("/api/councilors/nova/demote-councilor")
    await expect(panel.locator(".head")).to_contain_text("Nova has no seat in the council.")

    await report(page, council, "nobody")
    await expect(page.get_by_role("alert")).to_contain_text(
        "There is no agent with the id “nobody”."
    )

    panel = await report(page, council, "gone")
    await expect(panel.locator(".head")).to_contain_text("Gone has no seat in the council.")
    await expect(panel.get_by_role("link", name="Give it a seat")).to_have_attribute(
        "href", "#/promote/gone"
    )
    await expect(panel.locator(".run")).to_contain_text("It was success.")


async def test_the_report_is_accessible_in_both_themes_and_fits_a_phone(
    council: Server, open_page: Open, axe_source: str
) -> None:
    page = await open_page(council)
    panel = await report(page, council, "ana")
    await expect(panel.locator(".run").first).to_be_attached()
    await expect(panel.locator(".chart canvas").first).to_be_attached()
    await panel.locator(".strip a.cursor").focus()
    await assert_accessible(page, axe_source, "report")
    await page.emulate_media(color_scheme="dark")
    await assert_accessible(page, axe_source, "dark report")
    await page.set_viewport_size({"width": 360, "height": 740})
    await assert_accessible(page, axe_source, "report on a phone")
    assert await page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth"
        " && document.querySelector('.panel-body').scrollWidth <= innerWidth"
    )
