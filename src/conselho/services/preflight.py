"""What is known to go wrong before anything is spent: asked before each agent's run, and by doctor.

An error keeps the run from starting; a warning is noted on it. Each sentence has its cure.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from conselho.models.task import Snapshot
from conselho.provider import Provider, Trouble
from conselho.services.prompt import read_context_files


async def preflight(spec: Snapshot, provider: Provider) -> list[Trouble]:
    """Everything about this councilor's next run that can be told without running it."""
    examination = await provider.examine(spec)
    troubles = [*_cwd(spec), *examination.troubles]
    if not any(trouble.about == "cwd" for trouble in troubles):
        troubles += await asyncio.to_thread(_context_files, spec)
    return troubles


def _cwd(spec: Snapshot) -> list[Trouble]:
    cwd = Path(spec.cwd) if spec.cwd else Path.cwd()
    if not cwd.is_dir():
        sentence = (
            f"The working directory {cwd} does not exist. Make it, or give the agent another cwd."
        )
    elif not os.access(cwd, os.R_OK | os.X_OK):
        sentence = f"The working directory {cwd} may not be entered. Give this user the right to."
    else:
        return []
    return [Trouble(level="error", about="cwd", sentence=sentence)]


def _context_files(spec: Snapshot) -> list[Trouble]:
    cwd = Path(spec.cwd) if spec.cwd else Path.cwd()
    return [
        Trouble(
            level="warning",
            about="context_files",
            sentence=f"Context file {file.path}: {file.problem}. Correct task.context_files.",
        )
        for file in read_context_files(spec.context_files, cwd)
        if file.problem
    ]
