"""One child process: started, followed until nothing of it is left, and ended when it must be.

    start ──► running ──► decided ──────────► ended
                 │           │                  └ all descendants gone, child reaped, log closed
                 │           └ cause: the first of exit, timeout, silent, stopped
                 └ prompt to stdin, stdout and stderr to the capture and the live log

The child leads a session of its own. What it started goes with it, whichever session, group or
parent that has meanwhile (descendants.py). It works on asyncio's loop and on uvloop's.

    child = await start(invocation, Limits(timeout_seconds=600), log=path, mark=task_id, home=home)
    ended = await child.follow()

Linux with a kernel from 5.3 on is what this is made for. On macOS the child's end is awaited by a
thread, and descendants are found through `ps`: those that left its process group and then lost
their parent before the first look are not found, and nor are the survivors of a killed server.
Between a look and a kill a pid could be given to another process there; its start time is compared,
to the second.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import math
import os
import shlex
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from conselho.errors import RunError
from conselho.models.task import ErrorKind
from conselho.provider import Invocation
from conselho.services.capture import HeadAndTail, LogFile, Tail
from conselho.services.child_exit import watch_exit
from conselho.services.descendants import Family, become_subreaper
from conselho.services.marks import HOME, MARK
from conselho.services.pipes import PipeReader, PipeWriter, enlarge
from conselho.services.survivors import reap_survivors

__all__ = ["Cause", "Child", "Ended", "Limits", "become_subreaper", "reap_survivors", "start"]

_STDERR_BYTES: Final = 64 << 10
_REAP_SECONDS: Final = 5.0  # how long an orphan that ended during the run may stay a zombie
_STATUS_SECONDS: Final = 5.0
_OPEN_LINE_SECONDS: Final = 0.3  # how long the log waits for the rest of a line


class Listener(Protocol):
    """Decides what the log shows of what a child prints. Called in the event loop; never raises."""

    def stdout(self, piece: bytes) -> bytes: ...

    def stderr(self, piece: bytes) -> bytes: ...

    def flush(self) -> bytes:
        """What was held back for the rest of its line: nothing came for a while."""
        ...

    def close(self) -> bytes:
        """The output has ended: what is left."""
        ...


class _Verbatim:
    """The log shows what the child prints."""

    def stdout(self, piece: bytes) -> bytes:
        return piece

    def stderr(self, piece: bytes) -> bytes:
        return piece

    def flush(self) -> bytes:
        return b""

    def close(self) -> bytes:
        return b""


class Cause(StrEnum):
    """Why a run ended: what came first."""

    EXIT = "exit"
    TIMEOUT = "timeout"
    SILENT = "silent"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a child may run, and how much is kept of what it prints.

    `silence_timeout_seconds` is without a byte on stdout and stderr; `grace_seconds` from TERM to
    KILL, `stop_grace_seconds` when somebody waits for it: a cancel is over within two seconds, also
    with agents that ignore TERM while they run a tool.
    """

    timeout_seconds: float
    silence_timeout_seconds: float | None = None
    grace_seconds: float = 3.0
    stop_grace_seconds: float = 1.0
    result_bytes: int = 1 << 20
    log_bytes: int = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended.

    `exit_code` is the child's own, 128 + n when it died of signal n (then `signal` is n), None when
    it is unknown: KILL did not end it, or somebody else reaped it. After a cause other than EXIT it
    says nothing about success: some programs answer TERM with 0.
    `stdout` is head and tail, `stderr` the tail; a line says what was cut.
    `leftovers` counts the descendants that outlived a child which ended by itself, and were ended.
    `problems` are sentences for the log about what went wrong beside the run: a log that could not
    be written, processes that could not be ended.
    """

    exit_code: int | None
    signal: int | None
    cause: Cause
    stdout: str
    stderr: str
    leftovers: int
    problems: tuple[str, ...] = ()


async def start(
    invocation: Invocation,
    limits: Limits,
    *,
    log: Path,
    mark: str,
    home: str,
    listener: Listener | None = None,
    copy: Callable[[bytes], None] | None = None,
) -> Child:
    """Start the child; whoever starts it calls `follow`.

    `listener` says what the log shows; everything, unless given. `copy` gets what the log gets.

    The child finds `mark`, the id of its Task, and `home`, the id of the data directory, in its
    environment as CONSELHO_TASK_ID and CONSELHO_HOME, beside what `invocation.env` gives; they
    are how its scattered descendants are found, by this run and by `reap_survivors`.
    Blocks the loop for about a millisecond, until the program runs.

    Raises RunError (spawn) when it cannot be started, with the reason and the cure.
    """
    become_subreaper()  # before the child can have orphans
    log_file = _open_log(log, limits, copy)
    pipes = _Pipes()
    try:
        _write_files(invocation)
        pipes.open(with_stdin=bool(invocation.stdin))
        process = subprocess.Popen(  # noqa: ASYNC220 - asyncio's own way blocks as long
            invocation.argv,
            cwd=invocation.cwd,
            env={**invocation.env, MARK: mark, HOME: home},
            stdin=pipes.stdin[0] if pipes.stdin else subprocess.DEVNULL,
            stdout=pipes.stdout[1],
            stderr=pipes.stderr[1],
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        log_file.close()
        pipes.close()
        raise RunError(ErrorKind.SPAWN, _why_not_started(error, invocation)) from error
    return Child(
        process,
        Family(process.pid, mark),
        pipes,
        invocation.stdin,
        limits,
        log_file,
        listener or _Verbatim(),
    )


class Child:
    """A child that runs. Made by `start`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        family: Family,
        pipes: _Pipes,
        stdin: bytes,
        limits: Limits,
        log: LogFile,
        listener: Listener,
    ) -> None:
        self.pid = process.pid
        self.started_at_monotonic = time.monotonic()
        self._process = process
        self._family = family
        self._limits = limits
        self._log = log
        self._listener = listener
        self._open_line: asyncio.TimerHandle | None = None
        self._stdout = HeadAndTail(limits.result_bytes)
        self._stderr = Tail(_STDERR_BYTES)
        self._cause: Cause | None = None
        self._decided = asyncio.Event()
        self._exited = asyncio.Event()

        self._loop = loop = asyncio.get_running_loop()
        pipes.close_childs_ends()
        self._readers = (
            PipeReader(loop, pipes.stdout[0], self._take_stdout),
            PipeReader(loop, pipes.stderr[0], self._take_stderr),
        )
        self._writer = PipeWriter(loop, pipes.stdin[1], stdin) if pipes.stdin else None
        self._exit = watch_exit(loop, self.pid, self._on_exit)
        self._last_output = loop.time()
        self._deadline = self._last_output + limits.timeout_seconds
        self._timer = loop.call_at(self._next_look(), self._look)

    async def follow(self) -> Ended:
        """Wait for the end of the child and of all that it started; once.

        Nothing is left then: no process, no file descriptor, and the log is complete. When this is
        cancelled, everything is killed at once, and the cancellation goes on.

        Raises OSError when the descendants cannot be looked for, as with no file descriptor left;
        then everything that can be found is killed at once, too.
        """
        try:
            await self._decided.wait()
            found = await self._family.end(self._grace())
            return await self._ended(found)
        finally:
            self._close()

    def stop(self) -> None:
        """End it: TERM now, KILL after the grace. `follow` then returns, with cause STOPPED.

        Too late when the run has ended for another cause: that one stands.
        """
        self._decide(Cause.STOPPED)

    def _grace(self) -> float:
        limits = self._limits
        if self._cause is Cause.STOPPED:
            return min(limits.grace_seconds, limits.stop_grace_seconds)
        return limits.grace_seconds

    async def _ended(self, found: int) -> Ended:
        assert self._cause is not None
        exit_code = await self._reap()
        for reader in self._readers:
            reader.drain()
        self._log.add(self._listener.close())
        self._log.close()
        return Ended(
            exit_code=128 - exit_code if exit_code is not None and exit_code < 0 else exit_code,
            signal=-exit_code if exit_code is not None and exit_code < 0 else None,
            cause=self._cause,
            stdout=self._stdout.text(),
            stderr=self._stderr.text(),
            leftovers=found if self._cause is Cause.EXIT else 0,
            problems=tuple(one for one in (self._log.problem, self._family.problem) if one),
        )

    async def _reap(self) -> int | None:
        """The exit code, -n for a death of signal n."""
        if not self._exit.ended():  # KILL did not end it, or the waiting thread is a moment behind
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._exited.wait(), _STATUS_SECONDS)
        return self._exit_code()

    def _exit_code(self) -> int | None:
        status = self._exit.status()
        if status is None:
            return None
        self._process.returncode = os.waitstatus_to_exitcode(status)  # or Popen would wait again
        return self._process.returncode

    def _take_stdout(self, piece: bytes) -> None:
        self._last_output = self._loop.time()
        self._stdout.add(piece)
        self._tell(self._listener.stdout(piece))

    def _take_stderr(self, piece: bytes) -> None:
        self._last_output = self._loop.time()
        self._stderr.add(piece)
        self._tell(self._listener.stderr(piece))

    def _tell(self, told: bytes) -> None:
        self._log.add(told)
        if self._open_line is None:
            self._open_line = self._loop.call_later(_OPEN_LINE_SECONDS, self._tell_open_line)

    def _tell_open_line(self) -> None:
        """Give out what waits for its line's end, once nothing came for a while."""
        rest = self._last_output + _OPEN_LINE_SECONDS - self._loop.time()
        if rest > 0:
            self._open_line = self._loop.call_later(rest, self._tell_open_line)
            return
        self._open_line = None
        self._log.add(self._listener.flush())

    def _on_exit(self) -> None:
        self._exited.set()
        self._decide(Cause.EXIT)

    def _decide(self, cause: Cause) -> None:
        if self._cause is None:
            self._cause = cause
            self._timer.cancel()
            self._decided.set()

    def _look(self) -> None:
        """Is it too late, or too silent? Decides, or looks again when it could be.

        After a hold-up too, what the child did meanwhile counts first: asyncio and uvloop both run
        what a file descriptor brings before the timers.
        """
        self._family.reap_adopted()
        if self._loop.time() >= self._deadline:
            self._decide(Cause.TIMEOUT)
        elif self._loop.time() >= self._silent_at():
            self._decide(Cause.SILENT)
        else:
            self._timer = self._loop.call_at(self._next_look(), self._look)

    def _next_look(self) -> float:
        return min(self._deadline, self._silent_at(), self._loop.time() + _REAP_SECONDS)

    def _silent_at(self) -> float:
        silence = self._limits.silence_timeout_seconds
        return math.inf if silence is None else self._last_output + silence

    def _close(self) -> None:
        self._timer.cancel()
        if self._open_line is not None:
            self._open_line.cancel()
        self._exit.close()
        for pipe in (*self._readers, self._writer):
            if pipe:
                pipe.close()
        self._log.close()
        try:
            if self._process.returncode is None:  # cancelled, or the ending failed
                self._family.kill_now()
                self._exit_code()
        finally:
            self._family.forget()


