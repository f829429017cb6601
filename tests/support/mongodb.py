"""A server of MongoDB's wire protocol for the tests: FerretDB in a program of our own.

It is built once from tests/support/ferretdb (Go is needed, and its modules once), kept in the
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
import tempfile
from pathlib import Path
from typing import Final

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
    program = build()
    folder = Path(tempfile.mkdtemp(prefix="conselho-ferretdb-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # It ends with its standard input: killed tests leave no server behind either.
    server = subprocess.Popen(
        [program, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    atexit.register(_stop, server)
    assert server.stdout is not None
    # Ends at the latest with the server: one that cannot start says why on stderr, and ends.
    uri = server.stdout.readline().decode().strip()
    assert uri.startswith("mongodb://"), "the server did not start; its reason is above"
    return uri


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


def _stop(server: subprocess.Popen[bytes]) -> None:
    assert server.stdin is not None
    server.stdin.close()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
