"""How submitted tasks reach a worker: the contract beside `dispatchers/`."""

from __future__ import annotations

from typing import Protocol

from conselho.models.ids import TaskId


class Dispatcher(Protocol):
    """Carries the news that tasks are due. What runs is decided by claims in the store."""

    def wake(self) -> None:
        """Tell workers that a Task may be due now. Never blocks; repeating does no harm."""
        ...

    def cancel(self, task_id: TaskId) -> None:
        """Tell the owner that its Task was asked to stop, sooner than the next renewal would."""
        ...
