"""Claims: which due tasks a worker is given, in which order, and what their lanes have room for.

    _candidates   due tasks in the order of rank, a portion at a time
    turns         what is left in each lane, and whose turn it is to choose
    _take         one conditional write for each that is chosen

The rules are those of docs/adr/0012-claims-and-lanes.md. Two workers never hold one Task: the claim
is conditional on the document that was read. Two runs behind one councilor never start at one time:
its claim takes over the agent's own key, which is unique.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

import structlog
from pymongo.errors import OperationFailure, PyMongoError

from conselho.models.event import Announce
from conselho.models.ids import AgentId, TaskId, WorkerId
from conselho.models.task import Status, Task
from conselho.models.worker import Queue
from conselho.store import PAST_LANE, PRIORITY_STEP, ClaimLimits
from conselho.stores import changes
from conselho.stores.mongodb import turns
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import TASKS, Document, key_of, task_from_document
from conselho.stores.mongodb.failures import is_duplicate
from conselho.stores.mongodb.outbox import deliver
from conselho.stores.mongodb.writing import READ, step_back, write
from conselho.stores.sql.lanes import Room, is_limited
from conselho.stores.sql.rows import micros, rank_us, storable, storable_or_none

log = structlog.get_logger(__name__)

NO_LIMITS: Final = ClaimLimits()

# Each portion is so much larger than the one before: many lanes may be full.
_GROWTH: Final = 4
_SECOND_PORTION: Final = 64
_LARGEST_PORTION: Final = 1_000
# Each of them meets lanes that are full, or councilors that had their turn, for the first time.
_MOST_PORTIONS: Final = 20
# How often a worker looks again when others were first at what it had chosen; it chooses among
# twice as many each time, up to 64 times as many as it needs.
_MOST_LOOKS: Final = 50
_WIDEST: Final = 6
# What a task of the lowest priority stands behind its time at most.
LATEST: Final = 4 * PRIORITY_STEP
_FEW: Final = 32
_LOOKED_AT: Final = {"task_id": 1, "agent_id": 1, "lanes": 1, "waits": 1, "rev": 1, "fence": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tasks are candidates: those of these queues (None: without one), of these `_id`s."""

    queues: tuple[Queue, ...] | None = None
    only: tuple[Any, ...] | None = None

    @classmethod
    def of(cls, queues: Collection[Queue] | None, only: Collection[TaskId] | None) -> Self:
        return cls(
            queues=None if queues is None else tuple(map(storable_or_none, queues)),
            only=None if only is None else tuple(map(key_of, only)),
        )

    @property
    def where(self) -> Document:
        found: Document = {}
        if self.queues is not None:
            # Each has a run of the index, and the server merges these by rank (SORT_MERGE): what
            # stands in other queues is not read.
            found["queue"] = {"$in": list(self.queues)}
        if self.only is not None:
            found["_id"] = {"$in": list(self.only)}
        return found


def due(now: datetime) -> Document:
    """What a claim may take, but for turns and lanes."""
    return {
        "status": Status.PENDING.value,
        # Bounds the part of the index that is read: what is not due for long is behind it.
        "us.rank": {"$lte": micros(now + LATEST)},
        "us.not_before": {"$lte": micros(now)},
        "cancel_requested": False,
        "settled": True,
    }


IN_ORDER: Final = [("us.rank", 1), ("active_key", 1)]


async def claim(
    db: Database,
    worker: WorkerId,
    now: datetime,
    limit: int,
    lease: timedelta,
    limits: ClaimLimits | None,
    wanted: Wanted,
    announce: Announce,
) -> list[Task]:
    limits = limits or NO_LIMITS
    claimed: list[Task] = []
    # Claims of one process would only be in each other's way.
    async with db.claiming:
        for look in range(_MOST_LOOKS):
            missing = limit - len(claimed)
            if missing <= 0:
                break
            try:
                chosen, turn = await _choice(db, now, missing, wanted, limits, look)
                documents = await _whole(db, chosen)
            except PyMongoError as exc:
                if not claimed:
                    raise
                # Nothing was tried: what an earlier look claimed is this worker's, and known to be.
                log.warning(
                    "claim.cut_short", place=db.place, claimed=len(claimed), reason=str(exc)[:300]
                )
                break
            taken = await _take(db, documents, worker, now, lease, announce)
            if turn is not None:
                await _leave(db, turn)
            claimed += taken
            if len(taken) == len(chosen):
                break
    return sorted(claimed, key=lambda task: (rank_us(task), task.created_at))


async def _leave(db: Database, turn: turns.Turn) -> None:
    """Take the turn's reservations away; if that fails, they are spent by what they were for."""
    try:
        await turns.leave(db, turn)
    except PyMongoError as exc:
        log.warning("claim.turn_not_left", place=db.place, reason=str(exc)[:300])


async def _choice(
    db: Database, now: datetime, limit: int, wanted: Wanted, limits: ClaimLimits, look: int
) -> tuple[list[Document], turns.Turn | None]:
    """What this worker may take, and the turn in which it was chosen if lanes were looked at.

    `look` counts how often others were first: then it chooses among more than it needs, so that
    many workers that come at one moment do not all reach for the same few.
    """
    while True:
        window = limit << min(look, _WIDEST)
        if wanted.only is not None:
            window = min(window, len(wanted.only))
        # A few are read whole at once: nearly always they are what is taken.
        looked_at = READ if window <= _FEW else _LOOKED_AT
        found = await _candidates(db, now, window, wanted, looked_at=looked_at)
        if not _are_limited(limits, found):
            if not any(document["waits"] for document in found):
                places = sorted(random.sample(range(len(found)), min(limit, len(found))))
                return [found[place] for place in places], None
            unlimited = Room(NO_LIMITS, running=Counter(), started=Counter())
            chosen = await _choose(db, now, limit, wanted, unlimited, found)
            if not _are_limited(limits, chosen):
                return chosen, None
        seen = await turns.look(db, limits, now)
        chosen = await _choose(db, now, limit, wanted, seen.room, found)
        if not chosen:
            return [], None
        turn = await turns.take(db, seen, chosen, now)
        if turn is not None:
            return chosen, turn
        await step_back()


