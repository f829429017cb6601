"""`conselho tail`: the event stream, one line an event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from conselho.cli import phrases, rows
from conselho.cli.options import Choices, pass_choices, with_colour, with_json, with_server
from conselho.cli.screen import Cell, Ink, Screen, tell

if TYPE_CHECKING:
    from conselho.client import StreamEvent

_SUMMARY_CHARACTERS = 500
_WIDTHS = (len("12:34:56"), len("✓ cancelled"), 20, 20)
# These say again, in the words of the older contract, what councilor_execution says.
_REPEATED = frozenset({"councilor_started", "councilor_completed", "councilor_error"})


@click.command()
@click.option("--agent", "agent_id", metavar="AGENT_ID", help="Only this councilor's events.")
@click.option("--since", metavar="EVENT_ID", help="Begin after this event instead of now.")
@with_json
@with_server
@with_colour
@pass_choices
def tail(choices: Choices, agent_id: str | None, since: str | None) -> None:
    """Follow what happens, one line an event, until Ctrl-C.

    A lost connection is opened again, and nothing in between is missed. With --json each line is
    one event: the stream's own object, and its name under `type`.
    """
    try:
        for event in choices.client().events(since, notice=tell):
            if event.type != "heartbeat" and _is_about(event, agent_id):
                _print(choices.screen, event, as_json=choices.as_json)
    except KeyboardInterrupt:
        return


def _is_about(event: StreamEvent, agent_id: str | None) -> bool:
    about = event.data.get("councilor_id") or rows.inner(event.data, "entry").get("agent_id")
    # A reset concerns everybody.
    return agent_id is None or event.type == "reset" or about == agent_id


def _print(screen: Screen, event: StreamEvent, *, as_json: bool) -> None:
    if as_json:
        screen.json({"type": event.type} | event.data, compact=True)
    elif event.type not in _REPEATED:
        screen.line(*_cells(event), widths=_WIDTHS, cut=True)
    screen.flush()


def _cells(event: StreamEvent) -> list[Cell]:
    data = event.data
    time = Ink(phrases.clock(_moment(data)), "dim")
    name = Ink(rows.text(data, "display_name") or rows.text(data, "councilor_id") or "?", "bold")
    if event.type == "reset":
        reason = rows.text(data, "reason") or "the server does not know the resume point"
        return [time, phrases.mark("warning"), f"Events may be missing before this line: {reason}"]
    if event.type == "councilor_updated":
        return [time, phrases.mark(rows.text(data, "change") or "changed"), name]
    if event.type == "council_journal":
        return _journal_cells(time, rows.inner(data, "entry"))
    status, severity = rows.text(data, "status"), rows.text(data, "severity")
    mark = phrases.outcome(status, severity)
    return [time, mark, name, rows.text(data, "task_name") or "", _summary(data)]


def _journal_cells(time: Cell, entry: rows.Json) -> list[Cell]:
    kind = (rows.text(entry, "kind") or "?").replace("_", " ")
    name = rows.text(entry, "display_name") or "council"
    return [time, Ink(kind), Ink(name, "bold"), "", rows.text(entry, "detail") or ""]


def _summary(data: rows.Json) -> str:
    said = (
        rows.text(data, "summary")
        or rows.text(data, "error")
        or rows.lost_slots(rows.inner(data, "execution"))
    )
    return (said or rows.text(data, "reason") or "")[:_SUMMARY_CHARACTERS]


def _moment(data: rows.Json) -> datetime:
    """When the event was published; now when it does not say."""
    published = rows.number(data, "ts")
    try:
        return datetime.fromtimestamp(published, UTC) if published else datetime.now(UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.now(UTC)
