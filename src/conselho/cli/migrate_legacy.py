"""`conselho migrate-legacy`: agents and runs of the older system, from its database or exports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conselho.cli.options import Choices, pass_choices, with_colour, with_json
from conselho.cli.phrases import counted
from conselho.cli.screen import Column, tell

if TYPE_CHECKING:
    from conselho.config import Settings
    from conselho.services.legacy import Outcome, Rejection
    from conselho.services.legacy_sources import Source

_COLUMNS = (
    Column(name="Kind"),
    Column(name="Imported", right=True),
    Column(name="Already here", right=True),
    Column(name="Too old", right=True),
    Column(name="Rejected", right=True),
)
_SOME_REJECTED = 1
_TOLD_REJECTIONS = 100
_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("migrate-legacy")
@click.option(
    "--from-json",
    "files",
    multiple=True,
    type=_file,
    metavar="FILE...",
    help="Exported documents: JSON lines as mongoexport writes them, or a JSON array.",
)
@click.argument("more_files", metavar="", nargs=-1, type=_file)
@click.option("--mongo-uri", metavar="URI", help="Read the database itself: mongodb://...")
@click.option(
    "--db", default="conductor_state", show_default=True, metavar="NAME", help="Its name there."
)
@click.option("--enable", is_flag=True, help="Let seats that were not paused be due at once.")
@click.option("--dry-run", is_flag=True, help="Write nothing; only tell what would be.")
@click.option(
    "--batch",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    metavar="NUMBER",
    help="How many runs are one write.",
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write to this data directory, which no server may hold.",
)
@with_json
@with_colour
@pass_choices
def migrate_legacy(
    choices: Choices,
    files: tuple[Path, ...],
    more_files: tuple[Path, ...],
    mongo_uri: str | None,
    db: str,
    enable: bool,
    dry_run: bool,
    batch: int,
    data_dir: Path | None,
) -> int:
    """Take over agents and runs of the older system.

    Reads the collections agents, councilor_executions and tasks, of its database or exported to
    files (of any kind, in any order), and changes nothing there. What is here already stays as it
    is: run it again as often as you like, also after an interruption. Seats come in paused, so that
    nothing runs twice while both systems are up.

    Writes to the data directory: stop the server first (a dry run needs no stop). Ends with 1 when
    a document was rejected; each one is told with its place and the reason.
    """
    import asyncio

    from conselho.config import load_settings
    from conselho.logs import configure_logs

    if more_files and not files:
        raise click.UsageError(f"What is {more_files[0]}? Files are named after --from-json.")
    source = _source((*files, *more_files), mongo_uri, db)
    settings, _ = load_settings({"data_dir": data_dir or choices.data_dir})
    configure_logs(settings)  # to stderr: stdout is for the answer
    rejections: list[Rejection] = []

    def rejected(rejection: Rejection) -> None:
        rejections.append(rejection)
        if len(rejections) <= _TOLD_REJECTIONS and not choices.as_json:
            name = f" ({rejection.id})" if rejection.id else ""
            tell(f"{rejection.place}{name}: {rejection.reason}")

    outcome = asyncio.run(
        _imported(settings, source, rejected, enable=enable, dry_run=dry_run, batch=batch)
    )
    if choices.as_json:
        choices.screen.json(_json(outcome, rejections, dry_run=dry_run))
    else:
        _print(choices, outcome, settings.retention_days, dry_run=dry_run)
    return _SOME_REJECTED if rejections else 0


def _source(files: tuple[Path, ...], mongo_uri: str | None, db: str) -> Source:
    from conselho.services.legacy_sources import JsonFiles, MongoDatabase

    if mongo_uri is not None and not files:
        return MongoDatabase(mongo_uri, db)
    if files and mongo_uri is None:
        return JsonFiles(files)
    raise click.UsageError("Say what to read: --from-json FILE..., or --mongo-uri URI.")


async def _imported(
    settings: Settings,
    source: Source,
    rejected: Callable[[Rejection], None],
    *,
    enable: bool,
    dry_run: bool,
    batch: int,
) -> Outcome:
    from conselho.wiring.commands import make_legacy_import, open_to_look, open_unserved

    opened = open_to_look(settings) if dry_run else open_unserved(settings)
    async with opened as store:
        return await make_legacy_import(
            settings,
            store,
            source,
            enable=enable,
            dry_run=dry_run,
            batch=batch,
            rejected=rejected,
        ).run()


def _json(outcome: Outcome, rejections: list[Rejection], *, dry_run: bool) -> dict[str, object]:
    return {
        "success": not rejections,
        "dry_run": dry_run,
        **{kind.value: asdict(count) for kind, count in outcome.counts.items()},
        "unknown": outcome.unknown,
        "paused_seats": outcome.paused_seats,
        "rejections": [asdict(rejection) for rejection in rejections],
    }


def _print(choices: Choices, outcome: Outcome, retention_days: int, *, dry_run: bool) -> None:
    screen, counts = choices.screen, outcome.counts
    lines = [(kind.value, *map(str, asdict(count).values())) for kind, count in counts.items()]
    if outcome.unknown:
        lines.append(("unknown", "0", "0", "0", str(outcome.unknown)))
    screen.table(_COLUMNS, lines)
    if dry_run:
        screen.line("This was a dry run: nothing was written.")
    if outcome.paused_seats:
        screen.line(
            f"{counted(outcome.paused_seats, 'seat')} paused: let each one go with"
            " `conselho resume AGENT_ID`, when the older system no longer runs it."
        )
    if too_old := sum(count.too_old for count in counts.values()):
        screen.line(
            f"{counted(too_old, 'run')} left out: older than {retention_days} days, so the server"
            " would delete them. To keep them, set CONSELHO_RETENTION_DAYS before you import."
        )
    if outcome.rejected > _TOLD_REJECTIONS:
        tell(f"{outcome.rejected - _TOLD_REJECTIONS} more were rejected; --json tells all.")