class _Pipes:
    """The pipes of one child as (read end, write end). Opening fails half way: `close` them all."""

    def __init__(self) -> None:
        self.stdin: tuple[int, int] | None = None
        self.stdout = self.stderr = (-1, -1)

    def open(self, *, with_stdin: bool) -> None:
        self.stdout = os.pipe()
        self.stderr = os.pipe()
        enlarge(self.stdout[1])
        if with_stdin:
            self.stdin = os.pipe()

    def close_childs_ends(self) -> None:
        _close_all(self.stdout[1], self.stderr[1], self.stdin[0] if self.stdin else -1)

    def close(self) -> None:
        _close_all(*self.stdout, *self.stderr, *(self.stdin or ()))


def _close_all(*fds: int) -> None:
    for fd in fds:
        if fd >= 0:
            os.close(fd)


def _open_log(log: Path, limits: Limits, copy: Callable[[bytes], None] | None) -> LogFile:
    try:
        return LogFile.open(log, limits.log_bytes, copy=copy)
    except OSError as error:
        raise RunError(
            ErrorKind.SPAWN,
            f"The log {log} cannot be written: {error.strerror or error}."
            " Make room or give this user the right to write there; a link is not followed.",
        ) from error


def _write_files(invocation: Invocation) -> None:
    for path, content in invocation.files.items():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(path, flags, 0o600), "w", encoding="utf-8", errors="replace") as file:
            file.write(content)


