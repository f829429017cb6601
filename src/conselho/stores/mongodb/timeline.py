"""What ended in a span of time for many agents: rows of those with few, counts of the others.

The counts read entries of an index, some 10 ms for each thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from conselho.models.ids import AgentId
from conselho.models.lanes import Lane, StepCount, Steps, chosen
from conselho.models.task import LOST_SLOT, Status, Task
from conselho.models.verdict import Severity
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import LIGHT, TASKS, Document, task_from_document
from conselho.stores.mongodb.folding import each
from conselho.stores.sql.rows import ended_at, micros, moment_of, storable

# All of it stands in the index of an agent's figures.
_ENTRY = {
    "_id": 0,
    **dict.fromkeys(
        ("us.ended_at", "status", "severity", "slot_count", "is_councilor_execution"), 1
    ),
}
_MOMENT = {"_id": 0, "us.ended_at": 1}


async def lanes(
    db: Database, agents: Sequence[AgentId], steps: Steps, most: int, troubles: int
) -> dict[AgentId, Lane]:
    found: dict[AgentId, Lane] = {}

    async def read(agent_id: AgentId) -> None:
        lane = await _lane(db, agent_id, steps, most, troubles)
        if lane.rows or lane.counts is not None:
            found[agent_id] = lane

    await each(set(agents), read)
    return found


async def _lane(db: Database, agent_id: AgentId, steps: Steps, most: int, troubles: int) -> Lane:
    span = {
        "agent_id": storable(agent_id),
        "us.ended_at": {"$gte": micros(steps.since), "$lt": micros(steps.until)},
    }
    counts = None
    entries = await db[TASKS].find(span, _MOMENT).limit(most + 1).to_list()
    if len(entries) > most:
        counts = _counts([entry async for entry in db[TASKS].find(span, _ENTRY)], steps)
        rows = await _newest(db, agent_id, chosen(counts, troubles))
    else:
        rows = await _rows(db, span | {"is_councilor_execution": True}) if entries else []
    moments = {micros(steps.until)} | _starts(counts or (), steps)
    crossing = [await _crossing(db, agent_id, moment) for moment in sorted(moments)]
    by_id = {row.task_id: row for row in (*rows, *(row for row in crossing if row))}
    return Lane(rows=tuple(sorted(by_id.values(), key=_age)), counts=counts)


def _age(task: Task) -> tuple[datetime | None, str]:
    return ended_at(task), task.task_id


def _counts(entries: Iterable[Mapping[str, Any]], steps: Steps) -> list[StepCount]:
    groups: dict[tuple[int, str, str | None], list[int]] = {}
    for entry in entries:
        if not entry["is_councilor_execution"]:
            continue
        ended = entry["us"]["ended_at"]
        key = (steps.of(moment_of(ended)), entry["status"], entry["severity"])
        group = groups.setdefault(key, [0, 0, 0])
        group[0] += 1
        group[1] += entry["slot_count"] or 0
        group[2] = max(group[2], ended)
    in_step: dict[int, int] = {}
    for (step, *_), (_, _, newest) in groups.items():
        in_step[step] = max(in_step.get(step, 0), newest)
    counts = [
        StepCount(
            step=step,
            status=Status(status),
            severity=Severity(severity) if severity else None,
            rows=rows,
            slots=slots,
            # Success is no trouble: nobody asks for its newest row, and what is newest in the step
            # does as well, here as in the store over SQL.
            newest=moment_of(in_step[step] if _is_success(status, severity) else newest),
        )
        for (step, status, severity), (rows, slots, newest) in groups.items()
    ]
    return sorted(counts, key=lambda count: _is_success(count.status, count.severity))


def _is_success(status: str, severity: str | None) -> bool:
    return (status, severity) == (Status.COMPLETED, Severity.SUCCESS)


async def _rows(db: Database, where: Document) -> list[Task]:
    return [task_from_document(document) async for document in db[TASKS].find(where, LIGHT)]


async def _newest(db: Database, agent_id: AgentId, counts: Sequence[StepCount]) -> list[Task]:
    """Of each of these counts the newest row; two may have ended in one microsecond."""
    if not counts:
        return []
    wanted = {(count.newest, count.status, count.severity) for count in counts}
    where = {
        "agent_id": storable(agent_id),
        "us.ended_at": {"$in": sorted({micros(count.newest) for count in counts})},
        "is_councilor_execution": True,
    }
    return [
        task
        for task in await _rows(db, where)
        if (ended_at(task), task.status, task.severity) in wanted
    ]


def _starts(counts: Sequence[StepCount], steps: Steps) -> set[int]:
    """The starts of steps that lost slots may reach across, since a row there has several."""
    return {micros(steps.start(count.step)) for count in counts if count.slots > count.rows}


async def _crossing(db: Database, agent_id: AgentId, moment: int) -> Task | None:
    """The row of lost slots that begins before a moment and ends at it or behind."""
    # What an agent's rows cover does not overlap: it is the first that ends there, or none.
    where = {"agent_id": storable(agent_id), "us.covers_until": {"$gte": moment}}
    rows = await db[TASKS].find(where, LIGHT).sort("us.covers_until", 1).limit(1).to_list()
    if not rows:
        return None
    row = task_from_document(rows[0])
    begins_before = row.slot_from is not None and micros(row.slot_from) < moment
    return row if begins_before and row.status in LOST_SLOT else None
