"""A Redis server of the tests' own: the system's, on a free loopback port.

with running_redis() as redis:
    bus = RedisBus(redis.url, ...)
    redis.kill()
    redis.start()   # on the same port, empty

with running_redis(keeps=True) as redis:
    redis.kill()
    redis.start()   # with all that it had confirmed
"""

from __future__ import annotations

import collections
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.support.server import free_port

PROGRAM: Final = "redis-server"
READY: Final = b"Ready to accept connections"
STOP_SECONDS: Final = 30.0


def why_missing() -> str | None:
    """Why there is no server to test on; None when there is one."""
    if shutil.which(PROGRAM):
        return None
    return f"no {PROGRAM} (Debian: apt-get install redis-server)"


def require_redis() -> None:
    """Skip on a machine without Redis; on CI that is a failure."""
    missing = why_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


class RedisServer:
    """Use it through `running_redis`."""

    def __init__(self, folder: str, *, keeps: bool = False) -> None:
        """`keeps`: what it has survives a kill, until `forget`."""
        self._folder = folder
        self._keeps = keeps
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty unless it keeps, and wait until it can be spoken to."""
        assert self._process is None, "it runs already"
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no"}
        if self._keeps:
            options |= {"appendonly": "yes", "appendfsync": "always"}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        command = [PROGRAM, *words, "--dir", self._folder]
        if shutil.which("setpriv"):  # killed tests must not leave a server behind
            command = ["setpriv", "--pdeathsig=KILL", *command]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert process.stdout is not None
        self._process = process
        said = []
        # Ends at the latest with the server: one that cannot start says why, and ends.
        for line in process.stdout:
            said.append(line)
            if READY in line:
                break
        else:
            raise AssertionError(b"".join(said).decode("utf-8", "replace"))
        # What it says later must not fill the pipe.
        self._drain = threading.Thread(
            target=collections.deque, args=(process.stdout, 0), daemon=True
        )
        self._drain.start()

    def kill(self) -> None:
        """End it as a power cut would; what it held is lost unless it keeps."""
        self.signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(STOP_SECONDS)
        self._drain.join(STOP_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def forget(self) -> None:
        """Delete what it kept. It must not run."""
        assert self._process is None, "it runs"
        shutil.rmtree(Path(self._folder) / "appendonlydir", ignore_errors=True)

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "it does not run"
        self._process.send_signal(number)

    @property
    def runs(self) -> bool:
        return self._process is not None


@contextmanager
def running_redis(*, keeps: bool = False) -> Iterator[RedisServer]:
    """A server for the block; the test is skipped without the program."""
    require_redis()
    with tempfile.TemporaryDirectory(prefix="conselho-redis-") as folder:
        server = RedisServer(folder, keeps=keeps)
        server.start()
        try:
            yield server
        finally:
            if server.runs:
                server.kill()
