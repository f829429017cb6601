"""No-op runs a second as workers grow: many councilors due in one second, again and again.

Every server sees to the schedules, so each slot is submitted three times and stored once. Beside
each burst stands the floor: a bare loop that runs as many children at a time and commits one row
for each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench import floor
from bench.councils import sleep_until
from bench.figures import Report, ratio, spread
from bench.measuring import tell
from bench.scale.databases import Counts, difference, until_ended
from bench.scale.dispatch import COMMAND
from bench.scale.site import CONCURRENCY, Site, cpu_ms_per_run
from conselho.models.task import Status, Task
from conselho.store import TaskFilter
from conselho.stores import open_store

# From the last look at what was asked to the slot.
LEAD: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`size` councilors are due together at `first`, and again every `interval`.

    Before a burst nothing is due for `rest_seconds`: what is asked of the store then is no run's.
    Slots for which nobody is ready are let go by.
    """

    size: int
    first: datetime
    interval: timedelta
    rest_seconds: float
    patience: float

    def slot_after(self, moment: datetime) -> datetime:
        return self.first + self.interval * max(0, -((self.first - moment) // self.interval))


async def bursts(site: Site, plan: Plan, steps: Sequence[int]) -> list[Report]:
    """One burst for each number of workers. Raises RuntimeError when runs do not end in time."""
    reports = []
    for workers in steps:
        await site.work(workers)
        due = await _quiet_before_a_slot(site, plan)
        report = await _burst(site, plan, workers, due)
        tell(f"  {workers} workers: {report}")
        reports.append(report)
    return reports


async def _quiet_before_a_slot(site: Site, plan: Plan) -> datetime:
    """The next slot with time for a rest before it, when no run is left of those before."""
    deadline = time.monotonic() + plan.patience
    needed = timedelta(seconds=plan.rest_seconds) + 2 * LEAD
    while time.monotonic() < deadline:
        now = datetime.now(UTC)
        due = plan.slot_after(now)
        # Those of the last slot need not be stored at once on a busy machine.
        is_past = plan.interval - (due - now) > timedelta(seconds=plan.rest_seconds)
        if is_past and due - now > needed and not await site.database.active():
            return due
        await asyncio.sleep(0.5)
    raise RuntimeError(f"The runs of a slot did not end in {plan.patience:g} s")


async def _burst(site: Site, plan: Plan, workers: int, due: datetime) -> Report:
    database, size = site.database, plan.size
    rest = await _rest(site, plan.rest_seconds)
    await sleep_until(due - LEAD)
    before, cpu_before = await database.asked(), await site.cpu_seconds()
    began = time.monotonic()
    await sleep_until(due)
    if not await until_ended(database, due, size, patience=plan.patience):
        raise RuntimeError(f"With {workers} workers a burst did not end in {plan.patience:g} s")
    seconds = time.monotonic() - began
    if seconds > plan.interval.total_seconds():
        raise RuntimeError(f"With {workers} workers a burst lasts longer than up to the next one")
    counts = difference(before, await database.asked())
    cpu = cpu_ms_per_run(cpu_before, await site.cpu_seconds(), size)
    runs = await _runs_of(database.url, due, size)
    bare = await _floor(site.folder / "floor.db", size, workers * CONCURRENCY)
    speed = size / (max(map(_completed, runs)) - due.timestamp())
    return {
        "workers": workers,
        "at_a_time": workers * CONCURRENCY,
        "runs": len(runs),
        "runs_per_second": round(speed, 1),
        "floor_runs_per_second": round(bare, 1),
        "ratio": ratio(speed, bare),
        "slot_to_child": spread((1000 * _late(run, due) for run in runs), "ms"),
        "cpu_ms_per_run": cpu,
        "asked_per_run": _per_run(counts, len(runs), rest, seconds / plan.rest_seconds),
        "asked_per_second_at_rest": {
            name: round(count / plan.rest_seconds, 1) for name, count in rest.items() if count
        },
        "workers_that_ran": len({run.worker_id for run in runs}),
    }


async def _rest(site: Site, seconds: float) -> Counts:
    before = await site.database.asked()
    await asyncio.sleep(seconds)
    return difference(before, await site.database.asked())


def _per_run(counts: Counts, runs: int, rest: Counts, rests: float) -> Report:
    """All that was asked; and without what the same processes ask when nothing runs."""
    return {
        name: {
            "all": round(count / runs, 2),
            "beyond_rest": round((count - rest.get(name, 0) * rests) / runs, 2),
        }
        for name, count in sorted(counts.items())
        if count
    }


async def _runs_of(url: str, due: datetime, size: int) -> list[Task]:
    store = await open_store(url)
    try:
        page = await store.tasks(TaskFilter(since=due - timedelta(seconds=1)), limit=size)
    finally:
        await store.close()
    runs = [run for run in page.tasks if run.due_at == due and run.status is Status.COMPLETED]
    if len(runs) != size:
        raise RuntimeError(f"Only {len(runs)} of {size} runs were completed")
    return runs


def _completed(run: Task) -> float:
    assert run.completed_at is not None
    return run.completed_at.timestamp()


def _late(run: Task, due: datetime) -> float:
    return float(run.result or "nan") - due.timestamp()


async def _floor(database: Path, size: int, concurrency: int) -> float:
    return await floor.runs_per_second(database, size, COMMAND, concurrency=concurrency)
