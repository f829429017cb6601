"""`conselho backfill`: slots of the past run after all."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import click

from conselho.cli import phrases, rows
from conselho.cli.options import (
    Choices,
    Moment,
    pass_choices,
    selection,
    with_colour,
    with_json,
    with_selection,
    with_server,
)
from conselho.cli.screen import Column, tell

_COUNTS = (Column(name="Councilor", wide=True), Column(name="Runs", right=True))
_NOT_STARTED = 1


@click.command()
@with_selection
@click.option(
    "--from", "from_", type=Moment(), metavar="TIME", required=True, help="The first slot's time."
)
@click.option(
    "--until",
    type=Moment(end_of_day=True),
    metavar="TIME",
    help="The last slot's time. Default: now. A date alone is the end of that day.",
)
@click.option("--include-covered", is_flag=True, help="Also slots that ran.")
@click.option("--dry-run", is_flag=True, help="Only tell how many runs it would be.")
@click.option("--yes", is_flag=True, help="Start without asking.")
@with_json
@with_server
@with_colour
@pass_choices
def backfill(
    choices: Choices,
    agent_ids: tuple[str, ...],
    tags: tuple[str, ...],
    everyone: bool,
    from_: str,
    until: str | None,
    include_covered: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Run slots of the past that did not run.

    Tells the number of runs for each councilor and asks before anything starts. They start one
    after the other, at the pace of `catch_up_per_minute`. A TIME is by your clock, unless it tells
    an offset. A slot is backfilled once, however often it is asked for.
    """
    chosen = selection(agent_ids, tags, everyone=everyone)
    if until == _end_of_today():
        until = None  # the rest of today is still to come
    client, screen = choices.client(), choices.screen
    what: dict[str, Any] = {"from": from_, "until": until, "include_covered": include_covered}
    plan = client.backfill(chosen, **what)
    what["until"] = rows.text(plan, "until")  # by the server's clock: now is another moment soon
    count = int(rows.number(plan, "confirm") or 0)
    if not choices.as_json:
        _print_plan(choices, plan)
    elif dry_run or not count:
        screen.json(plan)
    if dry_run or not count:
        return 0
    screen.flush()
    if not yes and not _agreed(count):
        return _NOT_STARTED
    answer = client.backfill(chosen, confirm=count, **what)
    if choices.as_json:
        screen.json(answer)
    else:
        screen.line(rows.text(answer, "message") or "started")
    return 0


def _end_of_today() -> str:
    return Moment(end_of_day=True).convert(datetime.now().astimezone().date(), None, None)


def _print_plan(choices: Choices, plan: rows.Json) -> None:
    counts = [
        (agent_id, f"{count:.0f}")
        for agent_id in rows.inner(plan, "per_councilor")
        if (count := rows.number(rows.inner(plan, "per_councilor"), agent_id))
    ]
    if counts:
        choices.screen.table(_COUNTS, counts)
    choices.screen.line(rows.text(plan, "message") or "")


def _agreed(count: int) -> bool:
    """Whether the person at the terminal wants it. Raises UsageError when there is none to ask."""
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"Nothing was started: nobody is there to confirm {phrases.counted(count, 'run')}."
            " Look at them, then add --yes."
        )
    if click.confirm(f"Start {phrases.counted(count, 'run')}?", err=True):
        return True
    tell("Nothing was started.")
    return False
