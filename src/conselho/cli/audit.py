"""`conselho audit`: who changed what through the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from conselho.cli import phrases, rows
from conselho.cli.entries import print_entries, with_pages
from conselho.cli.options import Choices, pass_choices
from conselho.cli.screen import Cell, Column

_ENTRIES = (
    Column(name="When"),
    Column(name="Who"),
    Column(name="Did"),
    Column(name="To", beneath=True),
    Column(name="Change", wide=True),
)
# More is for `--json`.
_CHANGES = 4
_LONGEST_VALUE = 60


@click.command()
@click.argument("target", required=False)
@click.option("--actor", metavar="NAME", help="Only what was done with the token of this name.")
@with_pages
@pass_choices
def audit(
    choices: Choices, target: str | None, actor: str | None, limit: int, before: int | None
) -> None:
    """Print who changed what, the newest first. For administrators.

    With a TARGET: what was done to this agent, execution, maintenance window or token.
    """
    answer = choices.client().audit(target=target, actor=actor, limit=limit, before=before)
    print_entries(choices, answer, _ENTRIES, _cells)


def _cells(entry: rows.Json) -> list[Cell]:
    return [
        phrases.calendar(rows.time(entry, "at")),
        rows.text(entry, "actor") or "?",
        (rows.text(entry, "action") or "?").replace("_", " "),
        rows.text(entry, "target") or "",
        _change(entry.get("before"), entry.get("after")),
    ]


def _change(before: Any, after: Any) -> str:
    """`schedule.value: "1h", was "30m"; ...`, of what is there on both sides or on one."""
    was, now = dict(_leaves(before)), dict(_leaves(after))
    names = list(dict.fromkeys((*was, *now)))
    told = [_told(name, was, now, both=before is not None) for name in names[:_CHANGES]]
    if len(names) > _CHANGES:
        told.append(f"and {len(names) - _CHANGES} more")
    return "; ".join(told)


def _told(name: str, was: dict[str, str], now: dict[str, str], *, both: bool) -> str:
    if name not in now:
        return f"{name}: gone, was {was[name]}"
    return f"{name}: {now[name]}" + (f", was {was.get(name, 'not there')}" if both else "")


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Each value that is no object, by its path, as JSON; nothing for None at the top."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{name}.{key}" if name else str(key))
    elif name:
        text = json.dumps(value, ensure_ascii=False)
        yield name, text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
