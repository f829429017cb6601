"""What is carried from store to store beside the tasks: the mark of a copy, logs, old figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bson import Int64
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from conselho.models.ids import AgentId
from conselho.models.pruned import DAY_US, PrunedDay, PrunedKind, day_of
from conselho.models.task import Trigger
from conselho.store import CopyMark, LogPiece
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import COUNTERS, LOG_CHUNKS, META, Document
from conselho.stores.mongodb.failures import refused_places
from conselho.stores.mongodb.figures import (
    GONE,
    GRAINS,
    NO_SEVERITY,
    RUNS,
    Path,
    Sums,
    flat,
    identity_of,
    text_of,
    word,
)
from conselho.stores.mongodb.folding import update_each
from conselho.stores.sql.rows import micros, micros_or_none, moment_of, moment_or_none, storable

_MARK: Final = {"_id": "copy"}
_EVER: Final = -(2**62)


async def copy_mark(db: Database) -> CopyMark | None:
    mark = await db[META].find_one(_MARK)
    if mark is None:
        return None
    return CopyMark(
        source=mark["source"],
        source_seq=mark["source_seq"],
        begun_at=moment_of(mark["begun_at"]),
        finished_at=moment_or_none(mark["finished_at"]),
    )


async def mark_copy(db: Database, mark: CopyMark) -> None:
    said = {
        "source": mark.source,
        "source_seq": mark.source_seq,
        "begun_at": micros(mark.begun_at),
        "finished_at": micros_or_none(mark.finished_at),
    }
    await db[META].update_one(_MARK, {"$set": said}, upsert=True)


async def carry_logs(db: Database, pieces: Sequence[LogPiece]) -> None:
    chunks: list[Document] = [
        {
            "_id": f"{storable(piece.task_id)}:{piece.offset:012}",
            "start": piece.offset,
            "end": piece.offset + len(piece.data),
            "data": piece.data,
        }
        for piece in pieces
    ]
    if not chunks:
        return
    try:
        await db[LOG_CHUNKS].insert_many(chunks, ordered=False)
    except BulkWriteError as exc:
        refused_places(exc)  # those are here already


async def pruned_kinds(db: Database) -> list[PrunedKind]:
    kinds = []
    async for counter in db[COUNTERS].find({"of": "agent"}):
        groups: dict[Path, dict[str, int]] = {}
        for (*group, measure), amount in flat(counter.get(GONE)):
            groups.setdefault(tuple(group), {})[measure] = amount
        kinds += [
            _kind(counter, group, amounts)
            for group, amounts in groups.items()
            if amounts.get("tasks")
        ]
    return kinds


def _kind(counter: Mapping[str, Any], group: Path, amounts: Mapping[str, int]) -> PrunedKind:
    trigger, status, severity = group
    is_run = status in RUNS and trigger != Trigger.API
    return PrunedKind(
        agent_id=AgentId(counter["agent_id"]),
        trigger=trigger,
        status=status,
        severity="" if severity == NO_SEVERITY else severity,
        tasks=amounts["tasks"],
        slots=amounts.get("slots", 0),
        duration_us=amounts.get("duration_us", 0),
        cost_microusd=amounts.get("cost_microusd", 0),
        # One for all runs of the agent is kept here.
        newest=int(counter.get("newest") or 0) if is_run else 0,
    )


async def pruned_days(db: Database, after: int | None, limit: int) -> list[PrunedDay]:
    since = _EVER if after is None else after + DAY_US
    days: set[int] = set()
    for of in ("quarter", "usage_quarter"):
        days |= await _days(db, of, since, limit)
    wanted = sorted(days)[: max(limit, 0)]
    if not wanted:
        return []
    found: dict[int, dict[str, dict[Any, int]]] = {
        day: {name: {} for name in ("figures", "durations", "lost", "usage")} for day in wanted
    }
    where = {"at": {"$gte": wanted[0], "$lt": wanted[-1] + DAY_US}}
    async for counter in db[COUNTERS].find({"of": "quarter", **where}, _PRUNED):
        _put_figures(found, int(counter["at"]), counter)
    async for counter in db[COUNTERS].find({"of": "usage_quarter", **where}, _PRUNED):
        at, agent_id = int(counter["at"]), AgentId(counter["agent_id"])
        for (name,), amount in flat(counter.get(GONE)):
            found[day_of(at)]["usage"][at, agent_id, name] = amount
    return [PrunedDay(day=day, **parts) for day, parts in found.items()]


_PRUNED: Final = {"at": 1, "agent_id": 1, GONE: 1}


async def _days(db: Database, of: str, since: int, limit: int) -> set[int]:
    """The first days from `since` on of which pruned tasks are counted."""
    days: set[int] = set()
    counters = db[COUNTERS].find({"of": of, "at": {"$gte": since}}, _PRUNED).sort("at", 1)
    async for counter in counters:
        if any(flat(counter.get(GONE))):
            days.add(day_of(int(counter["at"])))
        if len(days) > limit:
            break
    await counters.close()
    return days


def _put_figures(
    found: dict[int, dict[str, dict[Any, int]]], at: int, counter: Mapping[str, Any]
) -> None:
    for (what, *path), amount in flat(counter.get(GONE)):
        parts = found[day_of(at)]
        if what == "tally":
            parts["figures"][at, path[0]] = amount
        elif what == "durations":
            parts["durations"][at, int(path[0])] = amount
        elif what == "lost":
            parts["lost"][at, path[0], text_of(path[1])] = amount


async def carry_pruned(
    db: Database, kinds: Sequence[PrunedKind], days: Sequence[PrunedDay]
) -> None:
    sums, newest = _of_kinds(kinds)
    for day in days:
        sums |= _of_day(day)
    writes = [_write(counter, amounts, newest.get(counter)) for counter, amounts in sums.items()]
    await update_each(db, COUNTERS, writes)


def _write(counter: str, amounts: Mapping[Path, int], newest: int | None) -> UpdateOne:
    change: Document = {
        "$set": {**identity_of(counter), GONE: _nested(amounts)},
        # No batch of folding has changed it (folding.py).
        "$setOnInsert": {"batch": 0},
    }
    if newest:
        change["$max"] = {"newest": Int64(newest)}
    return UpdateOne({"_id": counter}, change, upsert=True)


def _nested(amounts: Mapping[Path, int]) -> Document:
    part: Document = {}
    for (*path, name), amount in amounts.items():
        into = part
        for step in path:
            into = into.setdefault(step, {})
        into[name] = Int64(amount)
    return part


def _of_kinds(kinds: Iterable[PrunedKind]) -> tuple[Sums, dict[str, int]]:
    sums: Sums = {}
    newest: dict[str, int] = {}
    for kind in kinds:
        counter = f"agent:{storable(kind.agent_id)}"
        group = (kind.trigger, kind.status, kind.severity or NO_SEVERITY)
        for name in ("tasks", "slots", "duration_us", "cost_microusd"):
            sums.setdefault(counter, {})[*group, name] = getattr(kind, name)
        if kind.status in RUNS and kind.trigger != Trigger.API:
            newest[counter] = max(newest.get(counter, 0), kind.newest)
    return sums, newest


def _of_day(day: PrunedDay) -> Sums:
    """The counters of its quarters, and those of the whole day."""
    sums: Sums = {}

    def add(counter: str, path: Path, amount: int) -> None:
        into = sums.setdefault(counter, {})
        into[path] = into.get(path, 0) + amount

    for grain, length in GRAINS.items():
        for (at, name), amount in day.figures.items():
            add(f"{grain}:{at - at % length}", ("tally", name), amount)
        for (at, bucket), runs in day.durations.items():
            add(f"{grain}:{at - at % length}", ("durations", str(bucket)), runs)
        for (at, status, reason), slots in day.lost.items():
            add(f"{grain}:{at - at % length}", ("lost", status, word(reason)), slots)
        for (at, agent_id, name), amount in day.usage.items():
            counter = f"usage_{grain}:{at - at % length}:{storable(agent_id)}"
            add(counter, (name,), amount)
    return sums
