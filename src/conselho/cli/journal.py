"""`conselho journal`: what happened to schedules, to the clock and to the server."""

from __future__ import annotations

import click

from conselho.cli import phrases, rows
from conselho.cli.entries import print_entries, with_pages
from conselho.cli.options import Choices, pass_choices
from conselho.cli.screen import Cell, Column

_ENTRIES = (
    Column(name="When"),
    Column(name="What"),
    Column(name="Councilor", beneath=True),
    Column(name="Detail", wide=True),
)


@click.command()
@click.argument("agent_id", required=False)
@with_pages
@pass_choices
def journal(choices: Choices, agent_id: str | None, limit: int, before: int | None) -> None:
    """Print the journal, the newest entry first.

    Who was promoted, edited, paused and resumed, maintenance, backfills, starts and stops of the
    server, and trouble with its clock. With an AGENT_ID: of this councilor.
    """
    answer = choices.client().journal(agent_id, limit=limit, before=before)
    print_entries(choices, answer, _ENTRIES, _cells)


def _cells(entry: rows.Json) -> list[Cell]:
    return [
        phrases.calendar(rows.time(entry, "at")),
        (rows.text(entry, "kind") or "?").replace("_", " "),
        rows.text(entry, "agent_id") or "",
        rows.text(entry, "detail") or "",
    ]
