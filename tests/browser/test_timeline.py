"""The council over time: what ran, what was lost, what runs now, what is to come, a lane each."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.schedule import parse_schedule
from conselho.models.task import Outcome, SkipReason, Status
from conselho.models.verdict import Severity
from conselho.store import Loss, Store
from conselho.stores.sql import open_sql_store
from tests.browser.conftest import Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.factories import (
    failed,
    make_councilor,
    make_ended,
    make_lost,
    make_outcome,
    make_verdict,
    no_events,
)
from tests.support.server import Server, running

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
STEADY, BUSY, ABSENT, RESTING = (AgentId(name) for name in ("steady", "busy", "absent", "resting"))

Fill = Callable[[Store, datetime], Awaitable[None]]


def said(severity: Severity, summary: str) -> Outcome:
    return make_outcome(severity, verdict=make_verdict(severity, summary=summary))


async def seat(
    store: Store, agent: AgentId, name: str, schedule: str, now: datetime, **rules: Any
) -> None:
    """A councilor whose next slot is more than half an hour away, and that owes nothing."""
    councilor = make_councilor(agent, now=now, created_at=now - 48 * HOUR)
    config = replace(councilor.seat, schedule=parse_schedule(schedule, **rules))
    await store.create_agent(
        replace(
            councilor,
            name=name,
            command=("echo", "all is well"),
            councilor_config=config,
            anchor_at=now + 150 * MINUTE - 60 * HOUR,
        ),
        events=[],
    )


async def lose(store: Store, agent: AgentId, slots: Sequence[datetime]) -> None:
    row = make_lost(agent, status=Status.MISSED, reason=SkipReason.SERVER_DOWN, at=slots[-1])
    await store.record_lost([Loss(row=row, slots=slots)], now=slots[-1], announce=no_events)


async def a_day(store: Store, now: datetime) -> None:
    """A calm one, one that runs each minute, one that was missed while the server was away."""
    await seat(store, STEADY, "Rosa Amaral", "6h", now)
    await seat(store, BUSY, "Nilo Teixeira", "1m", now, enabled=False)
    await seat(store, ABSENT, "Bento Rocha", "6h", now)
    await seat(store, RESTING, "Paulo Luz", "1d", now, enabled=False)
    await store.import_tasks(
        [
            make_ended(STEADY, now - 8 * HOUR, said(Severity.SUCCESS, "Nothing grew")),
            make_ended(STEADY, now - 4 * HOUR, said(Severity.WARNING, "A <b>file</b> grew")),
            *(make_ended(BUSY, now - 3 * HOUR - n * MINUTE, make_outcome()) for n in range(118)),
            make_ended(BUSY, now - 3 * HOUR + MINUTE, failed(error="The pipeline is red")),
        ]
    )
    await lose(store, ABSENT, [now - n * HOUR for n in (9, 8, 7, 6, 5)])
    for at, kind in (
        (now - 40 * HOUR, JournalKind.SERVER_STARTED),
        (now - 10 * HOUR, JournalKind.SERVER_STOPPED),
        (now - 5 * HOUR, JournalKind.SERVER_STARTED),
        (now - 5 * MINUTE, JournalKind.SERVER_STOPPED),
    ):
        await store.write_journal([JournalEntry(at=at, kind=kind)])


async def a_crowd(store: Store, now: datetime) -> None:
    for n in range(90):
        await seat(store, AgentId(f"one-{n:02}"), f"Number {n:02}", "6h", now)


async def _filled(database: Path, fill: Fill) -> None:
    store = await open_sql_store(f"sqlite:///{database}")
    now = datetime.now(UTC)
    # On the half hour, so that no run stands at the edge of an hour.
    await fill(store, now.replace(minute=30, second=0, microsecond=0) - HOUR)
    await store.close()


def filled(folder: Path, fill: Fill) -> None:
    (folder / "data").mkdir(mode=0o700)
    # In a thread of its own: the loop of the test runs in this one.
    database = folder / "data" / "conselho.db"
    thread = threading.Thread(target=lambda: asyncio.run(_filled(database, fill)))
    thread.start()
    thread.join()


@pytest.fixture
def day(chromium_path: str, council_dir: Path, tmp_path: Path, free_port: int) -> Iterator[Server]:
    """Its past, and the four of the other tests for its present."""
    filled(tmp_path, a_day)
    with running(tmp_path, council=council_dir, arguments=["--port", str(free_port)]) as server:
        yield server


@pytest.fixture
def crowd(chromium_path: str, tmp_path: Path) -> Iterator[Server]:
    filled(tmp_path, a_crowd)
    with running(tmp_path) as server:
        yield server


async def open_timeline(page: Page) -> Locator:
    await page.get_by_role("link", name="Linha do tempo").click()
    chart = page.locator(".chart")
    await expect(chart.locator(".lane").first).to_be_visible()
    return chart


def lane(chart: Locator, agent_id: str) -> Locator:
    return chart.locator(f"[data-lane={agent_id}]")


async def test_a_day_is_told_in_marks_bars_and_words(day: Server, open_page: Open) -> None:
    page = await open_page(day, timezone_id="UTC")
    chart = await open_timeline(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Um dia para trás, um dia para a frente"
    )
    await expect(chart.locator(".corner")).to_contain_text("8 conselheiros")

    steady = lane(chart, "steady")
    await expect(steady.locator("ul")).to_have_accessible_name(
        re.compile(r"^Rosa Amaral: 2 execuções e \d horários marcados$")
    )
    good, bad = steady.locator(".run a").first, steady.locator(".run a").last
    await expect(good).to_have_accessible_name(
        re.compile("^Em ordem, .* levou 1 min. Nothing grew")
    )
    assert await steady.locator(".slot").count() >= 3
    await expect(lane(chart, "resting").locator(".beyond")).to_have_text("de licença")

    # Each hour of the busy one tells how much of what there was.
    bars = lane(chart, "busy").locator(".bar a")
    await expect(bars).to_have_count(3)
    await expect(bars.last).to_have_accessible_name(re.compile("1 erro e 31 em ordem$"))
    await expect(bars.last.locator(".mark-error")).to_be_visible()

    missed = lane(chart, "absent").locator(".lost a")
    await expect(missed).to_have_accessible_name(
        re.compile("^Faltou a 5 horários.*Motivo: O servidor não estava no ar nessa hora.$")
    )
    await expect(chart.locator(".times .is-absence").first).to_contain_text("Fora do ar")

    await bad.hover()
    card = page.locator(".mark-card")
    await expect(card).to_contain_text("Rosa Amaral")
    await expect(card.locator("h3")).to_contain_text("Atenção")
    await expect(card).to_contain_text("A <b>file</b> grew")
    await bars.last.hover()
    await expect(card.locator(".rows a")).to_contain_text("The pipeline is red")
    await card.get_by_role("link", name="The pipeline is red").click()
    await expect(page.get_by_role("dialog")).to_contain_text("The pipeline is red")
    await page.keyboard.press("Escape")
    await expect(chart).to_be_visible()

    await page.get_by_role("button", name="7 dias").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Uma semana para trás, uma para a frente"
    )
    await page.get_by_role("button", name="quem precisa primeiro").click()
    await expect(chart.locator(".lane").first).to_have_attribute(
        "data-lane", re.compile("absent|busy")
    )
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Uma semana para trás, uma para a frente"
    )


async def test_what_runs_grows_at_the_present_and_stays_as_a_mark_of_its_end(
    day: Server, open_page: Open
) -> None:
    page = await open_page(day)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/api/timeline" in one.url else None)
    chart = await open_timeline(page)
    slow, calm = lane(chart, "slow"), lane(chart, "calm")
    await expect(slow.locator("ul")).to_have_accessible_name(
        re.compile("nada neste tempo|1 horário")
    )
    task_id = day.begin("slow")
    working = slow.locator(".current a")
    await expect(working).to_have_accessible_name(re.compile("^Trabalhando desde"))
    await working.focus()
    day.post(f"/api/tasks/{task_id}/cancel")
    ended = slow.locator(".run a")
    await expect(ended).to_have_accessible_name(re.compile("^Cancelado"))
    await expect(ended).to_be_focused()
    await expect(slow.locator(".current")).to_have_count(0)
    day.call("calm")
    await expect(calm.locator(".run a")).to_have_accessible_name(re.compile("^Em ordem, às"))
    assert len(asked) == 1, "what the stream tells is not asked for"

    day.promote("new-one", schedule="1d")
    await expect(lane(chart, "new-one")).to_be_visible()
    assert len(asked) == 2


async def test_without_a_signal_it_speaks_of_the_past_and_comes_back_whole(
    day: Server, open_page: Open
) -> None:
    page = await open_page(day)
    chart = await open_timeline(page)
    slot = lane(chart, "steady").locator(".slot a").first
    await expect(slot).to_have_accessible_name(re.compile("^Marcado para"))
    day.kill()
    await expect(chart.locator(".now-label")).to_contain_text("último sinal", timeout=40_000)
    await expect(slot).to_have_accessible_name(re.compile("^Estava marcado para"))
    await expect(chart.locator(".corner")).to_contain_text("eram 8 conselheiros")
    day.start()
    await expect(chart.locator(".now-label")).to_contain_text("agora", timeout=40_000)
    day.call("calm")
    await expect(lane(chart, "calm").locator(".run a")).to_be_visible()


async def test_all_of_it_is_within_reach_of_the_keyboard(crowd: Server, open_page: Open) -> None:
    page = await open_page(crowd)
    chart = await open_timeline(page)
    assert await chart.locator(".lane").count() < 60, "of very many only those in sight are drawn"
    await expect(chart.locator("[tabindex='0']")).to_have_count(1)
    names = chart.locator("h2 a")
    await names.first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(lane(chart, "one-00").locator(".slot a").first).to_be_focused()
    card = page.locator(".mark-card")
    await expect(card).to_contain_text("Marcado para")
    await page.keyboard.press("ArrowDown")
    await expect(lane(chart, "one-01").locator(".slot a").first).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(lane(chart, "one-01").locator(".slot a").nth(1)).to_be_focused()
    await page.keyboard.press("Control+End")
    last = lane(chart, "one-89").locator(".slot a").last
    await expect(last).to_be_focused()
    await expect(last).to_be_in_viewport()
    await expect(chart.locator("[tabindex='0']")).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(card.get_by_role("link")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(card).to_have_count(0)
    await expect(last).to_be_focused()
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("#/councilor/one-89$"))


@pytest.mark.parametrize("dark", [False, True])
async def test_it_is_accessible_in_both_themes_wide_and_narrow(
    day: Server, open_page: Open, axe_source: str, dark: bool
) -> None:
    page = await open_page(day, dark=dark)
    chart = await open_timeline(page)
    await lane(chart, "busy").locator(".bar a").last.hover()
    await expect(page.locator(".mark-card")).to_be_visible()
    await assert_accessible(page, axe_source, "timeline")

    await page.set_viewport_size({"width": 360, "height": 780})
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Seis horas para trás")
    await expect(chart.locator(".lane").first).to_have_css("height", "66px")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await assert_accessible(page, axe_source, "narrow timeline")