def _are_limited(limits: ClaimLimits, found: Iterable[Document]) -> bool:
    return is_limited(limits, [document["lanes"] for document in found])


async def _choose(
    db: Database,
    now: datetime,
    limit: int,
    wanted: Wanted,
    room: Room,
    found: Sequence[Document],
) -> list[Document]:
    """The first `limit` tasks whose turn it is and that have room; `found` is the first portion."""
    chosen: list[Document] = []
    # Councilors of whom one that waits was looked at, or that are at work: the others are behind.
    had_turn: set[str] = set()
    size = max(limit, len(found))
    for _ in range(_MOST_PORTIONS):
        had_turn |= await _at_work(db, found)
        behind = await _behind_another(db, now, found, wanted)
        for document in found:
            if len(chosen) == limit or not room.is_open:
                return chosen
            waits, agent_id = document["waits"], document["agent_id"]
            if waits and (agent_id in had_turn or document["_id"] in behind):
                continue
            lanes = document["lanes"]
            if room.take(lanes):
                chosen.append(document)
            elif PAST_LANE in room.full.intersection(lanes):
                continue  # what comes in time need not wait behind it
            if waits:
                had_turn.add(agent_id)
        if len(found) < size:
            break
        size = min(max(size * _GROWTH, _SECOND_PORTION), _LARGEST_PORTION)
        found = await _candidates(
            db,
            now,
            size,
            wanted,
            chosen=[document["_id"] for document in chosen],
            had_turn=had_turn,
            full=room.full,
        )
    return chosen


async def _candidates(
    db: Database,
    now: datetime,
    limit: int,
    wanted: Wanted,
    *,
    looked_at: Mapping[str, int] = _LOOKED_AT,
    chosen: Collection[Any] = (),
    had_turn: Collection[str] = (),
    full: Collection[str] = (),
) -> list[Document]:
    """The due tasks that wait longest, of those that are wanted.

    Without the ones that are `chosen`, the waiting ones of councilors that `had_turn`, and those in
    `full` lanes.
    """
    conditions: list[Document] = [due(now), wanted.where]
    if chosen:
        conditions.append({"_id": {"$nin": list(chosen)}})
    if had_turn:
        conditions.append({"$or": [{"waits": False}, {"agent_id": {"$nin": list(had_turn)}}]})
    if full:
        conditions.append({"lanes": {"$nin": [storable(lane) for lane in full]}})
    where = {"$and": [condition for condition in conditions if condition]}
    return await db[TASKS].find(where, looked_at).sort(IN_ORDER).limit(limit).to_list()


def _waiting_agents(found: Iterable[Document]) -> list[str]:
    return sorted({document["agent_id"] for document in found if document["waits"]})


async def _at_work(db: Database, found: Iterable[Document]) -> set[str]:
    """Of the councilors that these wait behind, those whose own key is held."""
    agents = _waiting_agents(found)
    if not agents:
        return set()
    holders = db[TASKS].find({"active_key": {"$in": agents}}, {"active_key": 1})
    return {holder["active_key"] async for holder in holders}


async def _behind_another(
    db: Database, now: datetime, found: Sequence[Document], wanted: Wanted
) -> set[Any]:
    """Of those that wait, the ones that are not the first of their councilor.

    Where nothing is narrowed, the order of the candidates sees to it.
    """
    if not wanted.where:
        return set()
    behind: set[Any] = set()
    for agent_id in _waiting_agents(found):
        where = due(now) | {"agent_id": agent_id, "waits": True}
        first = await db[TASKS].find(where, {"_id": 1}).sort(IN_ORDER).limit(1).to_list()
        behind |= {
            document["_id"]
            for document in found
            if document["waits"] and document["agent_id"] == agent_id
        } - {document["_id"] for document in first}
    return behind


async def _whole(db: Database, chosen: Sequence[Document]) -> list[Document]:
    """The documents of these, but for those that were written since they were chosen."""
    light = [document["_id"] for document in chosen if "snapshot" not in document]
    found = {document["_id"]: document for document in chosen if "snapshot" in document}
    if light:
        found |= {
            document["_id"]: document
            async for document in db[TASKS].find({"_id": {"$in": light}}, READ)
        }
    return [
        found[seen["_id"]]
        for seen in chosen
        if seen["_id"] in found and found[seen["_id"]]["rev"] == seen["rev"]
    ]


async def _take(
    db: Database,
    documents: Sequence[Document],
    worker: WorkerId,
    now: datetime,
    lease: timedelta,
    announce: Announce,
) -> list[Task]:
    """Claim each of these, unless it was written since it was read.

    A write that is cut off raises, whatever was claimed before it: nobody knows of it whether it
    was done, and who asked looks for all of them (TaskStore.held_by).
    """
    claimed = []
    owing: list[Document] = []
    for document in documents:
        task = task_from_document(document)
        active_key = AgentId(task.agent_id) if document["waits"] else task.active_key
        after = changes.claimed(task, worker, now, lease, active_key)
        try:
            stored = await write(db, document, task, after, now=now, announce=announce, owing=owing)
        except OperationFailure as exc:
            # Another one of this councilor was first.
            if not is_duplicate(exc):
                raise
            continue
        if stored is not None:
            claimed.append(stored)
    await deliver(db, TASKS, owing, is_own=True)
    return claimed
