"""`conselho worker`: a process that runs tasks and serves nobody."""

from __future__ import annotations

from pathlib import Path

import click

from conselho.cli.options import Choices, pass_choices


@click.command()
@click.option(
    "--queue",
    "queues",
    metavar="NAME",
    multiple=True,
    help="Run tasks of agents with this queue; may be given several times.",
)
@click.option(
    "--any/--no-any",
    "serve_any",
    default=None,
    help="Run tasks without a queue, too. [default: only when no queue is named]",
)
@click.option("--concurrency", type=int, metavar="N", help="Runs at one time. [default: 4]")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where this worker keeps its own files; no other process may use it. [default: .conselho]",
)
@click.option(
    "--metrics-port",
    type=int,
    metavar="N",
    help="Answer /healthz and /metrics there, on the loopback interface; 0 takes a free one."
    " [default: nowhere]",
)
@click.option(
    "--log-format",
    type=click.Choice(["console", "json"]),
    help="Log lines for people, or one JSON object each. [default: console]",
)
@pass_choices
def worker(
    choices: Choices,
    queues: tuple[str, ...],
    serve_any: bool | None,
    concurrency: int | None,
    data_dir: Path | None,
    metrics_port: int | None,
    log_format: str | None,
) -> int:
    """Run what is due, for the servers of the same database.

    The database (CONSELHO_DATABASE_URL: postgresql:// or mongodb://) is where tasks are taken from;
    with a broker (CONSELHO_BROKER_URL) they are taken within milliseconds. SIGTERM lets running
    work end within shutdown_grace_seconds and hands the rest back; a second one does so at once.
    """
    from conselho.cli.working import work
    from conselho.config import load_settings
    from conselho.errors import InvalidSettings
    from conselho.logs import configure_logs, say

    settings, warnings = load_settings(
        {
            "queues": list(queues) or None,
            "serve_any": serve_any,
            "max_concurrent_runs": concurrency,
            "data_dir": data_dir or choices.data_dir,
            "metrics_port": metrics_port,
            "log_format": log_format,
            "role": "worker",
        }
    )
    if not settings.is_shared:
        raise InvalidSettings(
            "database_url",
            "SQLite is the store of one process, and `conselho serve` runs tasks itself (more at a"
            " time with --max-concurrent-runs). For workers of their own set CONSELHO_DATABASE_URL"
            " to postgresql://... or mongodb://..., for the servers and the workers alike.",
        )
    configure_logs(settings, lasting=True)
    say(settings, warnings)
    return work(settings)
