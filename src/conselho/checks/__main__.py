"""The command line of the checks."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from conselho.checks.report import CannotCheck, Report, render

# name -> (module, one line of help). A check's module is imported only when it runs: starting http
# and XML machinery for a check that counts lines would double its start-up.
CHECKS: Final = {
    "large-files": ("large_files", "source files that have grown too long"),
    "todo-markers": ("todo_markers", "TODO, FIXME, XXX and HACK left in comments"),
    "git-hygiene": ("git_hygiene", "conflicts, secrets, large files and unfinished work in git"),
    "inline-css": ("inline_css", "style attributes and <style> blocks in pages and components"),
    "coverage": ("coverage", "line coverage of a report against a target"),
    "dependencies": ("dependencies", "known vulnerabilities, by pip-audit and npm audit"),
    "endpoint-latency": ("endpoint_latency", "latency and error rate of HTTP endpoints"),
}

_EPILOG: Final = """\
A check prints a report and, as its last fenced block, a verdict in JSON.
Exit codes: 0 done (success, info or warning)   1 done, and something needs action now
            2 wrong command line                3 the check could not do its job
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one check, print its report and return the exit code.

    Raises SystemExit with 2 when the command line is wrong.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    return _print(_run(arguments))


def _run(arguments: Sequence[str]) -> Report:
    values = vars(build_parser(arguments).parse_args(arguments))
    name: str = values.pop("check")
    module = load_check(name)
    try:
        report: Report = module.check(module.Options(**values))
    except CannotCheck as error:
        return error.as_report(name)
    except Exception as error:  # noqa: BLE001 - whatever happens, a run must end with a verdict
        traceback.print_exc()
        reason = f"the check itself failed with {type(error).__name__}: {error}"
        hint = "This is a defect of the check. The traceback is on stderr."
        return CannotCheck(reason, hint).as_report(name)
    return report


def build_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of all checks, with the options of those that the arguments name."""
    parser = argparse.ArgumentParser(
        prog="python -m conselho.checks",
        description="Checks of a project that need no model. Try: large-files --help",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    checks = parser.add_subparsers(dest="check", metavar="CHECK", required=True)
    for name, (_, line) in CHECKS.items():
        wanted = name in arguments
        check = checks.add_parser(
            name,
            help=line,
            description=f"Look for {line}.",
            epilog=_EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if wanted:
            load_check(name).add_arguments(check)
    return parser


def load_check(name: str) -> ModuleType:
    """The module of a check: its `Options`, `add_arguments(parser)` and `check(options)`."""
    return importlib.import_module(f"conselho.checks.{CHECKS[name][0]}")


def _print(report: Report) -> int:
    """Write the report as UTF-8, whatever the locale, and return its exit code."""
    try:
        sys.stdout.buffer.write(render(report).encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Nobody reads us any more. Without this the interpreter complains once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
