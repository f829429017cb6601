"""`conselho check`: settings, the providers file and council files, without a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conselho.cli.options import Choices, pass_choices, with_colour, with_json
from conselho.cli.phrases import counted, mark
from conselho.cli.screen import Screen
from conselho.errors import Invalid

if TYPE_CHECKING:
    from conselho.config import Problem, Settings
    from conselho.provider import Provider
    from conselho.services.calendars import Calendars
    from conselho.services.council_files import CouncilFile


@click.command()
@click.argument(
    "directory",
    metavar="[DIR]",
    required=False,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@with_json
@with_colour
@pass_choices
def check(choices: Choices, directory: Path | None) -> int:
    """Check settings, the providers file and council files.

    DIR holds the files. Without it: the folder that the settings name, else ./council when there
    is one. Prints errors and warnings, and exits 2 when there are errors. Needs no server and
    changes nothing.
    """
    from conselho.config import inspect_settings

    settings, problems = inspect_settings({"data_dir": choices.data_dir})
    directory = directory or council_directory(settings)
    count = 0
    providers, found = _known_providers(settings)
    problems += found
    if directory is not None:
        count, found = _council_problems(directory, settings, providers)
        problems += found
    if choices.as_json:
        choices.screen.json(_document(problems, count))
    else:
        _print(choices.screen, problems, directory, count)
    return Invalid.exit_code if _errors(problems) else 0


def council_directory(settings: Settings) -> Path | None:
    """The folder that holds the council: as the settings say, else ./council, else None."""
    if settings.council_dir is not None:
        return settings.council_dir
    usual = Path.cwd() / "council"
    return usual if usual.is_dir() else None


def _known_providers(settings: Settings) -> tuple[Mapping[str, Provider], list[Problem]]:
    """What agents may use, and what is wrong with the user's file of providers.

    When something is, the shipped ones are taken, so that the council can be checked too. A file
    that is missing is told with the settings.
    """
    from conselho.config import Problem
    from conselho.wiring.parts import make_providers

    if settings.providers_file is not None and settings.providers_file.is_file():
        try:
            return make_providers(settings), []
        except Invalid as error:
            problem = Problem(level="error", where=error.field, message=error.reason)
            return make_providers(replace(settings, providers_file=None)), [problem]
    return make_providers(replace(settings, providers_file=None)), []


def _council_problems(
    directory: Path, settings: Settings, providers: Mapping[str, Provider]
) -> tuple[int, list[Problem]]:
    """How many sound councilors the folder holds, and what is wrong with the others."""
    from conselho.config import Problem
    from conselho.services.council_files import read_council
    from conselho.wiring.parts import make_calendars, make_seat_rules

    directory = directory.absolute()  # "." has no name
    calendars = make_calendars(replace(settings, council_dir=directory))
    try:
        reading = read_council(
            directory,
            known_providers=providers,
            workspaces=settings.workspaces,
            rules=make_seat_rules(settings, providers, calendars=calendars),
        )
    except Invalid as error:
        return 0, [Problem(level="error", where=str(directory), message=error.reason)]
    found = [
        Problem(
            level="error",
            where=f"{directory.name}/{error.file}:{error.line}",
            message=f"{error.field}: {error.reason}" if error.field else error.reason,
        )
        for error in reading.problems
    ]
    found += [
        Problem(level="warning", where=directory.name, message=text)
        for text in (*reading.warnings, *calendars.problems())
    ]
    found += [
        Problem(level="warning", where=f"{directory.name}/{name}", message=text)
        for name, text in _doubts(reading.files, settings, providers, calendars)
    ]
    return len(reading.files), found


def _doubts(
    files: Sequence[CouncilFile],
    settings: Settings,
    providers: Mapping[str, Provider],
    calendars: Calendars,
) -> Iterator[tuple[str, str]]:
    """What will not work here though the file is in order: its name and a sentence.

    The council may run on another machine, or with another PATH: these are only warnings.
    """
    import asyncio

    from conselho.clock import SystemClock
    from conselho.services.idle_policies import without_effect
    from conselho.services.preview import preview
    from conselho.services.quiet import Quiet
    from conselho.wiring.commands import seats_of_files, unmet_needs

    now = SystemClock().now()
    quiet = Quiet(calendars)
    agents = seats_of_files(settings, files, now)
    unmet = asyncio.run(unmet_needs(providers, agents))
    for file, agent in zip(files, agents, strict=True):
        for sentence in unmet.get(agent.agent_id, []):
            yield file.name, sentence
        for trouble in without_effect(agent, providers[agent.provider]):
            yield file.name, trouble.sentence
        ahead = preview(
            agent.seat.schedule,
            anchor=agent.anchor_at or now,
            agent_id=agent.agent_id,
            after=now,
            count=1,
            quiet=quiet,
        )
        for warned in ahead.warnings:
            yield file.name, f"schedule: {warned.message}"


def _print(
    screen: Screen, problems: list[Problem], directory: Path | None, councilors: int
) -> None:
    for problem in problems:
        screen.line(mark(problem.level), str(problem))
    errors = _errors(problems)
    figures = [counted(errors, "error"), counted(len(problems) - errors, "warning")]
    if directory is not None:
        figures.append(f"{counted(councilors, 'sound council file')} in {directory}")
    screen.line(mark("error" if errors else "success"), ", ".join(figures))


def _document(problems: list[Problem], councilors: int) -> dict[str, object]:
    rows = [{"level": one.level, "where": one.where, "message": one.message} for one in problems]
    return {"ok": not _errors(problems), "problems": rows, "council_files": councilors}


def _errors(problems: list[Problem]) -> int:
    return sum(problem.level == "error" for problem in problems)
