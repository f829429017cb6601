"""`conselho journal`: what happened to schedules, to the clock and to the server."""

from __future__ import annotations

import click

from conselho.cli import phrases, rows
from conselho.cli.options import Choices, pass_choices, with_colour, with_json, with_server
from conselho.cli.screen import Cell, Column, Ink

_ENTRIES = (
    Column(name="When"),
    Column(name="What"),
    Column(name="Councilor", beneath=True),
    Column(name="Detail", wide=True),
)


@click.command()
@click.argument("agent_id", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="Entries."
)
@click.option(
    "--before", type=click.IntRange(1), metavar="SEQ", help="Only those older than this entry."
)
@with_json
@with_server
@with_colour
@pass_choices
def journal(choices: Choices, agent_id: str | None, limit: int, before: int | None) -> None:
    """Print the journal, the newest entry first.

    Who was promoted, edited, paused and resumed, maintenance, backfills, starts and stops of the
    server, and trouble with its clock. With an AGENT_ID: of this councilor.
    """
    answer = choices.client().journal(agent_id, limit=limit, before=before)
    if choices.as_json:
        choices.screen.json(answer)
        return
    entries = rows.objects(answer, "entries")
    if not entries:
        choices.screen.line("There is no such entry.")
        return
    choices.screen.table(_ENTRIES, [_cells(entry) for entry in entries])
    if older := rows.number(answer, "next_before"):
        choices.screen.line(Ink(f"(more: --before {older:.0f})", "dim"))


def _cells(entry: rows.Json) -> list[Cell]:
    return [
        phrases.calendar(rows.time(entry, "at")),
        (rows.text(entry, "kind") or "?").replace("_", " "),
        rows.text(entry, "agent_id") or "",
        rows.text(entry, "detail") or "",
    ]
