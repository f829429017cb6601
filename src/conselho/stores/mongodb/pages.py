"""Lists of tasks, newest first: pages by filter and by place, those that hold a text, portions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from conselho.models.ids import TaskId
from conselho.models.task import ACTIVE, FINAL, Status, Task, Trigger
from conselho.models.verdict import Severity
from conselho.store import TaskFilter, TaskPage
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import (
    COUNTERS,
    FOUND,
    LIGHT,
    TASKS,
    USUAL,
    Document,
    task_from_document,
)
from conselho.stores.mongodb.figures import HERE, flat
from conselho.stores.mongodb.folding import at_rest
from conselho.stores.sql.rows import micros, moment_of, storable

# A text is looked for in so many rows; the next page looks on behind them.
SEARCHED: Final = 5_000
NEWEST_FIRST: Final = [("us.created_at", -1), ("task_id", -1)]
# Of documents in an index all of it, but for `_id`.
_PLACE: Final = {"task_id": 1, "us.created_at": 1}


async def page(db: Database, where: TaskFilter, limit: int, offset: int, texts: bool) -> TaskPage:
    """A page as the contract has it.

    Without `since` and `until` the total comes from the counters; with them the documents of that
    span are counted. An offset costs as what it skips, `older_than` costs nothing. A text is looked
    for in SEARCHED rows.
    """
    if where.text is not None:
        return await _found(db, where, where.text, limit, offset, texts)
    total = await _total(db, where)
    if limit <= 0 or offset >= total:
        return TaskPage(total=total)
    # One more than is shown tells whether there is a next page.
    rows = (
        db[TASKS]
        .find(condition(where), _fields(texts))
        .sort(NEWEST_FIRST)
        .skip(offset)
        .limit(limit + 1)
    )
    tasks = [task_from_document(document) async for document in rows]
    more = len(tasks) > limit
    return TaskPage(
        tasks=tasks[:limit], total=total, next_older_than=_place(tasks[limit - 1]) if more else None
    )


async def portion(
    db: Database, where: TaskFilter, limit: int, result: bool, prompt: bool
) -> list[Task]:
    if limit <= 0:
        return []
    wanted = {"findings"} | ({"result"} if result else set())
    if prompt:
        wanted |= {"prompt", "instructions", "sent_prompt"}
    fields = {name: 0 for name in LIGHT if name not in wanted}
    rows = db[TASKS].find(condition(where), fields).sort(NEWEST_FIRST).limit(limit)
    return [task_from_document(document) async for document in rows]


def _fields(texts: bool) -> Mapping[str, int]:
    return USUAL if texts else FOUND


def _place(task: Task) -> tuple[datetime, TaskId]:
    return task.created_at, task.task_id


def condition(where: TaskFilter, *, on: bool = True) -> Document:
    """What a filter asks for, but for its text; without its place when `on` is False.

    Every field of the index of kinds is named, be it with all of its values, unless none is
    restricted: so that the server reads each kind in order, and none that is not asked for.
    """
    found: Document = {}
    if where.agent_id is not None:
        found["agent_id"] = storable(where.agent_id)
    if where.statuses or where.severity is not None or where.triggers:
        found["status"] = {"$in": sorted(where.statuses or Status)}
        found["severity"] = (where.severity and where.severity.value) or {"$in": _SEVERITIES}
        found["trigger"] = {"$in": sorted(where.triggers or Trigger)}
    span: Document = {}
    if where.since:
        span["$gte"] = micros(where.since)
    if where.until:
        span["$lt"] = micros(where.until)
    if on and where.older_than:
        older_at, older_id = micros(where.older_than[0]), storable(where.older_than[1])
        # The first is the bound of an index scan, which no planner sees in the second.
        span["$lte"] = older_at
        found["$or"] = [
            {"us.created_at": {"$lt": older_at}},
            {"us.created_at": older_at, "task_id": {"$lt": older_id}},
        ]
    if span:
        found["us.created_at"] = span
    return found


_SEVERITIES: Final = [*(severity.value for severity in Severity), None]


async def _total(db: Database, where: TaskFilter) -> int:
    """How many match, but for the place."""
    if where.since or where.until:
        return await db[TASKS].count_documents(condition(where, on=False))
    return await _active(db, where) + await _final(db, where)


async def _active(db: Database, where: TaskFilter) -> int:
    statuses = ACTIVE & where.statuses if where.statuses else ACTIVE
    if where.severity is not None or not statuses:
        return 0
    restricted: Document = {"status": {"$in": sorted(statuses)}}
    if where.triggers:
        restricted["trigger"] = {"$in": sorted(where.triggers)}
    if where.agent_id is not None:
        restricted["agent_id"] = storable(where.agent_id)
    return await db[TASKS].count_documents(restricted)


async def _final(db: Database, where: TaskFilter) -> int:
    if where.statuses and not where.statuses & FINAL:
        return 0
    name = "kinds" if where.agent_id is None else f"agent:{storable(where.agent_id)}"

    async def read() -> Document | None:
        return await db[COUNTERS].find_one({"_id": name}, {HERE: 1})

    counter = await at_rest(db, read) or {}
    severity = where.severity.value if where.severity else None
    return sum(
        amount
        for (trigger, status, had, measure), amount in flat(counter.get(HERE))
        if measure == "tasks"
        and (not where.statuses or status in where.statuses)
        and (severity is None or had == severity)
        and (not where.triggers or trigger in where.triggers)
    )


async def _found(
    db: Database, where: TaskFilter, text: str, limit: int, offset: int, texts: bool
) -> TaskPage:
    """The rows that hold a text, out of the newest SEARCHED of these."""
    searched = condition(where)
    last = await (
        db[TASKS]
        .find(searched, _PLACE | {"_id": 0})
        .sort(NEWEST_FIRST)
        .skip(SEARCHED - 1)
        .limit(1)
        .to_list()
    )
    parts = [searched, {"$or": [{place: _holding(text)} for place in _PLACES]}]
    end: Document | None = None
    if last:
        [end] = last
        at = end["us"]["created_at"]
        parts += [
            {"us.created_at": {"$gte": at}},
            {
                "$or": [
                    {"us.created_at": {"$gt": at}},
                    {"us.created_at": at, "task_id": {"$gte": end["task_id"]}},
                ]
            },
        ]
    found = await db[TASKS].find({"$and": parts}, _PLACE).sort(NEWEST_FIRST).to_list()
    if len(found) > offset + limit > 0:
        end = found[offset + limit - 1]
    shown = [document["_id"] for document in found[offset : offset + max(limit, 0)]]
    rows = db[TASKS].find({"_id": {"$in": shown}}, _fields(texts)).sort(NEWEST_FIRST)
    return TaskPage(
        tasks=[task_from_document(document) async for document in rows] if shown else [],
        total=len(found),
        next_older_than=(moment_of(end["us"]["created_at"]), TaskId(end["task_id"]))
        if end
        else None,
    )


_PLACES: Final = (
    *(f"snapshot.{name}" for name in ("display_name", "title", "task_name")),
    *("error", "verdict.summary", "verdict.reason", "result"),
)


def _holding(text: str) -> Document:
    """Where this text stands, letter for letter, in whatever case."""
    return {"$regex": "".join(map(_letter, storable(text))), "$options": "i"}


def _letter(letter: str) -> str:
    # Not `re.escape`: engines differ in what else may be escaped.
    return "\\" + letter if letter in r"\.^$*+?()[]{}|" else letter
