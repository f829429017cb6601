"""Run somebody else's program, bounded."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conselho.checks.report import CannotCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended. `status` is negative when a signal ended it."""

    status: int
    out: bytes
    err: bytes

    @property
    def complaint(self) -> str:
        """The last lines of what it wrote to stderr, for a message."""
        lines = self.err.decode(errors="replace").split("\n")
        return " / ".join(line.strip() for line in lines if line.strip())[-400:]


def find_program(name: str) -> str | None:
    """The absolute path of a program on PATH, or None."""
    return shutil.which(name)


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    timeout_seconds: float,
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Ended:
    """Run `argv` to its end, `stdin` on its input, and return its status and output.

    It gets a process group of its own, so that a time-out ends its children too: npm starts node,
    and a child that keeps the pipe open would otherwise keep us waiting for ever.

    Raises CannotCheck when it cannot be started or is not done after `timeout_seconds`.
    """
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
    except OSError as error:
        raise CannotCheck(f"{argv[0]} did not start in {cwd}: {error.strerror}.") from error
    try:
        out, err = process.communicate(stdin, timeout=timeout_seconds)
    except subprocess.TimeoutExpired as error:
        raise CannotCheck(
            f"{Path(argv[0]).name} was not done after {timeout_seconds:g} s.",
            "Run it by hand to see where it waits, or allow it more time.",
        ) from error
    finally:
        _end_group(process)
    return Ended(status=process.returncode, out=out, err=err)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group; after a normal end there is usually nothing."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
