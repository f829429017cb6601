"""A real `conselho serve` for a test: started, asked, listened to, stopped, killed, started again.

    with running(tmp_path) as server:
        server.promote("ana", command=["echo", "all is well"])
        with server.listen() as stream:
            server.post("/api/councilors/ana/execute-now")
            stream.until("councilor_completed", councilor_id="ana")

Every wait has a deadline that fails the test.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]

from conselho.services.data_dir import DataDir

DEADLINE_SECONDS = 60.0
GREETING = "Conselho is in session: "
CONSELHO = str(Path(sys.executable).parent / "conselho")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event of the stream; a heartbeat bears the id of the event before it."""

    type: str
    event_id: str | None
    data: Json

    @property
    def seq(self) -> int:
        return int(self.data["seq"])


def free_port() -> int:
    """A port for a server that has to come back where it was."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Listener:
    """The open event stream, read in the test's own time."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()
        self.heard: list[Heard] = []

    def next(self) -> Heard:
        """The next event. Heartbeats come too; `retry` and comments do not."""
        fields: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
            elif "data" in fields:
                event = Heard(
                    type=fields["event"],
                    event_id=fields.get("id"),
                    data=json.loads(fields["data"]),
                )
                self.heard.append(event)
                return event
            elif not line:
                fields = {}
        raise EOFError("the server ended the stream")

    def until(self, kind: str, **fields: Any) -> Heard:
        """Read on to the next event of this type with these data fields."""
        return self.until_that(
            lambda event: (
                event.type == kind and all(event.data.get(k) == v for k, v in fields.items())
            )
        )

    def until_that(self, wanted: Callable[[Heard], bool]) -> Heard:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            event = self.next()
            if wanted(event):
                return event
        heard = [(event.type, event.data) for event in self.heard]
        raise AssertionError(f"it was not heard within {DEADLINE_SECONDS} s; heard: {heard}")

    def rest(self) -> list[Heard]:
        """Everything up to the end that the server makes."""
        start = len(self.heard)
        try:
            while True:
                self.next()
        except EOFError:
            return self.heard[start:]


