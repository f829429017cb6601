"""Commands for one councilor, several or all: pause, resume."""

from __future__ import annotations

from collections.abc import Iterable

import click

from conselho.cli import rows
from conselho.cli.options import (
    Choices,
    pass_choices,
    selection,
    with_colour,
    with_json,
    with_selection,
    with_server,
)
from conselho.cli.screen import Screen, tell
from conselho.errors import Conflict

_WIDTHS = (len("still paused"), 24)


@click.command()
@with_selection
@with_json
@with_server
@with_colour
@pass_choices
def pause(
    choices: Choices, agent_ids: tuple[str, ...], tags: tuple[str, ...], everyone: bool
) -> int:
    """Pause schedules. Runs that have begun go on.

    Several that are paused together come back together, with `resume --all` or `--tag`. One that
    was paused by itself does not.
    """
    chosen = selection(agent_ids, tags, everyone=everyone)
    if len(agent_ids) == 1:
        return _set_enabled(choices, agent_ids[0], enabled=False)
    return _print(choices, choices.client().pause(chosen), "paused", "it was paused already")


@click.command()
@with_selection
@click.option(
    "--include-single",
    is_flag=True,
    help="With --tag or --all: also those that were paused one by one.",
)
@with_json
@with_server
@with_colour
@pass_choices
def resume(
    choices: Choices,
    agent_ids: tuple[str, ...],
    tags: tuple[str, ...],
    everyone: bool,
    include_single: bool,
) -> int:
    """Resume paused schedules.

    With --tag or --all: those that were paused together. Whoever is named is resumed in any case.
    """
    chosen = selection(agent_ids, tags, everyone=everyone)
    if len(agent_ids) == 1:
        return _set_enabled(choices, agent_ids[0], enabled=True)
    answer = choices.client().resume(chosen, include_single=include_single or bool(agent_ids))
    return _print(choices, answer, "resumed", "it was not paused")


def refusals(answer: rows.Json, name: str) -> int:
    """Tell for which councilors it could not be done, and the exit code that follows."""
    refused = rows.objects(answer, name)
    for each in refused:
        agent_id = rows.text(each, "agent_id") or "?"
        tell(f"{agent_id}: {rows.text(each, 'detail') or 'it could not be done.'}")
    return Conflict.exit_code if refused else 0


def _set_enabled(choices: Choices, agent_id: str, *, enabled: bool) -> int:
    answer = choices.client().set_schedule_enabled(agent_id, enabled=enabled)
    if choices.as_json:
        choices.screen.json(answer)
        return 0
    schedule = rows.text(rows.inner(answer, "schedule"), "value")
    choices.screen.line("resumed" if enabled else "paused", agent_id, schedule or "")
    return 0


def _print(choices: Choices, answer: rows.Json, verb: str, why_not: str) -> int:
    if choices.as_json:
        choices.screen.json(answer)
        return refusals(answer, "failed")
    still_paused = rows.texts(answer, "still_paused")
    unchanged = [one for one in rows.texts(answer, "unchanged") if one not in still_paused]
    _lines(choices.screen, verb, rows.texts(answer, "changed"))
    _lines(choices.screen, "unchanged", unchanged, why_not)
    hint = "paused by itself (--include-single)"
    _lines(choices.screen, "still paused", still_paused, hint)
    return refusals(answer, "failed")


def _lines(screen: Screen, word: str, agent_ids: Iterable[str], remark: str = "") -> None:
    for agent_id in agent_ids:
        screen.line(word, agent_id, remark, widths=_WIDTHS)
