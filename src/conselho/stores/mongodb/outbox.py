"""Events: told in the document that changes, then put into the collection that clients read from.

    write        the change and its drafts (`outbox`) are one write of one document
    `deliver`    the drafts become events, `_id` one higher than the newest
    `confirm`    they are where readers find them, and leave the outbox: at once, or, of what no
                 other process will write soon, together with what is delivered within a second
    `catch_up`   the same for what a crash left in outboxes, when it is seen there again: by each
                 sweep, and now and then by a look for events that finds none

Any number of processes deliver at one time. `_id` is unique, and an event of number n is stored
only by one that knows that n - 1 is there, so numbers have no gap and who reads on from a number
misses nothing. `draft` is unique, so the same fact is stored once. When a number is taken or a fact
is there already, the newest number is read again and what is left is tried again.

Two moments need care, both with `pruned`, the number up to which events were deleted, which is
written before anything is deleted:

- A process that slept may hold a newest number that is deleted by now. Its insertion would succeed,
  behind the back of all readers. So `pruned` is read after the insertion, before the draft leaves
  its outbox: what is not above it is taken back, and tried again.
- With everything deleted the newest number is `pruned`: it never goes back.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from pymongo.errors import BulkWriteError, PyMongoError

from conselho.models.event import Event, EventDraft
from conselho.stores.mongodb.connection import Database, Owing
from conselho.stores.mongodb.documents import EVENTS, META, TELLING, Document
from conselho.stores.mongodb.failures import refused_places
from conselho.stores.sql.rows import micros, moment_of, storable, to_json

log = structlog.get_logger(__name__)

# So many documents with something to tell are looked at in one go.
_AT_ONCE: Final = 500
# How often looks that find none catch up; what could not be told here is caught up with at once.
CATCH_UP_SECONDS: Final = 5.0
_INSERTED_AT_ONCE: Final = 500
_HEAD: Final = "events"
# How long what is delivered may wait for its confirmation: not until others see it in two sweeps,
# as these come by default. How long until one that failed is tried again.
CONFIRM_SECONDS: Final = 1.0
CONFIRM_AGAIN_SECONDS: Final = 5.0
# Fewer events than are kept at the least.
_FAR: Final = 500
# Before any moment: only numbers are compared with it, and there are none in an empty outbox.
_EVER: Final = -(2**62)


def drafts(events: Sequence[EventDraft], at: datetime) -> list[Document]:
    """Elements of an `outbox`, in order."""
    token = secrets.token_hex(8)
    return [
        {
            "draft": f"{token}-{place}",
            "type": event.type.value,
            "agent_id": storable(event.agent_id),
            "at": micros(at),
            # A text: keys of any kind are as they were.
            "data": to_json(event.data),
        }
        for place, event in enumerate(events)
    ]


async def deliver(
    db: Database, collection: str, documents: Iterable[Mapping[str, Any]], *, is_own: bool = False
) -> bool:
    """Make events of what these documents have to tell, in order; they bear `_id` and `outbox`.

    False when that failed here. `is_own`: no other process will write them soon, so that their
    outboxes may be emptied with those of others, see `confirm`.

    The changes are stored already: when the server is lost now, what is not told yet stays in the
    outboxes, and is told by whoever looks for events next.
    """
    db.owing += [
        Owing(collection, document["_id"], document["outbox"], is_own=is_own)
        for document in documents
        if document.get("outbox")
    ]
    # One delivery at a time in a process, of all that is owed by then: side by side they would be
    # in each other's way, at the newest number.
    async with db.delivering:
        owing, db.owing = db.owing, []
        if not owing:
            return True
        try:
            await _deliver(db, owing)
        except PyMongoError as exc:
            log.warning("events.delayed", place=db.place, documents=len(owing), reason=str(exc))
            db.caught_up_at = db.seen_untold = None
            return False
    db.tell()
    return True


async def _deliver(db: Database, owing: Sequence[Owing]) -> None:
    # A document bears what was told of it until that is confirmed.
    told = {draft["draft"] for one in db.unconfirmed for draft in one.drafts}
    new = [draft for one in owing for draft in one.drafts if draft["draft"] not in told]
    try:
        if new:
            await _store(db, new)
    except PyMongoError:
        # Who finds them in their outboxes sees to what was stored of them, too.
        names = {draft["draft"] for draft in new}
        db.unsure = {n: one for n, one in db.unsure.items() if one["draft"] not in names}
        raise
    db.unconfirmed += owing
    if all(one.is_own for one in owing):
        db.confirm_soon()
    else:
        await _confirm(db)


async def confirm(db: Database) -> None:
    """Empty the outboxes of what was delivered. Raises PyMongoError; then it is still to be done.

    Others that find these drafts in two sweeps, or begin just then, are refused when they tell
    them, and empty the outboxes instead.
    """
    async with db.delivering:
        await _confirm(db)


async def _confirm(db: Database) -> None:
    if not db.unconfirmed:
        return
    while behind := await _behind(db):
        await _tell_again(db, behind)
    for collection in TELLING:
        owned = [one for one in db.unconfirmed if one.collection == collection]
        if owned:
            told = [draft for one in owned for draft in one.drafts]
            await db[collection].update_many(
                {"_id": {"$in": [one.key for one in owned]}}, {"$pullAll": {"outbox": told}}
            )
    db.unconfirmed.clear()
    db.unsure.clear()


async def _behind(db: Database) -> list[int]:
    """The numbers, told here and not confirmed, at which no reader looks any more."""
    pruned = await _pruned(db)
    return [number for number in db.unsure if number <= pruned]


async def _tell_again(db: Database, behind: Sequence[int]) -> None:
    """Take these numbers back and tell their drafts behind all others.

    But for those that have left their outboxes: somebody confirmed them while they could be read.
    """
    gone = await _confirmed_by_others(db)
    told = [db.unsure[n] for n in behind if db.unsure[n]["draft"] not in gone]
    if told:
        names = [draft["draft"] for draft in told]
        await db[EVENTS].delete_many({"_id": {"$in": list(behind)}, "draft": {"$in": names}})
        db.newest_event, _ = await _newest(db)
        await _store(db, told, is_again=True)
    # Not before: when the server was lost meanwhile, all of it is done again.
    for number in behind:
        del db.unsure[number]


async def _confirmed_by_others(db: Database) -> set[str]:
    """Of the drafts that are not confirmed here, those that are in no outbox any more."""
    gone = {draft["draft"] for one in db.unconfirmed for draft in one.drafts}
    for collection in TELLING:
        keys = [one.key for one in db.unconfirmed if one.collection == collection]
        if keys:
            found = db[collection].find({"_id": {"$in": keys}}, {"outbox": 1})
            async for document in found:
                gone -= _names(document)
    return gone


async def catch_up(db: Database) -> None:
    """Deliver what is left in outboxes; what cannot be now is left to the next look.

    Its writer may be at it at this moment, and two that deliver the same are in each other's way.
    So what a process sees there for the first time is left alone, unless it is all new to it.
    """
    await confirm(db)
    seen = db.seen_untold
    found: set[str] = set()
    for collection in TELLING:
        while True:
            owing = await (
                db[collection]
                .find({"outbox.at": {"$gte": _EVER}, "settled": {"$ne": False}}, {"outbox": 1})
                .limit(_AT_ONCE)
                .to_list()
            )
            left = [document for document in owing if seen is None or _names(document) & seen]
            if not await deliver(db, collection, left):
                return
            found.update(*map(_names, owing))
            if not left or len(owing) < _AT_ONCE:
                break
    db.seen_untold = found
    db.caught_up_at = asyncio.get_running_loop().time()


def _names(document: Mapping[str, Any]) -> set[str]:
    """The drafts that a document has still to tell."""
    return {draft["draft"] for draft in document["outbox"]}


async def _store(db: Database, told: Sequence[Document], *, is_again: bool = False) -> None:
    """Make events of these drafts. Which numbers are to be confirmed is noted in `db.unsure`."""
    waiting = list(told)
    if not db.newest_event:
        db.newest_event, _ = await _newest(db)
    elif db.others_tell:
        await _hear_of_others(db)
    while waiting:
        if not is_again and _may_be_behind(db):
            # First what was told before, so that it is not told again behind this.
            await _confirm(db)
        portion = waiting[:_INSERTED_AT_ONCE]
        first = db.newest_event + 1
        numbered = [draft | {"_id": first + place} for place, draft in enumerate(portion)]
        try:
            await db[EVENTS].insert_many(numbered)
        except BulkWriteError as exc:
            refused_places(exc)
            db.others_tell = True
        else:
            db.newest_event = max(db.newest_event, first + len(portion) - 1)
            db.unsure |= {
                event["_id"]: draft for event, draft in zip(numbered, portion, strict=True)
            }
            waiting = waiting[len(portion) :]
            continue
        if await _is_number_taken(db, first, portion):
            continue
        there = await _settled(db, portion)
        waiting = [draft for draft in waiting if draft["draft"] not in there]


def _may_be_behind(db: Database) -> bool:
    """Whether so many told since that what is not confirmed may have been told behind a pruning."""
    return bool(db.unsure) and db.newest_event - min(db.unsure) > _FAR


async def _hear_of_others(db: Database) -> None:
    """Read the newest number before one behind it is tried: that is less than to be refused."""
    known = db.newest_event
    last = await _last(db)
    db.newest_event = max(known, last)
    db.others_tell = last > known


async def _is_number_taken(db: Database, first: int, portion: Sequence[Document]) -> bool:
    """After an insertion that was refused: whether others were first at the number, and that is
    all; then the newest one is known.
    """
    wanted = {draft["draft"] for draft in portion}
    there = await (
        db[EVENTS]
        .find({"$or": [{"_id": {"$gte": first}}, {"draft": {"$in": list(wanted)}}]}, {"draft": 1})
        .limit(_INSERTED_AT_ONCE)
        .to_list()
    )
    is_all = 0 < len(there) < _INSERTED_AT_ONCE
    if not is_all or any(event["draft"] in wanted for event in there):
        return False
    db.newest_event = max(event["_id"] for event in there)
    return True


async def _settled(db: Database, portion: Sequence[Document]) -> set[str]:
    """After an insertion that others were in the way of: which drafts are events now."""
    db.newest_event, pruned = await _newest(db)
    wanted = [draft["draft"] for draft in portion]
    found = await db[EVENTS].find({"draft": {"$in": wanted}}, {"draft": 1}).to_list()
    behind = [event["_id"] for event in found if event["_id"] <= pruned]
    if behind:
        await db[EVENTS].delete_many({"_id": {"$in": behind}, "draft": {"$in": wanted}})
    return {event["draft"] for event in found if event["_id"] > pruned}


async def _newest(db: Database) -> tuple[int, int]:
    """The newest number ever given, and the one up to which events are deleted."""
    # In this order: the other way round all of them might be deleted in between.
    last = await _last(db)
    pruned = await _pruned(db)
    return max(last, pruned), pruned


async def _last(db: Database) -> int:
    """The newest number that is there; 0 without any."""
    last = await db[EVENTS].find({}, {"_id": 1}).sort("_id", -1).limit(1).to_list()
    return last[0]["_id"] if last else 0


async def _pruned(db: Database) -> int:
    head = await db[META].find_one({"_id": _HEAD})
    return head["pruned"] if head else 0


async def events_after(db: Database, seq: int, limit: int, identity: str) -> list[Event]:
    if limit <= 0:
        return []
    found = await _after(db, seq, limit)
    if not found and _is_time_to_catch_up(db):
        await catch_up(db)
        found = await _after(db, seq, limit)
    if found:
        # Its own next one comes behind them, without being refused.
        db.newest_event = max(db.newest_event, found[-1]["_id"])
    return [_event_of(document, identity) for document in found]


def _is_time_to_catch_up(db: Database) -> bool:
    """Not at each look: servers look every second, and each sweep of anybody catches up."""
    if db.caught_up_at is None:
        return True
    return asyncio.get_running_loop().time() - db.caught_up_at >= CATCH_UP_SECONDS


async def _after(db: Database, seq: int, limit: int) -> list[Document]:
    return await db[EVENTS].find({"_id": {"$gt": seq}}).sort("_id", 1).limit(limit).to_list()


def _event_of(document: Mapping[str, Any], identity: str) -> Event:
    return Event(
        event_id=f"{identity}-{document['_id']}",
        seq=document["_id"],
        type=document["type"],
        agent_id=document["agent_id"],
        data=json.loads(document["data"]),
        created_at=moment_of(document["at"]),
    )


async def event_span(db: Database) -> tuple[int, int]:
    newest, pruned = await _newest(db)
    behind = db[EVENTS].find({"_id": {"$gt": pruned}}, {"_id": 1}).sort("_id", 1).limit(1)
    oldest = await behind.to_list()
    return (oldest[0]["_id"] if oldest else newest + 1), newest


async def prune_events(db: Database, keep: int, limit: int) -> int:
    # What was just told here is not mistaken for what was told behind a pruning.
    await confirm(db)
    oldest, newest = await event_span(db)
    # Numbers have no gaps, so the newest `keep` are a range.
    last = min(newest - keep, oldest + limit - 1)
    if last < oldest:
        return 0
    await db[META].update_one({"_id": _HEAD}, {"$max": {"pruned": last}}, upsert=True)
    return (await db[EVENTS].delete_many({"_id": {"$lte": last}})).deleted_count
