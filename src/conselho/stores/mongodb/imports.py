"""Taking over Tasks that ended elsewhere, with their figures and without any event."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from pymongo.errors import BulkWriteError

from conselho.models.ids import TaskId
from conselho.models.task import FINAL, LOST_SLOT, Task
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import (
    TASKS,
    Document,
    stored_active_key,
    task_document,
)
from conselho.stores.mongodb.failures import refused_places


async def import_tasks(db: Database, given: Sequence[Task]) -> frozenset[TaskId]:
    for task in given:
        if task.status not in FINAL - LOST_SLOT:
            raise ValueError(f"{task.task_id} is {task.status}: only runs that ended are imported")
    if not given:
        return frozenset()
    refused: set[int] = set()
    try:
        await db[TASKS].insert_many(list(map(_document, given)), ordered=False)
    except BulkWriteError as exc:
        refused = set(refused_places(exc))
    return frozenset(task.task_id for place, task in enumerate(given) if place not in refused)


def _document(task: Task) -> Document:
    document = task_document(task)
    # They ran by another schedule: this one's ledger knows nothing of them.
    document["us"]["covers_until"] = None
    # What has ended holds nobody's seat.
    document["active_key"] = stored_active_key(task.task_id, task.task_id)
    return document | {"birth": secrets.token_hex(8), "counted": False, "outbox": []}
