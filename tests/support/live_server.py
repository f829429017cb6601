"""The real command line and the real server, as child processes."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.request import ProxyHandler, build_opener

CONSELHO = str(Path(sys.executable).with_name("conselho"))
DEADLINE_SECONDS = 60.0

Environ = Mapping[str, str]
NOTHING: Environ = {}


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Server:
    """A running `conselho serve`. Its log is in `log`, for whoever reads a failure."""

    process: subprocess.Popen[bytes]
    url: str
    data_dir: Path
    log: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait(DEADLINE_SECONDS)

    def stop(self) -> int:
        """Ask it to end, and the exit code; one that does not end is killed and fails the test."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def get(self, path: str) -> bytes:
        """The body of a plain GET, without our own client."""
        opener = build_opener(ProxyHandler({}))
        with opener.open(self.url + path, timeout=DEADLINE_SECONDS) as response:
            body: bytes = response.read()
        return body


class Lines:
    """The lines that a child prints, each waited for with a deadline."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._fd = process.stdout.fileno()
        self._received = b""

    def next(self) -> str:
        """The next line without its end; what there is of it when the output has ended."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while b"\n" not in self._received:
            ready, _, _ = select.select([self._fd], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(f"no line came, only {self._received!r}")
            piece = os.read(self._fd, 65536)
            if not piece:
                break
            self._received += piece
        line, _, self._received = self._received.partition(b"\n")
        return line.decode()

    def until(self, *words: str) -> str:
        """The first line that holds all these words."""
        while line := self.next():
            if all(word in line for word in words):
                return line
        raise AssertionError(f"the output ended without {words}")


@contextmanager
def serving(data_dir: Path, *, council: Path | None = None, port: int = 0) -> Iterator[Server]:
    """A server on a loopback port; ended, if it still runs, when the block is left."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["serve", "--port", str(port), "--data-dir", str(data_dir)]
    if council is not None:
        arguments += ["--council", str(council)]
    log = data_dir.parent / f"{data_dir.name}.log"
    with log.open("ab") as errors:
        process = start(*arguments, stderr=errors)
    server = Server(process, "", data_dir, log)
    try:
        greeting = Lines(process).next()
        found = re.search(r"http://\S+", greeting)
        assert found, f"the server did not start: {log.read_text()}"
        server.url = found.group()
        yield server
    finally:
        if process.poll() is None:
            server.stop()
        if process.stdout is not None:
            process.stdout.close()


def run(*arguments: str, cwd: Path | None = None, environ: Environ = NOTHING) -> Done:
    """Run a command to its end."""
    process = start(*arguments, stderr=subprocess.PIPE, cwd=cwd, environ=environ)
    try:
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Done(process.returncode, out.decode(), err.decode())


def start(
    *arguments: str,
    stderr: int | IO[bytes] = subprocess.PIPE,
    cwd: Path | None = None,
    environ: Environ = NOTHING,
) -> subprocess.Popen[bytes]:
    """Start a command with no settings but those given here; its stdout is a pipe."""
    return subprocess.Popen(
        [CONSELHO, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=cwd,
        env=clean_environ() | dict(environ),
    )


def clean_environ() -> dict[str, str]:
    """This process's environment without what would change the tests' outcome."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CONSELHO_") and name not in ("NO_COLOR", "MONGO_URI")
    }
    return kept | {"PYTHONIOENCODING": "utf-8", "TZ": "UTC"}
