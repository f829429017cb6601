"""`conselho doctor`: whether the councilors can run, and the cure where one cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from conselho.cli import money, phrases, rows
from conselho.cli.check import council_directory
from conselho.cli.options import (
    Choices,
    pass_choices,
    running_server,
    with_colour,
    with_json,
    with_server,
)
from conselho.cli.screen import Cell, Ink, Screen, tell
from conselho.cli.text import cells, one_line
from conselho.errors import Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from conselho.client import JsonObject
    from conselho.config import Settings
    from conselho.models.agent import Agent
    from conselho.provider import Provider

SOUND = 0
UNSOUND = 1
_STATES = {"not_installed": "not installed"}
# One line, and what is wrong with it: level and sentence.
_Entry = tuple[Sequence[Cell], Sequence[tuple[str, str]]]


@click.command()
@click.argument("agent_ids", metavar="[AGENT_ID]...", nargs=-1)
@click.option("--provider", metavar="NAME", help="Only this provider, and who uses it.")
@with_json
@with_server
@with_colour
@pass_choices
def doctor(choices: Choices, agent_ids: tuple[str, ...], provider: str | None) -> int:
    """Examine providers and councilors before they run.

    Programs, versions, credentials, folders, budgets: what keeps a councilor from running is told
    with its cure. No model is called. The running server examines, since its environment is the
    agents'; when none runs, this command does it itself. Exits 1 when a councilor cannot run, and
    4 when there is no such councilor.
    """
    answer, place = _examined(choices, agent_ids, provider)
    if choices.as_json:
        choices.screen.json(answer)
    else:
        _print(choices.screen, answer, place)
    return SOUND if answer.get("ok") is True else UNSOUND


# -- examining -------------------------------------------------------------------------------------


def _examined(
    choices: Choices, agent_ids: Sequence[str], provider: str | None
) -> tuple[JsonObject, str]:
    """The document, and a sentence on who examined."""
    import asyncio

    from conselho.config import load_settings

    named = choices.named_url()
    if named is not None:
        return _by_server(choices.client_of(named).doctor(agent_ids, provider=provider), named)
    settings, _ = load_settings({"data_dir": choices.data_dir})
    local = running_server(settings.data_dir)
    if local is not None:
        try:
            client = choices.client_of(local, admin_token=settings.admin_token)
            return _by_server(client.doctor(agent_ids, provider=provider), local)
        except Unavailable as error:
            tell(str(error))
    return asyncio.run(_examined_here(settings, agent_ids, provider))


def _by_server(answer: JsonObject, url: str) -> tuple[JsonObject, str]:
    return answer, f"Examined by the server at {url}."


async def _examined_here(
    settings: Settings, agent_ids: Sequence[str], provider: str | None
) -> tuple[JsonObject, str]:
    """As the server does, in this command's own environment."""
    from conselho.clock import SystemClock
    from conselho.logs import configure_logs
    from conselho.wiring.commands import open_to_look
    from conselho.wiring.links import make_roster
    from conselho.wiring.parts import make_budget, make_doctor, make_providers

    configure_logs(settings)  # to stderr: stdout is for the answer
    providers = make_providers(settings)
    clock = SystemClock()
    now = clock.now()
    async with open_to_look(settings) as store:
        seated = await store.agents(is_councilor=True) if store is not None else []
        if store is not None and seated:
            source, whose = "store", f"the data directory {settings.data_dir}"
            budget = make_budget(settings, store, providers)
            # Without a server on SQLite nobody can be at work.
            roster = make_roster(settings, store, clock) if settings.is_shared else None
            made = make_doctor(settings, providers, budget=budget, roster=roster)
        else:
            seated, whose = _seats_of_files(settings, providers, now)
            source, made = "files", make_doctor(settings, providers)
        checkup = await made.examine(seated, now=now, agent_ids=agent_ids, provider=provider)
    place = (
        "No server answers: examined by this command, in its own environment."
        f" The council is that of {whose}."
    )
    return {"examined_by": "command", "council": source} | checkup.document(), place


def _seats_of_files(
    settings: Settings, providers: Mapping[str, Provider], now: datetime
) -> tuple[list[Agent], str]:
    """The councilors that the council files would seat, and whose they are."""
    from conselho.services.council_files import read_council
    from conselho.wiring.commands import seats_of_files
    from conselho.wiring.parts import make_seat_rules

    directory = council_directory(settings)
    if directory is None:
        return [], "nobody yet: there is neither a database nor a folder of council files"
    directory = directory.absolute()
    reading = read_council(
        directory,
        known_providers=providers,
        workspaces=settings.workspaces,
        rules=make_seat_rules(replace(settings, council_dir=directory), providers),
    )
    if reading.problems:
        problems = phrases.counted(len(reading.problems), "problem")
        tell(f"warning: {problems} in {directory}; `conselho check` tells them.")
    return seats_of_files(settings, reading.files, now), f"the files in {directory}"


