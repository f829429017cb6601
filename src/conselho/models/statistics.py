"""Figures derived from tasks. Lost slots are counted apart: statistics count only what ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of final tasks over some set of them.

    `completed` and `error` count statuses; `success`, `info`, `warning`, `severity_error` count
    the severities of those two. `skipped` and `missed` count slots, not rows.
    `duration_ms` sums the durations of completed and error; `cost_microusd` sums their costs.
    """

    completed: int = 0
    error: int = 0
    cancelled: int = 0
    skipped: int = 0
    missed: int = 0
    success: int = 0
    info: int = 0
    warning: int = 0
    severity_error: int = 0
    duration_ms: int = 0
    cost_microusd: int = 0

    @property
    def runs(self) -> int:
        """Executions that came to an end by themselves: completed or error."""
        return self.completed + self.error

    @property
    def success_rate(self) -> float | None:
        """Percent of runs whose severity is success, one decimal; None when nothing ran."""
        return round(self.success / self.runs * 100, 1) if self.runs else None

    @property
    def average_duration_ms(self) -> int | None:
        return round(self.duration_ms / self.runs) if self.runs else None

    def __add__(self, other: Self) -> Tally:
        return Tally(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__slots__}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStatistics:
    """One councilor's lifetime. `last_execution_at` is the newest created_at of its runs."""

    tally: Tally
    last_execution_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """How many tasks are active at this moment."""

    pending: int
    processing: int
