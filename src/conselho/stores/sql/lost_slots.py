"""Slots that did not run: one row for consecutive ones, behind what was accounted for before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.models.event import Announce
from conselho.models.ids import AgentId, TaskId
from conselho.models.task import Task
from conselho.store import Loss
from conselho.stores.lost_rows import Row, accounted, first
from conselho.stores.sql.counters import count
from conselho.stores.sql.coverage import LEDGER
from conselho.stores.sql.lifecycle import store
from conselho.stores.sql.outbox import tell
from conselho.stores.sql.portable import bound, given, insert, take_turn
from conselho.stores.sql.rows import COLUMNS, covers_until, task_of, task_values
from conselho.stores.sql.schema import tasks


def record_lost(
    conn: sa.Connection, losses: Sequence[Loss], now: datetime, announce: Announce
) -> list[Task]:
    if not losses:
        return []
    # Replicas report the same slots at the same moment; the second must see the first one's rows,
    # and no Task for one of the slots may come in between (lifecycle.submit).
    take_turn(conn, LEDGER)
    before = _holders(conn, {loss.row.agent_id for loss in losses})
    newest = {agent_id: Row(task, []) for agent_id, task in before.items()}
    changed: dict[TaskId, Row] = {}
    for loss in losses:
        holder = newest.get(loss.row.agent_id)
        watermark = holder and covers_until(holder.task)
        row = accounted(holder, watermark, loss, now)
        if row is not None:
            newest[loss.row.agent_id] = changed[row.task.task_id] = row
    grown = [(before[row.task.agent_id], row.task) for row in changed.values() if not row.slots]
    stored = {task.task_id: task for task in store(conn, grown, now, announce)}
    new = _insert(conn, [row for row in changed.values() if row.slots], now, announce)
    stored |= {task.task_id: task for task in new}
    return [stored[task_id] for task_id in changed if task_id in stored]


def _holders(conn: sa.Connection, agents: Iterable[AgentId]) -> dict[AgentId, Task]:
    """For each agent the row that holds its watermark."""
    rows = conn.execute(_holding(conn.dialect.name), {"ids": bound(agents)})
    return {task.agent_id: task for task in map(task_of, rows)}


@cache
def _holding(dialect: str) -> sa.Select[Any]:
    wanted = given(dialect)
    other = tasks.alias("other")
    newest = (
        sa.select(other.c.task_id)
        .where(other.c.agent_id == wanted.c.id, other.c.covers_until.is_not(None))
        .order_by(other.c.covers_until.desc())
        .limit(1)
        .correlate(wanted)
        .scalar_subquery()
    )
    # Of each wanted agent: alone in the list, the subquery would look for the newest of all.
    return sa.select(*COLUMNS).where(tasks.c.task_id.in_(sa.select(newest).select_from(wanted)))


def _insert(
    conn: sa.Connection, rows: Sequence[Row], now: datetime, announce: Announce
) -> list[Task]:
    stored: list[Task] = []
    waiting = list(rows)
    while waiting:
        values = [task_values(row.task) for row in waiting]
        created = set(conn.execute(_inserting(conn.dialect.name), values).scalars())
        stored += [row.task for row in waiting if row.task.task_id in created]
        # A Task of another trigger bears the key of its first slot: that one is accounted for.
        refused = [row for row in waiting if row.task.task_id not in created]
        waiting = [first(row.task, row.slots[1:]) for row in refused if row.slots[1:]]
    count(conn, added=stored)
    tell(conn, stored, announce, now)
    return stored


@cache
def _inserting(dialect: str) -> Any:
    return insert(dialect, tasks).on_conflict_do_nothing().returning(tasks.c.task_id)