# -- printing --------------------------------------------------------------------------------------


def _print(screen: Screen, answer: rows.Json, place: str) -> None:
    screen.line(place)
    _print_surroundings(screen, rows.inner(answer, "surroundings"))
    providers = rows.objects(answer, "providers")
    councilors = rows.objects(answer, "councilors")
    told = {rows.text(one, "name") or "?": _troubles(one) for one in providers}
    _print_section(screen, "Providers", map(_provider, providers))
    _print_section(screen, "Councilors", (_councilor(one, told) for one in councilors))
    _print_section(screen, "Budgets", _budgets(rows.inner(answer, "budgets")))
    screen.line()
    screen.line(*_conclusion(councilors))


def _print_surroundings(screen: Screen, surroundings: rows.Json) -> None:
    facts = {
        "user": rows.text(surroundings, "user"),
        "home": rows.text(surroundings, "home"),
        "path": ":".join(rows.texts(surroundings, "path")),
        "cwd": rows.text(surroundings, "cwd"),
        "workspaces": ":".join(rows.texts(surroundings, "workspaces")) or "anywhere",
    }
    for name, value in facts.items():
        screen.line(Ink(name, "dim"), value or "-", widths=(len("workspaces"),))
    for level, sentence in _troubles(surroundings):
        screen.line(phrases.mark(level), sentence)


def _print_section(screen: Screen, title: str, entries: Iterable[_Entry]) -> None:
    """Lines that stand under each other, each with its troubles below."""
    found = [*entries]
    if not found:
        return
    screen.line()
    screen.line(Ink(title, "bold"))
    columns = zip(*(line for line, _ in found), strict=True)
    widths = [max(map(_width, column)) for column in columns]
    for line, troubles in found:
        screen.line(*line, widths=widths[:-1])
        for level, sentence in troubles:
            screen.line("", phrases.mark(level), sentence, widths=(2,))


def _provider(provider: rows.Json) -> _Entry:
    used_by = int(rows.number(provider, "used_by") or 0)
    line: list[Cell] = [
        _mark(provider),
        Ink(rows.text(provider, "name") or "?", "bold"),
        rows.text(provider, "version") or "-",
        phrases.counted(used_by, "councilor") if used_by else "unused",
        rows.text(provider, "program") or "-",
    ]
    troubles = _troubles(provider)
    if rows.text(provider, "state") == "not_installed":  # what else it lacks matters later
        about_program = [one for one in troubles if one[0] == "error"][:1]
        troubles = [("info", sentence) for _, sentence in about_program]
    return line, troubles


def _councilor(councilor: rows.Json, told: Mapping[str, Sequence[tuple[str, str]]]) -> _Entry:
    """What stands above with its provider is not told again."""
    provider = rows.text(councilor, "provider") or "?"
    line: list[Cell] = [
        _mark(councilor),
        Ink(rows.text(councilor, "agent_id") or "?", "bold"),
        provider,
        phrases.mark("paused") if councilor.get("enabled") is False else "",
        rows.text(councilor, "display_name") or "-",
    ]
    every = _troubles(councilor)
    own = [trouble for trouble in every if trouble not in told.get(provider, ())]
    shared = {level for level, _ in every if (level, _) not in own}
    if shared:
        own.append(("error" if "error" in shared else "warning", f"As provider {provider}, above."))
    return line, own


def _budgets(budgets: rows.Json) -> Iterator[_Entry]:
    every = {"the council": rows.inner(budgets, "council")}
    every |= rows.inner(budgets, "councilors")
    for who, budget in every.items():
        if isinstance(budget, dict) and (told := money.of_budget(budget)):
            yield [phrases.mark("error" if budget.get("spent") is True else "ready"), who, told], []


def _mark(examined: rows.Json) -> phrases.Mark:
    state = rows.text(examined, "state") or "unknown"
    return phrases.mark(_STATES.get(state, state))


def _troubles(examined: rows.Json) -> list[tuple[str, str]]:
    return [
        (rows.text(trouble, "level") or "warning", rows.text(trouble, "sentence") or "?")
        for trouble in rows.objects(examined, "troubles")
    ]


def _width(cell: Cell) -> int:
    if isinstance(cell, phrases.Mark):
        return cells(f"{cell.sign} {cell.word}")
    return cells(one_line(cell if isinstance(cell, str) else cell.text))


def _conclusion(councilors: Sequence[rows.Json]) -> tuple[Cell, str]:
    if not councilors:
        return phrases.mark("ready"), "There is no councilor to examine."
    broken = sum(rows.text(one, "state") == "error" for one in councilors)
    whole = phrases.counted(len(councilors), "councilor")
    if broken:
        return phrases.mark("error"), f"{broken} of {whole} cannot run."
    return phrases.mark("ready"), f"{whole} can run."
