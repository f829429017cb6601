"""`conselho tail`: the event stream, one line an event."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence, Set
from contextlib import suppress
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
@click.option(
    "--agent",
    "--councilor",
    "councilor_ids",
    metavar="AGENT_ID",
    multiple=True,
    help="Only the events of this councilor; may be given several times.",
)
@click.option(
    "--types",
    "types",
    metavar="TYPE,...",
    multiple=True,
    help="Only events of these types, such as councilor_execution.",
)
@click.option(
    "--min-severity",
    metavar="SEVERITY",
    help="Only ends of this severity (success, info, warning, error) or a worse one.",
)
@click.option("--since", metavar="EVENT_ID", help="Begin after this event instead of now.")
@with_json
@with_server
@with_colour
@pass_choices
def tail(
    choices: Choices,
    councilor_ids: Sequence[str],
    types: Sequence[str],
    min_severity: str | None,
    since: str | None,
) -> None:
    """Follow what happens, one line an event, until Ctrl-C.

    A lost connection is opened again, and nothing in between is missed. With --json each line is
    one event: the stream's own object, and its name under `type`.
    """
    import asyncio

    events = choices.async_client().events(
        since,
        councilor_ids=councilor_ids or None,
        types=types or None,
        min_severity=min_severity,
        notice=tell,
    )
    # What is asked for by name is shown, though it be told twice.
    left_out = frozenset() if types or choices.as_json else _REPEATED
    with suppress(KeyboardInterrupt):
        asyncio.run(_print_all(events, choices, left_out))


async def _print_all(
    events: AsyncIterator[StreamEvent], choices: Choices, left_out: Set[str]
) -> None:
    async for event in events:
        if event.type not in left_out:
            _print(choices.screen, event, as_json=choices.as_json)


def _print(screen: Screen, event: StreamEvent, *, as_json: bool) -> None:
    if as_json:
        screen.json({"type": event.type, **event.data}, compact=True)
    else:
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
    status = "running" if event.type == "councilor_started" else rows.text(data, "status")
    mark = phrases.outcome(status, rows.text(data, "severity"))
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
