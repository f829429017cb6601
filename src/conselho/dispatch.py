"""How submitted tasks reach a worker: the contract beside `dispatchers/`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from conselho.models.ids import TaskId
from conselho.models.task import Task

# What a service calls that stored tasks, or that gave some back: those, as they were stored.
Wake = Callable[[Sequence[Task]], None]


class Dispatcher(Protocol):
    """Carries the news that tasks are due. What runs is decided by claims in the store."""

    def wake(self, tasks: Sequence[Task] = ()) -> None:
        """Tell workers that these tasks may be due by now, or that there may be others.

        Never blocks; repeating does no harm, and news that is lost delays a Task and no more.
        """
        ...

    def cancel(self, task_id: TaskId) -> None:
        """Tell the owner that its Task was asked to stop, sooner than the next renewal would."""
        ...
