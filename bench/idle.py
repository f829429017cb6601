"""What a council costs that has nothing to do: memory and processor time."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bench.councils import write_council
from bench.figures import Report, at_most
from bench.server import Server, ready_server, temporary_folder

# Start-up ends with work of its own: the first round of every loop, memory given back.
SETTLE_SECONDS = 5.0


async def main(*, quick: bool = False) -> Report:
    """Proportional set size and share of one core, with 100 councilors that are not due.

    Linux only: both come from /proc.
    """
    count, seconds = (5, 1.0) if quick else (100, 30.0)
    with temporary_folder() as folder:
        council = write_council(folder, count)
        async with ready_server(folder, "--council", str(council)) as server:
            await asyncio.sleep(0 if quick else SETTLE_SECONDS)
            cpu_percent = await _cpu_percent(server, seconds)
            memory = _memory_mb(server.pid)
    return {
        "councilors": count,
        "seconds": seconds,
        "cpu_percent": round(cpu_percent, 3),
        "pss_mb": memory["Pss"],
        "private_mb": round(memory["Private_Clean"] + memory["Private_Dirty"], 1),
        "aims": [
            at_most("PSS MB", memory["Pss"], 110),
            at_most("CPU %", cpu_percent, 1),
        ],
    }


async def _cpu_percent(server: Server, seconds: float) -> float:
    used, began = server.cpu_seconds(), time.perf_counter()
    await asyncio.sleep(seconds)
    return 100 * (server.cpu_seconds() - used) / (time.perf_counter() - began)


def _memory_mb(pid: int) -> dict[str, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    values = (line.split() for line in lines)
    return {name.rstrip(":"): round(int(value) / 1024, 1) for name, value, *_ in values}
