"""Where the live log of each Task lies: one file a Task under the data directory."""

from __future__ import annotations

from collections.abc import Iterable
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

    def remove(self, tasks: Iterable[TaskId]) -> None:
        """Delete the logs of these Tasks; what cannot be deleted is told and left."""
        for task_id in tasks:
            try:
                self.path(task_id).unlink(missing_ok=True)
            except OSError as error:
                log.warning("log.not_removed", task_id=task_id, reason=error.strerror)
