"""Commands about single runs: start, watch, read, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conselho.cli import phrases, rows
from conselho.cli.bulk import refusals
from conselho.cli.options import (
    Choices,
    pass_choices,
    selection,
    with_colour,
    with_json,
    with_selection,
    with_server,
)
from conselho.cli.screen import Ink, Screen, tell
from conselho.cli.text import log_lines, raw_lines
from conselho.errors import NotFound

if TYPE_CHECKING:
    from conselho.client import Client

SOUND = 0
UNSOUND = 1
_SOUND_SEVERITIES = frozenset({"success", "info", "warning"})
_FINAL = frozenset({"completed", "error", "cancelled"})
# Slots that did not run have no log: the newest Task that ran is looked for among so many.
_NEWEST = 50


@click.command()
@with_selection
@click.option("--wait", is_flag=True, help="Wait for the end; the exit code tells how it went.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="With --wait: stop waiting after so long. The run goes on.",
)
@with_json
@with_server
@with_colour
@pass_choices
def run(
    choices: Choices,
    agent_ids: tuple[str, ...],
    tags: tuple[str, ...],
    everyone: bool,
    wait: bool,
    timeout: float | None,
) -> int:
    """Run councilors now.

    With --wait (for one AGENT_ID), exits 0 when the run is completed with severity success, info or
    warning, and 1 otherwise. Exits 4 when there is no such councilor, 5 when one is at work
    already; the others start all the same.
    """
    if timeout is not None and not wait:
        raise click.UsageError("--timeout goes with --wait.")
    chosen = selection(agent_ids, tags, everyone=everyone)
    if len(agent_ids) == 1:
        return _run_one(choices, agent_ids[0], wait=wait, timeout=timeout)
    if wait:
        raise click.UsageError("--wait goes with one AGENT_ID.")
    return _run_several(choices, choices.client().run(chosen))


def _run_one(choices: Choices, agent_id: str, *, wait: bool, timeout: float | None) -> int:
    client, screen = choices.client(), choices.screen
    answer = client.execute_now(agent_id)
    task_id = str(answer["execution"]["execution_id"])
    if not choices.as_json:
        screen.line("started", agent_id, task_id)
        screen.flush()
    elif not wait:
        screen.json(answer)
    if not wait:
        return SOUND
    task = client.wait_for_end(task_id, timeout_seconds=timeout)
    if choices.as_json:
        screen.json(task)
    else:
        _print_task(screen, task)
    return _judged(task, task_id)


def _run_several(choices: Choices, answer: rows.Json) -> int:
    if choices.as_json:
        choices.screen.json(answer)
    else:
        for one in rows.objects(answer, "started"):
            agent_id = rows.text(one, "agent_id") or "?"
            choices.screen.line("started", agent_id, rows.text(one, "execution_id") or "?")
    return refusals(answer, "refused")


@click.command()
@click.argument("task_id")
@with_json
@with_server
@with_colour
@pass_choices
def cancel(choices: Choices, task_id: str) -> None:
    """Cancel an execution that waits or runs."""
    answer = choices.client().cancel(task_id)
    if choices.as_json:
        choices.screen.json(answer)
        return
    message = rows.text(answer, "message") or "It will be cancelled."
    choices.screen.line(task_id, message)


@click.command()
@click.argument("task_or_agent_id", metavar="TASK_ID|AGENT_ID")
@click.option("-f", "--follow", is_flag=True, help="Go on until the execution has ended.")
@with_json
@with_server
@with_colour
@pass_choices
def logs(choices: Choices, task_or_agent_id: str, follow: bool) -> None:
    """Print the log of an execution.

    With an AGENT_ID, of that councilor's newest one. Control characters are shown as escapes and
    colours are dropped; with --json each line is an object that holds the text as it is.
    """
    client, screen = choices.client(), choices.screen
    task_id = _task_id(client, task_or_agent_id)
    log = client.log(task_id, follow=follow)
    if not choices.as_json:
        screen.lines(log_lines(log))
        return
    for line in raw_lines(log):
        screen.json({"task_id": task_id, "line": line}, compact=True)
        screen.flush()


def _judged(task: rows.Json, task_id: str) -> int:
    """The exit code of a run that was waited for; says so when it is not over."""
    status = rows.text(task, "status")
    if status not in _FINAL:
        tell(f"Execution {task_id} is still {status}. Follow it with `conselho logs -f {task_id}`.")
    is_sound = status == "completed" and rows.text(task, "severity") in _SOUND_SEVERITIES
    return SOUND if is_sound else UNSOUND


def _task_id(client: Client, name: str) -> str:
    """The execution that `name` is the id of, else the newest of the councilor of that id."""
    from conselho.client import RefusedAsUnknown

    try:
        return str(client.task(name).get("task_id", name))
    except RefusedAsUnknown:
        return _newest_task(client, name)


def _newest_task(client: Client, agent_id: str) -> str:
    """The newest execution of an agent. Raises NotFound when there is none."""
    tasks = client.tasks(agent_id=agent_id, limit=_NEWEST)["tasks"]
    for task in tasks:
        if task.get("status") not in ("skipped", "missed"):
            return rows.task_row(task).task_id
    raise NotFound("execution, or councilor with one,", agent_id)


def _print_task(screen: Screen, task: rows.Json) -> None:
    row = rows.task_row(task)
    mark = phrases.outcome(row.status, row.severity)
    screen.line(mark, Ink(row.name, "bold"), row.task_name, phrases.duration(row.duration_seconds))
    if row.summary:
        screen.line(row.summary)
    if reason := rows.text(rows.inner(task, "verdict"), "reason"):
        screen.line(f"Reason: {reason}")
    for finding in rows.objects(rows.inner(task, "verdict"), "findings"):
        _print_finding(screen, finding)


def _print_finding(screen: Screen, finding: rows.Json) -> None:
    file, line = rows.text(finding, "file"), rows.number(finding, "line")
    place = "" if file is None else file if line is None else f"{file}:{line:.0f}"
    severity = phrases.mark(rows.text(finding, "severity") or "info")
    screen.line(severity, place, rows.text(finding, "title") or "")
