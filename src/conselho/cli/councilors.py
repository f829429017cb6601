"""Commands about councilors: who they are, what they found, whether they are due."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from conselho.cli import phrases, rows
from conselho.cli.options import Choices, pass_choices, with_colour, with_json, with_server
from conselho.cli.screen import Cell, Column, Ink, Screen
from conselho.cli.text import lines
from conselho.cli.usage import cost_line

STATUSES = ("pending", "processing", "completed", "error", "cancelled", "skipped", "missed")
SEVERITIES = ("success", "info", "warning", "error")
OUTPUT_LINES = 40
LONGEST_MONTH_DAYS = 31

_COUNCILORS = (
    Column(name="Councilor", wide=True),
    Column(name="Name", beneath=True),
    Column(name="Title", beneath=True),
    Column(name="Schedule", wide=True),
    Column(name="Zone", beneath=True),
    Column(name="State"),
    Column(name="Next", beneath=True),
    Column(name="Last", wide=True),
    Column(name="When", beneath=True),
    Column(name="Lost", beneath=True),
    Column(name="Success", right=True),
)
_TASKS = (
    Column(name="Councilor"),
    Column(name="Execution", beneath=True),
    Column(name="Result"),
    Column(name="When", beneath=True),
    Column(name="Took", right=True),
    Column(name="Summary", wide=True),
)
_EXECUTIONS = (
    Column(name="Started"),
    Column(name="Execution", beneath=True),
    Column(name="Result"),
    Column(name="Took", right=True),
    Column(name="Summary", wide=True),
)
_SLOTS = (
    Column(name="Lost"),
    Column(name="From"),
    Column(name="To", beneath=True),
    Column(name="Slots", right=True),
    Column(name="Why", wide=True),
)
_SUMMARY_CHARACTERS = 300


@click.command("list")
@click.option("--tasks", is_flag=True, help="Recent executions instead of councilors.")
@click.option("--agent", "agent_id", metavar="AGENT_ID", help="With --tasks: of this councilor.")
@click.option("--status", type=click.Choice(STATUSES), help="With --tasks: in this state.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="With --tasks: of this severity.")
@click.option(
    "--limit", type=click.IntRange(1, 500), help="With --tasks: at most so many. [default: 20]"
)
@with_json
@with_server
@with_colour
@pass_choices
def list_council(
    choices: Choices,
    tasks: bool,
    agent_id: str | None,
    status: str | None,
    severity: str | None,
    limit: int | None,
) -> None:
    """List councilors, or recent executions.

    Ages and times to the next run are in the largest unit: 40s, 3m, 5h, 2d.
    """
    if not tasks and any((agent_id, status, severity, limit)):
        raise click.UsageError("--agent, --status, --severity and --limit go with --tasks.")
    client, screen = choices.client(), choices.screen
    if tasks:
        answer = client.tasks(
            limit=limit or 20, agent_id=agent_id, status=status, severity=severity
        )
    else:
        answer = client.councilors()
    if choices.as_json:
        screen.json(answer)
    elif tasks:
        _print_tasks(screen, answer)
    else:
        _print_councilors(screen, answer)


@click.command()
@click.argument("agent_id")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Executions."
)
@with_json
@with_server
@with_colour
@pass_choices
def report(choices: Choices, agent_id: str, limit: int) -> None:
    """Print a councilor's report.

    Its figures, its recent executions, and the output of the newest.
    """
    client = choices.client()
    answer = client.report(agent_id, limit=limit)
    if choices.as_json:
        choices.screen.json(answer)
    else:
        cost = cost_line(client.usage(agent_id, days=LONGEST_MONTH_DAYS))
        _print_report(choices.screen, answer, cost)


def _print_councilors(screen: Screen, answer: rows.Json) -> None:
    now = rows.time(answer, "now") or datetime.now(UTC)
    councilors = [rows.councilor_row(agent) for agent in rows.objects(answer, "agents")]
    if not councilors:
        screen.line("There is no councilor yet. Seat some with `conselho apply DIR`.")
        return
    screen.table(_COUNCILORS, [_councilor_cells(row, now) for row in councilors])


def _councilor_cells(row: rows.CouncilorRow, now: datetime) -> list[Cell]:
    last: Cell = ""
    if row.last_status is not None:
        last = phrases.outcome(row.last_status, row.last_severity)
    return [
        Ink(row.agent_id, "bold"),
        row.name,
        row.title,
        row.schedule,
        row.zone,
        phrases.mark(row.state),
        f"retry {phrases.due(row.retry_at, now)}"
        if row.retry_at
        else phrases.due(row.next_at, now),
        last,
        phrases.age(row.last_at, now),
        _lost(row, now),
        phrases.percent(row.success_rate),
    ]


def _lost(row: rows.CouncilorRow, now: datetime) -> str:
    """The newest slots that did not run: why, and when."""
    if row.lost_reason is None:
        return ""
    reason = phrases.reason(row.lost_reason)
    is_last = row.lost_at is None or row.lost_at == row.last_at
    return reason if is_last else f"lost {phrases.age(row.lost_at, now)}: {reason}"


def _print_tasks(screen: Screen, answer: rows.Json) -> None:
    now = datetime.now(UTC)
    tasks = [rows.task_row(task) for task in rows.objects(answer, "tasks")]
    if not tasks:
        screen.line("There is no such execution.")
        return
    screen.table(_TASKS, [_task_cells(row, now) for row in tasks])


def _task_cells(row: rows.TaskRow, now: datetime) -> list[Cell]:
    return [
        Ink(row.agent_id, "bold"),
        row.task_id,
        phrases.outcome(row.status, row.severity),
        phrases.age(row.at, now),
        phrases.duration(row.duration_seconds),
        (row.summary or "")[:_SUMMARY_CHARACTERS],
    ]


def _print_report(screen: Screen, answer: rows.Json, cost: str) -> None:
    now = datetime.now(UTC)
    name = rows.text(answer, "councilor_name") or rows.text(answer, "councilor_id") or "?"
    screen.line(Ink(name, "bold"), ", ".join(filter(None, (_figures(answer, now), cost))))
    executions = rows.objects(answer, "recent_executions")
    slots = rows.objects(answer, "slots")
    if slots:
        screen.line()
        screen.table(_SLOTS, [_slot_cells(slot) for slot in slots])
    screen.line()
    if not executions:
        screen.line("It has not run yet.")
        return
    screen.table(_EXECUTIONS, [_execution_cells(execution) for execution in executions])
    if reason := rows.text(executions[0], "reason"):
        screen.line()
        screen.line(f"Reason of the newest: {reason}")
    _print_output(screen, executions[0])


def _slot_cells(slot: rows.Json) -> list[Cell]:
    """Consecutive slots that did not run, and why."""
    first, last = rows.time(slot, "slot_from"), rows.time(slot, "slot_to")
    why = phrases.reason_sentence(rows.text(slot, "skip_reason"))
    return [
        phrases.mark(rows.text(slot, "status") or "skipped"),
        phrases.calendar(first or rows.time(slot, "due_at")),
        "" if last == first else phrases.calendar(last),
        f"{rows.number(slot, 'slot_count') or 1:.0f}",
        " ".join(filter(None, (why, rows.text(slot, "error")))),
    ]


def _figures(answer: rows.Json, now: datetime) -> str:
    runs = int(rows.number(answer, "total_executions") or 0)
    stats = rows.inner(answer, "stats")
    figures = [phrases.counted(runs, "run")]
    if runs:
        figures.append(f"{phrases.percent(rows.number(answer, 'success_rate'))} success")
    lost = {kind: int(rows.number(stats, kind) or 0) for kind in ("missed", "skipped")}
    figures += [f"{count} {kind}" for kind, count in lost.items() if count]
    if following := phrases.due(rows.time(answer, "next_execution"), now):
        figures.append(f"next {following}")
    return ", ".join(figures)


def _execution_cells(execution: rows.Json) -> list[Cell]:
    milliseconds = rows.number(execution, "duration_ms")
    status = rows.text(execution, "status")
    summary = rows.text(execution, "summary") or rows.text(execution, "error") or ""
    return [
        phrases.calendar(rows.time(execution, "started_at")),
        rows.text(execution, "execution_id") or "?",
        phrases.outcome(status, rows.text(execution, "severity")),
        phrases.duration(None if milliseconds is None else milliseconds / 1000),
        summary[:_SUMMARY_CHARACTERS],
    ]


def _print_output(screen: Screen, execution: rows.Json) -> None:
    output = [*lines((rows.text(execution, "output") or "").strip())]
    if output == [""]:
        return
    screen.line()
    screen.line(Ink("Output of the newest", "bold"))
    screen.lines(output[:OUTPUT_LINES])
    if (more := len(output) - OUTPUT_LINES) > 0:
        execution_id = rows.text(execution, "execution_id") or "?"
        rest = phrases.counted(more, "more line")
        screen.line(Ink(f"({rest}: conselho logs {execution_id})", "dim"))
