"""`conselho maintenance`: windows in which slots are skipped."""

from __future__ import annotations

import click

from conselho.cli import phrases, rows
from conselho.cli.options import (
    Choices,
    Moment,
    pass_choices,
    with_colour,
    with_json,
    with_server,
)
from conselho.cli.screen import Cell, Column, Ink

_WINDOWS = (
    Column(name="Window"),
    Column(name="State", beneath=True),
    Column(name="From"),
    Column(name="Until", beneath=True),
    Column(name="Councilors", wide=True),
    Column(name="Reason", wide=True),
)


@click.group()
def maintenance() -> None:
    """Set, list and end windows in which slots are skipped.

    Runs that have begun go on, and councilors can be run by hand.
    """


@maintenance.command()
@click.argument("agent_ids", metavar="[AGENT_ID]...", nargs=-1)
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="The councilors with this tag.")
@click.option("--for", "duration", metavar="LENGTH", help="How long: 90m, 2h, 3d.")
@click.option("--from", "starts_at", type=Moment(), metavar="TIME", help="Default: now.")
@click.option(
    "--until", "ends_at", type=Moment(), metavar="TIME", help="Default: until it is ended."
)
@click.option("--reason", metavar="TEXT", help="Why, for whoever sees the skipped slots.")
@with_json
@with_server
@with_colour
@pass_choices
def start(
    choices: Choices,
    agent_ids: tuple[str, ...],
    tags: tuple[str, ...],
    duration: str | None,
    starts_at: str | None,
    ends_at: str | None,
    reason: str | None,
) -> None:
    """Begin a maintenance window, now or later.

    For the councilors named or with a TAG; without any, for all. Without --for and --until it
    holds until `conselho maintenance end`. A TIME is by your clock, unless it tells an offset.
    """
    if duration is not None and ends_at is not None:
        raise click.UsageError("Use either --for or --until.")
    window = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "duration": duration,
        "reason": reason,
        "tags": list(tags),
        "agent_ids": list(agent_ids),
    }
    _print_one(choices, choices.client().start_maintenance(window))


@maintenance.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are over.")
@with_json
@with_server
@with_colour
@pass_choices
def list_windows(choices: Choices, everything: bool) -> None:
    """List windows: active and planned ones."""
    answer = choices.client().maintenance(everything=everything)
    if choices.as_json:
        choices.screen.json(answer)
        return
    windows = rows.objects(answer, "windows")
    if windows:
        choices.screen.table(_WINDOWS, [_cells(window) for window in windows])
    else:
        choices.screen.line("There is no maintenance, and none is planned.")


@maintenance.command()
@click.argument("window_id")
@with_json
@with_server
@with_colour
@pass_choices
def end(choices: Choices, window_id: str) -> None:
    """End a maintenance window now; one that is planned is called off."""
    _print_one(choices, choices.client().end_maintenance(window_id))


def _print_one(choices: Choices, answer: rows.Json) -> None:
    if choices.as_json:
        choices.screen.json(answer)
        return
    window = rows.inner(answer, "window")
    starts_at, ends_at = rows.time(window, "starts_at"), rows.time(window, "ends_at")
    state = rows.text(window, "state") or "?"
    when = {
        "planned": f"from {phrases.calendar(starts_at)}",
        "active": f"until {phrases.calendar(ends_at)}" if ends_at else "until it is ended",
    }
    choices.screen.line(
        state, rows.text(window, "window_id") or "?", _whom(window), when.get(state, "")
    )


def _cells(window: rows.Json) -> list[Cell]:
    return [
        Ink(rows.text(window, "window_id") or "?", "bold"),
        rows.text(window, "state") or "?",
        phrases.calendar(rows.time(window, "starts_at")),
        phrases.calendar(rows.time(window, "ends_at")) or "until it is ended",
        _whom(window),
        rows.text(window, "reason") or "",
    ]


def _whom(window: rows.Json) -> str:
    tags = [f"tag {tag}" for tag in rows.texts(window, "tags")]
    return ", ".join([*tags, *rows.texts(window, "agent_ids")]) or "all councilors"
