"""The view of one execution: report, live log, orders, and what hostile text does to it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.test_accessibility import assert_accessible
from tests.support.server import Server, eventually

REPORT = """# What I found
A **key** in `seed.env`.<br>Second line.
<script>window.broken = true</script><img src=x onerror="window.broken = true">
<iframe src="https://elsewhere.example"></iframe><style>* { display: none }</style>

### Where I looked
| place | files |
|:--|--:|
| deploy/ | 42 |

- [x] main
- [click](javascript:window.broken=true)
- [docs](https://docs.example/a?b=1&c=2) and [https://bank.example](https://other.example)
- ![a chart](https://elsewhere.example/x.png)

<form action="https://elsewhere.example"><input name=a></form>
"""
KEY = {"title": "Key in plain text", "severity": "error", "file": "deploy/seed.env", "line": 12}
IGNORED = {"title": "*.env is not ignored", "severity": "warning", "file": ".gitignore"}

# What Markdown of others may become, whatever they wrote.
ELEMENTS = set("DIV P H4 H5 H6 UL OL LI TABLE THEAD TBODY TR TH TD PRE CODE EM STRONG A BR".split())
ATTRIBUTES = {"dir", "href", "target", "rel", "align", "start", "class", "tabindex"}


def report_of(severity: str, *findings: dict[str, Any], text: str = "Done.") -> str:
    """An answer in the agreed form, as the stand-in agent is told to say it."""
    verdict = {"severity": severity, "summary": "A key is public.", "findings": findings}
    return f"[[say: {text}\n```json\n{json.dumps(verdict)}\n```\n]]"


@pytest.fixture
def server(agent_server: Server) -> Server:
    return agent_server


def ask(server: Server, prompt: str) -> None:
    """Give `ana` another task."""
    server.patch("/api/councilors/ana/councilor-config", {"task": {"prompt": prompt}})


async def open_run(page: Page, server: Server, task_id: str) -> Locator:
    await page.goto(f"{server.url}/#/execution/{task_id}")
    return page.get_by_role("dialog")


async def test_a_run_is_told_with_its_report_findings_attempts_and_measure(
    server: Server, open_page: Open, tmp_path: Path, axe_source: str
) -> None:
    usage = "[[tool: Read README.md]][[usage: input=100 output=10 cost=0.02]]"
    server.promote(
        "ana",
        (),
        provider="claude",
        prompt=f"Look.{usage}{report_of('warning', IGNORED)}",
        policies={"max_attempts": 2, "retry_backoff_seconds": 1},
    )
    first = server.call("ana")
    server.call("ana")
    flaky = f"[[flaky: 1 {tmp_path / 'tries'}]]"
    ask(server, f"Look closely.{flaky}{usage}{report_of('error', IGNORED, KEY, text=REPORT)}")
    task = server.call("ana")
    assert (task["severity"], task["attempt"]) == ("error", 2)

    page = await open_page(server)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    panel = await open_run(page, server, task["task_id"])

    findings = panel.locator(".findings li")
    await expect(findings.nth(0)).to_contain_text("Key in plain text")
    await expect(findings.nth(0)).to_contain_text("deploy/seed.env:12")
    await expect(findings.nth(0).locator(".seen")).to_have_text("Novo nesta execução")
    await expect(findings.nth(1).locator(".seen")).to_have_text("Visto em todas as execuções")

    attempts = panel.locator(".attempts li")
    await expect(attempts.nth(0)).to_contain_text("2ª veredito: erro")
    await expect(attempts.nth(1)).to_contain_text("1ª o provedor está sobrecarregado; esperou")
    await expect(panel.get_by_role("img", name="Partes do tempo")).to_have_accessible_name(
        re.compile("tentativa 1: .* de espera, tentativa 2: ")
    )
    usual = panel.locator(".facts > div", has_text="Mediana das últimas 2")
    await expect(usual).to_contain_text("US$\xa00,02")

    report = panel.locator(".markdown")
    await expect(report.locator("h4")).to_have_text("What I found")
    await expect(report.locator("h5")).to_have_text("Where I looked")
    await expect(report.get_by_role("cell", name="42")).to_be_visible()
    await expect(report).to_contain_text("<script>window.broken = true</script><img src=x")
    await expect(report).to_contain_text("[imagem: a chart (https://elsewhere.example/x.png)]")
    await expect(report.get_by_role("listitem").first).to_have_text("☑ main")
    for name, *attributes in await page.evaluate(ELEMENTS_OF_MARKDOWN):
        assert name in ELEMENTS
        assert set(attributes) <= ATTRIBUTES

    links = report.get_by_role("link")
    await expect(links).to_have_count(2)
    await expect(report).to_contain_text("click (javascript:window.broken=true)")
    await expect(report).to_contain_text("https://bank.example (https://other.example/)")
    await expect(links.first).to_have_attribute("href", "https://docs.example/a?b=1&c=2")
    await expect(links.first).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(links.first).to_have_attribute("target", "_blank")

    # What the verdict shows is not repeated, and nothing is lost.
    await expect(report).not_to_contain_text("severity")
    await expect(panel.locator(".measure")).to_contain_text("palavras, 1 min de leitura")
    await assert_accessible(page, axe_source, "report")
    await panel.get_by_role("tab", name="Relatório").press("ArrowRight")
    await expect(panel.get_by_role("tab", name="Pedido")).to_be_focused()
    await expect(panel.get_by_role("tabpanel")).to_contain_text("Look closely.")
    await page.keyboard.press("End")
    await expect(panel.get_by_role("tabpanel")).to_contain_text('"severity": "error"')
    await expect(panel.get_by_role("tabpanel").locator("script, img")).to_have_count(0)

    await panel.get_by_role("link", name="Anterior").click()
    await expect(panel.locator(".findings li")).to_have_count(1)
    await expect(panel.locator(".seen")).to_have_text("Visto em todas as execuções")
    await page.keyboard.press("j")
    await expect(panel).to_have_attribute("data-execution", first["task_id"])
    await expect(panel.locator(".seen")).to_have_text("Novo nesta execução")
    await expect(panel.get_by_role("link", name="Anterior")).to_have_count(0)
    await page.keyboard.press("k")
    await expect(panel).not_to_have_attribute("data-execution", first["task_id"])
    assert await page.evaluate("'broken' in window") is False
    assert [url for url in asked if not url.startswith(server.url)] == []


ELEMENTS_OF_MARKDOWN = """[...document.querySelectorAll('.markdown *')]
    .map(element => [element.tagName, ...element.getAttributeNames()])"""


async def test_a_log_is_followed_paused_and_downloaded_and_its_run_ordered_again(
    server: Server, open_page: Open, tmp_path: Path, axe_source: str
) -> None:
    gates = [tmp_path / f"gate{number}" for number in range(4)]
    lines = "\n".join(f"line {number}" for number in range(60))
    said = f"[[say: {lines}]]" + "".join(
        f"[[say: part {number}]][[tool: Read {number}]][[wait for: {gate}]]"
        for number, gate in enumerate(gates)
    )
    server.promote("ana", (), provider="claude", prompt=f"{said}{report_of('success')}")
    page = await open_page(server, dark=True)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    task_id = server.begin("ana")
    panel = await open_run(page, server, task_id)
    log = panel.locator(".log")
    await expect(log).to_contain_text("part 0")
    await expect(log.locator(".is-done")).to_have_count(1)
    await expect(log.locator("header")).to_contain_text("ao vivo, 63 linhas")
    await expect(panel.get_by_role("tab", selected=True)).to_have_text("Pedido")
    await assert_accessible(page, axe_source, "live log")

    follow = log.get_by_role("button", name="Segui")
    await expect(follow).to_have_attribute("aria-pressed", "true")
    await log.get_by_role("button", name="Pausar").click()
    gates[0].touch()
    await expect(log.get_by_role("button", name="Continuar")).to_contain_text("3 novas")
    await expect(log).not_to_contain_text("part 1")
    await log.get_by_role("button", name="Continuar").click()
    await expect(log).to_contain_text("part 1")

    gates[1].touch()
    await expect(log).to_contain_text("part 2")
    await log.locator(".lines").evaluate("box => { box.scrollTop = 0 }")
    await expect(follow).to_have_attribute("aria-pressed", "false")
    gates[2].touch()
    await expect(log).to_contain_text("part 3")
    assert await log.locator(".lines").evaluate("box => box.scrollTop") == 0
    await follow.click()
    await expect(log.get_by_text("Read 3").last).to_be_in_viewport()

    gates[3].touch()
    await expect(panel.locator("h2")).to_have_text("A key is public.")
    await expect(log.locator("header")).to_contain_text("encerrado")
    await expect(panel.get_by_role("tab", selected=True)).to_have_text("Relatório")
    async with page.expect_download() as download:
        await log.get_by_role("link", name="Baixar o registro inteiro").click()
    whole = (await (await download.value).path()).read_text(encoding="utf-8")
    assert "part 0" in whole
    assert "part 3" in whole

    await panel.get_by_role("button", name="Copiar endereço").click()
    await expect(panel.get_by_role("button", name="Endereço copiado")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{server.url}/#/execution/{task_id}"

    for gate in gates:
        gate.unlink()
    await panel.get_by_role("button", name="Executar de novo").click()
    await expect(panel.locator(".head.is-running")).to_be_visible()
    await expect(panel).not_to_have_attribute("data-execution", task_id)
    await page.go_back()
    await expect(panel).to_have_attribute("data-execution", task_id)
    await panel.get_by_role("link", name="Ver essa execução").click()
    await panel.get_by_role("button", name="Cancelar a execução").click()
    await expect(panel.locator(".attempts li")).to_contain_text("1ª cancelada")


async def test_a_log_whose_line_drops_goes_on_where_it_stopped(
    server: Server, open_page: Open, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    said = f"[[say: açaí one]][[tool: Read 1]][[wait for: {gate}]][[say: açaí two]]"
    server.promote("ana", (), provider="claude", prompt=f"{said}{report_of('success')}")
    task_id = server.begin("ana")
    page = await open_page(server)
    asked: list[str] = []

    async def drop(route: Route) -> None:
        """The first answer ends in the middle of a letter, the second never comes."""
        asked.append(route.request.url)
        if len(asked) == 1:
            whole = server.api.get(f"/api/tasks/{task_id}/log").content
            await route.fulfill(body=whole[: whole.index(b"\xc3") + 1])
        elif len(asked) == 2:
            await route.abort()
        else:
            await route.continue_()

    eventually(lambda: "Read" in server.api.get(f"/api/tasks/{task_id}/log").text, "its log")
    await page.route("**/log?follow=1*", drop)
    panel = await open_run(page, server, task_id)
    log = panel.locator(".log")
    await expect(log.locator("header")).to_contain_text("sem sinal, tentando de novo")
    await expect(log.locator("header")).to_contain_text("ao vivo")
    gate.touch()
    await expect(log.locator("header")).to_contain_text("encerrado")
    await expect(log.get_by_text("açaí one", exact=True)).to_have_count(1)
    await expect(log.get_by_text("açaí two", exact=True)).to_have_count(1)
    assert "tail=" in asked[0]
    assert "offset=2" in asked[1]


HOSTILE = r"""
import sys
sys.stdout.write("first line\n" + "x" * 1_000_000 + "\n")
for number in range(60_000):
    hebrew = "\u05e9\u05dc\u05d5\u05dd"
    sys.stdout.write(f"line {number} \u202egpj.exe \x07 {hebrew} and so on, on and on\n")
sys.stdout.write("last line\n")
"""
LONG_REPORT = r"""
for number in range(400):
    print(f"\n## Part {number}\n\n{'word **bold** ' * 60}")
print('```json\n{"severity": "success", "summary": "Long."}\n```')
"""


async def test_five_megabytes_of_hostile_text_stay_readable_and_bounded(
    server: Server, open_page: Open, tmp_path: Path
) -> None:
    script = tmp_path / "hostile.py"
    script.write_text(HOSTILE, encoding="utf-8")
    server.promote("ana", (sys.executable, str(script)))
    server.promote("bia", (sys.executable, "-c", LONG_REPORT))
    page = await open_page(server)
    panel = await open_run(page, server, server.call("ana")["task_id"])

    log = panel.locator(".log")
    await expect(log).to_contain_text("Só o fim: ")
    await expect(log.get_by_text("last line", exact=True)).to_be_in_viewport()
    await expect(log).to_contain_text("line 59999 ⟨U+202E⟩gpj.exe ␇ שלום")
    assert await log.locator(".lines p").count() <= 2_001

    report = panel.locator(".said .raw")
    await expect(report).to_contain_text("first line")
    assert len(await report.inner_text()) < 70_000
    await panel.get_by_role("button", name=re.compile("Mostrar tudo")).click()
    await report.evaluate("box => { box.scrollTop = box.scrollHeight }")
    await expect(report.get_by_text("last line")).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    async with page.expect_download() as download:
        await panel.get_by_role("tab", name="Resposta crua").click()
        await panel.get_by_role("button", name="Baixar a resposta crua").click()
    assert (await (await download.value).path()).stat().st_size > 900_000

    panel = await open_run(page, server, server.call("bia")["task_id"])
    await expect(panel.locator(".markdown h4").last).to_have_text(re.compile(r"Part 1\d\d"))
    await expect(panel.get_by_role("tabpanel")).to_contain_text("Formatados só os primeiros")
    await panel.get_by_role("button", name="Ver a resposta crua").click()
    await expect(panel.get_by_role("tab", selected=True)).to_have_text("Resposta crua")


def answering(status: int, body: str, **headers: str) -> Callable[[Route], Any]:
    return lambda route: route.fulfill(
        status=status, body=body, headers={"content-type": "application/json"} | headers
    )


async def test_what_cannot_be_had_is_said_and_asked_for_again(
    server: Server, open_page: Open
) -> None:
    server.promote("ana", ("sh", "-c", "echo all is well"))
    task_id = server.call("ana")["task_id"]
    page = await open_page(server, width=360, height=780, language="en")
    address = f"**/api/tasks/{task_id}"

    await page.route(address, answering(500, '{"detail": "Out of order."}'))
    panel = await open_run(page, server, task_id)
    alert = panel.get_by_role("alert")
    await expect(alert).to_contain_text("the server had a problem (500): Out of order.")
    for wrong, words in {
        answering(200, "<html>Hello</html>"): "something that this page does not understand",
        answering(200, '{"hello": 1}'): "something that this page does not understand",
        answering(401, '{"detail": "no"}'): "the session has ended; log in again",
        answering(429, '{"detail": "no"}'): "too many requests in a short time",
        answering(404, '{"detail": "no"}'): "no longer there",
    }.items():
        await page.unroute(address)
        await page.route(address, wrong)
        async with page.expect_response(address):
            await alert.get_by_role("button", name="Try again").click()
        await expect(alert).to_contain_text(words)
    await page.unroute(address)
    await page.reload()
    await expect(panel.locator(".said")).to_contain_text("all is well")

    # Somebody else has just called it, and the page has not heard of that yet.
    async def refuse(route: Route) -> None:
        detail = f"The councilor 'ana' is at work already: execution {task_id}."
        await route.fulfill(status=409, json={"detail": detail})

    await page.route("**/execute-now", refuse)
    await panel.get_by_role("button", name="Run again").click()
    refusal = panel.get_by_role("alert")
    await expect(refusal).to_contain_text("is at work on another run already")
    await expect(refusal.get_by_role("link")).to_have_attribute("href", f"#/execution/{task_id}")

    await page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject('no') }")
    await panel.get_by_role("button", name="Copy link").click()
    await expect(panel.get_by_label("Address of this run")).to_be_focused()
    chosen = await page.evaluate("getSelection().toString()")
    assert chosen == f"{server.url}/#/execution/{task_id}"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
