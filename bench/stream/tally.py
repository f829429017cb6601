"""The arithmetic of a load: latencies as a histogram, sequences without loss or double."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

STEPS_PER_MS: Final = 50
LONGEST_MS: Final = 60_000


class Histogram:
    """Latencies in steps of 0.02 ms. The memory does not grow with their number.

    What is longer than a minute counts as a minute; `longest` stays exact.
    """

    def __init__(self, counts: Mapping[int, int] | None = None, longest: float = 0.0) -> None:
        self.counts = Counter(counts or {})
        self.longest = longest

    def add(self, *milliseconds: float) -> None:
        self.counts.update(
            [int(min(max(one, 0.0), LONGEST_MS) * STEPS_PER_MS) for one in milliseconds]
        )
        self.longest = max(self.longest, *milliseconds)

    def merge(self, other: Histogram) -> None:
        self.counts.update(other.counts)
        self.longest = max(self.longest, other.longest)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def quantile(self, share: float) -> float | None:
        """The upper edge of the step that holds the value at `share`; None when it is empty."""
        wanted = max(1.0, self.total * share)
        seen = 0
        for step in sorted(self.counts):
            seen += self.counts[step]
            if seen >= wanted:
                return round((step + 1) / STEPS_PER_MS, 2)
        return None

    def figures(self) -> dict[str, float | int | None]:
        return {
            "count": self.total,
            "p50": self.quantile(0.5),
            "p90": self.quantile(0.9),
            "p99": self.quantile(0.99),
            "max": round(self.longest, 2) if self.counts else None,
        }


class Sequence:
    """What one client heard of a sequence that grows by 1: its first and last, what lacks.

    It begins wherever the client came in.
    """

    __slots__ = ("due", "first", "missed", "repeated")

    def __init__(self) -> None:
        # The number that comes next; None before the first.
        self.due: int | None = None
        self.first: int | None = None
        self.missed = 0
        self.repeated = 0

    def hear(self, seq: int) -> None:
        """A number that is not the next is a gap (missed), or was there before (repeated).

        What comes after its successors is both: it was missed, and is out of order.
        """
        if self.due is None:
            self.first = seq
        elif seq < self.due:
            self.repeated += 1
            return
        else:
            self.missed += seq - self.due
        self.due = seq + 1

    def lacks(self, first: int, last: int) -> int:
        """How many of `first` to `last`, both included, lie before or behind what was heard."""
        if self.due is None or self.first is None:
            return max(0, last - first + 1)
        return max(0, self.first - first) + max(0, last + 1 - self.due)


def quantile(values: Iterable[float], share: float) -> float | None:
    """The value at `share` of the ordered ones; None when there are none."""
    ascending = sorted(values)
    if not ascending:
        return None
    return round(ascending[min(len(ascending) - 1, int(len(ascending) * share))], 2)
