"""Processor time and memory of a process from outside, through /proc. Linux only."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TICK: Final = os.sysconf("SC_CLK_TCK")
_PAGE_KB: Final = os.sysconf("SC_PAGE_SIZE") // 1024


class Watched:
    """One process, without its children. What has ended keeps its last figures."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.curve: list[tuple[float, int]] = []
        self.cpu_percent = 0.0
        self._began = self._cpu_began = 0.0

    def rss_kb(self) -> int:
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE_KB
        except OSError:
            return self.curve[-1][1] if self.curve else 0

    def cpu_seconds(self) -> float:
        try:
            # After the name in parentheses: utime and stime are fields 14 and 15. Source: proc(5).
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return self._cpu_began
        return (int(fields[11]) + int(fields[12])) / _TICK

    def begin(self) -> None:
        self._began, self._cpu_began = time.perf_counter(), self.cpu_seconds()
        self.curve.clear()

    def sample(self) -> None:
        self.curve.append((round(time.perf_counter() - self._began, 1), self.rss_kb()))

    def end(self) -> None:
        """Take the last sample, and the processor time since `begin`, of one core."""
        self.sample()
        seconds = time.perf_counter() - self._began
        self.cpu_percent = round(100 * (self.cpu_seconds() - self._cpu_began) / seconds, 1)


def flatness(curve: Iterable[tuple[float, int]], *, after: float) -> float:
    """How far the memory goes up and down behind `after` seconds, as a share of its middle.

    ValueError when nothing was sampled there.
    """
    values = sorted(kb for seconds, kb in curve if seconds >= after)
    if not values:
        raise ValueError(f"no sample behind {after:g} s")
    return (values[-1] - values[0]) / values[len(values) // 2]
