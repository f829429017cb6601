"""What several commands take, and what follows from it: which server, which screen.

The options stand on the group and on each command, so that both `conselho --url URL list` and
`conselho list --url URL` work; the one nearer to the end wins.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from conselho.cli.screen import Screen, standard_screen

if TYPE_CHECKING:
    from conselho.client import AsyncClient, Client
    from conselho.config import Secret, Settings

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass
class Choices:
    """What was chosen on the command line for every command alike."""

    url: str | None = None
    data_dir: Path | None = None
    no_color: bool = False
    as_json: bool = False

    @cached_property
    def screen(self) -> Screen:
        return standard_screen(colour=not self.no_color)

    def client(self) -> Client:
        """A client of the server that the options, the environment or the data directory name.

        Raises Unavailable when no server runs there, InvalidSettings when the settings are wrong.
        """
        from conselho.client import Client

        url, token = self._server()
        return Client(url, token=token)

    def async_client(self) -> AsyncClient:
        """As `client`, for commands that follow the stream."""
        from conselho.client import AsyncClient

        url, token = self._server()
        return AsyncClient(url, token=token)

    def client_of(self, url: str, *, admin_token: Secret | None = None) -> Client:
        """A client of one server, with the token of CONSELHO_TOKEN.

        `admin_token`, of the settings, is for the server that these settings are of: no other
        server may see it.
        """
        from conselho.client import Client
        from conselho.client.address import usual_token

        return Client(url, token=usual_token(admin_token))

    def named_url(self) -> str | None:
        """The URL that was asked for; --data-dir is stronger than the environment."""
        if self.url is not None or self.data_dir is not None:
            return self.url
        return os.environ.get("CONSELHO_URL", "").strip() or None

    def local_url(self) -> str:
        """Where the server of the data directory answers. Raises Unavailable when none runs."""
        from conselho.client.address import local_server

        url, _ = local_server(self._settings)
        return url

    def _server(self) -> tuple[str, str | None]:
        from conselho.client.address import local_server, usual_token

        named = self.named_url()
        return local_server(self._settings) if named is None else (named, usual_token())

    @cached_property
    def _settings(self) -> Settings:
        from conselho.config import load_settings

        settings, _ = load_settings({"data_dir": self.data_dir})
        return settings


def running_server(data_dir: Path) -> str | None:
    """The URL that the server of `data_dir` left word of, unless its process has ended."""
    from conselho.client import address

    return address.running_server(data_dir)


def _store(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep what was given; what was not leaves the choice of the group alone."""
    if value not in (None, False):
        setattr(context.ensure_object(Choices), str(parameter.name), value)


def _option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    return click.option(*names, expose_value=False, callback=_store, **settings)


def with_server(command: Command) -> Command:
    """--url and --data-dir."""
    command = _option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Speak to the server of this data directory.",
    )(command)
    return _option(
        "--url",
        metavar="URL",
        help="Speak to this server. Default: CONSELHO_URL, else the local one.",
    )(command)


def with_colour(command: Command) -> Command:
    """--no-color."""
    return _option("--no-color", is_flag=True, help="Print without colour, as NO_COLOR=1 does.")(
        command
    )


def with_json(command: Command) -> Command:
    """--json."""
    return _option("--json", "as_json", is_flag=True, help="Print the API's JSON, for programs.")(
        command
    )


def with_selection(command: Command) -> Command:
    """AGENT_ID..., --tag or --all, for `selection`."""
    command = click.option("--all", "everyone", is_flag=True, help="All councilors.")(command)
    command = click.option(
        "--tag",
        "tags",
        metavar="TAG",
        multiple=True,
        help="The councilors that bear this tag; may be given several times.",
    )(command)
    return click.argument("agent_ids", metavar="[AGENT_ID]...", nargs=-1)(command)


def selection(
    agent_ids: Sequence[str], tags: Sequence[str], *, everyone: bool
) -> dict[str, object]:
    """Who is meant, as the API takes it. Raises UsageError unless it is said in one way."""
    given = {"agent_ids": list(agent_ids), "tags": list(tags), "all": everyone}
    chosen = {kind: value for kind, value in given.items() if value}
    if len(chosen) != 1:
        raise click.UsageError("Say which councilors: by AGENT_ID, by --tag, or with --all.")
    return chosen


class Moment(click.ParamType[str]):
    """A moment, as aware ISO text; without an offset it is by the clock of whoever types.

    A date alone is the beginning of that day, or its end with `end_of_day`.
    """

    name = "time"

    def __init__(self, *, end_of_day: bool = False) -> None:
        self._end_of_day = end_of_day

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            moment = datetime.fromisoformat(str(value).strip())
            if self._end_of_day and len(str(value).strip()) == len("2026-11-30"):
                moment += timedelta(days=1, seconds=-1)
            return moment.astimezone().isoformat()
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a time; write 2026-11-30 or '2026-11-30 22:00'.")


pass_choices = click.make_pass_decorator(Choices, ensure=True)
