"""Runs of agents from a claimed Task to what is stored, with the stand-in CLIs as programs."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from conselho.clock import Clock, SystemClock
from conselho.models.ids import AgentId
from conselho.models.task import Task
from conselho.providers import claude, codex, gemini, opencode
from conselho.providers.declared import DeclaredProvider
from conselho.providers.spec import ProviderSpec
from conselho.services.logs import RunLogs
from conselho.services.process import reap_survivors
from conselho.services.runner import Run, Runner
from conselho.store import Store
from conselho.stores.sql import open_sql_store
from tests.support.agent_cli import agent_programs
from tests.support.factories import ANA, LEASE, WORKER, make_snapshot, make_task, one_event

DEADLINE_SECONDS = 60.0
HOME_ID = f"home-of-the-agents-{os.getpid()}"
SPECS: Mapping[str, ProviderSpec] = {
    spec.name: spec for spec in (claude.SPEC, codex.SPEC, gemini.SPEC, opencode.SPEC)
}
KEYS = {
    "ANTHROPIC_API_KEY": "key-of-anthropic",
    "OPENAI_API_KEY": "key-of-openai",
    "GEMINI_API_KEY": "key-of-gemini",
}


class AgentBench:
    """A runner with all that it needs, in a folder of its own.

    `environ` is the server's environment: the stand-ins on PATH, a HOME, a key for each API.
    """

    def __init__(self, store: Store, folder: Path, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.logs = RunLogs(folder / "logs")
        self.project = folder / "project"
        self.project.mkdir()
        (self.project / "README.md").write_text("A project.\n")
        self.home = folder / "home"
        self.home.mkdir()
        self.bin = agent_programs(folder / "bin")
        self.environ = {
            "PATH": os.pathsep.join([str(self.bin), "/usr/bin", "/bin"]),
            "HOME": str(self.home),
            **KEYS,
        }
        # Nobody asks them for their version unless a test is about that: it doubles the starts.
        self.specs = {name: replace(spec, version_command=()) for name, spec in SPECS.items()}
        self.options: dict[str, Any] = {}

    def amend(self, name: str, **fields: Any) -> None:
        """Change a provider's spec, as a user's file may."""
        self.specs[name] = replace(self.specs[name], **fields)

    def provider(self, name: str) -> DeclaredProvider:
        """A new one, over the environment and the specs as they are now."""
        return DeclaredProvider(self.specs[name], self.environ, self.clock)

    def runner(self) -> Runner:
        """A new one, likewise."""
        providers = {name: self.provider(name) for name in self.specs}
        return Runner(
            self.store,
            providers,
            self.logs,
            self.clock,
            home=HOME_ID,
            scratch=self.home.parent / "scratch",
            **self.options,
        )

    async def claimed(
        self,
        provider: str,
        prompt: str,
        *,
        agent_id: AgentId = ANA,
        max_attempts: int = 1,
        **snapshot: Any,
    ) -> Task:
        """A claimed Task for that agent. OpenCode gets a model, as it must."""
        fields = {"provider": provider, "argv": (), "prompt": prompt, "cwd": str(self.project)}
        if provider == "opencode":
            fields["model"] = "anthropic/claude-opus-4-8"
        task = make_task(
            agent_id,
            due_at=None,
            created_at=self.clock.now(),
            snapshot=make_snapshot(**(fields | snapshot)),
            max_attempts=max_attempts,
        )
        await self.store.submit([task], announce=one_event)
        return await self.claim()

    async def claim(self) -> Task:
        [task] = await self.store.claim(
            WORKER, now=self.clock.now(), limit=1, lease=LEASE, announce=one_event
        )
        return task

    async def run(self, provider: str, prompt: str, **fields: Any) -> Task:
        """One attempt from its claim to its record: the Task as stored then."""
        return await self.take(Run(task=await self.claimed(provider, prompt, **fields)))

    async def take(self, run: Run) -> Task:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await self.runner().run(run)
        return await self.store.task(run.task.task_id)

    @asynccontextmanager
    async def running(self, provider: str, prompt: str, **fields: Any) -> AsyncIterator[Run]:
        """A run on its way; it must have ended by itself, or been stopped, when this is left."""
        run = Run(task=await self.claimed(provider, prompt, **fields))
        whole = asyncio.ensure_future(self.runner().run(run))
        try:
            yield run
            async with asyncio.timeout(DEADLINE_SECONDS):
                await whole
        finally:
            whole.cancel()
            await asyncio.gather(whole, return_exceptions=True)

    async def logged(self, run: Run, words: str) -> None:
        """Wait until the live log holds these words."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while words not in self.log(run.task):  # noqa: ASYNC110 - no event tells of a line
                await asyncio.sleep(0.01)

    async def appeared(self, path: Path) -> None:
        """Wait until an agent has made this file."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not path.exists():  # noqa: ASYNC110, ASYNC240 - no event tells of a file
                await asyncio.sleep(0.01)

    def log(self, task: Task) -> str:
        path = self.logs.path(task.task_id)
        return path.read_text() if path.exists() else ""


@asynccontextmanager
async def agent_bench(folder: Path, clock: Clock | None = None) -> AsyncIterator[AgentBench]:
    """A bench; nothing that it started is left afterwards, whatever a test has found."""
    store = await open_sql_store(f"sqlite:///{folder / 'conselho.db'}")
    try:
        yield AgentBench(store, folder, clock or SystemClock())
    finally:
        await store.close()
        reap_survivors(HOME_ID)


def of_task(task: Task) -> list[psutil.Process]:
    """Every process that was started for this Task and runs."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # somebody else's, or gone meanwhile
            if process.environ().get("CONSELHO_TASK_ID") == task.task_id:
                found.append(process)
    return found


def zombies() -> list[int]:
    """The children of this process that have ended, and that nobody has asked about."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.status() == psutil.STATUS_ZOMBIE:
                found.append(child.pid)
    return found
