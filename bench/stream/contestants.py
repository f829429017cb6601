"""The three servers that one client reads in turn, each started for one measurement and ended."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.stream import nchan
from bench.stream.pinned import child, cores, first_line

STREAM_PATH: Final = "/api/councilors/events/stream"
EVENT_BYTES: Final = 300
# The limits are for strangers, and these thousands of clients are one address.
LIMITS: Final = {"CONSELHO_RATE_LIMITS": "streams=1000000, streams_at_once=1000000"}
READY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A server that is ready. `pid` is the process that serves; `base` its address."""

    name: str
    base: str
    stream: str
    pid: int
    _source: subprocess.Popen[str] | None

    def beat(self, rate: float, size: int = EVENT_BYTES) -> None:
        """Publish so many events a second from now on; 0 for none."""
        assert self._source is not None
        assert self._source.stdin is not None
        self._source.stdin.write(f"{rate} {size}\n")
        self._source.stdin.flush()


def server_core() -> int | None:
    found = cores()
    return found[0] if found else None


def client_core() -> int | None:
    found = cores()
    return found[1] if found else None


@contextmanager
def conselho(folder: Path, *more: str, port: int = 0, beats: bool = True) -> Iterator[Contestant]:
    """The product: with `beats` it has a metronome in it, else it is `conselho serve` itself."""
    program = [sys.executable, "-m", "bench.stream.served"]
    if not beats:
        program = [str(Path(sys.executable).with_name("conselho")), "serve"]
    options = ["--port", str(port), "--data-dir", str(folder / "data"), *more]
    log = folder / "server.log"
    with child([*program, *options], core=server_core(), log=log, env=_environment()) as process:
        line = first_line(process)
        if "http://" not in line:
            raise _not_started("conselho", log)
        base = line.split()[-1]
        _await_ready(base + "/readyz", log)
        yield Contestant(
            name="conselho",
            base=base,
            stream=base + STREAM_PATH,
            pid=process.pid,
            _source=process if beats else None,
        )


@contextmanager
def bare(folder: Path) -> Iterator[Contestant]:
    """The floor."""
    command = [sys.executable, "-m", "bench.stream.bare"]
    log = folder / "server.log"
    with child(command, core=server_core(), log=log, env=_environment()) as process:
        line = first_line(process)
        if not line:
            raise _not_started("the floor", log)
        base: str = json.loads(line)["url"]
        yield Contestant(name="floor", base=base, stream=base, pid=process.pid, _source=process)


@contextmanager
def nginx(folder: Path) -> Iterator[Contestant]:
    """nginx with nchan; its publisher runs beside the clients."""
    port, log = _free_port(), folder / "server.log"
    command = nchan.command(folder, port, files=_file_limit())
    base = f"http://127.0.0.1:{port}"
    publishing = [sys.executable, "-m", "bench.stream.publisher", f"{base}/publish"]
    with (
        child(command, core=server_core(), log=log, env=_environment()) as master,
        child(publishing, core=client_core(), log=log, env=_environment()) as publisher,
    ):
        _await_ready(f"{base}/ready", log)
        yield Contestant(
            name="nchan",
            base=base,
            stream=f"{base}/stream",
            pid=nchan.worker_of(master.pid) or master.pid,
            _source=publisher,
        )


Start = Callable[[Path], contextlib.AbstractContextManager[Contestant]]


def contestants() -> dict[str, Start]:
    """All that can be started here, by name."""
    found: dict[str, Start] = {"conselho": conselho, "floor": bare}
    return found if nchan.missing() else found | {"nchan": nginx}


def _environment() -> dict[str, str]:
    """Ours, without what would give the measured server other settings than the benchmark's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CONSELHO_")}
    return own | LIMITS


def _await_ready(url: str, log: Path) -> None:
    until = time.perf_counter() + READY_SECONDS
    while time.perf_counter() < until:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(url, timeout=READY_SECONDS),  # noqa: S310
        ):
            return
        time.sleep(0.05)
    raise _not_started(url, log)


def _not_started(name: str, log: Path) -> RuntimeError:
    words = log.read_text(encoding="utf-8")
    return RuntimeError(f"{name} did not start: {words[-2000:].strip()}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _file_limit() -> int:
    import resource

    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65_536)
