"""Taking over Tasks that ended elsewhere, with their figures and without any event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo.errors import BulkWriteError

from conselho.models.ids import AgentId, TaskId
from conselho.models.task import FINAL, LOST_SLOT, PastAttempt, Status, Task
from conselho.stores.mongodb import ledger
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import (
    TASKS,
    Document,
    stored_active_key,
    task_document,
)
from conselho.stores.mongodb.failures import refused_places
from conselho.stores.mongodb.writing import counts
from conselho.stores.sql.rows import covers_until, micros, storable, storable_or_none


async def import_tasks(db: Database, given: Sequence[Task]) -> frozenset[TaskId]:
    for task in given:
        if task.status not in FINAL - LOST_SLOT:
            raise ValueError(f"{task.task_id} is {task.status}: only runs that ended are imported")
    return await _insert(db, given, list(map(_imported, given)))


def _imported(task: Task) -> Document:
    document = _document(task)
    # They ran by another schedule: this one's ledger knows nothing of them.
    document["us"]["covers_until"] = None
    # What has ended holds nobody's seat.
    document["active_key"] = stored_active_key(task.task_id, task.task_id)
    return document


async def carry_tasks(
    db: Database, given: Sequence[Task], past: Mapping[TaskId, Sequence[PastAttempt]]
) -> frozenset[TaskId]:
    for task in given:
        if task.status is Status.PROCESSING:
            raise ValueError(f"{task.task_id} is processing: nobody here would own it")
    documents = [
        _document(task) | {"past_attempts": list(map(_past, past.get(task.task_id, ())))}
        for task in given
    ]
    # First: after a crash between the two, who goes on finds the rows here and leaves them alone.
    await _cover(db, given)
    return await _insert(db, given, documents)


def _past(attempt: PastAttempt) -> Document:
    return {
        "attempt": attempt.attempt,
        "started_at": micros(attempt.started_at),
        "ended_at": micros(attempt.ended_at),
        "error_kind": storable_or_none(attempt.error_kind),
        "error_cause": storable_or_none(attempt.error_cause),
        "error": storable(attempt.error),
    }


async def _cover(db: Database, carried: Iterable[Task]) -> None:
    """Let the books of the agents say that the slots of these are accounted for."""
    newest: dict[str, int] = {}
    for task in carried:
        slot = covers_until(task)
        if slot is not None:
            name = storable(task.agent_id)
            newest[name] = max(newest.get(name, micros(slot)), micros(slot))
    for name, book in (await ledger.books(db, newest)).items():
        while not book.has(newest[name]) and not await ledger.cover(db, book, newest[name]):
            book = await ledger.read(db, AgentId(name))


def _document(task: Task) -> Document:
    return task_document(task) | {"settled": True, "counted": not counts(task), "outbox": []}


async def _insert(
    db: Database, given: Sequence[Task], documents: Sequence[dict[str, Any]]
) -> frozenset[TaskId]:
    """Insert those whose keys are free; their ids."""
    if not given:
        return frozenset()
    refused: set[int] = set()
    try:
        await db[TASKS].insert_many(documents, ordered=False)
    except BulkWriteError as exc:
        refused = set(refused_places(exc))
    return frozenset(task.task_id for place, task in enumerate(given) if place not in refused)
