"""Servers and workers on one PostgreSQL database, over a real Redis or without any broker.

with a_site(tmp_path, broker=redis.url) as site:
    server = site.serve()
    worker = site.work("--queue", "gpu")
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from conselho.services.data_dir import DataDir
from tests.support.server import CONSELHO, DEADLINE_SECONDS, Server, environment, first_line
from tests.support.stores import store_url

GREETING: Final = "Conselho works for "
# What takes its time by design, shorter: a lost worker is seen in two seconds instead of twelve.
QUICK: Final = {
    "CONSELHO_LEASE_SECONDS": "2",
    "CONSELHO_RENEW_SECONDS": "0.5",
    "CONSELHO_SWEEP_SECONDS": "0.2",
    "CONSELHO_RESEND_SECONDS": "1",
}


class Worker:
    """`conselho worker` over a data directory of its own."""

    def __init__(self, folder: Path, *arguments: str, environ: Mapping[str, str]) -> None:
        self.data_dir = folder / "data"
        self.log = folder / "worker.log"
        self._folder = folder
        self._arguments = arguments
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None
        self.greeting = ""

    def start(self) -> None:
        """Start it, and wait until it says that it takes runs."""
        self._folder.mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [CONSELHO, "worker", "--data-dir", str(self.data_dir), *self._arguments],
                cwd=self._folder,
                env=environment(self._environ),
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.greeting = first_line(self._process, time.monotonic() + DEADLINE_SECONDS)
        assert self.greeting.startswith(GREETING), f"it said {self.greeting!r}:\n{self.said}"

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def pid(self) -> int:
        return self._running.pid

    def owns(self, worker_id: str | None) -> bool:
        """Whether a run bears the id of this worker, in whatever life of it."""
        own = json.loads((self.data_dir / "worker").read_text())["id"]
        return worker_id is not None and f":{own}:" in worker_id

    def signal(self, number: signal.Signals) -> None:
        self._running.send_signal(number)

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        process = self._running
        code = process.wait(DEADLINE_SECONDS)
        assert process.stdout is not None
        process.stdout.close()
        self._process = None
        return code

    def close(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._process is not None:
            self._process.kill()
            self.wait()
        for process in self.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    @property
    def runs(self) -> bool:
        return self._process is not None

    def children(self) -> list[psutil.Process]:
        """What runs of all that any life of this worker started."""
        home = DataDir(self.data_dir).home
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("CONSELHO_HOME") == home:
                    found.append(process)
            except psutil.Error:
                continue  # somebody else's, or gone meanwhile
        return found

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it does not run"
        return self._process


class Site:
    """One database, and who works on it. Use it through `a_site`."""

    def __init__(self, folder: Path, database: str, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.database = database
        self.environ = {"CONSELHO_DATABASE_URL": database, **QUICK, **environ}
        self._open: list[Server | Worker] = []

    def serve(self, role: str = "api,scheduler", **environ: str) -> Server:
        """A server with these roles, which has said where it answers."""
        folder = self.folder / f"server-{len(self._open)}"
        folder.mkdir()
        server = Server(folder, environ={**self.environ, "CONSELHO_ROLE": role, **environ})
        self._open.append(server)
        server.start()
        return server

    def work(self, *arguments: str, **environ: str) -> Worker:
        """A worker that has said that it takes runs."""
        folder = self.folder / f"worker-{len(self._open)}"
        worker = Worker(folder, *arguments, environ=self.environ | environ)
        self._open.append(worker)
        worker.start()
        return worker

    def close(self) -> None:
        for one in self._open:
            one.close()
        for one in self._open:
            # Whatever the test was about, nothing may have gone wrong that nobody expected.
            assert "Traceback" not in one.log.read_text(), one.log.read_text()


@contextmanager
def a_site(folder: Path, *, broker: str | None = None, **environ: str) -> Iterator[Site]:
    """A site with a fresh database; nothing of it is left afterwards."""
    if broker is not None:
        environ["CONSELHO_BROKER_URL"] = broker
    with asyncio.Runner() as runner:
        database = store_url("postgresql", folder)
        site = Site(folder, runner.run(database.__aenter__()), environ)
        try:
            yield site
        finally:
            site.close()
            runner.run(database.__aexit__(None, None, None))


def work_and_fail(
    folder: Path, *arguments: str, environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `conselho worker` with these arguments; it must end by itself."""
    return subprocess.run(
        [CONSELHO, "worker", *arguments],
        cwd=folder,
        env=environment(environ or {}),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