class Server:
    """`conselho serve` over one data directory. Use it through `running`."""

    def __init__(
        self,
        folder: Path,
        *,
        council: Path | None = None,
        environ: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.database = self.data_dir / "conselho.db"
        self.log = folder / "server.log"
        self._council = council
        self._environ = dict(environ or {})
        self._arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.api = httpx.Client()

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it, and wait until it says where it answers."""
        assert self._process is None, "it runs already"
        arguments = ["--data-dir", str(self.data_dir), "--port", "0", *self._arguments]
        if self._council is not None:
            arguments += ["--council", str(self._council)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [CONSELHO, "serve", *arguments],
                cwd=self.folder,
                env=environment(self._environ),
                stdout=subprocess.PIPE,
                stderr=log,
            )
        line = first_line(self._process, time.monotonic() + DEADLINE_SECONDS)
        assert line.startswith(GREETING), f"it said {line!r}; its log:\n{self.log.read_text()}"
        self.url = line.removeprefix(GREETING).strip()
        self.api.close()
        self.api = httpx.Client(base_url=self.url, timeout=DEADLINE_SECONDS)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        self.signal(number)
        return self.wait()

    def kill(self) -> None:
        """End it as a power cut would, as far as one process goes."""
        self.signal(signal.SIGKILL)
        self.wait()

    def signal(self, number: signal.Signals) -> None:
        self._running.send_signal(number)

    def wait(self) -> int:
        """The exit code of a server that is about to end."""
        process = self._running
        code = process.wait(DEADLINE_SECONDS)
        assert process.stdout is not None
        process.stdout.close()
        self._process = None
        return code

    def close(self) -> None:
        """Leave nothing running, whatever happened."""
        self.api.close()
        if self._process is not None:
            self._process.kill()
            self.wait()
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    @property
    def runs(self) -> bool:
        return self._process is not None

    def processes(self) -> list[psutil.Process]:
        """What runs of all that any life of this server started."""
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
    def pid(self) -> int:
        return self._running.pid

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it does not run"
        return self._process

    # -- asking --------------------------------------------------------------------------------

    def get(self, path: str, **query: Any) -> Any:
        return _content(self.api.get(path, params=query))

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        return _content(self.api.post(path, json=body, params=query))

    def patch(self, path: str, body: Any) -> Any:
        return _content(self.api.patch(path, json=body))

    def delete(self, path: str) -> Any:
        return _content(self.api.delete(path))

    def create(
        self, agent_id: str, command: Sequence[str] = ("echo", "all is well"), **fields: Any
    ) -> Json:
        """A new agent of provider `command`."""
        form = {"agent_id": agent_id, "name": agent_id.title(), "command": list(command)}
        agent: Json = self.post("/api/agents", form | fields)["agent"]
        return agent

    def promote(
        self,
        agent_id: str,
        command: Sequence[str] = ("echo", "all is well"),
        *,
        schedule: str = "1d",
        prompt: str = "Look around and report.",
        policies: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> Json:
        """A new agent with a seat; by default its first slot is a day away."""
        self.create(agent_id, command, **fields)
        task = {"name": "look around", "prompt": prompt}
        body = {"councilor_config": config(schedule=schedule, policies=policies, task=task)}
        agent: Json = self.post(f"/api/councilors/{agent_id}/promote-councilor", body)["agent"]
        return agent

    def call(self, agent_id: str, *, wait: float = DEADLINE_SECONDS / 2) -> Json:
        """Run a councilor now and wait for its end: the task's row."""
        answer = self.post(f"/api/councilors/{agent_id}/execute-now", wait=wait)
        return self.task(answer["execution"]["execution_id"])

    def begin(self, agent_id: str) -> str:
        """Run a councilor now, without waiting; the id of the execution."""
        answer = self.post(f"/api/councilors/{agent_id}/execute-now")
        task_id: str = answer["execution"]["execution_id"]
        return task_id

    def task(self, task_id: str) -> Json:
        row: Json = self.get(f"/api/tasks/{task_id}")
        return row

    @contextmanager
    def listen(
        self, last_event_id: str | None = None, *, query: Mapping[str, str] | None = None
    ) -> Iterator[Listener]:
        """The event stream, open when this begins; `last_event_id` goes into the header."""
        headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        with self.api.stream(
            "GET", "/api/councilors/events/stream", headers=headers, params=query
        ) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield Listener(response)


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[Server]:
    """A server that has said where it answers, and is gone afterwards.

    Whatever the test was about, nothing may have gone wrong that nobody expected.
    """
    server = Server(folder, **options)
    try:
        server.start()
        yield server
    finally:
        server.close()
    log = server.log.read_text()
    assert "Traceback" not in log, log


def serve_and_fail(
    folder: Path, *arguments: str, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `conselho serve` with these arguments; it must end by itself."""
    return subprocess.run(
        [CONSELHO, "serve", *arguments],
        cwd=folder,
        env=environment(environ or {}),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's own without what would configure the server."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CONSELHO_")}
    return own | {"NO_PROXY": "*"} | dict(extra)


def config(
    *, schedule: str = "1d", policies: Mapping[str, Any] | None = None, **fields: Any
) -> Json:
    """A councilor_config as clients send it."""
    return {
        "title": "Guardiã",
        "schedule": {"type": "interval", "value": schedule, "enabled": True},
        "task": {"name": "look around", "prompt": "Look around and report."},
        "policies": dict(policies or {}),
    } | fields


def eventually(met: Callable[[], Any], what: str, *, every: float = 0.02) -> Any:
    """The first true answer of `met`, asked again and again; AssertionError after the deadline.

    `every`: seconds between two questions.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if answer := met():
            return answer
        # Only for what no event tells: processes, files, /readyz.
        time.sleep(every)
    raise AssertionError(f"{what}: not within {DEADLINE_SECONDS} s")


def _content(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.request.url}: {response.status_code} {response.text}"
    return response.json()


def first_line(process: subprocess.Popen[bytes], deadline: float) -> str:
    """What the process says on stdout up to a newline, or to its end."""
    assert process.stdout is not None
    said = b""
    while not said.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], deadline - time.monotonic())
        assert ready, f"it said nothing within {DEADLINE_SECONDS} s"
        byte = os.read(process.stdout.fileno(), 1)
        if not byte:
            break
        said += byte
    return said.decode()
