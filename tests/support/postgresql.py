"""A PostgreSQL server of the tests' own: Debian's, in a temporary folder, on a free loopback port.

Started when a test first asks for it, once in each process, and ended with it.
"""

from __future__ import annotations

import atexit
import collections
import contextlib
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from tests.support.server import free_port

# A server where the tests may create databases of their own, as postgresql://user@host/postgres.
URL: Final = "CONSELHO_TEST_POSTGRESQL_URL"
READY: Final = b"database system is ready to accept connections"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0

_OWNER: Final = "postgres"


def why_missing() -> str | None:
    """Why there is no server to test on; None when there is one."""
    if os.environ.get(URL) or _programs() is not None:
        return None
    return f"no PostgreSQL server (Debian: apt-get install postgresql), and {URL} is not set"


@functools.cache
def server_url() -> str:
    """A database where others may be created; the server is started if need be."""
    given = os.environ.get(URL)
    if given:
        return given
    folder = Path(tempfile.mkdtemp(prefix="conselho-postgresql-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = PostgresqlServer(folder)
    server.start()
    atexit.register(server.stop)
    return server.url


class PostgresqlServer:
    """A server over a folder, which keeps its port and its data from one life to the next."""

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        """`settings` of postgresql.conf go before those of the tests."""
        programs = _programs()
        assert programs is not None, why_missing()
        self._settings = dict(settings or {})
        self._programs = programs
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"postgresql://{_OWNER}@127.0.0.1:{self.port}/postgres"
        if os.getuid() == 0:
            shutil.chown(folder, _OWNER)
        _run_initdb(programs, folder)

    def start(self) -> None:
        """Start it, and wait until it can be spoken to."""
        assert self._process is None, "it runs already"
        # What a power cut would lose, a test does not miss.
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self._folder,
            "fsync": "off",
            "max_connections": 200,
            "log_destination": "stderr",
            **self._settings,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = str(self._programs / "postgres")
        server = subprocess.Popen(
            _as_owner([program, "-D", str(self._folder / "data"), *options]),
            cwd=self._folder,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert server.stderr is not None
        said = []
        # Ends at the latest with the server: one that cannot start says why, and ends.
        for line in server.stderr:
            said.append(line)
            if READY in line:
                break
        else:
            raise AssertionError(b"".join(said).decode("utf-8", "replace"))
        self._process = server
        # What it says later must not fill the pipe.
        self._drain = threading.Thread(
            target=collections.deque, args=(server.stderr, 0), daemon=True
        )
        self._drain.start()

    @property
    def runs(self) -> bool:
        return self._process is not None

    def kill(self) -> None:
        """End all of its processes at once, in the midst of what they do."""
        assert self._process is not None, "it does not run"
        every = psutil.Process(self._process.pid)
        for one in [every, *every.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        self._wait()

    def stop(self) -> None:
        """End it in order; without an error when it does not run."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._wait()

    def _wait(self) -> None:
        assert self._process is not None
        self._process.wait()
        self._drain.join(STOP_SECONDS)
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._process = None


def _programs() -> Path | None:
    """The folder of `initdb` and `postgres`; Debian keeps them off the PATH, by version."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    return folders[-1].parent if folders else None


def _version(path: Path) -> int:
    name = path.parent.parent.name
    return int(name) if name.isdigit() else 0


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root. Killed tests must not leave a server behind either."""
    if os.getuid() != 0:
        return command
    drop = ["setpriv", f"--reuid={_OWNER}", f"--regid={_OWNER}", "--init-groups"]
    return [*drop, "--pdeathsig=INT", *command]


def _run_initdb(programs: Path, folder: Path) -> None:
    command = [str(programs / "initdb"), "--no-sync", "--auth=trust", f"--username={_OWNER}"]
    subprocess.run(
        _as_owner([*command, "--encoding=UTF8", "--locale=C", str(folder / "data")]),
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=START_SECONDS,
    )
