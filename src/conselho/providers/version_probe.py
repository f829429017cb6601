"""Asking a program for its version: bounded, and leaving nothing behind.

The child gets a process group of its own, so that what it started ends with it, but stays in the
server's session: whatever is in another session counts as some run's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final

ANSWER_SECONDS: Final = 30.0  # Gemini CLI takes 5 s on an idle machine
_READ_BYTES: Final = 64 << 10
_REAP_SECONDS: Final = 1.0

_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,4}(?:[-+.][0-9A-Za-z.+-]{1,40})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking. `refusal`: why there is no version, as the end of a sentence."""

    version: str | None = None
    refusal: str | None = None


async def ask_version(
    argv: Sequence[str], env: Mapping[str, str], *, seconds: float = ANSWER_SECONDS
) -> Answer:
    """Start `argv`, wait for its end at most so long, and find the version in what it says.

    When this is cancelled the program is ended, too, within a moment.
    """
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(_ask, argv, env, seconds, given_up)
    except asyncio.CancelledError:
        given_up.set()
        raise


def compared(version: str, minimum: str) -> int:
    """Negative when `version` is older than `minimum`; by numbers, then not at all."""
    mine, least = _numbers(version), _numbers(minimum)
    longest = max(len(mine), len(least))
    mine += [0] * (longest - len(mine))
    least += [0] * (longest - len(least))
    return (mine > least) - (mine < least)


def _ask(
    argv: Sequence[str], env: Mapping[str, str], seconds: float, given_up: threading.Event
) -> Answer:
    # Files rather than pipes: a grandchild that keeps a pipe open would keep us waiting.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            child = subprocess.Popen(
                argv,
                env=dict(env),
                cwd="/",  # not a folder that could configure it
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                process_group=0,
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return Answer(refusal=f"cannot be started: {reason}")
        in_time = _wait(child, seconds, given_up)
        _end_group(child)
        if not in_time:
            return Answer(refusal=f"did not answer within {seconds:g} s")
        said, complained, exit_code = _read(out), _read(err), child.returncode
    if exit_code != 0:
        last = (complained.strip() or said.strip()).rpartition("\n")[2].strip()[:200]
        return Answer(refusal=f"ended with exit code {exit_code}{f': {last}' if last else ''}")
    found = _VERSION.search(said) or _VERSION.search(complained)
    return Answer(version=found.group(0) if found else None)


def _wait(child: subprocess.Popen[bytes], seconds: float, given_up: threading.Event) -> bool:
    """Whether the child ended in time, before anybody gave up on it.

    It is left unreaped where the system can do that. Until it is reaped its pid, which names its
    group too, cannot go to a stranger.
    """
    until, pause = time.monotonic() + seconds, 0.001
    while not _has_ended(child):
        if given_up.wait(pause) or time.monotonic() >= until:
            return False
        pause = min(pause * 2, 0.05)
    return True


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return child.poll() is not None
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the child's group, and reap what this process has become parent of."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    until = time.monotonic() + _REAP_SECONDS
    while time.monotonic() < until:
        try:
            reaped, _ = os.waitpid(-child.pid, os.WNOHANG)
        except ChildProcessError:
            return
        if not reaped:
            time.sleep(0.01)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_READ_BYTES).decode("utf-8", "replace")


def _numbers(version: str) -> list[int]:
    found = _VERSION.search(version)
    core = re.split(r"[-+]", found.group(0) if found else version)[0]
    return [int(part) for part in core.split(".")[:5] if part.isascii() and part.isdigit()]
