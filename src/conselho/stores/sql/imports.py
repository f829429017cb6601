"""Taking over Tasks that ended elsewhere: their rows and their figures, without any event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from conselho.models.ids import TaskId
from conselho.models.task import FINAL, LOST_SLOT, PastAttempt, Status, Task
from conselho.stores.sql.attempts import keep_past
from conselho.stores.sql.counters import count
from conselho.stores.sql.lifecycle import insert_new
from conselho.stores.sql.rows import Values, task_values
from conselho.stores.sql.spending import count_usage


def import_tasks(conn: sa.Connection, given: Sequence[Task]) -> frozenset[TaskId]:
    for task in given:
        if task.status not in FINAL - LOST_SLOT:
            raise ValueError(f"{task.task_id} is {task.status}: only runs that ended are imported")
    # They ran by another schedule: this one's ledger knows nothing of them.
    rows = [task_values(task) | {"covers_until": None} for task in given]
    return frozenset(task.task_id for task in _store(conn, given, rows))


def carry_tasks(
    conn: sa.Connection, given: Sequence[Task], past: Mapping[TaskId, Sequence[PastAttempt]]
) -> frozenset[TaskId]:
    for task in given:
        if task.status is Status.PROCESSING:
            raise ValueError(f"{task.task_id} is processing: nobody here would own it")
    stored = _store(conn, given, list(map(task_values, given)))
    keep_past(conn, {task.task_id: past.get(task.task_id, ()) for task in stored})
    return frozenset(task.task_id for task in stored)


def _store(conn: sa.Connection, given: Sequence[Task], rows: Sequence[Values]) -> list[Task]:
    """Insert these rows, unless a key of theirs is taken; the Tasks of those that were, counted."""
    waiting = insert_new(conn, rows) if rows else set()
    stored = []
    for task in given:
        if task.task_id in waiting:  # of two with one id the first is stored
            waiting.discard(task.task_id)
            stored.append(task)
    if stored:
        count(conn, added=stored)
        count_usage(conn, added=stored)
    return stored
