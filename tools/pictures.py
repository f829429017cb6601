"""Takes the pictures in docs/images: each view wide and narrow, light and dark, in both languages.

    make page && .venv/bin/python -m tools.pictures

A real server with the council of demo_council.py, and the Chromium of the system.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from playwright.async_api import Browser, Page, async_playwright

from tools.demo_council import CAETANO, OTAVIA, fill, now_on_the_minute

IMAGES: Final = Path(__file__).resolve().parents[1] / "docs" / "images"
GREETING: Final = "Conselho is in session: "
CHROMIUM: Final = os.environ.get("CONSELHO_CHROMIUM", "/usr/bin/chromium")
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True, kw_only=True)
class Look:
    name: str
    width: int
    height: int
    language: str
    dark: bool


LOOKS: Final = (
    Look(name="light-pt", width=1440, height=900, language="pt-BR", dark=False),
    Look(name="dark-en", width=1440, height=900, language="en", dark=True),
    Look(name="phone-light-en", width=360, height=780, language="en", dark=False),
    Look(name="phone-dark-pt", width=360, height=780, language="pt-BR", dark=True),
)

Act = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class View:
    """A place of the page, what is waited for there, and what is done before the picture."""

    name: str
    address: str
    until: str
    act: Act | None = None


async def _open_footer(page: Page) -> None:
    await page.keyboard.press("r")
    await page.wait_for_selector(".news li")


async def _open_palette(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await page.wait_for_selector("[role=combobox]")
    await page.keyboard.type("ot")


def views(report: str, running: str) -> Sequence[View]:
    return (
        View(name="dashboard", address="", until=".card"),
        View(name="footer", address="", until=".card", act=_open_footer),
        View(name="palette", address="", until=".card", act=_open_palette),
        View(name="timeline", address="#/timeline", until=".timeline [data-lane]"),
        View(name="councilor", address=f"#/councilor/{OTAVIA.agent_id}", until=".panel .uplot"),
        View(name="execution", address=f"#/execution/{report}", until=".panel h3"),
        View(
            name="running",
            address=f"#/execution/{running}",
            until=".log .lines p:not(.aside)",
        ),
        View(name="promote", address="#/promote", until=".panel h3"),
        View(name="edit", address=f"#/edit/{OTAVIA.agent_id}", until=".panel textarea"),
        View(name="agenda", address=f"#/agenda/{OTAVIA.agent_id}", until=".panel h2"),
        View(name="providers", address="#/providers", until=".provider-list li"),
    )


@contextlib.contextmanager
def serving(data: Path) -> Iterator[str]:
    """The address of a server on `data`."""
    command = [str(Path(sys.executable).parent / "conselho"), "serve", "--port", "0"]
    server = subprocess.Popen(
        [*command, "--data-dir", str(data)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, cwd=data,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        if not said.startswith(GREETING):
            raise SystemExit(f"The server did not start: {said!r}")
        yield said.removeprefix(GREETING).strip()
    finally:
        server.terminate()
        server.wait(60)


def call(url: str, agent_id: str, *, wait: int) -> str:
    """Run a councilor; the id of the run."""
    answer = httpx.post(
        f"{url}/api/councilors/{agent_id}/execute-now", params={"wait": wait}, timeout=60
    )
    answer.raise_for_status()
    execution_id: str = answer.json()["execution"]["execution_id"]
    return execution_id


async def take(url: str, taken: Sequence[View]) -> None:
    async with _browser() as browser:
        for look in LOOKS:
            for view in taken:
                await _picture(browser, url, look, view)


@contextlib.asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def _picture(browser: Browser, url: str, look: Look, view: View) -> None:
    context = await browser.new_context(
        viewport={"width": look.width, "height": look.height},
        locale=look.language,
        timezone_id="America/Sao_Paulo",
        color_scheme="dark" if look.dark else "light",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.goto(f"{url}/{view.address}")
    await page.wait_for_selector("[data-connection=live]")
    await page.wait_for_selector(view.until, state="attached")
    if view.act:
        await view.act(page)
    await page.evaluate("document.fonts.ready.then(() => undefined)")
    await page.screenshot(path=IMAGES / f"{view.name}-{look.name}.png")
    await context.close()


def main() -> None:
    if shutil.which(CHROMIUM) is None:
        raise SystemExit(f"There is no Chromium at {CHROMIUM}; CONSELHO_CHROMIUM may name one.")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "loja-web"
        data.mkdir(mode=0o700)
        asyncio.run(fill(data / "conselho.db", now_on_the_minute()))
        with serving(data) as url:
            report = call(url, OTAVIA.agent_id, wait=30)
            running = call(url, CAETANO.agent_id, wait=0)
            asyncio.run(take(url, views(report, running)))


if __name__ == "__main__":
    main()
