"""The entry of the command line, where every error becomes one line on stderr and an exit code.

0    done; for `run --wait`: the run is sound    5    the state of something forbids it
1    anything else, a failed run too             6    no server, or it cannot answer now
2    something given is wrong                    130  ended with Ctrl-C
4    what was named does not exist               141  the reader of the output went away
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from conselho import __version__
from conselho.cli.apply import apply
from conselho.cli.audit import audit
from conselho.cli.backfill import backfill
from conselho.cli.bulk import pause, resume
from conselho.cli.catalogue import catalogue
from conselho.cli.check import check
from conselho.cli.classify import classify
from conselho.cli.copy_store import copy_store
from conselho.cli.councilors import list_council, report
from conselho.cli.doctor import doctor
from conselho.cli.export import export, export_council
from conselho.cli.journal import journal
from conselho.cli.maintenance import maintenance
from conselho.cli.mcp import mcp
from conselho.cli.migrate_legacy import migrate_legacy
from conselho.cli.next import next_slots
from conselho.cli.options import Choices, pass_choices, with_colour, with_json, with_server
from conselho.cli.runs import cancel, logs, run
from conselho.cli.screen import prepare_streams, tell
from conselho.cli.serve import serve
from conselho.cli.tail import tail
from conselho.cli.token import token
from conselho.cli.usage import usage
from conselho.cli.worker import worker
from conselho.errors import ConselhoError

INTERRUPTED = 130
READER_GONE = 141
_STDOUT = 1
_COMPLETION = "_CONSELHO_COMPLETE"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.version_option(__version__, message="conselho %(version)s")
@with_server
@with_colour
@click.pass_context
def conselho(context: click.Context) -> None:
    """AI agents, promoted to councilors, look after a project.

    `conselho serve` starts the council; the other commands speak to the running server.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@conselho.command()
@with_json
@pass_choices
def version(choices: Choices) -> None:
    """Print the version."""
    if choices.as_json:
        choices.screen.json({"version": __version__})
    else:
        choices.screen.line(f"conselho {__version__}")


for command in (
    serve,
    worker,
    apply,
    check,
    doctor,
    classify,
    catalogue,
    list_council,
    report,
    usage,
    token,
    next_slots,
    journal,
    audit,
    mcp,
    run,
    cancel,
    pause,
    resume,
    backfill,
    maintenance,
    migrate_legacy,
    copy_store,
    tail,
    logs,
    export,
    export_council,
):
    conselho.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Nothing that can be foreseen is a traceback."""
    prepare_streams()
    try:
        return _run(arguments)
    except BrokenPipeError:
        return _reader_gone()
    except OSError as error:
        return _system_error(error)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = conselho.main(
            None if arguments is None else list(arguments),
            prog_name="conselho",
            complete_var=_COMPLETION,
            standalone_mode=False,
        )
        # Here, and not when the interpreter ends: a full disk or a reader gone shows only now.
        sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.ClickException as error:
        tell(_usage(error))
        return error.exit_code
    except ConselhoError as error:
        tell(str(error))
        return error.exit_code
    except SystemExit as end:
        # How click and rich end when the reader went away in mid-command. Click ends in this way
        # after a shell completion too.
        if end.code != 1 or _COMPLETION in os.environ:
            raise
        return _reader_gone()
    return code if isinstance(code, int) else 0


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" See `{context.command_path} --help`." if context is not None else ""
    return error.format_message() + hint


def _reader_gone() -> int:
    _discard_output()
    return READER_GONE


def _system_error(error: OSError) -> int:
    _discard_output()
    place = f"{error.filename}: " if error.filename else ""
    tell(f"{place}{error.strerror or error}.")
    return ConselhoError.exit_code


def _discard_output() -> None:
    """The interpreter flushes stdout once more at its end, which must not fail again."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), _STDOUT)
