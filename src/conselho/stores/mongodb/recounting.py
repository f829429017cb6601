"""The counters held against the tasks that they count, and made anew from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bson import Int64

from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import COUNTERS, TASKS, Document
from conselho.stores.mongodb.figures import (
    COUNTED_FIELDS,
    HERE,
    Sums,
    flat,
    identity_of,
    merge,
    newest_of,
    share_of,
    sums_of,
    without_zeros,
)
from conselho.stores.mongodb.folding import (
    REBUILD,
    TRIES,
    Batch,
    at_rest,
    begin,
    each,
    finish_open,
    fold,
    set_once,
    share_in,
)

_FIELDS = {**COUNTED_FIELDS, "counted": 1, "folded": 1}


async def recount(db: Database) -> bool:
    """Whether the counters said what the tasks say; now they do."""
    if await at_rest(db, lambda: _agree(db)):
        return True
    for _ in range(TRIES):
        number = await fold(db)
        if await begin(db, Batch(number=number + 1, kind=REBUILD, tasks=(), sums=())):
            break
    await finish_open(db)
    return False


async def _agree(db: Database) -> bool:
    told, newest = await _from_tasks(db)
    kept: Sums = {}
    known: dict[str, int] = {}
    async for counter in db[COUNTERS].find({}, {HERE: 1, "newest": 1}):
        kept[counter["_id"]] = {(HERE, *path): amount for path, amount in flat(counter.get(HERE))}
        known[counter["_id"]] = int(counter.get("newest") or 0)
    # A newer run than these may have been pruned.
    return without_zeros(kept) == told and all(
        known[counter] >= moment for counter, moment in newest.items()
    )


async def _from_tasks(db: Database) -> tuple[Sums, dict[str, int]]:
    """What the counters would be of the tasks that are there, and the newest runs of agents."""
    sums: Sums = {}
    newest: dict[str, int] = {}
    # What the former system writes at this moment is taken over when the store is opened next.
    async for document in db[TASKS].find({"us": {"$ne": None}}, _FIELDS):
        # One that waits to be folded counts as what the counters have of it.
        share = share_of(document) if document["counted"] else share_in(document)
        merge(sums, sums_of(share))
        for counter, moment in newest_of([share]).items():
            newest[counter] = max(newest.get(counter, 0), moment)
    return without_zeros(sums), newest


async def rebuild(db: Database, number: int) -> None:
    """Write the counters anew; nothing is folded meanwhile, since a batch is open."""
    sums, newest = await _from_tasks(db)
    there = [counter["_id"] async for counter in db[COUNTERS].find({}, {"_id": 1})]
    shares = {counter: sums.get(counter, {}) for counter in {*there, *sums}}

    async def write(counter: str) -> None:
        change: Document = {
            "$set": {
                **identity_of(counter),
                "batch": number,
                HERE: _nested(shares[counter]),
            }
        }
        if counter in newest:
            change["$max"] = {"newest": Int64(newest[counter])}
        await set_once(db, counter, number, change)

    await each(shares, write)


def _nested(amounts: Mapping[tuple[str, ...], int]) -> dict[str, Any]:
    """`here` with these amounts; each path begins with its name."""
    part: dict[str, Any] = {}
    for (_, *path, name), amount in amounts.items():
        into = part
        for step in path:
            into = into.setdefault(step, {})
        into[name] = Int64(amount)
    return part
