"""Figures derived from tasks. Lost slots are counted apart: statistics count only what ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

# Beyond these an amount is nonsense from a provider, and a sum of them could leave 64 bits.
_HIGHEST_COUNT = 10**12
_HIGHEST_COST_USD = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of final tasks over some set of them.

    `completed` and `error` count statuses; `success`, `info`, `warning`, `severity_error` count
    the severities of those two. `skipped` and `missed` count slots, not rows.
    `duration_ms` sums the durations of completed and error. `cost_microusd` sums the costs of all,
    cancelled too: what was spent never leaves the figures.
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
class Usage:
    """What some tasks spent. `runs` counts those that told a usage, each once for all attempts."""

    runs: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    turns: int = 0
    cost_microusd: int = 0

    @classmethod
    def of(cls, usage: Mapping[str, Any] | None) -> Usage:
        """What one Task's `usage` counts; a value that is no amount counts nothing."""
        if not usage:
            return cls()
        return cls(
            runs=1,
            input_tokens=_whole(usage.get("input_tokens")),
            output_tokens=_whole(usage.get("output_tokens")),
            cached_tokens=_whole(usage.get("cached_tokens")),
            turns=_whole(usage.get("turns")),
            cost_microusd=round(_amount(usage.get("cost_usd"), _HIGHEST_COST_USD) * 1_000_000),
        )

    @property
    def cost_usd(self) -> float:
        return self.cost_microusd / 1_000_000

    def __add__(self, other: Self) -> Usage:
        return Usage(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__slots__}
        )


# The keys of Task.usage that add up over the attempts of a Task.
_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "turns",
    "tool_calls",
)


def usage_sum(
    earlier: Mapping[str, Any] | None, latest: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """The usage of two attempts of one Task: amounts add up, of all else the latest stands."""
    if not earlier or not latest:
        return dict(latest or earlier or {}) or None
    total = {**earlier, **latest}
    for name in total.keys() & _COUNTS:
        total[name] = _whole(earlier.get(name)) + _whole(latest.get(name))
    if "cost_usd" in total:
        costs = (_amount(usage.get("cost_usd"), _HIGHEST_COST_USD) for usage in (earlier, latest))
        total["cost_usd"] = round(sum(costs), 9)  # not 0.30000000000000004
    return total


def _whole(value: object) -> int:
    return int(_amount(value, _HIGHEST_COUNT))


def _amount(value: object, highest: int) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return 0
    return min(value, highest)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStatistics:
    """One councilor's lifetime. `last_execution_at` is the newest created_at of its runs."""

    tally: Tally
    last_execution_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """How many slots did not run, by skip_reason ('' for none)."""

    missed: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """How many tasks are active at this moment.

    `queued` are those of the pending ones that wait for another run of their councilor to end.
    """

    pending: int
    processing: int
    queued: int = 0
