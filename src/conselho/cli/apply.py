"""`conselho apply`: make the council what its files say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conselho.cli import rows
from conselho.cli.check import council_directory
from conselho.cli.options import (
    Choices,
    pass_choices,
    running_server,
    with_colour,
    with_json,
    with_server,
)
from conselho.cli.screen import Ink, Screen, tell
from conselho.errors import Invalid, InvalidCouncilFile, Unavailable

if TYPE_CHECKING:
    from conselho.client import JsonObject
    from conselho.config import Settings

_STYLES = {
    "created": "green",
    "changed": "cyan",
    "adopted": "cyan",
    "restored": "cyan",
    "demoted": "yellow",
}
_WIDTHS = (len("unchanged"), 24)


@click.command()
@click.argument(
    "directory",
    metavar="[DIR]",
    required=False,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@click.option("--prune", is_flag=True, help="Demote the councilors whose file is gone.")
@with_json
@with_server
@with_colour
@pass_choices
def apply(choices: Choices, directory: Path | None, prune: bool) -> None:
    """Make the council what its files say.

    Applies the *.md files of DIR: all of them, or none when one is not in order. Without DIR: of
    the folder that the settings name, else of ./council. Speaks to the running server; when none
    runs, writes to the data directory, where the next server finds it.
    """
    from conselho.config import load_settings

    settings, _ = load_settings({"data_dir": choices.data_dir})
    directory = directory or council_directory(settings)
    if directory is None:
        raise click.UsageError("Name the folder of council files: there is no ./council.")
    folder = Path(os.path.abspath(directory))  # not absolute(): the parent of `..` must be right
    files = _texts(folder)
    if not files and not prune:
        raise Invalid("", f"There is no council file (*.md) in {folder}.")
    answer = _applied(choices, settings, folder, files, prune=prune)
    if choices.as_json:
        choices.screen.json(answer)
    else:
        _print(choices.screen, answer)


def _texts(folder: Path) -> list[dict[str, str]]:
    """Name and text of each *.md file, in order of name. Raises Invalid when one cannot be read."""
    files = []
    for path in sorted(folder.glob("*.md")):
        if path.name.startswith(".") or path.name.lower() == "readme.md":
            continue
        try:
            files.append({"name": path.name, "text": path.read_text(encoding="utf-8-sig")})
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise InvalidCouncilFile(path.name, line, "", "is not UTF-8 text") from error
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
            raise InvalidCouncilFile(path.name, 1, "", reason) from error
    return files


def _applied(
    choices: Choices,
    settings: Settings,
    folder: Path,
    files: list[dict[str, str]],
    *,
    prune: bool,
) -> JsonObject:
    """What the server, or the data directory without one, answers."""
    import asyncio

    base = str(folder.parent)
    named = choices.named_url()
    if named is not None:
        return choices.client_of(named).apply(files, base=base, prune=prune)
    local = running_server(settings.data_dir)
    if local is not None:
        try:
            client = choices.client_of(local, admin_token=settings.admin_token)
            return client.apply(files, base=base, prune=prune)
        except Unavailable as error:
            # It may have ended just now. If not, the lock of the data directory tells.
            tell(str(error))
    return asyncio.run(_applied_offline(settings, folder, prune=prune))


async def _applied_offline(settings: Settings, folder: Path, *, prune: bool) -> JsonObject:
    """As the server answers, with no server."""
    from dataclasses import asdict, replace

    from conselho.logs import configure_logs
    from conselho.services.access import local
    from conselho.services.audits import apply_audited
    from conselho.services.council_files import read_council
    from conselho.wiring.commands import open_offline
    from conselho.wiring.parts import make_providers, make_seat_rules

    configure_logs(settings)  # to stderr: stdout is for the answer
    # Read before the store is opened: a bad file must not even create a data directory.
    settings = replace(settings, council_dir=settings.council_dir or folder)
    providers = make_providers(settings)
    reading = read_council(
        folder,
        known_providers=providers,
        workspaces=settings.workspaces,
        rules=make_seat_rules(settings, providers),
    )
    files = reading.accepted()
    async with open_offline(settings) as there:
        changes = await apply_audited(
            there.store, there.council, there.audits, local(""), files, prune=prune, force=True
        )
    return {
        "success": True,
        "changes": [asdict(change) for change in changes],
        "warnings": list(reading.warnings),
    }


def _print(screen: Screen, answer: rows.Json) -> None:
    for warning in rows.texts(answer, "warnings"):
        tell(f"warning: {warning}")
    changes = rows.objects(answer, "changes")
    for change in changes:
        kind = rows.text(change, "kind") or "?"
        agent_id = rows.text(change, "agent_id") or "?"
        name = rows.text(change, "display_name") or ""
        screen.line(Ink(kind, _STYLES.get(kind, "dim")), agent_id, name, widths=_WIDTHS)
    if not changes:
        screen.line("There was nothing to do.")
