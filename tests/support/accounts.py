"""What must be in the store after any fault, computed from the promotions and the clock alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Final

from conselho.models.event import Event, EventType
from conselho.models.task import LOST_SLOT, Status, Task, Trigger
from conselho.store import Store, TaskFilter

SECOND = timedelta(seconds=1)
PORTION = 500


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def slots(promoted: datetime, until: datetime, every: timedelta = SECOND) -> Iterator[datetime]:
    """What a councilor owes: each moment of its interval after its promotion, up to `until`.

    Intervals of whole seconds are counted from the whole second of the promotion.
    """
    slot = promoted.replace(microsecond=0) + every
    while slot <= until:
        yield slot
        slot += every


def covered(tasks: Collection[Task], agent_id: str, every: timedelta = SECOND) -> Counter[datetime]:
    """How often each slot of the councilor stands in the store."""
    found: Counter[datetime] = Counter()
    for task in tasks:
        if task.agent_id != agent_id:
            continue
        if task.status in LOST_SLOT:
            assert task.slot_from
            assert task.slot_to
            row = list(slots(task.slot_from - every, task.slot_to, every))
            assert task.slot_count == len(row), task
            found.update(row)
        elif task.trigger in {Trigger.SCHEDULE, Trigger.CATCH_UP}:
            assert task.due_at
            found[task.due_at] += 1
    return found


async def every_task(store: Store) -> list[Task]:
    """Those that were there when this began, and maybe newer ones."""
    found: dict[str, Task] = {}
    offset = 0
    while (page := await store.tasks(TaskFilter(), limit=PORTION, offset=offset)).tasks:
        # The newest come first: one that is stored meanwhile moves the others on by one.
        found = {task.task_id: task for task in page.tasks} | found
        offset += len(page.tasks)
    return list(found.values())


async def every_event(store: Store) -> list[Event]:
    events: list[Event] = []
    while found := await store.events_after(events[-1].seq if events else 0, limit=PORTION):
        events += found
    return events


_ENDS: Final = {EventType.COMPLETED: Status.COMPLETED, EventType.ERROR: Status.ERROR}


def are_told(tasks: Collection[Task], events: Collection[Event]) -> bool:
    """Whether the end of each of these was told. AssertionError when one was told twice."""
    wanted = Counter(task.task_id for task in tasks if task.status in _ENDS.values())
    ends = [event for event in events if event.type in _ENDS]
    found = Counter(event.data["execution_id"] for event in ends)
    assert max(found.values(), default=1) == 1, found
    statuses = {event.data["execution_id"]: _ENDS[EventType(event.type)] for event in ends}
    for task in tasks:
        assert statuses.get(task.task_id, task.status) == task.status, task
    return not wanted - found


def check_numbers(events: Sequence[Event]) -> None:
    """Every number was given once, and none was left out."""
    seqs = [event.seq for event in events]
    assert seqs == list(range(1, len(seqs) + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One child, as it told by itself: seconds of the machine's clock."""

    agent_id: str
    task_id: str
    pid: int
    began: float
    seen: float


def lives(journal: Path) -> list[Life]:
    """Every child that told of itself, the first one first."""
    found: dict[tuple[str, str, int], list[float]] = {}
    for line in journal.read_text().splitlines() if journal.exists() else ():
        agent_id, task_id, pid, at = line.split()
        found.setdefault((agent_id, task_id, int(pid)), []).append(float(at))
    return [
        Life(agent_id=agent_id, task_id=task_id, pid=pid, began=beats[0], seen=beats[-1])
        for (agent_id, task_id, pid), beats in found.items()
    ]


def check_lives(found: Collection[Life], tasks: Collection[Task]) -> None:
    """No attempt of these has started twice, and what ended well has started at all."""
    starts = Counter(life.task_id for life in found)
    for task in tasks:
        assert starts[task.task_id] <= task.attempt, task
    assert {task.task_id for task in tasks if task.status is Status.COMPLETED} <= starts.keys()


def longest_overlap(found: Collection[Life]) -> float:
    """For how many seconds at most two children of one councilor lived side by side."""
    councilors: dict[str, list[Life]] = {}
    for life in found:
        councilors.setdefault(life.agent_id, []).append(life)
    return max(
        (
            min(one.seen, other.seen) - max(one.began, other.began)
            for theirs in councilors.values()
            for one, other in combinations(theirs, 2)
        ),
        default=0.0,
    )
