"""A server of MongoDB's wire protocol for the tests: FerretDB in a program of our own.

It is built once from tests/support/ferretdb (Go is needed, and its modules once; this takes some
minutes, so `make test` does it beforehand, with `python -m tests.support.mongodb`), kept in the
user's cache under the digest of its source, started when a test first asks for it, once in each
process, and ended with it. A real MongoDB is used instead where the environment names one.
"""

from __future__ import annotations

import atexit
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.support.server import free_port

# A server where the tests may create databases of their own, as mongodb://user:password@host:port/.
URI: Final = "CONSELHO_TEST_MONGO_URI"
SOURCE: Final = Path(__file__).parent / "ferretdb"
# The first time all of FerretDB is compiled.
BUILD_SECONDS: Final = 900.0
STOP_SECONDS: Final = 30.0

_USUAL_GO: Final = Path("/usr/local/go/bin/go")


def why_missing() -> str | None:
    """Why there is no server to test on; None when there is one."""
    if os.environ.get(URI) or _built().exists() or _go() is not None:
        return None
    return f"no Go to build the server of MongoDB's protocol (https://go.dev), and {URI} is not set"


@functools.cache
def server_uri() -> str:
    """A server where databases may be created; it is built and started if need be."""
    given = os.environ.get(URI)
    if given:
        return given
    folder = Path(tempfile.mkdtemp(prefix="conselho-ferretdb-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = FerretServer(folder)
    server.start()
    atexit.register(server.stop)
    return server.url


class FerretServer:
    """A server over a folder, which keeps its port and its data from one life to the next."""

    def __init__(self, folder: Path) -> None:
        self._program = build()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"mongodb://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it, and wait until it can be spoken to."""
        assert self._process is None, "it runs already"
        # It ends with its standard input: killed tests leave no server behind either.
        server = subprocess.Popen(
            [self._program, self._folder, f"127.0.0.1:{self.port}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert server.stdout is not None
        # Ends at the latest with the server: one that cannot start says why on stderr, and ends.
        said = server.stdout.readline().decode().strip()
        assert said == self.url, "the server did not start; its reason is above"
        self._process = server

    @property
    def runs(self) -> bool:
        return self._process is not None

    def kill(self) -> None:
        """End it in the midst of what it does."""
        assert self._process is not None, "it does not run"
        self._process.kill()
        self._wait()

    def stop(self) -> None:
        """End it in order; without an error when it does not run."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._wait()

    def _wait(self) -> None:
        process, self._process = self._process, None
        assert process is not None
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def build() -> Path:
    """The program, built unless this very source was built before."""
    program = _built()
    if program.exists():
        return program
    go = _go()
    assert go is not None, why_missing()
    program.parent.mkdir(parents=True, exist_ok=True)
    with (program.parent / "build.lock").open("w") as lock:
        # Tests run in several processes: one builds, the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            made = program.with_suffix(".new")
            subprocess.run(
                [go, "build", "-trimpath", "-o", made, "."],
                cwd=SOURCE,
                check=True,
                timeout=BUILD_SECONDS,
            )
            made.rename(program)
    return program


def _built() -> Path:
    digest = hashlib.sha256()
    for file in [*sorted(SOURCE.glob("*.go")), SOURCE / "go.mod", SOURCE / "go.sum"]:
        digest.update(file.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "conselho" / "ferretdb" / digest.hexdigest()[:16]


def _go() -> str | None:
    return shutil.which("go") or (str(_USUAL_GO) if _USUAL_GO.exists() else None)


if __name__ == "__main__":
    missing = why_missing()
    if missing:
        sys.stderr.write(f"The store over MongoDB is not tested: {missing}.\n")
    elif not os.environ.get(URI):
        build()
