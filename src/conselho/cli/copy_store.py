"""`conselho copy-store`: a council with all of its history, from one store into another one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from conselho.cli.options import Choices, pass_choices, with_colour, with_json
from conselho.cli.phrases import duration
from conselho.cli.screen import Column, tell

if TYPE_CHECKING:
    from conselho.config import Settings
    from conselho.services.store_copy import Copied

_COLUMNS = (
    Column(name="What"),
    Column(name="Copied", right=True),
    Column(name="Already there", right=True),
    Column(name="Left out", right=True),
)
_DIFFERENT = 1
_TELL_SECONDS: Final = 3.0


class DatabaseUrl(click.ParamType[str]):
    """A database URL, as CONSELHO_DATABASE_URL takes it."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from conselho.config import database_url_of

        try:
            return database_url_of(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("copy-store")
@click.option(
    "--to",
    "target",
    required=True,
    type=DatabaseUrl(),
    metavar="URL",
    help="The store to write to: sqlite:///FILE, postgresql://... or mongodb://..., empty.",
)
@click.option(
    "--from",
    "source",
    type=DatabaseUrl(),
    metavar="URL",
    help="The store to read. Default: the one of the settings.",
)
@click.option("--dry-run", is_flag=True, help="Copy nothing; only tell what would be.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The data directory whose store is read, which no server may hold.",
)
@with_json
@with_colour
@pass_choices
def copy_store(
    choices: Choices, target: str, source: str | None, dry_run: bool, data_dir: Path | None
) -> int:
    """Carry a council, with all of its history, into another store of any kind.

    Stop all servers and workers first; a dry run needs no stop. The store that is read keeps all
    that it holds (one of an older Conselho is brought up to date, as a start would do), the other
    one must be empty. After an interruption run it again: it goes on where it stopped. Until it is
    done, no server works with what is there.

    Ends with 1 when the copy does not agree with what was copied.
    """
    import asyncio

    from conselho.config import load_settings
    from conselho.logs import configure_logs

    settings, _ = load_settings({"data_dir": data_dir or choices.data_dir})
    configure_logs(settings)  # to stderr: stdout is for the answer
    begun = time.monotonic()
    copied = asyncio.run(_copied(settings, source, target, dry_run=dry_run))
    seconds = time.monotonic() - begun
    if choices.as_json:
        choices.screen.json(_json(copied, seconds, dry_run=dry_run))
    else:
        _print(choices, copied, seconds, dry_run=dry_run)
    return _DIFFERENT if copied.differences else 0


async def _copied(settings: Settings, source: str | None, target: str, *, dry_run: bool) -> Copied:
    from conselho.errors import ConselhoError
    from conselho.wiring.commands import open_copy

    has_begun = False
    say = progress_teller(time.monotonic)

    def progress(what: str, done: int, total: int) -> None:
        nonlocal has_begun
        has_begun = True
        say(what, done, total)

    opened = open_copy(settings, source, target, dry_run=dry_run, progress=progress)
    try:
        async with opened as copy:
            return await copy.run()
    except BaseException as error:
        if has_begun and not dry_run and not isinstance(error, GeneratorExit):
            _tell_half(error if isinstance(error, ConselhoError) else None)
        raise


def _tell_half(error: Exception | None) -> None:
    why = "interrupted" if error is None else "broken off"
    tell(
        f"The copy was {why}: the other store holds half of one, which no server works with."
        " Run the same command again, and it goes on."
    )


def progress_teller(clock: Callable[[], float]) -> Callable[[str, int, int], None]:
    """What tells of the progress every few seconds, and not at all of what is done at once."""
    began = told = clock()
    first: dict[str, tuple[float, int]] = {}

    def say(what: str, done: int, total: int) -> None:
        nonlocal told
        now = clock()
        since, before = first.setdefault(what, (now, done))
        if now - told < _TELL_SECONDS:
            return
        told = now
        rate = f", {round((done - before) / (now - since)):,} a second" if now > since else ""
        tell(f"{what}: {done:,} of {total:,} after {duration(now - began)}{rate}")

    return say


def _json(copied: Copied, seconds: float, *, dry_run: bool) -> dict[str, object]:
    return {
        "success": not copied.differences,
        "dry_run": dry_run,
        **{part.value.replace(" ", "_"): asdict(count) for part, count in copied.counts.items()},
        "differences": copied.differences,
        "busy": copied.busy,
        "seconds": round(seconds, 3),
    }


def _print(choices: Choices, copied: Copied, seconds: float, *, dry_run: bool) -> None:
    from conselho.services.store_copy import Part

    screen = choices.screen
    lines = [
        (part.value, *(f"{number:,}" for number in asdict(count).values()))
        for part, count in copied.counts.items()
    ]
    screen.table(_COLUMNS, lines)
    for sentence in copied.differences:
        tell(sentence)
    if dry_run:
        screen.line("This was a dry run: nothing was copied.")
        if copied.busy:
            screen.line(f"It would be refused now. {copied.busy}")
        return
    if not copied.differences:
        screen.line(
            "Compared: lifetime figures, tallies, durations, lost slots, costs, slots accounted for"
            f" and counters agree. It took {duration(seconds)}."
        )
    if copied.counts[Part.RUNS].left_out or copied.counts[Part.WAITING].left_out:
        screen.line("Left out: runs that the older system began and never ended.")
    screen.line("Not carried: events, workers, logins, and answers kept for repeated requests.")
    screen.line(
        "Set CONSELHO_DATABASE_URL for all servers; let none work with the old store again."
    )
