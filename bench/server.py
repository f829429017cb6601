"""A real `conselho serve` in a folder of its own: started, asked, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 30.0
STOP_SECONDS = 20.0
# What a person starts: the installed command, beside this Python.
_SERVE = (str(Path(sys.executable).with_name("conselho")), "serve")
ANSWER_SECONDS = 30.0


class Server:
    """A running server; `started` is time.perf_counter() just before its process was made."""

    def __init__(self, process: subprocess.Popen[str], url: str, started: float) -> None:
        self.process = process
        self.pid = process.pid
        self.url = url
        self.started = started

    def get(self, path: str) -> Any:
        """The JSON that the server answers. Raises OSError when it does not, or not with 200."""
        with urllib.request.urlopen(self.url + path, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return json.load(answer)

    async def ask(self, path: str) -> Any:
        """As `get`, beside a running event loop."""
        return await asyncio.to_thread(self.get, path)

    def cpu_seconds(self) -> float:
        """Processor time of the server so far, without its children's. Linux only."""
        # After the name in parentheses: utime and stime are fields 14 and 15. Source: proc(5).
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="conselho-bench-") as name:
        yield Path(name)


@contextmanager
def running_server(folder: Path, *options: str, program: Sequence[str] = ()) -> Iterator[Server]:
    """A server on `folder`/data, gone in the end. It need not be ready yet.

    `program` stands in for `conselho serve`. Raises RuntimeError with its last words when it does
    not start.
    """
    with (folder / "server.log").open("w+", encoding="utf-8") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            [*(program or _SERVE), "--port", "0", "--data-dir", str(folder / "data"), *options],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        try:
            yield Server(process, _url(process, folder), started)
        finally:
            _stop(process)


@asynccontextmanager
async def ready_server(
    folder: Path, *options: str, program: Sequence[str] = ()
) -> AsyncIterator[Server]:
    """A server that said on /readyz that it is at work. Raises as running_server."""
    with running_server(folder, *options, program=program) as server:
        try:
            await server.ask("/readyz")
        except OSError as error:
            raise _not_started(folder) from error
        yield server


def _environment() -> dict[str, str]:
    """Ours, without what would give the measured server other settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CONSELHO_")}


def _url(process: subprocess.Popen[str], folder: Path) -> str:
    assert process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    line = process.stdout.readline()
    watchdog.cancel()
    if "http://" not in line:
        raise _not_started(folder)
    return line.split()[-1]


def _not_started(folder: Path) -> RuntimeError:
    words = (folder / "server.log").read_text(encoding="utf-8")
    return RuntimeError(f"The server did not start: {words[-2000:].strip()}")


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
