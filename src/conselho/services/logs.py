"""Where the live log of each Task lies: one file a Task under the data directory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import structlog

from conselho.models.ids import TASK_ID_PATTERN, TaskId

log = structlog.get_logger(__name__)


class RunLogs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, task_id: TaskId) -> Path:
        """The log file of a Task; 256 folders keep each one small. It may not exist.

        Raises ValueError for an id that could leave the folder.
        """
        if not TASK_ID_PATTERN.fullmatch(task_id):
            raise ValueError(f"{task_id!r} cannot name a log file")
        return self._folder / task_id[-2:] / f"{task_id}.log"

    def remove_older(self, before: datetime) -> int:
        """Delete logs that nobody has written to since `before`; how many went.

        For those whose Tasks another server has pruned: it cannot reach the files of this machine.
        """
        gone = 0
        for folder in sorted(_entries(self._folder)):
            for file in _entries(folder):
                gone += _removed_if_older(file, before)
        return gone

    def remove(self, tasks: Iterable[TaskId]) -> None:
        """Delete the logs of these Tasks; what cannot be deleted is told and left."""
        for task_id in tasks:
            try:
                self.path(task_id).unlink(missing_ok=True)
            except OSError as error:
                log.warning("log.not_removed", task_id=task_id, reason=error.strerror)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _removed_if_older(file: Path, before: datetime) -> bool:
    try:
        if file.suffix != ".log" or file.lstat().st_mtime >= before.timestamp():
            return False
        file.unlink()
    except OSError:
        return False
    return True
