"""Slots that did not run: one row for consecutive ones, and the watermark that bounds them.

The watermark of an agent is the newest slot that any of its rows covers. It is never stored by
itself: it is the last entry of an index, so it cannot disagree with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.models.event import Announce
from conselho.models.ids import AgentId
from conselho.models.task import LOST_SLOT, Task, slot_key
from conselho.stores.sql.counters import count
from conselho.stores.sql.lifecycle import store
from conselho.stores.sql.outbox import tell
from conselho.stores.sql.portable import bound, given, insert, take_turn
from conselho.stores.sql.rows import COLUMNS, covers_until, moment_of, task_of, task_values
from conselho.stores.sql.schema import tasks


def record_lost(
    conn: sa.Connection,
    row: Task,
    slots: Sequence[datetime],
    since: datetime | None,
    now: datetime,
    announce: Announce,
) -> Task | None:
    # Replicas report the same slots at the same moment; the second must see the first one's row.
    take_turn(conn, f"lost:{row.agent_id}")
    holder = _holder(conn, row.agent_id)
    watermark = covers_until(holder) if holder is not None else None
    remaining = [slot for slot in slots if watermark is None or slot > watermark]
    if not remaining:
        return None
    if holder is not None and _continues(holder, row, since):
        longer = replace(
            holder,
            slot_to=remaining[-1],
            slot_count=(holder.slot_count or 0) + len(remaining),
            updated_at=now,
        )
        return store(conn, [(holder, longer)], now, announce)[0]
    return _insert(conn, _first(row, remaining), now, announce)


def _holder(conn: sa.Connection, agent_id: AgentId) -> Task | None:
    """The row that holds the agent's watermark."""
    row = conn.execute(_HOLDER, {"agent": agent_id}).one_or_none()
    return None if row is None else task_of(row)


_HOLDER = (
    sa.select(*COLUMNS)
    .where(tasks.c.agent_id == sa.bindparam("agent"), tasks.c.covers_until.is_not(None))
    .order_by(tasks.c.covers_until.desc())
    .limit(1)
)


def _continues(holder: Task, row: Task, since: datetime | None) -> bool:
    # A pause between the two is no loss: the row must not seem to span it.
    before_present = since is not None and holder.slot_to is not None and holder.slot_to < since
    return (
        not before_present
        and holder.status in LOST_SLOT
        and holder.status is row.status
        and holder.skip_reason == row.skip_reason
    )


def _first(row: Task, slots: Sequence[datetime]) -> Task:
    return replace(
        row,
        due_at=slots[0],
        slot_from=slots[0],
        slot_to=slots[-1],
        slot_count=len(slots),
        idempotency_key=slot_key(row.agent_id, slots[0]),
        active_key=row.task_id,
    )


def _insert(conn: sa.Connection, row: Task, now: datetime, announce: Announce) -> Task | None:
    statement = insert(conn.dialect.name, tasks).on_conflict_do_nothing()
    if not conn.execute(statement, task_values(row)).rowcount:
        return None  # a Task of another trigger bears the slot's key: the slot is accounted for
    count(conn, added=[row])
    tell(conn, [row], announce, now)
    return row


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
