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
from conselho.errors import Unavailable

if TYPE_CHECKING:
    from conselho.client import Client
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
        named = self.named_url()
        if named is not None:
            return self.client_of(named)
        return self.client_of(self.local_url(), admin_token=self._settings.admin_token)

    def client_of(self, url: str, *, admin_token: Secret | None = None) -> Client:
        """A client of one server, with the token of CONSELHO_TOKEN.

        `admin_token`, of the settings, is for the server that these settings are of: no other
        server may see it.
        """
        from conselho.client import Client

        token = os.environ.get("CONSELHO_TOKEN", "").strip()
        if not token and admin_token is not None:
            token = admin_token.reveal()
        return Client(url, token=token or None)

    def named_url(self) -> str | None:
        """The URL that was asked for; --data-dir is stronger than the environment."""
        if self.url is not None or self.data_dir is not None:
            return self.url
        return os.environ.get("CONSELHO_URL", "").strip() or None

    def local_url(self) -> str:
        """Where the server of the data directory answers. Raises Unavailable when none runs."""
        data_dir = self._settings.data_dir
        url = running_server(data_dir)
        if url is None:
            hint = "Start one with `conselho serve`, or name one with --url"
            raise Unavailable("server", f"none runs on the data directory {data_dir}. {hint}")
        return url

    @cached_property
    def _settings(self) -> Settings:
        from conselho.config import load_settings

        settings, _ = load_settings({"data_dir": self.data_dir})
        return settings


def running_server(data_dir: Path) -> str | None:
    """The URL that the server of `data_dir` left word of, unless its process has ended."""
    from conselho.services.data_dir import DataDir

    known = DataDir(data_dir).server() or {}
    url, pid = known.get("url"), known.get("pid")
    return url if isinstance(url, str) and isinstance(pid, int) and _is_alive(pid) else None


def _is_alive(pid: int) -> bool:
    if pid <= 0:  # to the kernel these are groups of processes
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # somebody else's process
    except (OSError, OverflowError):
        return False
    return True


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
