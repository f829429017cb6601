"""A real Chromium on the page of a real server, whose council is four small commands.

Nothing fires by itself: every schedule is a day long, and the tests call whom they need.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.support.agent_cli import agent_programs
from tests.support.server import Server, free_port, running

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "src" / "conselho" / "web_dist" / "index.html"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
DEADLINE_MS = 20_000
CREDENTIALS = ("ANTHROPIC_API_KEY", "CODEX_API_KEY", "GEMINI_API_KEY")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

COUNCILOR = """---
agent_id: {agent_id}
name: {name}
emoji: "🔎"
provider: command
command: [sh, {script}]
title: {title}
tags: [{tag}]
schedule: 1d
task: {task}
notifications:
  channels: [panel, toast]
---
{prompt}
"""

# What an agent might write: markup that must stay text, and a verdict in the agreed form.
LEAKY = """cat <<'REPORT'
# Report
<img src=x onerror="window.broken = true"><script>window.broken = true</script>
```json
{"severity": "error", "summary": "A key in seed.env <b>line 12</b>",
 "findings": [{"title": "AWS key <script>window.broken = true</script>", "severity": "error",
               "file": "deploy/seed.env", "line": 12, "detail": "Revoke it first."}]}
```
REPORT
"""

COUNCIL = {
    "calm": ("Nilo Teixeira", "Watcher", "quality", "Pipeline", "echo 'All 42 jobs are green'"),
    "leaky": ("Otávia Prado", "Keeper of secrets", "security", "Secret search", LEAKY),
    "slow": ("Caetano Reis", "Inspector", "quality", "Profile", "echo started; exec sleep 300"),
    "failing": ("Bento Rocha", "Sweeper", "security", "Dependencies", "echo no lock file; exit 3"),
}

expect.set_options(timeout=DEADLINE_MS)

Open = Callable[..., Awaitable[Page]]


def require(found: bool, what: str) -> None:
    """Skip on a machine that lacks something; on CI that is a failure."""
    if found:
        return
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    wanted = os.environ.get("CONSELHO_CHROMIUM", "/usr/bin/chromium")
    require(shutil.which(wanted) is not None, f"no Chromium at {wanted}")
    require(PAGE.is_file(), "the page is not built: run `make page`")
    return wanted


@pytest.fixture(scope="session")
def axe_source() -> str:
    require(AXE.is_file(), "axe-core is not installed: run `npm ci` in web/")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def council_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "council"
    folder.mkdir()
    for agent_id, (name, title, tag, task, script) in COUNCIL.items():
        path = folder.parent / f"{agent_id}.sh"
        path.write_text(script, encoding="utf-8")
        (folder / f"{agent_id}.md").write_text(
            COUNCILOR.format(
                agent_id=agent_id,
                name=name,
                script=path,
                title=title,
                tag=tag,
                task=task,
                prompt=f"Look after: {task}.",
            ),
            encoding="utf-8",
        )
    return folder


@pytest.fixture(name="free_port")
def port_to_come_back_to() -> int:
    return free_port()


@pytest.fixture
def server(
    chromium_path: str, council_dir: Path, tmp_path: Path, free_port: int
) -> Iterator[Server]:
    with running(tmp_path, council=council_dir, arguments=["--port", str(free_port)]) as server:
        yield server


@pytest.fixture
def empty_server(chromium_path: str, tmp_path: Path) -> Iterator[Server]:
    """A server without any councilor."""
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def agent_server(chromium_path: str, tmp_path: Path) -> Iterator[Server]:
    """A server whose agents are stand-ins; what they do stands in their prompts."""
    programs = agent_programs(tmp_path / "programs")
    environ = dict.fromkeys(CREDENTIALS, "secret-enough") | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"
    }
    with running(tmp_path, environ=environ) as server:
        yield server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file share an event loop, as they share a browser."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(chromium_path: str) -> AsyncIterator[Browser]:
    """One for all tests of a file: to start one takes as long as most of them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_FLAGS
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """Empty before and after the test."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser: Browser) -> AsyncIterator[Open]:
    """Opens the page of a server and waits until it is live, or shows what it is told to.

    Afterwards: nothing was thrown in any of the pages, and the content policy refused nothing.
    """
    faults: list[str] = []
    contexts: list[BrowserContext] = []

    async def open_page(
        server: Server,
        *,
        width: int = 1440,
        height: int = 900,
        language: str = "pt-BR",
        dark: bool = False,
        until: str = "[data-connection=live]",
        **options: Any,
    ) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(DEADLINE_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: faults.append(said.text) if "Content Security" in said.text else None,
        )
        await page.goto(server.url)
        await page.wait_for_selector(until)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert faults == []
