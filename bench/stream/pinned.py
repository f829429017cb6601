"""Child processes on a core of their own: servers on one, clients and publishers on the other."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 15.0


def cores() -> tuple[int, int] | None:
    """One for servers and one for clients; None when this process has only one, or cannot pin."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else None


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """What this thread starts meanwhile runs there, and stays there."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def child(
    command: Sequence[str],
    *,
    core: int | None,
    log: Path | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """A process with pipes to its stdin and stdout, ended with its family in the end.

    Its stderr goes to `log`, or into a pipe.
    """
    with contextlib.ExitStack() as stack:
        stderr: int | IO[str] = subprocess.PIPE
        if log is not None:
            stderr = stack.enter_context(log.open("a", encoding="utf-8"))
        with on_core(core):
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[Any]) -> None:
    """SIGTERM, some patience, SIGKILL for all of its session."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was not sent any more
                pipe.close()


def first_line(process: subprocess.Popen[str], *, within: float = START_SECONDS) -> str:
    """The first line of its stdout; "" when it ends before that. A late one is killed."""
    assert process.stdout is not None
    watchdog = threading.Timer(within, process.kill)
    watchdog.start()
    try:
        return process.stdout.readline()
    finally:
        watchdog.cancel()