def _why_not_started(error: OSError | ValueError, invocation: Invocation) -> str:
    if not isinstance(error, OSError):
        return f"The command cannot be started: {error}. Correct its arguments or its environment."
    cwd = invocation.cwd
    command = invocation.argv[0]
    if not cwd.is_dir():
        return (
            f"The working directory {cwd} does not exist. Make it, or give the agent another cwd."
        )
    if not os.access(cwd, os.X_OK):
        return f"The working directory {cwd} may not be entered. Give this user the right to."
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return _why_not_found(command, invocation)
        case errno.EACCES | errno.EPERM:
            return (
                f"The command {command!r} may not be executed. Try: chmod +x {shlex.quote(command)}"
            )
        case errno.ENOEXEC:
            return (
                f"The command {command!r} is no program: the system cannot tell what runs it."
                " Begin the script with a line such as #!/bin/sh."
            )
        case errno.E2BIG:
            return (
                "The arguments and the environment are longer than the system allows."
                " Send long text on stdin or in a file."
            )
        case errno.EAGAIN | errno.ENOMEM:
            return (
                f"The system has no process or memory left to start {command!r} ({error.strerror})."
                " Run fewer at a time (max_concurrent_runs), or raise the limits of this user."
            )
        case errno.EMFILE | errno.ENFILE:
            return (
                f"Too many files are open to start {command!r}."
                " Run fewer at a time (max_concurrent_runs), or raise `ulimit -n`."
            )
    return f"The command {command!r} cannot be started: {error.strerror or error}."


def _why_not_found(command: str, invocation: Invocation) -> str:
    if "/" not in command:
        path = invocation.env.get("PATH", os.defpath)
        return (
            f"The command {command!r} was not found in PATH ({path})."
            " Install it, or give its whole path."
        )
    if (invocation.cwd / command).is_file():
        return (
            f"The command {command} is there, but not the interpreter that its first line names."
            " Install that, or correct the line."
        )
    return f"The command {command} does not exist. Install it, or correct its path."
