"""Which slots are accounted for: by a Task of their own, or by a row of lost ones.

The watermark of an agent is the newest slot that any of its rows covers. It is never stored by
itself: it is the last entry of an index, so it cannot disagree with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from conselho.models.ids import AgentId, TaskId
from conselho.models.task import Task
from conselho.stores.sql.portable import bound, given, given_rows
from conselho.stores.sql.rows import micros, moment_of, storable
from conselho.stores.sql.schema import tasks

# What tells slots as lost takes its turn under this name, what submits slots shares it.
LEDGER: Final = "ledger"


def watermarks(conn: sa.Connection, agents: Sequence[AgentId]) -> dict[AgentId, datetime]:
    rows = conn.execute(_watermarks(conn.dialect.name), {"ids": bound(agents)})
    return {agent_id: moment_of(slot) for agent_id, slot in rows if slot is not None}


@cache
def _watermarks(dialect: str) -> sa.Select[Any]:
    # One step down the index for each agent; GROUP BY would read all entries of all of them.
    wanted = given(dialect)
    newest = (
        sa.select(sa.func.max(tasks.c.covers_until))
        .where(tasks.c.agent_id == wanted.c.id, tasks.c.covers_until.is_not(None))
        .scalar_subquery()
    )
    return sa.select(wanted.c.id, newest)


def covered(conn: sa.Connection, slots: Sequence[Task]) -> dict[TaskId, TaskId]:
    """Of Tasks for slots, those that a row of lost slots covers, each with that row's id."""
    asked = [
        [task.task_id, storable(task.agent_id), micros(task.due_at)]
        for task in slots
        if task.due_at is not None
    ]
    rows = conn.execute(_covered(conn.dialect.name), {"slots": bound(asked)})
    return {row.task: row.task_id for row in rows}


@cache
def _covered(dialect: str) -> sa.Select[Any]:
    asked = given_rows(dialect, "slots", task=sa.Text, agent=sa.Text, slot=sa.BigInteger)
    other = tasks.alias("other")
    # What an agent's rows cover does not overlap: it is the first that ends at the slot or behind
    # it, or none. Nearly every slot is newer than all of them, and no row is read.
    first = (
        sa.select(other.c.task_id)
        .where(
            other.c.agent_id == asked.c.agent,
            other.c.covers_until.is_not(None),
            other.c.covers_until >= asked.c.slot,
        )
        .order_by(other.c.covers_until)
        .limit(1)
        .scalar_subquery()
    )
    return sa.select(asked.c.task, tasks.c.task_id).join_from(
        asked, tasks, sa.and_(tasks.c.task_id == first, tasks.c.slot_from <= asked.c.slot)
    )
