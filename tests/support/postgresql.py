"""A PostgreSQL server of the tests' own: Debian's, in a temporary folder, on a free loopback port.

Started when a test first asks for it, once in each process, and ended with it.
"""

from __future__ import annotations

import atexit
import collections
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Final

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
    programs = _programs()
    assert programs is not None, why_missing()
    folder = Path(tempfile.mkdtemp(prefix="conselho-postgresql-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if os.getuid() == 0:
        shutil.chown(folder, _OWNER)
    port = free_port()
    _run_initdb(programs, folder)
    _start(programs, folder, port)
    return f"postgresql://{_OWNER}@127.0.0.1:{port}/postgres"


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


def _start(programs: Path, folder: Path, port: int) -> None:
    # What a power cut would lose, a test does not miss.
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "fsync": "off",
        "max_connections": 200,
        "log_destination": "stderr",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        _as_owner([str(programs / "postgres"), "-D", str(folder / "data"), *options]),
        cwd=folder,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    atexit.register(_stop, server)
    assert server.stderr is not None
    said = []
    # Ends at the latest with the server: one that cannot start says why, and ends.
    for line in server.stderr:
        said.append(line)
        if READY in line:
            break
    else:
        raise AssertionError(b"".join(said).decode("utf-8", "replace"))
    # What it says later must not fill the pipe.
    threading.Thread(target=collections.deque, args=(server.stderr, 0), daemon=True).start()


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
