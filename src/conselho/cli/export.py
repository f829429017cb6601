"""`conselho export` and `conselho export-council`: executions and councilors as files."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

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
from conselho.cli.screen import Ink, tell
from conselho.errors import Conflict, NotFound

if TYPE_CHECKING:
    from conselho.client import Client

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,250}\.md", re.IGNORECASE)
_STATUSES = ("pending", "processing", "completed", "error", "cancelled", "skipped", "missed")


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    default="csv",
    show_default=True,
    help="A table for spreadsheets, or one JSON object a line.",
)
@click.option(
    "--include",
    type=click.Choice(["result", "prompt"]),
    multiple=True,
    help="Also these long texts.",
)
@click.option("--agent", "agent_id", metavar="AGENT_ID", help="Of this councilor.")
@click.option("--status", type=click.Choice(_STATUSES), multiple=True, help="In this state.")
@click.option(
    "--severity",
    type=click.Choice(["success", "info", "warning", "error"]),
    help="Of this severity.",
)
@click.option(
    "--trigger",
    type=click.Choice(["schedule", "manual", "catch_up", "api"]),
    multiple=True,
    help="Made by this.",
)
@click.option("--since", type=Moment(), metavar="TIME", help="Made then or later.")
@click.option("--until", type=Moment(), metavar="TIME", help="Made before then.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to this file, as a whole or not at all. Default: the standard output.",
)
@with_server
@pass_choices
def export(choices: Choices, /, form: str, output: Path | None, **query: Any) -> None:
    """Write all executions and lost slots, newest first, as one file.

    A TIME is by your clock, unless it tells an offset.
    """
    if output is None and sys.stdout.isatty():
        # What agents write may hold characters that terminals obey.
        raise click.UsageError("Name a file with --output, or send the rows on with > or |.")
    query["include"] = ",".join(query["include"]) or None
    pieces = choices.client().export(form, **query)
    if output is None:
        _write(sys.stdout.buffer, pieces)
    else:
        _write_whole(output, pieces)


def _write(file: BinaryIO, pieces: Iterable[bytes]) -> None:
    file.writelines(pieces)
    file.flush()


def _write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Under another name until it is complete, so that no half of a file is taken for one."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            _write(file, pieces)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@click.command("export-council")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("agent_ids", metavar="[AGENT_ID]...", nargs=-1)
@click.option("--force", is_flag=True, help="Replace files that say something else.")
@with_json
@with_server
@with_colour
@pass_choices
def export_council(
    choices: Choices, directory: Path, agent_ids: tuple[str, ...], force: bool
) -> None:
    """Write councilors as council files into DIR: all of them, or those named.

    `conselho apply DIR` makes the same council of them. A councilor that a file owns keeps that
    file's name. Nothing is written when a file of DIR says something else, unless --force is given.
    """
    files = _files(choices.client(), agent_ids)
    changed = {
        directory / name: text
        for name, text in files.items()
        if _present(directory / name) != text.encode()
    }
    taken = [path.name for path in changed if path.exists()]
    if taken and not force:
        raise Conflict(
            f"In {directory} there is already, with another content: {', '.join(taken)}."
            " Look at it, then add --force."
        )
    directory.mkdir(parents=True, exist_ok=True)
    for path, text in changed.items():
        _write_whole(path, [text.encode()])
    written = [path.name for path in changed]
    if choices.as_json:
        choices.screen.json(
            {"directory": str(directory), "files": sorted(files), "written": written}
        )
        return
    for name in files:
        kind = Ink("written", "green") if name in written else Ink("unchanged", "dim")
        choices.screen.line(kind, name, widths=(len("unchanged"),))
    tell(f"{phrases.counted(len(written), 'file')} written to {directory}.")


def _present(path: Path) -> bytes | None:
    """What the file holds; None when there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _files(client: Client, agent_ids: Sequence[str]) -> dict[str, str]:
    """The text of each file by its name. Raises NotFound for an id that no councilor has."""
    seated = {
        agent_id: rows.text(agent, "source")
        for agent in rows.objects(client.councilors(), "agents")
        if (agent_id := rows.text(agent, "agent_id"))
    }
    for agent_id in agent_ids:
        if agent_id not in seated:
            raise NotFound("councilor", agent_id)
    files: dict[str, str] = {}
    for agent_id in agent_ids or seated:
        files[file_name(agent_id, seated[agent_id], files)] = client.council_file(agent_id)
    return files


def file_name(agent_id: str, source: str | None, taken: Iterable[str]) -> str:
    """A name that leads nowhere else, whatever the server says, and differs in more than case."""
    no_more = {"readme.md", *(name.lower() for name in taken)}
    wanted = (source or "", f"{agent_id}.md", f"councilor-{agent_id}.md")
    for name in wanted:
        if _FILE_NAME.fullmatch(name) and name.lower() not in no_more:
            return name
    return f"councilor-{len(no_more)}.md"
