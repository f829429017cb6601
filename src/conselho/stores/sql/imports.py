"""Taking over Tasks that ended elsewhere: their rows and their figures, without any event."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from conselho.models.ids import TaskId
from conselho.models.task import FINAL, LOST_SLOT, Task
from conselho.stores.sql.counters import count
from conselho.stores.sql.lifecycle import insert_new
from conselho.stores.sql.rows import task_values
from conselho.stores.sql.spending import count_usage


def import_tasks(conn: sa.Connection, given: Sequence[Task]) -> frozenset[TaskId]:
    for task in given:
        if task.status not in FINAL - LOST_SLOT:
            raise ValueError(f"{task.task_id} is {task.status}: only runs that ended are imported")
    # They ran by another schedule: this one's ledger knows nothing of them.
    rows = [task_values(task) | {"covers_until": None} for task in given]
    created = insert_new(conn, rows) if rows else set()
    waiting = set(created)
    stored = []
    for task in given:
        if task.task_id in waiting:  # of two with one id the first is stored
            waiting.discard(task.task_id)
            stored.append(task)
    if stored:
        count(conn, added=stored)
        count_usage(conn, added=stored)
    return frozenset(created)
