"""Whose turn it is to choose among tasks whose lanes are limited.

What is in a lane is counted from the tasks, as everywhere; but a count and a claim are two steps,
and two workers that count at one moment would both find the last place free. So one document holds
what was chosen and may not be claimed yet:

    1. read it: its `rev`, and the reservations in it
    2. count what is at work from the tasks, and the reservations that are not claimed yet
    3. choose, and write the choice into it as reservations, conditional on `rev`
    4. claim what was chosen, each conditional on the document that was read
    5. take the reservations away

Whoever wins step 3 has seen the choice of all that won before, claimed or not, so a limit is never
exceeded. A reservation is spent when its Task has the fence that it names. One that a crash left
behind is revoked after a while: a write of its Task makes the claim that it was for impossible,
then it may be forgotten. That is safe at any time, whatever the clocks say; they only decide on how
long the place stays empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from pymongo.errors import OperationFailure

from conselho.models.task import Status
from conselho.store import ClaimLimits
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import META, TASKS, Document
from conselho.stores.mongodb.failures import is_duplicate
from conselho.stores.sql.lanes import COUNCIL, Room
from conselho.stores.sql.rows import micros

# A claim is a matter of milliseconds.
RESERVED: Final = timedelta(seconds=5)
_MINUTE: Final = timedelta(minutes=1)
_TURN: Final = "turn"


class Seen(NamedTuple):
    """What a worker that wants to choose has seen."""

    rev: int
    reserved: list[Document]
    room: Room


class Turn(NamedTuple):
    """The reservations of one choice."""

    own: list[Document]


async def look(db: Database, limits: ClaimLimits, now: datetime) -> Seen:
    turn = await _read(db)
    # In this order: what is claimed in between is seen among those at work.
    reserved = await _open(db, turn["reserved"], now)
    at_work = {
        document["_id"]: document["lanes"]
        async for document in db[TASKS].find({"status": Status.PROCESSING.value}, {"lanes": 1})
    }
    unclaimed = [one["lanes"] for one in reserved if one["task"] not in at_work]
    running = _count([*at_work.values(), *unclaimed])
    started: Counter[str] = Counter()
    if limits.per_minute:
        started = _count([*await _started(db, now), *unclaimed])
    return Seen(turn["rev"], reserved, Room(limits, running=running, started=started))


async def take(db: Database, seen: Seen, chosen: Sequence[Document], now: datetime) -> Turn | None:
    """Reserve what was chosen; None when another one chose since."""
    own = [
        {
            "task": document["_id"],
            "fence": document["fence"] + 1,
            "lanes": document["lanes"],
            "at": micros(now),
        }
        for document in chosen
    ]
    written = await db[META].update_one(
        {"_id": _TURN, "rev": seen.rev},
        {"$set": {"reserved": [*seen.reserved, *own]}, "$inc": {"rev": 1}},
    )
    return Turn(own) if written.matched_count else None


async def leave(db: Database, turn: Turn) -> None:
    """Take the reservations away: what they were for is claimed by now, or will not be."""
    await db[META].update_one({"_id": _TURN}, {"$pullAll": {"reserved": turn.own}})


async def _read(db: Database) -> Mapping[str, Any]:
    while True:
        found = await db[META].find_one({"_id": _TURN})
        if found is not None:
            return found
        try:
            await db[META].insert_one({"_id": _TURN, "rev": 1, "reserved": []})
        except OperationFailure as exc:
            if not is_duplicate(exc):
                raise


async def _open(db: Database, reserved: Iterable[Document], now: datetime) -> list[Document]:
    """The reservations whose claims are still to come."""
    by_task = {one["task"]: one for one in reserved}
    if not by_task:
        return []
    before = micros(now - RESERVED)
    still = []
    pending = {"_id": {"$in": list(by_task)}, "status": Status.PENDING.value}
    async for document in db[TASKS].find(pending, {"fence": 1}):
        one = by_task[document["_id"]]
        if document["fence"] >= one["fence"]:
            continue
        if one["at"] > before or not await _revoke(db, document):
            still.append(one)
    return still


async def _revoke(db: Database, document: Mapping[str, Any]) -> bool:
    """Make the claim that a reservation is for impossible; False when it came first."""
    same = {"_id": document["_id"], "fence": document["fence"], "status": Status.PENDING.value}
    written = await db[TASKS].update_one(same, {"$inc": {"rev": 1}})
    return written.matched_count > 0


async def _started(db: Database, now: datetime) -> list[Sequence[str]]:
    """The lanes of what was started within the minute: it is at work, or ended within it as well.

    An attempt that was given back is in neither part, since its document tells of no start any
    more. One that tells of a start in the future was claimed before somebody set the clock back.
    """
    since = micros(now - _MINUTE)
    in_minute = {"us.started_at": {"$gt": since, "$lte": micros(now)}}
    parts: list[Document] = [
        {"status": Status.PROCESSING.value},
        {"us.ended_at": {"$gt": since}},
    ]
    return [
        document["lanes"]
        for part in parts
        async for document in db[TASKS].find(part | in_minute, {"lanes": 1})
    ]


def _count(found: Iterable[Sequence[str]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for lanes in found:
        counted.update({COUNCIL, *lanes})
    return counted
