"""The conditional write of one Task: the change, its events and what it counts, in one document."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from pymongo import ReturnDocument

from conselho.models.event import Announce
from conselho.models.ids import TaskId
from conselho.models.task import Status, Task
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import (
    TASKS,
    Document,
    changeable_fields,
    key_of,
    task_document,
    task_from_document,
)
from conselho.stores.mongodb.outbox import deliver, drafts
from conselho.stores.sql.rows import micros, storable, storable_or_none

MOST_OF_ERROR: Final = 1_000
_STEP_BACK_SECONDS: Final = 0.02
# What a write starts from: all but what it never touches.
READ: Final = {"sent_prompt": 0, "past_attempts": 0}


def new_document(task: Task, announce: Announce, *, told_at: datetime | None = None) -> Document:
    """The document of a new Task, with what it has to tell (at its created_at, if no other)."""
    return task_document(task) | {
        "settled": True,
        "counted": not counts(task),
        "outbox": drafts(announce(task), told_at or task.created_at),
    }


def counts(task: Task) -> bool:
    """Whether figures have anything from this Task: it ended, or it spent."""
    return task.spent_at is not None or task.status not in (Status.PENDING, Status.PROCESSING)


async def find(db: Database, task_id: str) -> Document | None:
    """The document of a Task; of the former system's under whatever `_id`."""
    found = await db[TASKS].find_one({"_id": key_of(task_id)})
    if found is None:
        found = await db[TASKS].find_one({"task_id": storable(task_id)})
    return found


async def change(
    db: Database,
    task_id: TaskId,
    decide: Callable[[Task | None], Task | None],
    *,
    now: datetime,
    announce: Announce,
    keeps_attempt: bool = True,
) -> Task | None:
    """Change a Task as `decide` says of it, as it stands at the moment of the write.

    `decide` is asked again when somebody else wrote in between; it may raise. None: nothing is to
    be changed. It is given None for a Task that is not there. The Task as it is stored then.
    """
    document = await find(db, task_id)
    while True:
        before = None if document is None else task_from_document(document)
        after = decide(before)
        if document is None or before is None or after is None:
            return None
        stored = await write(
            db, document, before, after, now=now, announce=announce, keeps_attempt=keeps_attempt
        )
        if stored is not None:
            return stored
        await step_back()
        document = await find(db, task_id)


async def step_back() -> None:
    """Wait a moment after a lost race.

    What others wrote is read when the majority of a replica set has it, which takes a few
    milliseconds longer than it takes to lose to it.
    """
    await asyncio.sleep(random.uniform(0, _STEP_BACK_SECONDS))


async def write(
    db: Database,
    document: Mapping[str, Any],
    before: Task,
    after: Task,
    *,
    now: datetime,
    announce: Announce,
    keeps_attempt: bool = True,
    owing: list[Document] | None = None,
) -> Task | None:
    """Write a Task that was computed from `document`; None when somebody else wrote in between.

    An attempt that is given up is kept, unless it is one that was not begun. Its events are
    delivered at once, or by a caller that has more of them: into `owing` goes what has to tell.
    """
    update: Document = {"$set": changeable_fields(after), "$inc": {"rev": 1}}
    if after.sent_prompt is not None:
        update["$set"]["sent_prompt"] = storable(after.sent_prompt)
    if counts(after) or counts(before):
        update["$set"]["counted"] = False
    told = drafts(announce(after), now)
    pushed: Document = {"outbox": {"$each": told}} if told else {}
    is_given_back = before.status is Status.PROCESSING and after.status is Status.PENDING
    if is_given_back and keeps_attempt:
        pushed["past_attempts"] = {"$each": [_past(before, after, now)]}
    if pushed:
        update["$push"] = pushed
    stored = await db[TASKS].find_one_and_update(
        {"_id": document["_id"], "rev": document["rev"]},
        update,
        return_document=ReturnDocument.AFTER,
    )
    if stored is None:
        return None
    if owing is None:
        await deliver(db, TASKS, [stored])
    else:
        owing.append(stored)
    return task_from_document(stored)


def _past(before: Task, after: Task, now: datetime) -> Document:
    """The attempt that a change gives up."""
    return {
        "attempt": before.attempt,
        "started_at": micros(before.started_at or now),
        "ended_at": micros(now),
        "error_kind": storable_or_none(after.error_kind),
        "error_cause": storable_or_none(after.error_cause),
        "error": storable((after.error or "")[:MOST_OF_ERROR]),
    }
