"""Questions about tasks: single ones, marks, what is active. Lists are in pages.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from conselho.errors import NotFound
from conselho.models.ids import AgentId, TaskId
from conselho.models.statistics import Activity
from conselho.models.task import Status, Task, Trigger
from conselho.models.verdict import Severity, VerdictSource
from conselho.stores.sql.portable import bound, given, json_text
from conselho.stores.sql.rows import (
    COLUMNS,
    FOUND_COLUMNS,
    LIGHT_COLUMNS,
    WHOLE_COLUMNS,
    micros,
    storable,
    task_of,
)
from conselho.stores.sql.schema import is_active, is_final, tasks
from conselho.stores.sql.sums import total

_newest_first = (tasks.c.created_at.desc(), tasks.c.task_id.desc())


def task_by_id(conn: sa.Connection, task_id: TaskId) -> Task:
    row = conn.execute(_ONE, {"id": storable(task_id)}).one_or_none()
    if row is None:
        raise NotFound("task", task_id)
    return task_of(row)


_ONE = sa.select(*WHOLE_COLUMNS).where(tasks.c.task_id == sa.bindparam("id"))


def statuses(conn: sa.Connection, idempotency_keys: Sequence[str]) -> dict[str, Status]:
    found = conn.execute(_statuses(conn.dialect.name), {"ids": bound(idempotency_keys)})
    return {key: Status(status) for key, status in found}


@cache
def _statuses(dialect: str) -> sa.Select[Any]:
    wanted = given(dialect)
    return sa.select(tasks.c.idempotency_key, tasks.c.status).join(
        wanted, tasks.c.idempotency_key == wanted.c.id
    )


def active(conn: sa.Connection, agents: Sequence[AgentId]) -> dict[AgentId, Task]:
    rows = conn.execute(_active(conn.dialect.name), {"ids": bound(agents)})
    return {task.agent_id: task for task in map(task_of, rows)}


@cache
def _active(dialect: str) -> sa.Select[Any]:
    # "processing" sorts after "pending".
    order = (
        tasks.c.status.desc(),
        tasks.c.active_key != tasks.c.agent_id,
        tasks.c.created_at,
        tasks.c.task_id,
    )
    place = sa.func.row_number().over(partition_by=tasks.c.agent_id, order_by=order)
    # Thousands may wait behind one councilor: only the first of them is read whole.
    places = (
        sa.select(tasks.c.task_id, place.label("place"))
        .where(is_active, tasks.c.agent_id.in_(sa.select(given(dialect).c.id)))
        .subquery()
    )
    first = sa.select(places.c.task_id).where(places.c.place == 1)
    return sa.select(*COLUMNS).where(tasks.c.task_id.in_(first))


def recent(conn: sa.Connection, agents: Sequence[AgentId], limit: int) -> dict[AgentId, list[Task]]:
    found: dict[AgentId, list[Task]] = {}
    if limit <= 0:
        return found
    parameters = {"ids": bound(agents), "beyond": limit - 1}
    for row in conn.execute(_recent(conn.dialect.name), parameters):
        task = task_of(row)
        found.setdefault(task.agent_id, []).append(task)
    for marks in found.values():
        marks.sort(key=_age)
        # Rows created in one microsecond with the oldest wanted one came too.
        del marks[:-limit]
    return found


def _age(task: Task) -> tuple[datetime, TaskId]:
    return task.created_at, task.task_id


@cache
def _recent(dialect: str) -> sa.Select[Any]:
    """For each agent the created_at of its oldest wanted row, then the rows from there on.

    In no order: the index gives them nearly sorted, while a sort in SQL would carry whole rows.
    """
    wanted = given(dialect)
    oldest = (
        sa.select(tasks.c.created_at)
        .where(is_final, tasks.c.agent_id == wanted.c.id)
        .order_by(tasks.c.created_at.desc())
        .limit(1)
        .offset(sa.bindparam("beyond"))
        .scalar_subquery()
    )
    since = sa.select(
        wanted.c.id, sa.func.coalesce(oldest, sa.literal_column("0")).label("created_at")
    ).cte("since")
    return sa.select(*LIGHT_COLUMNS).join(
        since,
        sa.and_(tasks.c.agent_id == since.c.id, tasks.c.created_at >= since.c.created_at, is_final),
    )


def last_verdict(conn: sa.Connection, agent_id: AgentId) -> Task | None:
    row = conn.execute(_LAST_VERDICT, {"agent": storable(agent_id)}).one_or_none()
    return None if row is None else task_of(row)


_LAST_VERDICT = (
    sa.select(*COLUMNS)
    .where(
        is_final,
        tasks.c.agent_id == sa.bindparam("agent"),
        # In a form that leaves the planner the index of the agent's rows, newest first.
        sa.func.nullif(tasks.c.status, "") == Status.COMPLETED.value,
        sa.func.nullif(tasks.c.trigger, "") != Trigger.API.value,
        tasks.c.verdict.is_not(None),
    )
    .order_by(*_newest_first)
    .limit(1)
)


# So many rows of an agent are looked through for those that concluded something.
LOOKED_THROUGH: Final = 5_000


def concluded(
    conn: sa.Connection,
    agent_id: AgentId,
    limit: int,
    older_than: tuple[datetime, TaskId] | None,
) -> list[Task]:
    if limit <= 0:
        return []
    parameters: dict[str, Any] = {"agent": storable(agent_id), "limit": limit}
    if older_than is not None:
        older_at, older_id = older_than
        parameters |= {"older_at": micros(older_at), "older_id": storable(older_id)}
    statement = _concluded(conn.dialect.name, older_than is not None)
    return [task_of(row) for row in conn.execute(statement, parameters)]


@cache
def _concluded(dialect: str, goes_on: bool) -> sa.Select[Any]:
    """Each condition of the span is on the index; how a run ended needs its row."""
    status = sa.func.nullif(tasks.c.status, "")
    span: list[sa.ColumnElement[bool]] = [
        is_final,
        tasks.c.agent_id == sa.bindparam("agent"),
        # In a form that leaves the planner the index of the agent's rows, newest first.
        status.in_([Status.COMPLETED.value, Status.ERROR.value]),
        sa.func.nullif(tasks.c.trigger, "") != Trigger.API.value,
    ]
    if goes_on:
        span += [
            tasks.c.created_at <= sa.bindparam("older_at"),
            sa.or_(
                tasks.c.created_at < sa.bindparam("older_at"),
                tasks.c.task_id < sa.bindparam("older_id"),
            ),
        ]
    last = (
        sa.select(tasks.c.created_at)
        .where(*span)
        .order_by(*_newest_first)
        .limit(1)
        .offset(LOOKED_THROUGH - 1)
        .scalar_subquery()
    )
    reported = json_text(dialect, tasks.c.verdict, 2) == VerdictSource.CONTRACT.value
    completed = status == Status.COMPLETED.value
    in_order = tasks.c.severity == Severity.SUCCESS.value
    return (
        sa.select(*FOUND_COLUMNS)
        .where(
            *span,
            tasks.c.created_at >= sa.func.coalesce(last, sa.literal_column("0")),
            tasks.c.verdict.is_not(None),
            sa.or_(reported, tasks.c.findings.is_not(None), sa.and_(completed, in_order)),
        )
        .order_by(*_newest_first)
        .limit(sa.bindparam("limit"))
    )


def activity(conn: sa.Connection) -> Activity:
    rows = {row.status: row for row in conn.execute(_ACTIVITY)}
    pending, processing = rows.get(Status.PENDING), rows.get(Status.PROCESSING)
    return Activity(
        pending=pending.number if pending else 0,
        processing=processing.number if processing else 0,
        queued=pending.queued if pending else 0,
    )


# The key of one that waits behind its councilor's active run; no agent_id has this character.
_is_queued = tasks.c.active_key.contains("#")
_ACTIVITY = (
    sa.select(
        tasks.c.status,
        sa.func.count().label("number"),
        total(sa.case((_is_queued, 1), else_=0)).label("queued"),
    )
    .where(is_active)
    .group_by(tasks.c.status)
)
