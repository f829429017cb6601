"""`conselho serve`: the server, with what the command line says about it."""

from __future__ import annotations

from pathlib import Path

import click

from conselho.cli.options import Choices, pass_choices


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one. [default: 8000]")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the server keeps its own files. [default: .conselho]",
)
@click.option(
    "--council",
    "council_dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of council files (*.md) to apply at the start.",
)
@click.option(
    "--log-format",
    type=click.Choice(["console", "json"]),
    help="Log lines for people, or one JSON object each. [default: console]",
)
@click.option(
    "--role",
    metavar="ROLES",
    help="What this process does: api, scheduler, worker, with commas. [default: all]",
)
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
@click.option("--max-concurrent-runs", type=int, metavar="N", help="Runs at one time. [default: 4]")
@click.option(
    "--read-only-council",
    is_flag=True,
    default=None,
    help="Let nobody change agents and seats over the API.",
)
@pass_choices
def serve(
    choices: Choices,
    host: str | None,
    port: int | None,
    data_dir: Path | None,
    council_dir: Path | None,
    log_format: str | None,
    role: str | None,
    queues: tuple[str, ...],
    serve_any: bool | None,
    max_concurrent_runs: int | None,
    read_only_council: bool | None,
) -> int:
    """Start the council.

    One process: API, page, scheduler and worker, unless --role says less. What is not given here
    comes from the environment (CONSELHO_HOST and so on), from conselho.toml, or from the defaults.
    """
    from conselho.api import serve as server
    from conselho.config import load_settings

    settings, warnings = load_settings(
        {
            "host": host,
            "port": port,
            "data_dir": data_dir or choices.data_dir,
            "council_dir": council_dir,
            "log_format": log_format,
            "role": role,
            "queues": list(queues) or None,
            "serve_any": serve_any,
            "max_concurrent_runs": max_concurrent_runs,
            "read_only_council": read_only_council,
        }
    )
    return server.serve(settings, warnings)
