"""The clock alone, without server and children: how many councilors it keeps, and at what cost.

Memory is told by a process of its own, which this module is for as well:
`python -m bench.scheduling STORE`.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bench.councils import next_second
from bench.figures import Report, at_most, median, ratio, spread
from bench.server import temporary_folder
from conselho.clock import SystemClock
from conselho.models.agent import Agent, CouncilorConfig, Overlap, Policies, TaskSpec
from conselho.models.ids import AgentId
from conselho.models.schedule import Schedule, parse_schedule
from conselho.models.task import Task
from conselho.services.scheduler import Scheduler
from conselho.store import TaskFilter
from conselho.stores.sql import open_sql_store
from tests.support.clock import FakeClock, FakeUTC
from tests.support.owed import INTERVALS, LINES, Timetable

# Far from the real now: see FakeUTC.
START = datetime(2054, 3, 7, 12, 0, tzinfo=UTC)
ZONES = ("UTC", "America/New_York", "America/Sao_Paulo", "Europe/Lisbon", "Australia/Lord_Howe")
DAY = timedelta(days=1)
RARE = "12h"


async def load(*, quick: bool = False) -> Report:
    """A process that reads its council from the store and schedules it, a third of it by cron."""
    size = 200 if quick else 10_000
    seconds: list[float] = []
    floors: list[float] = []
    memory: list[float] = []
    with temporary_folder() as folder:
        path = folder / "conselho.db"
        await _seat(path, [_timetable(number) for number in range(size)], datetime.now(UTC))
        for _ in range(1 if quick else 3):
            told = await _in_a_process(path)
            seconds.append(told["seconds"])
            memory.append(told["memory_mb"])
            floors.append(_floor(path))
    return {
        "councilors": size,
        "product": spread(seconds, "s"),
        "floor": spread(floors, "s"),
        "ratio": ratio(median(seconds), median(floors)),
        "memory_mb": round(max(memory), 1),
        "aims": [
            at_most("loaded and scheduled s", max(seconds), 3),
            at_most("memory MB", max(memory), 300),
        ],
    }


async def tick(*, quick: bool = False) -> Report:
    """One look with one councilor that is due: beside few that are not, and beside many."""
    few, many, rounds = (5, 50, 5) if quick else (100, 10_000, 200)
    small, large = await _tick_ms(few, rounds), await _tick_ms(many, rounds)
    times = ratio(large["p50"], small["p50"])
    return {
        "beside": [few, many],
        "product": large,
        "floor": small,
        "ratio": times,
        "aims": [at_most(f"beside {many}, times beside {few}", times, 1.5)],
    }


async def submission(*, quick: bool = False) -> Report:
    """From a slot that 1,000 councilors share to the moment when the last of them is stored."""
    size, rounds = (20, 1) if quick else (1_000, 10)
    with temporary_folder() as folder:
        late = [await _burst_ms(folder / f"{number}.db", size) for number in range(rounds)]
    product = spread(late, "ms")
    return {
        "councilors": size,
        "product": product,
        "aims": [at_most("all stored, p99 ms", product["p99"], 250)],
    }


async def day(*, quick: bool = False) -> Report:
    """A day of 1,000 councilors in accelerated time, over a night with a change of the clock."""
    size, length = (20, timedelta(hours=6)) if quick else (1_000, DAY)
    timetables = [_timetable(number) for number in range(size)]
    with temporary_folder() as folder:
        path = folder / "conselho.db"
        await _seat(path, timetables, START)
        began = time.perf_counter()
        looks = await _live(path, START + length)
        seconds = time.perf_counter() - began
        rows = await _slots_of_rows(path)
    owed = {
        (f"councilor-{number}", slot)
        for number, one in enumerate(timetables)
        for slot in one.slots(START, START, START + length)
    }
    missing, doubled = len(owed - set(rows)), len(rows) - len(set(rows))
    return {
        "councilors": size,
        "hours": length.total_seconds() / 3600,
        "slots": len(owed),
        "looks": looks,
        "seconds": round(seconds, 1),
        "slots_per_second": round(len(owed) / seconds),
        "aims": [
            at_most("missing slots", missing, 0),
            at_most("double slots", doubled, 0),
            at_most("slots that were not due", len(set(rows) - owed), 0),
        ],
    }


def _timetable(number: int) -> Timetable:
    values = ["25m", "1h", "6h", "1d", *LINES, "1h", "6h"]
    return Timetable(values[number % len(values)], zone=ZONES[number % len(ZONES)])


def _schedule(timetable: Timetable) -> Schedule:
    return parse_schedule(timetable.value, timezone=timetable.zone)


async def _seat(path: Path, timetables: Sequence[Timetable], since: datetime) -> None:
    store = await open_sql_store(f"sqlite:///{path}")
    try:
        for number, timetable in enumerate(timetables):
            agent = _councilor(f"councilor-{number}", _schedule(timetable), since)
            await store.create_agent(agent, events=[])
    finally:
        await store.close()


def _councilor(agent_id: str, schedule: Schedule, since: datetime) -> Agent:
    return Agent(
        agent_id=AgentId(agent_id),
        name=agent_id,
        command=("true",),
        councilor_config=CouncilorConfig(
            title="Guardian",
            schedule=schedule,
            task=TaskSpec(name="Look around", prompt="Look around."),
            policies=Policies(overlap=Overlap.ALLOW),
        ),
        anchor_at=since,
        slots_from=since,
        created_at=since,
        updated_at=since,
    )


async def _in_a_process(path: Path) -> dict[str, float]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.scheduling", str(path)), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    if child.returncode:
        raise RuntimeError("the process that loads the council failed")
    told: dict[str, float] = json.loads(out)
    return told


async def _load(path: Path) -> dict[str, float]:
    store = await open_sql_store(f"sqlite:///{path}")
    scheduler = Scheduler(store, SystemClock(), wake=_nothing)
    began = time.perf_counter()
    await scheduler.start()
    seconds = time.perf_counter() - began
    assert all(due is not None for _, due in scheduler.jobs())
    scheduler.stop()
    await store.close()
    return {
        "seconds": seconds,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _floor(path: Path) -> float:
    """The documents of the council, read and parsed, and nothing made of them."""
    began = time.perf_counter()
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as conn:
        for document in conn.execute(sa.text("SELECT document FROM agents")).scalars():
            json.loads(document)
    engine.dispose()
    return time.perf_counter() - began


async def _tick_ms(beside: int, rounds: int) -> Report:
    samples = []
    with temporary_folder() as folder:
        path = folder / "conselho.db"
        await _seat(path, [Timetable(RARE) for _ in range(beside)], START)
        store = await open_sql_store(f"sqlite:///{path}")
        due = _councilor("due", parse_schedule("1m"), START)
        await store.create_agent(due, events=[])
        clock = FakeClock(START)
        scheduler = Scheduler(store, clock, wake=_nothing, timezone=FakeUTC(clock))
        await scheduler.start()
        for _ in range(rounds):
            clock.jump(60)
            began = time.perf_counter()
            await _look(scheduler)
            samples.append(1000 * (time.perf_counter() - began))
        scheduler.stop()
        await store.close()
    return spread(samples, "ms")


async def _burst_ms(path: Path, size: int) -> float:
    slot = next_second(timedelta(seconds=1) + size * timedelta(milliseconds=2))
    await _seat(path, [Timetable("1h")] * size, slot - INTERVALS["1h"])
    store = await open_sql_store(f"sqlite:///{path}")
    stored = asyncio.Event()
    scheduler = Scheduler(store, SystemClock(), wake=lambda _: stored.set())
    await scheduler.start()
    if datetime.now(UTC) >= slot:
        raise RuntimeError("the council was not ready before its slot: the machine is too busy")
    serving = asyncio.create_task(scheduler.run())
    await stored.wait()
    late = datetime.now(UTC) - slot
    serving.cancel()
    scheduler.stop()
    await store.close()
    return 1000 * late.total_seconds()


async def _live(path: Path, until: datetime) -> int:
    store = await open_sql_store(f"sqlite:///{path}")
    clock = FakeClock(START)
    scheduler = Scheduler(store, clock, wake=_nothing, timezone=FakeUTC(clock))
    await scheduler.start()
    looks = 0
    coming = min(due for _, due in scheduler.jobs() if due is not None)
    while coming <= until:
        clock.jump((coming - clock.now()).total_seconds())
        await _look(scheduler)
        looks += 1
        coming = min(due for _, due in scheduler.jobs() if due is not None)
    scheduler.stop()
    await store.close()
    return looks


async def _look(scheduler: Scheduler) -> None:
    scheduler.look()
    await asyncio.sleep(0)
    await scheduler.tick()


async def _slots_of_rows(path: Path) -> list[tuple[str, datetime]]:
    store = await open_sql_store(f"sqlite:///{path}")
    page = await store.tasks(TaskFilter(), limit=10_000_000)
    await store.close()
    return [(task.agent_id, task.due_at) for task in page.tasks if task.due_at is not None]


def _nothing(_: Sequence[Task]) -> None:
    """Nobody runs what is submitted."""


if __name__ == "__main__":
    json.dump(asyncio.run(_load(Path(sys.argv[1]))), sys.stdout)
