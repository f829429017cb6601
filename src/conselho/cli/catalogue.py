"""`conselho catalogue`: the shipped task templates and investigators, without a server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conselho.cli.options import Choices, Command, pass_choices, with_colour, with_json
from conselho.cli.phrases import mark
from conselho.cli.screen import Column, Ink, Screen
from conselho.cli.text import lines
from conselho.errors import Conflict

if TYPE_CHECKING:
    from conselho.services.catalogue import Entry

LANGUAGES = ("pt-BR", "en")

_COLUMNS = (
    Column(name="Key"),
    Column(name="Kind", beneath=True),
    Column(name="Name", wide=True),
    Column(name="Schedule", beneath=True),
    Column(name="Purpose", wide=True),
)
_LABEL_WIDTH = (len("Schedule"),)


def _with_language(command: Command) -> Command:
    return click.option(
        "--lang",
        type=click.Choice(LANGUAGES, case_sensitive=False),
        help="Language of the texts. Default: that of LC_ALL or LANG.",
    )(command)


@click.group(invoke_without_command=True)
@_with_language
@with_json
@with_colour
@click.pass_context
def catalogue(context: click.Context, lang: str | None) -> None:
    """List what ships with Conselho: tasks and agents to begin with.

    Task templates are for any agent; investigators are agents that bring their own task. Needs no
    server.
    """
    if context.invoked_subcommand is None:
        _list(context.ensure_object(Choices), _language(lang))


@catalogue.command()
@click.argument("key")
@_with_language
@with_json
@with_colour
@pass_choices
@click.pass_context
def show(context: click.Context, choices: Choices, key: str, lang: str | None) -> None:
    """Print an entry of the catalogue, with its whole texts."""
    from conselho.services.catalogue import entry

    found = entry(key, _language(lang, context))
    if choices.as_json:
        choices.screen.json(found.document())
    else:
        _print_entry(choices.screen, found)


@catalogue.command()
@click.argument("key")
@click.argument("command", metavar="[-- COMMAND...]", nargs=-1)
@click.option("--provider", metavar="NAME", required=True, help="How to call the agent.")
@click.option("--agent-id", metavar="ID", help="Default: the entry's own.")
@click.option("--schedule", metavar="TEXT", help="Interval or cron. Default: the entry's own.")
@click.option("--model", metavar="NAME", help="Which model, where the provider has several.")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of printing.",
)
@click.option("--force", is_flag=True, help="With --output: overwrite a file that is there.")
@_with_language
@with_colour
@pass_choices
@click.pass_context
def write(
    context: click.Context,
    choices: Choices,
    key: str,
    command: tuple[str, ...],
    provider: str,
    agent_id: str | None,
    schedule: str | None,
    model: str | None,
    output: Path | None,
    force: bool,
    lang: str | None,
) -> None:
    """Make a council file of an entry.

    Prints it, or writes it to FILE. Provider `command` runs COMMAND, or without one the built-in
    check that does what the template asks for.
    """
    from conselho.config import load_settings
    from conselho.services.catalogue import entry
    from conselho.services.council_file_text import council_file_text
    from conselho.wiring.parts import make_providers, make_seat_rules

    settings, _ = load_settings({"data_dir": choices.data_dir})
    if force and output is None:
        raise click.UsageError("--force goes with --output.")
    found = entry(key, _language(lang, context))
    providers = make_providers(settings)
    text = council_file_text(
        found,
        provider=provider,
        agent_id=found.slug if agent_id is None else agent_id,
        known_providers=providers,
        schedule=schedule,
        model=model,
        command=command,
        rules=make_seat_rules(settings, providers),
    )
    if output is None:
        # As bytes: a council file is UTF-8 whatever the terminal's encoding is.
        click.echo(text.encode(), nl=False)
    else:
        _write(output, text, force=force)
        choices.screen.line(mark("success"), f"{output} is written")


def _language(lang: str | None, context: click.Context | None = None) -> str | None:
    """The language asked for: of the command, of its group, of the environment."""
    group = context.parent if context is not None else None
    asked = lang or (group.params.get("lang") if group is not None else None)
    return asked or next(
        # The order of POSIX: LC_ALL is stronger than LC_MESSAGES, and that than LANG.
        filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))),
        None,
    )


def _write(path: Path, text: str, *, force: bool) -> None:
    """Raises Conflict when the file is there and shall not be overwritten."""
    try:
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise Conflict(f"The file {path} exists already. --force overwrites it.") from error


def _list(choices: Choices, lang: str | None) -> None:
    from conselho.services.catalogue import document

    answer = document(lang)
    if choices.as_json:
        choices.screen.json(answer)
        return
    entries = [*answer["templates"], *answer["investigators"]]
    choices.screen.table(_COLUMNS, [_row(one) for one in entries])


def _row(entry: dict[str, Any]) -> list[str]:
    schedule = entry["schedule"]["value"]
    return [entry["key"], entry["kind"], entry["name"], schedule, entry["description"]]


def _print_entry(screen: Screen, entry: Entry) -> None:
    document = entry.document()
    screen.line(Ink(f"{entry.emoji} {entry.name}", "bold"))
    screen.line(entry.description)
    screen.line("")
    for label, value in (
        ("Key", entry.key),
        ("Kind", document["kind"]),
        ("Title", entry.title),
        ("Schedule", entry.schedule.value),
        ("Task", entry.task.name),
        ("Answer", entry.task.output_format.value),
    ):
        screen.line(Ink(label, "dim"), value, widths=_LABEL_WIDTH)
    for heading, text in (
        ("Instructions", document.get("instructions")),
        ("Prompt", entry.task.prompt),
    ):
        if text:
            screen.line("")
            screen.line(Ink(heading, "bold"))
            screen.line("")
            screen.lines(lines(text))
